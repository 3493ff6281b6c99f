"""Latin words in letters of many alphabets that look like theirs (`匚卂丂丨几ㄖ`, `ᑕᗩᔕIᑎO`, `₵₳₴ł₦Ø`), as programs for fancy text write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct

# The letters from a to z in each style; those of Latin are what they are.
_STYLES = (
    "αв¢∂єƒgнιנкℓмησρqяѕтυνωχуz",
    "₳฿₵đɇ₣₲ⱨłjₖⱡ₥₦ø₱qɽ₴₮ʉv₩ӿɏⱬ",
    "ᗩᗷᑕᗪeᖴgᕼiᒍkᒪᗰᑎoᑭᑫᖇᔕtᑌᐯᗯ᙭yᘔ",
    "卂乃匚ᗪ乇千Ꮆ卄丨フҜㄥ爪几ㄖ卩ɋ尺丂ㄒㄩᐯ山乂ㄚ乙",
    "ᏗᏰፈᎴᏋᎦᎶᏂᎥᏠᏦᏝᎷᏁᎧᎮᎤᏒᏕᏖᏬᏉᏇጀᎩፚ",
    "ค๒ς๔єŧﻮђเןкl๓ภ๏קợгรtยשฬאץz",
    "ǟɮƈɖɛʄɢɦɨʝӄʟʍռօքզʀֆȶʊʋաӽʏʐ",
    "ąҍçժҽƒցհìʝҟӏʍղօքզɾʂէմѵաxվհ",
    "ꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ",
    "ⲁⲃⲥⲇⲉϝⳋⲏⲓϳⲕⳑⲙⲛⲟⲣⲑⲅⲋⲧⳙⲩⲱⲭⲩⲍ",
    "ⱥƀȼđɇꞙǥħɨɉꝁłmꞥøᵽꝗɍꞩŧʉꝟwӿɏƶ",
)
SHORTEST, LEAST, SHARE = 4, 2, 0.4  # letters of a word, and how many, and what share, are not Latin
SIGNS = 3  # different ones of a word of signs and Latin letters
LONGEST = 40  # letters of a word that are looked at
GUARD = 60  # characters of its line around a word of one rare alphabet that hold no other letters of such
_LAST_ASCII = 0x7F
# Groups: Latin letters as they are, others of Latin, signs; 0 is for what is in no style, the rest are alphabets.
_PLAIN, _ODD, _SIGN = 1, 2, 3
_COMMON = frozenset(("GREEK", "CYRILLIC", "THAI", "HEBREW", "ARABIC", "CJK", "KATAKANA"))  # that many write in
# A bit for every kind of letters and signs: 1 for alphabets that stand beside others anyhow, none for what is neither.
_ANYHOW, _RARE = 1, 2
_KINDS = np.zeros(cc.N_CLASSES, dtype=np.uint8)
_KINDS[cc.LATIN :] = _ANYHOW
_KINDS[[cc.OTHER_LETTER, cc.SYMBOL, cc.GREEK, cc.CYRILLIC, cc.THAI, cc.HEBREW, cc.ARABIC]] = _RARE << np.arange(7)


class _Letters(NamedTuple):
    """By code point: the Latin letter that one stands for, its group; and which groups are alphabets that hardly anybody writes in."""

    latin: NDArray[np.uint32]
    group: NDArray[np.uint8]
    rare: frozenset[int]


def resolve_styles(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """Words all of whose letters look like Latin ones, of several alphabets, become Latin, in place, and so do such words beside them.

    >>> codes = cc.code_points("看 匚卂丂丨几ㄖ 乃ㄖ几ㄩ丂 卂丂 ᑕᗩᔕiᑎo").copy()
    >>> resolve_styles(codes, cc.tables().classes[codes].copy(), np.zeros(len(codes), dtype=bool))
    >>> "".join(map(chr, codes))
    '看 casino bonus as casino'
    """
    kinds = _KINDS.take(classes)
    at = np.flatnonzero((kinds[:-1] ^ kinds[1:]) > _ANYHOW)
    at = at[(kinds[at] > 0) & (kinds[at + 1] > 0)]
    is_rare = kinds == _RARE
    if is_rare.any():
        at = distinct(np.concatenate((at, np.flatnonzero(is_rare[:-1] & is_rare[1:]))))
    at = at[(codes[at] > _LAST_ASCII) | (codes[at + 1] > _LAST_ASCII)]
    at = at[(_groups(codes[at]) > 0) & (_groups(codes[at + 1]) > 0)]
    if not len(at):
        return
    group = _groups(codes)
    outside = np.concatenate(([-1], np.flatnonzero((group == 0) & (classes < cc.OTHER_LETTER)), [len(codes)]))
    behind = distinct(np.searchsorted(outside, at))
    styled = [
        number
        for number in behind.tolist()
        if _is_styled(codes, classes, group, outside[number - 1] + 1, outside[number])
    ]
    if styled:
        words = np.array(sorted(_with_neighbours(styled, classes, group, outside)))
        edges = np.zeros(len(codes) + 1, dtype=np.int8)
        edges[outside[words - 1] + 1], edges[outside[words]] = 1, -1
        part = np.flatnonzero(np.cumsum(edges[:-1], dtype=np.int8))
        part = part[group[part] != _PLAIN]
        codes[part], classes[part], disguised[part] = _letters().latin[codes[part]], cc.LATIN, True


def _groups(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    group = _letters().group
    return np.where(codes < len(group), group[np.minimum(codes, len(group) - 1)], np.uint8(0))


def _is_styled(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], group: NDArray[np.uint8], start: int, end: int
) -> bool:
    """Whether a word is made of letters of styles and of two alphabets besides Latin, or of a rare one, or of signs, and Latin."""
    if end - start < SHORTEST or not group[start:end].all():
        return False
    groups = group[start : min(end, start + LONGEST)].tolist()
    strange = [number for number in groups if number != _PLAIN]
    if len(strange) < max(LEAST, SHARE * len(groups)):
        return False
    kinds, rare = set(strange) - {_ODD}, _letters().rare
    if kinds == {_SIGN}:  # a formula has one sign or two
        return len(set(codes[start:end][group[start:end] == _SIGN].tolist())) >= SIGNS
    if len(kinds) != 1:
        return bool(kinds)
    has_latin = _PLAIN in groups or _ODD in groups
    return kinds <= rare and (has_latin or not _is_among_others(classes, group, start, end))


def _is_among_others(classes: NDArray[np.uint8], group: NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether letters of rare alphabets that are in no style stand around a word, in its line."""
    low = max(start - GUARD, 0)
    lines = np.flatnonzero(classes[low : end + GUARD] == cc.NEWLINE) + low
    number = int(np.searchsorted(lines, start))
    first = lines[number - 1] if number else low
    around = slice(first, lines[number] if number < len(lines) else end + GUARD)
    return bool(((classes[around] == cc.OTHER_LETTER) & (group[around] == 0)).any())


def _with_neighbours(
    styled: Sequence[int], classes: NDArray[np.uint8], group: NDArray[np.uint8], outside: NDArray[np.int64]
) -> set[int]:
    """The numbers of some words, and of those right beside them that have letters of styles and no others, and so on."""
    found = set(styled)
    for first in styled:
        for step in (-1, 1):
            number = first + step
            while 0 < number < len(outside) and number not in found:
                space, word = outside[number - (step > 0)], group[outside[number - 1] + 1 : outside[number]]
                if classes[space] != cc.SPACE or not len(word) or not word.all() or not (word > _PLAIN).any():
                    break
                found.add(number)
                number += step
    return found


@cache
def _letters() -> _Letters:
    fold, classes = cc.tables().fold, cc.tables().classes
    found: dict[int, int] = {}
    for style in _STYLES:
        for letter, plain in zip(style, "abcdefghijklmnopqrstuvwxyz", strict=True):
            found.setdefault(int(fold[ord(letter)]), ord(plain))
    size = max(found) + 1
    latin, group = np.arange(size, dtype=np.uint32), np.zeros(size, dtype=np.uint8)
    alphabets: dict[str, int] = {}
    for code, looks_like in found.items():
        latin[code] = looks_like
        name = unicodedata.name(chr(code)).split(" ")[0]
        if classes[code] == cc.LATIN:
            group[code] = _ODD
        elif classes[code] < cc.OTHER_LETTER and classes[code] != cc.DIGIT and name != "THAI":
            group[code] = _SIGN
        else:
            group[code] = alphabets.setdefault(name, _SIGN + 1 + len(alphabets))
    group[ord("a") : ord("z") + 1] = _PLAIN
    return _Letters(latin, group, frozenset(number for name, number in alphabets.items() if name not in _COMMON))

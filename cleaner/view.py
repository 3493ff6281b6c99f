"""The folded view of a text: what it says once disguises are taken off, with the way back to the source offsets.

Lower case, compatibility forms (`ｃａｓｉｎｏ`), invisible characters, letters set apart (`爱 上 海`, `c-a-s-i-n-o`), letters
borrowed from another alphabet (`сasinо`) and digits standing for letters (`c4sino`). The view is only ever judged;
it is never written, and a difference to the source is evidence, not a verdict.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct

CHUNK = 1 << 15  # characters a pass
MIN_SPACED_HAN = 3  # letters of a chain `爱 上 海` before its gaps are closed
MIN_SPACED = 5  # the same for alphabets, where initials and enumerations make shorter chains
_LEET = {ord(a): ord(b) for a, b in zip("013457", "oieast", strict=True)}
_CR, _LF = ord("\r"), ord("\n")
_GAP = np.zeros(cc.N_CLASSES, dtype=bool)
_GAP[[cc.SPACE, cc.SENTENCE_END, cc.COMMA, cc.SEPARATOR, cc.PUNCT]] = True
IS_LETTER = np.zeros(cc.N_CLASSES, dtype=bool)
IS_LETTER[[cc.OTHER_LETTER, *range(cc.SCRIPT0, cc.N_CLASSES)]] = True
IS_WORD = IS_LETTER.copy()
IS_WORD[[cc.DIGIT, cc.MARK]] = True


class View(NamedTuple):
    """A folded text of `n` characters.

    codes      folded code points, uint32
    classes    their classes (`cleaner.charclass`), uint8
    points     the code points of the source that they stand for, uint32
    source     offset of each in the source text, int64; `source[n]` would be the source's length
    disguised  True where folding undid more than a letter's case, bool
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    points: NDArray[np.uint32]
    source: NDArray[np.int64]
    disguised: NDArray[np.bool_]


def fold(points: NDArray[np.uint32]) -> View:
    """The folded view of an array of code points.

    >>> view = fold(cc.code_points("Bеst cаsi\\u200bno"))
    >>> "".join(map(chr, view.codes)), int(view.source[-1])
    ('best casino', 11)
    """
    classes, codes, disguised = _looked_up(points)
    dropped = classes == cc.INVISIBLE
    hiding = np.flatnonzero(dropped)
    dropped[:-1] |= (points[:-1] == _CR) & (points[1:] == _LF)  # a line ends the same way everywhere
    gone = np.flatnonzero(dropped)
    gaps = _gaps_in_spaced_words(classes[~dropped] if len(gone) else classes)
    dropped[gaps + np.searchsorted(gone - np.arange(len(gone)), gaps, side="right")] = True
    if len(gone) or len(gaps):
        kept = ~dropped  # a mask copies the long stretches between what is dropped much faster than indices do
        source, points, classes = np.flatnonzero(kept), points[kept], classes[kept]
        codes, disguised = codes[kept], disguised[kept]
    else:
        source = np.arange(len(points))
    disguised[gaps - 1 - np.arange(len(gaps))] = True  # the letter in front of each gap
    if len(source):
        disguised[np.maximum(np.searchsorted(source, hiding) - 1, 0)] = True
    _resolve_lookalikes(codes, classes, disguised)
    _resolve_leet(codes, classes, disguised)
    return View(codes, classes, points, source, disguised)


def _looked_up(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """Classes, folded forms, and where these differ by more than case: chunk after chunk, so that all arrays stay in the cache."""
    tables, n = cc.tables(), len(points)
    classes, codes, disguised = np.empty(n, np.uint8), np.empty(n, np.uint32), np.empty(n, np.bool_)
    for first in range(0, n, CHUNK):
        part = slice(first, first + CHUNK)
        index = points[part].astype(np.intp)  # once: a look-up converts what it is given, and takes three times as long
        tables.classes.take(index, out=classes[part], mode="wrap")
        tables.fold.take(index, out=codes[part], mode="wrap")
        np.not_equal(codes[part], points[part], out=disguised[part])
        disguised[part] &= points[part] > 0x20FF
    return classes, codes, disguised


def _gaps_in_spaced_words(classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Positions of the single gaps in chains of single letters."""
    letter = classes >= cc.OTHER_LETTER
    edge = letter[1:] != letter[:-1]
    single = np.flatnonzero(edge[:-1] & edge[1:] & letter[1:-1]) + 1  # a text begins and ends with a line end or alone
    between = single[:-1][(np.diff(single) == 2)] + 1
    gaps = between[_GAP[classes[between]]]
    steps = np.diff(gaps) == 2
    chained = np.concatenate((steps, [False])) | np.concatenate(([False], steps)) if len(gaps) else steps
    if not chained.any():
        return np.empty(0, dtype=np.int64)
    return _chain_gaps(gaps[chained], classes)


def _chain_gaps(at: NDArray[np.int64], classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Of the gaps `at`, two apart within a chain, those that set letters apart, in chains long enough for their script.

    In `c-a-s-i-n-o b-o-n-u-s` the hyphens do, and the space separates words.
    """
    chain = np.cumsum(np.r_[True, np.diff(at) != 2])
    letters = np.bincount(chain) + 1
    unspaced = (classes[at - 1] >= cc.HAN) & (classes[at - 1] <= cc.HANGUL)
    shortest = np.where(np.bincount(chain, weights=unspaced) > 0, MIN_SPACED_HAN, MIN_SPACED)
    signs = classes[at] != cc.SPACE
    by_signs = 2 * np.bincount(chain, weights=signs) >= letters - 1
    gaps: NDArray[np.int64] = at[(letters >= shortest)[chain] & (signs == by_signs[chain])]
    return gaps


def _resolve_lookalikes(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """In words of Latin letters and look-alikes of them from Cyrillic or Greek, turn these into Latin, in place.

    A word with another letter of those scripts is two words run together, and stays.
    """
    borrowed, latin = (classes == cc.CYRILLIC) | (classes == cc.GREEK), classes == cc.LATIN
    if not (borrowed.any() and latin.any()):
        return
    at, words = _mixed_words(latin | borrowed | (classes == cc.DIGIT) | (classes == cc.MARK), borrowed)
    if not len(at):
        return
    latins = cc.tables().latin
    resolved = codes[at]
    resolved = np.where(resolved < len(latins), latins[np.minimum(resolved, len(latins) - 1)], resolved)
    mixed = np.zeros(len(at), dtype=bool)
    mixed[words[latin[at]]] = True
    mixed[words[borrowed[at] & (resolved == codes[at])]] = False
    change = mixed[words] & borrowed[at]
    at, resolved = at[change], resolved[change]
    codes[at] = resolved
    classes[at] = cc.LATIN
    disguised[at] = True


def _mixed_words(word: NDArray[np.bool_], borrowed: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The characters of the words with borrowed and other characters, and for each the number of its word among them."""
    own = word & ~borrowed
    at = np.flatnonzero((borrowed[1:] & own[:-1]) | (borrowed[:-1] & own[1:]))
    if not len(at):
        return at, at
    edges = np.concatenate(([0], np.flatnonzero(word[1:] != word[:-1]) + 1, [len(word)]))
    number = distinct(np.searchsorted(edges, at, side="right"))
    starts, lengths = edges[number - 1], edges[number] - edges[number - 1]
    words = np.repeat(np.arange(len(number)), lengths)
    return np.arange(len(words)) + (starts - np.cumsum(lengths) + lengths)[words], words


def _resolve_leet(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """A single digit between two Latin letters reads as the letter it looks like, in place."""
    latin = classes == cc.LATIN
    at = np.flatnonzero((classes[1:-1] == cc.DIGIT) & latin[:-2] & latin[2:]) + 1
    if not len(at):
        return
    letters = np.array([_LEET.get(int(code), int(code)) for code in codes[at]], dtype=np.uint32)
    changed = letters != codes[at]
    codes[at] = letters
    classes[at[changed]] = cc.LATIN
    disguised[at[changed]] = True

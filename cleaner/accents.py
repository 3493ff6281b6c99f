"""Letters with accents, strokes and tails (`çàśíñö`, `çåşiñø`, `ónlíné cásínó`): where no language has so many of them, so many kinds, or those together.

Changes the folded codes of a text in place where it finds whole words of the kind, and says where.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct
from cleaner.spaced import REACH, distinct_words

# Letters of a word in disguise, the share of them with an accent, or the kinds of accents; in honest ones it is less, or fewer.
MIN_ACCENTED, ACCENTED, MIN_KINDS = 4, 0.7, 3
# So many vowels one behind the other that all have accents are in disguise, if they are of so many kinds.
VOWELS, MIN_VOWELS = 6, 3
FEWEST = 2  # letters of a word that no language has together
NEAR = 16  # characters, so that no text of a batch sees the next: there are as many line ends between them
LETTERS_A_VOWEL = 8  # characters from one to the next at most
_VIETNAMESE = np.array([0x1EA0, 0x1F00], dtype=np.uint32)
_VOWELS = np.array([*map(ord, "aeiou")], dtype=np.uint32)
_HORNED = np.array([*map(ord, "ơưđ")], dtype=np.uint32)
_ACCENTED = np.array([0xC0, 0x250], dtype=np.uint32)  # code points among which Latin letters with accents are
_MANY = "ơưăâêôğşç"  # of languages that have many accents in a word, Vietnamese and Turkish: they say nothing
# Letters with accents, strokes or tails that a language has, or a few that share them, and ways to write others in Latin letters.
_ALPHABETS = (
    "àâæçéèêëîïôœùûüÿñ", "áàéèíìïóòúùüçñƚ", "áâãàçéêíóôõúü", "äöüßéèàáâêëïôóúû", "åäöæøéàèüáóôâê", "áðéíóúýþæöø",
    "áčďéěíňóřšťúůýžäôľĺŕö", "ąćęłńóśźżé", "áéíóöőúüű", "čćđšžöü", "ăâîșțşţáéöü", "çğıİöşüâîûəñäýžňêí", "āčēģīķļņšūžōŗ",
    "ąčęėįšųūž", "äöõüšžå", "ĉĝĥĵŝŭ", "âêîôûŵŷáéíóúàèìòùäëïöü", "ġħżċàèìòù", "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹ",
    "āīūēōăĕĭŏŭȳêîôûâñśšžġğčḍṭṇṣṛṝḷḹḥḫṃṁḻṉṟẓḏṯẖḳṅẏáéóàèíúḵẕ", "ɓɗƙƴŋñàáèéìíòóùúńǹãõ", "ɖɛɔŋɣʋƒɩʊəĝñãõàáèéìíòóùúĩũ", "áčđŋšŧžåäöæøâǥǧǩð",
    "ãĩõũñáéíóúýâêîôûẽỹëüöäŋ", "čćěłńóřšśžź", "ąãéëłńòóôùż", "ąęįǫłáéíóńã", "ɨñáéíóúõ", "ẹọṣịụàáèéìíòóùúńǹṅ", "ḓḽṅṋṱšž", "ḃċḋḟġṁṗṡṫáéíóú",
    "àáãăâèéêìíĩòóôõơùúũưýđ" + "".join(map(chr, range(0x1EA0, 0x1EFA))),
    "æçðøŋœħãõũẽ" + "".join(map(chr, range(0x250, 0x2B0))),
)  # fmt: skip
_ODD = ((0xC0, 0x2B0), (0x1D00, 0xAB70))  # code points among which these letters are
_SMALL = "LATIN SMALL LETTER "


def resolve_accents(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """In words in disguise the letters lose their accents, strokes and tails, in place.

    >>> codes = cc.code_points("çåşiñø çàśíñö ónlíné cásínó, then łódź, déjà été, or büyük ölçüde").copy()
    >>> resolve_accents(codes, cc.tables().classes[codes], np.zeros(len(codes), dtype=bool))
    >>> "".join(map(chr, codes))
    'casino casino online casino, then łódź, déjà été, or büyük ölçüde'
    """
    at = np.flatnonzero((classes == cc.LATIN) & (codes >= _ODD[0][0]))
    if len(at) < FEWEST:
        return
    vietnamese = at[_is_vietnamese(codes[at])]
    _resolve_mixed(codes, classes, disguised, at)
    first, last = _ACCENTED
    at = at[codes[at] - first < last - first]  # what is below wraps around
    _resolve_many(codes, classes, disguised, at)
    _resolve_vowels(codes, disguised, _far_from(at[codes[at] >= first], vietnamese))


def _resolve_mixed(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_], at: NDArray[np.int64]
) -> None:
    """Words with letters that no language has together."""
    (first, last), (first_more, last_more) = _ODD
    letters = codes[at]
    known = (letters < last) | ((letters >= first_more) & (letters < last_more))
    at, letters = at[known], letters[known]
    index = np.where(letters < last, letters - first, letters + (last - first) - first_more)
    has = _alphabets()[index]
    apart = np.flatnonzero(((has[1:] & has[:-1]) == 0) & (np.diff(at) < REACH))
    if not len(apart):
        return
    for start, end in distinct_words(at[apart], classes == cc.LATIN):
        odd = slice(*np.searchsorted(at, (start, end)).tolist())
        if end - start >= MIN_ACCENTED and odd.stop - odd.start >= FEWEST and not np.bitwise_and.reduce(has[odd]):
            plain = _bare()[index[odd]]
            codes[at[odd]] = plain
            disguised[at[odd]] |= plain != letters[odd]


def _resolve_many(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_], at: NDArray[np.int64]
) -> None:
    """Words with more accents, or more kinds of them, than any language has."""
    if len(at) < MIN_KINDS:
        return
    kind = _kinds()[codes[at] - _ACCENTED[0]]
    a, b, c = kind[:-2], kind[1:-1], kind[2:]
    is_mixed = (at[2:] - at[:-2] < REACH) & (a != b) & (b != c) & (a != c)
    is_dense = np.concatenate((at[3:] - at[:-3] <= MIN_ACCENTED, [False]))
    asked = np.flatnonzero((is_mixed | is_dense) & (a > 0) & (b > 0) & (c > 0))
    if not len(asked):
        return
    word = np.searchsorted(np.flatnonzero(classes != cc.LATIN), at)
    asked = asked[word[asked] == word[asked + 2]]
    for start, end in distinct_words(at[asked], classes == cc.LATIN):
        plain = [_plain(int(code)) for code in codes[start:end]]
        changed = np.array(plain, dtype=np.uint32) != codes[start:end]
        kinds = len({_mark(int(code)) for code in codes[start:end]} - {0})
        if end - start >= MIN_ACCENTED and (changed.mean() >= ACCENTED or kinds >= MIN_KINDS):
            codes[start:end] = plain
            disguised[start:end] |= changed


def _resolve_vowels(codes: NDArray[np.uint32], disguised: NDArray[np.bool_], at: NDArray[np.int64]) -> None:
    """Several vowels one behind the other that all have accents, and of more kinds than languages have that accent many."""
    first = _ACCENTED[0]
    at = at[_accented_vowels()[codes[at] - first] > 0]
    if len(at) < VOWELS:
        return
    edges = np.concatenate(([0], np.flatnonzero(np.diff(at) > LETTERS_A_VOWEL) + 1, [len(at)]))
    for number in np.flatnonzero(np.diff(edges) >= VOWELS).tolist():
        for letters in _between_plain_vowels(codes, at[edges[number] : edges[number + 1]]):
            if len(distinct(_accented_vowels()[codes[letters] - first])) >= MIN_VOWELS:
                codes[letters] = [_plain(code) for code in codes[letters].tolist()]
                disguised[letters] = True


@cache
def _odd_codes() -> NDArray[np.uint32]:
    return np.concatenate([np.arange(*ends, dtype=np.uint32) for ends in _ODD])


@cache
def _bare() -> NDArray[np.uint32]:
    """The odd letters without accents, strokes and tails."""
    bare = _odd_codes().copy()
    some = cc.tables().classes[bare] == cc.LATIN
    bare[some] = [_without_strokes(code) for code in bare[some].tolist()]
    return bare


@cache
def _alphabets() -> NDArray[np.uint64]:
    """For each of the odd letters the alphabets that have it, a bit for each; all for what is no letter with an accent, stroke or tail."""
    of: dict[str, int] = {}
    for number, letters in enumerate(_ALPHABETS):
        for letter in letters:
            of[letter] = of.get(letter, 0) | 1 << number
    codes, bare = _odd_codes(), _bare()
    has = np.full(len(codes), 0xFFFFFFFFFFFFFFFF, dtype=np.uint64)
    for at in np.flatnonzero((bare != codes) | np.isin(codes, [*map(ord, of)])).tolist():
        has[at] = of.get(chr(codes[at]), 0)
    return has


def _without_strokes(code: int) -> int:
    """A letter without accents, strokes and tails."""
    if _plain(code) != code:
        return _plain(code)
    name = unicodedata.name(chr(code), "")
    letter, rest = name.removeprefix(_SMALL)[:1], name.removeprefix(_SMALL)[1:]
    return ord(letter.lower()) if name.startswith(_SMALL) and rest.startswith((" WITH ", " BAR")) else code


def _far_from(at: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sorted places that are farther than NEAR from all of some others."""
    if not len(others):
        return at
    behind = np.searchsorted(others, at)
    to_next = others[np.minimum(behind, len(others) - 1)] - at
    to_last = at - others[np.maximum(behind - 1, 0)]
    far: NDArray[np.int64] = at[(np.abs(to_next) > NEAR) & (np.abs(to_last) > NEAR)]
    return far


def _between_plain_vowels(codes: NDArray[np.uint32], at: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Of some accented vowels those that stand many in a row, without one that has no accent between two."""
    plain = np.flatnonzero(np.isin(codes[at[0] : at[-1]], _VOWELS)) + at[0]
    rows = np.split(at, np.flatnonzero(np.diff(np.searchsorted(plain, at))) + 1)
    return [row for row in rows if len(row) >= VOWELS]


def _is_vietnamese(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether letters are such as only Vietnamese has, of which half of its words have one."""
    vietnamese: NDArray[np.bool_] = (codes >= _VIETNAMESE[0]) & (codes < _VIETNAMESE[1])
    for horned in _HORNED:
        vietnamese |= codes == horned
    return vietnamese


@cache
def _accented_vowels() -> NDArray[np.uint8]:
    """For each of the letters with accents which vowel it is, counted from 1, 0 for none."""
    return np.array(["aeiou".find(chr(_plain(code))) + 1 for code in range(*map(int, _ACCENTED))], dtype=np.uint8)


@cache
def _kinds() -> NDArray[np.uint32]:
    """The accent of each of the letters with one, as `_mark` has it."""
    return np.array([_mark(code) for code in range(*map(int, _ACCENTED))], dtype=np.uint32)


def _mark(code: int) -> int:
    """The one accent of a letter as a code point, 0 for none, for several, and for those of `_MANY`."""
    marks = unicodedata.normalize("NFD", chr(code))[1:]
    return ord(marks) if len(marks) == 1 and chr(code) not in _MANY else 0


def _plain(code: int) -> int:
    """A letter without its accents."""
    return ord(unicodedata.normalize("NFD", chr(code))[0]) if code > 0x7F else code

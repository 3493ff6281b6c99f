"""Letters written as others: borrowed from another alphabet (`сasinо`), digits and signs (`c4$1n0`), accents (`çàśíñö`).

Each function changes the folded codes of a text in place where it finds whole words of the kind, and says where.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct
from cleaner.patterns import pattern
from cleaner.spaced import REACH, distinct_words

_LEET = {ord(a): ord(b) for a, b in zip("013457$@!", "oieastsai", strict=True)}
_DOLLAR, _AT, _EXCLAIM = map(ord, "$@!")
_STRANGE = np.array([ord(digit) not in _LEET for digit in "0123456789:"])  # and digits of other scripts
MOST_SIGNS = 3  # digits and signs in a row that may stand for letters,
MIN_LEET_LETTERS = 2  # and letters beside them in their word
# Letters of a word in disguise, the share of them with an accent, or the kinds of accents; in honest ones it is less, or fewer.
MIN_ACCENTED, ACCENTED, MIN_KINDS = 4, 0.7, 3
# So many vowels one behind the other that all have accents are in disguise, if they are of so many kinds.
VOWELS, MIN_VOWELS = 6, 3
LETTERS_A_VOWEL = 8  # characters from one to the next at most
_VIETNAMESE = np.array([0x1EA0, 0x1F00], dtype=np.uint32)
_VOWELS = np.array([*map(ord, "aeiou")], dtype=np.uint32)
_HORNED = np.array([*map(ord, "ơưđ")], dtype=np.uint32)
_ACCENTED = np.array([0xC0, 0x250], dtype=np.uint32)  # code points among which Latin letters with accents are
_MANY = "ơưăâêôğşç"  # of languages that have many accents in a word, Vietnamese and Turkish: they say nothing


# Letters with accents, strokes or tails that a language has, or a few that share them, and ways to write others in Latin letters.
_ALPHABETS = (
    "àâæçéèêëîïôœùûüÿñ", "áàéèíìïóòúùüçñ", "áâãàçéêíóôõúü", "äöüßéèàáâêëïôóúû", "åäöæøéàèüáóôâê", "áðéíóúýþæöø",
    "áčďéěíňóřšťúůýžäôľĺŕö", "ąćęłńóśźżé", "áéíóöőúüű", "čćđšžöü", "ăâîșțşţáéöü", "çğıöşüâîûəñäýžňêí", "āčēģīķļņšūžōŗ",
    "ąčęėįšųūž", "äöõüšžå", "ĉĝĥĵŝŭ", "âêîôûŵŷáéíóúàèìòùäëïöü", "ġħżċàèìòù", "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹ",
    "āīūēōăĕĭŏŭȳêîôûâñśšžġğčḍṭṇṣṛṝḷḹḥḫṃṁḻṉṟẓḏṯẖḳṅẏáéóàèíúḵẕ", "ɓɗƙƴŋñàáèéìíòóùúńǹãõ", "ɖɛɔŋɣʋƒɩʊəĝñãõàáèéìíòóùúĩũ", "áčđŋšŧžåäöæøâǥǧǩð",
    "ãĩõũñáéíóúýâêîôûẽỹëüöäŋ", "čćěłńóřšśžź", "ąãéëłńòóôùż", "ąęįǫłáéíóńã", "ɨñáéíóúõ", "ẹọṣịụàáèéìíòóùúńǹṅ", "ḃċḋḟġṁṗṡṫáéíóú",
    "àáãăâèéêìíĩòóôõơùúũưýđ" + "".join(map(chr, range(0x1EA0, 0x1EFA))),
    "æçðøŋœħãõũẽ" + "".join(map(chr, range(0x250, 0x2B0))),
)  # fmt: skip
_ODD = ((0xC0, 0x2B0), (0x1E00, 0x1F00))  # code points among which these letters are
_WITH = pattern(r"LATIN SMALL LETTER ([A-Z]) WITH .*")


_FIRST_FLAG, _N_FLAG = np.uint32(0x1F1E6), np.uint32(26)
MOST_FLAGS = 4  # letters in a row that may be flags
_FIRST_TURNED, _N_TURNED = np.uint32(0x250), np.uint32(0x50)  # code points among which most letters upside down are
MOST_WORDS_OVER = 60  # behind the first of some words upside down; more are read from where they go on
MIN_TURNED, TURNED_SHARE = 4, 0.25  # letters of some words that are nothing but upside down, and the share of all
REACH_OVER = 100  # characters around such letters that are looked at
_TURNED = dict(zip("ɐɔǝɟƃɥᴉıɾʞɯɹʇʌʍʎ", "acefghiijkmrtvwy", strict=True))
_EITHER_WAY = dict(zip("bdlnopqsuxz", "qpluodbsnxz", strict=True))
_UPRIGHT = {ord(turned): ord(letter) for turned, letter in (_TURNED | _EITHER_WAY).items()}
_WORD_OVER = rf"[{''.join(_TURNED | _EITHER_WAY)}]++(?![\p{{L}}\p{{N}}])"
_UPSIDE_DOWN = pattern(rf"(?<![\p{{L}}\p{{N}}]){_WORD_OVER}(?:[ ,.'¡¿-]{{1,2}}{_WORD_OVER}){{0,{MOST_WORDS_OVER}}}+")


def resolve_flags(
    points: NDArray[np.uint32], codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]
) -> None:
    """The letters that two by two are flags, alone or more than two flags in a row, read as letters, in place.

    >>> points = cc.code_points("🇨🇦🇸🇮🇳🇴 🇫🇷🇩🇪")
    >>> codes, disguised = points.copy(), np.zeros(len(points), dtype=bool)
    >>> resolve_flags(points, codes, cc.tables().classes[points], disguised)
    >>> "".join(map(chr, codes))
    'casino 🇫🇷🇩🇪'
    """
    at = np.flatnonzero(points - _FIRST_FLAG < _N_FLAG)  # what is below wraps around
    if not len(at):
        return
    of = np.cumsum(np.diff(at, prepend=-2) > 1) - 1
    in_row = np.bincount(of)[of]
    at = at[(in_row == 1) | (in_row > MOST_FLAGS)]
    codes[at] = points[at] - _FIRST_FLAG + ord("a")
    classes[at], disguised[at] = cc.LATIN, True


def turned_over(points: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Starts and ends, n x 2, of words that are upside down, and so stand from the end to the start: many of their letters say so.

    >>> text = "try snuoq ouᴉsɐɔ ǝuᴉluo now"
    >>> [text[start:end] for start, end in turned_over(cc.code_points(text))]
    ['snuoq ouᴉsɐɔ ǝuᴉluo']
    """
    odd = np.flatnonzero(points - _FIRST_TURNED < _N_TURNED)  # what is below wraps around
    edges = np.concatenate(([0], np.flatnonzero(np.diff(odd) > 2 * REACH_OVER) + 1, [len(odd)]))
    found = []
    for number in np.flatnonzero(np.diff(edges) >= MIN_TURNED // 2).tolist():
        first = max(int(odd[edges[number]]) - REACH_OVER, 0)
        near = points[first : odd[edges[number + 1] - 1] + REACH_OVER]
        for match in _UPSIDE_DOWN().finditer(near.tobytes().decode("utf-32-le", "surrogatepass")):
            n_turned, n_letters = sum(letter in _TURNED for letter in match[0]), sum(map(str.isalpha, match[0]))
            if n_turned >= max(MIN_TURNED, TURNED_SHARE * n_letters):
                found.append((first + match.start(), first + match.end()))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def turn_back(
    points: NDArray[np.uint32], codes: NDArray[np.uint32], classes: NDArray[np.uint8], stretches: NDArray[np.int64]
) -> None:
    """Letters that are upside down as what they are, in place; their order stays."""
    for start, end in stretches.tolist():
        for at in range(start, end):
            letter = _UPRIGHT.get(int(points[at]))
            if letter is not None:
                codes[at], classes[at] = letter, cc.LATIN


def resolve_lookalikes(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """In words of Latin letters and look-alikes of them from another alphabet, turn these into Latin, in place.

    A word with another letter of Cyrillic or Greek is two words run together, and stays.
    """
    borrowed, latin = (classes == cc.CYRILLIC) | (classes == cc.GREEK), classes == cc.LATIN
    others = classes == cc.OTHER_LETTER
    if others.any():  # of rare alphabets only the look-alikes count as letters of a word
        other = np.flatnonzero(others)
        borrowed[other[_latin(codes[other]) != codes[other]]] = True
    if not (borrowed.any() and latin.any()):
        return
    at, words = _mixed_words(latin | borrowed | (classes == cc.DIGIT) | (classes == cc.MARK), borrowed)
    if not len(at):
        return
    resolved = _latin(codes[at])
    mixed = np.zeros(len(at), dtype=bool)
    mixed[words[latin[at]]] = True
    mixed[words[borrowed[at] & (resolved == codes[at])]] = False
    change = mixed[words] & borrowed[at]
    at, resolved = at[change], resolved[change]
    codes[at] = resolved
    classes[at] = cc.LATIN
    disguised[at] = True


def _latin(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The Latin letters that some look like; the others as they are."""
    latins = cc.tables().latin
    return np.where(codes < len(latins), latins[np.minimum(codes, len(latins) - 1)], codes)


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


def resolve_leet(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """Digits inside a word of Latin letters read as the letters they look like, in place; so do the signs of `c4$1n0`.

    A single digit between two letters does (`cas1no`), and where a word has several all of them, those at its start and end
    too (`v14gr4`). A word with a digit that looks like no letter, or with more digits than letters, is a number or a name.
    """
    latin, digit = classes == cc.LATIN, classes == cc.DIGIT
    at = _in_words(codes, latin, digit)
    signs = np.flatnonzero((codes == _DOLLAR) | (codes == _AT) | (codes == _EXCLAIM))
    if len(signs):
        at = distinct(np.concatenate((at, _around_signs(signs, codes, latin, digit))))
    if not len(at):
        return
    letters = np.array([_LEET.get(int(code), int(code)) for code in codes[at]], dtype=np.uint32)
    changed = letters != codes[at]
    codes[at] = letters
    classes[at[changed]] = cc.LATIN
    disguised[at[changed]] = True


def _in_words(codes: NDArray[np.uint32], latin: NDArray[np.bool_], digit: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The digits that read as letters of the word they are in."""
    inside = np.flatnonzero(digit[1:-1] & latin[:-2] & latin[2:]) + 1
    pairs = np.flatnonzero(digit[1:-2] & digit[2:-1] & latin[:-3] & latin[3:]) + 1
    if not len(inside) + len(pairs):
        return inside
    outside = np.concatenate(([-1], np.flatnonzero(~(latin | digit)), [len(codes)]))
    digits = np.flatnonzero(digit)
    behind = np.searchsorted(outside, digits)
    is_first = np.diff(behind, prepend=0) > 0  # of its word
    of, behind = np.cumsum(is_first) - 1, behind[is_first]  # the number of its word, among those with digits
    lengths = outside[behind] - outside[behind - 1] - 1
    n_runs = np.bincount(of[np.diff(digits, prepend=-2) > 1], minlength=len(lengths))
    n_digits = np.bincount(of)
    is_strange = _STRANGE[np.minimum(codes[digits] - ord("0"), len(_STRANGE) - 1)]  # what is below wraps around
    is_word = (np.bincount(of[is_strange], minlength=len(lengths)) == 0) & (2 * n_digits <= lengths)
    has_single, has_inside = np.zeros(len(lengths), dtype=bool), np.zeros(len(lengths), dtype=bool)
    has_single[of[np.searchsorted(digits, inside)]] = True
    has_inside[of[np.searchsorted(digits, np.concatenate((inside, pairs)))]] = True
    in_all = (is_word & has_inside & (n_runs > 1))[of]
    in_one = (is_word & has_single & (n_runs == 1))[of]
    chosen: NDArray[np.int64] = digits[in_all | in_one]
    return chosen


def _around_signs(
    signs: NDArray[np.int64], codes: NDArray[np.uint32], latin: NDArray[np.bool_], digit: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Of some `$`, `@` and `!` those that stand in words, with the digits beside them, if they are few, and at the word's ends.

    A word has a `$` between two letters, or several signs, one of them a `!` or two of them `@`: an address of mail has one.
    """
    word = latin | digit
    signs = signs[(signs > 0) & (signs < len(codes) - 1)]
    is_sign = np.zeros(len(codes), dtype=bool)
    is_sign[signs] = True
    word |= is_sign
    of = np.searchsorted(np.flatnonzero(~word), signs)  # the words' numbers
    is_at = codes[signs] == _AT
    asked = ~is_at | (np.bincount(of[is_at], minlength=len(word) + 1)[of] > 1)
    signs = signs[asked & word[signs - 1] & word[signs + 1]]
    found: list[int] = []
    for start, end in distinct_words(signs, word):
        held = codes[start:end].tolist()
        first = int(held[0] == _AT)  # a name at some service
        last = len(held) - int(held[-1] == _EXCLAIM)  # the end of a sentence
        letters = latin[start:end].tolist()
        others = [at for at in range(first, last) if not letters[at]]
        dollars, ats, exclaims = (sum(held[at] == sign for at in others) for sign in (_DOLLAR, _AT, _EXCLAIM))
        is_leet = dollars > 0 or (len(others) > 1 and (ats > 1 or exclaims > 0))
        is_long = any(then - one == MOST_SIGNS for one, then in zip(others, others[MOST_SIGNS:], strict=False))
        if is_leet and not is_long and sum(letters) >= MIN_LEET_LETTERS:
            found += [start + at for at in others if held[at] in _LEET]
    return np.array(found, dtype=np.int64)


def resolve_accents(codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]) -> None:
    """In words with more accents, or more kinds of them, than any language has the letters lose them, in place."""
    first, last = _ACCENTED
    accented = codes - first < last - first  # what is below wraps around
    if np.count_nonzero(accented) < MIN_KINDS:
        return
    at = np.flatnonzero(accented)
    kind = _kinds()[codes[at] - first]
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


def resolve_mixed_alphabets(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]
) -> None:
    """In words whose letters with accents, strokes and tails no language has together the letters lose them, in place.

    >>> codes = cc.code_points("çåşiñø łódź façade cięcie").copy()
    >>> resolve_mixed_alphabets(codes, cc.tables().classes[codes], np.zeros(len(codes), dtype=bool))
    >>> "".join(map(chr, codes))
    'casino łódź façade cięcie'
    """
    (first, last), (first_more, last_more) = _ODD
    at = np.flatnonzero(
        (codes - np.uint32(first) < last - first) | (codes - np.uint32(first_more) < last_more - first_more)
    )
    letters = codes[at]
    has = _alphabets()[np.where(letters < last, letters - first, letters + (last - first) - first_more)]
    apart = np.flatnonzero(((has[1:] & has[:-1]) == 0) & (np.diff(at) < REACH))
    if not len(apart):
        return
    for start, end in distinct_words(at[apart], classes == cc.LATIN):
        odd = slice(*np.searchsorted(at, (start, end)).tolist())
        if end - start >= MIN_ACCENTED and not np.bitwise_and.reduce(has[odd]):
            plain = np.array([_without_strokes(code) for code in letters[odd].tolist()], dtype=np.uint32)
            codes[at[odd]] = plain
            disguised[at[odd]] |= plain != letters[odd]


@cache
def _alphabets() -> NDArray[np.uint32]:
    """For each of the odd letters the alphabets that have it, a bit for each; all for what is no letter with an accent, stroke or tail."""
    codes = [code for ends in _ODD for code in range(*ends)]
    has = [sum(1 << number for number, letters in enumerate(_ALPHABETS) if chr(code) in letters) for code in codes]
    return np.array(
        [bits if bits or _without_strokes(code) != code else 0xFFFFFFFF for bits, code in zip(has, codes, strict=True)],
        dtype=np.uint32,
    )


def _without_strokes(code: int) -> int:
    """A letter without accents, strokes and tails."""
    if _plain(code) != code:
        return _plain(code)
    match = _WITH().fullmatch(unicodedata.name(chr(code), ""))
    return ord(match[1].lower()) if match else code


def resolve_accented_vowels(codes: NDArray[np.uint32], disguised: NDArray[np.bool_]) -> None:
    """Several vowels one behind the other that all have accents, and of more kinds than languages have that accent many, lose them, in place.

    >>> codes = cc.code_points("ónlíné cásínó, then déjà été, or büyük ölçüde").copy()
    >>> resolve_accented_vowels(codes, np.zeros(len(codes), dtype=bool))
    >>> "".join(map(chr, codes))
    'online casino, then déjà été, or büyük ölçüde'
    """
    first, last = _ACCENTED
    at = np.flatnonzero(codes - first < last - first)  # what is below wraps around
    at = at[_accented_vowels()[codes[at] - first] > 0]
    if len(at) < VOWELS:
        return
    edges = np.concatenate(([0], np.flatnonzero(np.diff(at) > LETTERS_A_VOWEL) + 1, [len(at)]))
    for number in np.flatnonzero(np.diff(edges) >= VOWELS).tolist():
        for letters in _between_plain_vowels(codes, at[edges[number] : edges[number + 1]]):
            kinds = distinct(_accented_vowels()[codes[letters] - first])
            near = codes[max(int(letters[0]) - REACH, 0) : letters[-1] + REACH]
            if len(kinds) >= MIN_VOWELS and not _is_vietnamese(near):
                codes[letters] = [_plain(code) for code in codes[letters].tolist()]
                disguised[letters] = True


def _between_plain_vowels(codes: NDArray[np.uint32], at: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Of some accented vowels those that stand many in a row, without one that has no accent between two."""
    plain = np.flatnonzero(np.isin(codes[at[0] : at[-1]], _VOWELS)) + at[0]
    rows = np.split(at, np.flatnonzero(np.diff(np.searchsorted(plain, at))) + 1)
    return [row for row in rows if len(row) >= VOWELS]


def _is_vietnamese(codes: NDArray[np.uint32]) -> bool:
    """Whether there are letters that only Vietnamese has, of which half of its words have one."""
    return bool(((codes >= _VIETNAMESE[0]) & (codes < _VIETNAMESE[1])).any() or np.isin(codes, _HORNED).any())


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

"""Letters written as others: borrowed from another alphabet (`сasinо`), digits and signs (`c4$1n0`), flags, letters upside down.

Each function changes the folded codes of a text in place where it finds whole words of the kind, and says where.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct
from cleaner.patterns import pattern
from cleaner.spaced import distinct_words

_LEET = {ord(a): ord(b) for a, b in zip("013457$@!", "oieastsai", strict=True)}
_DOLLAR, _AT, _EXCLAIM = map(ord, "$@!")
_STRANGE = np.array([ord(digit) not in _LEET for digit in "0123456789:"])  # and digits of other scripts
MOST_SIGNS = 3  # digits and signs in a row that may stand for letters,
MIN_LEET_LETTERS = 2  # and letters beside them in their word
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

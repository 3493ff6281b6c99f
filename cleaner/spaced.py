"""Letters set apart (`爱 上 海`, `c-a-s-i-n-o`, `c🔥a🔥s🔥i🔥n🔥o`), drawn out (`casssiiino`, `ccaassiinnoo`) or with marks on all of them (`c̣ạṣịṇọ`): what
stands between them for nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct

Ints = NDArray[np.int64]
MIN_SPACED_HAN = 3  # letters of a chain `爱 上 海` before its gaps are closed
MIN_SPACED = 5  # the same for alphabets, where initials and enumerations make shorter chains
MIN_BRACKETED = 4  # the same where each stands in brackets, for all scripts
WIDEST = 8  # characters from a letter to the next across the white space between two words of letters set apart
DRAWN_OUT = 3  # times a letter stands in a row that is drawn out,
MIN_DRAWN_OUT = 2  # and how many such letters a word has
MIN_DOUBLED = 5  # letters in a row that all stand twice
MIN_LETTERS = 3  # different letters of such a word: `fffeee` is a number
# Letters in a row that all have combining marks, in one word or in several: Czech, Yoruba and Vietnamese do not come to it.
MIN_MARKED, MIN_MARKED_WORDS = 5, 10
_MARKS = np.array(
    [(0x300, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF)], dtype=np.uint32
)
REACH = 24  # characters of a word that are looked at on either side
_GAP = np.zeros(cc.N_CLASSES, dtype=bool)
_GAP[[cc.SPACE, cc.SENTENCE_END, cc.COMMA, cc.SEPARATOR, cc.PUNCT, cc.SYMBOL]] = True
_JOINT, _BRACKETS = (
    np.array([cc.CLOSE, cc.SPACE, cc.OPEN]),
    np.array([1, 3]),
)  # between two words of letters in brackets
_NONE = np.empty(0, dtype=np.int64)


def gaps_in_spaced_words(classes: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Positions of the gaps to be closed in chains of single letters, and of white space between two such words beyond the first.

    >>> letter, space = cc.LATIN, cc.SPACE
    >>> a_word = [letter, space, letter, space, letter]
    >>> gaps, more = gaps_in_spaced_words(np.array([cc.NEWLINE, *a_word, space, space, *a_word, cc.NEWLINE], dtype=np.uint8))
    >>> gaps.tolist(), more.tolist()
    ([2, 4, 9, 11], [7])
    """
    letter = classes >= cc.OTHER_LETTER
    edge = letter[1:] != letter[:-1]
    single = np.flatnonzero(edge[:-1] & edge[1:] & letter[1:-1]) + 1  # a text begins and ends with a line end or alone
    step = np.diff(single)
    is_gap = step == 2
    is_gap[is_gap] = _GAP[classes[single[:-1][is_gap] + 1]]
    brackets = np.flatnonzero(step == 3)
    brackets = brackets[(classes[single[brackets] + 1] == cc.CLOSE) & (classes[single[brackets] + 2] == cc.OPEN)]
    is_gap[brackets] = True
    if not (is_gap[1:] & is_gap[:-1]).any():
        return _NONE, _NONE
    is_wide = (step > 2) & (step <= WIDEST)
    for distance in range(1, WIDEST):
        asked = np.flatnonzero(is_wide & (step > distance))
        is_wide[asked] = classes[single[asked] + distance] == cc.SPACE
    joints = np.flatnonzero(step == 4)
    is_wide[joints] |= (classes[single[joints, None] + np.arange(1, 4)] == _JOINT).all(axis=1)
    return _in_chains(classes, single, is_gap, is_wide)


def _in_chains(
    classes: NDArray[np.uint8], single: Ints, is_gap: NDArray[np.bool_], is_wide: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """The same, of single letters with gaps, brackets or wide white space between some and the next; short chains have none.

    In `c-a-s-i-n-o b-o-n-u-s` the hyphens set letters apart, and the space separates words.
    """
    chain = np.cumsum(np.concatenate(([True], ~(is_gap | is_wide))))
    letters, of = np.bincount(chain), chain[:-1]
    is_double = is_gap & (np.diff(single) == 3)
    n_gaps, n_wide = (np.bincount(of[which], minlength=len(letters)) for which in (is_gap, is_wide))
    is_sign = is_gap.copy()
    is_sign[is_gap] = classes[single[:-1][is_gap] + 1] != cc.SPACE
    by_signs = 2 * np.bincount(of[is_sign], minlength=len(letters)) >= np.maximum(n_gaps, 1)
    unspaced = (classes[single] >= cc.HAN) & (classes[single] <= cc.HANGUL)
    shortest = np.where(np.bincount(chain, weights=unspaced) > 0, MIN_SPACED_HAN, MIN_SPACED)
    shortest[np.bincount(of[is_double], minlength=len(letters)) > 0] = MIN_BRACKETED
    is_long = (letters >= shortest) & (n_gaps > n_wide)
    closed = is_gap & is_long[of] & (is_sign == by_signs[of])
    words_apart = np.flatnonzero(is_wide & is_long[of])
    more = [
        np.arange(single[at] + 2, single[at + 1]) if classes[single[at] + 1] == cc.SPACE else single[at] + _BRACKETS
        for at in words_apart.tolist()
    ]
    gaps = np.concatenate((single[:-1][closed] + 1, single[:-1][closed & is_double] + 2))
    return gaps, np.concatenate(more) if more else _NONE


def doubled(codes: NDArray[np.uint32], classes: NDArray[np.uint8], pairs: Ints, same: NDArray[np.bool_]) -> Ints:
    """Positions of the second letters of words all of whose letters stand twice; `same`: is a character that behind it, `pairs`: where.

    >>> codes = cc.code_points("a ccaassiinnoo, bookkeeper")
    >>> same = codes[1:] == codes[:-1]
    >>> doubled(codes, cc.tables().classes[codes], np.flatnonzero(same), same).tolist()
    [3, 5, 7, 9, 11, 13]
    """
    pairs = pairs[classes[pairs] >= cc.OTHER_LETTER]
    for step in range(2, 2 * MIN_DOUBLED, 2):
        pairs = pairs[: np.searchsorted(pairs, len(same) - step)]
        pairs = pairs[same[pairs + step] & (classes[pairs + step] >= cc.OTHER_LETTER)]
        if step == 2:
            pairs = pairs[codes[pairs] != codes[pairs + 2]]
        if not len(pairs):
            return _NONE
    return distinct((pairs[:, None] + np.arange(1, 2 * MIN_DOUBLED, 2)).ravel())


def drawn_out(codes: NDArray[np.uint32], classes: NDArray[np.uint8]) -> Ints:
    """Positions of the letters to be dropped from words in which several are drawn out, in `casssiiino` all but one `s` and `i`.

    Or in which all stand twice.

    >>> codes = cc.code_points("sooo casssiiino")
    >>> drawn_out(codes, np.where(codes == 32, cc.SPACE, cc.LATIN).astype(np.uint8)).tolist()
    [8, 9, 11, 12]
    """
    same = codes[1:] == codes[:-1]
    pairs = np.flatnonzero(same)
    twice = doubled(codes, classes, pairs, same)
    thrice = pairs[:-1][np.diff(pairs) == 1] + 2
    thrice = thrice[classes[thrice] == cc.LATIN]
    other = (np.diff(thrice) <= REACH) & (codes[thrice[1:]] != codes[thrice[:-1]])  # perhaps of the same word
    if not other.any():
        return twice
    found = [twice]
    for start, end in distinct_words(thrice[1:][other], classes == cc.LATIN):
        word = codes[start:end]
        again = np.flatnonzero(word[1:] == word[:-1]) + 1
        runs = np.split(again, np.flatnonzero(np.diff(again) > 1) + 1)
        long = [run for run in runs if len(run) >= DRAWN_OUT - 1]
        if len(long) >= MIN_DRAWN_OUT and len(distinct(word)) >= MIN_LETTERS:
            found += [run + start for run in long]
    return np.concatenate(found)


def marked_all_over(points: NDArray[np.uint32], classes: NDArray[np.uint8]) -> Ints:
    """Positions of the combining marks on letters of which one behind the other has some, as no language writes.

    >>> marked = cc.code_points("c\\u0323a\\u0323s\\u0323i\\u0323n\\u0323\\u0301o e\\u0301t")
    >>> marked_all_over(marked, cc.tables().classes[marked]).tolist()
    [1, 3, 5, 7, 9, 10]
    """
    is_mark = classes == cc.MARK
    if np.count_nonzero(is_mark) < MIN_MARKED:
        return _NONE
    at = np.flatnonzero(is_mark | (classes == cc.INVISIBLE))
    kind = np.searchsorted(_MARKS[:, 0], points[at], side="right") - 1
    at = at[(kind >= 0) & (points[at] <= _MARKS[kind, 1])]
    at = at[at > 0]
    if len(at) < MIN_MARKED:
        return _NONE
    first = np.concatenate(([True], np.diff(at) > 1))  # of the marks on one letter
    letters = at[first] - 1
    behind = np.concatenate((at[:-1][first[1:]], at[-1:])) + 1
    spaces = classes[np.minimum(behind, len(classes) - 1)] == cc.SPACE
    is_long = np.zeros(len(letters), dtype=bool)
    for next_letter, least in ((behind, MIN_MARKED), (behind + spaces, MIN_MARKED_WORDS)):
        joins = (next_letter[:-1] == letters[1:]) & (classes[letters[:-1]] >= cc.OTHER_LETTER)
        run = np.cumsum(np.concatenate(([True], ~joins)))
        is_long |= (np.bincount(run) >= least)[run]
    found: Ints = at[is_long[np.cumsum(first) - 1]]
    return found


def distinct_words(at: Ints, is_word: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of the words that some sorted positions are in, each once; very long ones in parts.

    >>> distinct_words(np.array([1, 2, 6]), np.array([1, 1, 1, 0, 0, 1, 1], dtype=bool))
    [(0, 3), (5, 7)]
    """
    outside = np.concatenate(([-1], np.flatnonzero(~is_word), [len(is_word)]))
    behind = np.searchsorted(outside, at)
    starts, ends = np.maximum(outside[behind - 1] + 1, at - REACH), np.minimum(outside[behind], at + REACH)
    words: list[tuple[int, int]] = []
    for place, start, end in zip(at.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if not words or place >= words[-1][1]:
            words.append((start, end))
    return words

"""Does a text read on across a place? Which n-grams and pairs of words that span it stand in clean text.

One bit a hash in a table of 2**24 says whether an n-gram (orders 2 to 5) or a pair of neighbouring words was seen often
enough in clean text. Spam put into a sentence breaks it at both ends, and where it is taken out the sentence is whole again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams
from cleaner.reading import Ints

TABLE_BITS = 24
ORDERS = (2, 3, 4, 5)
MAX_WORD = 16  # characters; pairs with a longer word are not looked up
_REACH = ORDERS[-1] - 1
_BLANKS = 3  # white space skipped on either side of a place
_STEP, _MIX = np.uint32(0x01000193), np.uint32(0x9E3779B1)  # as in `cleaner.ngrams`
_PAIR = 9
_IS_BLANK = np.zeros(cc.N_CLASSES, dtype=bool)
_IS_BLANK[[cc.SPACE, cc.NEWLINE]] = True
_SPACE = np.uint32(32)


class Seams(NamedTuple):
    """For each of some places: spanning n-grams seen, of orders 2 and 3 (at most 3) and 4 and 5 (at most 7), and the pair of words (0 or 1)."""

    short: NDArray[np.int8]
    long: NDArray[np.int8]
    pair: NDArray[np.int8]


def gram_indices(codes: NDArray[np.uint32]) -> Iterator[NDArray[np.uint32]]:
    """The table index of every n-gram of hashable codes, order after order."""
    rolling = codes.copy()
    for order in range(2, ORDERS[-1] + 1):
        if order > len(codes):
            return
        rolling = rolling[:-1] * _STEP + codes[order - 1 :]
        yield _index(rolling, order)


def pair_indices(codes: NDArray[np.uint32], classes: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The table index of every pair of neighbouring words that a look-up can ask for."""
    starts, ends, hashes = ngrams.words(codes, classes)
    short = ends - starts <= MAX_WORD
    near = np.flatnonzero((starts[1:] - ends[:-1] <= 2) & short[1:] & short[:-1]) + 1
    return _index(hashes[near - 1] * _STEP + hashes[near], _PAIR)


def _index(hashes: NDArray[np.uint32], order: int) -> NDArray[np.uint32]:
    mixed = (hashes + np.uint32(0x68E31DA4 * order & 0xFFFFFFFF)) * _MIX
    mixed ^= mixed >> np.uint32(15)
    return (mixed * _MIX) >> np.uint32(32 - TABLE_BITS)


def packed(counts: NDArray[np.int32], load: float) -> NDArray[np.uint8]:
    """The table of the hashes counted most often, at most a share `load` of all, as 2**21 bytes of bits."""
    least = 1
    while (counts >= least).mean() > load:
        least += 1
    return np.packbits(counts >= least, bitorder="little")


def _is_seen(seen: NDArray[np.uint8], index: NDArray[np.uint32]) -> NDArray[np.int8]:
    bits = seen.take(index >> np.uint32(3)) >> (index & np.uint32(7)).astype(np.uint8)
    return (bits & np.uint8(1)).astype(np.int8)


def seams(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], left: Ints, right: Ints, seen: NDArray[np.uint8]
) -> Seams:
    """How well codes[:left[i]] reads on with codes[right[i]:], for every i; white space between the two counts as one space."""
    last = len(codes) - 1
    left = left - 1
    gap = np.zeros(len(left), dtype=bool)
    for _ in range(_BLANKS):
        blank_left = _IS_BLANK[classes[np.maximum(left, 0)]]
        blank_right = _IS_BLANK[classes[np.minimum(right, last)]]
        gap |= blank_left | blank_right
        left, right = left - blank_left, right + blank_right
    window = np.empty((2 * _REACH + 1, len(left)), dtype=np.uint32)
    for column in range(_REACH + 1):
        window[column] = codes[np.maximum(left - _REACH + column + gap, 0)]
    window[_REACH, gap] = _SPACE
    for column in range(_REACH):
        window[_REACH + 1 + column] = codes[np.minimum(right + column, last)]
    short, long = _spanning(window, seen)
    first, second = _word_before(codes, classes, left), _word_behind(codes, classes, right)
    pair = _is_seen(seen, _index(first * _STEP + second, _PAIR)) * ((first != 0) & (second != 0))
    return Seams(short, long, pair.astype(np.int8))


def _spanning(window: NDArray[np.uint32], seen: NDArray[np.uint8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Seen n-grams over the place behind column _REACH, of the two lower and of the two higher orders."""
    counts = np.zeros((2, window.shape[1]), dtype=np.int8)
    rolling = window
    for order in range(2, ORDERS[-1] + 1):
        rolling = rolling[:-1] * _STEP + window[order - 1 :]
        over = rolling[_REACH + 2 - order : _REACH + 1]
        counts[int(order > 3)] += np.add.reduce(_is_seen(seen, _index(over, order)), axis=0, dtype=np.int8)
    return counts[0], counts[1]


_DISTANCES = np.arange(MAX_WORD + 1)[:, None]
_POWERS, _INVERSES = (
    np.array([pow(base, distance, 1 << 32) for distance in range(MAX_WORD)], dtype=np.uint32)
    for base in (int(_STEP), pow(int(_STEP), -1, 1 << 32))
)


def _word_behind(codes: NDArray[np.uint32], classes: NDArray[np.uint8], at: Ints) -> NDArray[np.uint32]:
    """The hash of the word that begins at each offset, 0 where none does or it is too long."""
    return _word(codes, classes, at + _DISTANCES, _POWERS)[0]


def _word_before(codes: NDArray[np.uint32], classes: NDArray[np.uint8], at: Ints) -> NDArray[np.uint32]:
    """The hash of the word whose last character is at each offset, 0 where none is or it is too long."""
    sums, length = _word(codes, classes, at - _DISTANCES, _INVERSES)
    hashes: NDArray[np.uint32] = sums * _POWERS[np.maximum(length, 1) - 1]
    return hashes


def _word(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], places: Ints, powers: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], Ints]:
    """The characters of a word times `powers`, added up, and how many there are: 0, 0 for a word that is too long.

    places    MAX_WORD + 1 x n: where the word is sought, from its one end on
    """
    places = np.clip(places, 0, len(codes) - 1)
    inside = np.logical_and.accumulate(ngrams.IS_WORD_CLASS[classes[places]], axis=0)
    inside &= ~inside[-1]
    inside = inside[:-1]
    return np.add.reduce(codes[places[:-1]] * powers[:, None] * inside, axis=0, dtype=np.uint32), inside.sum(axis=0)

"""Hashed n-grams: which entries of a weight table stand at each place of a folded text.

Characters in orders 1, 2, 3 and 5, and words alone and in pairs, share one table of 2**21 weights. Hashes are integer
arithmetic on code points, so a text scores the same on its own, in a batch, and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc

TABLE_BITS = 21
ROW_BITS = 16  # of a trigram in the smaller tables
CHAR_ORDERS = (1, 2, 3, 5)
CHUNK = 1 << 16  # characters a pass, so that all arrays stay in the cache
_STEP = np.uint32(0x01000193)  # FNV-1a's prime
_SPACE = np.uint32(32)
_MIX = np.uint32(0x9E3779B1)  # 2**32 divided by the golden ratio
_SEEDS = {order: np.uint32(0x68E31DA4 * order * int(_MIX) & 0xFFFFFFFF) for order in (1, 2, 3, 5, 11, 12)}
_WORD, _PAIR = 11, 12
_RADIX, _RADIX_INVERSE = 0x01000193, pow(0x01000193, -1, 1 << 32)
IS_WORD_CLASS = np.zeros(cc.N_CLASSES, dtype=bool)
IS_WORD_CLASS[[cc.DIGIT, cc.MARK, cc.OTHER_LETTER, *range(cc.SCRIPT0, cc.N_CLASSES)]] = True
IS_WORD_CLASS[[cc.HAN, cc.HIRAGANA, cc.KATAKANA, cc.THAI]] = False


def hashable(codes: NDArray[np.uint32], classes: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Folded code points with every kind of white space as a plain space."""
    plain = codes.copy()
    plain[np.flatnonzero(((classes == cc.NEWLINE) | (classes == cc.SPACE)) & (codes != _SPACE))] = _SPACE  # few
    return plain


def _index(mixed: NDArray[np.uint32], order: int) -> NDArray[np.uint32]:
    """The table index of hashes times _MIX."""
    index = mixed + _SEEDS[order]
    index >>= np.uint32(32 - TABLE_BITS)
    return index


def char_grams(codes: NDArray[np.uint32]) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """(order, table index of the n-gram that starts at each character) for every order; the tail has fewer.

    >>> [(order, len(index)) for order, index in char_grams(cc.code_points("casino"))]
    [(1, 6), (2, 5), (3, 4), (5, 2)]
    """
    mixed = codes * _MIX  # once for all orders
    rolling = mixed.copy()
    for order in range(1, CHAR_ORDERS[-1] + 1):
        if order > len(codes):
            return
        if order > 1:
            rolling = rolling[:-1]
            rolling *= _STEP
            rolling += mixed[order - 1 :]
        if order in CHAR_ORDERS:
            yield order, _index(rolling, order)


def words(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Starts, ends and hashes of the words: the sum of code times radix**position, so that a word can be hashed from either end."""
    word = IS_WORD_CLASS.take(classes)
    edge = np.flatnonzero(np.concatenate((word[:1], word[1:] != word[:-1], word[-1:])))
    starts, ends = edge[0::2].copy(), edge[1::2].copy()
    sums = np.empty(len(codes) + 1, dtype=np.uint32)
    sums[0] = 0
    np.cumsum(codes * _powers(len(codes), _RADIX), dtype=np.uint32, out=sums[1:])
    hashes = sums.take(ends)
    hashes -= sums.take(starts)
    hashes *= _powers(len(codes), _RADIX_INVERSE).take(starts)
    return starts, ends, hashes


def word_grams(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]]:
    """Starts and table indices of the words, then of the pairs of neighbouring words (placed at the second word)."""
    starts, ends, hashes = words(codes, classes)
    hashes *= _MIX
    near = np.flatnonzero(starts[1:] - ends[:-1] <= 2) + 1
    return starts, _index(hashes, _WORD), starts[near], _index(hashes[near - 1] * _STEP + hashes[near], _PAIR)


_power_cache: dict[int, NDArray[np.uint32]] = {}


def _powers(n: int, radix: int) -> NDArray[np.uint32]:
    """radix**0 … radix**(n-1) modulo 2**32."""
    known = _power_cache.get(radix)
    if known is None or len(known) < n:
        factors = np.full(max(n, 1 << 17), radix, dtype=np.uint32)
        factors[0] = 1
        known = _power_cache[radix] = np.cumprod(factors, dtype=np.uint32)
    return known[:n]


def scan(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], weights: NDArray[np.int8]
) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """For each character the summed weights, and the row of the trigram around it in a table of 2**ROW_BITS.

    An n-gram counts at its middle, a word at its first letter; the first and the last character have row 0.
    """
    out, rows = np.zeros(len(codes), dtype=np.int16), np.zeros(len(codes), dtype=np.uint16)
    found, places = np.empty(CHUNK, dtype=np.int8), np.empty(CHUNK, dtype=np.intp)
    reach = CHAR_ORDERS[-1] - 1
    for first in range(0, len(codes), CHUNK):
        stop = min(first + CHUNK, len(codes))
        for order, index in char_grams(codes[first : stop + reach]):
            index = index[: stop - first]
            middle = slice(first + (order - 1) // 2, first + (order - 1) // 2 + len(index))
            place = places[: len(index)]
            place[:] = index  # a look-up converts what it is given, which takes longer
            out[middle] += weights.take(place, out=found[: len(index)], mode="wrap")  # none is out of range: fastest
            if order == 3:
                np.right_shift(index, np.uint32(TABLE_BITS - ROW_BITS), out=rows[middle], casting="unsafe")
    if len(codes):
        starts, of_words = _word_weights(codes, classes, weights)
        out[starts] += of_words
    return out, rows


def _word_weights(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], weights: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """The starts of the words, and the weight of each and of its pair with the one before it."""
    starts, ends, hashes = words(codes, classes)
    hashes *= _MIX
    found = weights.take(_index(hashes, _WORD), mode="wrap").astype(np.int16)
    pairs = weights.take(_index(hashes[:-1] * _STEP + hashes[1:], _PAIR), mode="wrap")
    pairs *= starts[1:] - ends[:-1] <= 2
    found[1:] += pairs
    return starts, found


def trigram_rows(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The rows alone, as `scan` has them.

    >>> trigram_rows(cc.code_points("aa")).tolist()
    [0, 0]
    """
    rows = np.zeros(len(codes), dtype=np.uint32)
    for order, index in char_grams(codes):
        if order == 3:
            np.right_shift(index, np.uint32(TABLE_BITS - ROW_BITS), out=rows[1:-1])
    return rows

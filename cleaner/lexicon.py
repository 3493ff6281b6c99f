"""What is known of single n-grams: their odds in spam against clean text, and which ones stand in known spam.

Characters in orders 2 to 5, words, and pairs of words have a 30-bit key. `odds` is a plain table: every n-gram has an entry,
shared with others. `known` holds only n-grams of known spam, each with eight more bits of its key, so that others seldom
pass for one of them. Both are looked up only in lines with hot runs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams

KEY_BITS = 30
ODDS_BITS, KNOWN_BITS = 21, 22
ODDS_UNIT, KNOWN_UNIT = 16, 12  # table units per nat
ORDERS = (2, 3, 4, 5)
KINDS = (*(str(order) for order in ORDERS), "words", "pairs")
_STEP = np.uint32(0x01000193)  # FNV-1a's prime, as in `cleaner.ngrams`
_MIX = np.uint32(0x9E3779B1)  # 2**32 divided by the golden ratio
_MIX2 = np.uint32(0x85EBCA6B)  # of MurmurHash3's finalizer
_WORD, _PAIR = 11, 12
NAMES = (
    *(f"odds_{kind}" for kind in KINDS), *(f"known_{kind}" for kind in KINDS),
    "known_strong_3", "known_strong_5", "known_strong_words", "covered", "covered_share", "covered_strong",
)  # fmt: skip


def _key(hashes: NDArray[np.uint32], kind: int) -> NDArray[np.uint32]:
    mixed = hashes + np.uint32(0x68E31DA4 * kind & 0xFFFFFFFF)
    mixed *= _MIX
    mixed ^= mixed >> np.uint32(15)
    mixed *= _MIX2
    mixed >>= np.uint32(32 - KEY_BITS)
    return mixed


Ints = NDArray[np.int64]
Places = slice | Ints


def keys(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8]
) -> Iterator[tuple[Places, Places, Places, NDArray[np.uint32]]]:
    """For each kind of n-gram: where each counts, its first and its last character, and its key.

    A run of characters counts at its middle, a word at its first letter, a pair of words at the second one's.

    >>> codes = cc.code_points("a casino")
    >>> [len(key) for _, _, _, key in keys(codes, cc.tables().classes[codes])]
    [7, 6, 5, 4, 2, 1]
    """
    rolling = codes
    for order in range(2, ORDERS[-1] + 1):
        rolling = rolling[:-1] * _STEP + codes[order - 1 :]
        n, middle = len(rolling), (order - 1) // 2
        yield slice(middle, middle + n), slice(n), slice(order - 1, order - 1 + n), _key(rolling, order)
    starts, ends, hashes = ngrams.words(codes, classes)
    yield starts, starts, ends - 1, _key(hashes, _WORD)
    second = np.flatnonzero(starts[1:] - ends[:-1] <= 2) + 1
    pairs = _key(hashes[second - 1] * _STEP + hashes[second], _PAIR)
    yield starts[second], starts[second - 1], ends[second] - 1, pairs


def evidence(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], odds: NDArray[np.int8], known: NDArray[np.uint16]
) -> NDArray[np.int8]:
    """(2 * len(KINDS) + 1) x n: for each kind the odds, then for each the strength in known spam, of the n-gram that counts at each character.

    0 where there is none. The last row holds the strength of the strongest n-gram of known spam that each character is part
    of: it means the same in scripts that say much in two characters and in those that take ten. An n-gram with a line end
    inside counts nothing, so that a line has the same figures whatever lines it is looked at with.
    """
    out = np.zeros((2 * len(KINDS) + 1, len(codes)), dtype=np.int8)
    before = np.concatenate((np.zeros(1, dtype=np.int32), np.cumsum(classes == cc.NEWLINE, dtype=np.int32)))
    behind = before[1:]
    for row, (place, first, last, key) in enumerate(keys(codes, classes)):
        within = before[last] == behind[first]
        for values, at in (
            (odds.take(key >> np.uint32(KEY_BITS - ODDS_BITS), mode="wrap"), row),
            (strengths(key, known), len(KINDS) + row),
        ):
            values *= within
            out[at, place] = values
        if isinstance(first, slice):  # of characters: words are made of these
            for shift in range(len(codes) - len(key) + 1):
                cover = out[COVER, shift : shift + len(key)]
                np.maximum(cover, values, out=cover)
    out[COVER, classes == cc.NEWLINE] = 0  # it stands between two lines, which need not be of one text
    return out


def strengths(key: NDArray[np.uint32], known: NDArray[np.uint16]) -> NDArray[np.int8]:
    """The strength of each key in known spam, 1 to 127, and 0 of one that does not stand there."""
    entry = known.take(key >> np.uint32(KEY_BITS - KNOWN_BITS), mode="wrap")
    strength = entry.astype(np.int8)  # the lower byte, which is at most 127
    entry >>= np.uint16(8)
    strength *= entry == fingerprints(key)
    return strength


def fingerprints(key: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The eight bits of a key behind those that say where it stands in `known`."""
    return (key >> np.uint32(KEY_BITS - KNOWN_BITS - 8)).astype(np.uint8)


COVER = 2 * len(KINDS)  # the row of `evidence` behind those of the kinds
STRONG_KNOWN = 36  # table units from which an n-gram of known spam is strong
_N_KINDS = len(KINDS)
_N_CHARACTERS = len(ORDERS)  # kinds of n-grams of characters; words and pairs of words stand behind them
_STRONG = (1, 3, 4)  # the kinds whose strong n-grams are counted: triples, fives, words
# Rows of `sums` behind those of the lexicon.
_COVERED, _ODDS_TOTAL, _KNOWN_TOTAL, _N_WORDS, _N_PAIRS, _N_COVERED, _N_STRONG, _STRONG_FIRST = range(COVER, COVER + 8)


def sums(found: NDArray[np.int8]) -> NDArray[np.int32]:
    """Running sums of the rows of `evidence`, of those for characters together, of words, pairs and strong n-grams."""
    table = np.zeros((_STRONG_FIRST + len(_STRONG), found.shape[1] + 1), dtype=np.int32)
    np.cumsum(found, axis=1, dtype=np.int32, out=table[: len(found), 1:])
    np.add.reduce(table[:_N_CHARACTERS], axis=0, out=table[_ODDS_TOTAL])
    np.add.reduce(table[_N_KINDS : _N_KINDS + _N_CHARACTERS], axis=0, out=table[_KNOWN_TOTAL])
    np.cumsum(found[_N_CHARACTERS:_N_KINDS] != 0, axis=1, dtype=np.int32, out=table[_N_WORDS : _N_PAIRS + 1, 1:])
    np.cumsum(found[COVER] > 0, dtype=np.int32, out=table[_N_COVERED, 1:])
    np.cumsum(found[COVER] >= STRONG_KNOWN, dtype=np.int32, out=table[_N_STRONG, 1:])
    for row, kind in enumerate(_STRONG, _STRONG_FIRST):
        np.cumsum(found[_N_KINDS + kind] >= STRONG_KNOWN, dtype=np.int32, out=table[row, 1:])
    return table


def means(table: NDArray[np.int32], a: Ints, b: Ints) -> dict[str, NDArray[np.float64]]:
    """Of stretches a:b, from `sums`: the mean of every kind in nats, and the share of strong n-grams."""
    inside = table[:, b] - table[:, a]
    length = np.maximum(b - a, 1)
    counts = [length] * _N_CHARACTERS + [np.maximum(inside[row], 1) for row in (_N_WORDS, _N_PAIRS)]
    out = {}
    for number, (kind, count) in enumerate(zip(KINDS, counts, strict=True)):
        out[f"odds_{kind}"] = inside[number] / (count * ODDS_UNIT)
        out[f"known_{kind}"] = inside[_N_KINDS + number] / (count * KNOWN_UNIT)
    for row, kind_number in enumerate(_STRONG, _STRONG_FIRST):
        out[f"known_strong_{KINDS[kind_number]}"] = inside[row] / counts[kind_number]
    out["covered"] = inside[_COVERED] / (length * KNOWN_UNIT)
    out["covered_share"], out["covered_strong"] = inside[_N_COVERED] / length, inside[_N_STRONG] / length
    return out


def totals(table: NDArray[np.int32], name: str, a: Ints, b: Ints) -> dict[str, NDArray[np.float64]]:
    """The mean odds and the mean strength in known spam of stretches a:b, all n-grams of characters together, and how far they are covered."""
    length = np.maximum(b - a, 1)
    return {
        f"{kind}_{name}": (total[b] - total[a]) / (length * unit) for kind, (total, unit) in total_rows(table).items()
    }


def total_rows(table: NDArray[np.int32]) -> dict[str, tuple[NDArray[np.int32], int]]:
    """From `sums`: the running sums of all n-grams of characters together, and of what is covered, with their units per nat."""
    rows = {"odds": (_ODDS_TOTAL, ODDS_UNIT), "known": (_KNOWN_TOTAL, KNOWN_UNIT), "covered": (_COVERED, KNOWN_UNIT)}
    return {name: (table[row], unit) for name, (row, unit) in rows.items()}

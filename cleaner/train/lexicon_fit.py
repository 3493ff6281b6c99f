"""Fit the tables of `cleaner.lexicon` by counting: n-grams of spam fragments, and how often exactly these stand in clean text.

Both tables hold log P(n-gram | spam) - log P(n-gram | clean). A gram counts once a fragment, and a campaign's fragments count
by the root of their number, so that no campaign's wording decides alone. What stands in one made-up fragment only is for the most
part chance (digits, names, what happens to meet), and would crowd the rest out of `known`: two thirds of all its n-grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams
from cleaner.lexicon import KEY_BITS, KNOWN_BITS, KNOWN_UNIT, ODDS_BITS, ODDS_UNIT, fingerprints, keys
from cleaner.train.ngram_fit import chunks, folded, lots
from cleaner.view import fold

ODDS_PRIOR, KNOWN_PRIOR = (
    0.1,
    0.01,
)  # clean occurrences, in units of the clean text's size over the spam's, added to each gram's
LEAST = 2.0  # nats from which a gram of known spam is kept
MADE_LEAST = 2  # made-up fragments that a gram of known spam stands in, unless a collected one has it
_FILTER_BITS = 24


class SpamGrams(NamedTuple):
    """The distinct keys of all fragments' n-grams, sorted, and every (fragment, key) that occurs: the key by its number."""

    vocabulary: NDArray[np.uint32]
    number: NDArray[np.int64]
    owner: NDArray[np.int64]


def spam_grams(fragments: Sequence[str]) -> SpamGrams:
    """The n-grams of all fragments, each once a fragment."""
    found = []
    first = 0
    for lot in lots(fragments, 1 << 19):
        view = fold(cc.code_points("".join(f"\n{text}\n" for text in lot)))
        owners = np.repeat(np.arange(first, first + len(lot)), [len(text) + 2 for text in lot])[view.source]
        codes = ngrams.hashable(view.codes, view.classes)
        for _, begin, end, key in keys(codes, view.classes):
            whole = owners[begin] == owners[end]
            found.append(owners[begin][whole] << KEY_BITS | key[whole].astype(np.int64))
        first += len(lot)
    pairs = np.unique(np.concatenate(found))
    vocabulary, number = np.unique((pairs & ((1 << KEY_BITS) - 1)).astype(np.uint32), return_inverse=True)
    return SpamGrams(vocabulary, number, pairs >> KEY_BITS)


class CleanCounts(NamedTuple):
    """Of some clean text: how often each key of a vocabulary stands there, how often each entry of `odds`, and all n-grams."""

    of_vocabulary: NDArray[np.int64]
    of_entries: NDArray[np.int64]
    total: int


def together(parts: Sequence[CleanCounts]) -> CleanCounts:
    """The counts of several texts."""
    vocabulary, entries, totals = zip(*parts, strict=True)
    return CleanCounts(np.sum(vocabulary, axis=0), np.sum(entries, axis=0), sum(totals))


def clean_counts(texts: Sequence[str], vocabulary: NDArray[np.uint32]) -> CleanCounts:
    """Count the n-grams of clean texts."""
    may_be = np.zeros(1 << _FILTER_BITS, dtype=bool)
    may_be[vocabulary >> np.uint32(KEY_BITS - _FILTER_BITS)] = True
    of_vocabulary = np.zeros(len(vocabulary), dtype=np.int64)
    of_entries = np.zeros(1 << ODDS_BITS, dtype=np.int64)
    total = 0
    for chunk in chunks(texts, 1 << 21):
        for _, _, _, key in keys(*folded(chunk)):
            total += len(key)
            of_entries += np.bincount(key >> np.uint32(KEY_BITS - ODDS_BITS), minlength=1 << ODDS_BITS)
            key = key[may_be[key >> np.uint32(KEY_BITS - _FILTER_BITS)]]
            at = np.minimum(np.searchsorted(vocabulary, key), len(vocabulary) - 1)
            of_vocabulary += np.bincount(at[vocabulary[at] == key], minlength=len(vocabulary))
    return CleanCounts(of_vocabulary, of_entries, total)


def tables(
    spam: SpamGrams,
    campaigns: NDArray[np.int64],
    made: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    clean: CleanCounts,
) -> tuple[NDArray[np.int8], NDArray[np.uint16]]:
    """`odds` and `known` from the chosen fragments and some clean text.

    `campaigns` has the number of every fragment's campaign, `made` whether it comes from a grammar.
    """
    of_chosen = chosen[spam.owner]
    pairs = campaigns[spam.owner[of_chosen]] * len(spam.vocabulary) + spam.number[of_chosen]
    pairs, counts = np.unique(pairs, return_counts=True)
    size = len(spam.vocabulary)
    weight = np.bincount(pairs % size, weights=np.sqrt(counts), minlength=size).astype(np.float64)
    times = np.where(made[spam.owner[of_chosen]], 1, MADE_LEAST)
    of_known = np.bincount(spam.number[of_chosen], weights=times, minlength=size) >= MADE_LEAST
    return _odds(spam.vocabulary, weight, clean), _known(spam.vocabulary, weight, of_known, clean)


def _odds(vocabulary: NDArray[np.uint32], weight: NDArray[np.float64], clean: CleanCounts) -> NDArray[np.int8]:
    entries = np.bincount(vocabulary >> np.uint32(KEY_BITS - ODDS_BITS), weights=weight, minlength=1 << ODDS_BITS)
    ratio = clean.total / weight.sum()
    odds = np.log(entries + 1) - np.log(clean.of_entries / ratio + ODDS_PRIOR)
    units: NDArray[np.int8] = np.clip(np.rint((odds + np.log(ODDS_PRIOR)) * ODDS_UNIT), -127, 127).astype(np.int8)
    return units


def _known(
    vocabulary: NDArray[np.uint32], weight: NDArray[np.float64], of_known: NDArray[np.bool_], clean: CleanCounts
) -> NDArray[np.uint16]:
    """Of the grams that fall on one entry the strongest stays."""
    ratio = clean.total / weight.sum()
    strength = np.log(np.maximum(weight, 1e-9)) - np.log(clean.of_vocabulary / ratio + KNOWN_PRIOR)
    kept = np.flatnonzero(of_known & (strength >= LEAST))
    kept = kept[np.argsort(strength[kept], kind="stable")]
    key = vocabulary[kept]
    units = np.clip(np.rint(strength[kept] * KNOWN_UNIT), 1, 127).astype(np.uint16)
    table = np.zeros(1 << KNOWN_BITS, dtype=np.uint16)
    table[key >> np.uint32(KEY_BITS - KNOWN_BITS)] = fingerprints(key).astype(np.uint16) << np.uint16(8) | units
    return table

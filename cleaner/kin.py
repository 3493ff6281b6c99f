"""What the likely spam of one article has in common: the same text, the same words, the same place in its line.

Whoever injects into an article seldom does so once. A segment that doubts are left about is looked at beside the others
of its article: `weights` say how likely each of those is injected.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import groups
from cleaner.propose import Candidates, Excerpt, ranges
from cleaner.reading import Ints

KIN_NAMES = ("kin_same", "kin_shared", "kin_place", "kin_places", "kin_before", "kin_behind")
BLANK = 3  # characters of lines without candidates between two segments that stand side by side all the same

_BASE = 0x100000001B3  # FNV-1a's 64-bit prime
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio


def text_keys(part: Excerpt, found: Candidates) -> NDArray[np.uint64]:
    """A key for the folded text of each candidate: the same text in the same article has the same key."""
    n = len(part.codes)
    powers, inverse = (
        np.cumprod(
            np.concatenate((np.ones(1, dtype=np.uint64), np.full(n - 1, base, dtype=np.uint64))), dtype=np.uint64
        )
        for base in (_BASE, _BASE_INVERSE)
    )
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(part.codes * powers, dtype=np.uint64)))
    key: NDArray[np.uint64] = (sums[found.ends] - sums[found.starts]) * inverse[found.starts]
    return key ^ (found.docs.astype(np.uint64) * _GOLDEN)


def best_of_others(keys: NDArray[np.generic], owners: Ints, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each entry the highest weight among the entries of the same key and other owners, 0.0 when there are none.

    >>> best_of_others(np.array([7, 7, 7, 8]), np.array([0, 1, 1, 1]), np.array([0.9, 0.2, 0.2, 0.2])).tolist()
    [0.2, 0.9, 0.9, 0.0]
    """
    order = np.lexsort((owners, -weights, keys))
    key, owner, weight = keys[order], owners[order], weights[order]
    n = len(order)
    new_key = np.concatenate((np.ones(min(n, 1), dtype=bool), key[1:] != key[:-1]))
    first = np.flatnonzero(new_key)
    group = np.cumsum(new_key) - 1
    # In a group the best owner's entries stand first; the best of the others is the first of another owner.
    is_other = owner != owner[first[group]]
    other = np.flatnonzero(is_other)
    second = np.zeros(len(first))
    second[group[other][::-1]] = weight[other][::-1]
    out = np.empty(n)
    out[order] = np.where(is_other, weight[first[group]], second[group])
    return out


def kin_columns(part: Excerpt, found: Candidates, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely other segments of the article are injected that have something in common with each.

    n x len(KIN_NAMES):
    kin_same     the same text
    kin_shared   mean over the segment's trigrams: the likeliest other segment the trigram stands in
    kin_place    begins with a character of the same class, at a line's start or not, ends at a line's end or not
    kin_places   such segments together: the sum of their weights, at most 5
    kin_before   stands right before it, no letter or digit of the article between them; 0 when none does
    kin_behind   stands right behind it
    """
    numbers = np.arange(len(weights))
    same = best_of_others(text_keys(part, found), numbers, weights)
    size = np.maximum(found.ends - found.starts - 2, 0)
    owners = np.repeat(numbers, size)
    rows = part.trigrams[ranges(found.starts + 1, found.starts + 1 + size)].astype(np.int64)
    shared = best_of_others(found.docs[owners] << 32 | rows, owners, weights[owners])
    mean = np.bincount(owners, weights=shared, minlength=len(numbers)) / np.maximum(size, 1)
    inked = np.flatnonzero(part.classes != cc.SPACE)  # line ends among them: an excerpt begins and ends with one
    before = part.classes[inked[np.searchsorted(inked, found.starts) - 1]]
    behind = part.classes[inked[np.searchsorted(inked, found.ends)]]
    layout = (
        (found.docs << 16)
        | (part.classes[found.starts].astype(np.int64) << 8)
        | ((before == cc.NEWLINE) * 2)
        | (behind == cc.NEWLINE)
    )
    place = best_of_others(layout, numbers, weights)
    which = groups(layout).which
    total = np.bincount(which, weights=weights)[which] - weights
    beside = _beside(part, found, weights)
    return np.stack((same, np.where(size > 0, mean, same), place, np.minimum(total, 5.0), *beside), axis=1)


def _beside(
    part: Excerpt, found: Candidates, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights of the segments right before and right behind each; segments do not overlap."""
    order = np.argsort(found.starts, kind="stable")
    first, then = order[:-1], order[1:]
    ends, starts = found.ends[first], found.starts[then]
    solid = np.flatnonzero((part.classes >= cc.OTHER_LETTER) | (part.classes == cc.DIGIT))
    left_out = part.origin[starts] - part.origin[ends - 1] - (starts - ends + 1)
    meets = (
        (found.docs[first] == found.docs[then])
        & (np.searchsorted(solid, ends) == np.searchsorted(solid, starts))
        & (left_out <= BLANK)
    )
    before, behind = np.zeros(len(order)), np.zeros(len(order))
    before[then] = np.where(meets, weights[first], 0.0)
    behind[first] = np.where(meets, weights[then], 0.0)
    return before, behind

"""The distinct values of an array: what `numpy.unique` gives, whose first call takes 25 ms to load masked arrays."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)


class Groups(NamedTuple):
    """Equal values together: of each the index of the first, and for every value the number of its group."""

    values: NDArray[Any]
    first: NDArray[np.int64]
    which: NDArray[np.int64]


def distinct(values: NDArray[Kind]) -> NDArray[Kind]:
    """The distinct values of an array, sorted.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    return ordered[_is_new(ordered)]


def groups(values: NDArray[Any]) -> Groups:
    """The groups of equal values, sorted.

    >>> [column.tolist() for column in groups(np.array([3, 1, 3]))]
    [[1, 3], [1, 0], [1, 0, 1]]
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    is_new = _is_new(ordered)
    which = np.empty(len(values), dtype=np.int64)
    which[order] = np.cumsum(is_new) - 1
    return Groups(ordered[is_new], order[is_new], which)


def _is_new(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    is_new = np.ones(len(ordered), dtype=bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    return is_new

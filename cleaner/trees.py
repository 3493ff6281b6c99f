"""Gradient-boosted trees as plain arrays: scoring, and what each feature contributed to a score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 4096  # rows scored at a time, so that the node numbers stay in the cache


class Trees(NamedTuple):
    """An additive ensemble of binary trees over `n_nodes` nodes.

    A row goes left when row[feature] <= threshold; a leaf's children are the leaf itself. `value` is a leaf's
    contribution in logits, at inner nodes the mean of the leaves below weighted by training rows.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float
    depth: int


def scores(trees: Trees, matrix: NDArray[np.float32], first: int = 0, stop: int | None = None) -> NDArray[np.float64]:
    """Summed values of the trees first:stop for each row, the baseline with tree 0; the same figure in any batch.

    >>> stump = Trees(np.array([0], "i4"), np.array([0, 0, 0], "i2"), np.array([0.5, np.inf, np.inf]),
    ...     np.array([1, 1, 2], "i4"), np.array([2, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> scores(stump, np.array([[0.0], [1.0]], "f4")).tolist()
    [-0.75, 1.25]
    """
    out = np.empty(len(matrix))
    for at in range(0, len(matrix), BLOCK):
        out[at : at + BLOCK] = _block_scores(trees, matrix[at : at + BLOCK], first, stop)
    return out


def _block_scores(trees: Trees, matrix: NDArray[np.float32], first: int, stop: int | None) -> NDArray[np.float64]:
    roots = trees.roots[first:stop]
    flat, width = matrix.ravel(), matrix.shape[1]
    rows = (np.arange(len(matrix)) * width)[None, :]
    node = np.repeat(roots[:, None], len(matrix), axis=1)
    for _ in range(trees.depth):
        goes_left = flat[rows + trees.feature[node]] <= trees.threshold[node]
        node = np.where(goes_left, trees.left[node], trees.right[node])
    total = np.zeros(len(matrix)) if first else np.full(len(matrix), trees.baseline)
    for values in trees.value[node]:  # tree after tree: the order of additions does not depend on the batch
        total += values
    return total


def contributions(trees: Trees, row: NDArray[np.float32]) -> NDArray[np.float64]:
    """What each feature adds to one row's score; they and `bias` sum to it.

    A split's feature is credited with the change of the mean value from node to child
    (Saabas 2014, "Interpreting random forests").
    """
    credit = np.zeros(len(row))
    for root in trees.roots.tolist():
        node = root
        while trees.left[node] != node:
            feature = trees.feature[node]
            child = int(trees.left[node] if row[feature] <= trees.threshold[node] else trees.right[node])
            credit[feature] += trees.value[child] - trees.value[node]
            node = child
    return credit


def bias(trees: Trees) -> float:
    """The score before any feature is looked at."""
    return trees.baseline + float(trees.value[trees.roots].sum())

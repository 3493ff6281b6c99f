"""Gradient-boosted trees as plain arrays: scoring, and what each feature contributed to a score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 2048  # rows scored at a time, so that the node numbers stay in the cache


class Trees(NamedTuple):
    """An additive ensemble of binary trees over `n_nodes` nodes.

    A row goes from a node to child `left` when row[feature] <= threshold, else to `left + 1`; a leaf's child is the
    leaf itself, under an infinite threshold. `value` is a leaf's contribution in logits, at inner nodes the mean of the
    leaves below weighted by training rows.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float
    depth: int


def scores(trees: Trees, matrix: NDArray[np.float32], first: int = 0, stop: int | None = None) -> NDArray[np.float64]:
    """Summed values of the trees first:stop for each row, the baseline with tree 0; the same figure in any batch.

    >>> stump = Trees(np.array([0], "i4"), np.array([0, 0, 0], "i4"), np.array([0.5, np.inf, np.inf], "f4"),
    ...     np.array([1, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> scores(stump, np.array([[0.0], [1.0]], "f4")).tolist()
    [-0.75, 1.25]
    """
    out = np.empty(len(matrix))
    for at in range(0, len(matrix), BLOCK):
        out[at : at + BLOCK] = _block_scores(trees, matrix[at : at + BLOCK], first, stop)
    return out


def _block_scores(trees: Trees, matrix: NDArray[np.float32], first: int, stop: int | None) -> NDArray[np.float64]:
    flat = matrix.ravel()
    rows = np.arange(len(matrix), dtype=np.int32) * np.int32(matrix.shape[1])
    total = np.zeros(len(matrix)) if first else np.full(len(matrix), trees.baseline)
    for root in trees.roots[
        first:stop
    ].tolist():  # tree after tree: the order of additions does not depend on the batch
        node = np.full(len(matrix), root, dtype=np.int32)
        for _ in range(trees.depth):
            node = trees.left[node] + (flat[rows + trees.feature[node]] > trees.threshold[node])
        total += trees.value[node]
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
            child = int(trees.left[node] + (row[feature] > trees.threshold[node]))
            credit[feature] += trees.value[child] - trees.value[node]
            node = child
    return credit


def bias(trees: Trees) -> float:
    """The score before any feature is looked at."""
    return trees.baseline + float(trees.value[trees.roots].sum())

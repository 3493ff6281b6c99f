"""Gradient-boosted trees as plain arrays: scoring, and what each feature contributed to a score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 15  # rows times trees scored at a time, so that the node numbers stay in the cache


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
    """Summed values of the trees first:stop for each row, the baseline with the first; the same figure in any batch.

    >>> stump = Trees(np.array([0], "i4"), np.array([0, 0, 0], "i4"), np.array([0.5, np.inf, np.inf], "f4"),
    ...     np.array([1, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> scores(stump, np.array([[0.0], [1.0]], "f4")).tolist()
    [-0.75, 1.25]
    """
    roots = trees.roots[first:stop]
    out = np.empty(len(matrix))
    rows = max(1, BLOCK // max(1, len(roots)))
    for at in range(0, len(matrix), rows):
        out[at : at + rows] = _block_scores(trees, matrix[at : at + rows], roots)
    return out if first else out + trees.baseline


def _block_scores(trees: Trees, matrix: NDArray[np.float32], roots: NDArray[np.int32]) -> NDArray[np.float64]:
    """Summed leaf values: all trees take one step at a time."""
    flat = matrix.ravel()
    rows = np.arange(len(matrix), dtype=np.int32) * np.int32(matrix.shape[1])
    node = np.repeat(roots[:, None], len(matrix), axis=1)
    for _ in range(trees.depth):
        above = flat.take(rows + trees.feature.take(node)) > trees.threshold.take(node)
        node = trees.left.take(node) + above
    total = np.zeros(len(matrix))
    for values in trees.value.take(node):  # tree after tree: the order of additions does not depend on the batch
        total += values
    return total


def contributions(trees: Trees, row: NDArray[np.float32]) -> NDArray[np.float64]:
    """What each feature adds to one row's score; they and `bias` sum to it.

    A split's feature is credited with the change of the mean value from node to child
    (Saabas 2014, "Interpreting random forests").
    """
    credit = np.zeros(len(row))
    node = trees.roots
    for _ in range(trees.depth):  # all trees take one step at a time; a leaf stays where it is
        feature = trees.feature[node]
        child = trees.left[node] + (row[feature] > trees.threshold[node])
        np.add.at(credit, feature, trees.value[child] - trees.value[node])
        node = child
    return credit


def bias(trees: Trees) -> float:
    """The score before any feature is looked at."""
    return trees.baseline + float(trees.value[trees.roots].sum())

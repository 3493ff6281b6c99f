"""Gradient-boosted trees as plain arrays: scoring, and what each feature contributed to a score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 15  # rows times trees scored at a time, so that the node numbers stay in the cache
_FEATURE_BITS, _FEATURE_MASK = 16, 0xFFFF


class Trees(NamedTuple):
    """An additive ensemble of binary trees over `n_nodes` nodes.

    A row goes from a node to child `left` when row[feature] <= threshold, else to `left + 1`; a leaf's child is the
    leaf itself, under an infinite threshold. The nodes of a tree stand behind its root, before the next one's. `value` is a
    leaf's contribution in logits, at inner nodes the mean of the leaves below weighted by training rows.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.uint8]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float
    depth: int


def scores(trees: Trees, matrix: NDArray[np.float32], first: int = 0, stop: int | None = None) -> NDArray[np.float64]:
    """Summed values of the trees first:stop for each row, the baseline with the first; the same figure in any batch.

    >>> stump = Trees(np.array([0], "i4"), np.array([0, 0, 0], "u1"), np.array([0.5, np.inf, np.inf], "f4"),
    ...     np.array([1, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> scores(stump, np.array([[0.0], [1.0]], "f4")).tolist()
    [-0.75, 1.25]
    """
    roots = trees.roots[first:stop].astype(np.int64)
    if not len(roots):
        return np.full(len(matrix), 0.0 if first else trees.baseline)
    begin = roots[0]
    some = slice(begin, trees.roots[stop] if stop is not None and stop < len(trees.roots) else None)  # their nodes
    links = (trees.left[some].astype(np.int64) - begin) << _FEATURE_BITS | trees.feature[some]
    nodes = _Nodes(links, trees.threshold[some], trees.value[some], trees.depth)
    out = np.empty(len(matrix))
    rows = max(1, BLOCK // len(roots))
    for at in range(0, len(matrix), rows):
        out[at : at + rows] = _block_scores(nodes, matrix[at : at + rows], roots - begin)
    return out if first else out + trees.baseline


def surviving(
    trees: Trees, matrix: NDArray[np.float32], stages: Sequence[tuple[int, float]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows whose summed values of the first n trees are no lower than `lowest` for all pairs (n, lowest), and their sums.

    >>> stump = Trees(np.array([0], "i4"), np.array([0, 0, 0], "u1"), np.array([0.5, np.inf, np.inf], "f4"),
    ...     np.array([1, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> [found.tolist() for found in surviving(stump, np.array([[0.0], [1.0]], "f4"), [(1, 0.0)])]
    [[1], [1.25]]
    """
    alive, partial, done = np.arange(len(matrix)), np.zeros(len(matrix)), 0
    for n_trees, lowest in stages:
        partial = partial + scores(trees, matrix[alive], done, n_trees)
        keep = partial >= lowest
        alive, partial, done = alive[keep], partial[keep], n_trees
    return alive, partial


class _Nodes(NamedTuple):
    """The nodes of some trees, numbered from 0; `links` holds each node's child and feature in one number."""

    links: NDArray[np.int64]
    threshold: NDArray[np.float32]
    value: NDArray[np.float64]
    depth: int


def _block_scores(nodes: _Nodes, matrix: NDArray[np.float32], roots: NDArray[np.int64]) -> NDArray[np.float64]:
    """Summed leaf values: all trees take one step at a time, and rows stand behind one another that are often at one node."""
    flat = matrix.ravel()
    rows = np.tile(np.arange(0, matrix.size, matrix.shape[1]), len(roots))
    node = np.repeat(roots, len(matrix))
    link, place = np.empty_like(node), np.empty_like(node)
    threshold, value = np.empty(node.shape, dtype=np.float32), np.empty(node.shape, dtype=np.float32)
    for _ in range(nodes.depth):
        nodes.links.take(node, out=link, mode="wrap")
        nodes.threshold.take(node, out=threshold, mode="wrap")
        np.bitwise_and(link, _FEATURE_MASK, out=place)
        place += rows
        flat.take(place, out=value, mode="wrap")
        link >>= _FEATURE_BITS
        np.add(link, value > threshold, out=node)
    values = nodes.value.take(node, mode="wrap").reshape(len(roots), len(matrix))
    # Tree after tree, so that the order of additions does not depend on the batch; one row alone would be added in pairs.
    total: NDArray[np.float64] = np.add.accumulate(values)[-1] if len(matrix) == 1 else np.add.reduce(values)
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

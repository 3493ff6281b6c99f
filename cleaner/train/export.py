"""Turn a fitted scikit-learn classifier into the plain arrays the cleaning path reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaner.trees import Trees

MAX_BINS = 255  # distinct values of a feature that scikit-learn's trees tell apart
SAMPLE = 200_000  # rows that the edges of the bins are read off


def fit_trees(
    model: HistGradientBoostingClassifier,
    matrix: NDArray[np.float32],
    labels: NDArray[np.bool_],
    weight: NDArray[np.float32] | None = None,
) -> Trees:
    """Fit a binary classifier on the bin numbers of a matrix; the trees that come out are over its own values.

    The bins are made here because scikit-learn (1.9) takes minutes for them
    when rows have weights.
    """
    edges = bin_edges(matrix)
    numbers = binned(matrix, edges)
    return to_trees(model.fit(numbers, labels, sample_weight=weight), edges)


def mean(parts: Sequence[Trees]) -> Trees:
    """Trees that score the mean of what some ensembles do, one behind the other.

    >>> half = [Trees(np.array([0], "i4"), np.array([0], "u1"), np.array([np.inf], "f4"), np.array([0], "i4"), np.array([value]), 0.5, 0)
    ...         for value in (1.0, 3.0)]
    >>> mean(half).roots.tolist(), mean(half).left.tolist(), mean(half).value.tolist(), mean(half).baseline
    ([0, 1], [0, 1], [0.5, 1.5], 0.5)
    """
    first = np.cumsum([0, *(len(part.left) for part in parts)])[:-1].astype(np.int32)
    return Trees(
        np.concatenate([part.roots + begin for part, begin in zip(parts, first, strict=True)]),
        np.concatenate([part.feature for part in parts]),
        np.concatenate([part.threshold for part in parts]),
        np.concatenate([part.left + begin for part, begin in zip(parts, first, strict=True)]),
        np.concatenate([part.value for part in parts]) / len(parts),
        sum(part.baseline for part in parts) / len(parts),
        max(part.depth for part in parts),
    )


def bin_edges(matrix: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """For each feature the values that part its bins: a value is in bin b when b edges are below it.

    >>> [edges.tolist() for edges in bin_edges(np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0]], "f4"))]
    [[0.0, 1.0, 2.0], [5.0]]
    """
    sample = matrix[:: max(1, len(matrix) // SAMPLE)]
    shares = np.linspace(0, 1, MAX_BINS)[1:]
    edges = []
    for column in sample.T:
        distinct = np.unique(column)
        few = distinct if len(distinct) < MAX_BINS else np.quantile(column, shares, method="inverted_cdf")
        edges.append(np.unique(few).astype(np.float32))
    return edges


def binned(matrix: NDArray[np.float32], edges: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The bin number of every value."""
    numbers = np.empty(matrix.shape, dtype=np.float32)
    for column, edge in enumerate(edges):
        numbers[:, column] = np.searchsorted(edge, matrix[:, column])
    return numbers


def to_trees(model: HistGradientBoostingClassifier, edges: Sequence[NDArray[np.float32]]) -> Trees:
    """The trees of a classifier fitted on bin numbers; `cleaner.trees.scores` of the values equals its `decision_function`."""
    parts: list[dict[str, Any]] = []
    roots: list[int] = []
    offset = 0
    for (predictor,) in model._predictors:
        part = _tree(predictor.nodes, offset, edges)
        parts.append(part)
        roots.append(offset)
        offset += len(part["left"])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Trees(
        np.array(roots, dtype=np.int32),
        columns["feature"].astype(np.uint8),
        columns["threshold"],
        columns["left"].astype(np.int32),
        columns["value"],
        float(model._baseline_prediction[0, 0]),
        max(int(predictor.nodes["depth"].max()) for (predictor,) in model._predictors),
    )


def _tree(nodes: Any, offset: int, edges: Sequence[NDArray[np.float32]]) -> dict[str, Any]:
    """The columns of one tree, its nodes renumbered from `offset` on so that siblings stand side by side."""
    leaf = nodes["is_leaf"].astype(bool)
    order = [0]
    for node in order:
        if not leaf[node]:
            order += [int(nodes["left"][node]), int(nodes["right"][node])]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) + offset
    ordered = nodes[order]
    threshold = np.full(len(order), np.inf, dtype=np.float32)
    for at, node in enumerate(ordered):
        if not node["is_leaf"]:  # bins up to number b hold the values up to edge b
            threshold[at] = edges[int(node["feature_idx"])][int(node["num_threshold"])]
    is_leaf = ordered["is_leaf"].astype(bool)
    return {
        "feature": np.where(is_leaf, 0, ordered["feature_idx"]),
        "threshold": threshold,
        "left": np.where(is_leaf, number[order], number[ordered["left"]]),
        "value": _means(nodes, leaf)[order],
    }


def _means(nodes: Any, leaf: Any) -> Any:
    """Leaf values; at inner nodes the mean of both children weighted by their training rows."""
    value = np.where(leaf, nodes["value"], 0.0)
    for node in range(len(nodes) - 1, -1, -1):  # children stand behind their parents
        if not leaf[node]:
            left, right = int(nodes["left"][node]), int(nodes["right"][node])
            weights = float(nodes["count"][left]), float(nodes["count"][right])
            value[node] = (value[left] * weights[0] + value[right] * weights[1]) / sum(weights)
    return value

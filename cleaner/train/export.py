"""Turn a fitted scikit-learn classifier into the plain arrays the cleaning path reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaner.trees import Trees


def to_trees(model: HistGradientBoostingClassifier) -> Trees:
    """The trees of a fitted binary classifier; `cleaner.trees.scores` then equals its `decision_function`."""
    parts: list[dict[str, Any]] = []
    roots: list[int] = []
    offset = 0
    for (predictor,) in model._predictors:
        part = _tree(predictor.nodes, offset)
        parts.append(part)
        roots.append(offset)
        offset += len(part["left"])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Trees(
        np.array(roots, dtype=np.int32),
        columns["feature"].astype(np.int32),
        columns["threshold"],
        columns["left"].astype(np.int32),
        columns["value"],
        float(model._baseline_prediction[0, 0]),
        max(int(predictor.nodes["depth"].max()) for (predictor,) in model._predictors),
    )


def _tree(nodes: Any, offset: int) -> dict[str, Any]:
    """The columns of one tree, its nodes renumbered from `offset` on so that siblings stand side by side."""
    leaf = nodes["is_leaf"].astype(bool)
    order = [0]
    for node in order:
        if not leaf[node]:
            order += [int(nodes["left"][node]), int(nodes["right"][node])]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) + offset
    ordered = nodes[order]
    is_leaf = ordered["is_leaf"].astype(bool)
    return {
        "feature": np.where(is_leaf, 0, ordered["feature_idx"]),
        "threshold": np.where(is_leaf, np.float32(np.inf), _rounded_down(ordered["num_threshold"])),
        "left": np.where(is_leaf, number[order], number[ordered["left"]]),
        "value": _means(nodes, leaf)[order],
    }


def _rounded_down(thresholds: Any) -> Any:
    """The largest float32 not above each threshold: no float32 feature value lies between the two."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _means(nodes: Any, leaf: Any) -> Any:
    """Leaf values; at inner nodes the mean of both children weighted by their training rows."""
    value = np.where(leaf, nodes["value"], 0.0)
    for node in range(len(nodes) - 1, -1, -1):  # children stand behind their parents
        if not leaf[node]:
            left, right = int(nodes["left"][node]), int(nodes["right"][node])
            weights = float(nodes["count"][left]), float(nodes["count"][right])
            value[node] = (value[left] * weights[0] + value[right] * weights[1]) / sum(weights)
    return value

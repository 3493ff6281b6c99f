"""Turn a fitted scikit-learn classifier into the plain arrays the cleaning path reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaner.trees import Trees


def to_trees(model: HistGradientBoostingClassifier) -> Trees:
    """The trees of a fitted binary classifier; `cleaner.trees.scores` then equals its `decision_function`."""
    roots: list[int] = []
    parts: list[dict[str, Any]] = []
    offset = depth = 0
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        own = np.arange(len(nodes)) + offset
        leaf = nodes["is_leaf"].astype(bool)
        roots.append(offset)
        parts.append(
            {
                "feature": np.where(leaf, 0, nodes["feature_idx"]),
                "threshold": np.where(leaf, np.inf, nodes["num_threshold"]),
                "left": np.where(leaf, own, nodes["left"] + offset),
                "right": np.where(leaf, own, nodes["right"] + offset),
                "value": _means(nodes, leaf),
            }
        )
        depth = max(depth, int(nodes["depth"].max()))
        offset += len(nodes)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Trees(
        np.array(roots, dtype=np.int32),
        columns["feature"].astype(np.int16),
        columns["threshold"].astype(np.float64),
        columns["left"].astype(np.int32),
        columns["right"].astype(np.int32),
        columns["value"],
        float(model._baseline_prediction[0, 0]),
        depth,
    )


def _means(nodes: Any, leaf: Any) -> Any:
    """Leaf values; at inner nodes the mean of both children weighted by their training rows."""
    value = np.where(leaf, nodes["value"], 0.0)
    for node in range(len(nodes) - 1, -1, -1):  # children stand behind their parents
        if not leaf[node]:
            left, right = int(nodes["left"][node]), int(nodes["right"][node])
            weights = float(nodes["count"][left]), float(nodes["count"][right])
            value[node] = (value[left] * weights[0] + value[right] * weights[1]) / sum(weights)
    return value

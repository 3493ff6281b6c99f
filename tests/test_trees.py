"""The shipped trees score a row the same in every batch, in one go or in stages."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.features import NAMES
from cleaner.model import load
from cleaner.trees import scores, surviving

ROWS = np.random.default_rng(3).normal(scale=4.0, size=(200, len(NAMES))).astype(np.float32)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 49, 50, 128])
def test_a_row_has_the_same_score_in_every_batch(size: int) -> None:
    trees = load().spam
    batches = [scores(trees, ROWS[at : at + size]) for at in range(0, len(ROWS), size)]
    assert np.array_equal(np.concatenate(batches), scores(trees, ROWS))


def test_stages_drop_what_falls_below_one_of_them() -> None:
    trees = load().spam
    first, both, every = scores(trees, ROWS, 0, 5), scores(trees, ROWS, 0, 30), scores(trees, ROWS)
    bars = [float(np.quantile(score, share)) for score, share in ((first, 0.3), (both, 0.4), (every, 0.5))]
    alive, score = surviving(trees, ROWS, list(zip((5, 30, len(trees.roots)), bars, strict=True)))
    assert alive.tolist() == np.flatnonzero((first >= bars[0]) & (both >= bars[1]) & (every >= bars[2])).tolist()
    assert 0 < len(alive) < 100
    assert np.abs(score - every[alive]).max() < 1e-9


def test_no_trees_add_nothing() -> None:
    trees = load().spam
    assert scores(trees, ROWS, 0, 0).tolist() == [trees.baseline] * len(ROWS)
    assert scores(trees, ROWS, 7, 7).tolist() == [0.0] * len(ROWS)
    assert len(scores(trees, ROWS[:0])) == 0

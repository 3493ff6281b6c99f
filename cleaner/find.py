"""From texts to judged segments: read, gate, propose, verify, choose. Pure: no files, no clock, no state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import propose
from cleaner.features import Matrix, features, run_features
from cleaner.model import Model
from cleaner.propose import Boundaries, Candidates, Ints, Reading, Runs, Stretches
from cleaner.trees import scores

LOWEST = 0.02  # a candidate less probable than this is never looked at further


class Judged(NamedTuple):
    """A segment text[start:end], no white space at its ends, with its probability, its raw score and its features."""

    start: int
    end: int
    probability: float
    score: float
    row: NDArray[np.float32]
    folded: NDArray[np.uint32]


class Proposals(NamedTuple):
    """Everything proposed for a batch: the part of the reading that has candidates, and the candidates' features.

    docs says which text of the batch each text of the reading is.
    """

    reading: Reading
    docs: Ints
    runs: Runs
    edges: Boundaries
    found: Candidates
    matrix: Matrix


def judge(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> list[list[Judged]]:
    """For each text the segments chosen among overlapping candidates, most probable first.

    Nothing inside a text's `protected` stretches is judged.
    """
    proposals = propose_batch(texts, model, protected)
    out: list[list[Judged]] = [[] for _ in texts]
    if proposals is None:
        return out
    found, reading = proposals.found, proposals.reading
    raw = np.full(len(found.starts), -np.inf)
    early = scores(model.verify, proposals.matrix, 0, model.early)
    alive = np.flatnonzero(early >= model.early_threshold)
    raw[alive] = scores(model.verify, proposals.matrix[alive])
    probability = 1 / (1 + np.exp(-(model.slope * np.maximum(raw, -50) + model.intercept)))
    probability[~np.isfinite(raw)] = 0.0
    for number in np.unique(found.docs[probability >= LOWEST]).tolist():
        mine = np.flatnonzero((found.docs == number) & (probability >= LOWEST))
        base = reading.doc_base[number]
        for at in mine[choose(found.starts[mine], found.ends[mine], probability[mine])].tolist():
            a, b = int(found.starts[at]), int(found.ends[at])
            start, end = int(reading.source[a] - base), int(reading.source[b - 1] + 1 - base)
            item = Judged(start, end, float(probability[at]), float(raw[at]), proposals.matrix[at], reading.codes[a:b])
            out[proposals.docs[number]].append(item)
    return out


def propose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Proposals | None:
    """Candidates with features for the texts of a batch whose hot runs pass the gate; None when none does."""
    tables = model.tables
    reading = propose.read(texts, tables, protected)
    runs = propose.hot_runs(reading, tables)
    if not len(runs.starts):
        return None
    passed = scores(model.gate, run_features(reading, tables, runs)) >= model.gate_threshold
    if not passed.any():
        return None
    runs = Runs(*(column[passed] for column in runs))
    docs, which = np.unique(runs.docs, return_inverse=True)
    part = propose.select(reading, docs)
    shift = part.doc_first[which] - reading.doc_first[docs][which]
    runs = Runs(runs.starts + shift, runs.ends + shift, which.astype(np.int64), runs.peaks)
    edges = propose.boundaries(part.classes)
    found = propose.candidates(part, runs, edges)
    if not len(found.starts):
        return None
    return Proposals(part, docs, runs, edges, found, features(part, tables, runs, edges, found))


def choose(starts: Ints, ends: Ints, probability: NDArray[np.float64]) -> list[int]:
    """Of overlapping candidates the most probable; among equals the longer one, then the earlier one.

    >>> choose(np.array([0, 0, 9]), np.array([5, 7, 12]), np.array([0.5, 0.25, 0.25]))
    [0, 2]
    """
    order = np.lexsort((starts, starts - ends, -probability))
    free = np.ones(len(starts), dtype=bool)
    chosen = []
    for index in order.tolist():
        if free[index]:
            chosen.append(index)
            free &= (starts >= ends[index]) | (ends <= starts[index])
    return chosen

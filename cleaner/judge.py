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

LOWEST = 0.005  # a candidate less probable than this is never looked at further


class Judged(NamedTuple):
    """A segment text[start:end], no white space at its ends: the probability that it is injected, and why.

    score is the logit behind the probability before calibration; row holds the features it comes from
    (`cleaner.features.ACCEPT_NAMES`), folded the segment's folded code points.
    """

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


class Chosen(NamedTuple):
    """The best of each cluster of overlapping candidates: their numbers, and the rows they are accepted or refused by."""

    proposals: Proposals
    at: Ints
    matrix: Matrix


def judge(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> list[list[Judged]]:
    """For each text the segments chosen among overlapping candidates.

    Nothing inside a text's `protected` stretches is judged.
    """
    out: list[list[Judged]] = [[] for _ in texts]
    chosen = choose_batch(texts, model, protected)
    if chosen is None:
        return out
    raw = scores(model.accept, chosen.matrix)
    probability = _sigmoid(model.slope * raw + model.intercept)
    reading, found = chosen.proposals.reading, chosen.proposals.found
    for number, at in enumerate(chosen.at.tolist()):
        a, b, doc = int(found.starts[at]), int(found.ends[at]), int(found.docs[at])
        start, end = source_span(reading, a, b, doc)
        item = Judged(
            start, end, float(probability[number]), float(raw[number]), chosen.matrix[number], reading.codes[a:b]
        )
        out[chosen.proposals.docs[doc]].append(item)
    return out


def source_span(reading: Reading, a: int, b: int, doc: int) -> tuple[int, int]:
    """Offsets in the text itself of a stretch of the reading."""
    base = int(reading.doc_base[doc])
    return int(reading.source[a]) - base, int(reading.source[b - 1]) + 1 - base


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(values, -50, 50)))


def choose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Chosen | None:
    """Of each cluster of overlapping candidates the one that fits best, None when there are no candidates."""
    proposals = propose_batch(texts, model, protected)
    if proposals is None:
        return None
    found = proposals.found
    raw = np.full(len(found.starts), -np.inf)
    alive, partial, done = np.arange(len(raw)), np.zeros(len(raw)), 0
    for n_trees, lowest in (*model.stages, (len(model.verify.roots), -np.inf)):
        partial = partial + scores(model.verify, proposals.matrix[alive], done, n_trees)
        keep = partial >= lowest
        alive, partial, done = alive[keep], partial[keep], n_trees
    raw[alive] = partial
    probability = _sigmoid(np.maximum(raw, -50))
    numbers: list[int] = []
    clusters: list[tuple[float, ...]] = []
    for doc in np.unique(found.docs[probability >= LOWEST]).tolist():
        mine = np.flatnonzero((found.docs == doc) & (probability >= LOWEST))
        picked = choose(found.starts[mine], found.ends[mine], probability[mine])
        best = sorted((float(probability[mine[index]]) for index, _ in picked), reverse=True)
        for index, rivals in picked:
            at = int(mine[index])
            own = float(probability[at])
            others = best[1] if own == best[0] and len(best) > 1 else best[0] if own != best[0] else 0.0
            rival = probability[mine[rivals]]
            numbers.append(at)
            clusters.append((
                float(raw[at]), own, own + float(rival.sum()), len(rivals), float(rival.max(initial=0.0)), others,
                sum(p >= 0.5 for p in best) - (own >= 0.5), sum(p >= 0.1 for p in best) - (own >= 0.1),
            ))  # fmt: skip
    if not numbers:
        return None
    best_at = np.array(numbers, dtype=np.int64)
    rows = np.hstack((proposals.matrix[best_at], np.array(clusters, dtype=np.float32)))
    return Chosen(proposals, best_at, rows)


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
    runs = Runs(runs.starts[passed], runs.ends[passed], runs.docs[passed], runs.peaks[passed])
    docs, which = np.unique(runs.docs, return_inverse=True)
    part = propose.select(reading, docs)
    shift = part.doc_first[which] - reading.doc_first[docs][which]
    runs = Runs(runs.starts + shift, runs.ends + shift, which.astype(np.int64), runs.peaks)
    edges = propose.boundaries(part.classes)
    found = propose.candidates(part, runs, edges)
    if not len(found.starts):
        return None
    return Proposals(part, docs, runs, edges, found, features(part, tables, runs, edges, found))


def choose(starts: Ints, ends: Ints, probability: NDArray[np.float64]) -> list[tuple[int, Ints]]:
    """Of overlapping candidates the most probable, with the numbers of those it won over.

    Among equals the longer one, then the earlier one is taken.

    >>> [(best, rivals.tolist()) for best, rivals in choose(np.array([0, 0, 9]), np.array([5, 7, 12]), np.array([0.5, 0.2, 0.2]))]
    [(0, [1]), (2, [])]
    """
    order = np.lexsort((starts, starts - ends, -probability))
    free = np.ones(len(starts), dtype=bool)
    chosen = []
    for index in order.tolist():
        if free[index]:
            overlapping = free & (starts < ends[index]) & (ends > starts[index])
            free &= ~overlapping
            overlapping[index] = False
            chosen.append((index, np.flatnonzero(overlapping)))
    return chosen

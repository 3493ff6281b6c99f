"""From texts to judged segments: read, gate, propose, verify, choose. Pure: no files, no clock, no state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import propose
from cleaner.features import Matrix, features, hosts, run_features, seam_features
from cleaner.links import References, links, with_references
from cleaner.model import Model
from cleaner.propose import Candidates, Excerpt, Runs
from cleaner.reading import Ints, Reading, Stretches, read
from cleaner.trees import scores

MAX_REFERENCES = 200  # of a text that pass the gate unasked
LOWEST = -4.5  # a candidate whose spam score is lower is not looked at further


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
    """Everything proposed for a batch: its reading, the lines with candidates, the candidates and their features."""

    reading: Reading
    part: Excerpt
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
    part, found = chosen.proposals.part, chosen.proposals.found
    starts, ends = source_spans(chosen.proposals, chosen.at)
    for row, (at, start, end) in enumerate(zip(chosen.at.tolist(), starts.tolist(), ends.tolist(), strict=True)):
        folded = part.codes[found.starts[at] : found.ends[at]]
        item = Judged(start, end, float(probability[row]), float(raw[row]), chosen.matrix[row], folded)
        out[int(found.docs[at])].append(item)
    return out


def source_spans(proposals: Proposals, at: Ints | slice = slice(None)) -> tuple[Ints, Ints]:
    """Starts and ends, in their texts, of some of the candidates."""
    reading, found = proposals.reading, proposals.found
    base = reading.doc_base[found.docs[at]]
    starts = reading.source[proposals.part.origin[found.starts[at]]] - base
    return starts, reading.source[proposals.part.origin[found.ends[at] - 1]] + 1 - base


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(values, -50, 50)))


def choose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Chosen | None:
    """Of each cluster of overlapping candidates the one that fits best, None when there are no candidates.

    A candidate's probability is that of being spam times that of being, if it touches spam, exactly what was injected.
    """
    proposals = propose_batch(texts, model, protected)
    if proposals is None:
        return None
    alive, spam = spam_scores(proposals.matrix, model)
    left = Candidates(*(column[alive] for column in proposals.found))
    if not len(alive):
        return None
    seam = seam_features(proposals.reading, proposals.part, model.tables, left)
    matrix = np.hstack((proposals.matrix[alive], seam))
    exact = scores(model.exact, matrix)
    is_spam = _sigmoid(spam)
    probability = is_spam * _sigmoid(exact)
    numbers: list[int] = []
    clusters: list[tuple[float, ...]] = []
    for doc in np.unique(left.docs).tolist():
        mine = np.flatnonzero(left.docs == doc)
        picked = choose(left.starts[mine], left.ends[mine], probability[mine])
        best = sorted((float(probability[mine[index]]) for index, _ in picked), reverse=True)
        for index, rivals in picked:
            at = int(mine[index])
            own = float(probability[at])
            others = best[1] if own == best[0] and len(best) > 1 else best[0] if own != best[0] else 0.0
            rival = probability[mine[rivals]]
            numbers.append(at)
            clusters.append((
                float(spam[at]), float(exact[at]), own, own + float(rival.sum()), float(rival.max(initial=0.0)),
                float(is_spam[mine[rivals]].max(initial=0.0)), len(rivals), others,
                sum(p >= 0.5 for p in best) - (own >= 0.5), sum(p >= 0.1 for p in best) - (own >= 0.1),
            ))  # fmt: skip
    rows = np.hstack((matrix[numbers], np.array(clusters, dtype=np.float32)))
    return Chosen(proposals, alive[numbers], rows)


def spam_scores(matrix: Matrix, model: Model) -> tuple[Ints, NDArray[np.float64]]:
    """The candidates that may be spam, and their scores; the hopeless ones are dropped after the first trees."""
    alive, partial, done = np.arange(len(matrix)), np.zeros(len(matrix)), 0
    for n_trees, lowest in (*model.stages, (len(model.spam.roots), LOWEST)):
        partial = partial + scores(model.spam, matrix[alive], done, n_trees)
        keep = partial >= lowest
        alive, partial, done = alive[keep], partial[keep], n_trees
    return alive, partial


def hot_units(model: Model) -> list[float]:
    """The model's thresholds of hot windows in units of its weight table."""
    return [bar / model.tables.scale for bar in model.hot]


def hot_runs(
    texts: Sequence[str], model: Model, protected: Sequence[Stretches]
) -> tuple[Reading, Runs, References, Matrix]:
    """A batch read, its hot runs, and what the gate looks at of each."""
    reading = read(texts, model.tables)
    runs, references = with_references(
        reading, propose.hot_runs(reading, hot_units(model), protected), model.tables.scale
    )
    around = propose.surroundings(reading, runs, model.tables)
    return reading, runs, references, run_features(reading, around, model.tables, runs, references)


def propose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Proposals | None:
    """Candidates with features for the texts of a batch whose hot runs pass the gate; None when none does."""
    reading, runs, references, matrix = hot_runs(texts, model, protected)
    few = np.bincount(runs.docs[runs.references > 0], minlength=len(texts)) <= MAX_REFERENCES
    passed = (scores(model.gate, matrix) >= model.gate_threshold) | ((runs.references > 0) & few[runs.docs])
    if not passed.any():
        return None
    runs = propose.select(runs, passed)
    host = hosts(reading, np.unique(runs.docs))
    part, runs = propose.excerpt(reading, runs, model.tables)
    edges = propose.boundaries(part.classes)
    found = propose.candidates(part, runs, edges)
    if not len(found.starts):
        return None
    linked = links(part, references)
    matrix = features(reading, part, host, linked, references, model.tables, runs, edges, found)
    return Proposals(reading, part, found, matrix)


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

"""From texts to judged segments: read, gate, propose, verify, choose. Pure: no files, no clock, no state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import parts, propose
from cleaner.distinct import distinct
from cleaner.features import CLUSTER_NAMES, NAMES, Matrix, features, hosts, run_features, seam_features
from cleaner.kin import best_of_others, kin_columns, text_keys
from cleaner.links import References, links, with_references
from cleaner.model import Model
from cleaner.occurrences import NOTHING, Sought, occurrences
from cleaner.propose import Candidates, Excerpt, Runs
from cleaner.reading import Ints, Reading, Stretches, read, source_ends
from cleaner.span import holds as is_inside
from cleaner.span import merged, touches
from cleaner.trees import scores, surviving

MAX_REFERENCES = 200  # of a text that pass the gate unasked
MAX_RUNS = 3000  # of a text that are looked at in one round, so that memory has a bound; more are left for the next
LOWEST = -3.0  # a candidate whose spam score is lower is not looked at further


class Judged(NamedTuple):
    """A segment text[start:end], no white space at its ends: the probability that it is injected, and why.

    score is the logit behind the probability before calibration; row holds the features it comes from
    (`cleaner.features.ACCEPT_NAMES`), folded the segment's folded code points. elsewhere is what its text being spam in other
    documents adds to the score (`cleaner.campaigns`).
    """

    start: int
    end: int
    probability: float
    score: float
    row: NDArray[np.float32]
    folded: NDArray[np.uint32]
    elsewhere: float = 0.0


class Proposals(NamedTuple):
    """Everything proposed for a batch: its reading, the lines with candidates, the candidates, their features, which ones are wanted."""

    reading: Reading
    part: Excerpt
    found: Candidates
    matrix: Matrix
    wanted: NDArray[np.bool_]


class Chosen(NamedTuple):
    """The best of each cluster of overlapping candidates: their numbers, and the rows they are accepted or refused by."""

    proposals: Proposals
    at: Ints
    matrix: Matrix


Revise = Callable[[str, Sequence["Judged"]], list["Judged"]]


def _as_judged(text: str, items: Sequence[Judged]) -> list[Judged]:
    return list(items)


def judge(
    texts: Sequence[str],
    model: Model,
    protected: Sequence[Stretches],
    wanted: Sought = NOTHING,
    revise: Revise = _as_judged,
) -> list[list[Judged]]:
    """For each text the segments chosen among overlapping candidates, as what else is known of a text revises them.

    Nothing inside a text's `protected` stretches is judged. What is `wanted` is judged wherever it stands. A text that is
    very long is judged part after part, as if these were texts of their own.
    """
    if all(len(text) <= parts.MOST for text in texts):
        return _judge(texts, model, protected, wanted, revise)
    out: list[list[Judged]] = []
    for text, stretches in zip(texts, protected, strict=True):
        out.append([])
        for start, end in parts.parts(text):
            [found] = _judge([text[start:end]], model, [parts.within(stretches, start, end)], wanted, revise)
            out[-1] += [item._replace(start=start + item.start, end=start + item.end) for item in found]
    return out


def _judge(
    texts: Sequence[str], model: Model, protected: Sequence[Stretches], wanted: Sought, revise: Revise
) -> list[list[Judged]]:
    gated = gate(texts, model, protected)
    out = list(map(revise, texts, _judged_at(gated, gated.runs, model)))
    if wanted.texts:
        places = occurrences(gated.reading, wanted, protected)
        starts, ends, docs = _missed(gated, *places, out, model.remove)
        again = distinct(docs).tolist()
        if again:
            runs = propose.select(gated.runs, np.isin(gated.runs.docs, again))
            runs = propose.with_campaigns(gated.reading, hot_units(model), runs, starts, ends)
            found = _judged_at(gated, runs, model)
            for doc in again:
                out[doc] = _both(out[doc], revise(texts[doc], found[doc]), model.remove)
    return out


def _both(first: Sequence[Judged], again: Sequence[Judged], likely: float) -> list[Judged]:
    """What is likely spam at the second look, then what was at the first, then the rest of the second; nothing touches another."""
    kept: list[Judged] = []
    for items, is_likely in ((again, True), (first, True), (again, False)):
        taken = merged((item.start, item.end) for item in kept)
        kept += [
            item
            for item in items
            if (item.probability >= likely) == is_likely and not touches(taken, item.start, item.end)
        ]
    return kept


def _judged_at(gated: Gated, runs: Runs, model: Model) -> list[list[Judged]]:
    """For each text of a batch the segments chosen around some runs."""
    out: list[list[Judged]] = [[] for _ in gated.reading.doc_first]
    for lot in _lots(runs):
        proposals = propose_at(gated, lot, model)
        chosen = choose_among(proposals, model) if proposals else None
        for doc, item in _judged(chosen, model) if chosen else ():
            out[doc].append(item)
    return out


SUSPICIOUS = 0.8  # places per 1,000 characters that pass the gate, apart from spam, from which a text is on the subject


def _missed(
    gated: Gated, starts: Ints, ends: Ints, judged: Sequence[Sequence[Judged]], likely: float
) -> tuple[Ints, Ints, Ints]:
    """The stretches that are in nothing judged likely spam, at most MAX_RUNS of a text, and the texts they are in.

    None of a text that has much else of the kind: an honest article on the subject has, and may say the same.
    """
    reading, runs = gated.reading, gated.runs
    docs = np.searchsorted(reading.doc_first, starts, side="right") - 1
    known = [merged((item.start, item.end) for item in items if item.probability >= likely) for items in judged]
    left = _outside(reading, known, starts, ends, docs)
    left = left[np.arange(len(left)) - np.searchsorted(docs[left], docs[left]) < MAX_RUNS]
    for doc in distinct(docs[left]).tolist():
        mine, own = runs.docs == doc, docs == doc
        spam = [*known[doc], *zip(*_in_text(reading, starts[own], ends[own], doc), strict=True)]
        others = _outside(reading, {doc: merged(spam)}, runs.starts[mine], runs.ends[mine], runs.docs[mine])
        if len(others) * 1000 > SUSPICIOUS * (reading.doc_stop[doc] - reading.doc_first[doc]):
            left = left[docs[left] != doc]
    return starts[left], ends[left], docs[left]


def _in_text(reading: Reading, starts: Ints, ends: Ints, doc: Ints | int) -> tuple[list[int], list[int]]:
    """View offsets as offsets in their texts."""
    base = reading.doc_base[doc]
    return (reading.source[starts] - base).tolist(), (source_ends(reading, ends - 1) - base).tolist()


def _outside(
    reading: Reading, known: Mapping[int, Stretches] | Sequence[Stretches], starts: Ints, ends: Ints, docs: Ints
) -> Ints:
    """The numbers of the stretches that are not inside what is known of their texts."""
    places = zip(docs.tolist(), *_in_text(reading, starts, ends, docs), strict=True)
    return np.flatnonzero([not is_inside(known[doc], start, end) for doc, start, end in places])


def _judged(chosen: Chosen, model: Model) -> Iterator[tuple[int, Judged]]:
    """The chosen segments, each with the number of its text."""
    raw = scores(model.accept, chosen.matrix)
    probability = _sigmoid(model.slope * raw + model.intercept)
    part, found = chosen.proposals.part, chosen.proposals.found
    starts, ends = source_spans(chosen.proposals, chosen.at)
    for row, (at, start, end) in enumerate(zip(chosen.at.tolist(), starts.tolist(), ends.tolist(), strict=True)):
        folded = part.codes[found.starts[at] : found.ends[at]]
        item = Judged(start, end, float(probability[row]), float(raw[row]), chosen.matrix[row], folded)
        yield int(found.docs[at]), item


RUNS_TOGETHER = 1000  # and those of one text more are what candidates are made for at a time: memory has a bound


def _lots(runs: Runs) -> Iterator[Runs]:
    """The runs of a batch text after text, in lots."""
    lot = np.searchsorted(runs.docs, runs.docs) // RUNS_TOGETHER  # how many there are before the run's text
    for number in distinct(lot).tolist():
        yield propose.select(runs, lot == number)


def source_spans(proposals: Proposals, at: Ints | slice = slice(None)) -> tuple[Ints, Ints]:
    """Starts and ends, in their texts, of some of the candidates."""
    reading, found = proposals.reading, proposals.found
    base = reading.doc_base[found.docs[at]]
    starts = reading.source[proposals.part.origin[found.starts[at]]] - base
    return starts, source_ends(reading, proposals.part.origin[found.ends[at] - 1]) - base


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(values, -50, 50)))


def choose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Chosen | None:
    """Of each cluster of overlapping candidates the one that fits best, None when there are no candidates.

    A candidate's probability is that of holding spam times that of being, if it touches spam, exactly what was injected.
    """
    proposals = propose_batch(texts, model, protected)
    return choose_among(proposals, model) if proposals else None


def choose_among(proposals: Proposals, model: Model) -> Chosen | None:
    """The same, the candidates being there."""
    alive, spam = spam_scores(proposals.matrix, model)
    if not len(alive) and not proposals.wanted.any():
        return None
    alive, spam, holds = _with_holders(proposals, alive, spam, model)
    left = _some(proposals.found, alive)
    seam = seam_features(proposals.reading, proposals.part, model.tables, left)
    matrix = np.hstack((proposals.matrix[alive], seam))
    exact = scores(model.exact, matrix)
    is_spam = _sigmoid(spam)
    probability = holds * _sigmoid(exact)
    is_line = (matrix[:, [NAMES.index("at_line_start"), NAMES.index("at_line_end")]] > 0).all(axis=1)
    stake = at_stake(left, probability) * np.where(is_line, LINE_STAKE, 1.0)
    careful = probability * np.maximum(1 - CAUTION * stake, LEAST)
    preferred = np.maximum(careful, KIN * _same_as_likely(proposals.part, left, careful))
    numbers: list[int] = []
    clusters: list[tuple[float, ...]] = []
    for doc in distinct(left.docs).tolist():
        mine = np.flatnonzero(left.docs == doc)
        picked = choose(left.starts[mine], left.ends[mine], preferred[mine])
        best = sorted((float(probability[mine[index]]) for index, _ in picked), reverse=True)
        likely, possible = (sum(p >= bar for p in best) for bar in (0.5, 0.1))
        for index, rivals in picked:
            at = int(mine[index])
            own = float(probability[at])
            others = best[1] if own == best[0] and len(best) > 1 else best[0] if own != best[0] else 0.0
            rival = probability[mine[rivals]]
            numbers.append(at)
            clusters.append((
                float(spam[at]), float(exact[at]), float(holds[at]), own, own + float(rival.sum()), float(rival.max(initial=0.0)),
                float(is_spam[mine[rivals]].max(initial=0.0)), len(rivals), others,
                likely - (own >= 0.5), possible - (own >= 0.1),
            ))  # fmt: skip
    found = _some(left, numbers)
    columns = np.array(clusters)
    kin = kin_columns(proposals.part, found, np.minimum(columns[:, CLUSTER_NAMES.index("place_probability")], 1.0))
    rows = np.hstack((matrix[numbers], columns.astype(np.float32), kin.astype(np.float32)))
    return Chosen(proposals, alive[numbers], rows)


HOLDS = 0.3  # a candidate that is dropped, but holds spam with this probability, is looked at after all


def _with_holders(
    proposals: Proposals, alive: Ints, spam: NDArray[np.float64], model: Model
) -> tuple[Ints, NDArray[np.float64], NDArray[np.float64]]:
    """The candidates that may be spam or hold some, their spam scores, and how likely they hold spam."""
    found = proposals.found
    core, likely = cores(_some(found, alive), _sigmoid(spam))
    holds = holding(found, core, likely)
    score = np.full(len(holds), -np.inf)
    score[alive] = spam
    again = np.flatnonzero(((holds >= HOLDS) | proposals.wanted) & np.isneginf(score))
    score[again] = scores(model.spam, proposals.matrix[again])
    alive = np.flatnonzero(np.isfinite(score))
    return alive, score[alive], np.maximum(holds[alive], _sigmoid(score[alive]))


def _some(found: Candidates, which: Ints | list[int]) -> Candidates:
    return Candidates(*(column[which] for column in found))


def cores(found: Candidates, is_spam: NDArray[np.float64]) -> tuple[Candidates, NDArray[np.float64]]:
    """Of every hot run the candidate that is spam most likely, the shortest of equals, by where they start; and how likely."""
    order = np.lexsort((found.ends - found.starts, -is_spam, found.runs))
    core = order[np.flatnonzero(np.diff(found.runs[order], prepend=-1))]
    core = core[np.argsort(found.starts[core], kind="stable")]
    return _some(found, core), is_spam[core]


HOLDING_LOT = 1 << 15  # candidates compared with cores at a time


def holding(found: Candidates, core: Candidates, likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely candidates hold spam: as likely as the likeliest core is that they contain, 0.0 without one.

    The title in front of what is sold says nothing by itself, and still was injected with it.

    >>> number = np.zeros(2, dtype=np.int64)
    >>> core = Candidates(np.array([0, 5]), np.array([20, 8]), number, number)
    >>> holding(Candidates(np.array([0, 4]), np.array([30, 9]), number, number), core, np.array([0.6, 0.9])).tolist()
    [0.9, 0.9]
    """
    best = np.zeros(len(found.starts))
    first, stop = (np.searchsorted(core.starts, edge) for edge in (found.starts, found.ends))
    for lot in range(0, len(best), HOLDING_LOT):
        part = slice(lot, lot + HOLDING_LOT)
        outer = np.repeat(np.arange(len(best))[part], (stop - first)[part])
        inner = propose.ranges(first[part], stop[part])
        inside = core.ends[inner] <= found.ends[outer]
        np.maximum.at(best, outer[inside], likely[inner[inside]])
    return best


CAUTION = 3.0  # how much what may be the article's own weighs against a candidate when the best is chosen
LEAST = 0.01  # of its probability is left to it
LINE_STAKE = 0.3  # of what is at stake counts for a whole line, which seldom is in part the article's
FAINT = 0.02  # probability below which a rival says nothing
STAKE_LOT = 1 << 7  # candidates compared with their rivals at a time


def at_stake(found: Candidates, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each candidate that would be the article's own if one of the rivals that overlap it were right, 0 to 1.

    The mean over the rivals and itself, each as likely as it is probable: a longer stretch is wrong at the article's cost,
    a shorter one at that of some spam.

    >>> number = np.zeros(2, dtype=np.int64)
    >>> found = Candidates(np.array([0, 0]), np.array([20, 10]), number, number)
    >>> at_stake(found, np.array([0.3, 0.3])).tolist()
    [0.25, 0.0]
    """
    share = np.zeros(len(probability))
    some = np.flatnonzero(probability >= FAINT)
    some = some[np.argsort(found.starts[some], kind="stable")]
    starts, ends, likely = found.starts[some], found.ends[some], probability[some]
    length = ends - starts
    low = np.searchsorted(starts, starts - length.max(initial=0), side="right")
    high = np.searchsorted(starts, ends)  # what overlaps a candidate starts in starts[low:high]
    for first in range(0, len(some), STAKE_LOT):
        lot = slice(first, first + STAKE_LOT)
        own = np.repeat(np.arange(len(length[lot])), (high - low)[lot])
        rival = propose.ranges(low[lot], high[lot])
        shared = np.minimum(ends[lot][own], ends[rival]) - np.maximum(starts[lot][own], starts[rival])
        weight = likely[rival] * (shared > 0)
        lost = np.bincount(own, weight * (length[lot][own] - shared), minlength=len(length[lot]))
        share[some[lot]] = lost / (length[lot] * np.bincount(own, weight, minlength=len(length[lot])))
    return share


KIN = 0.8  # of the probability of the same text elsewhere in the article is a candidate's own when the best is chosen


def _same_as_likely(part: Excerpt, found: Candidates, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each candidate the probability of the likeliest other of the same text in the same article, 0.0 when there is none."""
    return best_of_others(text_keys(part, found), np.arange(len(probability)), probability)


def spam_scores(matrix: Matrix, model: Model) -> tuple[Ints, NDArray[np.float64]]:
    """The candidates that may be spam, and their scores; the hopeless ones are dropped after the first trees."""
    return surviving(model.spam, matrix, (*model.stages, (len(model.spam.roots), LOWEST)))


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


class Gated(NamedTuple):
    """A batch read, the runs that passed the gate, by text, and the references of the texts."""

    reading: Reading
    runs: Runs
    references: References


def gate(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Gated:
    """Where in a batch a second look is due."""
    reading, runs, references, matrix = hot_runs(texts, model, protected)
    few = np.bincount(runs.docs[runs.references > 0], minlength=len(texts)) <= MAX_REFERENCES
    alive, partial = surviving(model.gate, matrix, (*model.gate_stages, (len(model.gate.roots), model.gate_threshold)))
    score = np.full(len(matrix), -np.inf)
    score[alive] = partial
    passed = np.isfinite(score) | ((runs.references > 0) & few[runs.docs])
    passed &= _ranks(runs.docs, score) < MAX_RUNS
    return Gated(reading, propose.select(runs, passed), references)


def propose_batch(texts: Sequence[str], model: Model, protected: Sequence[Stretches]) -> Proposals | None:
    """Candidates with features for the texts of a batch whose hot runs pass the gate; None when none does."""
    gated = gate(texts, model, protected)
    return propose_at(gated, gated.runs, model)


def propose_at(gated: Gated, runs: Runs, model: Model) -> Proposals | None:
    """Candidates with features around all the runs of some texts; None when there are none."""
    if not len(runs.starts):
        return None
    reading, references = gated.reading, gated.references
    host = hosts(reading, distinct(runs.docs))
    part, runs = propose.excerpt(reading, runs, model.tables)
    edges = propose.boundaries(part.classes)
    found = propose.candidates(part, runs, edges)
    if not len(found.starts):
        return None
    linked = links(part, references)
    matrix = features(reading, part, host, linked, references, model.tables, runs, edges, found)
    return Proposals(reading, part, found, matrix, propose.is_campaign(part, runs, found))


def _ranks(docs: Ints, score: NDArray[np.float64]) -> Ints:
    """The place of each run among its text's by score, from 0."""
    order = np.lexsort((-score, docs))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order)) - np.searchsorted(docs[order], docs[order])
    return ranks


def choose(starts: Ints, ends: Ints, probability: NDArray[np.float64]) -> list[tuple[int, Ints]]:
    """Of overlapping candidates the most probable, with the numbers of those it won over.

    Among equals the longer one, then the earlier one is taken.

    >>> [(best, rivals.tolist()) for best, rivals in choose(np.array([0, 0, 9]), np.array([5, 7, 12]), np.array([0.5, 0.2, 0.2]))]
    [(0, [1]), (2, [])]
    """
    by_start = np.argsort(starts, kind="stable")
    first, last = starts[by_start], ends[by_start]
    low = np.searchsorted(first, starts - (ends - starts).max(initial=0), side="right")
    high = np.searchsorted(first, ends)  # what overlaps a candidate starts in first[low:high]
    place = np.empty(len(starts), dtype=np.int64)
    place[by_start] = np.arange(len(starts))
    free = np.ones(len(starts), dtype=bool)  # by start
    chosen = []
    for index in np.lexsort((starts, starts - ends, -probability)).tolist():
        if free[place[index]]:
            near = slice(low[index], high[index])
            overlapping = low[index] + np.flatnonzero(free[near] & (last[near] > starts[index]))
            free[overlapping] = False
            chosen.append((index, np.sort(by_start[overlapping[overlapping != place[index]]])))
    return chosen

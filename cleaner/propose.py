"""Where a second look is due, and what could have been injected there: hot runs, their lines, candidate segments.

A run of characters is *hot* when the n-gram evidence of a window around it is unusual for clean text, or, with less, when
its letters are of a script, or its trigrams of a language, that is not the article's. Candidates are all combinations of
plausible starts and ends around a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import distinct, groups
from cleaner.lexicon import COVER, evidence
from cleaner.ngrams import CHUNK
from cleaner.reading import UNSPACED, Ints, Reading, Stretches, Tables, sums
from cleaner.view import IS_LETTER, IS_WORD

MAX_CANDIDATE = 1200  # characters; longer advertisements fall sentence by sentence
# What a character says about the boundary beside it: see `boundaries`.
INSIDE, SCRIPT, WORD, WIDE, CLAUSE, SENTENCE, LINE = range(7)
_OUTER = np.full(cc.N_CLASSES, WORD, dtype=np.int8)
_OUTER[[cc.COMMA, cc.OPEN, cc.CLOSE, cc.SEPARATOR, cc.PUNCT, cc.SYMBOL, cc.OTHER]] = CLAUSE
_OUTER[cc.SENTENCE_END] = SENTENCE
_OUTER[cc.NEWLINE] = LINE


class Runs(NamedTuple):
    """Hot runs: view offsets, text number, and the peak of the window score (1.0 is hot by itself).

    `references` says whether a run is a reference to, or the definition of, an address (`cleaner.links`), `campaigns` whether
    it is the text of a campaign (`cleaner.occurrences`).
    """

    starts: Ints
    ends: Ints
    docs: Ints
    peaks: NDArray[np.float64]
    references: NDArray[np.int8]
    campaigns: NDArray[np.bool_]


def select(runs: Runs, which: NDArray[np.bool_] | Ints) -> Runs:
    """Some of the runs."""
    columns: Iterator[Any] = (column[which] for column in runs)
    return Runs(*columns)


def together(some: Runs, others: Runs) -> Runs:
    """All runs of both, by where they start."""
    pairs: Iterator[Any] = zip(some, others, strict=True)
    columns: Iterator[Any] = map(np.concatenate, pairs)
    both = Runs(*columns)
    return select(both, np.argsort(both.starts, kind="stable"))


class Surroundings(NamedTuple):
    """The hot runs with what stands around them, in one array: for each run its start and end there, and its window's.

    `lexicon` holds what is known of the n-grams at each character (`cleaner.lexicon.evidence`).
    """

    starts: Ints
    ends: Ints
    first: Ints
    stop: Ints
    lexicon: NDArray[np.int8]


class Excerpt(NamedTuple):
    """The lines of a reading that hold hot runs, in one array of `n` characters that begins with a line end.

    Columns are those of the `Reading`; `lexicon` holds what is known of the n-grams at each character
    (`cleaner.lexicon.evidence`), `style` how the word at each is written (`styles`), `origin` is each character's offset
    in the reading, `doc_of` its text.
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    points: NDArray[np.uint32]
    disguised: NDArray[np.bool_]
    evidence: NDArray[np.int16]
    total: NDArray[np.int32]
    trigrams: NDArray[np.uint16]
    fit: NDArray[np.int8]
    fit_total: NDArray[np.int32]
    foreign: NDArray[np.bool_]
    lexicon: NDArray[np.int8]
    style: NDArray[np.uint8]
    doc_of: Ints
    origin: Ints
    newlines: Ints


class Candidates(NamedTuple):
    """Proposed segments: excerpt offsets (no white space at either end), the text and the hot run each belongs to."""

    starts: Ints
    ends: Ints
    docs: Ints
    runs: Ints


WIDTHS_DENSE, WIDTHS_SPACED = (5, 9), (7, 13, 27)  # characters of the sliding windows; odd, so that they have a middle
# Window scores that are hot where the language, the script is not the text's.
FOREIGN_LANGUAGE, FOREIGN_SCRIPT = 0.5, 0.0
_IS_BLANK = np.zeros(cc.N_CLASSES, dtype=bool)
_IS_BLANK[[cc.SPACE, cc.NEWLINE]] = True


def is_dense(classes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Letters of scripts that say in few characters what takes others many: those without spaces, and Hangul."""
    return classes - np.uint8(cc.HAN) <= np.uint8(cc.THAI - cc.HAN)  # what is below wraps around


def window_sums(total: NDArray[np.int32], width: int) -> NDArray[np.float32]:
    """Summed evidence of the window around each character over the root of its width; 0 where it does not fit.

    >>> window_sums(np.array([0, 1, 2, 5], "i4"), 3).round(2).tolist()
    [0.0, 2.890000104904175, 0.0]
    """
    n, half = len(total) - 1, width // 2
    scores = np.zeros(n, dtype=np.float32)
    if n >= width:
        scores[half : n - half] = _over_root(total[width:] - total[:-width], width)
    return scores


def _over_root(inside: NDArray[np.int32], width: int, unit: float = 1.0) -> NDArray[np.float32]:
    """Evidence of windows over the root of their width, in `unit`."""
    return (inside * np.float32(1 / (unit * np.sqrt(width)))).astype(np.float32)


def warm_places(reading: Reading, hot: Sequence[float]) -> NDArray[np.bool_]:
    """Where a window's score may be over FOREIGN_LANGUAGE: all such places, and a few more."""
    warm = _reaching(reading.total, WIDTHS_SPACED, hot[len(WIDTHS_DENSE) :])
    dense = is_dense(reading.classes)
    if dense.any():
        warm &= ~dense
        warm |= _reaching(reading.total, WIDTHS_DENSE, hot) & dense
    return warm


def _reaching(total: NDArray[np.int32], widths: Sequence[int], hot: Sequence[float]) -> NDArray[np.bool_]:
    """Where the evidence of one of the windows reaches half of what is hot, in whole numbers: a little less is enough."""
    n, reach = len(total) - 1, max(widths)
    reached = np.zeros(n, dtype=bool)
    for first in range(0, n, CHUNK):
        part = total[first : first + CHUNK + reach]
        for width, bar in zip(widths, hot, strict=False):
            least = np.int32(FOREIGN_LANGUAGE * bar * np.sqrt(width) * 0.999)
            inside = part[width:] - part[:-width] >= least
            reached[first + width // 2 : first + width // 2 + len(inside)] |= inside
    return reached


def window_scores(reading: Reading, hot: Sequence[float], at: Ints, stood: Standing) -> NDArray[np.float32]:
    """The highest of the window sums around some characters of texts, each over its threshold `hot`: 1.0 is hot by itself.

    hot holds, in table units, a threshold for every width of WIDTHS_DENSE, then of WIDTHS_SPACED, then for what stands alone.
    """
    scores = _highest(reading.total, WIDTHS_SPACED, hot[len(WIDTHS_DENSE) :], at)
    dense = np.flatnonzero(is_dense(reading.classes.take(at)))
    if len(dense):
        scores[dense] = _highest(reading.total, WIDTHS_DENSE, hot, at[dense])
    if len(stood.starts):
        number = np.maximum(np.searchsorted(stood.starts, at, side="right") - 1, 0)
        inside = np.flatnonzero((stood.starts[number] <= at) & (at < stood.ends[number]))
        scores[inside] = np.maximum(scores[inside], stood.scores[number[inside]])
    return scores


def _highest(total: NDArray[np.int32], widths: Sequence[int], hot: Sequence[float], at: Ints) -> NDArray[np.float32]:
    highest = np.full(len(at), -np.inf, dtype=np.float32)
    for width, bar in zip(widths, hot, strict=False):
        inside = total.take(at + (width // 2 + 1)) - total.take(at - width // 2)
        np.maximum(highest, _over_root(inside, width, bar), out=highest)
    return highest


ALONE = 12  # characters that what stands alone has at most


class Standing(NamedTuple):
    """What stands alone: its starts, its ends and its scores, 1.0 of which is hot by itself."""

    starts: Ints
    ends: Ints
    scores: NDArray[np.float32]


def standing(reading: Reading, bar: float) -> Standing:
    """What stands alone in a batch, its evidence over the threshold `bar`."""
    starts, ends = alone(reading)
    return Standing(starts, ends, stretch_sums(reading.total, starts, ends) / bar)


_FEW_LETTERS = 16  # blanks for every letter of an unspaced script, where it is faster to look around those letters


def alone(reading: Reading) -> tuple[Ints, Ints]:
    """Starts and ends of what stands alone: a few characters of a script without spaces that do stand between spaces."""
    classes = reading.classes
    unspaced = np.flatnonzero(is_dense(classes) & (classes != cc.HANGUL))
    blanks = np.flatnonzero((classes == cc.SPACE) | (classes == cc.NEWLINE))
    if _FEW_LETTERS * len(unspaced) < len(blanks):
        behind = distinct(np.searchsorted(blanks, unspaced))
    else:
        behind = np.flatnonzero(np.maximum.reduceat(classes, blanks)[:-1] >= cc.HAN) + 1
    starts, ends = blanks[behind - 1] + 1, blanks[behind]
    few = np.flatnonzero((ends - starts > 1) & (ends - starts <= ALONE))
    starts, ends = starts[few], ends[few]
    inside = classes[ranges(starts, ends)]
    stop = np.cumsum(ends - starts)
    n_words, n_unspaced = (
        total[stop] - total[stop - (ends - starts)] for total in (sums(IS_WORD[inside]), sums(UNSPACED[inside]))
    )
    few = np.flatnonzero((n_words == ends - starts) & (n_unspaced > 0))
    return starts[few], ends[few]


def stretch_sums(total: NDArray[np.int32], starts: Ints, ends: Ints) -> NDArray[np.float32]:
    """Summed evidence of stretches over the root of their length, as `window_sums` of windows."""
    scores: NDArray[np.float32] = ((total[ends] - total[starts]) / np.sqrt(ends - starts)).astype(np.float32)
    return scores


JOIN = 5  # characters between two hot places that still make one run


def hot_runs(reading: Reading, hot: Sequence[float], protected: Sequence[Stretches]) -> Runs:
    """The hot runs of a batch, none across a line end, none in a text's protected stretches."""
    stood = standing(reading, hot[-1])
    looked_at = warm_places(reading, hot)
    looked_at[ranges(stood.starts, stood.ends)] = True
    looked_at |= reading.foreign
    for stretch in closed(reading, protected):
        looked_at[stretch] = False
    at = np.flatnonzero(looked_at)
    at = at[~_IS_BLANK.take(reading.classes.take(at))]  # nothing in front of the first text or behind the last is left
    scores = window_scores(reading, hot, at, stood)
    is_hot = (scores > 1) | ((scores > FOREIGN_LANGUAGE) & (_fit_around(reading.fit_total, at) < 0))
    is_hot |= reading.foreign.take(at) & (scores > FOREIGN_SCRIPT)
    return _joined(reading, scores[is_hot], at[is_hot])


def closed(reading: Reading, protected: Sequence[Stretches]) -> Iterator[slice]:
    """The protected stretches of a batch's texts in view offsets."""
    for base, stretches in zip(reading.doc_base.tolist(), protected, strict=True):
        for start, end in stretches:
            yield slice(*np.searchsorted(reading.source, (base + start, base + end)).tolist())


def with_campaigns(reading: Reading, hot: Sequence[float], runs: Runs, starts: Ints, ends: Ints) -> Runs:
    """The runs, and one more for each of some stretches that are the text of a campaign."""
    if not len(starts):
        return runs
    scores = window_scores(reading, hot, ranges(starts, ends), standing(reading, hot[-1]))
    peaks = np.maximum.reduceat(scores, np.cumsum(ends - starts) - (ends - starts)).astype(np.float64)
    docs = np.searchsorted(reading.doc_first, starts, side="right") - 1
    none = np.zeros(len(starts), dtype=np.int8)
    more = Runs(starts, ends, docs, peaks, none, np.ones(len(starts), dtype=bool))
    return together(runs, more)


def _joined(reading: Reading, scores: NDArray[np.float32], at: Ints) -> Runs:
    """Hot places as runs."""
    if not len(at):
        empty = np.empty(0, dtype=np.int64)
        return Runs(empty, empty, empty, np.empty(0), np.empty(0, dtype=np.int8), np.empty(0, dtype=bool))
    lines = np.searchsorted(reading.newlines, at)
    first = np.flatnonzero(np.concatenate(([True], (np.diff(at) > JOIN) | (np.diff(lines) > 0))))
    starts, ends = at[first], at[np.concatenate((first[1:] - 1, [len(at) - 1]))] + 1
    docs = np.searchsorted(reading.doc_first, starts, side="right") - 1
    peaks = np.maximum.reduceat(scores, first).astype(np.float64)
    return Runs(starts, ends, docs, peaks, np.zeros(len(starts), dtype=np.int8), np.zeros(len(starts), dtype=bool))


def _fit_around(total: NDArray[np.int32], at: Ints) -> NDArray[np.int32]:
    """The sum of the language fit of the 13 characters around each of some places."""
    return total[np.minimum(at + 7, len(total) - 1)] - total[np.maximum(at - 6, 0)]


MARGIN = 32  # characters around a hot run that are asked for before the gate; more than a word beyond what is used


def surroundings(reading: Reading, runs: Runs, tables: Tables) -> Surroundings:
    """What is known of the n-grams in and around hot runs, none of them across a line end."""
    number = np.searchsorted(reading.newlines, runs.starts)
    begin = np.maximum(runs.starts - MARGIN, reading.newlines[number - 1] + 1)
    end = np.minimum(runs.ends + MARGIN, reading.newlines[number])
    reach = np.maximum.accumulate(end)
    opens = np.concatenate((np.ones(min(len(begin), 1), dtype=bool), begin[1:] > reach[:-1]))
    first = np.flatnonzero(opens)
    begin, end = begin[first], np.maximum.reduceat(end, first) if len(first) else end
    size = end - begin
    at = np.cumsum(size + 1) - size  # a line end stands before each window, and one behind the last
    origin = np.full(int((size + 1).sum()) + 1, reading.newlines[0])
    origin[ranges(at, at + size)] = ranges(begin, end)
    window = np.cumsum(opens) - 1
    shift = (at - begin)[window]
    lexicon = evidence(reading.codes[origin], reading.classes[origin], tables.odds, tables.known)
    return Surroundings(runs.starts + shift, runs.ends + shift, at[window], (at + size)[window], lexicon)


def excerpt(reading: Reading, runs: Runs, tables: Tables) -> tuple[Excerpt, Runs]:
    """The lines that hold some runs, and these runs in offsets of the excerpt."""
    lines = distinct(np.searchsorted(reading.newlines, runs.starts))
    begin, end = reading.newlines[lines - 1] + 1, reading.newlines[lines] + 1
    origin = np.concatenate((reading.newlines[:1], ranges(begin, end)))
    docs = np.searchsorted(reading.doc_first, begin, side="right") - 1
    codes, classes = reading.codes[origin], reading.classes[origin]
    points, disguised = reading.points[origin], reading.disguised[origin]
    part = Excerpt(
        codes=codes,
        classes=classes,
        points=points,
        disguised=disguised,
        evidence=reading.evidence[origin],
        total=sums(reading.evidence[origin]),
        trigrams=reading.trigrams[origin],
        fit=reading.fit[origin],
        fit_total=sums(reading.fit[origin]),
        foreign=reading.foreign[origin],
        lexicon=evidence(codes, classes, tables.odds, tables.known),
        style=styles(codes, classes, points, disguised),
        doc_of=np.concatenate((docs[:1], np.repeat(docs, end - begin))),
        origin=origin,
        newlines=np.concatenate(([0], np.cumsum(end - begin))),
    )
    starts = np.searchsorted(origin[1:], runs.starts) + 1
    return part, runs._replace(starts=starts, ends=starts + runs.ends - runs.starts)


_HAS_CASE = np.zeros(cc.N_CLASSES, dtype=bool)
_HAS_CASE[[cc.LATIN, cc.CYRILLIC, cc.GREEK]] = True


def is_upper(
    points: NDArray[np.uint32], codes: NDArray[np.uint32], classes: NDArray[np.uint8], disguised: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which characters are capital letters."""
    upper: NDArray[np.bool_] = (points != codes) & _HAS_CASE.take(classes) & ~disguised
    return upper


TITLE, SHOUT = 1, 2  # bits of a word's style


def styles(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], points: NDArray[np.uint32], disguised: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """How the word is written that each character is part of: TITLE if it does not begin with a small letter, SHOUT if it is in capitals or disguised.

    0 outside words.
    """
    style = np.zeros(len(codes), dtype=np.uint8)
    word = IS_WORD.take(classes)
    starts = np.flatnonzero(word & np.concatenate((np.ones(1, dtype=bool), ~word[:-1])))
    ends = np.flatnonzero(word & np.concatenate((~word[1:], np.ones(1, dtype=bool)))) + 1
    upper, cased = is_upper(points, codes, classes, disguised), _HAS_CASE.take(classes)
    capitals, letters, strange = (total[ends] - total[starts] for total in map(sums, (upper, cased, disguised)))
    title = upper[starts] | ~cased[starts] | (strange > 0)
    shout = (strange > 0) | ((capitals > 1) & (capitals == letters))
    style[ranges(starts, ends)] = np.repeat(TITLE * title + SHOUT * shout, ends - starts)
    return style


class Boundaries(NamedTuple):
    """For each view offset 0..n, how strong a boundary it is for a segment to start there, and to end there."""

    left: NDArray[np.int8]
    right: NDArray[np.int8]


def boundaries(classes: NDArray[np.uint8]) -> Boundaries:
    """Boundary strengths, for text that begins and ends with a line end.

    INSIDE a word or an unspaced run, SCRIPT between scripts, WORD at a space, WIDE at a space beside an unspaced script
    or between two scripts, CLAUSE at punctuation, a separator, a bracket or a symbol, SENTENCE behind its end, LINE at a line's start or end.
    -1 where no segment can start or end, because it would do so with white space.

    >>> points = cc.code_points("\\nup. no\\n")
    >>> boundaries(cc.tables().classes[points]).left.tolist()
    [-1, 6, 0, 4, -1, 5, 0, -1, -1]
    """
    n = len(classes)
    space = classes == cc.SPACE
    index = np.arange(n)
    ink_before = np.maximum.accumulate(np.where(space, 0, index))
    ink_after = n - 1 - np.maximum.accumulate(np.where(space[::-1], 0, index))[::-1]
    before, here = classes[:-1], classes[1:]
    touching = IS_WORD[before] & IS_WORD[here]
    one_script = (before == here) | ~IS_LETTER[before] | ~IS_LETTER[here]
    inner = np.where(one_script, INSIDE, SCRIPT).astype(np.int8)
    outer, own = _OUTER[classes], _OUTER[classes]
    own = np.where(own >= CLAUSE, own, 0)
    last, following = classes[ink_before[:-1]], classes[ink_after[1:]]
    unlike = IS_LETTER[last] & IS_LETTER[following] & (last != following)
    wide = np.where(UNSPACED[last] | UNSPACED[following] | unlike, WIDE, 0)
    wide_left, wide_right = np.where(space[:-1], wide, 0), np.where(space[1:], wide, 0)
    left = np.where(
        touching, inner, np.maximum.reduce([outer[ink_before[:-1]], wide_left, np.minimum(own[1:], CLAUSE)])
    )
    right = np.where(touching, inner, np.maximum.reduce([outer[ink_after[1:]], wide_right, own[:-1]]))
    blank = space | (classes == cc.NEWLINE)
    none = np.full(1, -1, dtype=np.int8)
    left = np.concatenate((none, np.where(blank[1:], -1, left), none)).astype(np.int8)
    right = np.concatenate((none, np.where(blank[:-1], -1, right), none)).astype(np.int8)
    return Boundaries(left, right)


def ranges(starts: Ints, ends: Ints) -> Ints:
    """All integers of the half-open ranges, one after the other."""
    lengths = ends - starts
    offsets = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return offsets + np.arange(lengths.sum())


def is_campaign(part: Excerpt, runs: Runs, found: Candidates) -> NDArray[np.bool_]:
    """Which candidates are the text of a campaign, neither more nor less."""
    n, at = len(part.classes) + 1, np.flatnonzero(runs.campaigns)
    wanted = np.sort(runs.starts[at] * n + runs.ends[at])
    if not len(wanted):
        return np.zeros(len(found.starts), dtype=bool)
    own = found.starts * n + found.ends
    same: NDArray[np.bool_] = wanted[np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)] == own
    return same


def candidates(part: Excerpt, runs: Runs, edges: Boundaries) -> Candidates:
    """Segments around each run: every plausible start with every plausible end."""
    alike = [
        *(_stretches(part, part.lexicon[COVER] > 0, gap) for gap in KNOWN_GAPS),
        *(_stretches(part, part.style & bit > 0, STYLE_GAP) for bit in (TITLE, SHOUT)),
    ]
    lefts = _starts(part, runs, edges.left, alike)
    rights = _ends(part, runs, edges.right, alike)
    words = sums(IS_WORD.take(part.classes))
    lots = []
    order = np.argsort(runs.campaigns, kind="stable")  # of the runs that have a candidate in common, a hot one has it
    for first in range(0, len(order), LOT):
        lot = order[first : first + LOT]
        numbers, starts, ends = _paired(lefts[lot], rights[lot], runs.starts[lot], runs.ends[lot])
        kept = np.flatnonzero(words[ends] > words[starts])  # a bare sign advertises nothing
        lots.append((lot[numbers[kept]], starts[kept], ends[kept]))
    numbers, starts, ends = (np.concatenate(column) for column in zip(*lots, strict=True))
    unique = groups(starts * (len(part.classes) + 1) + ends).first
    return Candidates(starts[unique], ends[unique], runs.docs[numbers[unique]], numbers[unique])


LOT = 128  # runs whose starts and ends are paired at a time: there are about 900 pairs of each


def _paired(lefts: Ints, rights: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """The number of the run, the start and the end of every segment that is not too long and touches its run starts:ends."""
    left, right = lefts[:, :, None], rights[:, None, :]
    length = right - left
    keep = (length >= 1) & (length <= MAX_CANDIDATE) & (left >= 0) & (right >= 0)
    keep &= (left < ends[:, None, None]) & (right > starts[:, None, None])
    number, at_left, at_right = np.nonzero(keep)
    return number, lefts[number, at_left], rights[number, at_right]


def _at_least(strength: NDArray[np.int8], level: int) -> Ints:
    """The offsets where a strength is at least `level`, with the first and the last offset as ends."""
    return np.concatenate(([0], np.flatnonzero(strength >= level), [len(strength) - 1]))


def _last(positions: Ints, at: Ints) -> Ints:
    """For each offset the last of the sorted positions at or before it."""
    return positions[np.searchsorted(positions, at, side="right") - 1]


def _first(positions: Ints, at: Ints) -> Ints:
    """For each offset the first of the sorted positions at or behind it."""
    return positions[np.minimum(np.searchsorted(positions, at), len(positions) - 1)]


CONTRAST = 8  # characters on either side of an edge that are compared
NEAR = 18  # an edge is sought so far from the run's own
N_CONTRAST = 4  # edges kept by contrast
_NEVER = -(1 << 40)


_STRENGTHS = (WORD, WIDE, CLAUSE, SENTENCE, LINE)


KNOWN_GAPS = (1, 8)  # characters no n-gram of known spam stands at, inside a stretch of such n-grams
STYLE_GAP = 3  # characters between two words written alike
Stretch = tuple[Ints, Ints]  # starts and ends


def _stretches(part: Excerpt, holds: NDArray[np.bool_], gap: int) -> Stretch:
    """Where something holds, gaps of some characters included, none across a line end."""
    at = np.flatnonzero(holds)
    lines = np.searchsorted(part.newlines, at)
    last = np.flatnonzero(
        np.concatenate(((np.diff(at) > gap + 1) | (np.diff(lines) > 0), np.ones(min(len(at), 1), dtype=bool)))
    )
    first = np.concatenate((np.zeros(min(len(at), 1), dtype=np.int64), last[:-1] + 1))
    return at[first], at[last] + 1


def _stretch_start(stretch: Stretch, runs: Runs, open_at: Ints) -> Ints:
    """The start of the stretch each run's start is in, else of the first one that begins in the run; there or behind it where a segment may start."""
    starts, ends = stretch
    if not len(starts):
        return np.full(len(runs.starts), -1)
    which = np.searchsorted(ends, runs.starts, side="right")
    start = starts[np.minimum(which, len(starts) - 1)]
    start = np.where((which < len(starts)) & (start < runs.ends), start, -1)
    return np.where(start >= 0, _first(open_at, np.maximum(start, 0)), -1)


def _stretch_end(stretch: Stretch, runs: Runs, open_at: Ints) -> Ints:
    """The end of the stretch each run's end is in, else of the last one that ends in the run; there or before it where a segment may end."""
    starts, ends = stretch
    if not len(starts):
        return np.full(len(runs.ends), -1)
    which = np.searchsorted(starts, runs.ends) - 1
    end = ends[np.maximum(which, 0)]
    end = np.where((which >= 0) & (end > runs.starts), end, -1)
    return np.where(end >= 0, _last(open_at, np.maximum(end, 0)), -1)


def _open(part: Excerpt, strength: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Where a segment may start or end: nowhere beside its white space, and inside a word only of an unspaced script."""
    unspaced = np.concatenate((part.classes[:1], part.classes, part.classes[-1:]))
    beside = UNSPACED.take(unspaced[:-1]) | UNSPACED.take(unspaced[1:])
    may: NDArray[np.bool_] = (strength >= 0) & ((strength != INSIDE) | beside)
    return may


def _starts(part: Excerpt, runs: Runs, strength: NDArray[np.int8], alike: Sequence[Stretch]) -> Ints:
    """n_runs x k plausible starts, -1 for none."""
    at = runs.starts
    may = _open(part, strength)
    open_at = np.concatenate(([0], np.flatnonzero(may), [len(may) - 1]))
    edges = {level: _at_least(strength, level) for level in _STRENGTHS}
    word, clause, line = (_last(edges[level], at) for level in (WORD, CLAUSE, LINE))
    clause2 = _last(edges[CLAUSE], clause - 1)
    options = [
        word,
        _last(edges[WIDE], at),
        clause,
        clause2,
        _last(edges[CLAUSE], clause2 - 1),
        _last(edges[SENTENCE], at),
        line,
        _skip_marker(part, line),
        earlier := _last(edges[WORD], word - 1),
        _last(edges[WORD], earlier - 1),
        later := _first(edges[WORD], at + 1),
        _first(edges[WORD], later + 1),
        _first(edges[WIDE], at),
        _first(edges[CLAUSE], at),
        _link_start(part, at, line),
        *(_stretch_start(stretch, runs, open_at) for stretch in alike),
        *_contrast(part, strength, may, at, sign=1),
        np.where(runs.campaigns, at, -1),
    ]
    table = np.stack(options, axis=1)
    return np.where(table >= line[:, None], table, -1)


def _ends(part: Excerpt, runs: Runs, strength: NDArray[np.int8], alike: Sequence[Stretch]) -> Ints:
    """n_runs x k plausible ends, -1 for none."""
    at = runs.ends
    may = _open(part, strength)
    open_at = np.concatenate(([0], np.flatnonzero(may), [len(may) - 1]))
    edges = {level: _at_least(strength, level) for level in _STRENGTHS}
    word, clause, line = (_first(edges[level], at) for level in (WORD, CLAUSE, LINE))
    clause2 = _first(edges[CLAUSE], clause + 1)
    options = [
        word,
        _first(edges[WIDE], at),
        clause,
        clause2,
        _first(edges[CLAUSE], clause2 + 1),
        _first(edges[SENTENCE], at),
        line,
        later := _first(edges[WORD], word + 1),
        _first(edges[WORD], later + 1),
        earlier := _last(edges[WORD], at - 1),
        _last(edges[WORD], earlier - 1),
        _last(edges[WIDE], at),
        _last(edges[CLAUSE], at),
        _link_end(part, at, line),
        *(_stretch_end(stretch, runs, open_at) for stretch in alike),
        *_contrast(part, strength, may, at, sign=-1),
        np.where(runs.campaigns, at, -1),
    ]
    table = np.stack(options, axis=1)
    return np.where(table <= line[:, None], table, -1)


def _contrast(part: Excerpt, strength: NDArray[np.int8], may: NDArray[np.bool_], at: Ints, *, sign: int) -> list[Ints]:
    """The offsets near `at`, in its line, where evidence and language change most: more spam and less of the host's language inside."""
    number = np.searchsorted(part.newlines, at)
    line, line_end = part.newlines[number - 1, None] + 1, part.newlines[number, None]
    inside = np.clip(at[:, None] + np.arange(-NEAR, NEAR + 1)[None, :], line, line_end)
    earlier, later = np.maximum(inside - CONTRAST, line), np.minimum(inside + CONTRAST, line_end)
    total, fit = part.total, part.fit_total
    evidence = total[later] - 2 * total[inside] + total[earlier]
    language = fit[later] - 2 * fit[inside] + fit[earlier]
    gain = sign * (evidence - language) + 40 * np.minimum(strength[inside], CLAUSE).astype(np.int64)
    gain = np.where(may[inside], gain, _NEVER)
    best = np.argsort(-gain, axis=1, kind="stable")[:, :N_CONTRAST]
    chosen = np.where(np.take_along_axis(gain, best, axis=1) > _NEVER, np.take_along_axis(inside, best, axis=1), -1)
    return list(chosen.T)


_MARKER_REACH = 12


def _skip_marker(part: Excerpt, line: Ints) -> Ints:
    """The first letter, digit or opening bracket of a line, behind its bullet, number or heading mark."""
    ahead = np.minimum(line[:, None] + np.arange(_MARKER_REACH)[None, :], len(part.classes) - 1)
    classes = part.classes[ahead]
    good = IS_LETTER[classes] | (classes == cc.OPEN)
    return np.where(good.any(axis=1), ahead[np.arange(len(line)), good.argmax(axis=1)], line)


_LINK_REACH = 300
_OPEN_SQUARE, _CLOSE_SQUARE, _OPEN_ROUND, _CLOSE_ROUND = map(ord, "[]()")


def _signs(part: Excerpt, sign: int) -> Ints:
    """The offsets of a character, with the first and the last offset as ends."""
    return np.concatenate(([0], np.flatnonzero(part.codes == sign), [len(part.codes) - 1]))


def _link_start(part: Excerpt, at: Ints, line: Ints) -> Ints:
    """The `[` of the Markdown link `at` is in (in its text or its target), -1 if in none."""
    found = _last(_signs(part, _OPEN_SQUARE), at)
    return np.where((found >= line) & (at - found < _LINK_REACH), found, -1)


def _link_end(part: Excerpt, at: Ints, line: Ints) -> Ints:
    """Behind the `)` or `]` that closes the Markdown link `at` is in, -1 if in none."""
    codes, n = part.codes, len(part.codes)
    close_square, close_round = _signs(part, _CLOSE_SQUARE), _signs(part, _CLOSE_ROUND)
    square = _first(close_square, at - 1)
    next_at = np.minimum(square + 1, n - 1)
    closing = np.where(codes[next_at] == _OPEN_ROUND, _first(close_round, next_at), square)
    closing = np.where(codes[next_at] == _OPEN_SQUARE, _first(close_square, next_at), closing)
    opened = _last(_signs(part, _OPEN_ROUND), at - 1)
    in_target = (codes[np.maximum(opened - 1, 0)] == _CLOSE_SQUARE) & (opened > _last(close_round, at - 2))
    behind = np.where(in_target, _first(close_round, at - 1), closing) + 1
    return np.where((behind <= line) & (behind - at < _LINK_REACH), behind, -1)

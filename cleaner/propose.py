"""First stage: read a batch of texts once, find the places that deserve a second look, and propose segments there.

Cheap over every character: hashed n-gram weights summed in a sliding window, letters of a script the article is not
written in, and n-grams foreign to its language make *hot runs*. Only a hot run gets candidate segments: all
combinations of plausible starts and ends around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams
from cleaner.view import IS_LETTER, IS_WORD, fold

Ints = NDArray[np.int64]
Stretches = Sequence[tuple[int, int]]
PAD = 6  # line ends around every text of a batch: no n-gram or window reaches from one text into the next
MAX_CANDIDATE = 1200  # characters; longer advertisements fall sentence by sentence

_UNSPACED = np.zeros(cc.N_CLASSES, dtype=bool)  # scripts written without spaces between words
_UNSPACED[[cc.HAN, cc.HIRAGANA, cc.KATAKANA, cc.THAI]] = True
# What a character says about the boundary beside it: see `boundaries`.
INSIDE, SCRIPT, WORD, WIDE, CLAUSE, SENTENCE, LINE = range(7)
_OUTER = np.full(cc.N_CLASSES, WORD, dtype=np.int8)
_OUTER[[cc.COMMA, cc.OPEN, cc.CLOSE, cc.SEPARATOR, cc.PUNCT, cc.SYMBOL, cc.OTHER]] = CLAUSE
_OUTER[cc.SENTENCE_END] = SENTENCE
_OUTER[cc.NEWLINE] = LINE


class Tables(NamedTuple):
    """The arrays the first stage looks things up in.

    weights    2**21 int8, spam weight of an n-gram; `scale` turns one unit into a logit per root character
    language   n_languages x 2**16 int8, how typical a trigram is of each language against the others, in 1/16 nats
    window     half widths of the sliding window for unspaced and for spaced scripts, and its three thresholds
    """

    weights: NDArray[np.int8]
    scale: float
    language: NDArray[np.int8]
    window: tuple[int, int]
    thresholds: tuple[float, float, float]


class Reading(NamedTuple):
    """A batch of texts folded into one array of `n` characters, with what the first stage knows of each.

    Offsets into these arrays are *view offsets*; `source` turns them into offsets of the padded batch.
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    points: NDArray[np.uint32]
    source: Ints
    disguised: NDArray[np.bool_]
    evidence: NDArray[np.int32]
    total: Ints
    fit: NDArray[np.int8]
    foreign: NDArray[np.bool_]
    doc_first: Ints
    doc_stop: Ints
    doc_base: Ints
    doc_of: NDArray[np.int32]
    languages: Ints
    hot: NDArray[np.float32]


class Runs(NamedTuple):
    """Hot runs: view offsets, text number, and the peak of the window score."""

    starts: Ints
    ends: Ints
    docs: Ints
    peaks: NDArray[np.float64]


class Candidates(NamedTuple):
    """Proposed segments: view offsets (no white space at either end), the text and the hot run each belongs to."""

    starts: Ints
    ends: Ints
    docs: Ints
    runs: Ints


def read(texts: Sequence[str], tables: Tables, protected: Sequence[Stretches]) -> Reading:
    """Fold and score a batch of texts; in a text's protected stretches nothing is hot.

    Every figure of a text is the same on its own and in any batch: all sums are integers, and windows end at the padding.
    """
    pad = "\n" * PAD
    points = cc.code_points(pad + pad.join(texts) + pad)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    doc_base = PAD + np.concatenate(([0], np.cumsum(lengths + PAD)[:-1])) if len(texts) else lengths
    view = fold(points)
    doc_first = np.searchsorted(view.source, doc_base)
    doc_stop = np.searchsorted(view.source, doc_base + lengths)
    codes = ngrams.hashable(view.codes, view.classes)
    evidence = ngrams.evidence(codes, view.classes, tables.weights)
    total = np.concatenate(([0], np.cumsum(evidence, dtype=np.int64)))
    doc_of = np.repeat(
        np.arange(len(texts) + 1, dtype=np.int32), np.diff(np.concatenate(([0], doc_first, [len(codes)])))
    )
    doc_of = np.maximum(doc_of - 1, 0)
    languages, fit = _language(codes, doc_first, doc_stop, tables.language)
    foreign = np.zeros(len(codes), dtype=bool)
    for first, stop in zip(doc_first.tolist(), doc_stop.tolist(), strict=True):
        foreign[first:stop] = _foreign(view.classes[first:stop])
    hot = _window_scores(total, view.classes, tables)
    for base, stretches in zip(doc_base.tolist(), protected, strict=True):
        for start, end in stretches:
            hot[slice(*np.searchsorted(view.source, (base + start, base + end)))] = -np.inf
    return Reading(
        codes, view.classes, points[view.source], view.source, view.disguised, evidence, total, fit, foreign,
        doc_first, doc_stop, doc_base, doc_of, languages, hot,
    )  # fmt: skip


LANGUAGE_SAMPLE, LANGUAGE_STEP = 1500, 3  # every third trigram of so many characters decides a text's language


def trigrams(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """For each character the row of the language table of the trigram around it."""
    out = np.zeros(len(codes), dtype=np.uint32)
    out[1:-1] = ngrams.trigram_index(codes) >> np.uint32(ngrams.TABLE_BITS - 16)
    return out


def _language(
    codes: NDArray[np.uint32], first: Ints, stop: Ints, table: NDArray[np.int8]
) -> tuple[Ints, NDArray[np.int8]]:
    """The language of each text, and how well each character's trigram fits the language of its text."""
    rows = trigrams(codes)
    languages, fit = np.zeros(len(first), dtype=np.int64), np.zeros(len(codes), dtype=np.int8)
    for number, (begin, end) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        if begin < end:
            sample = table.take(rows[begin : min(end, begin + LANGUAGE_SAMPLE) : LANGUAGE_STEP], axis=1)
            languages[number] = np.add.reduce(sample, axis=1, dtype=np.int32).argmax()
            fit[begin:end] = table[languages[number]].take(rows[begin:end], mode="wrap")
    return languages, fit


FOREIGN_SHARE = 0.15  # a script with a smaller share of a text's letters is foreign to it


def _foreign(classes: NDArray[np.uint8]) -> NDArray[np.bool_] | bool:
    """Letters of a script that is not the text's own; Latin, which stands in every article, is never foreign."""
    counts = np.bincount(classes, minlength=cc.N_CLASSES) * IS_LETTER
    share = counts / max(counts.sum(), 1)
    is_foreign = (share < FOREIGN_SHARE) & IS_LETTER
    is_foreign[cc.LATIN] = False
    if share[[cc.HIRAGANA, cc.KATAKANA]].sum() >= FOREIGN_SHARE:  # one writing system: an article in kana has Han too
        is_foreign[[cc.HIRAGANA, cc.KATAKANA, cc.HAN]] = False
    return is_foreign.take(classes) if (counts * is_foreign).any() else False


def _window_scores(total: Ints, classes: NDArray[np.uint8], tables: Tables) -> NDArray[np.float32]:
    """The n-gram score of the window around each character, in logits."""
    narrow, wide = tables.window
    scores = _sliding(total, wide, tables.scale)
    unspaced = _UNSPACED.take(classes)
    return np.where(unspaced, _sliding(total, narrow, tables.scale), scores) if unspaced.any() else scores


def _sliding(total: Ints, half: int, scale: float) -> NDArray[np.float32]:
    n = len(total) - 1
    width = 2 * half + 1
    sums = np.zeros(n, dtype=np.float32)
    if n >= width:
        np.subtract(total[width:], total[:-width], out=sums[half : n - half], casting="unsafe")
    sums *= np.float32(scale / np.sqrt(width))
    return sums


JOIN = 5  # characters between two hot places that still make one run


def hot_runs(reading: Reading, tables: Tables) -> Runs:
    """Stretches of a line where the window score, alone or with foreign script or language, passes a threshold."""
    plain, foreign_script, foreign_language = tables.thresholds
    warm = np.flatnonzero(reading.hot > min(plain, foreign_language))
    hot = warm[(reading.hot[warm] > plain) | (_fit_around(reading.fit, warm) < 0)]
    if reading.foreign.any():
        strange = np.flatnonzero(reading.foreign)
        hot = np.union1d(hot, strange[reading.hot[strange] > foreign_script])
    classes = reading.classes[hot]
    at = hot[(classes != cc.NEWLINE) & (classes != cc.SPACE)]
    if not len(at):
        empty = np.empty(0, dtype=np.int64)
        return Runs(empty, empty, empty, np.empty(0))
    lines = np.searchsorted(np.flatnonzero(reading.classes == cc.NEWLINE), at)
    new = np.concatenate(([True], (np.diff(at) > JOIN) | (np.diff(lines) > 0)))
    starts, ends = at[new], at[np.concatenate((np.flatnonzero(new)[1:] - 1, [len(at) - 1]))] + 1
    peaks = np.maximum.reduceat(reading.hot[at], np.flatnonzero(new)).astype(np.float64)
    return Runs(starts, ends, reading.doc_of[starts].astype(np.int64), peaks)


def _fit_around(fit: NDArray[np.int8], at: Ints) -> Ints:
    """The sum of the language fit of the 13 characters around each of some places."""
    total = np.zeros(len(fit) + 1, dtype=np.int32)
    np.cumsum(fit, out=total[1:], dtype=np.int32)
    return total[np.minimum(at + 7, len(fit))] - total[np.maximum(at - 6, 0)]


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
    wide = np.where(_UNSPACED[last] | _UNSPACED[following] | unlike, WIDE, 0)
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


def select(reading: Reading, docs: Ints) -> Reading:
    """The reading of some of its texts only, in their order."""
    begin, end = reading.doc_first[docs] - PAD, reading.doc_stop[docs] + PAD
    at = _ranges(begin, end)
    first = np.cumsum(end - begin) - (end - begin) + PAD
    evidence = reading.evidence[at]
    return Reading(
        codes=reading.codes[at],
        classes=reading.classes[at],
        points=reading.points[at],
        source=reading.source[at],
        disguised=reading.disguised[at],
        evidence=evidence,
        total=np.concatenate(([0], np.cumsum(evidence, dtype=np.int64))),
        fit=reading.fit[at],
        foreign=reading.foreign[at],
        doc_first=first,
        doc_stop=first + (end - begin) - 2 * PAD,
        doc_base=reading.doc_base[docs],
        doc_of=np.repeat(np.arange(len(docs), dtype=np.int32), end - begin),
        languages=reading.languages[docs],
        hot=reading.hot[at],
    )


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """All integers of the half-open ranges, one after the other."""
    lengths = ends - starts
    offsets = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return offsets + np.arange(lengths.sum())


def candidates(reading: Reading, runs: Runs, edges: Boundaries) -> Candidates:
    """Segments around each run: every plausible start with every plausible end."""
    lefts = _starts(reading, runs, edges.left)
    rights = _ends(reading, runs, edges.right)
    k_left, k_right = lefts.shape[1], rights.shape[1]
    starts = np.repeat(lefts, k_right, axis=1).ravel()
    ends = np.tile(rights, (1, k_left)).ravel()
    numbers = np.repeat(np.arange(len(runs.starts)), k_left * k_right)
    length = ends - starts
    keep = (length >= 1) & (length <= MAX_CANDIDATE) & (starts < runs.ends[numbers]) & (ends > runs.starts[numbers])
    keep &= (starts >= 0) & (ends >= 0)
    key = starts * (len(reading.classes) + 1) + ends
    _, unique = np.unique(np.where(keep, key, -1), return_index=True)
    unique = unique[keep[unique]]
    return Candidates(starts[unique], ends[unique], runs.docs[numbers[unique]], numbers[unique])


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


def _starts(reading: Reading, runs: Runs, strength: NDArray[np.int8]) -> Ints:
    """n_runs x k plausible starts, -1 for none."""
    at = runs.starts
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
        _skip_marker(reading, line),
        _last(edges[WORD], word - 1),
        _first(edges[WORD], at + 1),
        _first(edges[WIDE], at),
        _first(edges[CLAUSE], at),
        _link_start(reading, at, line),
        *_contrast(reading, strength, at, sign=1),
    ]
    table = np.stack(options, axis=1)
    return np.where(table >= line[:, None], table, -1)


def _ends(reading: Reading, runs: Runs, strength: NDArray[np.int8]) -> Ints:
    """n_runs x k plausible ends, -1 for none."""
    at = runs.ends
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
        _first(edges[WORD], word + 1),
        _last(edges[WORD], at - 1),
        _last(edges[WIDE], at),
        _last(edges[CLAUSE], at),
        _link_end(reading, at, line),
        *_contrast(reading, strength, at, sign=-1),
    ]
    table = np.stack(options, axis=1)
    return np.where(table <= line[:, None], table, -1)


def _contrast(reading: Reading, strength: NDArray[np.int8], at: Ints, *, sign: int) -> list[Ints]:
    """The offsets near `at` where evidence and language change most: more spam and less of the host's language inside."""
    n = len(reading.classes)
    offsets = at[:, None] + np.arange(-NEAR, NEAR + 1)[None, :]
    inside = np.clip(offsets, 0, n)
    behind = reading.total[np.clip(inside + CONTRAST, 0, n)] - reading.total[inside]
    before = reading.total[inside] - reading.total[np.clip(inside - CONTRAST, 0, n)]
    fit = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(reading.fit, dtype=np.int64)))
    fit_behind = fit[np.clip(inside + CONTRAST, 0, n)] - fit[inside]
    fit_before = fit[inside] - fit[np.clip(inside - CONTRAST, 0, n)]
    gain = sign * (behind - before - (fit_behind - fit_before)) + 40 * np.minimum(strength[inside], CLAUSE).astype(
        np.int64
    )
    gain = np.where(strength[inside] < 0, _NEVER, gain)
    # Inside a word of a spaced script no segment starts or ends.
    unspaced = (
        _UNSPACED[reading.classes[np.minimum(inside, n - 1)]] | _UNSPACED[reading.classes[np.maximum(inside - 1, 0)]]
    )
    gain = np.where((strength[inside] == INSIDE) & ~unspaced, _NEVER, gain)
    best = np.argsort(-gain, axis=1, kind="stable")[:, :N_CONTRAST]
    chosen = np.where(np.take_along_axis(gain, best, axis=1) > _NEVER, np.take_along_axis(inside, best, axis=1), -1)
    return list(chosen.T)


_MARKER_REACH = 12


def _skip_marker(reading: Reading, line: Ints) -> Ints:
    """The first letter, digit or opening bracket of a line, behind its bullet, number or heading mark."""
    ahead = np.minimum(line[:, None] + np.arange(_MARKER_REACH)[None, :], len(reading.classes) - 1)
    classes = reading.classes[ahead]
    good = IS_LETTER[classes] | (classes == cc.OPEN)
    return np.where(good.any(axis=1), ahead[np.arange(len(line)), good.argmax(axis=1)], line)


_LINK_REACH = 300
_OPEN_SQUARE, _CLOSE_SQUARE, _OPEN_ROUND, _CLOSE_ROUND = map(ord, "[]()")


def _signs(reading: Reading, sign: int) -> Ints:
    """The offsets of a character, with the first and the last offset as ends."""
    return np.concatenate(([0], np.flatnonzero(reading.codes == sign), [len(reading.codes) - 1]))


def _link_start(reading: Reading, at: Ints, line: Ints) -> Ints:
    """The `[` of the Markdown link `at` is in (in its text or its target), -1 if in none."""
    found = _last(_signs(reading, _OPEN_SQUARE), at)
    return np.where((found >= line) & (at - found < _LINK_REACH), found, -1)


def _link_end(reading: Reading, at: Ints, line: Ints) -> Ints:
    """Behind the `)` or `]` that closes the Markdown link `at` is in, -1 if in none."""
    codes, n = reading.codes, len(reading.codes)
    close_square, close_round = _signs(reading, _CLOSE_SQUARE), _signs(reading, _CLOSE_ROUND)
    square = _first(close_square, at - 1)
    next_at = np.minimum(square + 1, n - 1)
    closing = np.where(codes[next_at] == _OPEN_ROUND, _first(close_round, next_at), square)
    closing = np.where(codes[next_at] == _OPEN_SQUARE, _first(close_square, next_at), closing)
    opened = _last(_signs(reading, _OPEN_ROUND), at - 1)
    in_target = (codes[np.maximum(opened - 1, 0)] == _CLOSE_SQUARE) & (opened > _last(close_round, at - 2))
    behind = np.where(in_target, _first(close_round, at - 1), closing) + 1
    return np.where((behind <= line) & (behind - at < _LINK_REACH), behind, -1)

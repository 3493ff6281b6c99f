"""Second stage, what is looked at: each candidate in its host, as a row of numbers.

Everything is read off cumulative sums, so that a candidate costs the same however long it is. Names say what is
measured; `host` is the article, `rest` the candidate's line without it, `left` and `right` the eight characters outside.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.propose import Boundaries, Candidates, Ints, Reading, Runs, Tables, trigrams
from cleaner.view import IS_LETTER

Matrix = NDArray[np.float32]
EDGE = 8  # characters looked at on either side of a start or an end
STRONG = 90  # summed table units of one character's n-grams that count as strong evidence

_SUMMED = [
    "evidence",
    "fit",
    "positive",
    "strong",
    "letter",
    "own_script",
    "foreign",
    "disguised",
    "digit",
    "space",
    "symbol",
    "upper",
    "unique",
    "latin",
    "han",
    "url",
    "link",
    "at",
    "mixed",
]
_MARKS = np.array(sorted(map(ord, "#>*-|`+•=[!<")), dtype=np.uint32)

NAMES = [
    "ngram_score",
    "ngram_mean",
    "ngram_weakest_third",
    "ngram_first",
    "ngram_last",
    "ngram_left",
    "ngram_right",
    "ngram_rest",
    "ngram_host",
    "ngram_above_host",
    "ngram_positive",
    "ngram_strong",
    "ngram_start_step",
    "ngram_end_step",
    "peak",
    "host_hot",
    "host_runs",
    "language_fit",
    "language_host",
    "language_below_host",
    "language_first",
    "language_last",
    "language_left",
    "language_right",
    "language_rest",
    "foreign_script",
    "foreign_script_host",
    "foreign_script_rest",
    "foreign_script_left",
    "foreign_script_right",
    "own_script",
    "own_script_rest",
    "letters",
    "digits",
    "digit_count",
    "letter_digit_changes",
    "spaces",
    "symbols",
    "disguised",
    "disguised_host",
    "disguised_count",
    "upper",
    "upper_host",
    "latin",
    "han",
    "latin_host",
    "han_host",
    "length",
    "host_length",
    "unique_trigrams",
    "unique_trigrams_host",
    "repeats",
    "urls",
    "urls_host",
    "links",
    "links_host",
    "at_signs",
    "line_length",
    "line_share",
    "at_line_start",
    "at_line_end",
    "boundary_left",
    "boundary_right",
    "class_before",
    "class_after",
    "class_first",
    "class_last",
    "spaces_before",
    "spaces_after",
    "next_is_lower",
    "line_mark",
    "indented",
    "blank_before",
    "blank_after",
    "position",
    "to_end",
    "ngram_previous_line",
    "ngram_next_line",
    "host_language",
]

RUN_NAMES = [
    "peak",
    "ngram_score",
    "length",
    "ngram_line",
    "line_length",
    "ngram_host",
    "host_length",
    "language_fit",
    "language_line",
    "language_host",
    "foreign_script",
    "foreign_script_host",
    "host_runs",
    "line_share",
    "at_line_start",
    "at_line_end",
]

CLUSTER_NAMES = [
    "segment_score",
    "segment_probability",
    "place_probability",
    "rivals",
    "best_rival",
    "others_best",
    "others_likely",
    "others_possible",
]
ACCEPT_NAMES = [*NAMES, *CLUSTER_NAMES]


def run_features(reading: Reading, tables: Tables, runs: Runs) -> Matrix:
    """n_runs x len(RUN_NAMES) matrix: what the gate looks at before any candidate is made."""
    scale = tables.scale
    fit, foreign = _sums(reading.fit), _sums(reading.foreign)
    newlines = np.flatnonzero(reading.classes == cc.NEWLINE)
    number = np.searchsorted(newlines, runs.starts)
    line, line_end = newlines[number - 1] + 1, newlines[number]
    first, stop = reading.doc_first[runs.docs], reading.doc_stop[runs.docs]
    length, line_length, host_length = runs.ends - runs.starts, line_end - line, np.maximum(stop - first, 1)
    columns = {
        "peak": runs.peaks,
        "ngram_score": (reading.total[runs.ends] - reading.total[runs.starts]) * scale / np.sqrt(length + 2),
        "length": length,
        "ngram_line": (reading.total[line_end] - reading.total[line]) * scale / np.sqrt(line_length + 2),
        "line_length": line_length,
        "ngram_host": (reading.total[stop] - reading.total[first]) * scale / host_length,
        "host_length": host_length,
        "language_fit": (fit[runs.ends] - fit[runs.starts]) / length,
        "language_line": (fit[line_end] - fit[line]) / line_length,
        "language_host": (fit[stop] - fit[first]) / host_length,
        "foreign_script": (foreign[runs.ends] - foreign[runs.starts]) / length,
        "foreign_script_host": (foreign[stop] - foreign[first]) / host_length,
        "host_runs": np.bincount(runs.docs, minlength=len(first))[runs.docs] * 1000 / host_length,
        "line_share": length / line_length,
        "at_line_start": runs.starts - line,
        "at_line_end": line_end - runs.ends,
    }
    return np.stack([columns[name] for name in RUN_NAMES], axis=1).astype(np.float32)


def _sums(values: NDArray[np.generic]) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values, dtype=np.int64)))


def features(reading: Reading, tables: Tables, runs: Runs, edges: Boundaries, found: Candidates) -> Matrix:
    """n_candidates x len(NAMES) matrix; every value is finite."""
    sums = _cumulative(reading)
    a, b, doc = found.starts, found.ends, found.docs
    first, stop = reading.doc_first[doc], reading.doc_stop[doc]
    newlines = np.flatnonzero(reading.classes == cc.NEWLINE)
    line_number = np.searchsorted(newlines, a)
    line, line_end = newlines[line_number - 1] + 1, newlines[line_number]
    left_at, right_at = np.maximum(a - EDGE, line), np.minimum(b + EDGE, line_end)
    head_at, tail_at = np.minimum(a + EDGE, b), np.maximum(b - EDGE, a)
    at_a, at_b = sums[:, a], sums[:, b]
    inside, host, whole_line = at_b - at_a, sums[:, stop] - sums[:, first], sums[:, line_end] - sums[:, line]
    left, right = at_a - sums[:, left_at], sums[:, right_at] - at_b
    head, tail = sums[:, head_at] - at_a, at_b - sums[:, tail_at]
    length, host_length, line_length = b - a, np.maximum(stop - first, 1), line_end - line
    rest, rest_length = whole_line - inside, line_length - length
    n_left, n_right = a - left_at, right_at - b
    n_head, n_tail = np.minimum(EDGE, length), np.minimum(EDGE, length)
    col = {name: number for number, name in enumerate(_SUMMED)}
    scale = tables.scale

    def part(table: NDArray[np.int32], name: str, size: Ints) -> NDArray[np.float64]:
        share: NDArray[np.float64] = table[col[name]] / np.maximum(size, 1)
        return share

    outside, outside_length = host - inside, np.maximum(host_length - length, 1)
    mean = part(inside, "evidence", length) * scale
    host_mean = part(outside, "evidence", outside_length) * scale
    fit, host_fit = part(inside, "fit", length), part(outside, "fit", outside_length)
    out: dict[str, NDArray[np.generic]] = {
        "ngram_score": inside[col["evidence"]] * scale / np.sqrt(length + 2),
        "ngram_mean": mean,
        "ngram_weakest_third": _weakest_third(reading.total, a, b) * scale,
        "ngram_first": part(head, "evidence", n_head) * scale,
        "ngram_last": part(tail, "evidence", n_tail) * scale,
        "ngram_left": part(left, "evidence", n_left) * scale,
        "ngram_right": part(right, "evidence", n_right) * scale,
        "ngram_rest": rest[col["evidence"]] * scale / np.sqrt(rest_length + 2),
        "ngram_host": host_mean,
        "ngram_above_host": mean - host_mean,
        "ngram_positive": part(inside, "positive", length),
        "ngram_strong": part(inside, "strong", length),
        "ngram_start_step": (part(head, "evidence", n_head) - part(left, "evidence", n_left)) * scale,
        "ngram_end_step": (part(tail, "evidence", n_tail) - part(right, "evidence", n_right)) * scale,
        "peak": runs.peaks[found.runs],
        "host_hot": part(outside, "strong", outside_length),
        "host_runs": np.bincount(runs.docs, minlength=len(reading.doc_first))[doc] * 1000 / host_length,
        "language_fit": fit,
        "language_host": host_fit,
        "language_below_host": fit - host_fit,
        "language_first": part(head, "fit", n_head),
        "language_last": part(tail, "fit", n_tail),
        "language_left": part(left, "fit", n_left),
        "language_right": part(right, "fit", n_right),
        "language_rest": part(rest, "fit", rest_length),
        "foreign_script": part(inside, "foreign", length),
        "foreign_script_host": part(outside, "foreign", outside_length),
        "foreign_script_rest": part(rest, "foreign", rest_length),
        "foreign_script_left": part(left, "foreign", n_left),
        "foreign_script_right": part(right, "foreign", n_right),
        "own_script": part(inside, "own_script", inside[col["letter"]]),
        "own_script_rest": part(rest, "own_script", rest[col["letter"]]),
        "letters": part(inside, "letter", length),
        "digits": part(inside, "digit", length),
        "digit_count": inside[col["digit"]],
        "letter_digit_changes": part(inside, "mixed", length),
        "spaces": part(inside, "space", length),
        "symbols": part(inside, "symbol", length),
        "disguised": part(inside, "disguised", length),
        "disguised_host": part(outside, "disguised", outside_length),
        "disguised_count": inside[col["disguised"]],
        "upper": part(inside, "upper", inside[col["letter"]]),
        "upper_host": part(outside, "upper", outside[col["letter"]]),
        "latin": part(inside, "latin", inside[col["letter"]]),
        "han": part(inside, "han", inside[col["letter"]]),
        "latin_host": part(outside, "latin", outside[col["letter"]]),
        "han_host": part(outside, "han", outside[col["letter"]]),
        "length": length,
        "host_length": np.log1p(host_length),
        "unique_trigrams": part(inside, "unique", length),
        "unique_trigrams_host": part(host, "unique", host_length),
        "repeats": _repeats(reading, found),
        "urls": inside[col["url"]],
        "urls_host": part(outside, "url", outside_length) * 1000,
        "links": inside[col["link"]],
        "links_host": part(outside, "link", outside_length) * 1000,
        "at_signs": inside[col["at"]],
        "line_length": line_length,
        "line_share": length / np.maximum(line_length, 1),
        "boundary_left": edges.left[a],
        "boundary_right": edges.right[b],
        "position": (a - first) / host_length,
        "to_end": np.minimum(stop - b, 400),
        "host_language": reading.languages[doc],
    }
    out |= _layout(reading, a, b, line, line_end)
    out |= _neighbour_lines(reading, newlines, line_number, scale)
    matrix = np.empty((len(a), len(NAMES)), dtype=np.float32)
    for number, name in enumerate(NAMES):
        matrix[:, number] = out[name]
    return matrix


def _cumulative(reading: Reading) -> NDArray[np.int32]:
    """len(_SUMMED) x (n + 1) cumulative counts; differences of columns are counts of a stretch.

    Sums may wrap around 2**32 in a long text; their differences do not.
    """
    classes, codes = reading.classes, reading.codes
    letter = IS_LETTER[classes]
    colon, slash = codes == ord(":"), codes == ord("/")
    url = np.zeros(len(codes), dtype=bool)
    url[:-2] = colon[:-2] & slash[1:-1] & slash[2:]
    dot = codes == ord(".")
    url[:-3] |= (codes[:-3] == ord("w")) & (codes[1:-2] == ord("w")) & (codes[2:-1] == ord("w")) & dot[3:]
    link = np.zeros(len(codes), dtype=bool)
    link[:-1] = (codes[:-1] == ord("]")) & ((codes[1:] == ord("(")) | (codes[1:] == ord("[")))
    upper = (reading.points != codes) & ((classes == cc.LATIN) | (classes == cc.CYRILLIC) | (classes == cc.GREEK))
    digit = classes == cc.DIGIT
    mixed = np.zeros(len(codes), dtype=bool)
    mixed[1:] = (digit[1:] & letter[:-1]) | (letter[1:] & digit[:-1])
    columns = {
        "evidence": reading.evidence,
        "fit": reading.fit,
        "positive": reading.evidence > 0,
        "strong": reading.evidence > STRONG,
        "letter": letter,
        "own_script": letter & (classes == _main_script(reading)[reading.doc_of]),
        "foreign": reading.foreign,
        "disguised": reading.disguised,
        "digit": digit,
        "space": classes == cc.SPACE,
        "symbol": classes == cc.SYMBOL,
        "upper": upper & ~reading.disguised,
        "unique": _unique_trigrams(reading),
        "latin": classes == cc.LATIN,
        "han": classes == cc.HAN,
        "url": url,
        "link": link,
        "at": codes == ord("@"),
        "mixed": mixed,
    }
    sums = np.zeros((len(_SUMMED), len(codes) + 1), dtype=np.int32)
    for number, name in enumerate(_SUMMED):
        np.cumsum(columns[name], out=sums[number, 1:], dtype=np.int32)
    return sums


def _main_script(reading: Reading) -> NDArray[np.uint8]:
    """The class of most letters of each text."""
    n_docs = len(reading.doc_first)
    key = reading.doc_of * cc.N_CLASSES + reading.classes
    counts = np.bincount(key, minlength=n_docs * cc.N_CLASSES).reshape(n_docs, cc.N_CLASSES) * IS_LETTER
    scripts: NDArray[np.uint8] = counts.argmax(axis=1).astype(np.uint8)
    return scripts


def _unique_trigrams(reading: Reading) -> NDArray[np.bool_]:
    """True where a trigram stands only once in its text."""
    key = reading.doc_of.astype(np.int64) * (1 << 16) + trigrams(reading.codes)
    unique: NDArray[np.bool_] = np.bincount(key, minlength=len(reading.doc_first) << 16)[key] <= 1
    return unique


def _weakest_third(total: Ints, a: Ints, b: Ints) -> NDArray[np.float64]:
    """The lowest mean evidence of the candidate's three thirds: no honest part rides along."""
    cuts = [a, a + (b - a) // 3, a + 2 * (b - a) // 3, b]
    means = [(total[high] - total[low]) / np.maximum(high - low, 1) for low, high in pairwise(cuts)]
    weakest: NDArray[np.float64] = np.minimum.reduce(means)
    return np.where(b - a < 3, (total[b] - total[a]) / np.maximum(b - a, 1), weakest)


_BASE = np.uint64(0x100000001B3)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio
_BASE_INVERSE = np.uint64(pow(0x100000001B3, -1, 1 << 64))


def _repeats(reading: Reading, found: Candidates) -> Ints:
    """How often the candidate's very text is a candidate of the same article, at most 5."""
    n = len(reading.codes)
    powers = np.cumprod(np.concatenate((np.ones(1, dtype=np.uint64), np.full(n - 1, _BASE))), dtype=np.uint64)
    inverse = np.cumprod(np.concatenate((np.ones(1, dtype=np.uint64), np.full(n - 1, _BASE_INVERSE))), dtype=np.uint64)
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(reading.codes * powers, dtype=np.uint64)))
    key = (sums[found.ends] - sums[found.starts]) * inverse[found.starts]
    key ^= found.docs.astype(np.uint64) * _GOLDEN  # the same text in two articles is not a repetition
    _, which, counts = np.unique(key, return_inverse=True, return_counts=True)
    repeats: Ints = np.minimum(counts[which], 5)
    return repeats


def _layout(reading: Reading, a: Ints, b: Ints, line: Ints, line_end: Ints) -> dict[str, NDArray[np.generic]]:
    """What stands at the candidate's edges and at its line's."""
    classes, codes = reading.classes, reading.codes
    n = len(classes)
    inked = np.flatnonzero(classes != cc.SPACE)  # line ends among them: the padding begins and ends with one
    ink_before = inked[np.searchsorted(inked, a - 1, side="right") - 1]
    ink_after, first_ink = inked[np.searchsorted(inked, b)], inked[np.searchsorted(inked, line)]
    mark = np.minimum(np.searchsorted(_MARKS, codes[first_ink]), len(_MARKS) - 1)
    after = reading.points[np.minimum(ink_after, n - 1)]
    newline = classes == cc.NEWLINE
    return {
        "at_line_start": ink_before < line,
        "at_line_end": ink_after >= line_end,
        "class_before": classes[ink_before],
        "class_after": classes[ink_after],
        "class_first": classes[a],
        "class_last": classes[b - 1],
        "spaces_before": np.minimum(a - 1 - ink_before, 4),
        "spaces_after": np.minimum(ink_after - b, 4),
        "next_is_lower": IS_LETTER[classes[ink_after]] & (after == codes[ink_after]),
        "line_mark": np.where(_MARKS[mark] == codes[first_ink], mark + 1, 0),
        "indented": np.minimum(first_ink - line, 8),
        "blank_before": newline[np.maximum(line - 2, 0)],
        "blank_after": newline[np.minimum(line_end + 1, n - 1)],
    }


def _neighbour_lines(reading: Reading, newlines: Ints, number: Ints, scale: float) -> dict[str, NDArray[np.generic]]:
    """The n-gram scores of the nearest lines with text before and behind the candidate's."""
    starts, ends = newlines[:-1] + 1, newlines[1:]
    scores = (reading.total[ends] - reading.total[starts]) * scale / np.sqrt(ends - starts + 2)
    written = np.flatnonzero(ends > starts)
    if not len(written):
        zero = np.zeros(len(number))
        return {"ngram_previous_line": zero, "ngram_next_line": zero}
    at = np.searchsorted(written, number - 1)
    before, behind = written[np.maximum(at - 1, 0)], written[np.minimum(at + 1, len(written) - 1)]
    docs = reading.doc_of[starts]
    own = docs[number - 1]
    has_before, has_behind = (at > 0) & (docs[before] == own), (at + 1 < len(written)) & (docs[behind] == own)
    return {
        "ngram_previous_line": np.where(has_before, scores[before], 0.0),
        "ngram_next_line": np.where(has_behind, scores[behind], 0.0),
    }

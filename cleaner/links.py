"""Markdown links: where they stand, what their text and their address say, and which references lead to a hot address.

A reference `[word][7]` has its address elsewhere, in a definition `[7]: http://…`: when the definition is hot, so is every
reference to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.propose import Excerpt, Runs
from cleaner.reading import Ints, Reading

_DEFINITION = regex.compile(r"[ >]{0,8}\[([^\]\n]{1,100})\]:[ ]*([^ \n]{1,400})")
_LINK = regex.compile(r"!?\[([^\[\]\n]{0,200})\](?:\(([^()\n]{1,400})\)|[ ]?\[([^\[\]\n]{1,100})\])")
_OPEN = ord("[")
_INDENT = 3  # spaces in front of a definition at most


class Links(NamedTuple):
    """The links of an excerpt, by where they start: offsets, and the n-gram scores of text and address in table units.

    An address that is defined elsewhere and not hot counts 0.
    """

    starts: Ints
    ends: Ints
    text_scores: NDArray[np.float64]
    target_scores: NDArray[np.float64]


def _text(codes: NDArray[np.uint32], classes: NDArray[np.uint8]) -> str:
    """Folded text with its line ends, which hashable codes do not show."""
    shown = np.where(classes == cc.NEWLINE, np.uint32(10), codes)
    return shown.tobytes().decode("utf-32-le", "surrogatepass")


def _score(total: NDArray[np.int32], start: int, end: int) -> float:
    return float(total[end] - total[start]) / float(np.sqrt(end - start + 2))


Definitions = dict[tuple[int, str], float]


def with_references(reading: Reading, runs: Runs) -> tuple[Runs, Definitions]:
    """The runs, one more for every reference to a definition with a run; and the definitions' scores by text and label."""
    lines = np.searchsorted(reading.newlines, runs.starts)
    begins = reading.newlines[lines - 1] + 1
    definitions: Definitions = {}
    found: list[tuple[int, int, int, float]] = []
    first = begins.copy()
    for _ in range(_INDENT):
        first += reading.classes[first] == cc.SPACE
    for number in np.flatnonzero(reading.codes[first] == _OPEN).tolist():
        begin, doc = int(begins[number]), int(runs.docs[number])
        line = slice(begin, int(reading.newlines[lines[number]]))
        match = _DEFINITION.match(_text(reading.codes[line], reading.classes[line]))
        if match and (doc, match[1]) not in definitions:
            definitions[doc, match[1]] = _score(reading.total, begin + match.start(2), begin + match.end(2))
            found += _references(reading, doc, match[1], float(runs.peaks[number]))
    if not found:
        return runs, definitions
    starts, ends, docs, peaks = (np.array(column) for column in zip(*found, strict=True))
    merged = Runs(*(np.concatenate(pair) for pair in zip(runs, (starts, ends, docs, peaks), strict=True)))
    order = np.argsort(merged.starts, kind="stable")
    return Runs(merged.starts[order], merged.ends[order], merged.docs[order], merged.peaks[order]), definitions


def _references(reading: Reading, doc: int, label: str, peak: float) -> list[tuple[int, int, int, float]]:
    """A run for every reference to a label in a text: over its own text."""
    first, stop = int(reading.doc_first[doc]), int(reading.doc_stop[doc])
    text = _text(reading.codes[first:stop], reading.classes[first:stop])
    pattern = regex.compile(r"\[([^\[\]\n]{1,200})\][ ]?\[" + regex.escape(label) + r"\]")
    return [(first + m.start(1), first + m.end(1), doc, peak) for m in pattern.finditer(text)]


def links(part: Excerpt, definitions: Definitions) -> Links:
    """All links of an excerpt."""
    rows = []
    for match in _LINK.finditer(_text(part.codes, part.classes)) if (part.codes == _OPEN).any() else ():
        if match[3] is None:
            target = _score(part.total, *match.span(2))
        else:
            target = definitions.get((int(part.doc_of[match.start()]), match[3]), 0.0)
        rows.append((match.start(), match.end(), _score(part.total, *match.span(1)), target))
    starts, ends, texts, targets = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return Links(starts.astype(np.int64), ends.astype(np.int64), texts, targets)


def link_columns(
    found: Links, a: Ints, b: Ints
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For candidates a:b the share of the link they touch that lies inside, and that link's text and target scores; 0 without one."""
    if not len(found.starts):
        zero = np.zeros(len(a))
        return zero, zero, zero
    at = np.maximum(np.searchsorted(found.starts, b) - 1, 0)
    start, end = found.starts[at], found.ends[at]
    overlap = np.maximum(np.minimum(end, b) - np.maximum(start, a), 0)
    touched = overlap > 0
    return (
        overlap / (end - start),
        np.where(touched, found.text_scores[at], 0.0),
        np.where(touched, found.target_scores[at], 0.0),
    )

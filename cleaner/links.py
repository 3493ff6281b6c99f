"""Markdown links: where they stand, what their text and their address say, and which references lead to a hot address.

A reference `[word][7]` has its address elsewhere, in a definition `[7]: http://…`: when that is hot, so is the reference.
Where many addresses of a text plainly sell something, all its references and definitions are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.distinct import groups
from cleaner.patterns import pattern
from cleaner.propose import Excerpt, Runs, select, together
from cleaner.reading import Ints, Reading

if TYPE_CHECKING:
    import regex

_DEFINITION = pattern(r"(?m)^[ >]{0,8}\[([^\]\n]{1,100})\]:[ ]*([^ \n]{1,400})")
_REFERENCE = pattern(r"\[([^\[\]\n]{1,200})\][ ]?\[([^\[\]\n]{1,100})\]")
_LINK = pattern(r"!?\[([^\[\]\n]{0,200})\](?:\(([^()\n]{1,400})\)|[ ]?\[([^\[\]\n]{1,100})\])")
_ADDRESS = pattern(r"(?a)(?<=\]\()[^()\n]{1,400}|(?:https?://|www\.)[\w.~:/?#@!$&*+,;=%-]{1,400}(?<![.,;:!?*])")
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


COLD_REFERENCE, HOT_REFERENCE = 1, 2
SPAM_ADDRESS = 5.0  # n-gram score of an address, in logits, from which it plainly says what it sells
SPAM_ADDRESSES, SPAM_SHARE = 3, 0.25  # so many in a text, and such a share: all others are looked at as well


class References(NamedTuple):
    """The definitions of the texts that have a hot one: their addresses' scores by text and label; and how many plainly sell, by text."""

    scores: dict[tuple[int, str], float]
    n_spam: Ints


def with_references(reading: Reading, runs: Runs, scale: float) -> tuple[Runs, References]:
    """The runs, and one more for every reference to a hot definition.

    In a text where many addresses plainly sell something, one for all references and definitions. `scale` turns table
    units into logits.
    """
    scores: dict[tuple[int, str], float] = {}
    n_spam = np.zeros(len(reading.doc_first), dtype=np.int64)
    found: list[tuple[int, int, int, float, int]] = []
    for doc, peaks in _hot_definitions(reading, runs).items():
        first, stop = int(reading.doc_first[doc]), int(reading.doc_stop[doc])
        text = _text(reading.codes[first:stop], reading.classes[first:stop])
        places: dict[str, tuple[int, int]] = {}
        for match in definitions(text):
            places.setdefault(match[1], (first + match.start(2), first + match.end(2)))
        own = {label: _score(reading.total, *place) for label, place in places.items()}
        scores |= {(doc, label): score for label, score in own.items()}
        n_spam[doc] = sum(score * scale >= SPAM_ADDRESS for score in own.values())
        cold = places.keys() - peaks.keys() if n_spam[doc] >= max(SPAM_ADDRESSES, SPAM_SHARE * len(own)) else set()
        found += [(*places[label], doc, 0.0, COLD_REFERENCE) for label in sorted(cold)]
        for match in _REFERENCE().finditer(text) if "][" in text or "] [" in text else ():
            place = first + match.start(1), first + match.end(1), doc
            if match[2] in peaks:
                found.append((*place, peaks[match[2]], HOT_REFERENCE))
            elif match[2] in cold:
                found.append((*place, 0.0, COLD_REFERENCE))
    if found:
        starts, ends, docs, heights, kinds = (np.array(column) for column in zip(*found, strict=True))
        runs = _merged(
            runs, Runs(starts, ends, docs, heights, kinds.astype(np.int8), np.zeros(len(starts), dtype=bool))
        )
    return runs, References(scores, n_spam)


def definitions(text: str) -> Iterator[regex.Match[str]]:
    """The definitions of a text: looking for `]:` first is several times as fast as trying every line."""
    at = text.find("]:")
    while at >= 0:
        match = _DEFINITION().match(text, text.rfind("\n", 0, at) + 1)
        if match:
            yield match
        line_end = text.find("\n", at)
        at = text.find("]:", line_end) if line_end >= 0 else -1


def _merged(some: Runs, others: Runs) -> Runs:
    """The runs and the references, sorted; a hot run in a reference is part of it."""
    others = select(others, np.argsort(others.starts, kind="stable"))
    at = np.maximum(np.searchsorted(others.starts, some.ends) - 1, 0)
    inside = (others.starts[at] < some.ends) & (others.ends[at] > some.starts)
    some = some._replace(references=np.where(inside, others.references[at], some.references))
    return together(some, others)


def _hot_definitions(reading: Reading, runs: Runs) -> dict[int, dict[str, float]]:
    """By text, the labels of the definitions with a hot run, and its peak."""
    lines, at, _ = groups(np.searchsorted(reading.newlines, runs.starts))
    peaks = np.maximum.reduceat(runs.peaks, at) if len(at) else runs.peaks
    begins = reading.newlines[lines - 1] + 1
    first = begins.copy()
    for _ in range(_INDENT):
        first += reading.classes[first] == cc.SPACE
    hot: dict[int, dict[str, float]] = {}
    for number in np.flatnonzero(reading.codes[first] == _OPEN).tolist():
        line = slice(int(begins[number]), int(reading.newlines[lines[number]]))
        match = _DEFINITION().match(_text(reading.codes[line], reading.classes[line]))
        if match:
            labels = hot.setdefault(int(runs.docs[at[number]]), {})
            labels[match[1]] = max(labels.get(match[1], 0.0), float(peaks[number]))
    return hot


def links(part: Excerpt, references: References) -> Links:
    """All links of an excerpt."""
    rows = []
    for match in _LINK().finditer(_text(part.codes, part.classes)) if (part.codes == _OPEN).any() else ():
        if match[3] is None:
            target = _score(part.total, *match.span(2))
        else:
            target = references.scores.get((int(part.doc_of[match.start()]), match[3]), 0.0)
        rows.append((match.start(), match.end(), _score(part.total, *match.span(1)), target))
    starts, ends, texts, targets = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return Links(starts.astype(np.int64), ends.astype(np.int64), texts, targets)


def addresses(part: Excerpt) -> NDArray[np.bool_]:
    """Which characters of an excerpt are part of an address: the target of a link, or one that stands for itself."""
    inside = np.zeros(len(part.codes), dtype=bool)
    text, find, last = _text(part.codes, part.classes), _ADDRESS(), 0
    for start in _may_begin(part.codes).tolist():  # to search all of the text for it takes ten times as long
        match = find.match(text, start) if start >= last else None
        if match:
            last = match.end()
            inside[start:last] = True
    return inside


def _may_begin(codes: NDArray[np.uint32]) -> Ints:
    """Where an address may begin, sorted: at `ht` and `ww`, and behind `](`."""
    first, second = codes[:-1], codes[1:]
    at = [np.flatnonzero((first == ord(a)) & (second == ord(b))) for a, b in ("ht", "ww", "](")]
    return np.sort(np.concatenate((*at[:2], at[2] + 2)))


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

"""Why was this cut, why was that not: every judged place of a text with what decided, and what became of any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaner.api import Cleaner, uncut
from cleaner.decide import REMOVED
from cleaner.document import FAILED, SKIPPED, process
from cleaner.evidence import evidence
from cleaner.judge import Judged, gate, hot_runs, judge
from cleaner.pages.opened import OpenPage
from cleaner.policy import Policy
from cleaner.readers import Document, Field, Options, UnreadableError, fields
from cleaner.readers.prose import protected
from cleaner.reading import source_ends
from cleaner.report.quote import quote
from cleaner.span import CleanerError, Span
from cleaner.spots import Spots, spots
from cleaner.verdict import KEPT, Place, words

LOWEST = 0.05  # places less probable than this are left out unless all, or some place, are asked for
SHOWN = 100  # characters of a place


class Question(NamedTuple):
    """What is asked about: everything, or one line (from 1), one column of it, or where some text stands."""

    everything: bool = False
    line: int = 0
    column: int = 0
    text: str = ""

    @property
    def is_about_a_place(self) -> bool:
        """Whether a place is asked for."""
        return bool(self.line or self.text)


def explain_bytes(data: bytes, format: str | None, cleaner: Cleaner, question: Question = Question()) -> Iterator[str]:  # noqa: B008
    """Lines that explain one document: `explain`."""
    return explain(Document(data, format), cleaner, question)


def explain(
    document: Document,
    cleaner: Cleaner,
    question: Question = Question(),  # noqa: B008
    options: Options = Options(),  # noqa: B008
) -> Iterator[str]:
    """Lines that explain one document, most probable place first.

    Raises `CleanerError` for bytes that cannot be read as text or have no reader, and for a place that is not there.
    """
    if document.format is None:
        raise CleanerError("no reader for this format: it would be skipped")
    try:
        read = fields(document, options)
    except UnreadableError as error:
        raise CleanerError(f"it would be skipped: {error}") from None
    model = cleaner.model
    yield f"thresholds: cut from {model.remove:.3f}, for review from {model.review:.3f}"
    if not read:
        yield f"nothing found: no text in it, no field {' or '.join(options.fields)}"
        return
    policy = options.policy_of(document.path)
    question = _whole_record(document, question)
    asked = _asked(document, read, question)
    if question.is_about_a_place and not any(stretches for _, stretches in asked):
        what = f"no '{quote(question.text, SHOWN)}' in it" if question.text else f"it has no line {question.line}"
        raise CleanerError(f"{what}{f', column {question.column}' if question.column else ''}")
    outcome = process([document], cleaner, options)[0]
    problem = outcome.reason if outcome.status in (SKIPPED, FAILED) else ""
    if problem:
        yield f"nothing of it is cut: {problem}"
    for field, stretches in asked:
        if len(read) > 1 and (stretches or not question.is_about_a_place):
            yield f"field {quote(field.name)}:"
        yield from _explained(field, spots(document, field), cleaner, policy, stretches, question, problem)


def _whole_record(document: Document, question: Question) -> Question:
    """Who asks for a line that is a record of its own asks for what was found in the record."""
    is_line = bool(document.record) and b"\n" not in document.data.removesuffix(b"\n")
    return question._replace(line=0) if is_line and question.line == document.line and not question.column else question


def _asked(document: Document, read: Sequence[Field], question: Question) -> list[tuple[Field, list[tuple[int, int]]]]:
    """The stretches of each text that are asked about; of a record the whole line, where no text stands at its column."""
    if question.text:
        return [(field, list(_occurrences(field.text, question.text))) for field in read]
    if not question.line:
        return [(field, []) for field in read]
    asked = [(field, list(spots(document, field).stretches(question.line, question.column))) for field in read]
    if document.record and question.column and not any(stretches for _, stretches in asked):
        return _asked(document, read, question._replace(column=0))
    return asked


def _occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + len(words))


def _explained(
    field: Field,
    at: Spots,
    cleaner: Cleaner,
    policy: Policy,
    asked: Sequence[tuple[int, int]],
    question: Question,
    problem: str,
) -> Iterator[str]:
    result, with_review = cleaner.clean_many(
        [field.text] * 2, [field.format] * 2, [policy, policy._replace(level="review")]
    )
    spans = list(map(uncut, result.spans)) if problem else result.spans
    places = sorted(_places(field, cleaner, spans, with_review.cuts), key=lambda place: -place.score)
    if not question.is_about_a_place:
        if not spans:
            yield "nothing found"
        for place in places:
            if place.score >= LOWEST or question.everything:
                yield from _shown(place, at, field, cleaner, problem)
        return
    for stretch in asked:
        touching = [
            place for place in places if _touches((place.start, place.end), stretch) or _touches(place.cut, stretch)
        ]
        for place in touching:
            yield from _shown(place, at, field, cleaner, problem)
        if not touching:
            yield f"{at.place(*stretch)}: kept {quote(field.text[slice(*stretch)], SHOWN)}"
            yield f"    {_unjudged(field, cleaner, stretch)}"


def _shown(place: Place, at: Spots, field: Field, cleaner: Cleaner, problem: str) -> Iterator[str]:
    reason = f"{place.reason} ({place.trade})" if place.reason else "-"
    text = quote(field.text[place.start : place.end], SHOWN)
    where = at.place(*(place.cut if place.reason else (place.start, place.end)))
    yield f"{where}: {place.verdict} {place.score:.3f} {reason} {text}"
    for line in words(place, field.text, field.format, cleaner.model, problem):
        yield f"    {line}"
    for theme, value in place.evidence:
        yield f"    {value:+8.3f}  {theme}"


def _touches(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _places(
    field: Field, cleaner: Cleaner, spans: Sequence[Span], cut_at_review: Sequence[tuple[int, int]]
) -> Iterator[Place]:
    """What was found in the end, each for what was judged in it, and what was judged besides."""
    judged = _judged(field, cleaner)
    n_sure = sum(span.action == REMOVED and span.score >= cleaner.model.remove for span in spans)
    for span in spans:
        cut = span.start, span.end
        inside = [(end - start, start, end) for start, end, _ in judged if cut[0] <= start and end <= cut[1]]
        start, end = max(inside)[1:] if inside else _trimmed(field.text, *cut)
        is_cut = span.action == REMOVED or any(_touches(cut, other) for other in cut_at_review)
        yield Place(start, end, span.score, span.action, span.evidence, span.reason, span.trade, cut, is_cut, n_sure)
    for start, end, item in judged:
        if not any(_touches((span.start, span.end), (start, end)) for span in spans):
            why = evidence(cleaner.model.accept, cleaner.model.spam, item.row, item.elsewhere)
            yield Place(start, end, item.probability, KEPT, why)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), max(end - len(piece) + len(piece.rstrip()), start)


def _judged(field: Field, cleaner: Cleaner) -> list[tuple[int, int, Judged]]:
    """What is judged in the first round, in offsets of the field's text."""
    if field.format != "html":
        judged = judge([field.text], cleaner.model, [_protected(field)])[0]
        return [(item.start, item.end, item) for item in judged]
    page = OpenPage(field.text).page
    judged = judge([page.text], cleaner.model, [[]])[0]
    return [(*page.stretch(item.start, item.end), item) for item in judged]


def _protected(field: Field) -> list[tuple[int, int]]:
    return protected(field.text, field.format)


def _unjudged(field: Field, cleaner: Cleaner, stretch: tuple[int, int]) -> str:
    """Why a stretch has no score."""
    if not field.text[slice(*stretch)].strip():
        return "there is nothing but white space"
    if any(start <= stretch[0] and stretch[1] <= end for start, end in _protected(field)):
        return (
            "it stands in code or front matter, which is left alone: what is plainly spam there is reported for review"
        )
    if field.format == "html":
        return "no part of it was even a candidate: readers do not see it as text, or nothing in it looks like spam"
    _, runs, _, _ = hot_runs([field.text], cleaner.model, [_protected(field)])
    reading, passed, _ = gate([field.text], cleaner.model, [_protected(field)])
    base = int(reading.doc_base[0])
    for some, verdict in (
        (passed, "it was a candidate, and nothing in it was enough like spam for a score"),
        (runs, "it was looked at, since it has something of spam, and let go: in this text that says nothing"),
    ):
        starts, ends = reading.source[some.starts] - base, source_ends(reading, some.ends - 1) - base
        if any(_touches(run, stretch) for run in zip(starts.tolist(), ends.tolist(), strict=True)):
            return verdict
    return "no part of it was even a candidate: nothing in it looks like spam"

"""Why was this cut, why was that not: every judged place of a text with what decided."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.api import Cleaner
from cleaner.decide import decide
from cleaner.evidence import evidence
from cleaner.judge import Judged, judge
from cleaner.pages.weigh import OpenPage, page_spans
from cleaner.readers import Document, Field, Options, UnreadableError, fields
from cleaner.readers.prose import protected
from cleaner.report.quote import quote
from cleaner.span import CleanerError

Place = tuple[Judged, tuple[int, int], str, str]  # what was judged, where it stands, the verdict, and its reason
LOWEST = 0.05  # places less probable than this are left out unless all are asked for


def explain_bytes(data: bytes, format: str | None, cleaner: Cleaner, *, everything: bool = False) -> Iterator[str]:
    """Lines that explain one document, most probable place first.

    Raises `CleanerError` for bytes that cannot be read as text or have no reader.
    """
    if format is None:
        raise CleanerError("no reader for this format: it would be skipped")
    document = Document(data, format)
    try:
        [field] = fields(document, Options())
    except UnreadableError as error:
        raise CleanerError(f"it would be skipped: {error}") from None
    model = cleaner.model
    yield f"removed from {model.remove:.3f}, for review from {model.review:.3f}"
    explained = _page if field.format == "html" else _text
    for item, (start, end), verdict, reason in explained(field, cleaner):
        if item.probability < LOWEST and not everything:
            break
        text = field.text
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        yield f"{line}:{column}: {verdict} {item.probability:.3f} {reason} {quote(text[start:end], 100)}"
        for words, value in evidence(model.accept, model.spam, item.row):
            yield f"    {value:+8.3f}  {words}"


def _text(field: Field, cleaner: Cleaner) -> Iterator[Place]:
    """The places of a text, those taken along by others left out."""
    text, model = field.text, cleaner.model
    stretches = protected(text, field.format)
    judged = judge([text], model, [stretches])[0]
    spans = decide(text, judged, model._replace(review=-1.0), cleaner.level)
    for item in sorted(judged, key=lambda item: -item.probability):
        span = next((span for span in spans if span.start < item.end and item.start < span.end), None)
        if span is not None:
            verdict = span.action if item.probability >= model.review else "kept"
            yield item, (item.start, item.end), verdict, f"{span.reason} ({span.trade})"


def _page(field: Field, cleaner: Cleaner) -> Iterator[Place]:
    """The places of a page, in its source: what is cut or reported there depends on more than the score."""
    opened = OpenPage(field.text)
    judged = judge([opened.page.text], cleaner.model, [[]])[0]
    spans = page_spans(opened, judged, cleaner.model, cleaner.level)
    for item in sorted(judged, key=lambda item: -item.probability):
        start, end = opened.page.stretch(item.start, item.end)
        span = next((span for span in spans if span.start < end and start < span.end), None)
        yield item, (start, end), span.action if span else "kept", f"{span.reason} ({span.trade})" if span else "-"

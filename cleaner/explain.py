"""Why was this cut, why was that not: every judged place of a text with what decided."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.api import Cleaner
from cleaner.decide import decide
from cleaner.encoding import UndecodableError, decode
from cleaner.judge import judge
from cleaner.readers.markdown import protected
from cleaner.report.quote import quote
from cleaner.span import CleanerError

LOWEST = 0.05  # places less probable than this are left out unless all are asked for


def explain_bytes(data: bytes, format: str | None, cleaner: Cleaner, *, everything: bool = False) -> Iterator[str]:
    """Lines that explain one document, most probable place first.

    Raises `CleanerError` for bytes that cannot be read as text or have no reader.
    """
    if format is None:
        raise CleanerError("no reader for this format: it would be skipped")
    try:
        text = decode(data).text
    except UndecodableError as error:
        raise CleanerError(f"it would be skipped: {error}") from None
    model = cleaner.model
    judged = judge([text], model, [protected(text) if format == "md" else []])[0]
    spans = decide(text, judged, model._replace(review=-1.0), cleaner.level)
    yield f"removed from {model.remove:.3f}, for review from {model.review:.3f}"
    for item in sorted(judged, key=lambda item: -item.probability):
        if item.probability < LOWEST and not everything:
            break
        line = text.count("\n", 0, item.start) + 1
        column = item.start - (text.rfind("\n", 0, item.start) + 1) + 1
        span = next((span for span in spans if span.start < item.end and item.start < span.end), None)
        if span is None:  # another one takes it along
            continue
        verdict = span.action if item.probability >= model.review else "kept"
        yield f"{line}:{column}: {verdict} {item.probability:.3f} {span.reason} ({span.trade}) {quote(text[item.start : item.end], 100)}"
        for words, value in span.evidence:
            yield f"    {value:+8.3f}  {words}"

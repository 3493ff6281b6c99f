"""The unit of work, pure: bytes of documents in, clean bytes, findings and a status out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaner import splice
from cleaner.api import Cleaned, Cleaner
from cleaner.decide import REMOVED
from cleaner.encoding import Decoded, UndecodableError, decode
from cleaner.span import Span

UNCHANGED, CLEANED, SKIPPED, FAILED = "unchanged", "cleaned", "skipped", "failed"
CONTEXT = 40  # characters of context on either side of a finding


class Finding(NamedTuple):
    """A span with everything that is derived from it at the edge; line and column count from 1, lines end with LF."""

    span: Span
    byte_start: int
    byte_end: int
    line: int
    column: int
    text: str
    before: str
    after: str


class Outcome(NamedTuple):
    """What became of one document: its status, the reason if it was skipped or failed, its bytes and its findings."""

    status: str
    reason: str
    data: bytes
    findings: tuple[Finding, ...]
    cuts: tuple[tuple[int, int], ...]


def process(documents: Sequence[tuple[bytes, str | None]], cleaner: Cleaner) -> list[Outcome]:
    """Clean documents given as (bytes, format); each comes out as it would on its own.

    >>> [outcome.status for outcome in process([(b"An honest line.", "txt"), (b"a,b", None)], Cleaner())]
    ['unchanged', 'skipped']
    """
    decoded: list[Decoded | Outcome] = [_decoded(data, format) for data, format in documents]
    at = [number for number, item in enumerate(decoded) if isinstance(item, Decoded)]
    texts = [item.text for item in decoded if isinstance(item, Decoded)]
    results = iter(cleaner.clean_many(texts, [documents[number][1] or "txt" for number in at]))
    return [
        item if isinstance(item, Outcome) else _outcome(data, item, next(results))
        for item, (data, _) in zip(decoded, documents, strict=True)
    ]


def _decoded(data: bytes, format: str | None) -> Decoded | Outcome:
    if format is None:
        return Outcome(SKIPPED, "format: no reader for it", data, (), ())
    try:
        return decode(data)
    except UndecodableError as error:
        return Outcome(SKIPPED, str(error), data, (), ())


def _outcome(data: bytes, decoded: Decoded, result: Cleaned) -> Outcome:
    findings = tuple(_findings(decoded, result.spans))
    if result.problem:
        return Outcome(SKIPPED, result.problem, data, findings, ())
    offsets = decoded.byte_offsets([offset for pair in result.cuts for offset in pair])
    cuts = tuple(zip(offsets[::2], offsets[1::2], strict=True))
    if not cuts:
        return Outcome(UNCHANGED, "", data, findings, ())
    clean = splice.cut(data, cuts)
    problem = _unsafe(data, clean, cuts, decoded, result)
    if problem:
        return Outcome(FAILED, problem, data, findings, ())
    return Outcome(CLEANED, "", clean, findings, cuts)


def _unsafe(data: bytes, clean: bytes, cuts: Sequence[tuple[int, int]], decoded: Decoded, result: Cleaned) -> str:
    """What is wrong with a result, checked for every document that is changed; empty when nothing is."""
    if splice.restore(clean, [(start, data[start:end]) for start, end in cuts]) != data:
        return "internal: restoring does not give the input"
    if data[: decoded.bom] + decoded.encode(result.text) != clean:
        return "internal: the bytes cut are not the text cut"
    removed = [(s.start, s.end) for s in result.spans if s.action == REMOVED]
    if any(start >= end or end > len(decoded.text) for start, end in removed):
        return "internal: a span is empty or out of bounds"
    return ""


def _findings(decoded: Decoded, spans: Sequence[Span]) -> Iterator[Finding]:
    text = decoded.text
    edges = sorted({offset for span in spans for offset in (span.start, span.end)})
    bytes_at = dict(zip(edges, decoded.byte_offsets(edges), strict=True))
    lines = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")] if spans else []
    for span in spans:
        line = bisect_right(lines, span.start)
        yield Finding(
            span,
            bytes_at[span.start],
            bytes_at[span.end],
            line,
            span.start - lines[line - 1] + 1,
            text[span.start : span.end],
            text[max(0, span.start - CONTEXT) : span.start],
            text[span.end : span.end + CONTEXT],
        )

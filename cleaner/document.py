"""The unit of work, pure: bytes of documents in, clean bytes, findings and a status out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from cleaner import splice
from cleaner.api import Cleaned, Cleaner
from cleaner.decide import REMOVED
from cleaner.readers import Document, Field, Options, UnreadableError, fields, finish, restored
from cleaner.span import Span

UNCHANGED, CLEANED, SKIPPED, FAILED = "unchanged", "cleaned", "skipped", "failed"
CONTEXT = 40  # characters of context on either side of a finding


class Finding(NamedTuple):
    """A span with everything that is derived from it at the edge; line and column count from 1, lines end with LF.

    byte_start and byte_end are offsets in the document's bytes, the span's own, line and column in the text of the field.
    """

    span: Span
    byte_start: int
    byte_end: int
    line: int
    column: int
    text: str
    before: str
    after: str
    field: str = ""


class At(NamedTuple):
    """Where a document stands in its file: bytes and line ends before it, its record, and its column where records are cells."""

    base: int = 0
    lines: int = 0
    record: str = ""
    field: str = ""


class Outcome(NamedTuple):
    """What became of one document: its status, its bytes, findings and byte ranges cut, and a reason or remark if any."""

    status: str
    reason: str
    data: bytes
    findings: tuple[Finding, ...]
    cuts: tuple[tuple[int, int], ...]


def process(documents: Sequence[Document], cleaner: Cleaner, options: Options = Options()) -> list[Outcome]:  # noqa: B008
    """Clean documents; each comes out as it would on its own.

    >>> documents = [Document(b"An honest line.", "txt"), Document(b"a,b", None)]
    >>> [outcome.status for outcome in process(documents, Cleaner())]
    ['unchanged', 'skipped']
    """
    policies = [
        None
        if _is_settled(document, cleaner, options)
        else options.scope.narrow(document, options.policy_of(document.path))
        for document in documents
    ]
    read = [
        None if policy is None else _read(document, options)
        for document, policy in zip(documents, policies, strict=True)
    ]
    known = [
        (field, policy) for item, policy in zip(read, policies, strict=True) if isinstance(item, list) for field in item
    ]
    texts, formats = [field.text for field, _ in known], [field.format for field, _ in known]
    results = iter(cleaner.clean_many(texts, formats, [policy for _, policy in known if policy]))
    return [
        _outcome(document, item, [next(results) for _ in item], options)
        if isinstance(item, list)
        else Outcome(SKIPPED if item else UNCHANGED, item or "", document.data, (), ())
        for item, document in zip(read, documents, strict=True)
    ]


def identity(document: Document) -> bytes:
    """Eight bytes that stand for a document: what it says, how it is read, and where it stands."""
    digest = blake2b(document.data, digest_size=8)
    for part in document[1:]:
        digest.update(f"\0{part}".encode("utf-8", "surrogatepass"))
    return digest.digest()


def _is_settled(document: Document, cleaner: Cleaner, options: Options) -> bool:
    """Whether an earlier look found nothing in a document, and nothing that is sought now stands in it."""
    if not cleaner.settled or identity(document) not in cleaner.settled:
        return False
    read = _read(document, options) if cleaner.sought.texts else []
    return isinstance(read, list) and not any(cleaner.is_sought_in(field.text, field.format) for field in read)


def _read(document: Document, options: Options) -> list[Field] | str:
    try:
        return fields(document, options)
    except UnreadableError as error:
        return str(error)


def _outcome(document: Document, read: Sequence[Field], results: Sequence[Cleaned], options: Options) -> Outcome:
    data = document.data
    if not read:
        return Outcome(UNCHANGED, no_text(options), data, (), ())
    findings = tuple(
        finding for field, result in zip(read, results, strict=True) for finding in _findings(field, result.spans)
    )
    for result in results:
        if result.problem:
            return Outcome(SKIPPED, result.problem, data, findings, ())
    cuts = tuple(sorted(cut for field, result in zip(read, results, strict=True) for cut in _cuts(field, result)))
    if not cuts:
        return Outcome(UNCHANGED, "", data, findings, ())
    clean = without(document, cuts)
    problem = _unsafe(document, clean, cuts, read, results, options)
    if problem:
        return Outcome(FAILED if problem.startswith("internal") else SKIPPED, problem, data, findings, ())
    return Outcome(CLEANED, "", clean, findings, cuts)


def no_text(options: Options) -> str:
    """The remark on a document that has none of the wanted fields."""
    return f"no text in it: no field {' or '.join(options.fields)}"


def without(document: Document, cuts: Sequence[tuple[int, int]]) -> bytes:
    """The bytes of a document minus some ranges, with what depends on them set right."""
    return finish(document, splice.cut(document.data, cuts)) if cuts else document.data


def _cuts(field: Field, result: Cleaned) -> Iterator[tuple[int, int]]:
    offsets = field.byte_offsets([offset for pair in result.cuts for offset in pair])
    return zip(offsets[::2], offsets[1::2], strict=True)


def _unsafe(
    document: Document,
    clean: bytes,
    cuts: Sequence[tuple[int, int]],
    read: Sequence[Field],
    results: Sequence[Cleaned],
    options: Options,
) -> str:
    """What is wrong with a result, checked for every document that is changed; empty when nothing is."""
    data = document.data
    if restored(document.format, clean, [(start, data[start:end]) for start, end in cuts]) != data:
        return "internal: restoring does not give the input"
    again = _read(document._replace(data=clean), options)
    if isinstance(again, str):
        return f"what is left could not be read: {again}"
    if [(field.name, field.text) for field in again] != [
        (field.name, result.text) for field, result in zip(read, results, strict=True)
    ]:
        return "internal: the bytes cut are not the text cut"
    for field, result in zip(read, results, strict=True):
        removed = [(span.start, span.end) for span in result.spans if span.action == REMOVED]
        if any(start >= end or end > len(field.text) for start, end in removed):
            return "internal: a span is empty or out of bounds"
    return ""


def _findings(field: Field, spans: Sequence[Span]) -> Iterator[Finding]:
    text = field.text
    edges = sorted({offset for span in spans for offset in (span.start, span.end)})
    bytes_at = dict(zip(edges, field.byte_offsets(edges), strict=True))
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
            field.name,
        )

"""One document of a file: the file itself, or a record of it by its name or a line of it."""

from __future__ import annotations

from typing import BinaryIO

from cleaner.encoding import MAX_BYTES
from cleaner.readers import WHOLE, Document, Options, UnreadableError, compress, compression_of, format_of, records
from cleaner.span import CleanerError


def document_in(stream: BinaryIO, name: str, record: str, line: int, options: Options) -> Document:
    """The document that is asked for in a stream with the content of a file of that name; "" and 0 where the file is one.

    >>> import io
    >>> lines = b'{"text": "a"}\\n{"text": "b"}\\n'
    >>> document_in(io.BytesIO(lines), "a.jsonl", "1", 0, Options()).data
    b'{"text": "a"}\\n'
    >>> document_in(io.BytesIO(lines), "a.jsonl", "", 2, Options()).data
    b'{"text": "b"}\\n'

    Raises `CleanerError` when there is no such record, or none is named and the file has several, or it cannot be read.
    """
    format = format_of(name)
    if format is None:
        raise CleanerError("no reader for this format: it would be skipped")
    if format == "parquet":
        raise CleanerError("cells of a Parquet table cannot be explained: give their text as a file")
    try:
        content = compress.opened(stream, name) if format != "warc" and compression_of(name)[1] else stream
        if format in WHOLE:
            if record:
                raise CleanerError(f"{name} is one text: it has no records")
            return whole(content.read(MAX_BYTES + 1), format, name)
        return _record(content, format, name, record, line, options)
    except UnreadableError as error:
        raise CleanerError(f"it would be skipped: {error}") from None


def whole(data: bytes, format: str, name: str) -> Document:
    """A document that is a file. Raises `CleanerError` for one that is too large."""
    if len(data) > MAX_BYTES:
        raise CleanerError(f"it would be skipped: larger than {MAX_BYTES} bytes")
    return Document(data, format, path=name)


def _record(content: BinaryIO, format: str, name: str, wanted: str, line: int, options: Options) -> Document:
    if not wanted and not line:
        raise CleanerError(f"{name} holds many articles: name one with --record, or a line of it, as `check` does")
    begin = 1
    for found in records(format, content, options):
        end = begin + found.data.count(b"\n")
        is_there = found.record == wanted if wanted else begin <= line < end + (not found.data.endswith(b"\n"))
        if is_there and found.record:
            if found.problem:
                raise CleanerError(f"it would be skipped: {found.problem}")
            return Document(found.data, format, found.record, found.hint, name, begin)
        begin = end
    raise CleanerError(f"{name} has no record {wanted}" if wanted else f"{name} has no article on line {line}")

"""Lines and columns as `check` prints them: where in its file a stretch of a text is, and what stands at a place of the file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from cleaner.encoding import is_utf8
from cleaner.readers import Document, Field
from cleaner.report.found import Cursor


class Spots(Protocol):
    """The places of one text."""

    def place(self, start: int, end: int) -> str:
        """Line and column of a stretch, those of its first character that is no line end."""
        ...

    def stretches(self, line: int, column: int) -> Iterator[tuple[int, int]]:
        """What of the text stands on a line, or at a column of it (0: all of the line); nothing when that is elsewhere."""
        ...


def spots(document: Document, field: Field) -> Spots:
    """The places of a text of a document: those in its file where that is UTF-8 or WARC, else those in the text.

    >>> from cleaner.readers import Options, fields
    >>> document = Document(b'{"id": 1, "text": "one\\\\ntwo"}', "jsonl", "3", line=3)
    >>> [field] = fields(document, Options())
    >>> spots(document, field).place(4, 7), list(spots(document, field).stretches(3, 25))
    ('3:25', [(4, 5)])
    """
    if is_utf8(document.data):
        return _InFile(document, field)
    is_body = document.format == "warc"  # which begins on a line of its own
    above = document.data.count(b"\n", 0, field.byte_offsets([0])[0]) + document.line - 1 if is_body else 0
    return _InText(field.text, above)


class _InText(NamedTuple):
    text: str
    above: int = 0  # lines in front of it

    def place(self, start: int, end: int) -> str:
        piece = self.text[start:end]
        at = start + len(piece) - len(piece.lstrip("\r\n"))
        return f"{self.above + self.text.count(chr(10), 0, at) + 1}:{at - self.text.rfind(chr(10), 0, at)}"

    def stretches(self, line: int, column: int) -> Iterator[tuple[int, int]]:
        begin = 0
        if line <= self.above:
            return
        for _ in range(line - self.above - 1):
            begin = self.text.find("\n", begin) + 1
            if not begin:
                return
        end = self.text.find("\n", begin)
        end = end if end >= 0 else len(self.text)
        at = begin + column - 1
        if not column:
            yield begin, end
        elif at < end:
            yield at, at + 1


class _InFile(NamedTuple):
    document: Document
    field: Field

    def place(self, start: int, end: int) -> str:
        begin, stop = self.field.byte_offsets([start, end])
        raw = self.document.data[begin:stop]
        found = Cursor(self.document.data, self.document.line - 1).place(begin + len(raw) - len(raw.lstrip(b"\r\n")))
        return f"{found.line}:{found.column}"

    def stretches(self, line: int, column: int) -> Iterator[tuple[int, int]]:
        source = self.document.data.decode("utf-8").removeprefix("\ufeff")
        before = len(self.document.data) - len(source.encode())
        for piece in _InText(source).stretches(line - self.document.line + 1, column):
            begin, end = (before + len(source[:offset].encode()) for offset in piece)
            yield from self._between(begin, end)

    def _between(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The characters of the text that some bytes of the document hold, or a part of which they are."""
        first, last = self.field.byte_offsets([0, len(self.field.text)])
        if max(begin, first) < min(end, last):
            start = bisect_right(self._offsets, max(begin, first), key=self._byte) - 1
            yield start, max(start + 1, bisect_left(self._offsets, min(end, last), key=self._byte))
        elif begin == end and first <= begin <= last:  # a line with nothing on it
            yield (bisect_left(self._offsets, begin, key=self._byte),) * 2

    @property
    def _offsets(self) -> range:
        return range(len(self.field.text) + 1)

    def _byte(self, offset: int) -> int:
        return self.field.byte_offsets([offset])[0]

"""A finding with where it stands in its file: what all forms for people and build services are made of."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cleaner.decide import REMOVED
from cleaner.document import At, Finding, Outcome
from cleaner.encoding import is_utf8
from cleaner.readers import compression_of, format_of
from cleaner.report.quote import quote

SHOWN = 100  # characters of a finding that a message shows
_BOM = b"\xef\xbb\xbf"


class Place(NamedTuple):
    """A line and a column, both from 1, the column in characters and in bytes."""

    line: int
    column: int
    byte_column: int


class Found(NamedTuple):
    """A finding, the record and field it stands in, and its place from `start` to `end`; what is seen of it begins at `seen`.

    has_place says that lines and columns are those of the file itself, and not of what a compressed one or a cell holds;
    is_fix that the file is put right by deleting what is between the two places, and nothing else.
    """

    path: str
    finding: Finding
    start: Place
    end: Place
    seen: Place
    base: int = 0
    record: str = ""
    field: str = ""
    raw: bytes = b""
    has_place: bool = True
    is_fix: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether it would be cut; else it is for review."""
        return self.finding.span.action == REMOVED


def found_in(path: str, outcome: Outcome, data: bytes, at: At = At()) -> Iterator[Found]:  # noqa: B008
    """The findings of a document."""
    format, is_compressed = format_of(path), bool(compression_of(path)[1])
    has_place = not is_compressed and format != "parquet"
    has_text = bool(outcome.findings) and format != "parquet" and is_utf8(data)
    cursor = Cursor(data, at.lines)
    for finding in outcome.findings:
        raw = data[finding.byte_start : finding.byte_end]
        lead = len(raw) - len(raw.lstrip(b"\r\n"))  # a cut at the end of a text takes the line end before it
        edges = (finding.byte_start, finding.byte_start + lead, finding.byte_end)
        start, seen, end = map(cursor.place, edges) if has_text else _edges(finding)
        if format == "warc" and not has_text:  # a body in another encoding begins on a line of its own
            above = cursor.place(finding.byte_start).line - start.line
            start, seen, end = (place._replace(line=place.line + above) for place in (start, seen, end))
        is_fix = has_place and has_text and format != "warc" and finding.span.action == REMOVED
        name = at.field or finding.field
        yield Found(path, finding, start, end, seen, at.base, at.record, name, raw, has_place, is_fix)


class Cursor:
    """Goes over some UTF-8, once when the offsets asked for do not decrease, and knows line and column."""

    def __init__(self, data: bytes, lines: int) -> None:
        self._data, self._first = data, lines + 1
        self._rewind()

    def _rewind(self) -> None:
        self._at = len(_BOM) if self._data.startswith(_BOM) else 0
        self._line, self._begin, self._column = self._first, 0, 1

    def place(self, offset: int) -> Place:
        """The line and column of an offset."""
        if offset < self._at:
            self._rewind()
        self._line += self._data.count(b"\n", self._at, offset)
        behind = self._data.rfind(b"\n", self._at, offset) + 1
        if behind:
            self._at = self._begin = behind
            self._column = 1
        self._column += len(self._data[self._at : offset].decode("utf-8", "replace"))
        self._at = max(self._at, offset)
        return Place(self._line, self._column, offset - self._begin + 1)


def _edges(finding: Finding) -> tuple[Place, Place, Place]:
    """Where a finding begins, is seen and ends in the text that was read; what its bytes are, is not known."""
    lead = len(finding.text) - len(finding.text.lstrip("\r\n"))
    start = Place(finding.line, finding.column, 0)
    return start, _behind(start, finding.text[:lead]), _behind(start, finding.text)


def _behind(place: Place, text: str) -> Place:
    """The place behind a text that begins at a place."""
    lines = text.count("\n")
    column = len(text.rpartition("\n")[2]) + (1 if lines else place.column)
    return Place(place.line + lines, column, 0)


def message(found: Found, mark: Callable[[str], str] = str) -> str:
    """What is wrong, in one line that can be printed anywhere; `mark` is for what the place itself takes for a sign."""
    span = found.finding.span
    words = "Injected text" if found.is_sure else "Perhaps injected text"
    text = mark(quote(found.finding.text.strip(), SHOWN))
    return f"{words} ({span.trade}, {span.score:.2f}): {text}{where(found, mark)}"


def where(found: Found, mark: Callable[[str], str] = str) -> str:
    """The record and the field of a finding, or nothing.

    >>> from cleaner.span import Span
    >>> finding = Finding(Span(0, 4, 0.9, "promo-line", "seo", (), "removed"), 0, 4, 1, 1, "SPAM", "", "")
    >>> where(Found("a.jsonl", finding, Place(3, 1, 1), Place(3, 5, 5), Place(3, 1, 1), record="3", field="text"))
    ' in record 3, field text'
    """
    names = [f"{kind} {mark(quote(name))}" for kind, name in (("record", found.record), ("field", found.field)) if name]
    return f" in {', '.join(names)}" if names else ""


def readable(path: str) -> str:
    """A path as text that every program takes: a replacement character for what is not UTF-8.

    >>> readable("caf\\udce9.txt")
    'caf�.txt'
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def fingerprint(*texts: str) -> str:
    """A hash of texts that is the same for all ways to write them that look alike, wherever they stand.

    >>> fingerprint("Ｃasino  bonus\\n") == fingerprint("casino bonus")
    True
    """
    plain = [" ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in texts]
    return hashlib.sha256("\0".join(plain).encode("utf-8", "surrogatepass")).hexdigest()[:32]

"""`changes.diff`: a unified diff built from the cuts, for `git apply`; bytes, so that every encoding and line end works."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from cleaner import splice

if TYPE_CHECKING:
    from cleaner.engine.stored import Stored

CONTEXT = 3  # lines around a change
_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b'"\\')
_BLOCK = 1 << 20  # bytes in which lines are counted at a time

Change = tuple[
    int, int, Sequence[tuple[int, int]]
]  # where the first line begins, where the last ends, the cuts in them


def file_diff(path: bytes, data: bytes | Stored, cuts: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """The diff of one file from which the byte ranges `cuts` are cut, in pieces; only what is near a cut is looked at.

    >>> print(b"".join(file_diff(b"a.txt", b"one\\ntwo\\nthree\\n", [(4, 8)])).decode())
    diff --git a/a.txt b/a.txt
    --- a/a.txt
    +++ b/a.txt
    @@ -1,3 +1,2 @@
     one
    -two
     three
    <BLANKLINE>
    """
    old, new = _quoted(b"a/" + path), _quoted(b"b/" + path)
    yield b"diff --git %s %s\n--- %s\n+++ %s\n" % (old, new, old, new)
    yield from _hunks(data, cuts)


def _quoted(path: bytes) -> bytes:
    """A path as git writes it: in quotes with octal escapes when it holds anything unusual."""
    if all(byte in _PLAIN for byte in path):
        return path
    return b'"' + b"".join(bytes([b]) if b in _PLAIN or b == 0x20 else b"\\%03o" % b for b in path) + b'"'


def _line_start(data: bytes | Stored, at: int) -> int:
    return data.rfind(b"\n", 0, at) + 1


def _line_end(data: bytes | Stored, at: int) -> int:
    """Where the line that `at` is in ends, with its line end."""
    return data.find(b"\n", at) + 1 or len(data)


def _changes(data: bytes | Stored, cuts: Sequence[tuple[int, int]]) -> Iterator[Change]:
    """A change for each stretch of lines that cuts touch."""
    block: list[tuple[int, int]] = []
    begin = stop = -1
    for start, end in cuts:
        if start >= stop:
            if block:
                yield begin, stop, block
            block, begin = [], _line_start(data, start)
        block.append((start, end))
        # A cut of whole lines joins nothing to the line behind it.
        stop = end if end == _line_start(data, end) and begin == block[0][0] == start else _line_end(data, end)
    if block:
        yield begin, stop, block


def _replacement(data: bytes | Stored, change: Change) -> bytes:
    begin, stop, cuts = change
    return splice.cut(data[begin:stop], [(a - begin, b - begin) for a, b in cuts])


def _before(data: bytes | Stored, at: int, first: int) -> int:
    """Where the lines of context before a line begin, not before `first`."""
    for _ in range(CONTEXT):
        if at <= first:
            return first
        at = _line_start(data, at - 1)
    return at


def _behind(data: bytes | Stored, at: int) -> int:
    """Where the lines of context behind a line end."""
    for _ in range(CONTEXT):
        if at < len(data):
            at = _line_end(data, at)
    return at


def _hunks(data: bytes | Stored, cuts: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    counter = _LineCounter(data)
    group: list[Change] = []
    shift = 0
    for change in _changes(data, cuts):
        if group and _before(data, change[0], 0) > _behind(data, group[-1][1]):
            shift += yield from _hunk(data, group, counter, shift)
            group = []
        group.append(change)
    if group:
        yield from _hunk(data, group, counter, shift)


class _LineCounter:
    """Counts the lines before places that come in their order."""

    def __init__(self, data: bytes | Stored) -> None:
        self._data = data
        self._at = self._lines = 0

    def lines_before(self, place: int) -> int:
        while self._at < place:
            behind = min(place, self._at + _BLOCK)
            self._lines += self._data[self._at : behind].count(b"\n")
            self._at = behind
        return self._lines


def _hunk(
    data: bytes | Stored, group: Sequence[Change], counter: _LineCounter, shift: int
) -> Generator[bytes, None, int]:
    """One hunk in pieces, as it may be the whole of a large file; by how many lines it makes the file longer (never above 0)."""
    begin, stop = _before(data, group[0][0], 0), _behind(data, group[-1][1])
    before = counter.lines_before(begin)
    old = counter.lines_before(stop) - before + (stop == len(data) and data[stop - 1 : stop] != b"\n")
    grown = sum(_lines(_replacement(data, change)) - _lines(data[change[0] : change[1]]) for change in group)
    new = old + grown
    yield b"@@ -%d,%d +%d,%d @@\n" % (before + (old > 0), old, before + shift + (new > 0), new)
    at = begin
    for change in group:
        first, behind, _ = change
        yield b"".join(_signed(b" ", data[at:first]) + _signed(b"-", data[first:behind]))
        yield b"".join(_signed(b"+", _replacement(data, change)))
        at = behind
    yield b"".join(_signed(b" ", data[at:stop]))
    return grown


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def _signed(sign: bytes, lines: bytes) -> list[bytes]:
    """Each line with its sign in front; the last one of a file may have no line end."""
    pieces = lines.split(b"\n")
    last = pieces.pop()
    return [sign + line + b"\n" for line in pieces] + ([sign + last + _NO_NEWLINE] if last else [])

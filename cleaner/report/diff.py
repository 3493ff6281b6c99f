"""`changes.diff`: a unified diff built from the cuts, for `git apply`; bytes, so that every encoding and line end works."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from cleaner import splice

CONTEXT = 3  # lines around a change
_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b'"\\')


def file_diff(path: bytes, data: bytes, cuts: Sequence[tuple[int, int]]) -> bytes:
    """The diff of one file from which the byte ranges `cuts` are cut.

    >>> print(file_diff(b"a.txt", b"one\\ntwo\\nthree\\n", [(4, 8)]).decode())
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
    lines = data.split(b"\n")
    ends_open = lines[-1] != b""
    if not ends_open:
        lines.pop()
    hunks = b"".join(_hunks(data, lines, cuts, ends_open))
    return b"diff --git %s %s\n--- %s\n+++ %s\n%s" % (old, new, old, new, hunks)


def _quoted(path: bytes) -> bytes:
    """A path as git writes it: in quotes with octal escapes when it holds anything unusual."""
    if all(byte in _PLAIN for byte in path):
        return path
    return b'"' + b"".join(bytes([b]) if b in _PLAIN or b == 0x20 else b"\\%03o" % b for b in path) + b'"'


def _changes(data: bytes, starts: Sequence[int], cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
    """(first line, line behind the last, new bytes of those lines) for each stretch of lines that a cut touches."""
    blocks: list[tuple[int, int, list[tuple[int, int]]]] = []
    for start, end in cuts:
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end) - 1
        if end == starts[last] and starts[first] == start:
            last -= 1  # whole lines: nothing joins the line behind them
        if blocks and first < blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(blocks[-1][1], last + 1), [*blocks[-1][2], (start, end)])
        else:
            blocks.append((first, last + 1, [(start, end)]))
    out = []
    for first, behind, inside in blocks:
        base = starts[first]
        stop = starts[behind] if behind < len(starts) else len(data)
        out.append((first, behind, splice.cut(data[base:stop], [(a - base, b - base) for a, b in inside])))
    return out


def _hunks(data: bytes, lines: Sequence[bytes], cuts: Sequence[tuple[int, int]], ends_open: bool) -> Iterator[bytes]:
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    changes = _changes(data, starts, cuts)
    groups: list[list[tuple[int, int, bytes]]] = []
    for change in changes:
        if groups and change[0] - groups[-1][-1][1] <= 2 * CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    shift = 0
    for group in groups:
        hunk, grown = _hunk(lines, group, shift, ends_open)
        shift += grown
        yield hunk


def _hunk(
    lines: Sequence[bytes], group: Sequence[tuple[int, int, bytes]], shift: int, ends_open: bool
) -> tuple[bytes, int]:
    """One hunk, and by how many lines it makes the file longer (never: by how many it is shorter, negative)."""
    begin = max(0, group[0][0] - CONTEXT)
    stop = min(len(lines), group[-1][1] + CONTEXT)
    body: list[bytes] = []
    old = new = 0
    at = begin
    for first, behind, replacement in group:
        for number in range(at, first):
            body.append(_line(b" ", lines[number], ends_open and number == len(lines) - 1))
        for number in range(first, behind):
            body.append(_line(b"-", lines[number], ends_open and number == len(lines) - 1))
        added = replacement.split(b"\n")
        open_end = added[-1] != b""
        added = added if open_end else added[:-1]
        for number, line in enumerate(added):
            body.append(_line(b"+", line, open_end and number == len(added) - 1))
        old += first - at + behind - first
        new += first - at + len(added)
        at = behind
    for number in range(at, stop):
        body.append(_line(b" ", lines[number], ends_open and number == len(lines) - 1))
    old, new = old + stop - at, new + stop - at
    old_first, new_first = begin + (old > 0), begin + shift + (new > 0)
    return b"@@ -%d,%d +%d,%d @@\n%s" % (old_first, old, new_first, new, b"".join(body)), new - old


def _line(sign: bytes, line: bytes, is_open: bool) -> bytes:
    return sign + line + (_NO_NEWLINE if is_open else b"\n")

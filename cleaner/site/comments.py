"""Comments in a text that say what in it is no spam. Anybody who can inject text can write them: they count only if asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from cleaner.span import Span, holds, merged, touches

_COMMENT = regex.compile(r"<!--\s{0,9}+cleaner:\s{0,9}+ignore(-start|-end|)\s{0,9}+-->")
_LINE_END = regex.compile(r"\r\n|[\n\r]")


class Ignored(NamedTuple):
    """What comments say: lines whose findings, and stretches in which all findings, are no spam; both sorted and disjoint."""

    lines: list[tuple[int, int]]
    stretches: list[tuple[int, int]]

    def covers(self, text: str, span: Span) -> bool:
        """Whether a finding begins on one of the lines, or lies in one of the stretches, white space at its ends apart."""
        piece = text[span.start : span.end]
        start, end = span.start + len(piece) - len(piece.lstrip()), span.start + len(piece.rstrip())
        return touches(self.lines, start, start + 1) or holds(self.stretches, start, end)


def ignored(text: str) -> Ignored:
    """What the comments of a text say.

    `<!-- cleaner: ignore -->` is for the line it stands on, and alone on a line for the next one, too; `ignore-start` and
    `ignore-end` are for what stands between them. One that is not ended reaches to the text's end.

    >>> text = "one\\n<!-- cleaner: ignore -->\\ntwo\\nthree"
    >>> [text[low:high] for low, high in ignored(text).lines]
    ['<!-- cleaner: ignore -->\\ntwo\\n']
    """
    if "cleaner:" not in text:
        return Ignored([], [])
    found = list(_COMMENT.finditer(text))
    lines = _lines(text, [match.span() for match in found if not match[1]])
    return Ignored(merged(lines), list(_stretches(found, len(text))))


def _stretches(found: list[regex.Match[str]], behind: int) -> Iterator[tuple[int, int]]:
    begin = -1
    for match in found:
        if match[1] == "-start" and begin < 0:
            begin = match.start()
        elif match[1] == "-end" and begin >= 0:
            yield begin, match.end()
            begin = -1
    if begin >= 0:
        yield begin, behind


def _lines(text: str, comments: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The lines of some comments, each with the one behind it when a comment is all there is on it."""
    behind = 0
    for start, end in comments:
        if start < behind:
            continue  # on the line of the one before
        begin = max(text.rfind("\n", behind, start), text.rfind("\r", behind, start), behind - 1) + 1
        behind = _line_behind(text, end)
        is_alone = not text[begin:start].strip() and not text[end:behind].strip()
        yield begin, _line_behind(text, behind) if is_alone else behind


def _line_behind(text: str, at: int) -> int:
    """Where the next line begins."""
    found = _LINE_END.search(text, at)
    return int(found.end()) if found else len(text)

"""Findings for GitHub Actions: annotations, one a file, since no more than ten of a kind are shown."""

from __future__ import annotations

from typing import NamedTuple

from cleaner.report.forms import Form, Totals
from cleaner.report.found import Found, message, readable
from cleaner.report.quote import quote

MOST = 10  # annotations of a kind that GitHub shows of a step
LISTED = 10  # findings that an annotation lists


class _File(NamedTuple):
    """A file with findings: the worst of them, the first ones as lines, and how many there are."""

    worst: Found
    lines: list[str]
    number: int

    @property
    def rank(self) -> tuple[bool, float, int]:
        """By which files are chosen."""
        return self.worst.is_sure, self.worst.finding.span.score, self.number


def form() -> Form:
    """Workflow commands, all at the end."""
    files = _Files()
    return Form(files.take, tail=files.annotations)


class _Files:
    """Keeps the worst files only, so that their number does not matter."""

    def __init__(self) -> None:
        self._worst: list[_File] = []
        self._last: _File | None = None
        self._findings = self._files = 0

    def take(self, found: Found) -> str:
        """Keep a finding; the findings of a file come one after the other."""
        self._findings += 1
        last = self._last
        if last is None or last.worst.path != found.path:
            self._close()
            self._files += 1
            self._last = _File(found, [_line(found)], 1)
            return ""
        worst = max(last.worst, found, key=lambda one: (one.is_sure, one.finding.span.score))
        lines = [*last.lines, _line(found)] if last.number < LISTED else last.lines
        self._last = _File(worst, lines, last.number + 1)
        return ""

    def _close(self) -> None:
        """The file is complete: the worst ten stay, the earlier of equals."""
        if self._last is not None:
            self._worst = sorted([*self._worst, self._last], key=lambda file: file.rank, reverse=True)[:MOST]
        self._last = None

    def annotations(self, totals: Totals) -> str:
        """The annotations, and a line about what they leave out."""
        self._close()
        shown = sum(file.number for file in self._worst)
        left = self._findings - shown
        more = f"cleaner: {left} more findings in {self._files - len(self._worst)} more files\n" if left else ""
        return "".join(map(_annotation, self._worst)) + more


def _line(found: Found) -> str:
    return f"line {found.seen.line}: {message(found)}"


def _annotation(file: _File) -> str:
    worst = file.worst
    places = {"file": readable(worst.path)}
    if worst.has_place:
        places |= {"line": str(worst.seen.line), "col": str(worst.seen.column)}
    places["title"] = f"cleaner: {file.number} findings" if file.number > 1 else f"cleaner: {worst.finding.span.reason}"
    properties = ",".join(f"{name}={_escaped(value, in_property=True)}" for name, value in places.items())
    lines = file.lines if file.number > 1 else [message(worst)]
    lines = [*lines, f"and {file.number - LISTED} more"] if file.number > LISTED else lines
    return f"::{'warning' if worst.is_sure else 'notice'} {properties}::{_escaped(chr(10).join(lines))}\n"


def _escaped(text: str, *, in_property: bool = False) -> str:
    """A text as a workflow command holds it; in a property also without what could end it, or do anything to a terminal.

    >>> _escaped("50% a:b"), _escaped("a:b,\\n\\x1b", in_property=True)
    ('50%25 a:b', 'a%3Ab%2C%0A\\\\x1b')
    """
    special = "%\r\n:," if in_property else "%\r\n"
    return "".join(f"%{ord(c):02X}" if c in special else quote(c) if in_property else c for c in text)

"""What was wrong, in lines for people: which file was left as it is, or which record of it on which line, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cleaner.document import FAILED, SKIPPED
from cleaner.engine.journal import Entry
from cleaner.engine.walk import Source
from cleaner.progress import Progress
from cleaner.readers import NO_READER
from cleaner.report.left import Left, left_in
from cleaner.report.quote import quote

SHOWN = 20  # lines of a run that has a report, which names more
ALIKE = 3  # records of a file that are named for one reason


class Skips:
    """Names what a run with a report leaves as it is: the first of it as it comes, and where to find the rest."""

    def __init__(self, progress: Progress, report: Path, *, ignoring: bool) -> None:
        self.progress, self.report, self.ignoring = progress, report, ignoring
        self.said = self.unsaid = 0  # files that are one document, and records

    def seen(self, source: Source, entry: Entry) -> None:
        """The source is done."""
        if not (self.ignoring and entry.reason == NO_READER):
            lines = [*skips(entry)][: SHOWN - self.said]
            for words in lines:
                self.progress.say(words)
            self.said += len(lines)
            self.unsaid += entry.counts.documents[SKIPPED] + entry.counts.documents[FAILED] - len(lines)
        self.progress.seen(source, entry)

    def finish(self) -> None:
        """The run is over, and its report written."""
        if self.unsaid:
            from cleaner.report.folder import SUMMARY  # nobody else needs it

            self.progress.say(f"and {self.unsaid} more; see {quote(str(self.report / SUMMARY))}")


def skips(entry: Entry) -> Iterator[str]:
    """A line for a source that was left as it is, or for each of the first records of it that were."""
    return map(_line, _first(entry))


def problems(entry: Entry, *, ignoring: bool) -> Iterator[str]:
    """What was wrong with a source and its records, line by line; `ignoring` those of other formats, which may be many."""
    if ignoring and entry.reason == NO_READER:
        return
    yield from skips(entry)
    status_of = {one.reason: one.status for one in left_in(entry)}
    rest = entry.counts.problems - Counter(one.reason for one in _first(entry))
    for problem, count in sorted(rest.items()):
        if problem in status_of:
            yield f"{quote(entry.path)}: and {count} more {status_of[problem]}: {quote(problem)}"
        else:
            yield f"{quote(entry.path)}: {quote(problem)}{f' ({count} records)' if count > 1 else ''}"


def _first(entry: Entry) -> Iterator[Left]:
    """What was left of a source, a few for each reason."""
    seen = Counter[str]()
    for one in left_in(entry):
        seen[one.reason] += 1
        if seen[one.reason] <= ALIKE:
            yield one


def _line(left: Left) -> str:
    """Where it is, and why; the line says it all where records are lines.

    >>> _line(Left("a.jsonl", 6, "6", SKIPPED, "invalid JSON"))
    'a.jsonl:6: skipped: invalid JSON'
    >>> _line(Left("a.csv", 9, "6", SKIPPED, "row: 1 cells where the header has 2"))
    'a.csv:9: skipped: row: 1 cells where the header has 2 in record 6'
    """
    place = f"{left.path}:{left.line}" if left.line else left.path
    record = f" in record {left.record}" if left.record not in ("", str(left.line)) else ""
    return f"{quote(place)}: {quote(left.status)}: {quote(left.reason)}{quote(record)}"

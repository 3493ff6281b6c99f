"""What was left as it is and why, in lines for people: which file, which record of it, on which line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cleaner.document import FAILED, SKIPPED
from cleaner.engine.journal import Entry, Skip
from cleaner.engine.walk import Source
from cleaner.progress import Progress
from cleaner.readers import NO_READER
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
    seen = Counter[str]()
    for skip in entry.skips():
        seen[skip.reason] += 1
        if seen[skip.reason] <= ALIKE:
            yield _line(entry.path, skip)


def _line(path: str, skip: Skip) -> str:
    """Where a record is: the line says it all where records are lines.

    >>> _line("a.jsonl", Skip("6", 6, SKIPPED, "invalid JSON"))
    'a.jsonl:6: skipped: invalid JSON'
    >>> _line("a.csv", Skip("6", 9, SKIPPED, "row: 1 cells where the header has 2"))
    'a.csv:9: skipped: row: 1 cells where the header has 2 in record 6'
    """
    place = f"{path}:{skip.line}" if skip.line else path
    record = f" in record {skip.record}" if skip.record not in ("", str(skip.line)) else ""
    return f"{quote(place)}: {quote(skip.status)}: {quote(skip.reason)}{quote(record)}"

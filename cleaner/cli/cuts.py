"""What a run without a report says instead: every cut on a line of its own, and which file was left as it is, and why."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.cli.options import line
from cleaner.decide import REMOVED
from cleaner.document import FAILED, SKIPPED, At, Outcome
from cleaner.engine.journal import Entry, Log
from cleaner.engine.walk import Source
from cleaner.progress import Progress
from cleaner.readers import NO_READER
from cleaner.report.quote import quote


class Cuts(Log):
    """Prints the cuts of a source when its file is written, never before; none when quiet."""

    def __init__(self, progress: Progress, *, quiet: bool, ignoring: bool) -> None:
        self.progress, self.quiet, self.ignoring = progress, quiet, ignoring
        self.lines: list[str] = []

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Keep the cuts."""
        name = f"{source.name}:{at.record}" if at.record else source.name
        self.lines += [line(name, finding) for finding in outcome.findings if finding.span.action == REMOVED]

    def take_back(self) -> None:
        """They were not made."""
        self.lines.clear()

    def undo(self) -> None:
        """They were not made either."""
        self.lines.clear()

    def seen(self, source: Source, entry: Entry) -> None:
        """The source is done."""
        if not self.quiet:
            for cut in self.lines:
                self.progress.say(cut)
        self.lines.clear()
        for words in problems(entry, ignoring=self.ignoring):
            self.progress.say(words)
        self.progress.seen(source, entry)


def problems(entry: Entry, *, ignoring: bool) -> Iterator[str]:
    """What was wrong with a source and its records, line by line; `ignoring` those of other formats, which may be many."""
    if ignoring and entry.reason == NO_READER:
        return
    status = f"{entry.status}: " if entry.status in (SKIPPED, FAILED) else ""
    for problem, count in sorted(entry.counts.problems.items()):
        times = f" ({count} records)" if count > 1 else ""
        yield f"{quote(entry.path)}: {status}{quote(problem)}{times}"

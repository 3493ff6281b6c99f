"""What a run without a report says instead: every cut on a line of its own, and which file was left as it is, and why."""

from __future__ import annotations

from cleaner.cli.skips import problems
from cleaner.decide import REMOVED
from cleaner.document import At, Outcome
from cleaner.engine.journal import Entry, Log
from cleaner.engine.walk import Source
from cleaner.progress import Progress
from cleaner.report.found import found_in
from cleaner.report.text import line


class Cuts(Log):
    """Prints the cuts of a source when its file is written, never before; none when quiet."""

    def __init__(self, progress: Progress, *, quiet: bool, ignoring: bool) -> None:
        self.progress, self.quiet, self.ignoring = progress, quiet, ignoring
        self.lines: list[str] = []

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Keep the cuts."""
        removed = tuple(finding for finding in outcome.findings if finding.span.action == REMOVED)
        if removed:
            self.lines += map(line, found_in(source.name, outcome._replace(findings=removed), data, at))

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

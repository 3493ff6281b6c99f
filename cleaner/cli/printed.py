"""What `check` does with findings: prints them as they come, in one of the forms, and says on standard error what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

import click

from cleaner.cli.skips import problems
from cleaner.decide import REMOVED, REVIEW
from cleaner.document import At, Finding, Outcome
from cleaner.engine.journal import Entry, Log
from cleaner.engine.tree import Tally
from cleaner.engine.walk import Source
from cleaner.progress import counted
from cleaner.readers import NO_READER
from cleaner.report import forms
from cleaner.report.found import Found, found_in
from cleaner.report.left import Left, left_in
from cleaner.report.quote import quote

SHOWN = (REMOVED, REVIEW)  # actions
LISTED = 100  # files and records that were left as they are, of those that are named at the end
HELD = 1 << 20  # bytes of the diff of one file that are held in memory


class Printed(Log):
    """Counts the findings of a run that concern its user; those who print them build on it."""

    def __init__(self, *, quiet: bool, ignoring: bool) -> None:
        self.quiet = quiet
        self.tally = Tally(ignoring=ignoring)
        self.findings = self.for_review = self.with_findings = 0
        self._last = ""
        self.left: list[Left] = []

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Take the findings of a document."""
        findings = tuple(finding for finding in outcome.findings if finding.span.action in SHOWN)
        if findings:
            self._count(source, findings)
            shown = outcome._replace(findings=findings)
            self.show(found_in(source.name, shown, data, at))

    def show(self, found: Iterable[Found]) -> None:
        """Print the findings of a document."""

    def _count(self, source: Source, findings: Sequence[Finding]) -> None:
        if source.name != self._last:
            self.with_findings += 1
            self._last = source.name
        self.findings += len(findings)
        self.for_review += sum(finding.span.action == REVIEW for finding in findings)

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Say what was wrong with a source."""
        self.tally.add(entry)
        if entry.reason != NO_READER:  # there may be many, of which the reason says all
            self.left += left_in(entry)[: LISTED - len(self.left)]
        for words in problems(entry, ignoring=self.tally.ignoring):
            click.echo(words, err=True)

    def finish(self, *, is_complete: bool = True) -> None:
        """The run is over: say how much was found, unless it was stopped."""
        if self.tally.ignored:
            click.echo(f"passed over: {self.tally.ignored} with nothing to read in them", err=True)
        if self.quiet or not is_complete:
            return
        files = sum(self.tally.files.values())
        review = f"; {self.for_review} for review" if self.for_review else ""
        where = f"{self.with_findings} of {counted(files, 'file')}"
        click.echo(f"{counted(self.findings, 'finding')} in {where}{review}", err=True)


class PrintedForm(Printed):
    """Prints findings one by one."""

    def __init__(self, form: forms.Form, *, quiet: bool, ignoring: bool) -> None:
        super().__init__(quiet=quiet, ignoring=ignoring)
        self.form, self._before = form, form.head

    def show(self, found: Iterable[Found]) -> None:
        """Print the findings of a document."""
        for one in found:
            _write(self._before + self.form.each(one))
            self._before = self.form.between
        sys.stdout.flush()

    def finish(self, *, is_complete: bool = True) -> None:
        """Print what closes the form, also of a run that was stopped."""
        files = sum(self.tally.files.values())
        totals = forms.Totals(is_complete, files, self.with_findings, self.tally.counts.problems, self.left)
        head = self.form.head if self._before == self.form.head else ""
        _write(head + self.form.tail(totals))
        sys.stdout.flush()
        super().finish(is_complete=is_complete)


class PrintedDiff(Printed):
    """Prints the diff of each file when the file is done: a part of one would be a broken patch."""

    def __init__(self, *, quiet: bool, ignoring: bool) -> None:
        from tempfile import SpooledTemporaryFile  # takes time to load, which other forms have no use for

        super().__init__(quiet=quiet, ignoring=ignoring)
        self._held = SpooledTemporaryFile(HELD)  # noqa: SIM115 - as long as the run

    def changes(self, diff: bytes) -> None:
        """Hold a piece of the diff."""
        self._held.write(diff)

    def take_back(self) -> None:
        """The file is not what was judged."""
        self._held.seek(0)
        self._held.truncate()

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Print what is held; on a terminal nothing of it may do more than be read."""
        self._held.seek(0)
        for line in self._held:
            _write(quote(os.fsdecode(line).removesuffix("\n")) + "\n") if sys.stdout.isatty() else _write_bytes(line)
        self.take_back()
        super().done(entry, sync=sync)

    def finish(self, *, is_complete: bool = True) -> None:
        """All is printed."""
        self._held.close()
        sys.stdout.flush()
        super().finish(is_complete=is_complete)


def _write(text: str) -> None:
    """Print a text, in a terminal without its characters as escapes."""
    if text:
        _write_bytes(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def _write_bytes(data: bytes) -> None:
    sys.stdout.buffer.write(data)


def printed(name: str, colour: str, *, quiet: bool, ignoring: bool) -> Printed:
    """What prints in a form; `colour` is `always`, `never`, or `auto` for terminals whose user has nothing against it."""
    if name == forms.DIFF:
        return PrintedDiff(quiet=quiet, ignoring=ignoring)
    has_colour = colour == "always" or (colour == "auto" and _takes_colour())
    return PrintedForm(forms.form(name, has_colour=has_colour), quiet=quiet, ignoring=ignoring)


def _takes_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

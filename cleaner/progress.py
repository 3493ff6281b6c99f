"""How a run is doing, for people: a bar on a terminal, a line now and then elsewhere, the counts at the end."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

import click

from cleaner.report.quote import quote

if TYPE_CHECKING:  # signals are looked after before anything heavy is loaded
    from cleaner.engine.journal import Counts, Entry
    from cleaner.engine.walk import Source

SHOW_AFTER = 2.0  # seconds
BAR_EVERY, LINE_EVERY = 0.2, 30.0  # seconds between updates of a bar, and between lines where there is no terminal
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Stopped(BaseException):
    """A signal asked the run to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Signals raise `Stopped` once; the next one ends the process at once. One that is ignored (nohup) stays so."""
    wanted = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    for other in SIGNALS:
        if signal.getsignal(other) != signal.SIG_IGN:
            signal.signal(other, signal.SIG_DFL)
    raise Stopped(number)


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Progress:
    """Counts files as they are done, and says so once the work has taken two seconds."""

    def __init__(self, count: Callable[[], int], quiet: bool) -> None:
        self.count, self.quiet = count, quiet
        self.is_terminal = sys.stderr.isatty()
        self.began = self.shown = time.monotonic()
        self.done = 0
        self.total: int | None = None

    def seen(self, source: Source, entry: Entry) -> None:
        """A source is done."""
        self.done += 1
        now = time.monotonic()
        every = BAR_EVERY if self.is_terminal else LINE_EVERY
        if self.quiet or now - self.began < SHOW_AFTER or now - self.shown < every:
            return
        self.shown = now
        if self.total is None:
            self.total = self.count()
        click.echo(self._line(now - self.began), err=True, nl=not self.is_terminal)

    def _line(self, seconds: float) -> str:
        rate = self.done / seconds
        total = max(self.total or 0, self.done)
        left = (total - self.done) / rate
        words = f"{self.done:,} of {total:,} files, {rate:,.0f} a second, {_clock(left)} left"
        if not self.is_terminal:
            return words
        filled = 30 * self.done // total
        return f"\r[{'#' * filled}{'-' * (30 - filled)}] {words}\x1b[K"

    def say(self, words: str) -> None:
        """Say something on a line of its own."""
        self._end_line()
        click.echo(words, err=True)

    def _end_line(self) -> None:
        if self.is_terminal and self.total is not None:
            click.echo(err=True)
            self.total = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()


def _clock(seconds: float) -> str:
    """A time as hours, minutes and seconds.

    >>> _clock(3725.4)
    '1:02:05'
    """
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "file"), counted(12, "file")
    ('1 file', '12 files')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def totals(counts: Counts) -> Iterator[str]:
    """The counts of a run, line by line."""
    from cleaner.decide import ALLOWED, REMOVED, REVIEW
    from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED

    documents, spans = counts.documents, counts.spans
    allowed = f", {spans[ALLOWED]} allowed" if spans[ALLOWED] else ""
    yield (
        f"{counted(sum(documents.values()), 'document')}: {documents[CLEANED]} cleaned, {documents[UNCHANGED]} unchanged, "
        f"{documents[SKIPPED]} skipped, {documents[FAILED]} failed; {counted(spans[REMOVED], 'span')} removed, "
        f"{spans[REVIEW]} for review{allowed}"
    )
    for problem, number in sorted(counts.problems.items()):
        yield f"  {number} × {quote(problem)}"

"""What is done with one source: read it, hand out its documents, take their outcomes, write the result, keep the record.

There is one kind of job for each way a source is built: a text of its own, a file of many records, a table, one that cannot
be read, one that an earlier run has done.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

from cleaner.api import uncut as uncut_span
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, Outcome
from cleaner.encoding import MAX_BYTES
from cleaner.engine import files
from cleaner.engine.handles import FileProblem, WriteFailed, reading
from cleaner.engine.journal import Counts, Entry, Log, Run, Skip, Stat
from cleaner.engine.walk import Source
from cleaner.readers import NO_READER, Document, Options, Record
from cleaner.report import diff


class Item(NamedTuple):
    """A part of a source: its bytes as read, and the document to judge; None for what is only passed through.

    line is the one of the file that a record begins on, 0 where it stands on none.
    """

    data: bytes
    document: Document | None
    record: Record | None = None
    line: int = 0


class Output:
    """Where the bytes of one source go; nothing is to be seen of them before `commit`."""

    def __init__(self, writer: files.Writer, syncs: files.Syncs) -> None:
        self._writer, self._syncs = writer, syncs

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._writer.sha256

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises `FileProblem`."""
        return self._writer.write(data)

    def finish(self) -> None:
        """All is written: begin to make it durable, so that `commit` need not wait as long. Raises `FileProblem`."""
        self._writer.finish(self._syncs)

    def commit(self) -> tuple[str, ...]:
        """Put the file where it belongs; what could not be kept of the old one. Raises `FileProblem`."""
        with self._writer as writer:
            return writer.commit().remarks

    def discard(self) -> None:
        """Leave no trace."""
        self._writer.close()


class Target(Protocol):
    """Where a run writes. `copies` says that an untouched source is written too, `replaces` that sources are overwritten."""

    copies: bool
    replaces: bool

    def output(self, source: Source, status: os.stat_result, left: files.Left) -> Output | None:
        """Begin to write a source's result; None when nothing is ever written. Raises `FileProblem`.

        Beside sources, it replaces only what earlier runs left.
        """
        ...

    def written(self, source: Source) -> Stat:
        """What the file is that was written for a source."""
        ...


class Place(NamedTuple):
    """What all jobs of a run share."""

    target: Target
    log: Log
    options: Options


class Job(ABC):
    """One source on its way; its documents are asked for, and their outcomes given, from first to last.

    holds_files says that files are open from its first part to its end, so that not many of its kind may be on the way.
    """

    holds_files = False

    def __init__(self, source: Source, place: Place) -> None:
        self.source, self.place = source, place
        self.left = files.Left()  # in the place of the result
        self.status: os.stat_result | None = None  # of the file as it was opened
        self.settled = False
        self.skipped: list[Skip] = []  # the first of its records that were

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """The parts of the source."""

    def prepare(self, outcome: Outcome) -> None:  # noqa: B027 - most have nothing to do
        """What will be accepted soon, in its turn: begin what takes long and can be taken back."""

    @abstractmethod
    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """Take what became of a part, None for one that had no document."""

    @abstractmethod
    def finish(self) -> Entry:
        """Every part is accepted: write the result and the record."""

    def abandon(self) -> None:  # noqa: B027 - most have nothing to do
        """The run is stopped: leave nothing half-written."""

    def _opened(self, status: os.stat_result) -> None:
        self.status, self.settled = status, files.is_settled(status)

    def _entry(self, status: str, reason: str, counts: Counts, before: str = "", after: str = "") -> Entry:
        stat = Stat.of(self.status) if self.status else Stat()
        return Entry(self.source.name, status, reason, before, after, stat, self.settled, Stat(), counts, self.skipped)

    def _close(self, entry: Entry, output: Output | None) -> Entry:
        """Write the result and the entry so that neither can be lost without the other.

        Where a source is replaced its entry is on the disk first: a stopped run then still knows what it cut.
        """
        log = self.place.log
        if output is None:
            log.done(entry)
            return entry
        if not self.place.target.replaces:
            entry.counts.problems.update(output.commit())
            entry = entry._replace(written=self.place.target.written(self.source))
            log.done(entry)
            return entry
        log.done(entry, sync=True)
        try:
            entry.counts.problems.update(output.commit())
        except FileProblem:
            log.undo()
            raise
        return entry

    def _pass_through(self, status: str, reason: str, counts: Counts | None = None) -> Entry:
        """Nothing is cut; an output folder gets a copy of what can be read."""
        counts = counts or self._as_one(status, reason)
        if not self.place.target.copies or self.source.problem:
            return self._close(self._entry(status, reason, counts), None)
        try:
            stream, now = files.open_stream(self.source.path)
        except FileProblem as problem:
            if status == UNCHANGED:
                return self._unjudged(str(problem))
            return self._close(self._entry(status, reason, counts), None)
        if status == UNCHANGED and self.status is not None and not files.same_file(self.status, now):
            stream.close()
            return self._unjudged(files.CHANGED_READING)
        self.status = now
        with stream:
            return self._copied(stream, now, status, reason, counts)

    def _unjudged(self, reason: str) -> Entry:
        """What is there now is not what was judged: nothing that was found counts, and nothing is copied."""
        self.place.log.take_back()
        return self._close(self._entry(SKIPPED, reason, self._as_one(SKIPPED, reason)), None)

    def _copied(self, stream: BinaryIO, now: os.stat_result, status: str, reason: str, counts: Counts) -> Entry:
        output: Output | None = None
        try:
            files.refuse_sparse(now)
            output = self._output()
            if output is None:
                return self._close(self._entry(status, reason, counts), None)
            with reading():
                for chunk in files.chunks(stream.fileno(), now.st_size + 1):
                    output.write(chunk)
            if not files.same_file(now, os.fstat(stream.fileno())):
                raise FileProblem(files.CHANGED_READING)
            return self._close(self._entry(status, reason, counts, output.sha256, output.sha256), output)
        except FileProblem as problem:
            if output is not None:
                output.discard()
            status = status_of(problem)
            reason = str(problem)
            return self._close(self._entry(status, reason, self._as_one(status, reason)), None)

    def _as_one(self, status: str, reason: str) -> Counts:
        """The counts of the source as one document, whatever was wrong with records of it."""
        self.skipped.clear()
        return _single(status, reason)

    def _output(self) -> Output | None:
        return self.place.target.output(self.source, self.status, self.left) if self.status else None


def _single(status: str, reason: str) -> Counts:
    """The counts of one document."""
    return Counts(documents=Counter([status]), problems=Counter([reason]))


def status_of(problem: FileProblem) -> str:
    """What becomes of a source with a problem: a write that the system refused has failed, the rest is left alone."""
    return FAILED if isinstance(problem, WriteFailed) else SKIPPED


class UnreadableSource(Job):
    """A source that is not read: it is counted as skipped, and copied when it is a file."""

    def items(self) -> Iterator[Item]:
        """None."""
        return iter(())

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """There is nothing to accept."""

    def finish(self) -> Entry:
        """Copy it."""
        return self._pass_through(SKIPPED, self.source.problem or NO_READER)


class DoneSource(Job):
    """A source that an earlier run has done: as it was left then, or changed since, which is a problem.

    What is recorded keeps the counts of that run, for one that finds the file as it was left again.
    """

    def __init__(self, source: Source, place: Place, run: Run, entry: Entry, problem: str = "") -> None:
        super().__init__(source, place)
        self.run, self.entry, self.problem = run, entry, problem
        if problem:
            self.entry = entry._replace(status=SKIPPED, reason=problem, skipped=())
        elif entry.is_cut:
            self.entry = entry._replace(status=CLEANED, reason=entry.reason if entry.status == CLEANED else "")

    def items(self) -> Iterator[Item]:
        """None."""
        return iter(())

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """There is nothing to accept."""

    def finish(self) -> Entry:
        """Take over what was found then."""
        self.place.log.take_over(self.run, self.entry)
        return self.entry._replace(counts=_single(SKIPPED, self.problem)) if self.problem else self.entry


class WholeSource(Job):
    """A file that is one article."""

    def __init__(self, source: Source, place: Place, format: str) -> None:
        super().__init__(source, place)
        self.format = format
        self.problem = ""
        self.data = b""
        self.outcome: Outcome | None = None
        self.output: Output | None = None
        self.failed: FileProblem | None = None

    def items(self) -> Iterator[Item]:
        """The file."""
        try:
            read = files.read(self.source.path, MAX_BYTES)
        except FileProblem as problem:
            self.problem = str(problem)
            return
        self._opened(read.stat)
        yield Item(read.data, Document(read.data, self.format, path=str(self.source.path)))

    def prepare(self, outcome: Outcome) -> None:
        """Write the result, and begin to make it durable: waiting for that is most of the time of a small file."""
        try:
            self._write(outcome)
            if self.output is not None:
                self.output.finish()
        except FileProblem as problem:
            self.failed = problem

    def _write(self, outcome: Outcome) -> None:
        """Write what is to be written, unless that is done. Raises `FileProblem`."""
        is_wanted = outcome.status == CLEANED or (outcome.status == UNCHANGED and self.place.target.copies)
        if self.output is None and is_wanted:
            self.output = self._output()
            if self.output is not None:
                self.output.write(outcome.data)

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """Keep it until the source is finished."""
        self.data, self.outcome = item.data, outcome

    def finish(self) -> Entry:
        """Write the clean copy."""
        outcome = self.outcome
        if outcome is None:
            return self._pass_through(SKIPPED, self.problem)
        if outcome.status in (SKIPPED, FAILED):
            return self._uncut(outcome)
        try:
            return self._cut(outcome)
        except FileProblem as problem:
            return self._uncut(outcome._replace(status=status_of(problem), reason=str(problem)))

    def _cut(self, outcome: Outcome) -> Entry:
        log = self.place.log
        log.outcome(self.source, outcome, self.data)
        if outcome.cuts:
            for hunk in diff.file_diff(os.fsencode(self.source.name), self.data, outcome.cuts):
                log.changes(hunk)
        counts = Counts()
        counts.add(outcome)
        before = files.sha256(self.data)
        after = files.sha256(outcome.data) if outcome.cuts else before
        entry = self._entry(outcome.status, outcome.reason, counts, before, after)
        try:
            if self.failed:
                raise self.failed
            self._write(outcome)
            return self._close(entry, self.output)
        except BaseException:
            log.take_back()
            self.abandon()
            raise

    def abandon(self) -> None:
        """Throw away what was written."""
        if self.output is not None:
            self.output.discard()

    def _uncut(self, outcome: Outcome) -> Entry:
        kept = uncut(outcome)
        self.place.log.outcome(self.source, kept, self.data)
        counts = Counts()
        counts.add(kept)
        return self._pass_through(kept.status, kept.reason, counts)


def uncut(outcome: Outcome) -> Outcome:
    """The outcome with nothing cut: what would have been is for review."""
    findings = tuple(finding._replace(span=uncut_span(finding.span)) for finding in outcome.findings)
    return outcome._replace(findings=findings, cuts=())

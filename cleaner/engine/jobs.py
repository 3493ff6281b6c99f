"""What is done with one source: read it, hand out its documents, take their outcomes, write the result, keep the record.

There is one kind of job for each way a source is built: a text of its own, a file of many records, a table, one that cannot
be read, one that an earlier run has done.
"""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from cleaner.decide import REVIEW
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, Outcome
from cleaner.encoding import MAX_BYTES
from cleaner.engine import files
from cleaner.engine.handles import FileProblem, WriteFailed, reading
from cleaner.engine.journal import Counts, Entry, Run, Stat
from cleaner.engine.stored import Stored
from cleaner.engine.walk import Source
from cleaner.readers import WHOLE, Document, Options, Record, UnreadableError, compress, compression_of, records, stored
from cleaner.report import diff

if TYPE_CHECKING:
    from concurrent.futures import Executor

LINES = ("jsonl", "csv", "tsv")  # formats of lines, of which a diff can be made
NAMED = 20  # skipped records of a file that are named in the report
WHOLE_RECORD = "whole"  # the one record of a compressed file that is one article


class Item(NamedTuple):
    """A part of a source: its bytes as read, and the document to judge; None for what is only passed through."""

    data: bytes
    document: Document | None
    record: Record | None = None


Threads = Callable[[], "Executor"]  # in which files are made durable


class Output:
    """Where the bytes of one source go; nothing is to be seen of them before `commit`."""

    def __init__(self, writing: AbstractContextManager[files.Writer], threads: Threads) -> None:
        self._threads = threads
        self._stack = ExitStack()
        self._writer = self._stack.enter_context(writing)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._writer.sha256

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises `FileProblem`."""
        return self._writer.write(data)

    def finish(self) -> None:
        """All is written: begin to make it durable, so that `commit` need not wait as long. Raises `FileProblem`."""
        self._writer.finish(self._threads())

    def commit(self) -> tuple[str, ...]:
        """Put the file where it belongs; what could not be kept of the old one. Raises `FileProblem`."""
        with self._stack:
            return self._writer.commit().remarks

    def discard(self) -> None:
        """Leave no trace."""
        self._stack.close()


class Target(Protocol):
    """Where a run writes. `copies` says that an untouched source is written too, `replaces` that sources are overwritten."""

    copies: bool
    replaces: bool

    def output(self, source: Source, status: os.stat_result) -> Output | None:
        """Begin to write a source's result; None when nothing is ever written. Raises `FileProblem`."""
        ...

    def written(self, source: Source) -> Stat:
        """What the file is that was written for a source."""
        ...


class Log(Protocol):
    """Keeps the record of a run: see `journal.Recorder`."""

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """Take what was found in a document that begins at `base` in its source."""
        ...

    def changes(self, diff: bytes) -> None:
        """Add to the diff."""
        ...

    def take_back(self) -> None:
        """Forget what was added since the last source was done."""
        ...

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Close a source."""
        ...

    def undo(self) -> None:
        """Reopen the source that was closed last, without what was added for it."""
        ...

    def take_over(self, run: Run, entry: Entry) -> None:
        """Add what an earlier run found in a source, and close it."""
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
        self.status: os.stat_result | None = None  # of the file as it was opened
        self.settled = False
        self.skipped: list[str] = []  # records, the first of them by name and reason

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
        counts = counts or _single(status, reason)
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
        return self._close(self._entry(SKIPPED, reason, _single(SKIPPED, reason)), None)

    def _copied(self, stream: BinaryIO, now: os.stat_result, status: str, reason: str, counts: Counts) -> Entry:
        output: Output | None = None
        try:
            files.refuse_sparse(now)
            output = self._output()
            if output is None:
                return self._close(self._entry(status, reason, counts), None)
            with reading():
                while block := stream.read(files.CHUNK):
                    output.write(block)
            if not files.same_file(now, os.fstat(stream.fileno())):
                raise FileProblem(files.CHANGED_READING)
            return self._close(self._entry(status, reason, counts, output.sha256, output.sha256), output)
        except FileProblem as problem:
            if output is not None:
                output.discard()
            status = _status(problem)
            return self._close(self._entry(status, str(problem), _single(status, str(problem))), None)

    def _output(self) -> Output | None:
        return self.place.target.output(self.source, self.status) if self.status else None


def _single(status: str, reason: str) -> Counts:
    """The counts of one document."""
    return Counts(documents=Counter([status]), problems=Counter([reason]))


def _status(problem: FileProblem) -> str:
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
        return self._pass_through(SKIPPED, self.source.problem or "format: no reader for it")


class DoneSource(Job):
    """A source that an earlier run has done: as it was left then, or changed since, which is a problem."""

    def __init__(self, source: Source, place: Place, run: Run, entry: Entry, problem: str = "") -> None:
        super().__init__(source, place)
        self.run, self.entry = run, entry
        if problem:
            self.entry = entry._replace(status=SKIPPED, reason=problem, counts=_single(SKIPPED, problem))

    def items(self) -> Iterator[Item]:
        """None."""
        return iter(())

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """There is nothing to accept."""

    def finish(self) -> Entry:
        """Take over what was found then."""
        self.place.log.take_over(self.run, self.entry)
        return self.entry


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
        yield Item(read.data, Document(read.data, self.format))

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
            return self._uncut(outcome._replace(status=_status(problem), reason=str(problem)))

    def _cut(self, outcome: Outcome) -> Entry:
        log = self.place.log
        log.outcome(self.source, outcome, self.data)
        if outcome.cuts:
            for hunk in diff.file_diff(os.fsencode(self.source.name), self.data, outcome.cuts):
                log.changes(hunk)
        counts = Counts()
        counts.add(outcome)
        digests = files.sha256(self.data), files.sha256(outcome.data)
        entry = self._entry(outcome.status, outcome.reason, counts, *digests)
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


class RecordsSource(Job):
    """A file of many records that tile it, each an article or passed through as it is; read and written as a stream."""

    def __init__(self, source: Source, place: Place, format: str) -> None:
        super().__init__(source, place)
        self.format = format
        self.is_compressed = format != "warc" and bool(compression_of(source.name)[1])
        self.problem = self.before = ""
        self.counts = Counts()
        self.decompressed: compress.Decompressed | None = None
        self.output: Output | None = None
        self.compressor: BinaryIO | None = None
        self.failed: FileProblem | None = None
        self.offset = 0  # of the next record in what was read, uncompressed
        self.cuts = array("q")  # starts and ends, where they make a diff
        self.content = hashlib.sha256()  # of what was read, uncompressed

    def items(self) -> Iterator[Item]:
        """The records."""
        try:
            stream, status = files.open_stream(self.source.path)
            self._opened(status)
            with stream:
                for record in self._records(stream):
                    self.content.update(record.data)
                    yield self._item(record)
                if self._remark:
                    self.counts.problems[self._remark] += 1
                stream.seek(0)
                self.before = files.digest_of(stream)
                if not files.same_file(status, os.fstat(stream.fileno())):
                    self.problem = files.CHANGED_READING
        except (UnreadableError, FileProblem) as problem:
            self.problem = str(problem)
        except OSError as error:
            self.problem = f"unreadable: {error.strerror}"

    def _records(self, stream: BinaryIO) -> Iterator[Record]:
        if self.is_compressed:
            self.decompressed = compress.opened(stream, self.source.name)
        content = self.decompressed or stream
        if self.format not in WHOLE:
            return records(self.format, content, self.place.options)
        data = content.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UnreadableError(f"larger than {MAX_BYTES} bytes")
        return iter([Record(data, WHOLE_RECORD)])

    @property
    def _remark(self) -> str:
        """What is wrong with the file, though its records are whole."""
        return self.decompressed.problem if self.decompressed else ""

    def _item(self, record: Record) -> Item:
        if not record.record or record.problem:
            return Item(record.data, None, record)
        return Item(record.data, Document(record.data, self.format, record.record, record.hint), record)

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """Write a record, and keep what was found in it."""
        record = item.record
        if record is None:
            raise ValueError("a part of a file of records without its record")
        if outcome is None:
            if record.problem:
                self._skip(record)
            self._write(record.raw or record.data)
        else:
            self._accept(record, outcome)
        self.offset += len(record.data)

    def _skip(self, record: Record) -> None:
        """Count a record that cannot be read; where it is belongs to its name, not to the reason."""
        problem, _, _ = record.problem.partition(", at byte ")
        self.counts.documents[SKIPPED] += 1
        self.counts.problems[problem] += 1
        self._name(record, problem)

    def _name(self, record: Record, problem: str) -> None:
        if len(self.skipped) < NAMED:
            self.skipped.append(f"{record.record}: {problem}")

    def _accept(self, record: Record, outcome: Outcome) -> None:
        if self._is_lost() or outcome.status not in (CLEANED, UNCHANGED):
            outcome = uncut(outcome)
        self.counts.add(outcome)
        if outcome.status in (SKIPPED, FAILED):
            self._name(record, outcome.reason)
        self._log(record, outcome)
        if self._has_diff():
            for start, end in outcome.cuts:
                self.cuts.extend((self.offset + start, self.offset + end))
        if outcome.status == CLEANED:
            self._write(stored(outcome.data) if record.raw else outcome.data)
        else:
            self._write(record.raw or record.data)

    def _log(self, record: Record, outcome: Outcome) -> None:
        name = "" if record.record == WHOLE_RECORD else record.record
        self.place.log.outcome(self.source, outcome, record.data, base=self.offset, record=name)

    def _is_lost(self) -> bool:
        """Open the output before the first record; whether that or a later write failed."""
        if self.output is None and not self.failed and self.status is not None:
            try:
                self.output = self._output()
                if self.output and self.is_compressed:
                    self.compressor = compress.compressor(self.source.name, self.output)
            except FileProblem as problem:
                self.failed = problem
        return self.failed is not None

    def _write(self, data: bytes) -> None:
        if self._is_lost() or self.output is None:
            return
        try:
            (self.compressor or self.output).write(data)
        except FileProblem as problem:
            self.failed = problem

    def finish(self) -> Entry:
        """Write the clean file, or leave the source as it is when nothing was cut or something was wrong with all of it."""
        if self.problem or self.failed:
            self._discard()
            status = SKIPPED if self.problem or self.failed is None else _status(self.failed)
            return self._pass_through(status, self.problem or str(self.failed))
        documents = self.counts.documents
        if documents[CLEANED]:
            return self._cut()
        self._discard(findings=False)
        status = SKIPPED if documents[SKIPPED] and not documents[UNCHANGED] else UNCHANGED
        return self._pass_through(status, self._remark, self.counts)

    def _discard(self, *, findings: bool = True) -> None:
        if findings:
            self.place.log.take_back()
        if self.output is not None:
            self.output.discard()

    def abandon(self) -> None:
        """Throw away what was written so far."""
        self._discard()

    def _cut(self) -> Entry:
        try:
            content = self._finish_writing()
            after = self.output.sha256 if self.output else ""
            entry = self._entry(CLEANED, self._remark, self.counts, self.before, after)
            return self._close(entry._replace(content=content), self.output)
        except FileProblem as problem:
            self._discard()
            return self._pass_through(_status(problem), str(problem))

    def _finish_writing(self) -> str:
        """Write what is left to write; the hash of what was read, by which restoring is checked."""
        if self._has_diff():
            self._diff()
        if self.compressor is not None:
            self.compressor.close()
        return self.content.hexdigest()

    def _has_diff(self) -> bool:
        return self.format in LINES and not self.is_compressed

    def _diff(self) -> None:
        pairs = list(zip(self.cuts[::2], self.cuts[1::2], strict=True))
        stream, status = files.open_stream(self.source.path)
        with stream:
            if self.status is None or not files.same_file(status, self.status):
                raise FileProblem(files.CHANGED_READING)
            for hunk in diff.file_diff(os.fsencode(self.source.name), Stored(stream.fileno()), pairs):
                self.place.log.changes(hunk)


def uncut(outcome: Outcome) -> Outcome:
    """The outcome with nothing cut: what was found is for review."""
    findings = tuple(finding._replace(span=finding.span._replace(action=REVIEW)) for finding in outcome.findings)
    return outcome._replace(findings=findings, cuts=())

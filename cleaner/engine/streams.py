"""What is done with a file of many records: it is read and written as a stream, record by record."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, At, Outcome, no_text
from cleaner.encoding import MAX_BYTES
from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.engine.jobs import Item, Job, Output, Place, status_of, uncut
from cleaner.engine.journal import Counts, Entry, Skip
from cleaner.engine.stored import Stored
from cleaner.engine.walk import Source
from cleaner.readers import (
    LFS_POINTER,
    MAX_POINTER,
    NO_TEXT,
    WHOLE,
    Document,
    Record,
    UnreadableError,
    compress,
    compression_of,
    is_lfs_pointer,
    records,
    stored,
)
from cleaner.report import diff

LINES = ("jsonl", "csv", "tsv")  # formats of lines, of which a diff can be made
NAMED = 20  # skipped records of a file that are named in the report
WHOLE_RECORD = "whole"  # the one record of a compressed file that is one article


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
        self.offset = 0  # bytes before the next record in what was read, uncompressed
        self.line = 1  # where the next record to be read begins
        self.cuts = array("q")  # starts and ends, where they make a diff
        self.content = hashlib.sha256()  # of what was read, uncompressed
        self.unnamed = 0  # objects of JSON Lines in which no name is that of a wanted field

    def items(self) -> Iterator[Item]:
        """The records."""
        try:
            stream, status = files.open_stream(self.source.path)
            self._opened(status)
            with stream:
                _refuse_pointer(stream)
                for record in self._records(stream):
                    if self.place.log.keeps:
                        self.content.update(record.data)
                    yield self._item(record)
                    self.line += record.data.count(b"\n")
                if self._remark:
                    self.counts.problems[self._remark] += 1
                self.before = self._digest(stream)
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

    def _digest(self, stream: BinaryIO) -> str:
        """The hash of the file, which the records of a file of lines that is not compressed are."""
        if not self.place.log.keeps:
            return ""
        if self.format in LINES and not self.is_compressed:
            return self.content.hexdigest()
        stream.seek(0)
        return files.digest_of(stream)

    @property
    def _remark(self) -> str:
        """What is wrong with the file, though its records are whole."""
        return self.decompressed.problem if self.decompressed else ""

    def _item(self, record: Record) -> Item:
        if not record.record or record.problem:
            return Item(record.data, None, record, self.line)
        path = str(self.source.path)
        document = Document(record.data, self.format, record.record, record.hint, path, self.line)
        return Item(record.data, document, record, self.line)

    def accept(self, item: Item, outcome: Outcome | None) -> None:
        """Write a record, and keep what was found in it."""
        record = item.record
        if record is None:
            raise ValueError("a part of a file of records without its record")
        if outcome is None:
            if record.problem:
                self._skip(record, item.line)
            self._write(record.raw or record.data)
        else:
            self._accept(record, outcome, item.line)
        self.offset += len(record.data)

    def _skip(self, record: Record, line: int) -> None:
        """Count a record that cannot be read; where it is belongs to its name, not to the reason."""
        problem, _, _ = record.problem.partition(", at byte ")
        self.counts.documents[SKIPPED] += 1
        self.counts.problems[problem] += 1
        self._name(record, line, SKIPPED, problem)

    def _name(self, record: Record, line: int, status: str, reason: str) -> None:
        if len(self.skipped) < NAMED:
            is_file = record.record == WHOLE_RECORD
            self.skipped.append(Skip("" if is_file else record.record, 0 if is_file else line, status, reason))

    def _accept(self, record: Record, outcome: Outcome, line: int) -> None:
        """Keep what became of a record that begins on a line of the file."""
        if self._is_lost() or outcome.status not in (CLEANED, UNCHANGED):
            outcome = uncut(outcome)
        self.counts.add(outcome)
        if self.format == "jsonl" and outcome.reason == no_text(self.place.options):
            self.unnamed += self._names_none(record)
        if outcome.status in (SKIPPED, FAILED):
            self._name(record, line, outcome.status, outcome.reason)
        self._log(record, outcome, line)
        if self._has_diff():
            for start, end in outcome.cuts:
                self.cuts.extend((self.offset + start, self.offset + end))
        if outcome.status == CLEANED:
            self._write(stored(record, outcome.data))
        else:
            self._write(record.raw or record.data)

    def _log(self, record: Record, outcome: Outcome, line: int) -> None:
        name = "" if record.record == WHOLE_RECORD else record.record
        self.place.log.outcome(self.source, outcome, record.data, At(self.offset, line - 1, name))

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
        if not self.problem and self._has_no_text():
            self.problem = f"{NO_TEXT}: no field {' or '.join(self.place.options.fields)}; give --field"
        if self.problem or self.failed:
            self._discard()
            status = SKIPPED if self.problem or self.failed is None else status_of(self.failed)
            return self._pass_through(status, self.problem or str(self.failed))
        documents = self.counts.documents
        if documents[CLEANED] and self._remark and self.place.target.replaces:
            self._discard()
            return self._pass_through(SKIPPED, f"{self._remark}, and would be lost")
        if documents[CLEANED]:
            return self._cut()
        self._discard(findings=False)
        status = SKIPPED if documents[SKIPPED] and not documents[UNCHANGED] else UNCHANGED
        return self._pass_through(status, self._remark, self.counts)

    def _has_no_text(self) -> bool:
        """Whether all the records that could be read are objects without a wanted field: then its name is likely to be wrong."""
        return 0 < self.unnamed == self.counts.documents[UNCHANGED] + self.counts.documents[CLEANED]

    def _names_none(self, record: Record) -> bool:
        """Whether a record is an object in which nothing has the name of a wanted field, whatever that would hold."""
        names = (os.fsencode(name.rpartition(".")[2]) for name in self.place.options.fields)
        return record.data.lstrip().startswith(b"{") and not any(b'"%s"' % name in record.data for name in names)

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
            return self._pass_through(status_of(problem), str(problem))

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


def _refuse_pointer(stream: BinaryIO) -> None:
    """Raise `UnreadableError` for what only stands for a file."""
    if is_lfs_pointer(stream.read(MAX_POINTER + 1)):
        raise UnreadableError(LFS_POINTER)
    stream.seek(0)

"""What is done with a Parquet file: its cells are records, and it is written anew around what is left of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cleaner.document import At, Outcome
from cleaner.engine import files
from cleaner.engine.handles import FileProblem, WriteFailed
from cleaner.engine.jobs import Item, Place
from cleaner.engine.journal import Entry
from cleaner.engine.streams import RecordsSource
from cleaner.engine.walk import Source
from cleaner.readers import Document, Record, UnreadableError
from cleaner.readers.parquet import ParquetRewriter, logical_hash


class TableSource(RecordsSource):
    """A Parquet file: its cells are the records, and it is written anew, in a folder for temporary files first."""

    holds_files = True

    def __init__(self, source: Source, place: Place) -> None:
        super().__init__(source, place, "parquet")
        self.folder = tempfile.TemporaryDirectory(prefix="cleaner-", ignore_cleanup_errors=True)
        self.copy = Path(self.folder.name) / "copy.parquet"
        self.rewriter: ParquetRewriter | None = None

    def _records(self, stream: BinaryIO) -> Iterator[Record]:
        self.rewriter = ParquetRewriter(self.source.path, self.copy, self.place.options)
        for document in self.rewriter.documents():
            yield Record(document.data, document.record, document.hint)

    def _item(self, record: Record) -> Item:
        document = Document(
            record.data, self.place.options.text_format, record.record, record.hint, str(self.source.path)
        )
        return Item(record.data, document, record)

    def _log(self, record: Record, outcome: Outcome, line: int) -> None:
        self.place.log.outcome(self.source, outcome, record.data, At(record=record.record, field=record.hint))

    def _write(self, data: bytes) -> None:
        if self.rewriter is None or self._is_lost():
            return
        try:
            self.rewriter.accept(data)
        except UnreadableError as problem:
            self.failed = WriteFailed(str(problem))

    def _finish_writing(self) -> str:
        """Check the copy, and write it where it belongs."""
        if self.rewriter is None or self.output is None:
            return ""
        try:
            self.rewriter.close()
            content = logical_hash(self.source.path)
        except UnreadableError as problem:
            raise FileProblem(str(problem)) from None
        self._refuse_changed()
        with self.copy.open("rb") as stream:
            while block := stream.read(files.CHUNK):
                self.output.write(block)
        return content

    def _refuse_changed(self) -> None:
        """The table must still be the one that was read: its hash is what restoring is checked by."""
        stream, now = files.open_stream(self.source.path)
        with stream:
            if self.status is None or not files.same_file(self.status, now):
                raise FileProblem(files.CHANGED_READING)

    def finish(self) -> Entry:
        """Write the clean table, or leave the source as it is."""
        with self.folder:
            return super().finish()

    def abandon(self) -> None:
        """Throw away what was written so far."""
        super().abandon()
        self.folder.cleanup()

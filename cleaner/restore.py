"""Undo a run from its report, or check that it could be. The report is untrusted: nothing is written that it does not prove.

A file is restored only when its bytes are those the run wrote and the result's are those the run read, by their SHA-256.
What a complete run did is in its summary and ledger, what a stopped one did in its journal.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cleaner import splice
from cleaner.document import CLEANED
from cleaner.engine import files, places
from cleaner.engine.handles import FileProblem
from cleaner.engine.journal import LEDGER, Entry, Run, earlier_runs
from cleaner.readers import (
    Options,
    Record,
    UnreadableError,
    compress,
    compression_of,
    format_of,
    parquet,
    records,
    restored,
    stored,
)
from cleaner.report.removals import plain
from cleaner.span import CleanerError

NOT_GIVEN_BACK = "the report does not give back what the run read"
NOT_WRITTEN = "it is not what the run wrote: restored already, or changed since"
SUMMARY = "summary.json"

_Row = dict[str, Any]  # of the ledger
_PROBLEMS = (FileProblem, UnreadableError, OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)
_KEPT = ("path", "byte_start", "byte_end", "text", "raw", "record", "field")  # of a row of the ledger


class Restored(NamedTuple):
    """A file of the report: all is well when `problem` is empty, else it was left as it was.

    is_original says that it is as the run read it: the run was stopped before it replaced it, or it is restored already.
    """

    path: str
    problem: str
    is_original: bool = False


class _File(NamedTuple):
    """A cleaned file by its summary: the SHA-256 of what was read and written, and of what was read, decompressed."""

    path: str
    before: str
    after: str
    content: str


class _Cleaned(NamedTuple):
    """A file that a run cleaned, in which folder, and the rows of what it cut there; was the run stopped?"""

    root: Path
    file: _File
    rows: Iterator[_Row]
    was_stopped: bool


class _OtherBytes(FileProblem):
    """A file is not what a run wrote."""


class _Piece(NamedTuple):
    """Bytes that were cut, where they were, and in which record."""

    start: int
    data: bytes
    record: str


_Do = Callable[[Path, _File, Iterator[_Row]], None]


def restore(report: Path) -> Iterator[Restored]:
    """Put every cut of a report back, file by file, and remove what a stopped run left half-written.

    A compressed file gets its content back; its bytes may differ. Raises `CleanerError` for what is no report, and
    `LockedError` while a run is at work there.
    """
    stopped = _stopped_runs(report)
    with places.lock(report) if stopped else nullcontext(), files.leaving_nothing():
        yield from _each(report, stopped, _restore_file)
        for run in stopped:
            files.sweep(_root(report, run.settings), run.temporaries())


def verify(report: Path) -> Iterator[Restored]:
    """Check, file by file, that `restore` would succeed; write nothing. Raises `CleanerError` for what is no report."""
    return _each(report, _stopped_runs(report), _verify_file)


def _stopped_runs(report: Path) -> list[Run]:
    """The runs into a report folder that did not come to their end, the latest first."""
    return [run for run in earlier_runs(report) if run.folder != report]


def _each(report: Path, stopped: Sequence[Run], do: _Do) -> Iterator[Restored]:
    try:
        cleaned = [_of_stopped(_root(report, run.settings), run) for run in stopped]
        if not stopped or (report / SUMMARY).exists():
            cleaned.append(_of_complete(report))
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise CleanerError(f"{report} is not a report of cleaner: {error}") from None
    for path, group in groupby(heapq.merge(*cleaned, key=_path), key=_path):
        yield _done(path, list(group), do)


def _root(report: Path, settings: Mapping[str, Any]) -> Path:
    return Path(report, settings["root"]).resolve()


def _path(cleaned: _Cleaned) -> str:
    return cleaned.file.path


def _of_complete(report: Path) -> Iterator[_Cleaned]:
    """The files that a complete run cleaned; all of its ledger is looked at before the first of them comes."""
    summary = json.loads((report / SUMMARY).read_text(encoding="utf-8"))
    root = _root(report, summary)
    found = [_file(entry) for entry in summary["files"] if entry["status"] == CLEANED or "after" in entry]
    for _ in _removed(report / LEDGER):
        pass
    ledger = _Ledger(report / LEDGER)
    return (_Cleaned(root, file, ledger.of(file.path), False) for file in found)


def _of_stopped(root: Path, run: Run) -> Iterator[_Cleaned]:
    """The files that a stopped run cleaned, or was about to clean, by its journal."""
    return (
        _Cleaned(root, _File(entry.path, entry.before, entry.after, entry.content), _rows_of(run, entry), True)
        for entry in run.entries()
        if entry.is_cut
    )


def _rows_of(run: Run, entry: Entry) -> Iterator[_Row]:
    """The rows of a file in the ledger of a stopped run. Raises `FileProblem` when they are not those its journal means."""
    if not run.copy(LEDGER, entry.ledger, None):
        raise FileProblem(NOT_GIVEN_BACK)
    with run.file(LEDGER).open("rb") as lines:
        lines.seek(entry.ledger.start)
        while lines.tell() < entry.ledger.end:
            yield from _row_removed(lines.readline())


def _done(path: str, cleaned: Sequence[_Cleaned], do: _Do) -> Restored:
    """Undo the run that wrote what is there now: a run that goes on may do again what the one before it did not finish."""
    problem = ""
    for root, file, rows, _ in cleaned:
        try:
            do(root, file, rows)
        except _OtherBytes as other:
            problem = str(other)
        except _PROBLEMS as error:
            return Restored(path, str(error))
        else:
            return Restored(path, "")
    if any(_is_original(root, file) for root, file, _, was_stopped in cleaned if was_stopped):
        return Restored(path, "", is_original=True)
    return Restored(path, problem)


def _is_original(root: Path, file: _File) -> bool:
    """Whether a file is what the run read, which it records before it replaces the file; or holds that, compressed anew."""
    try:
        path = files.inside(root, file.path)
        is_same = files.digest(path) == file.before
        if is_same or file.content in ("", file.before):
            return is_same
        if format_of(file.path) == "parquet":
            return parquet.logical_hash(path) == file.content
        stream, _ = files.open_stream(path)
        with stream:
            for _ in _checked(_original(stream, file, iter(())), file):
                pass
    except _PROBLEMS:
        return False
    return True


def _file(entry: Mapping[str, Any]) -> _File:
    return _File(str(entry["path"]), str(entry["before"]), str(entry["after"]), str(entry.get("content", "")))


class _Ledger:
    """The rows of the files, which are asked for in the order of the ledger, as they are: it is never held as a whole."""

    def __init__(self, path: Path) -> None:
        self._groups = groupby(_removed(path), key=lambda row: str(row["path"]))
        self._next = next(self._groups, None)

    def of(self, path: str) -> Iterator[_Row]:
        """The rows of a file; none when the ledger has none, or has them before those of a file that it names later."""
        while self._next is not None and self._next[0] < path:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != path:
            return
        yield from self._next[1]


def _removed(ledger: Path) -> Iterator[_Row]:
    with ledger.open(encoding="utf-8") as lines:
        for line in lines:
            yield from _row_removed(line)


def _row_removed(line: str | bytes) -> Iterator[_Row]:
    """The row in a line, if it is of a cut."""
    row = json.loads(line)
    if row["action"] == "removed":
        row["path"]  # must be there; what else is missing is found when its file is restored
        yield {name: row[name] for name in _KEPT if name in row}


def _pieces(rows: Iterable[Mapping[str, Any]]) -> Iterator[_Piece]:
    """The bytes of the cuts in their order, of which those of a record are held; cuts that overlap or touch are one."""
    for _, of_record in groupby(map(_read, rows), key=lambda row: row[2]):
        yield from _joined(of_record)


def _joined(rows: Iterable[tuple[int, bytes, str]]) -> list[_Piece]:
    found: list[tuple[int, bytearray, str]] = []
    for start, data, record in sorted(rows, key=lambda row: row[0]):
        end = found[-1][0] + len(found[-1][1]) if found else -1
        if start > end:
            found.append((start, bytearray(data), record))
        else:
            found[-1][1].extend(data[end - start :])
    return [_Piece(start, bytes(data), record) for start, data, record in found]


def _read(row: Mapping[str, Any]) -> tuple[int, bytes, str]:
    """Where a cut was, its bytes and its record."""
    start, data = int(row["byte_start"]), _bytes(row)
    if start < 0 or int(row["byte_end"]) - start != len(data):
        raise FileProblem("a row of the report has a text of another length than its offsets say")
    return start, data, str(row.get("record", ""))


def _bytes(row: Mapping[str, Any]) -> bytes:
    """What was cut: the text in UTF-8, unless the row says otherwise."""
    if "raw" in row:
        return b64decode(row["raw"], validate=True)
    data = plain(row["text"]) if isinstance(row["text"], str) else None
    if data is None:
        raise FileProblem("a row of the report has no text")
    return data


def _verify_file(root: Path, file: _File, rows: Iterator[_Row]) -> None:
    if format_of(file.path) == "parquet":
        with _written(root, file), _table(files.inside(root, file.path), file, rows):
            return
    pieces = _pieces(rows)
    with _written(root, file) as stream:
        for _ in _checked(_original(stream, file, pieces), file):
            pass


def _restore_file(root: Path, file: _File, rows: Iterator[_Row]) -> None:
    with ExitStack() as stack:
        stream = stack.enter_context(_written(root, file))
        status = os.fstat(stream.fileno())
        writer = stack.enter_context(files.replacing(files.inside(root, file.path), status, digest=file.after))
        if format_of(file.path) == "parquet":
            table = stack.enter_context(_table(files.inside(root, file.path), file, rows))
            while data := table.read(files.CHUNK):
                writer.write(data)
            writer.commit()
            return
        blocks = _checked(_original(stream, file, _pieces(rows)), file)
        if compression_of(file.path)[1] and format_of(file.path) != "warc":
            with compress.compressor(file.path, writer) as sink:
                for block in blocks:
                    sink.write(block.content)
        else:
            for block in blocks:
                writer.write(block.stored or block.content)
        writer.commit()


@contextmanager
def _table(path: Path, file: _File, rows: Iterator[_Row]) -> Iterator[BinaryIO]:
    """The table that a run read, open, from the one it wrote."""
    cells: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        cells.setdefault((str(row["record"]), str(row["field"])), []).append(row)
    pieces = {cell: [(piece.start, piece.data) for piece in _pieces(of)] for cell, of in cells.items()}
    columns = tuple(dict.fromkeys(column for _, column in cells))
    with tempfile.TemporaryDirectory(prefix="cleaner-") as folder:
        copy = Path(folder) / "copy.parquet"
        parquet.restore(path, copy, Options(fields=columns), pieces)
        if parquet.logical_hash(copy) != file.content:
            raise FileProblem(NOT_GIVEN_BACK)
        with copy.open("rb") as stream:
            yield stream


def _written(root: Path, file: _File) -> BinaryIO:
    """The file that a run wrote, open; refused when it is anything else."""
    stream, _ = files.open_stream(files.inside(root, file.path))
    with ExitStack() as stack:
        stack.enter_context(stream)
        if files.digest_of(stream) != file.after:
            raise _OtherBytes(NOT_WRITTEN)
        stream.seek(0)
        stack.pop_all()
    return stream


class _Block(NamedTuple):
    """Some of what the run read, decompressed, and as it is stored where that is something else."""

    content: bytes
    stored: bytes = b""


def _checked(blocks: Iterable[_Block], file: _File) -> Iterator[_Block]:
    """The blocks, if they are what the run read: that is known only when the last one is there."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block.content)
        yield block
    if digest.hexdigest() != (file.content or file.before):
        raise FileProblem(NOT_GIVEN_BACK)


def _original(stream: BinaryIO, file: _File, pieces: Iterator[_Piece]) -> Iterator[_Block]:
    """What the run read, from what it wrote."""
    if format_of(file.path) == "warc":
        return _records(records("warc", stream, Options()), pieces)
    content = compress.opened(stream, file.path) if compression_of(file.path)[1] else stream
    return map(_Block, splice.restored_stream(content, ((piece.start, piece.data) for piece in pieces)))


def _records(clean: Iterable[Record], pieces: Iterator[_Piece]) -> Iterator[_Block]:
    """The records of a WARC file with their pieces back; the pieces' offsets are those in the original file."""
    todo = next(pieces, None)
    base = 0
    for record in clean:
        mine: list[tuple[int, bytes]] = []
        most = len(record.data)
        while todo and todo.record == record.record and todo.start - base <= most:
            mine.append((todo.start - base, todo.data))
            most += len(todo.data)
            todo = next(pieces, None)
        data = restored("warc", record.data, mine) if mine else record.data
        base += len(data)
        yield _Block(data, stored(record, data) if mine else record.raw)
    if todo:
        raise FileProblem(NOT_GIVEN_BACK)

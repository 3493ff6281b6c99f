"""Parquet: the cells of text columns are documents, and a copy of the file is written around what is left of them."""

from __future__ import annotations

import hashlib
import os
import resource
import struct
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cleaner import splice
from cleaner.readers import Document, Options, UnreadableError, no_column

MAX_GROUP = 1 << 30  # bytes of one row group, uncompressed: it is held as a whole, so that it is written as one
_TOO_LARGE = f"parquet: a row group is larger than {MAX_GROUP} bytes"
_BATCH_BYTES = 1 << 24  # what a batch of rows is meant to be
_BATCH_ROWS = 1024
_MAGIC = b"PAR1"


class ParquetRewriter:
    """A table that is written anew, cell by cell: `accept` takes what becomes of `documents`, in the same order.

    Schema, metadata, row groups, codecs and all that is not a cell of the columns in `options.fields` stay. One row group
    is held, and what was given as documents and not yet accepted. Every method raises `UnreadableError` for a file that
    cannot be read or not be written as it was; what is at `sink` then is worth nothing.
    """

    def __init__(self, source: Path, sink: Path, options: Options) -> None:
        self._file = _opened(source)
        self._sink, self._format = sink, options.text_format
        with _reading():
            columns = _columns(self._file.schema_arrow, options.fields)
            self._names, self._paths = list(columns), list(columns.values())
            settings = _settings(self._file)
        with _as_unreadable(OSError):
            self._writer = _pyarrow().parquet.ParquetWriter(sink, self._file.schema_arrow, **settings)
        self._pending: deque[_Pending] = deque()
        self._accepted: list[bytes] = []
        self._done: list[Any] = []
        self._ended = False

    def documents(self) -> Iterator[Document]:
        """Every cell that is not null: `record` is its row, from 0, and `hint` its column."""
        row = 0
        for group in range(self._file.num_row_groups):
            for batch in _batches(self._file, group):
                with _reading():
                    cells = [_cells(batch, path) for path in self._paths]
                self._add(_Pending(batch, cells, sum(len(column) - column.null_count for column in cells)))
                for values in zip(*(column.to_pylist() for column in cells), strict=True):
                    for name, value in zip(self._names, values, strict=True):
                        if value is not None:
                            yield Document(value, self._format, str(row), name)
                    row += 1
            self._add(_Pending(None, [], 0))
        self._ended = True

    def accept(self, data: bytes) -> None:
        """What the next document is to be."""
        self._accepted.append(data)
        self._flush()

    def close(self) -> None:
        """Finish the copy, and check that it has the schema and the rows of the file."""
        if self._pending or self._accepted or not self._ended:
            raise ValueError("not every document was accepted")
        with _as_unreadable(OSError):
            self._writer.close()
        with _reading():
            written = _opened(self._sink)
            if not written.schema_arrow.equals(self._file.schema_arrow, check_metadata=True):
                raise UnreadableError("parquet: its schema cannot be written as it is")
            if _rows(written) != _rows(self._file):
                raise UnreadableError("parquet: its rows cannot be written as they are")

    def _add(self, pending: _Pending) -> None:
        self._pending.append(pending)
        self._flush()

    def _flush(self) -> None:
        while self._pending and self._pending[0].expected == len(self._accepted):
            pending = self._pending.popleft()
            if pending.batch is not None:
                self._done.append(self._rewritten(pending))
                continue
            with _as_unreadable(OSError):
                table = _pyarrow().Table.from_batches(self._done, self._file.schema_arrow)
                self._writer.write_table(table, row_group_size=max(1, table.num_rows))
            self._done = []

    def _rewritten(self, pending: _Pending) -> Any:
        accepted, self._accepted = iter(self._accepted), []
        rows = [
            [next(accepted) if cell else None for cell in row]
            for row in zip(*(column.is_valid().to_pylist() for column in pending.cells), strict=True)
        ]
        columns = list(pending.batch.columns)
        for number, (path, old) in enumerate(zip(self._paths, pending.cells, strict=True)):
            new = _pyarrow().array([row[number] for row in rows], _pyarrow().large_binary())
            if not new.equals(old):
                columns[path[0]] = _replaced(columns[path[0]], path[1:], new)
        return _pyarrow().RecordBatch.from_arrays(columns, schema=self._file.schema_arrow)


class _Pending(NamedTuple):
    """Rows that wait for their documents, their cells by column and how many documents; no rows: a row group ends."""

    batch: Any
    cells: Sequence[Any]
    expected: int


def restore(
    clean: Path, sink: Path, options: Options, pieces: Mapping[tuple[str, str], Sequence[tuple[int, bytes]]]
) -> None:
    """Write the table that a cleaned one was: pieces back in the cells, by the record and hint of the documents.

    Raises `ValueError` for pieces that do not fit.
    """
    rewriter = ParquetRewriter(clean, sink, options)
    for document in rewriter.documents():
        rewriter.accept(splice.restore(document.data, pieces.get((document.record, document.hint), ())))
    rewriter.close()


def logical_hash(path: Path) -> str:
    """The SHA-256 of the schema and of every value, whatever the pages, codecs and dictionaries they are stored in."""
    file = _opened(path)
    streams = {"": hashlib.sha256(file.schema_arrow.serialize())}
    for group in range(file.num_row_groups):
        for batch in _batches(file, group):
            with _reading():
                for number, array in enumerate(batch.columns):
                    _hash(array, str(number), streams)
    return hashlib.sha256(b"".join(streams[name].digest() for name in sorted(streams))).hexdigest()


def _hash(array: Any, name: str, streams: dict[str, Any]) -> None:
    """Add an array to the hashes of its column: one of what is null, one of lengths, one of values."""
    pa = _pyarrow()
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return _hash(array.storage, name, streams)
    if pa.types.is_dictionary(kind):
        return _hash(_spelled_out(array), name, streams)
    _stream(streams, name + "?").update(_fixed(array.is_valid().cast(pa.uint8())))
    if pa.types.is_struct(kind):
        for number, child in enumerate(array.flatten()):
            _hash(child, f"{name}.{number}", streams)
    elif pa.types.is_fixed_size_list(kind):
        _hash(array.flatten(), f"{name}.0", streams)
    elif pa.types.is_nested(kind):
        _hash_lists(array.drop_null(), name, streams)
    elif not pa.types.is_null(kind):
        _hash_values(array.drop_null(), name, streams)
    return None


def _hash_lists(array: Any, name: str, streams: dict[str, Any]) -> None:
    offsets = array.offsets.to_numpy()
    _stream(streams, name + "#").update(np.diff(offsets).astype(np.int64).tobytes())
    children = (array.keys, array.items) if _pyarrow().types.is_map(array.type) else (array.values,)
    for number, child in enumerate(children):
        _hash(child.slice(offsets[0], offsets[-1] - offsets[0]), f"{name}.{number}", streams)


def _hash_values(array: Any, name: str, streams: dict[str, Any]) -> None:
    pa = _pyarrow()
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    if array.type.num_buffers == 2:
        _stream(streams, name).update(_fixed(array))
        return
    array = array.cast(pa.large_binary())
    _stream(streams, name + "#").update(_fixed(pa.compute.binary_length(array)))
    if len(array):
        offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
        _stream(streams, name).update(memoryview(array.buffers()[2] or b"")[offsets[0] : offsets[-1]])


def _stream(streams: dict[str, Any], name: str) -> Any:
    return streams.setdefault(name, hashlib.sha256(name.encode()))


def _fixed(array: Any) -> memoryview:
    """The bytes of an array whose values all have one width; those of nulls are not said to be anything."""
    width = array.type.bit_width // 8
    return memoryview(array.buffers()[1] or b"")[array.offset * width : (array.offset + len(array)) * width]


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise UnreadableError("parquet: needs pyarrow, pip install 'article-cleaner[parquet]'") from None
    return pyarrow


@contextmanager
def _as_unreadable(*more: type[Exception]) -> Iterator[None]:
    """What pyarrow says about bytes it cannot read, or values it cannot write, is the reason they are not read."""
    try:
        yield
    except (_pyarrow().ArrowException, ValueError, TypeError, KeyError, MemoryError, OverflowError, *more) as error:
        message = " ".join(str(error).split())[:200]
        raise UnreadableError(f"parquet: {message or type(error).__name__}") from None


@contextmanager
def _reading() -> Iterator[None]:
    """Read under a limit on new memory: a short file can ask for more than there is, by a dictionary or a false count."""
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _memory() + 2 * MAX_GROUP
    if before == resource.RLIM_INFINITY or limit < before:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        with _as_unreadable(OSError):
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _memory() -> int:
    """Bytes of address space in use; more than any limit where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 62


def _opened(path: Path) -> Any:
    pa = _pyarrow()
    with _reading():
        _require_footer(path)
        file = pa.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16, page_checksum_verification=True)
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    if any(group.total_byte_size > MAX_GROUP for group in groups):
        raise UnreadableError(_TOO_LARGE)
    if sum(group.num_rows for group in groups) != file.metadata.num_rows or any(g.num_rows < 0 for g in groups):
        raise UnreadableError("parquet: its rows are not those of its row groups")
    return file


def _require_footer(path: Path) -> None:
    """Look at the magic numbers and the length of the footer before anything is allocated for it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        begins = file.read(len(_MAGIC)) == _MAGIC
        file.seek(max(0, size - 8))
        tail = file.read(8)
    if not begins or size < 12:
        raise UnreadableError("parquet: not a Parquet file")
    if tail[4:] != _MAGIC:
        raise UnreadableError("parquet: truncated")
    if struct.unpack("<I", tail[:4])[0] > size - 12:
        raise UnreadableError("parquet: its footer is said to be larger than the file")


def _columns(schema: Any, wanted: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Where the wanted columns that there are stand: the number of each, and those of the fields of structs on the way.

    Raises `UnreadableError` when there is none of them, and for one that does not hold text.
    """
    columns = {}
    for name in wanted:
        if found := _found(schema, name):
            columns[name], kind = found
            _require_text(name, kind)
    if not columns:
        raise UnreadableError(no_column(wanted, [field.name for field in schema]))
    return columns


def _require_text(name: str, kind: Any) -> None:
    types = _pyarrow().types
    text = kind.value_type if types.is_dictionary(kind) else kind
    if not (types.is_string(text) or types.is_large_string(text)):
        raise UnreadableError(f"parquet: column {name} is {str(kind)[:60]}, not text")


def _found(schema: Any, name: str) -> tuple[tuple[int, ...], Any] | None:
    """The way to the field of that name, and its type; a name with a dot in it comes before a way through structs."""
    numbers = [number for number, field in enumerate(schema) if field.name == name]
    if len(numbers) > 1:
        raise UnreadableError(f"parquet: several columns named {name}")
    if numbers:
        return (numbers[0],), schema[numbers[0]].type
    for number, field in enumerate(schema):
        is_way = name.startswith(field.name + ".") and _pyarrow().types.is_struct(field.type)
        if is_way and (found := _found(list(field.type), name[len(field.name) + 1 :])):
            path, kind = found
            return (number, *path), kind
    return None


def _batches(file: Any, group: int) -> Iterator[Any]:
    about = file.metadata.row_group(group)
    rows = _BATCH_BYTES * about.num_rows // max(1, about.total_byte_size)
    batches = file.iter_batches(max(1, min(_BATCH_ROWS, rows)), row_groups=[group], use_threads=False)
    size = 0
    while True:
        with _reading():
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate()
        size += batch.nbytes
        if size > MAX_GROUP:
            raise UnreadableError(_TOO_LARGE)
        yield batch


def _rows(file: Any) -> list[int]:
    return [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]


def _cells(batch: Any, path: Sequence[int]) -> Any:
    """A column of text as bytes: nothing says that it is UTF-8."""
    array = batch.column(path[0])
    for number in path[1:]:
        array = array.flatten()[number]
    if _pyarrow().types.is_dictionary(array.type):
        array = _spelled_out(array)
    return array.cast(_pyarrow().large_binary())


def _spelled_out(array: Any) -> Any:
    """The values of an array that is stored as a dictionary."""
    pc = _pyarrow().compute
    values = array.dictionary
    if _pyarrow().types.is_string(values.type) or _pyarrow().types.is_large_string(values.type):
        lengths = pc.binary_length(values).cast("int64").take(array.indices)
        if (pc.sum(lengths).as_py() or 0) > MAX_GROUP:
            raise UnreadableError(_TOO_LARGE)
    return array.dictionary_decode()


def _replaced(array: Any, path: Sequence[int], cells: Any) -> Any:
    """An array with other cells at the end of a path through structs."""
    pa = _pyarrow()
    if path:
        children = [array.field(number) for number in range(array.type.num_fields)]
        children[path[0]] = _replaced(children[path[0]], path[1:], cells)
        if not array.type.field(path[0]).nullable:
            children[path[0]] = _replaced(array.field(path[0]), path[1:], cells.fill_null(b""))
        return pa.StructArray.from_arrays(children, fields=list(array.type), mask=array.is_null())
    if not pa.types.is_dictionary(array.type):
        return cells.cast(array.type, safe=False)
    encoded = cells.cast(array.type.value_type, safe=False).dictionary_encode()
    indices = encoded.indices.cast(array.type.index_type)
    return pa.DictionaryArray.from_arrays(indices, encoded.dictionary, ordered=array.type.ordered)


def _settings(file: Any) -> dict[str, Any]:
    """How the file was written, as far as it tells."""
    metadata = file.metadata
    columns = []
    group = next((number for number, rows in enumerate(_rows(file)) if rows), None)
    if group is not None:
        # Asking pyarrow for a codec that does not exist ends the process; reading a page with it is an error.
        next(_batches(file, group), None)
        columns = [metadata.row_group(group).column(number) for number in range(metadata.num_columns)]
    return {
        "version": metadata.format_version if metadata.format_version in ("1.0", "2.4", "2.6") else "2.6",
        "compression": {c.path_in_schema: c.compression.replace("UNCOMPRESSED", "NONE") for c in columns},
        "use_dictionary": [c.path_in_schema for c in columns if any("DICTIONARY" in e for e in c.encodings)],
        "write_statistics": [column.path_in_schema for column in columns if column.is_stats_set],
        "use_deprecated_int96_timestamps": any(column.physical_type == "INT96" for column in columns),
        "use_compliant_nested_type": not any(".list.item" in column.path_in_schema for column in columns),
        "store_schema": b"ARROW:schema" in (metadata.metadata or {}),
    }

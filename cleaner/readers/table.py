"""CSV and TSV: every row below the header is an article, and its texts are the cells of the wanted columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import BinaryIO, NamedTuple

from cleaner.encoding import MAX_BYTES
from cleaner.readers import Document, Field, Options, Record, UnreadableError, no_column
from cleaner.readers.escapes import Escapes, Located, as_fields
from cleaner.readers.lines import BLOCK, lines

DELIMITERS = (b",", b";", b"\t", b"|")
MAX_CELLS = 10_000  # in one row
MAX_COLUMNS = 100  # that hold text
_BOM = b"\xef\xbb\xbf"
_ESCAPES = Escapes(re.compile('((?:"")++)'), (2,))
# Where the end of a piece of a row is: at the begin of a cell, elsewhere outside quotes, inside them, or behind a quote
# that closes them unless another one follows.
_BEGIN, _OUTSIDE, _INSIDE, _QUOTE = range(4)


def records(
    stream: BinaryIO, options: Options, *, delimiter: bytes = b"", block: int = BLOCK, limit: int = MAX_BYTES
) -> Iterator[Record]:
    """The rows of a stream, named by their numbers from 1; the header and blank lines are no articles.

    >>> import io
    >>> [record[:2] for record in records(io.BytesIO(b'id,text\\n1,"a\\nb"\\n\\n2,c'), Options())]
    [(b'id,text\\n', ''), (b'1,"a\\nb"\\n', '1'), (b'\\n', ''), (b'2,c', '2')]

    Without a delimiter the header says which of `DELIMITERS` it is. Raises `UnreadableError` before the first record for
    a file in another encoding than UTF-8, and for one whose header has none of the wanted columns.
    """
    pieces = lines(stream, block, limit)
    blank = bytearray()
    first = b""
    for first in pieces:
        if not _is_blank(first.removeprefix(_BOM)):
            break
        blank += first
        first = b""
    if first:
        _check_encoding(first)
        delimiter = delimiter or _sniffed(first.removeprefix(_BOM), options)
    rows = _rows(chain([first], pieces), delimiter, limit)
    header, problem = next(rows, (b"", ""))
    hint = _hint(header, delimiter, problem, options) if first else ""
    if blank or header:
        yield Record(bytes(blank) + header, "")
    number = 0
    for row, problem in rows:
        if problem is None or _is_blank(row):
            yield Record(row, "")
        else:
            number += 1
            yield Record(row, str(number), hint, problem)


def _is_blank(line: bytes) -> bool:
    return not line.strip(b"\r\n")


def _check_encoding(line: bytes) -> None:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("encoding: a table must be UTF-8")
    if b"\0" in line:
        raise UnreadableError("binary: it holds NUL bytes")


def _sniffed(line: bytes, options: Options) -> bytes:
    """The delimiter that makes most cells of a header line, and before that, one that gives a wanted column."""

    def merit(delimiter: bytes) -> tuple[bool, int]:
        try:
            names = [place.text for place in _cells(line.decode("utf-8", "replace"), delimiter.decode(), MAX_CELLS)]
        except UnreadableError:  # a quoted line end in it, for one
            return False, line.count(delimiter) + 1
        return not set(options.fields).isdisjoint(names), len(names)

    return max(DELIMITERS, key=merit)


class _Layout(NamedTuple):
    """What a row must be like: its delimiter, the number of cells, and of the wanted ones index and name."""

    delimiter: str
    cells: int
    columns: list[tuple[int, str]]


def _hint(header: bytes, delimiter: bytes, problem: str | None, options: Options) -> str:
    """The layout a header gives, as text. Raises `UnreadableError` when it has none of the wanted columns."""
    if problem:
        raise UnreadableError(f"header: {problem}")
    names = [place.text for place in _cells(_decoded(header.removeprefix(_BOM)), delimiter.decode(), MAX_CELLS)]
    columns = [(index, name) for index, name in enumerate(names) if name in options.fields]
    if not columns:
        raise UnreadableError(no_column(options.fields, names))
    if len(columns) > MAX_COLUMNS:
        raise UnreadableError(f"more than {MAX_COLUMNS} columns to clean")
    return json.dumps(_Layout(delimiter.decode(), len(names), columns))


def _rows(pieces: Iterable[bytes], delimiter: bytes, limit: int) -> Iterator[tuple[bytes, str | None]]:
    """Rows, each with its problem or none (""); a row over the limit comes in pieces, of which the later ones have None."""
    held, state, is_rest = bytearray(), _BEGIN, False
    for piece in pieces:
        state = _state(piece, state, delimiter)
        held += piece
        ends = state != _INSIDE and piece.endswith(b"\n")
        if ends or is_rest or len(held) > limit:
            yield bytes(held), None if is_rest else f"larger than {limit} bytes" if len(held) > limit else ""
            held.clear()
            is_rest = not ends
        if ends:
            state = _BEGIN
    if held:
        yield bytes(held), "a quote is never closed" if state == _INSIDE else ""


def _state(piece: bytes, state: int, delimiter: bytes) -> int:
    """Where the end of a piece is, when the state says where its begin is; as `csv.reader` has it."""
    at, size = 0, len(piece)
    if state in (_BEGIN, _QUOTE) and piece.startswith(b'"'):
        at, state = 1, _INSIDE
    elif state != _INSIDE:
        state = _OUTSIDE
    while at < size:
        if state == _OUTSIDE:
            at = piece.find(delimiter + b'"', at) + 2
            if at < 2:
                return _BEGIN if piece.endswith(delimiter) else _OUTSIDE
            state = _INSIDE
        else:
            match = _inside(delimiter).match(piece, at)
            at = match.end() + 1 if match else at
            if at == size:
                return _QUOTE
            state = _OUTSIDE if at < size else _INSIDE
    return state


@lru_cache(8)
def _inside(delimiter: bytes) -> re.Pattern[bytes]:
    """Up to the quote that closes a cell before one without quotes: others are doubled, or begin the next cell."""
    return re.compile(rb'[^"]*+(?:"(?:"|%b")[^"]*+)*+' % re.escape(delimiter))


def fields(document: Document, options: Options) -> list[Field]:
    """The cells of the wanted columns of a row, in their order.

    >>> row = Document(b'1,"say ""no"" x",\\n', "csv", hint='[",", 3, [[1, "text"]]]')
    >>> [field] = fields(row, Options())
    >>> field.text, field.byte_offsets([4, 5, 8])
    ('say "no" x', [7, 9, 13])

    Raises `UnreadableError` for a row that has not as many cells as the header, or is not made as RFC 4180 says.
    """
    if not document.hint:
        raise UnreadableError("row: no header is known")
    layout = _layout(document.hint)
    row = _decoded(document.data)
    if "\0" in row:
        raise UnreadableError("binary: it holds NUL bytes")
    cells = _cells(row, layout.delimiter, layout.cells)
    if len(cells) != layout.cells:
        raise UnreadableError(f"row: {len(cells)} cells where the header has {layout.cells}")
    found = [cells[index]._replace(name=name) for index, name in layout.columns]
    if any(_could_become_quoted(row, place) for place in found):
        raise UnreadableError("row: quotes at the end of a cell without quotes, which a cut could turn into its own")
    return list(as_fields(row, 0, found, _ESCAPES, options.text_format))


def _could_become_quoted(row: str, place: Located) -> bool:
    """Whether a cell without quotes ends with a quoted stretch: with all before it cut, that would be read as the cell."""
    is_quoted = place.start > 0 and row[place.start - 1] == '"'
    return not is_quoted and place.text.endswith('"') and place.text.count('"') > 1


@lru_cache(64)
def _layout(hint: str) -> _Layout:
    return _Layout(*json.loads(hint))


def _decoded(row: bytes) -> str:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableError("encoding: a table must be UTF-8") from None


def _cells(row: str, delimiter: str, most: int) -> list[Located]:
    """The cells of a row, at most so many; a quote opens only where a cell begins, and a delimiter must follow its end."""
    end = len(row) - row.endswith("\n") - row.endswith("\r\n")
    if not end:
        raise UnreadableError("row: a blank line")
    is_bare = '"' not in row and "\r" not in row[:end]
    cells: list[Located] = []
    for place in _bare_cells(row[:end], delimiter, most) if is_bare else _quoted_cells(row, end, delimiter):
        cells.append(place)
        if len(cells) > most:
            raise UnreadableError(f"row: more than {most} cells")
    return cells


def _bare_cells(row: str, delimiter: str, most: int) -> Iterator[Located]:
    at = 0
    for text in row.split(delimiter, most):
        yield Located("", text, at, at + len(text))
        at += len(text) + 1


def _quoted_cells(row: str, end: int, delimiter: str) -> Iterator[Located]:
    cell, at = _cell(delimiter), 0
    while match := cell.match(row, at, end):
        quoted = match[1]
        if quoted is None:
            yield Located("", match[0], at, match.end())
        else:
            yield Located("", quoted.replace('""', '"'), at + 1, match.end() - 1)
        at = match.end()
        if at == end:
            return
        if row[at] != delimiter:
            raise UnreadableError("row: " + ("a lone carriage return" if row[at] == "\r" else "text behind a quote"))
        at += 1
    raise UnreadableError("row: a quote is never closed")


@lru_cache(8)
def _cell(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'"([^"]*+(?:""[^"]*+)*+)"|(?!")[^{re.escape(delimiter)}\r\n]*+')

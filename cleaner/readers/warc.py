"""WARC and WET files, compressed or not: where each record begins and ends, before and behind damage too."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from cleaner.encoding import MAX_BYTES
from cleaner.readers import Options, Record, UnreadableError
from cleaner.readers.http_body import EncodedError
from cleaner.readers.warc_record import (
    END,
    MAX_HEAD,
    Head,
    block_length,
    encoded,
    fields,
    finish,
    plain,
    record_head,
    record_id,
    restored,
    text_format,
)

__all__ = ["compressed", "fields", "finish", "records", "restored", "stored"]

PIECE = 1 << 20  # bytes held at a time of what is passed through
MAX_RECORD = MAX_BYTES + MAX_HEAD + len(END)
MAX_EXPANSION = 200  # times its compressed size
MAX_INFLATED = 1 << 30  # bytes of one gzip member
_CHUNK = 1 << 15
_PROBE = 1 << 11  # compressed bytes that show whether a record begins in them: a gzip header and that of a block
_WASTE = 1 << 28  # bytes that may be read twice, on top of four times the file, to find records behind damage
_START = re.compile(rb"WARC/1\.[01]\r\n")
_START_SIZE = 10
_MAGIC = b"\x1f\x8b\x08"
_AT = " at byte "  # begins what stands for the id of a record that could not be read
_NO_ID = " "  # stands for the id of a record that counts and has none
_TOO_LARGE = f"larger than {MAX_BYTES} bytes"


def records(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """The records of a file that can be sought in, as its bytes are: `.warc` or `.warc.gz`, one gzip member per record.

    >>> data = b"WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 4\\r\\n\\r\\ntext\\r\\n\\r\\n"
    >>> [(record.record, record.problem) for record in records(BytesIO(data + data[:-5]), Options())]
    [('#1', ''), ('#2 at byte 62', 'damaged: truncated, or its Content-Length is wrong')]

    `raw`, or `data` where that is empty, of all records in a row are the file; but a gzip member with several records is
    given as one member for each. What is damaged is passed through up to where a record begins again. Names are those
    the file gives and need not be unique, `hint` is: the number of the record among those that count, from `#1`.
    """
    number = 0
    for record in _members(stream) if _is_compressed(stream) else _plain_file(stream):
        if record.record:
            number += 1
            hint = f"#{number}"
            name = (hint + record.record).rstrip() if _is_place(record.record) else record.record
            record = record._replace(record=name, hint=hint)
        yield record


def compressed(data: bytes) -> bytes:
    """A record as a gzip member; the same bytes give the same member.

    >>> zlib.decompress(compressed(b"text"), 31)
    b'text'
    """
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)  # as warcio does, so that its files are restored to the byte
    return deflater.compress(data) + deflater.flush()


def stored(record: Record, data: bytes) -> bytes:
    """Other data of a record as they stand in its file: in the encodings its HTTP body is in there, and compressed if it is.

    >>> record = Record(b"text", "#1", raw=b"")
    >>> stored(record, b"more text")
    b'more text'
    """
    if not record.raw:
        return data
    is_member = record.raw.startswith(_MAGIC)
    changed = encoded(zlib.decompress(record.raw, 31) if is_member else record.raw, data)
    return compressed(changed) if is_member else changed


class _Window:
    """A stream read forward, with what is ahead; `ends` says whether a record can end at an offset of it."""

    def __init__(self, read: Callable[[int], bytes], ends: Callable[[int], bool]) -> None:
        self._read, self.ends = read, ends
        self.ahead = bytearray()
        self.at = 0

    def fill(self, size: int) -> bool:
        """Have so many bytes ahead; False when there are not as many."""
        while len(self.ahead) < size:
            chunk = self._read(max(_CHUNK, size - len(self.ahead)))
            if not chunk:
                return False
            self.ahead += chunk
        return True

    def take(self, size: int) -> bytes:
        """The next bytes, at most so many."""
        taken = bytes(self.ahead[:size])
        del self.ahead[:size]
        self.at += len(taken)
        return taken


def _plain_file(stream: BinaryIO) -> Iterator[Record]:
    size = stream.seek(0, 2)

    def ends(offset: int) -> bool:
        if offset > size:
            return False
        here = stream.tell()
        stream.seek(offset - len(END))
        found = stream.read(len(END)) == END
        stream.seek(here)
        return found

    stream.seek(0)
    return _plain(_Window(stream.read, ends))


def _plain(window: _Window) -> Iterator[Record]:
    """The records of an uncompressed stream."""
    while window.fill(MAX_HEAD) or window.ahead:
        try:
            head = record_head(window.ahead)
        except UnreadableError as error:
            yield from _damaged(window, str(error))
            continue
        length = block_length(window.ahead, head)
        size = head.end + length + len(END)
        if length > MAX_BYTES and window.ends(window.at + size):
            yield from _passed(window, size, _TOO_LARGE)
        elif length > MAX_BYTES or not window.fill(size) or window.ahead[size - len(END) : size] != END:
            yield from _damaged(window, "truncated, or its Content-Length is wrong")
        else:
            yield _whole(window.take(size), head)


def _whole(data: bytes, head: Head) -> Record:
    name = record_id(data, head) or _NO_ID
    try:
        opened = plain(data)
        counts = text_format(opened, record_head(opened)) is not None
    except EncodedError as error:
        return Record(data, name, "", str(error))
    except UnreadableError:
        return Record(data, name)  # the reason is given when it is read
    return Record(opened, name, raw=data if opened != data else b"") if counts else Record(data, "")


def _damaged(window: _Window, problem: str) -> Iterator[Record]:
    """What is ahead up to where a record begins again, in pieces; the first has the problem."""
    place, problem, begin = _place(window.at), f"damaged: {problem}", 1
    while window.fill(PIECE) or window.ahead:
        found = _START.search(window.ahead, begin)
        if found:
            yield Record(window.take(found.start()), place, "", problem)
            return
        searched = len(window.ahead)
        if window.fill(searched + 1):
            searched -= _START_SIZE - 1  # the end of what was searched may be the first part of a start
        yield Record(window.take(searched), place, "", problem)
        place, problem, begin = "", "", 0


def _passed(window: _Window, size: int, problem: str) -> Iterator[Record]:
    place = _place(window.at)
    while size and window.fill(min(size, PIECE)):
        data = window.take(min(size, PIECE))
        yield Record(data, place, "", problem)
        size, place, problem = size - len(data), "", ""


def _place(offset: int) -> str:
    return f"{_AT}{offset}"


def _is_place(name: str) -> bool:
    """Whether a record has no id: there is only a place, or nothing, behind its number."""
    return name.startswith((_AT, _NO_ID))


class _Member(NamedTuple):
    """A gzip member: where it ends, what is in it as far as that is kept, its size, and what is wrong with it."""

    end: int
    data: bytes
    size: int
    problem: str = ""


def _is_compressed(stream: BinaryIO) -> bool:
    """Whether a file is gzip; one that begins with neither is what a record is found of first."""
    stream.seek(0)
    head = stream.read(PIECE)
    if head.startswith(_MAGIC):
        return True
    return not _START.search(head) and _next_member(stream, 0) < stream.seek(0, 2)


def _members(stream: BinaryIO) -> Iterator[Record]:
    at, wasted, size = 0, 0, stream.seek(0, 2)
    while at < size:
        member = _member(stream, at)
        if not member.problem:
            yield from _of_member(stream, at, member)
            at = member.end
            continue
        wasted += member.end - at
        lost = wasted > 4 * at + _WASTE
        end = size if lost else _next_member(stream, at + 1)
        yield from _raw(stream, at, end, f"damaged: {member.problem}")
        at = end


def _member(stream: BinaryIO, at: int) -> _Member:
    """The gzip member that begins somewhere, or how far it was read until something was wrong."""
    stream.seek(at)
    kept, size, problem = bytearray(), 0, ""
    inflated = _Inflated(stream)
    try:
        while piece := inflated.read(PIECE):
            size += len(piece)
            if size <= MAX_RECORD:
                kept += piece
            elif size > MAX_INFLATED or size > MAX_EXPANSION * inflated.taken:
                problem = f"expansion limit: over {MAX_EXPANSION} times or {MAX_INFLATED} bytes"
                break
    except zlib.error:
        problem = "not a gzip member, or its checksum is wrong"
    if not problem and not inflated.inflater.eof:
        problem = "truncated gzip member"
    return _Member(at + inflated.taken, bytes(kept), size, problem)


class _Inflated:
    """What one gzip member holds, read in pieces from where a stream is; `taken` are the bytes of the stream used."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.inflater = zlib.decompressobj(31)
        self._fed = 0

    @property
    def taken(self) -> int:
        left = self.inflater.unused_data if self.inflater.eof else self.inflater.unconsumed_tail
        return self._fed - len(left)

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end. Raises `zlib.error`."""
        while not self.inflater.eof:
            chunk = self.inflater.unconsumed_tail
            if not chunk:
                chunk = self.stream.read(_CHUNK)
                self._fed += len(chunk)
            piece = self.inflater.decompress(chunk, size)
            if piece or not chunk:
                return piece
        return b""


def _of_member(stream: BinaryIO, at: int, member: _Member) -> Iterator[Record]:
    if member.size > MAX_RECORD:
        yield from _of_large(stream, at, member)
    elif member.end - at > 2 * MAX_RECORD:  # nothing is compressed to more than it was, unless somebody wants it to be
        yield from _raw(stream, at, member.end, _TOO_LARGE)
    else:
        inside = list(_plain(_Window(BytesIO(member.data).read, lambda end: end <= member.size)))
        if len(inside) == 1 and not inside[0].record.startswith(_AT):
            stream.seek(at)
            yield inside[0]._replace(raw=stream.read(member.end - at))
        elif any(part.record and not part.problem for part in inside):
            yield from _apart(inside)
        else:
            yield from _raw(stream, at, member.end, next((part.problem for part in inside if part.problem), ""))


def _of_large(stream: BinaryIO, at: int, member: _Member) -> Iterator[Record]:
    """A member that is not held as a whole: one record, which is passed through, or many, which are read."""
    try:
        head = record_head(member.data)
        is_one = head.end + block_length(member.data, head) + len(END) >= member.size
    except UnreadableError:
        is_one = True
    if is_one:
        yield from _raw(stream, at, member.end, _TOO_LARGE)
    else:
        stream.seek(at)
        yield from _apart(_plain(_Window(_Inflated(stream).read, lambda end: end <= member.size)))


def _apart(parts: Iterable[Record]) -> Iterator[Record]:
    for part in parts:
        yield part._replace(raw=compressed(part.raw or part.data))


def _raw(stream: BinaryIO, start: int, end: int, problem: str) -> Iterator[Record]:
    """A stretch of the file as it is, in pieces; the first has the problem."""
    for at in range(start, end, PIECE):
        stream.seek(at)
        yield Record(b"", _place(start) if problem else "", "", problem, stream.read(min(PIECE, end - at)))
        problem = ""


def _next_member(stream: BinaryIO, start: int) -> int:
    """Where the next gzip member with a record begins, or else the file ends."""
    at = start
    while True:
        stream.seek(at)
        chunk = stream.read(PIECE)
        found = chunk.find(_MAGIC)
        while found >= 0:
            if _begins_record(stream, at + found):
                return at + found
            found = chunk.find(_MAGIC, found + 1)
        if len(chunk) < PIECE:
            return at + len(chunk)
        at += len(chunk) - len(_MAGIC) + 1


def _begins_record(stream: BinaryIO, at: int) -> bool:
    stream.seek(at)
    try:
        return zlib.decompressobj(31).decompress(stream.read(_PROBE), 7) == b"WARC/1."
    except zlib.error:
        return False

"""Inputs of any size made of articles, repeated as often as it takes: a folder of files, JSON Lines, WARC."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

EVERY = 10  # of this many records in a dirty file one is spammed
SPAM = "\n\nBuy cheap viagra online without prescription, best price at http://cheap-pills-777.xyz\n"
IN_FOLDER = 1000  # files


def folder_of(texts: Sequence[str], formats: Sequence[str], folder: Path, size: int = 0) -> Path:
    """A folder with a file for each text, and again up to a size in bytes."""
    for number, text in enumerate(_repeated([text.encode() for text in texts], size)):
        path = folder / f"{number // IN_FOLDER:04}" / f"{number % IN_FOLDER:03}.{formats[number % len(formats)]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return folder


def jsonl_of(texts: Sequence[str], path: Path, size: int = 0, *, dirty: bool = False) -> Path:
    """A file with a line for each text, and again up to a size in bytes."""
    lines = [json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in _spammed(texts, dirty)]
    return _write(path, _repeated(lines, size))


def warc_of(texts: Sequence[str], path: Path, size: int = 0, *, dirty: bool = False) -> Path:
    """A WET file, each record a gzip member, up to a size in bytes of records before they are compressed."""
    records = [_record(number, text.encode()) for number, text in enumerate(_spammed(texts, dirty))]
    members = {record: _member(record) for record in records}
    return _write(path, (members[record] for record in _repeated(records, size)))


def _spammed(texts: Sequence[str], dirty: bool) -> list[str]:
    return [text + SPAM if dirty and number % EVERY == 0 else text for number, text in enumerate(texts)]


def _record(number: int, text: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012x}>\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text + b"\r\n\r\n"


def _member(record: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, 31)
    return deflater.compress(record) + deflater.flush()


def _repeated(pieces: Sequence[bytes], size: int) -> Iterator[bytes]:
    """Each piece once, or, with a size, from the first on again and again until there are so many bytes."""
    if not size:
        yield from pieces
        return
    written = 0
    for piece in cycle(pieces):
        if written >= size:
            return
        yield piece
        written += len(piece)


def _write(path: Path, pieces: Iterator[bytes]) -> Path:
    with path.open("wb") as file:
        file.writelines(pieces)
    return path

"""Split a stream of bytes into lines, in bounded memory whatever their length."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 1 << 20  # bytes read at a time


def lines(stream: BinaryIO, block: int, limit: int) -> Iterator[bytes]:
    """The lines of a stream with their ends, which are LF; a line over the limit may come in pieces, the first over it.

    >>> list(lines(io.BytesIO(b"one\\r\\ntwo"), BLOCK, 100))
    [b'one\\r\\n', b'two']
    >>> list(lines(io.BytesIO(b"three"), 1, 2))
    [b'thr', b'e', b'e']
    """
    held: list[bytes] = []
    size, torn = 0, False
    while data := stream.read(block):
        end = data.rfind(b"\n") + 1
        if end:
            yield from io.BytesIO(b"".join((*held, data[:end])))
            held, size, torn = [], 0, False
        if end < len(data):
            held.append(data[end:])
            size += len(data) - end
        if size > limit or (torn and held):
            yield b"".join(held)
            held, size, torn = [], 0, True
    if held:
        yield b"".join(held)

"""Cut byte ranges out of bytes, and put them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

Ranges = Sequence[tuple[int, int]]


def cut(data: bytes, ranges: Ranges) -> bytes:
    """The bytes minus the ranges, which must be sorted, disjoint and inside.

    >>> cut(b"one two three", [(3, 7)])
    b'one three'

    Raises `ValueError` for ranges that are not.
    """
    kept, last = [], 0
    for start, end in ranges:
        if not last <= start < end <= len(data):
            raise ValueError(f"range {start}:{end} is empty, out of order or out of bounds")
        kept.append(data[last:start])
        last = end
    return b"".join((*kept, data[last:]))


def restore(clean: bytes, pieces: Sequence[tuple[int, bytes]]) -> bytes:
    """The bytes with the pieces back in, each at its offset in the result; pieces are sorted by that.

    >>> restore(b"one three", [(3, b" two")])
    b'one two three'

    Raises `ValueError` for offsets that do not fit.
    """
    out, taken, length = [], 0, 0
    for start, piece in pieces:
        gap = start - length
        if gap < 0 or taken + gap > len(clean):
            raise ValueError(f"nothing can be put back at {start}")
        out += [clean[taken : taken + gap], piece]
        taken += gap
        length = start + len(piece)
    return b"".join((*out, clean[taken:]))


def restored_stream(clean: BinaryIO, pieces: Iterable[tuple[int, bytes]], block: int = 1 << 20) -> Iterator[bytes]:
    """As `restore`, for what is too large to be held: the result in blocks.

    >>> from io import BytesIO
    >>> b"".join(restored_stream(BytesIO(b"one three"), [(3, b" two")]))
    b'one two three'
    """
    length = 0
    for start, piece in pieces:
        if start < length:
            raise ValueError(f"nothing can be put back at {start}")
        while length < start:
            data = clean.read(min(block, start - length))
            if not data:
                raise ValueError(f"nothing can be put back at {start}")
            length += len(data)
            yield data
        length += len(piece)
        yield piece
    while data := clean.read(block):
        yield data

"""The bytes of a file too large to hold, read where they are asked for.

A map of the file would do as well, but its pages count as memory, and it ends the program when somebody shortens the file.
"""

from __future__ import annotations

import os

from cleaner.engine.files import CHANGED_READING
from cleaner.engine.handles import FileProblem, reading

BLOCK = 1 << 14  # bytes read at a time where something is looked for


class Stored:
    """A file as far as a diff looks at bytes: length, slices, and single bytes found forward and backward.

    Raises `FileProblem` when the file has become shorter, or cannot be read.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        at, stop, _ = part.indices(self._size)
        pieces = []
        while at < stop:
            with reading():
                piece = os.pread(self._descriptor, stop - at, at)
            if not piece:
                raise FileProblem(CHANGED_READING)
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)

    def find(self, byte: bytes, start: int) -> int:
        """Where a byte stands first, from an offset on; -1 when it does not."""
        for at in range(start, self._size, BLOCK):
            found = self[at : at + BLOCK].find(byte)
            if found >= 0:
                return at + found
        return -1

    def rfind(self, byte: bytes, start: int, end: int) -> int:
        """Where a byte stands last between two offsets; -1 when it does not."""
        for behind in range(end, start, -BLOCK):
            at = max(start, behind - BLOCK)
            found = self[at:behind].rfind(byte)
            if found >= 0:
                return at + found
        return -1

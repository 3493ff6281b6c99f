"""Text that stands in its document with escapes: the way from its characters back to the bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from cleaner.encoding import Decoded
from cleaner.readers import Field


class Escapes(NamedTuple):
    """A pattern for runs of escapes that are equally long, one group per length; each escape is one character."""

    runs: re.Pattern[str]
    lengths: tuple[int, ...]


class Located(NamedTuple):
    """A text that stands, with escapes or as it is, between two offsets of a source."""

    name: str
    text: str
    start: int
    end: int


def as_fields(source: str, bom: int, located: Sequence[Located], escapes: Escapes, format: str) -> Iterator[Field]:
    """Fields for the texts of a source, which are in its order; bom is the number of bytes before it, which is UTF-8.

    >>> escapes = Escapes(re.compile(r"((?:\\\\.)+)"), (2,))
    >>> [field] = as_fields('"é\\\\/b"', 0, [Located("a", "é/b", 1, 5)], escapes, "txt")
    >>> field.byte_offsets([0, 1, 2, 3])
    [1, 3, 5, 6]
    """
    starts = Decoded(source, "utf-8", bom).byte_offsets([place.start for place in located])
    for (name, text, start, end), byte_start in zip(located, starts, strict=True):
        if len(text) == end - start:
            yield Field(name, format, text, Decoded(text, "utf-8", byte_start).byte_offsets)
        else:
            yield Field(name, format, text, partial(_byte_offsets, source[start:end], byte_start, escapes))


def _byte_offsets(raw: str, byte_start: int, escapes: Escapes, offsets: Sequence[int]) -> list[int]:
    return Decoded(raw, "utf-8", byte_start).byte_offsets(_raw_offsets(raw, escapes, offsets)) if offsets else []


def _raw_offsets(raw: str, escapes: Escapes, offsets: Sequence[int]) -> list[int]:
    """The offsets in the source of sorted text offsets, from one run of escapes to the next."""
    found: list[int] = []
    at = raw_at = 0  # behind the last run, in the text and in the source
    for match in escapes.runs.finditer(raw):
        raw_begin, raw_end = match.span()
        begin = at + raw_begin - raw_at
        length = escapes.lengths[(match.lastindex or 1) - 1]
        end = begin + (raw_end - raw_begin) // length
        while offsets[len(found)] < end:
            offset = offsets[len(found)]
            found.append(raw_at + offset - at if offset < begin else raw_begin + (offset - begin) * length)
            if len(found) == len(offsets):
                return found
        at, raw_at = end, raw_end
    return found + [raw_at + offset - at for offset in offsets[len(found) :]]

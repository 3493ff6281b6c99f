"""Which files are read, and as what: one reader per format. A reader locates text; it never writes.

A reader turns the bytes of one document into fields: pieces of text that are judged, each with the way back from its
characters to the document's bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

FORMATS = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md"}


class Document(NamedTuple):
    """The bytes of one article, and what they are read as (None: no reader knows it).

    record names it inside a file that holds several (a line, a row, a record id); hint is what its reader must know
    about that file, such as the columns of a table.
    """

    data: bytes
    format: str | None
    record: str = ""
    hint: str = ""


class Options(NamedTuple):
    """What the user says about containers: the names of the fields that hold text, and what that text is (txt, md, html)."""

    fields: tuple[str, ...] = ("text",)
    text_format: str = "txt"


class Field(NamedTuple):
    """A text of a document: its name ("" for the whole), what it is judged as, and the byte offsets of sorted text offsets."""

    name: str
    format: str
    text: str
    byte_offsets: Callable[[Sequence[int]], list[int]]


class UnreadableError(Exception):
    """A document that cannot be read; the message is the reason it is skipped for."""


def format_of(name: str) -> str | None:
    """The format a file name says, None for one that no reader knows.

    >>> format_of("posts/A.MD"), format_of("data.parquet")
    ('md', None)
    """
    dot = name.rfind(".")
    return FORMATS.get(name[dot:].lower()) if dot >= 0 else None


def fields(document: Document, options: Options) -> list[Field]:
    """The texts of a document. Raises `UnreadableError` for one that cannot be read, or has no reader."""
    if document.format in ("txt", "md"):
        from cleaner.readers import plain

        return plain.fields(document)
    raise UnreadableError("format: no reader for it")

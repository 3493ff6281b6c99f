"""Which files are read, and as what: one reader per format. A reader locates text; it never writes.

A reader turns the bytes of one document into fields: pieces of text that are judged, each with the way back from its
characters to the document's bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from cleaner import splice
from cleaner.policy import Policy

FORMATS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".rst": "rst",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".warc": "warc",
    ".wet": "warc",
    ".parquet": "parquet",
}
WHOLE = ("txt", "md", "rst", "html")  # formats of files that are one article, and of the text in a field
WITH_FIELDS = ("jsonl", "csv", "tsv", "parquet")  # formats in which fields are named
COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
_COMPRESSES = {"parquet": ("",), "warc": ("", "gz")}  # what these come in; the others in anything

NO_READER = "format: no reader for it"
LFS_POINTER = "Git LFS pointer: git lfs pull fetches the file itself"
NO_COLUMN = "no column named"
NO_TEXT = "no text in any record"
MAX_NAMES = 200  # characters of the names of columns that a reason shows
MAX_POINTER = 1024  # bytes; the specification's limit
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^ \n]+ [^ \n]+\n)*+oid sha256:[0-9a-f]{64}\nsize \d+\n"
)


def _same_everywhere(path: str) -> Policy:
    return Policy()


class Document(NamedTuple):
    """The bytes of one article, and what they are read as (None: no reader knows it).

    record names it inside a file that holds several (a line, a row, a record id); hint is what its reader must know
    about that file, such as the columns of a table; path is that file, and line where in it the record begins.
    """

    data: bytes
    format: str | None
    record: str = ""
    hint: str = ""
    path: str = ""
    line: int = 1


def _nothing_against(path: str) -> str:
    return ""


def _all_of_it(document: Document, policy: Policy) -> Policy | None:
    return policy


class Record(NamedTuple):
    """A piece of a file that holds many articles; the pieces in their order are the file.

    An empty record says that the piece is no article (a blank line, a header, the rest of a line reported before): it is
    passed through and not counted. One with a problem is passed through and counted as skipped for it.
    raw are its bytes in the file where they are not the data: a piece is compressed by itself, or its HTTP body is encoded.
    """

    data: bytes
    record: str
    hint: str = ""
    problem: str = ""
    raw: bytes = b""


class Scope(NamedTuple):
    """What of the files counts: why a file is refused by its path, if it is, and the policy of a document, None when
    nothing in it counts. The key tells one scope from another.
    """

    refusal: Callable[[str], str] = _nothing_against
    narrow: Callable[[Document, Policy], Policy | None] = _all_of_it
    key: str = ""


class Options(NamedTuple):
    """What the user says: the names of the fields that hold text, what that text is (one of WHOLE), what holds in a file,
    and what of it counts.

    site stands for all that `policy_of` depends on; empty when that is nothing.
    """

    fields: tuple[str, ...] = ("text",)
    text_format: str = "txt"
    policy_of: Callable[[str], Policy] = _same_everywhere
    site: str = ""
    scope: Scope = Scope()


class Field(NamedTuple):
    """A text of a document: its name ("" for the whole), what it is judged as, and the byte offsets of sorted text offsets."""

    name: str
    format: str
    text: str
    byte_offsets: Callable[[Sequence[int]], list[int]]


class UnreadableError(Exception):
    """A document that cannot be read; the message is the reason it is skipped for."""


def compression_of(name: str) -> tuple[str, str]:
    """The name without the suffix of a compression, and which one that is: gz, zst or "" for none.

    >>> compression_of("a.jsonl.gz"), compression_of("a.txt")
    (('a.jsonl', 'gz'), ('a.txt', ''))
    """
    compression = COMPRESSIONS.get(_suffix(name), "")
    return (name[: -len(compression) - 1], compression) if compression else (name, "")


def format_of(name: str) -> str | None:
    """The format a file name says, below a compression; None for one that no reader knows.

    >>> format_of("posts/A.MD"), format_of("a.jsonl.gz"), format_of("a.gz"), format_of("data.bin")
    ('md', 'jsonl', 'txt', None)
    """
    inner, compression = compression_of(name)
    suffix = _suffix(inner)
    format = "txt" if compression and not suffix else FORMATS.get(suffix)
    return format if compression in _COMPRESSES.get(format or "", ("", *COMPRESSIONS.values())) else None


def is_lfs_pointer(data: bytes) -> bool:
    """Whether some bytes are what stands for a file that Git LFS keeps elsewhere, and nothing else.

    >>> is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1\\noid sha256:%b\\nsize 12\\n" % (b"0a" * 32))
    True
    """
    return len(data) <= MAX_POINTER and _POINTER.fullmatch(data) is not None


def has_no_article(reason: str) -> bool:
    """Whether a file is skipped because there is nothing in it to read, which is nobody's fault.

    >>> has_no_article("format: no reader for it"), has_no_article("binary: it holds NUL bytes")
    (True, False)
    """
    return reason.startswith((NO_READER, LFS_POINTER, NO_COLUMN, NO_TEXT))


def no_column(wanted: Sequence[str], names: Sequence[str]) -> str:
    """The reason a table without the wanted columns is skipped for; in quotes, the spaces at the edge of a name are seen.

    >>> no_column(["text", "body"], ["id", " text"])
    'no column named text or body: give --field; it has "id", " text"'
    """
    there = ", ".join(f'"{name}"' for name in names)
    there = there if len(there) <= MAX_NAMES else there[:MAX_NAMES] + " ..."
    return f"{NO_COLUMN} {' or '.join(wanted)}: give --field; it has {there}"


def _suffix(name: str) -> str:
    base = name.rpartition("/")[2]
    return base[base.rfind(".") :].lower() if "." in base else ""


def records(format: str, stream: BinaryIO, options: Options) -> Iterator[Record]:
    """The records of a file of many articles: jsonl, csv and tsv decompressed, warc as it is (it must be seekable).

    Raises `UnreadableError`, before the first record, for a file that cannot be split.
    """
    if format == "jsonl":
        from cleaner.readers import jsonl

        return jsonl.records(stream, options)
    if format == "warc":
        from cleaner.readers import warc

        return warc.records(stream, options)
    from cleaner.readers import table

    return table.records(stream, options, delimiter=b"\t" if format == "tsv" else b"")


def fields(document: Document, options: Options) -> list[Field]:
    """The texts of a document. Raises `UnreadableError` for one that cannot be read, or has no reader."""
    if not document.record and is_lfs_pointer(document.data):
        raise UnreadableError(LFS_POINTER)
    if document.format in ("txt", "md", "rst"):
        from cleaner.readers import plain

        return plain.fields(document)
    if document.format == "jsonl":
        from cleaner.readers import jsonl

        return jsonl.fields(document, options)
    if document.format in ("csv", "tsv"):
        from cleaner.readers import table

        return table.fields(document, options)
    if document.format == "warc":
        from cleaner.readers import warc_record

        return warc_record.fields(document, options)
    if document.format == "html":
        from cleaner.readers import html

        return html.fields(document)
    raise UnreadableError(NO_READER)


def stored(record: Record, data: bytes) -> bytes:
    """Other data of a record as they are stored in its file: not as they are when the record has `raw` bytes."""
    if not record.raw:
        return data
    from cleaner.readers import warc

    return warc.stored(record, data)


def finish(document: Document, clean: bytes) -> bytes:
    """A document that ranges were cut out of, with what depends on its bytes set right: lengths and digests of WARC."""
    if document.format == "warc":
        from cleaner.readers import warc_record

        return warc_record.finish(document.data, clean)
    return clean


def restored(format: str | None, clean: bytes, pieces: Sequence[tuple[int, bytes]]) -> bytes:
    """The reverse of cutting and `finish`: the document with the pieces back, each at its offset in the result."""
    if format == "warc":
        from cleaner.readers import warc_record

        return warc_record.restored(clean, pieces)
    return splice.restore(clean, pieces)

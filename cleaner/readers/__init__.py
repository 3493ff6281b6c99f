"""Which files are read, and as what: one reader per format, chosen by the file's suffix."""

from __future__ import annotations

FORMATS = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md"}


def format_of(name: str) -> str | None:
    """The format a file name says, None for one that no reader knows.

    >>> format_of("posts/A.MD"), format_of("data.parquet")
    ('md', None)
    """
    dot = name.rfind(".")
    return FORMATS.get(name[dot:].lower()) if dot >= 0 else None

"""A file that is one text: plain text, Markdown, reStructuredText."""

from __future__ import annotations

from cleaner.encoding import UndecodableError, decode
from cleaner.readers import Document, Field, UnreadableError


def fields(document: Document) -> list[Field]:
    """The whole text as one field.

    >>> [field] = fields(Document("é爱x".encode(), "txt"))
    >>> field.text, field.byte_offsets([1, 2])
    ('é爱x', [2, 5])
    """
    try:
        decoded = decode(document.data)
    except UndecodableError as error:
        raise UnreadableError(str(error)) from None
    return [Field("", document.format or "txt", decoded.text, decoded.byte_offsets)]

"""An HTML file: its whole source is one text, in the encoding it says."""

from __future__ import annotations

from cleaner.encoding import UndecodableError, decode_page
from cleaner.readers import Document, Field, UnreadableError


def fields(document: Document) -> list[Field]:
    """The source as one field.

    >>> [field] = fields(Document(b"<meta charset=gbk><p>\\xb0\\xae", "html"))
    >>> field.text[-1], field.byte_offsets([21, 22])
    ('爱', [21, 23])
    """
    try:
        decoded = decode_page(document.data)
    except UndecodableError as error:
        raise UnreadableError(str(error)) from None
    return [Field("", "html", decoded.text, decoded.byte_offsets)]

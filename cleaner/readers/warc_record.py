"""One WARC record: the text in it, and its lengths and digests set right when the text is cut or put back."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cleaner import splice
from cleaner.encoding import Decoded, UndecodableError, decode_page
from cleaner.readers import Document, Field, Options, UnreadableError, http_body

MAX_HEAD = 65_536  # bytes of one block of header lines
END = b"\r\n\r\n"  # what ends every record
TEXTS = {b"text/plain": "txt", b"text/html": "html", b"application/xhtml+xml": "html", b"text/markdown": "md"}

Buffer = bytes | bytearray

_VERSION = re.compile(rb"WARC/1\.[01]\r\n")
# Possessive and without a choice of where a folded line begins: linear on any input.
_LINE = re.compile(rb"([^\s:]++)[ \t]*+:([^\r\n]*+(?:\r\n[ \t][^\r\n]*+)*+)\r\n")
_HTTP_LINE = re.compile(rb"(?:([^\s:]++)[ \t]*+:)?([^\n]*+(?:\n[ \t][^\n]*+)*+)\n")
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,17}")  # only what `%d` writes, so that the old value can be written again
_CHARSET = re.compile(rb";\s*charset\s*=\s*[\"']?([^\s;\"']+)", re.I)
_ALGORITHMS = ("md5", "sha1", "sha256", "sha384", "sha512")
_DIGEST_FORMS: tuple[Callable[[bytes], bytes], ...] = (
    b32encode,
    lambda digest: b32encode(digest).rstrip(b"="),
    lambda digest: b32encode(digest).lower(),
    lambda digest: digest.hex().encode(),
    lambda digest: digest.hex().upper().encode(),
)


class Head(NamedTuple):
    """A block of header lines: where it ends, and where the value of each name is (None: the name is there twice)."""

    end: int
    values: dict[bytes, tuple[int, int] | None]

    def value(self, data: Buffer, name: bytes) -> bytes:
        """The value of a name in lower case, empty when it is not there."""
        span = self.values.get(name, (0, 0))
        if span is None:
            raise UnreadableError(f"bad header: {name.decode()} is there twice")
        return bytes(data[slice(*span)])


class _Parts(NamedTuple):
    """The parts of a record: its header, that of HTTP if it has one, and where the payload behind them begins."""

    head: Head
    http: Head | None
    payload: int


def fields(document: Document, options: Options) -> list[Field]:
    """The payload as one field; none for a record that is no article.

    >>> data = b"WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 4\\r\\n\\r\\ntext\\r\\n\\r\\n"
    >>> [field] = fields(Document(data, "warc"), Options())
    >>> field.format, field.text, field.byte_offsets([1])
    ('txt', 'text', [55])

    The body of a response is taken as it is: `plain` undoes its encodings. Raises `UnreadableError` when a length or a
    digest is not that of the bytes.
    """
    data = document.data
    parts = _parts(data)
    format = text_format(data, parts.head)
    if format is None:
        return []
    if b"warc-segment-number" in parts.head.values:
        raise UnreadableError("a segment of a record: not supported")
    _digests(data, parts, data[parts.head.end : -len(END)], data[parts.payload : -len(END)])
    decoded = _decoded(data[parts.payload : -len(END)], _content_type(data, parts.head, parts.http))
    return [
        Field("", format, decoded.text, lambda offsets: [parts.payload + at for at in decoded.byte_offsets(offsets)])
    ]


def finish(original: bytes, clean: bytes) -> bytes:
    """A record that ranges of the payload were cut out of, with the lengths and digests of what is left.

    >>> data = b"WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 14\\r\\n\\r\\nsome more text\\r\\n\\r\\n"
    >>> finish(data, data.replace(b"more ", b""))
    b'WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 9\\r\\n\\r\\nsome text\\r\\n\\r\\n'
    """
    parts = _parts(original)
    return _sealed(original, parts, clean[parts.payload : -len(END)])


def restored(clean: bytes, pieces: Sequence[tuple[int, bytes]]) -> bytes:
    """The original of a finished record: the pieces back at their offsets in it, and its lengths and digests.

    >>> clean = b"WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 9\\r\\n\\r\\nsome text\\r\\n\\r\\n"
    >>> restored(clean, [(60, b"more ")])
    b'WARC/1.0\\r\\nWARC-Type: conversion\\r\\nContent-Length: 14\\r\\n\\r\\nsome more text\\r\\n\\r\\n'

    Raises `ValueError` for offsets that do not fit.
    """
    parts = _parts(clean)
    payload = clean[parts.payload : -len(END)]
    heads = _heads(clean, parts, len(payload) + sum(len(piece) for _, piece in pieces))
    begin = sum(map(len, heads))
    return _sealed(clean, parts, splice.restore(payload, [(start - begin, piece) for start, piece in pieces]))


def plain(data: bytes) -> bytes:
    """A response with its body out of the encodings of HTTP, and the lengths and digests of that; other records as they are.

    No other byte of the header moves, so that it still names the encodings. What is no article by its type is not opened.
    Raises `EncodedError` for a body that cannot be taken out of them, and `UnreadableError` as `fields` does.
    """
    head = record_head(data)
    http = _http(data, head)
    mime = _mime(data, head, http)
    how = http_body.Coding() if mime and mime not in TEXTS else _coding(data, http)
    if how == http_body.Coding():
        return data
    parts = _parts(data)
    body = http_body.decoded(data[parts.payload : -len(END)], how)
    return _sealed(data, parts, body.plain, (body.entity, body.plain))


def encoded(original: bytes, changed: bytes) -> bytes:
    """What `plain` made of a record, in its changed form, with the body in the encodings of the original.

    >>> head = b"WARC/1.0\\r\\nWARC-Type: response\\r\\nContent-Length: %d\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
    >>> original = head % 65 + b"8\\r\\none word\\r\\n0\\r\\n\\r\\n" + END
    >>> plain(original) == head % 55 + b"one word" + END
    True
    >>> encoded(original, plain(original)) == original
    True
    """
    old, new = _parts(original), _parts(changed)
    how = _coding(original, old.http)
    if how == http_body.Coding():
        return changed
    before = http_body.decoded(original[old.payload : -len(END)], how)
    after = http_body.encoded(changed[new.payload : -len(END)], how, before.form)
    return _sealed(original, old, after.raw, (before.entity, after.entity))


def record_head(data: Buffer) -> Head:
    """The header of the record that some bytes begin with. Raises `UnreadableError` when it is not one."""
    version = _VERSION.match(data)
    if not version:
        raise UnreadableError("bad header: not WARC/1.0 or WARC/1.1")
    head = _head(data, version.end(), _LINE, (b"\r\n",))
    if not head.value(data, b"warc-type"):
        raise UnreadableError("bad header: no WARC-Type")
    block_length(data, head)
    return head


def block_length(data: Buffer, head: Head) -> int:
    """The length a header says for what is behind it."""
    value = head.value(data, b"content-length")
    if not _LENGTH.fullmatch(value):
        raise UnreadableError("bad header: no Content-Length, or not a number")
    return int(value)


def record_id(data: Buffer, head: Head) -> str:
    """What the record calls itself; empty when it does not, or not in printable ASCII of reasonable length."""
    name = b"" if head.values.get(b"warc-record-id") is None else head.value(data, b"warc-record-id")
    return name.decode("ascii") if len(name) <= 200 and name.isascii() and name.decode("ascii").isprintable() else ""


def text_format(data: Buffer, head: Head) -> str | None:
    """What the payload of a record is judged as; None for a record that is no article.

    Raises `UnreadableError` for a response without an HTTP header.
    """
    if head.value(data, b"warc-type").lower() not in (b"conversion", b"resource", b"response"):
        return None
    http = _http(data, head)
    mime = _mime(data, head, http)
    if mime:
        return TEXTS.get(mime)
    payload = data[http.end if http else head.end :]
    if b"\0" in payload:
        return None
    return "html" if payload.lstrip()[:1] == b"<" else "txt"


def _head(data: Buffer, at: int, line: re.Pattern[bytes], ends: tuple[bytes, ...]) -> Head:
    values: dict[bytes, tuple[int, int] | None] = {}
    limit = at + MAX_HEAD
    while not any(data.startswith(end, at) for end in ends):
        found = line.match(data, at, limit)
        if not found:
            raise UnreadableError("bad header: a line is not one, or it does not end")
        if found[1] is not None:
            start, end = found.span(2)
            start += len(found[2]) - len(found[2].lstrip())
            end -= len(found[2]) - len(found[2].rstrip())
            name = bytes(found[1]).lower()
            values[name] = None if name in values else (min(start, end), end)
        at = found.end()
    return Head(at + next(len(end) for end in ends if data.startswith(end, at)), values)


def _http(data: Buffer, head: Head) -> Head | None:
    if head.value(data, b"warc-type").lower() != b"response":
        return None
    declared = head.value(data, b"content-type").lower().startswith(b"application/http")
    if data.startswith(b"HTTP/", head.end):
        return _head(data, head.end, _HTTP_LINE, (b"\r\n", b"\n"))
    if declared:
        raise UnreadableError("bad HTTP header: no status line")
    return None


def _content_type(data: Buffer, head: Head, http: Head | None) -> bytes:
    return (http or head).value(data, b"content-type")


def _mime(data: Buffer, head: Head, http: Head | None) -> bytes:
    return _content_type(data, head, http).partition(b";")[0].strip().lower()


def _coding(data: Buffer, http: Head | None) -> http_body.Coding:
    if http is None:
        return http_body.Coding()
    return http_body.coding(http.value(data, b"content-encoding"), http.value(data, b"transfer-encoding"))


def _parts(data: bytes) -> _Parts:
    head = record_head(data)
    if head.end + block_length(data, head) + len(END) != len(data) or not data.endswith(END):
        raise UnreadableError("length: Content-Length is not that of the record")
    http = _http(data, head)
    payload = http.end if http else head.end
    if payload > len(data) - len(END):
        raise UnreadableError("bad HTTP header: it does not end inside the record")
    if http and b"content-length" in http.values:
        says = http.value(data, b"content-length")
        if says != b"%d" % (len(data) - len(END) - payload):
            raise UnreadableError("length: Content-Length of HTTP is not that of the body")
    return _Parts(head, http, payload)


def _sealed(data: bytes, parts: _Parts, payload: bytes, *entities: tuple[bytes, bytes]) -> bytes:
    """The record with another payload, and the lengths and digests of that.

    A digest of the payload may also be that of an entity, the payload out of its chunks, and becomes that of the other one.
    """
    _, http = _heads(data, parts, len(payload))
    head, _ = _heads(data, parts, len(payload), _digests(data, parts, http + payload, payload, *entities))
    return b"".join((head, http, payload, END))


def _heads(data: bytes, parts: _Parts, size: int, digests: Mapping[bytes, bytes] | None = None) -> tuple[bytes, bytes]:
    """The header and that of HTTP (empty when there is none) for a payload of so many bytes."""
    begin = parts.head.end
    http = data[begin : parts.payload]
    if parts.http and b"content-length" in parts.http.values:
        http = _replaced(data, begin, parts.http, {b"content-length": b"%d" % size})
    return _replaced(data, 0, parts.head, {b"content-length": b"%d" % (len(http) + size), **(digests or {})}), http


def _replaced(data: bytes, begin: int, head: Head, values: Mapping[bytes, bytes]) -> bytes:
    """A block of header lines with other values, and all else byte for byte."""
    out, last = [], begin
    for (start, end), value in sorted((head.values[name] or (0, 0), value) for name, value in values.items()):
        out += [data[last:start], value]
        last = end
    return b"".join((*out, data[last : head.end]))


def _digests(
    data: bytes, parts: _Parts, block: bytes, payload: bytes, *entities: tuple[bytes, bytes]
) -> dict[bytes, bytes]:
    """The digests of another block and payload, in the form of those the record has, which must be right."""
    old = data[: -len(END)]
    return {
        name: _digest_like(parts.head.value(data, name), *pairs)
        for name, pairs in (
            (b"warc-block-digest", ((old[parts.head.end :], block),)),
            (b"warc-payload-digest", ((old[parts.payload :], payload), *entities)),
        )
        if name in parts.head.values
    }


def _digest_like(value: bytes, *pairs: tuple[bytes, bytes]) -> bytes:
    """The digest of new bytes with the algorithm and in the form of the digest of the old ones, the first whose it is."""
    label, _, digest = value.partition(b":")
    algorithm = label.decode("ascii", "replace").lower().replace("-", "")
    if algorithm not in _ALGORITHMS:
        raise UnreadableError(f"digest: algorithm {algorithm[:20]} is not supported")
    for old, new in pairs:
        right = hashlib.new(algorithm, old, usedforsecurity=False).digest()
        for form in _DIGEST_FORMS:
            if form(right) == digest:
                return label + b":" + form(hashlib.new(algorithm, new, usedforsecurity=False).digest())
    raise UnreadableError("digest: it is not that of the bytes")


def _decoded(payload: bytes, content_type: bytes) -> Decoded:
    """The text of a payload: UTF-8 wins, then what the header says, then what a page itself says."""
    label = _CHARSET.search(content_type)
    try:
        return decode_page(payload, label[1].decode("ascii", "replace") if label else "")
    except UndecodableError as error:
        raise UnreadableError(str(error)) from None

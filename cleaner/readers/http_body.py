"""HTTP bodies as WARC records keep them: taken out of the encodings their header names, and put back into the same ones."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

from cleaner.encoding import MAX_BYTES
from cleaner.readers import UnreadableError
from cleaner.readers.compress import FREE_BYTES, MAX_EXPANSION

MAX_MEMBERS = 100  # of gzip; what is behind one is copied, so that time grows with their number times the size
GZIP, ZLIB, DEFLATE = 31, 15, -15  # what zlib calls the three forms
_FORMS = {"gzip": (GZIP,), "x-gzip": (GZIP,), "deflate": (ZLIB, DEFLATE)}  # servers mean either by deflate
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_END = re.compile(rb"0+[ \t]*(?:;[^\r\n]*)?\r\n\r\n")


class EncodedError(UnreadableError):
    """A body that cannot be taken out of its encodings."""


class Coding(NamedTuple):
    """How a body is encoded: the name of its content encoding, "" for none, and whether that is sent in chunks."""

    content: str = ""
    is_chunked: bool = False


class Body(NamedTuple):
    """A body in chunks or not, out of its chunks, and decompressed; `form` is the one of zlib's that it was in."""

    raw: bytes
    entity: bytes
    plain: bytes
    form: int = 0


def coding(content: bytes, transfer: bytes) -> Coding:
    """The encodings that the values of the two headers name.

    >>> coding(b"GZIP", b"chunked"), coding(b"", b"identity")
    (Coding(content='gzip', is_chunked=True), Coding(content='', is_chunked=False))

    Raises `EncodedError` for those that are not undone here: others than gzip, deflate and chunked, and several.
    """
    name, sent = (value.decode("ascii", "replace").strip().lower() for value in (content, transfer))
    for header, label, known in (("content", name, _FORMS), ("transfer", sent, ("chunked",))):
        if label not in ("", "identity", *known):
            raise EncodedError(f"http {header} encoding {label[:40]}: not supported")
    return Coding(name if name in _FORMS else "", sent == "chunked")


def decoded(raw: bytes, coding: Coding) -> Body:
    """A body with its encodings undone.

    >>> decoded(b"5\\r\\nabcde\\r\\n0\\r\\n\\r\\n", Coding(is_chunked=True)).plain
    b'abcde'

    Raises `EncodedError` for one that is not in them, in whole and with nothing behind it, has trailers, or expands to
    more than a document may have or over 200 times.
    """
    entity = _joined(raw) if coding.is_chunked else raw
    for form in _FORMS.get(coding.content, ()):
        plain = _inflated(entity, form)
        if plain is not None:
            return Body(raw, entity, plain, form)
    if coding.content:
        raise EncodedError(f"http content encoding {coding.content}: the body is not in it, or not whole")
    return Body(raw, entity, entity)


def encoded(plain: bytes, coding: Coding, form: int) -> Body:
    """A body with the encodings, compressed in a form of zlib's and in one chunk; the same bytes each time.

    >>> encoded(b"abcde", Coding(is_chunked=True), 0).raw
    b'5\\r\\nabcde\\r\\n0\\r\\n\\r\\n'
    """
    entity = plain
    if coding.content:
        deflater = zlib.compressobj(9, zlib.DEFLATED, form)
        entity = deflater.compress(plain) + deflater.flush()
    chunk = b"%x\r\n%b\r\n" % (len(entity), entity) if entity else b""
    return Body(chunk + b"0\r\n\r\n" if coding.is_chunked else entity, entity, plain, form)


def _joined(raw: bytes) -> bytes:
    """What is in the chunks."""
    chunks, at = [], 0
    while not (end := _END.match(raw, at)):
        size = _SIZE.match(raw, at)
        behind = size.end() + int(size[1], 16) if size else 0
        if not size or raw[behind : behind + 2] != b"\r\n":
            raise EncodedError("http transfer encoding chunked: the body is not in it, or not whole")
        chunks.append(raw[size.end() : behind])
        at = behind + 2
    if end.end() != len(raw):
        raise EncodedError("http transfer encoding chunked: there is something behind the last chunk")
    return b"".join(chunks)


def _inflated(entity: bytes, form: int) -> bytes | None:
    """What is compressed in a form, in one member or in several of gzip; None when it is not, or not whole."""
    plain = bytearray()
    for _ in range(MAX_MEMBERS):
        inflater = zlib.decompressobj(form)
        try:
            plain += inflater.decompress(entity, MAX_BYTES + 1 - len(plain))
        except zlib.error:
            return None
        if len(plain) > MAX_BYTES:
            raise EncodedError(f"larger than {MAX_BYTES} bytes")
        if len(plain) > FREE_BYTES and len(plain) > MAX_EXPANSION * len(entity):
            raise EncodedError(f"expansion: more than {MAX_EXPANSION} times its compressed size")
        if not inflater.eof:
            return None
        if not inflater.unused_data:
            return bytes(plain)
        if form != GZIP:
            return None
        entity = inflater.unused_data
    return None

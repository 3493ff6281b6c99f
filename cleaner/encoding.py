"""Bytes to text and back: offsets of the text become offsets of the bytes, and nothing is ever encoded again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

MAX_BYTES = 20_000_000  # one document; trafilatura's limit too
MAX_INVALID = 0.3  # of the bytes may be outside UTF-8 before the encoding is called unknown
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class UndecodableError(Exception):
    """The bytes are not text we can splice; the message is the reason a document is skipped for."""


class Decoded(NamedTuple):
    """The text of some bytes, without a byte-order mark; bytes outside UTF-8 are lone surrogates U+DC80..U+DCFF."""

    text: str
    encoding: str
    bom: int

    def byte_offsets(self, offsets: Sequence[int]) -> list[int]:
        """The byte offsets of sorted text offsets.

        >>> decode("é爱x".encode()).byte_offsets([1, 2, 3])
        [2, 5, 6]
        """
        out, at, size = [], 0, self.bom
        for offset in offsets:
            size += len(self.encode(self.text[at:offset]))
            at = offset
            out.append(size)
        return out

    def encode(self, text: str) -> bytes:
        """Bytes of a piece of the text, exactly as they were."""
        return text.encode(self.encoding, "surrogateescape" if self.encoding == "utf-8" else "surrogatepass")


def decode(data: bytes) -> Decoded:
    """UTF-8 with or without a byte-order mark, and UTF-16 with one.

    >>> decode(b"\\xef\\xbb\\xbfcaf\\xe9").text
    'caf\\udce9'

    Raises `UndecodableError` for anything else, and for what only looks like text.
    """
    if len(data) > MAX_BYTES:
        raise UndecodableError(f"larger than {MAX_BYTES} bytes")
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise UndecodableError("encoding: UTF-32 is not supported")
    if data[:2] in _UTF16:
        return _decode_utf16(data, _UTF16[data[:2]])
    if b"\0" in data:
        raise UndecodableError("binary: it holds NUL bytes")
    if b"\x1b$" in data or b"\x1b(J" in data or (b"~{" in data and b"~}" in data and data.isascii()):
        raise UndecodableError("encoding: stateful (ISO-2022 or HZ)")
    bom = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    text = data[bom:].decode("utf-8", "surrogateescape")
    if not data.isascii():
        invalid = sum("\udc80" <= c <= "\udcff" for c in text) if not _is_utf8(data) else 0
        if invalid > MAX_INVALID * len(data):
            raise UndecodableError("encoding: not UTF-8, nor UTF-16 with a byte-order mark")
    return Decoded(text, "utf-8", bom)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_utf16(data: bytes, encoding: str) -> Decoded:
    if len(data) % 2:
        raise UndecodableError("encoding: truncated UTF-16")
    return Decoded(data[2:].decode(encoding, "surrogatepass"), encoding, 2)

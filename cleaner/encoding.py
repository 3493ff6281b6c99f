"""Bytes to text and back: offsets of the text become offsets of the bytes, and nothing is ever encoded again."""

from __future__ import annotations

import re
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
        invalid = undecoded(text) if not is_utf8(data) else 0
        if invalid > MAX_INVALID * len(data):
            raise UndecodableError("encoding: not UTF-8, nor UTF-16 with a byte-order mark")
    return Decoded(text, "utf-8", bom)


# What browsers read a label as (https://encoding.spec.whatwg.org/#names-and-labels), where Python's codec of that name is
# another. None of them shifts states, and all read ASCII bytes as ASCII, but for the second bytes of pairs.
_LABELS = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii", "windows-1252", "cp1252"), ("cp1252", "latin-1")),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030"), ("gbk", "gb18030")),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cp950"), ("cp950", "big5hkscs")),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji", "cp932"), ("cp932", "shift_jis")),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "windows-949", "cp949"), ("cp949",)),
    **dict.fromkeys(("euc-jp", "x-euc-jp"), ("euc_jp",)),
    **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254"), ("cp1254", "iso8859-9")),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), ("cp874", "tis-620")),
    **{f"iso-8859-{part}": (f"iso8859-{part}",) for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-125{part}": (f"cp125{part}",) for part in (0, 1, 3, 5, 6, 7, 8)},
    **{name: (name,) for name in ("koi8-r", "koi8-u")},
    "ibm866": ("cp866",), "cp866": ("cp866",), "macintosh": ("mac_roman",),
}  # fmt: skip
_LABEL = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
LABEL_REACH = 4096  # bytes from the start within which a page says its encoding


def decode_page(data: bytes, label: str = "") -> Decoded:
    """The text of an HTML page: as `decode` has it if it is UTF-8 or UTF-16, else in the encoding that the page says.

    `label` is one that is known from elsewhere, such as the header the page came with.

    >>> decode_page(b"<meta charset=windows-1251>\\xd1\\xef\\xe0\\xec").text[-4:]
    'Спам'

    Raises `UndecodableError` for bytes that do not come out again as they went in, and as `decode` does.
    """
    legacy = not data.startswith((b"\xef\xbb\xbf", *_UTF16)) and not is_utf8(data)
    match = _LABEL.search(data, 0, LABEL_REACH) if legacy and not label else None
    said = match[1].decode().lower() if match else label.lower()
    if not legacy or said not in _LABELS:
        return decode(data)
    for codec in _LABELS[said]:
        decoded = _round_trip(data, codec)
        if decoded is not None:
            return decoded
    raise UndecodableError(f"encoding: {said}, but its bytes do not come out as they went in")


def _round_trip(data: bytes, codec: str) -> Decoded | None:
    try:
        text = data.decode(codec)
        return Decoded(text, codec, 0) if text.encode(codec) == data else None
    except UnicodeError:
        return None


def undecoded(text: str) -> int:
    """How many characters of a text stand for bytes that could not be decoded.

    >>> undecoded("caf\\udce9 au lait")
    1
    """
    return sum("\udc80" <= sign <= "\udcff" for sign in text)


def is_utf8(data: bytes) -> bool:
    """Whether some bytes are UTF-8 throughout.

    >>> is_utf8("ö".encode()), is_utf8("ö".encode("latin-1"))
    (True, False)
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_utf16(data: bytes, encoding: str) -> Decoded:
    if len(data) % 2:
        raise UndecodableError("encoding: truncated UTF-16")
    return Decoded(data[2:].decode(encoding, "surrogatepass"), encoding, 2)

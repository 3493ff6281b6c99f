"""Bytes, and the encoding they are read in or the reason they are not."""

from __future__ import annotations

import pytest

from cleaner import encoding
from cleaner.encoding import UndecodableError, decode


@pytest.mark.parametrize(
    ("data", "name", "bom", "text"),
    [
        (b"", "utf-8", 0, ""),
        (b"plain\r\n", "utf-8", 0, "plain\r\n"),
        ("é爱💋".encode(), "utf-8", 0, "é爱💋"),
        (b"\xef\xbb\xbfone", "utf-8", 3, "one"),
        (b"\xef\xbb\xbf\xef\xbb\xbfone", "utf-8", 3, "\ufeffone"),
        (b"caf\xe9 au lait", "utf-8", 0, "caf\udce9 au lait"),
        (b"\xed\xa0\x80 one two three", "utf-8", 0, "\udced\udca0\udc80 one two three"),
        (b"\xff\xfea\0b\0", "utf-16-le", 2, "ab"),
        (b"\xfe\xff\0a\0b", "utf-16-be", 2, "ab"),
        (b"\xff\xfe\x00\xd8a\0", "utf-16-le", 2, "\ud800a"),
        (b"\xff\xfe", "utf-16-le", 2, ""),
        (b"one \x1b[31m red", "utf-8", 0, "one \x1b[31m red"),
    ],
)
def test_decoded(data: bytes, name: str, bom: int, text: str) -> None:
    decoded = decode(data)
    assert (decoded.encoding, decoded.bom, decoded.text) == (name, bom, text)
    assert data[:bom] + decoded.encode(text) == data
    assert decoded.byte_offsets([0, len(text)]) == [bom, len(data)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"one\0two", "binary"),
        (b"\xff\xfea", "truncated UTF-16"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"\0\0\xfe\xff\0\0\0a", "UTF-32"),
        (b"\x1b$B%+%8%N\x1b(B", "stateful"),
        (b"~{<:Ky2;~}", "stateful"),
        ("上海夜网".encode("gbk"), "not UTF-8"),
        ("カジノ".encode("shift_jis"), "not UTF-8"),
        ("казино онлайн".encode("cp1251"), "not UTF-8"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError, match=reason):
        decode(data)


def test_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_BYTES", 4)
    assert decode(b"four").text == "four"
    with pytest.raises(UndecodableError, match="larger than 4 bytes"):
        decode(b"fives")

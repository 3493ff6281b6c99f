"""Compressed streams: whole, damaged, hostile, and written the same each time."""

from __future__ import annotations

import gzip
import io
import random
import sys
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from cleaner.readers import UnreadableError, compress, compression_of, format_of
from cleaner.readers.compress import compressor, opened

TEXT = b"The ferry to the islands leaves at half past six.\n" * 40
NOISE = random.Random(1).randbytes(3_000_000)  # longer than all blocks, also when compressed
NAMES = ["a.txt.gz", "b.ZST"]


def packed(name: str, data: bytes) -> bytes:
    if compression_of(name)[1] == "gz":
        return gzip.compress(data)
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        opened(io.BytesIO(data), name).read()
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [b"", b"x", TEXT, NOISE, NOISE[:1000] * 3000], ids=len)
def test_read(name: str, data: bytes) -> None:
    with opened(io.BytesIO(packed(name, data)), name) as stream:
        assert stream.read() == data
        assert stream.problem == ""


@pytest.mark.parametrize("name", NAMES)
def test_members_are_one_stream(name: str) -> None:
    stream = opened(io.BytesIO(packed(name, TEXT) + packed(name, b"") + packed(name, NOISE)), name)
    assert b"".join(iter(lambda: stream.read(999_983), b"")) == TEXT + NOISE
    assert stream.problem == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("behind", [b"JUNK" * 10, b"J", b"\0\0\0\0\0\0J", b"J" * 200_000], ids=len)
def test_bytes_behind_the_end_are_reported(name: str, behind: bytes) -> None:
    stream = opened(io.BytesIO(packed(name, TEXT) + behind), name)
    assert stream.read() == TEXT
    assert stream.problem.endswith("bytes behind the end are no part of it")


@pytest.mark.parametrize("name", NAMES)
def test_zeros_behind_the_end_are_padding(name: str) -> None:
    stream = opened(io.BytesIO(packed(name, TEXT) + bytes(100_000)), name)
    assert (stream.read(), stream.problem) == (TEXT, "")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [b"", b"P", TEXT, b"\x1f", b"BZh91AY&SY", b"\xfd7zXZ\0"])
def test_something_else(name: str, data: bytes) -> None:
    assert refusal(name, data) == ("not gzip" if name.endswith("gz") else "not zstd")


@pytest.mark.parametrize("name", NAMES)
def test_truncated_anywhere(name: str) -> None:
    data = packed(name, TEXT)
    assert {refusal(name, data[:size]).split(": ")[1] for size in range(4, len(data))} == {"truncated"}
    assert refusal(name, packed(name, b"") + data[:-1]).endswith("truncated")
    assert refusal(name, packed(name, NOISE)[:-1]).endswith("truncated")


@pytest.mark.parametrize("name", NAMES)
def test_damaged(name: str) -> None:
    data = bytearray(packed(name, TEXT))
    data[-6 if name.endswith("gz") else -2] ^= 1
    assert refusal(name, bytes(data)).endswith("wrong checksum")
    data = bytearray(packed(name, TEXT))
    data[10] |= 6  # a block of a type that does not exist
    assert "damaged (" in refusal(name, bytes(data))


@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_is_never_other_data(name: str, at: int, flip: int) -> None:
    data = bytearray(packed(name, TEXT))
    data[at % len(data)] ^= flip
    try:
        stream = opened(io.BytesIO(bytes(data)), name)
        assert stream.read() == TEXT
    except UnreadableError:
        pass


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_left_in_time(name: str) -> None:
    stream = opened(io.BytesIO(packed(name, bytes(50_000_000))), name)
    given: list[int] = []
    with pytest.raises(UnreadableError, match="expansion: more than 200 times"):
        given.extend(map(len, iter(lambda: stream.read(1 << 16), b"")))
    assert sum(given) < 30_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_of_many_members_is_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compress, "FREE_BYTES", 100_000)
    assert refusal(name, packed(name, bytes(90_000)) * 2).startswith("expansion")
    assert opened(io.BytesIO(packed(name, bytes(90_000))), name).read() == bytes(90_000)
    assert len(opened(io.BytesIO(packed(name, NOISE[:2000]) + packed(name, bytes(300_000))), name).read()) == 302_000


def test_one_layer() -> None:
    assert opened(io.BytesIO(gzip.compress(gzip.compress(TEXT, mtime=0))), "a.gz.gz").read() == gzip.compress(
        TEXT, mtime=0
    )


def test_zstd_frames_to_skip() -> None:
    skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    stream = opened(io.BytesIO(skipped + packed("a.zst", TEXT) + skipped), "a.zst")
    assert (stream.read(), stream.problem) == (TEXT, "")


def test_zstd_window_too_large() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=28)
    frame = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert "too much memory" in refusal("a.zst", frame.compress(TEXT) + frame.flush())


def test_without_zstandard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert opened(io.BytesIO(gzip.compress(TEXT)), "a.gz").read() == TEXT
    with pytest.raises(UnreadableError, match=r"pip install article-cleaner\[zstd\]"):
        opened(io.BytesIO(packed("a.zst", TEXT)), "a.zst")
    with pytest.raises(UnreadableError, match=r"pip install article-cleaner\[zstd\]"):
        compressor("a.zst", io.BytesIO())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pieces", [[], [TEXT], [TEXT, b"", NOISE]], ids=len)
def test_written(name: str, pieces: list[bytes]) -> None:
    sinks = [io.BytesIO(), io.BytesIO()]
    for sink in sinks:
        with compressor(name, sink) as writer:
            for piece in pieces:
                writer.write(piece)
    assert sinks[0].getvalue() == sinks[1].getvalue()
    assert opened(io.BytesIO(sinks[0].getvalue()), name).read() == b"".join(pieces)


def test_gzip_has_neither_name_nor_time() -> None:
    with compressor("secret.txt.gz", sink := io.BytesIO()) as writer:
        writer.write(TEXT)
    assert sink.getvalue()[3:8] == bytes(5)
    assert zlib.decompress(sink.getvalue(), 31) == TEXT


@pytest.mark.parametrize(
    ("name", "inner", "compression", "format"),
    [
        ("a.jsonl.gz", "a.jsonl", "gz", "jsonl"),
        ("a.NDJSON.ZST", "a.NDJSON", "zst", "jsonl"),
        ("a.b/c.csv.gz", "a.b/c.csv", "gz", "csv"),
        ("a.tsv", "a.tsv", "", "tsv"),
        ("x.txt.gz", "x.txt", "gz", "txt"),
        ("a.b/x.gz", "a.b/x", "gz", "txt"),
        ("a.gz.gz", "a.gz", "gz", None),
        ("a.tar.gz", "a.tar", "gz", None),
        ("a.gz/readme", "a.gz/readme", "", None),
        ("readme", "readme", "", None),
        ("a.txt.bz2", "a.txt.bz2", "", None),
        ("a.txt.xz", "a.txt.xz", "", None),
    ],
)
def test_names(name: str, inner: str, compression: str, format: str | None) -> None:
    assert compression_of(name) == (inner, compression)
    assert format_of(name) == format

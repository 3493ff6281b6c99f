"""Compressed streams: read with a limit on how far they expand, one layer only, and written again the same each time."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

from cleaner.readers import UnreadableError, compression_of

MAX_EXPANSION = 200  # gzip reaches 1,026, zstd 30,675; text 3 to 20
FREE_BYTES = 10_000_000  # that a stream may hold however small it is
_OUTPUT = 1 << 20  # bytes decompressed at a time
_ZSTD_INPUT = 512  # compressed bytes at a time; zstandard cannot limit what they give, which is up to 16 MB
_ZSTD_WINDOW = 1 << 27  # bytes; what `zstd -d` takes without --long


class Decompressed(io.BufferedReader):
    """What a compressed stream holds."""

    raw: _Inflated

    @property
    def problem(self) -> str:
        """What is wrong with a stream whose data are whole, known when all is read; empty when nothing is."""
        return self.raw.problem


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""
        ...


def opened(stream: BinaryIO, name: str) -> Decompressed:
    """The content of a stream whose name ends with .gz or .zst; the stream stays the caller's to close.

    >>> opened(io.BytesIO(gzip.compress(b"one") + gzip.compress(b" two")), "a.txt.gz").read()
    b'one two'

    Raises `UnreadableError`, here or while it is read, for what is not compressed, truncated or damaged, and for what
    expands more than `MAX_EXPANSION` times: then what was read before must be thrown away.
    """
    kind = _kind(name)
    return Decompressed(_Inflated(_inflated(_Source(stream, kind.block), kind)), _OUTPUT)


def compressor(name: str, sink: Sink) -> BinaryIO:
    """A writer that compresses into a sink as a name says, .gz or .zst; closing it ends the stream, the sink stays open.

    >>> sink = io.BytesIO()
    >>> with compressor("a.txt.gz", sink) as writer:
    ...     _ = writer.write(b"one")
    >>> gzip.decompress(sink.getvalue())
    b'one'
    """
    if compression_of(name)[1] == "gz":
        return cast(BinaryIO, gzip.GzipFile("", "wb", compresslevel=6, fileobj=cast(BinaryIO, sink), mtime=0))
    zstd = _zstandard().ZstdCompressor(level=3, write_checksum=True)
    return cast(BinaryIO, zstd.stream_writer(cast(BinaryIO, sink), closefd=False))


class _Kind(NamedTuple):
    """A compression: what a member begins with, bytes to read at a time, a new decoder, and one step of it."""

    name: str
    magic: re.Pattern[bytes]
    block: int
    decoder: Callable[[], Any]
    step: Callable[[Any, bytes], tuple[bytes, bytes]]  # output and input that is left
    error: type[Exception]


def _kind(name: str) -> _Kind:
    if compression_of(name)[1] == "gz":
        return _Kind("gzip", re.compile(rb"\x1f\x8b"), 1 << 16, lambda: zlib.decompressobj(31), _step_gzip, zlib.error)
    zstd = _zstandard()
    decoder = zstd.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj
    magic = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one to skip
    return _Kind("zstd", magic, _ZSTD_INPUT, decoder, _step_zstd, zstd.ZstdError)


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise UnreadableError("zstd: needs `pip install article-cleaner[zstd]`") from None
    return zstandard


def _step_gzip(decoder: Any, data: bytes) -> tuple[bytes, bytes]:
    return decoder.decompress(data, _OUTPUT), decoder.unconsumed_tail or decoder.unused_data


def _step_zstd(decoder: Any, data: bytes) -> tuple[bytes, bytes]:
    return decoder.decompress(data), decoder.unused_data


class _Source:
    """Compressed bytes that are read in blocks, can be given back, and are counted."""

    def __init__(self, stream: BinaryIO, block: int) -> None:
        self._stream, self._block = stream, block
        self._left, self.taken = b"", 0

    def take(self) -> bytes:
        data = self._left or self._stream.read(self._block)
        self._left, self.taken = b"", self.taken + len(data)
        return data

    def give_back(self, data: bytes) -> None:
        self._left, self.taken = data, self.taken - len(data)

    def next_four(self) -> bytes:
        """The next four bytes, fewer at the end; they are still to be taken."""
        data = self.take()
        while len(data) < 4 and (more := self.take()):
            data += more
        self.give_back(data)
        return data[:4]


def _inflated(source: _Source, kind: _Kind) -> Generator[bytes, None, str]:
    """The content of all members, in chunks; returns what is wrong behind them."""
    size, is_first = 0, True
    while begin := source.next_four():
        if not kind.magic.match(begin):
            if is_first:
                break
            return "" if _is_padding(source) else f"{kind.name}: bytes behind the end are no part of it"
        for chunk in _member(source, kind):
            size += len(chunk)
            if size > FREE_BYTES and size > MAX_EXPANSION * source.taken:
                raise UnreadableError(f"expansion: more than {MAX_EXPANSION} times its compressed size")
            yield chunk
        is_first = False
    if is_first:
        raise UnreadableError(f"not {kind.name}")
    return ""


def _member(source: _Source, kind: _Kind) -> Iterator[bytes]:
    decoder = kind.decoder()
    while not decoder.eof:
        data = source.take()
        try:
            chunk, left = kind.step(decoder, data)
        except kind.error as error:
            # Both libraries say "incorrect data check" or "doesn't match checksum", and many things for damaged data.
            is_sum = "check" in str(error) and "header" not in str(error)
            raise UnreadableError(f"{kind.name}: " + ("wrong checksum" if is_sum else f"damaged ({error})")) from None
        source.give_back(left)
        if chunk:
            yield chunk
        elif not data:
            raise UnreadableError(f"{kind.name}: truncated")


def _is_padding(source: _Source) -> bool:
    """Whether only zeros follow, as tapes and some tools leave them."""
    while data := source.take():
        if data.strip(b"\0"):
            return False
    return True


class _Inflated(io.RawIOBase):
    """A raw stream over chunks of content."""

    def __init__(self, chunks: Generator[bytes, None, str]) -> None:
        self._chunks, self._rest = chunks, memoryview(b"")
        self.problem = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration as stop:
                self.problem = self.problem or stop.value or ""
                return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

"""Records as frames of bytes, for processes that talk over a socket: a JSON header, then the raw bytes it speaks of."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from io import BytesIO
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

PREFIX = struct.Struct(">QQ")  # the lengths of header and body
MAX_BYTES = 1 << 29  # of a frame

Kind = TypeVar("Kind")
Decoder = Callable[[Any, BytesIO], Any]


class WireError(Exception):
    """Bytes that are no frame, or a frame that does not hold what it should."""


def pack(value: object) -> bytes:
    """A value as one frame.

    >>> unpack(tuple[str, bytes], pack(("a name", b"raw")))
    ('a name', b'raw')

    Values are str, int, float, bytes, None, and tuples and NamedTuples of them. Texts go through UTF-8 with lone
    surrogates let through, since JSON's escapes would join two of them into one character.
    """
    body: list[bytes] = []

    def aside(item: object) -> int:
        if not isinstance(item, bytes):
            raise TypeError(f"{type(item).__name__} has no place in a frame")
        body.append(item)
        return len(item)

    text = json.dumps(value, default=aside, ensure_ascii=False, separators=(",", ":"))
    header = text.encode("utf-8", "surrogatepass")
    return b"".join((PREFIX.pack(len(header), sum(map(len, body))), header, *body))


def take(inbox: bytearray) -> bytes | None:
    """The first frame of what has come in so far, taken out of it; None as long as it is not whole.

    >>> inbox = bytearray(pack((1,))[:-1])
    >>> take(inbox)
    >>> inbox += b"]"
    >>> take(inbox) == pack((1,)), len(inbox)
    (True, 0)

    Raises `WireError` for one of more than MAX_BYTES, before they are there.
    """
    if len(inbox) < PREFIX.size:
        return None
    size = PREFIX.size + sum(PREFIX.unpack_from(inbox))
    if size > MAX_BYTES:
        raise WireError(f"a frame of {size} bytes")
    if len(inbox) < size:
        return None
    frame = bytes(inbox[:size])
    del inbox[:size]
    return frame


def unpack(kind: type[Kind], frame: bytes) -> Kind:
    """The value in a frame, which must be of this kind in every part. Raises `WireError` when it is not."""
    start = PREFIX.size + PREFIX.unpack_from(frame)[0]
    body = BytesIO(frame[start:])
    try:
        value: Kind = _decoder(cast(Hashable, kind))(
            json.loads(frame[PREFIX.size : start].decode("utf-8", "surrogatepass")), body
        )
    except (ValueError, RecursionError) as error:
        raise WireError("no JSON") from error
    if body.read(1):
        raise WireError("more bytes than the header speaks of")
    return value


@cache
def _decoder(kind: Any) -> Decoder:
    """What turns the JSON of a kind back into it."""
    if kind is bytes:
        return _raw
    if hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return _fixed(kind._make, [_decoder(hints[name]) for name in kind._fields])
    if get_origin(kind) is UnionType:
        return _optional(*(_decoder(item) for item in get_args(kind) if item is not NoneType))
    if get_origin(kind) is not tuple:
        return _plain((int, float) if kind is float else (kind,))
    items = get_args(kind)
    if items[-1] is Ellipsis:
        return _repeated(_decoder(items[0]))
    return _fixed(tuple, [_decoder(item) for item in items])


def _raw(value: Any, body: BytesIO) -> bytes:
    if type(value) is not int or value < 0:
        raise WireError("no length")
    data = body.read(value)
    if len(data) < value:
        raise WireError("fewer bytes than the header speaks of")
    return data


def _plain(kinds: tuple[type, ...]) -> Decoder:
    def decode(value: Any, _: BytesIO) -> Any:
        if type(value) not in kinds:
            raise WireError(f"{type(value).__name__} for {kinds[-1].__name__}")
        return value

    return decode


def _optional(inner: Decoder) -> Decoder:
    return lambda value, body: None if value is None else inner(value, body)


def _repeated(inner: Decoder) -> Decoder:
    def decode(value: Any, body: BytesIO) -> tuple[Any, ...]:
        if type(value) is not list:
            raise WireError("no list")
        return tuple([inner(item, body) for item in value])

    return decode


def _fixed(make: Callable[[list[Any]], Any], inner: Sequence[Decoder]) -> Decoder:
    def decode(value: Any, body: BytesIO) -> Any:
        if type(value) is not list or len(value) != len(inner):
            raise WireError(f"no list of {len(inner)}")
        return make([decoder(item, body) for decoder, item in zip(inner, value, strict=True)])

    return decode

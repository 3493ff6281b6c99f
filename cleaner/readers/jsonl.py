"""JSON Lines: every line is an article, and its texts are the strings of the wanted members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from cleaner.encoding import MAX_BYTES
from cleaner.readers import Document, Field, Options, Record, UnreadableError
from cleaner.readers.escapes import Escapes, Located, as_fields
from cleaner.readers.lines import BLOCK, lines

MAX_DEPTH = 200  # of nested arrays and objects; the standard library's parser recurses
MAX_TEXTS = 10_000  # in one line
# Numbers stay text: Python refuses to convert those of more than 4,300 digits.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_BEFORE_VALUE = re.compile(r"[ \t\n\r:]*+")
_TO_VALUE = re.compile(r'[^][{}"]*+')  # also over numbers, true, false and null, which hold no text
_NO_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^][{}"]++', re.S)
# A pair of surrogates is one character, as json.loads has it. A pattern that begins with a plain character is searched fast.
_PLAIN, _PAIR = r"u(?:[^dD]...|[dD][0-7]..)", r"u[dD][89abAB]..\\u[dD][c-fC-F].."
_RUNS = rf"\\(?:({_PLAIN}(?:\\{_PLAIN})*+)|({_PAIR}(?:\\{_PAIR})*+)|([^u](?:\\[^u])*+)|(u....))"
_ESCAPES = Escapes(re.compile(_RUNS), (6, 12, 2, 6))
_HIGH, _LOW = re.compile("[\ud800-\udbff]"), re.compile("[\udc00-\udfff]")


def records(stream: BinaryIO, options: Options, *, block: int = BLOCK, limit: int = MAX_BYTES) -> Iterator[Record]:
    """The lines of a stream, named by their numbers from 1; only LF ends a line, and a blank one is no article.

    >>> import io
    >>> [(record.data, record.record) for record in records(io.BytesIO(b'{}\\n\\n{}'), Options())]
    [(b'{}\\n', '1'), (b'\\n', ''), (b'{}', '3')]
    """
    number, begins = 0, True
    for piece in lines(stream, block, limit):
        number += begins
        if not begins:
            yield Record(piece, "")
        elif len(piece) > limit:
            yield Record(piece, str(number), problem=f"larger than {limit} bytes")
        else:
            yield Record(piece, "" if _is_blank(piece) else str(number))
        begins = piece.endswith(b"\n")


def _is_blank(line: bytes) -> bool:
    return not line.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")


def fields(document: Document, options: Options) -> list[Field]:
    """The strings of the wanted members, `a.b` for b below a, and of every element of an array on the way or at the end.

    >>> line = '{"id": 1, "meta": {"title": "é"}, "parts": [{"text": "a\\\\u4e2db"}, {"text": "c"}]}'
    >>> options = Options(("meta.title", "parts.text"))
    >>> [(field.name, field.text) for field in fields(Document(line.encode(), "jsonl"), options)]
    [('meta.title', 'é'), ('parts.text', 'a中b'), ('parts.text', 'c')]

    A member that occurs twice gives both. Raises `UnreadableError` for a line that is not one JSON value in UTF-8.
    """
    try:
        line = document.data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableError("encoding: not UTF-8") from None
    text = line.removeprefix("\ufeff")
    _check(text)
    found: list[Located] = []
    _walk(text, _end(_BEFORE_VALUE, text, 0), [_Wanted(name, name) for name in dict.fromkeys(options.fields)], found)
    if any(_could_join(place.text) for place in found if len(place.text) != place.end - place.start):
        raise UnreadableError("surrogates: a cut could join two that stand alone")
    return list(as_fields(text, 3 if text != line else 0, found, _ESCAPES, options.text_format))


def _check(text: str) -> None:
    """Raise for what the standard library does not take as one JSON value, or could not take apart."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise UnreadableError(f"JSON nested deeper than {MAX_DEPTH}")
    try:
        _DECODER.decode(text)
    except ValueError:
        raise UnreadableError("invalid JSON") from None


def _depth(text: str) -> int:
    brackets = np.frombuffer(_NO_BRACKETS.sub("", text).encode(), np.uint8)
    return int(np.cumsum(np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1)).max(initial=0))


class _Wanted(NamedTuple):
    """A name asked for, and what of it is below here; None when nothing is, so that a string here is meant."""

    name: str
    rest: str | None


def _walk(text: str, at: int, wanted: list[_Wanted], found: list[Located]) -> int:
    """Collect the wanted strings of the value at an offset of valid JSON; return where the value ends."""
    sign = text[at]
    if not wanted or sign not in '{["':
        return _DECODER.raw_decode(text, at)[1]
    if sign == '"':
        value, end = _DECODER.raw_decode(text, at)
        found += [Located(name, value, at + 1, end - 1) for name, rest in wanted if rest is None]
        if len(found) > MAX_TEXTS:
            raise UnreadableError(f"more than {MAX_TEXTS} texts in one line")
        return end
    at = _end(_TO_VALUE, text, at + 1)
    while text[at] not in "]}":
        below = wanted
        if sign == "{":
            key, at = _DECODER.raw_decode(text, at)
            below, at = _below(wanted, key), _end(_BEFORE_VALUE, text, at)
        if text[at] in '{["':
            at = _walk(text, at, below, found)
        at = _end(_TO_VALUE, text, at)
    return at + 1


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _below(wanted: list[_Wanted], key: str) -> list[_Wanted]:
    """What is wanted below a key, which may hold dots itself."""
    below = []
    for name, rest in wanted:
        if rest == key:
            below.append(_Wanted(name, None))
        elif rest is not None and rest.startswith(key + "."):
            below.append(_Wanted(name, rest[len(key) + 1 :]))
    return below


def _could_join(text: str) -> bool:
    """Whether a high surrogate stands before a low one: with nothing left between them they would be one character."""
    high = _HIGH.search(text)
    return bool(high and _LOW.search(text, high.end()))

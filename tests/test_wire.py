"""Frames hold every record exactly, however they arrive, and what is no frame is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.document import Finding, Outcome
from cleaner.engine.wire import PREFIX, WireError, pack, take, unpack
from cleaner.readers import Document, Record
from cleaner.span import Span

TEXTS = st.text(st.characters(exclude_categories=()))  # any code point, lone surrogates too
RANGES = st.tuples(st.integers(), st.integers())
SPANS = st.builds(
    Span,
    st.integers(),
    st.integers(),
    st.floats(allow_nan=False),
    TEXTS,
    TEXTS,
    st.lists(st.tuples(TEXTS, st.floats(allow_nan=False)), max_size=3).map(tuple),
    TEXTS,
)
FINDINGS = st.builds(Finding, SPANS, *[st.integers()] * 4, *[TEXTS] * 4)
OUTCOMES = st.builds(
    Outcome,
    TEXTS,
    TEXTS,
    st.binary(),
    st.lists(FINDINGS, max_size=2).map(tuple),
    st.lists(RANGES, max_size=3).map(tuple),
)
DOCUMENTS = st.builds(Document, st.binary(), st.none() | TEXTS, TEXTS, TEXTS)


@given(st.lists(DOCUMENTS, max_size=4).map(tuple))
def test_documents_come_back_exactly(documents: tuple[Document, ...]) -> None:
    assert unpack(tuple[Document, ...], pack(documents)) == documents


@given(st.lists(OUTCOMES, max_size=3).map(tuple))
def test_outcomes_come_back_exactly(outcomes: tuple[Outcome, ...]) -> None:
    assert unpack(tuple[Outcome, ...], pack(outcomes)) == outcomes


@pytest.mark.parametrize("text", ["\ud83d\ude00", "\U0001f600", "\ud800", '\0\x1f\x7f\u2028\\"', "\ufeff"])
def test_no_two_texts_are_mixed_up(text: str) -> None:
    assert unpack(tuple[str], pack((text,))) == (text,)


def test_records_come_back_as_records() -> None:
    record = Record(b"\xff", "12", problem="none")
    (back,) = unpack(tuple[Record], pack((record,)))
    assert (back, type(back)) == (record, Record)


@given(st.lists(st.lists(DOCUMENTS, max_size=2).map(tuple), max_size=3), st.integers(1, 50))
def test_frames_are_whole_however_they_arrive(batches: list[tuple[Document, ...]], step: int) -> None:
    stream = b"".join(map(pack, batches))
    inbox, frames = bytearray(), []
    for start in range(0, len(stream), step):
        inbox += stream[start : start + step]
        while frame := take(inbox):
            frames.append(unpack(tuple[Document, ...], frame))
    assert (frames, inbox) == (batches, b"")


def framed(header: bytes, body: bytes = b"") -> bytes:
    return PREFIX.pack(len(header), len(body)) + header + body


BAD = {
    "empty header": framed(b""),
    "no JSON": framed(b"[}"),
    "no UTF-8": framed(b'["\xff"]'),
    "deep": framed(b"[" * 100_000),
    "an object": framed(b"{}"),
    "a number of many digits": framed(b"[[" + b"9" * 5000 + b"]]"),
    "too few fields": framed(b'[[0,"txt",""]]'),
    "too many fields": framed(b'[[0,"txt","","","",""]]'),
    "a number for a text": framed(b'[[0,1,"","",""]]'),
    "null for a text": framed(b'[[0,"txt",null,"",""]]'),
    "truth for a length": framed(b'[[true,"txt","","",""]]', b"x"),
    "a negative length": framed(b'[[-1,"txt","","",""]]', b"x"),
    "too few bytes": framed(b'[[2,"txt","","",""]]', b"x"),
    "too many bytes": framed(b'[[0,"txt","","",""]]', b"x"),
}


@pytest.mark.parametrize("frame", BAD.values(), ids=BAD.keys())
def test_malformed_frames_are_refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        unpack(tuple[Document, ...], frame)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_refused(noise: bytes) -> None:
    inbox = bytearray(noise)
    try:
        frame = take(inbox)
        if frame is not None:
            unpack(tuple[Document, ...], frame)
    except WireError:
        pass


def test_a_frame_too_long_is_refused_before_it_is_there() -> None:
    with pytest.raises(WireError):
        take(bytearray(PREFIX.pack(0, 1 << 40)))


def test_what_has_no_place_in_a_frame_is_an_error() -> None:
    with pytest.raises(TypeError):
        pack(({1, 2},))

"""Places of findings in their files, and every form on any text, name and record there may be."""

from __future__ import annotations

import json
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.decide import REMOVED, REVIEW
from cleaner.document import UNCHANGED, At, Finding, Outcome
from cleaner.report import forms
from cleaner.report.found import Found, Place, fingerprint, found_in
from cleaner.report.quote import quote
from cleaner.span import Span

TEXTS = st.text(st.characters(exclude_categories=()), min_size=1)
PATHS = st.binary(min_size=1).filter(lambda name: b"\0" not in name).map(os.fsdecode)


def _finding(start: int, end: int, text: str, action: str = REMOVED) -> Finding:
    return Finding(Span(0, len(text), 0.9, "promo-line", "seo", (), action), start, end, 1, 1, text, "", "")


@st.composite
def _found(draw: st.DrawFn) -> Found:
    text = draw(TEXTS)
    finding = _finding(0, 1, text, draw(st.sampled_from([REMOVED, REVIEW])))
    finding = finding._replace(before=draw(TEXTS)[-40:], after=draw(TEXTS)[:40])
    record, field = draw(st.just("") | TEXTS), draw(st.just("") | TEXTS)
    place = Place(1, 1, draw(st.integers(0, 1)))
    return Found(
        draw(PATHS), finding, place, place, place, 0, record, field, b"x", draw(st.booleans()), draw(st.booleans())
    )


def _printed(name: str, found: list[Found]) -> str:
    form = forms.form(name)
    return form.head + form.between.join(map(form.each, found)) + form.tail(forms.Totals(problems={"a\ud800": 1}))


@settings(max_examples=60, deadline=None)
@given(st.lists(_found(), min_size=1, max_size=3))
def test_every_form_takes_everything(found: list[Found]) -> None:
    for name in ("sarif", "gitlab", "rdjson"):
        output = _printed(name, found)
        assert output.isascii()
        assert json.dumps(json.loads(output), ensure_ascii=False).encode("utf-8")
    rows = [json.loads(line) for line in _printed("json", found).splitlines()]
    assert [(row["path"], row["text"]) for row in rows] == [(item.path, item.finding.text) for item in found]
    lines = _printed("text", found).splitlines()
    assert len(lines) == len(found)
    assert [line for line in lines if quote(line) != line] == []
    github = _printed("github", found)
    commands = github.removesuffix("\n").split("\n")
    assert all(re.match("::(warning|notice) file=|cleaner: ", command) for command in commands)
    assert github.replace("\n", "").isprintable()


def _in(data: bytes, edges: list[tuple[int, int]], path: str = "a.txt", **place: int) -> list[Found]:
    findings = tuple(_finding(start, end, data[start:end].decode("utf-8", "surrogateescape")) for start, end in edges)
    return list(found_in(path, Outcome(UNCHANGED, "", data, findings, ()), data, At(**place)))


@pytest.mark.parametrize(
    ("data", "edge", "start", "seen", "end"),
    [
        ("SPAM\n", (0, 5), (1, 1, 1), (1, 1, 1), (2, 1, 1)),
        ("é SPAM", (3, 7), (1, 3, 4), (1, 3, 4), (1, 7, 8)),
        ("\ufeffSPAM", (3, 7), (1, 1, 4), (1, 1, 4), (1, 5, 8)),
        ("é\nSPAM", (2, 7), (1, 2, 3), (2, 1, 1), (2, 5, 5)),
        ("a\r\nSPAM", (1, 7), (1, 2, 2), (2, 1, 1), (2, 5, 5)),
        ("a\n\n💋 SPAM x", (8, 12), (3, 3, 6), (3, 3, 6), (3, 7, 10)),
    ],
)
def test_places(data: str, edge: tuple[int, int], start: Place, seen: Place, end: Place) -> None:
    [found] = _in(data.encode(), [edge])
    assert (found.start, found.seen, found.end) == (start, seen, end)


def test_records_are_counted_on() -> None:
    [found] = _in(b'{"text": "SPAM"}\n', [(10, 14)], "a.jsonl", base=100, lines=6, record="7")
    assert (found.start, found.is_fix) == (Place(7, 11, 11), True)


@pytest.mark.parametrize(
    ("path", "data", "has_place", "is_fix"),
    [
        ("a.txt", b"SPAM", True, True),
        ("a.txt", b"SPAM caf\xe9", True, False),
        ("a.txt.gz", b"SPAM", False, False),
        ("a.warc", b"SPAM", True, False),
        ("a.parquet", b"SPAM", False, False),
        ("-", b"SPAM", True, True),
    ],
)
def test_what_can_be_said(path: str, data: bytes, has_place: bool, is_fix: bool) -> None:
    [found] = _in(data, [(0, 4)], path)
    assert (found.has_place, found.is_fix) == (has_place, is_fix)


class _Counted(bytes):
    """Bytes that count how many of them are looked at in slices."""

    looked_at = 0

    def __getitem__(self, part: object) -> bytes:  # type: ignore[override]
        piece = super().__getitem__(part)  # type: ignore[index]
        self.looked_at += len(piece)  # type: ignore[arg-type]
        return piece  # type: ignore[return-value]


def test_a_long_line_is_gone_over_once() -> None:
    data = _Counted(b"SPAM and " * 100_000)
    found = _in(data, [(at, at + 4) for at in range(0, len(data), 900)])
    assert found[-1].start.column == len(data) - 899
    assert data.looked_at < 2 * len(data)


def test_places_need_not_come_in_order() -> None:
    first, second = _in(b"a\nSPAM\nSPAM", [(7, 11), (2, 6)])
    assert (first.start, second.start) == ((3, 1, 1), (2, 1, 1))


@pytest.mark.parametrize(("one", "other", "same"), [("Casino  X", "casino x\n", True), ("ab", "a b", False)])
def test_fingerprint(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one) == fingerprint(other)) == same
    assert fingerprint("a", "b") != fingerprint("b", "a")

"""One row of the ledger parses back to what was found, whatever that holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.document import Finding
from cleaner.report.removals import row
from cleaner.span import Span

KEYS = "path start end byte_start byte_end line column text score reason trade action evidence context"


def _finding(text: str) -> Finding:
    span = Span(
        3, 9, 0.98765432, "promo-line", "escort", (("repeats 3 times", 1.5), ("before looking", -0.25)), "removed"
    )
    return Finding(span, 5, 11, 2, 1, text, text[:2], text[-2:])


def _decoded(text: str) -> str:
    """As any decoder gives it: two halves of a pair never stand side by side."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@given(st.text(st.characters(exclude_categories=())).map(_decoded))
@example("caf\udce9")
@example('"\\\n\r\u2028\u2029\x85\0\x1b')
@example("爱上海💋")
@example("\udc8b\ud83d")
def test_row_parses_back(text: str) -> None:
    line = row("folder/a.txt", _finding(text))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    parsed = json.loads(line)
    assert " ".join(parsed) == KEYS
    assert parsed["text"] == text
    assert parsed["context"] == [text[:2], text[-2:]]


def test_values() -> None:
    parsed = json.loads(row("é/\udce9.txt", _finding("spam")))
    assert parsed == {
        "path": "é/\udce9.txt", "start": 3, "end": 9, "byte_start": 5, "byte_end": 11, "line": 2, "column": 1,
        "text": "spam", "score": 0.9877, "reason": "promo-line", "trade": "escort", "action": "removed",
        "evidence": [["repeats 3 times", 1.5], ["before looking", -0.25]], "context": ["sp", "am"],
    }  # fmt: skip


@pytest.mark.parametrize(("text", "ascii_only"), [("爱上海", False), ("\udce9", True)])
def test_readable_where_possible(text: str, ascii_only: bool) -> None:
    assert row("a.txt", _finding(text)).isascii() == ascii_only

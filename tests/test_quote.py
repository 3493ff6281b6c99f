"""Hostile text, and how it is printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.report.quote import quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain, é, 爱, 💋", "plain, é, 爱, 💋"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\n\tb\x7f\0", "a\\r\\n\\tb\\x7f\\x00"),
        ("\u202eabc\u2066\u200f", "\\u202eabc\\u2066\\u200f"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("\u200b\ufeff\u00ad", "\\u200b\\ufeff\\xad"),
        ("\ud800\udcff", "\\ud800\\udcff"),
        ("\ue000\U0010ffff\ufffe", "\\ue000\\U0010ffff\\ufffe"),
        ("\u00a0\u3000", "\\xa0\\u3000"),
        ("\U000e0041", "\\U000e0041"),
    ],
    ids=repr,
)
def test_quote(text: str, shown: str) -> None:
    assert quote(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("0123456789", 10, "0123456789"),
        ("0123456789", 9, "0123…6789"),
        ("0123456789", 8, "012…789"),
        ("\n" * 9, 5, "\\n…\\n"),
    ],
)
def test_width(text: str, width: int, shown: str) -> None:
    assert quote(text, width) == shown


@given(st.text(st.characters(exclude_categories=())), st.integers(3, 30))
def test_always_printable(text: str, width: int) -> None:
    assert quote(text).isprintable()
    assert quote(text).encode("utf-8").decode("utf-8") == quote(text)
    assert len(quote(text, width)) <= width

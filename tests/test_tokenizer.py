"""Texts and their tokens."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cleaner import tokenize


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        ["\r\n"],
        ["\n", "\n", "\r", "\r\n"],
        ["Hello", ",", " ", "world", "!"],
        ["爱上海", "419", "论坛"],
        ["best", "上海", "カジノ", "で"],
        ["e\u0301te\u0301", " "],
        ["ca\u200bsi\u200bno", " ", "\u200b"],
        ["१२", "कि", " "],
        ["💋💋", "x"],
        ["\ud800", "a", "\udcff"],
        ["\u0301", "a"],
    ],
    ids=repr,
)
def test_tokens(tokens: list[str]) -> None:
    text = "".join(tokens)
    starts = tokenize(text).starts.tolist()
    assert [text[a:b] for a, b in pairwise([*starts, len(text)])] == tokens

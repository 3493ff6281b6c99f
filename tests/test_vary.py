"""Layouts that training gives to clean articles: they change the layout, not the words."""

from __future__ import annotations

from random import Random

import pytest
import regex
from samples import CORPUS

from cleaner.train.vary import vary

TEXTS = [
    (path.suffix[1:], path.read_text(encoding="utf-8"))
    for language in ("en", "zh-Hans", "th")
    for path in sorted((CORPUS / "articles" / language).glob("*"))
]


@pytest.mark.parametrize(("format", "text"), TEXTS)
def test_no_word_is_lost(format: str, text: str) -> None:
    for seed in range(40):
        varied = vary(text, format, Random(seed))
        assert varied == vary(text, format, Random(seed))
        lost = set(regex.findall(r"\p{L}+", text)) - set(regex.findall(r"\p{L}+", varied))
        assert len(lost) <= 6 if "](" in text else not lost  # one link may lose its text


def test_most_texts_stay_as_they_are() -> None:
    text = "\n".join(f"This is line number {n}, and it is a plain one." for n in range(20))
    same = sum(vary(text, "txt", Random(seed)) == text for seed in range(200))
    assert 100 < same < 200


def test_headings_and_lists_are_made() -> None:
    text = "\n".join("The tide comes in twice a day. Nobody in the harbour waits for it." for _ in range(5))
    varied = {vary(text, "txt", Random(seed)) for seed in range(4000)}
    assert any(regex.search(r"^【The.*】$", one, regex.M) for one in varied)
    assert any(regex.search(r"^(- |• |1\. )The tide comes in twice a day\.$", one, regex.M) for one in varied)

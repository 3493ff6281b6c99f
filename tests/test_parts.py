"""Long texts are judged in parts, and nothing is lost or moved by that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE

from cleaner import Cleaner, parts

SPAM = "上海龙凤论坛 外卖工作室 品茶 微信 5839201"


@given(st.text(alphabet="ab .\n。", max_size=200), st.integers(1, 50))
def test_parts_tile_the_text(text: str, most: int) -> None:
    found = list(parts.parts(text, most))
    assert "".join(text[start:end] for start, end in found) == text
    assert all(end - start <= most for start, end in found)
    assert all(start < end for start, end in found) or not text


def test_a_part_ends_with_a_paragraph_before_anything_else() -> None:
    text = "A sentence. Another one.\n\nA third. A fourth"
    assert [text[start:end] for start, end in parts.parts(text, 36)] == [
        "A sentence. Another one.\n\n",
        "A third. A fourth",
    ]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 1,200 characters."""
    split = parts.parts
    monkeypatch.setattr(parts, "parts", lambda text: split(text, 1200))
    monkeypatch.setattr(parts, "MOST", 1200)


@pytest.mark.usefixtures("few")
def test_spam_of_every_part_is_found_where_it_is(cleaner: Cleaner) -> None:
    pieces = [ARTICLE] * 8
    dirty = "".join(f"{piece}{SPAM}\n" if number % 2 else piece for number, piece in enumerate(pieces))
    result = cleaner.clean(dirty)
    assert result.text == "".join(pieces)
    assert len(result.cuts) == 4


@pytest.mark.usefixtures("few")
def test_code_stays_in_every_part(cleaner: Cleaner) -> None:
    text = "".join(f"{ARTICLE}\n```\n{SPAM}\n```\n\n" for _ in range(6))
    assert cleaner.clean(text, format="md").text == text

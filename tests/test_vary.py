"""Layouts that training gives to clean articles: they change the layout, not the words."""

from __future__ import annotations

from random import Random

import pytest
import regex
from samples import CORPUS

from cleaner.charclass import code_points
from cleaner.train import vary as layouts
from cleaner.train.vary import vary, wrapped
from cleaner.view import fold

TEXTS = [
    (path.suffix[1:], path.read_text(encoding="utf-8"))
    for language in ("en", "zh-Hans", "th")
    for path in sorted((CORPUS / "articles" / language).glob("*"))
]

FOREIGN = "Die Fähre legt jeden Morgen um sieben ab.\nWer zu spät kommt, wartet bis zum Abend.\n"


@pytest.mark.parametrize(("format", "text"), TEXTS)
def test_no_word_is_lost(format: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "STYLED_SHARE", 0)  # it writes words in other letters
    for seed in range(40):
        varied = vary(text, format, FOREIGN, Random(seed))
        assert varied == vary(text, format, FOREIGN, Random(seed))
        lost = set(_words(text)) - set(_words(varied))
        assert len(lost) <= 6 if "](" in text else not lost  # one link may lose its text


def _words(text: str) -> list[str]:
    return [word.lower() for word in regex.findall(r"\p{L}+", text)]


def test_most_texts_stay_as_they_are() -> None:
    text = "\n".join(f"This is line number {n}, and it is a plain one." for n in range(20))
    same = sum(vary(text, "txt", FOREIGN, Random(seed)) == text for seed in range(200))
    assert 100 < same < 200


def test_headings_and_lists_are_made() -> None:
    text = "\n".join("The tide comes in twice a day. Nobody in the harbour waits for it." for _ in range(5))
    varied = {vary(text, "txt", FOREIGN, Random(seed)) for seed in range(4000)}
    assert any(regex.search(r"^【The.*】$", one, regex.M) for one in varied)
    assert any(regex.search(r"^(- |• |1\. )The tide comes in twice a day\.$", one, regex.M) for one in varied)


def test_links_are_written_in_other_ways() -> None:
    text = "See the [tide tables](https://tides.example/today) before you go.\n" * 3
    varied = {vary(text, "md", "", Random(seed)) for seed in range(600)}
    assert any('<a href="https://tides.example/today">tide tables</a>' in one for one in varied)
    assert any("[tides.example](https://tides.example/today)" in one for one in varied)


def test_glosses_are_words_of_the_other_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("STYLED_SHARE", "FOREIGN_SHARE"):
        monkeypatch.setattr(layouts, share, 0)
    text = "The tide comes in twice a day, and nobody in the harbour waits for it.\n" * 3
    glosses = {
        gloss for seed in range(4000) for gloss in regex.findall(r"“(.*?)”", vary(text, "txt", FOREIGN, Random(seed)))
    }
    assert "Die Fähre" in glosses
    known = f"{_flat(FOREIGN)} {_flat(text)}"
    assert all(_flat(gloss) in known for gloss in glosses)


def test_lines_of_the_other_text_stand_between_the_lines() -> None:
    text = "The tide comes in twice a day, and nobody in the harbour waits for it.\n" * 3
    varied = {vary(text, "txt", FOREIGN, Random(seed)) for seed in range(2000)}
    first = FOREIGN.split("\n")[0]
    assert any(f"\n{first}\n" in one for one in varied)
    assert any(f"\n> {first}\n" in one for one in varied)
    assert any("Die Fähre" in one and "legt jeden" not in one for one in varied)


def test_some_words_are_written_in_fancy_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("FOREIGN_SHARE", "CREDITS_SHARE", "GLOSSES_SHARE", "MORE_SHARE", "HEADINGS_SHARE", "WRAPPED_SHARE"):
        monkeypatch.setattr(layouts, share, 0)
    monkeypatch.setattr(layouts, "STYLED_SHARE", 1)
    text = "The tide comes in twice a day, and nobody in the harbour waits for it.\n" * 3
    styled = [vary(text, "txt", "", Random(seed)) for seed in range(60)]
    assert sum(one != text for one in styled) > 50
    read = ["".join(map(chr, fold(code_points(one)).codes)) for one in styled]
    assert sum(_words(text) == _words(one) for one in read) > 20  # the view takes most disguises off


def _flat(text: str) -> str:
    return regex.sub(r"[.,\s]+", " ", text.lower()).strip()


@pytest.mark.parametrize(("format", "text"), TEXTS)
def test_wrapped_lines_end_between_words(format: str, text: str) -> None:
    for seed in range(40):
        lines = wrapped(text, Random(seed))
        assert _words(lines.replace("&#39;", "'").replace("&quot;", '"')) == _words(text)


def test_code_is_not_wrapped() -> None:
    code = "```\n" + "a = some_function_of(many, arguments)  # " * 5 + "\n```\n"
    assert all(code in wrapped(f"A line.\n\n{code}", Random(seed)) for seed in range(40))

"""What is said of a verdict, for every way it can come about."""

from __future__ import annotations

import pytest

from cleaner import Cleaner
from cleaner.decide import BLOCK, HIDDEN_BLOCK, REMOVED, REVIEW
from cleaner.model import Model
from cleaner.verdict import KEPT, Place, words

LINE = "One.\nSPAM\nTwo.\n"


@pytest.fixture(scope="module")
def model(cleaner: Cleaner) -> Model:
    return cleaner.model._replace(remove=0.7, review=0.2)


def _lines(model: Model, text: str, place: Place, format: str = "txt", problem: str = "") -> list[str]:
    return list(words(place, text, format, model, problem))


@pytest.mark.parametrize(
    ("score", "verdict", "changes", "line"),
    [
        (0.9, REMOVED, {}, "cut: 0.900 is not under 0.700"),
        (0.5, REMOVED, {"reason": BLOCK}, "cut, though 0.500 is under 0.700: it stands among lines of spam"),
        (0.5, REMOVED, {"reason": HIDDEN_BLOCK}, "cut, though 0.500 is under 0.700: readers do not see it"),
        (0.5, REMOVED, {"n_sure": 2}, "cut, though 0.500 is under 0.700: 0.25 is enough where 2 other places are cut"),
        (
            0.5,
            REMOVED,
            {"n_sure": 2, "reason": BLOCK},
            "cut, though 0.500 is under 0.700: 0.25 is enough where 2 other places are cut",
        ),
        (0.5, REMOVED, {"n_sure": 1}, "cut, though 0.500 is under 0.700: `--level review`, or what led to it was cut"),
        (0.1, KEPT, {}, "kept: 0.100 is under 0.200, from which places are reported"),
        (0.4, KEPT, {}, "kept: 0.400 is not under 0.200, but nothing could be cut here"),
        (
            0.5,
            REVIEW,
            {"is_cut_at_review": True},
            "0.500 is under 0.700: reported for review only; `--level review` would cut it",
        ),
        (
            0.9,
            REVIEW,
            {"reason": "spam-in-code"},
            "reported for review only, at every level: it stands in code, which is never cut",
        ),
        (0.9, REVIEW, {}, "reported for review only, at every level: something in the text still needs it"),
    ],
)
def test_decision(model: Model, score: float, verdict: str, changes: dict[str, object], line: str) -> None:
    place = Place(5, 9, score, verdict, (), cut=(5, 9))._replace(**changes)
    assert _lines(model, LINE, place)[0] == line


@pytest.mark.parametrize(
    ("text", "cut", "obstacle"),
    [
        ("a (SPAM b) c", (2, 7), "cutting it would take one bracket of a pair"),
        ("a\n- SPAM\n\n  b", (2, 9), "what stands below belongs to it, and would be code or say something else"),
        ("a <bSPAMr> c", (4, 8), "cutting it would make markup of what is around it"),
    ],
)
def test_obstacle(model: Model, text: str, cut: tuple[int, int], obstacle: str) -> None:
    [line] = _lines(model, text, Place(*cut, 0.9, REVIEW, (), cut=cut))
    assert line.endswith(f": {obstacle}")


def test_a_document_of_which_nothing_is_cut(model: Model) -> None:
    place = Place(5, 9, 0.9, REVIEW, (), cut=(5, 9), is_cut_at_review=True)
    line = _lines(model, LINE, place, problem="more than 60% of it would be cut")[0]
    assert line == "reported for review only: nothing of this document is cut, more than 60% of it would be cut"


def test_pages_say_that_the_place_matters(model: Model) -> None:
    place = Place(5, 9, 0.5, REMOVED, (), cut=(5, 9))
    assert "depends on where it stands" in _lines(model, LINE, place, "html")[0]


@pytest.mark.parametrize(
    ("text", "place", "cut", "taken"),
    [
        (LINE, (5, 9), (5, 10), "its own line, with the line end"),
        ("One.\nSPAM", (5, 9), (4, 9), "its own line, with the line end"),
        ("One.\n- SPAM\nTwo.\n", (7, 11), (5, 12), "its own line, with `- ` before it and `\\n` behind it"),
        ("One SPAM two.", (4, 8), (4, 9), "it, with ` ` behind it"),
        ("One \x1b[0mSPAM two.", (8, 12), (4, 13), "it, with `\\x1b[0m` before it and ` ` behind it"),
    ],
)
def test_what_goes_along(model: Model, text: str, place: tuple[int, int], cut: tuple[int, int], taken: str) -> None:
    lines = _lines(model, text, Place(*place, 0.9, REMOVED, (), reason="promo-line", cut=cut))
    assert lines[1:] == [f"goes: {taken}", "promo-line: a line of its own that advertises (docs/reasons.md)"]
    asked = _lines(model, text, Place(*place, 0.5, REVIEW, (), reason="promo-line", cut=cut, is_cut_at_review=True))
    assert asked[1] == f"would go: {taken}"

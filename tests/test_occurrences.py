"""The texts of campaigns are found wherever they stand word for word, and judged there."""

from __future__ import annotations

import pytest
from samples import ARTICLE

from cleaner import Cleaner
from cleaner.judge import judge
from cleaner.occurrences import occurrences, sought
from cleaner.reading import read
from cleaner.wording import LONGEST, key_of

TERM, HAN = "cheap replica watches", "上海龙凤论坛"


def _found(
    cleaner: Cleaner, text: str, *terms: str, protected: tuple[tuple[int, int], ...] = (), before: str = "Before it.\n"
) -> list[str]:
    """What is found in the second text of a batch, as it stands there."""
    reading = read([before, text], cleaner.model.tables)
    wanted = sought(map(key_of, terms or (TERM, HAN)))
    starts, ends = occurrences(reading, wanted, [[], list(protected)])
    base = int(reading.doc_base[1])
    return [
        text[int(reading.source[start]) - base : int(reading.source[end - 1]) + 1 - base]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We sell cheap replica watches here.", ["cheap replica watches"]),
        ("Cheap - Replica (watches)", ["Cheap - Replica (watches"]),
        ("a сhеар repl\u200bica ｗａｔｃｈｅｓ b", ["сhеар repl\u200bica ｗａｔｃｈｅｓ"]),
        ("cheap replica watches, cheap replica watches", ["cheap replica watches"] * 2),
        ("cheapreplicawatches", ["cheapreplicawatches"]),
        ("xcheap replica watches", []),
        ("cheap replica watchesx", []),
        ("cheap replica\nwatches", []),
        ("cheap replica", []),
        ("", []),
        ("今天的上海龙凤论坛很好", ["上海龙凤论坛"]),
        ("今天的上 海 龙 凤 论 坛。", ["上 海 龙 凤 论 坛"]),
    ],
)
def test_they_are_found_as_whole_words_in_one_line(cleaner: Cleaner, text: str, expected: list[str]) -> None:
    assert _found(cleaner, text) == expected


def test_nothing_is_found_in_protected_stretches(cleaner: Cleaner) -> None:
    text = f"`{TERM}` and {TERM}."
    end = text.index(" and")
    assert _found(cleaner, text, protected=((0, end),)) == [TERM]
    assert _found(cleaner, text, protected=((end - 3, end),)) == [TERM]
    assert _found(cleaner, text, protected=((0, len(text)),)) == []


def test_of_two_that_begin_alike_the_longer_one_counts(cleaner: Cleaner) -> None:
    terms = ("cheap watches", "cheap watches online now")
    assert _found(cleaner, "cheap watches online now, cheap watches online", *terms) == [
        "cheap watches online now",
        "cheap watches",
    ]
    assert _found(cleaner, "They are cheap watches", *terms) == [
        "cheap watches"
    ]  # where the text ends before the longer one


def test_what_says_little_and_what_is_not_known_to_its_end_is_not_sought() -> None:
    assert not sought(["link", "上海", "桑拿网", "x" * LONGEST]).texts
    assert len(sought(["x" * (LONGEST - 1), "上海龙凤"]).texts) == 2


def test_what_is_sought_is_judged_where_nothing_else_is(cleaner: Cleaner) -> None:
    """A harmless phrase: it is looked at because it is wanted, and is no more likely spam for that."""
    phrase = "inspects everybody"
    start, end = ARTICLE.index(phrase), ARTICLE.index(phrase) + len(phrase)

    def about(wanted: list[str]) -> list[float]:
        [judged] = judge([ARTICLE], cleaner.model, [[]], sought(wanted))
        return [item.probability for item in judged if item.start < end and item.end > start]

    assert about([]) == []
    likely = about([key_of(phrase)])
    assert likely
    assert max(likely) < cleaner.model.review
    assert cleaner.knowing([key_of(phrase)]).find(ARTICLE) == cleaner.find(ARTICLE)

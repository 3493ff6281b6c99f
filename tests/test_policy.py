"""What a site says of findings: it can let them stand, add to them, and say how much is cut."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from samples import ARTICLE, DIRTY

from cleaner.api import Cleaner
from cleaner.decide import AMONG
from cleaner.document import process
from cleaner.policy import Policy
from cleaner.readers import Document, Options
from cleaner.span import Span


def _nothing(text: str, spans: Sequence[Span]) -> list[Span]:
    return []


def _own(text: str, spans: Sequence[Span]) -> list[Span]:
    start = text.index("quantum")
    return [*spans, Span(start, start + 7, 1.0, "site-phrase", "unknown", (), "removed")]


def test_what_is_allowed_stands() -> None:
    cleaner = Cleaner()
    assert cleaner.clean(DIRTY).text == ARTICLE
    assert cleaner.clean(DIRTY, policy=Policy(settle=_nothing)) == (DIRTY, (), "")


def test_what_is_added_goes_once() -> None:
    text = "A line on quantum computing that nobody would cut.\n"
    cleaned = Cleaner().clean(text, policy=Policy(settle=_own))
    assert cleaned.text == "A line on  computing that nobody would cut.\n"
    assert [span.reason for span in cleaned.spans] == ["site-phrase"]


@pytest.mark.parametrize(("level", "text"), [("remove", DIRTY), ("review", ARTICLE)])
def test_the_level_is_the_texts_own(level: str, text: str) -> None:
    def doubtful(text: str, spans: Sequence[Span]) -> list[Span]:
        return [span._replace(action="review") if policy.level == "remove" else span for span in spans]

    policy = Policy(level, doubtful)
    assert Cleaner().clean(DIRTY, policy=policy).text == text


def test_a_document_has_the_policy_of_its_path() -> None:
    options = Options(policy_of=lambda path: Policy(settle=_nothing) if path == "kept.txt" else Policy())
    documents = [Document(DIRTY.encode(), "txt", path=path) for path in ("kept.txt", "other.txt")]
    assert [outcome.status for outcome in process(documents, Cleaner(), options)] == ["unchanged", "cleaned"]


def _without_essays(text: str, spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if "essay" not in text[span.start : span.end]]


def test_what_is_allowed_does_not_make_less_enough_for_others() -> None:
    cleaner = Cleaner()
    text = f"{ARTICLE}\nhelp me write essay\n\nThe quay is wide.\n\ncasino bonus codes 2024\n\nIt is long.\n\nfree movie downloads\n"
    cleaner.model = cleaner.model._replace(remove=1.0)
    third, second, first = sorted(span.score for span in cleaner.find(text))
    assert AMONG <= third < second <= first
    cleaner.model = cleaner.model._replace(remove=second)
    assert [span.action for span in cleaner.find(text)] == ["removed"] * 3
    assert [span.action for span in cleaner.counting().find(text)].count("removed") == 2  # a campaign is what is sure
    allowed = cleaner.clean(text, policy=Policy(settle=_without_essays))
    assert [span.action for span in allowed.spans] == ["removed", "review"]

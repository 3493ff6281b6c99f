"""From judged stretches to spans: levels, overlaps, what a reason is called."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from samples import marked, tiny_model

from cleaner import Cleaner
from cleaner import charclass as cc
from cleaner.along import with_blank_lines, with_clauses_between, with_last_line, with_lines_between
from cleaner.api import _Progress
from cleaner.decide import REMOVED, REVIEW, decide
from cleaner.features import ACCEPT_NAMES
from cleaner.judge import Judged, judge
from cleaner.model import Model, load, save
from cleaner.policy import Policy
from cleaner.span import Span, minus


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Removes from 0.9, for review from 0.5."""
    folder: Path = tmp_path_factory.mktemp("model")
    save(folder, *tiny_model())
    return load(folder)


def _judged(text: str, start: int, end: int, probability: float) -> Judged:
    row = np.zeros(len(ACCEPT_NAMES), dtype=np.float32)
    row[ACCEPT_NAMES.index("at_line_start")] = not text[:start].rpartition("\n")[2]
    row[ACCEPT_NAMES.index("at_line_end")] = not text[end:].partition("\n")[0]
    return Judged(start, end, probability, 0.0, row, cc.code_points(text[start:end]))


@pytest.mark.parametrize(("text", "action"), [("one ⟦a⟧ two", REMOVED), ("one “⟦a⟧” two", REVIEW)])
def test_less_is_enough_among_others_but_of_what_is_quoted(model: Model, text: str, action: str) -> None:
    bare, [place] = marked(text)
    judged = [_judged(bare, *place, 0.6)]
    assert [span.action for span in decide(bare, judged, model, "remove")] == [REVIEW]
    assert [span.action for span in decide(bare, judged, model, "remove", is_among=True)] == [action]


def _decided(text: str, probabilities: list[float], model: Model, level: str = "remove") -> tuple[str, list[Span]]:
    bare, stretches = marked(text)
    judged = [_judged(bare, *place, probability) for place, probability in zip(stretches, probabilities, strict=True)]
    return bare, decide(bare, judged, model, level)


@pytest.mark.parametrize(
    ("text", "probabilities", "level", "expected"),
    [
        ("one ⟦a⟧ two ⟦b⟧ three ⟦c⟧ four", [0.95, 0.7, 0.4], "remove", [("a ", "removed"), ("b ", "review")]),
        ("one ⟦a⟧ two ⟦b⟧ three ⟦c⟧ four", [0.95, 0.7, 0.4], "review", [("a ", "removed"), ("b ", "removed")]),
        ("one ⟦a⟧ two", [0.9], "remove", [("a ", "removed")]),
        ("one ⟦a⟧ two", [0.5], "remove", [("a ", "review")]),
        ("one ⟦a⟧ ⟦b⟧ two", [0.95, 0.96], "remove", [("a ", "removed"), ("b ", "removed")]),
        ("one\n⟦a⟧\n⟦b⟧\n", [0.95, 0.96], "remove", [("a\n", "removed"), ("b\n", "removed")]),
        ("one <scr⟦a⟧ipt> two", [0.99], "review", [("a", "review")]),
        ("a ⟦[x](http://s.io/p)⟧ b", [0.99], "remove", [("[x](http://s.io/p) ", "removed")]),
        ("一 Git 二 Git 三\n⟦a b Git⟧ 是\n", [0.95], "remove", [("a b ", "removed")]),
        ("一 Git 二 GitHub 三\n⟦a b Git⟧ 是\n", [0.95], "remove", [("a b Git ", "removed")]),
        ("Git一，Git。\n⟦a b Git⟧ 是\n", [0.95], "remove", [("a b ", "removed")]),
        ("一 Git 二 Git 三\n⟦a b Git⟧\n", [0.95], "remove", [("a b Git\n", "removed")]),
        ("one Git two Git\n⟦a b Git⟧ is\n", [0.95], "remove", [("a b Git ", "removed")]),
        ("one\n⟦a b⟧\ntwo lib/a-⟦b c⟧.c", [0.95, 0.99], "remove", [("a b\n", "removed"), ("b c", "review")]),
        ("a ⟦[x](http://s.io/p)⟧ b at s.io", [0.99], "remove", [("[x]", "removed")]),
        (
            "a ⟦[x](http://s.io/p)⟧ b ⟦s.io⟧",
            [0.99, 0.7],
            "remove",
            [("[x](http://s.io/p) ", "removed"), (" s.io", "review")],
        ),
        (
            "one ⟦[x][1]⟧ two ⟦[y][2]⟧\n\n[1]: http://s.io\n[2]: http://t.io",
            [0.99, 0.98],
            "remove",
            [
                ("[x][1] ", "removed"),
                (" [y][2]", "removed"),
                ("[1]: http://s.io\n", "removed"),
                ("[2]: http://t.io", "removed"),
            ],
        ),
        ("one ⟦[x][1]⟧ [y][1]\n\n[1]: http://s.io", [0.99], "remove", [("[x][1] ", "removed")]),
        ("one ⟦[x][1]⟧ two\n\n[1]: http://s.io", [0.6], "remove", [("[x][1] ", "review")]),
        ("one two", [], "remove", []),
        # Doubtful lines beside lines of spam.
        (
            "one\n⟦a⟧\n⟦b⟧\n⟦c⟧\n⟦d⟧\ntwo",
            [0.95, 0.6, 0.95, 0.6],
            "remove",
            [("a\n", "removed"), ("b\n", "review"), ("c\n", "removed"), ("d\n", "review")],
        ),
        (
            "one\n⟦a⟧\n⟦b⟧\n⟦c⟧\ntwo",
            [0.95, 0.6, 0.6],
            "remove",
            [("a\n", "removed"), ("b\n", "review"), ("c\n", "review")],
        ),
        ("one\n⟦a⟧\n⟦b⟧\n⟦c⟧\n", [0.95, 0.6, 0.6], "remove", [(f"{x}\n", "removed") for x in "abc"]),
        ("one\n⟦a⟧\n⟦b⟧", [0.95, 0.6], "remove", [("a\n", "removed"), ("b", "removed")]),
        ("one\n⟦a⟧\n⟦b⟧\n", [0.6, 0.95], "remove", [("a\n", "review"), ("b\n", "removed")]),
        (
            "⟦a⟧\n\n⟦b⟧\n\n⟦c⟧\n",
            [0.95, 0.6, 0.95],
            "remove",
            [("a\n", "removed"), ("b\n", "review"), ("c\n", "removed")],
        ),
        (
            "one\n⟦a⟧\n⟦b⟧ two\n⟦c⟧\n",
            [0.95, 0.6, 0.95],
            "remove",
            [("a\n", "removed"), ("b ", "review"), ("c\n", "removed")],
        ),
        (
            "one\n⟦[x](http://s.io/p)⟧\n⟦b⟧\n⟦c⟧\ntwo",
            [0.95, 0.6, 0.6],
            "remove",
            [("[x](http://s.io/p)\n", "removed"), ("b\n", "review"), ("c\n", "review")],
        ),
    ],
)
def test_decided(
    model: Model, text: str, probabilities: list[float], level: str, expected: list[tuple[str, str]]
) -> None:
    bare, spans = _decided(text, probabilities, model, level)
    assert [(bare[span.start : span.end], span.action) for span in spans] == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one\n⟦spam⟧\ntwo", "promo-line"),
        (f"one\n⟦{'spam ' * 50}⟧\ntwo", "promo-block"),
        ("one ⟦spam⟧ two", "promo-inline"),
        ("⟦spam⟧ two", "promo-inline"),
        ("one #⟦spam⟧ two", "promo-tag"),
        ("one 🔖 ⟦spam⟧ two", "promo-tag"),
        ("one ⟦[spam](http://x.example)⟧ two", "spam-link"),
        ("one ⟦[spam][1]⟧ two", "spam-link"),
        ('one ⟦<a href="x">spam</a>⟧ two', "spam-link"),
        ("⟦http://x.example⟧", "spam-link"),
    ],
)
def test_reason(model: Model, text: str, reason: str) -> None:
    assert [span.reason for span in _decided(text, [0.99], model)[1]] == [reason]


def test_evidence(model: Model) -> None:
    _, [span] = _decided("one ⟦spam⟧ two", [0.99], model)
    assert span.evidence == (("wording typical of clean text", -1.0), ("other signs", 0.0), ("before looking", 0.25))


@pytest.mark.parametrize(
    ("words", "trade"),
    [
        ("online casino slots free spins bonus", "gambling"),
        ("buy cheap viagra cialis online", "pharma"),
        ("payday loan bad credit instant approval", "loans"),
        ("上海夜网 桑拿 上门服务", "escort"),
        ("代开增值税发票", "documents"),
        ("x", "unknown"),
    ],
)
def test_trade(words: str, trade: str) -> None:
    _, [span] = _decided(f"one ⟦{words}⟧ two", [0.99], load())
    assert span.trade == trade


@pytest.mark.parametrize(
    "text",
    [
        "one “⟦a b⟧” two",
        "one ⟦«a b»⟧ two",
        "one „⟦a b“⟧ two",
        "「⟦a b⟧」\n",
        "| a | b |\n|---|---|\n| ⟦a b⟧ | two |\n",
        f"{'x' * 3000} ⟦a b⟧ two",
    ],
)
def test_what_is_quoted_has_to_be_surer(model: Model, text: str) -> None:
    loose = model._replace(remove=0.5, review=0.2)
    for probability, level, action in ((0.7, "remove", REVIEW), (0.7, "review", REMOVED), (0.85, "remove", REMOVED)):
        [span] = _decided(text, [probability], loose, level)[1]
        assert span.action == action
    plain = text.translate(str.maketrans("“”«»„「」|x", "         "))
    [span] = _decided(plain, [0.7], loose)[1]
    assert span.action == REMOVED


def test_a_weaker_finding_for_review_gives_way() -> None:
    text = "The quay is wide."
    progress = _Progress(text, "txt", Policy())
    weak, strong = (Span(a, b, p, "spam-link", "seo", (), REVIEW, "") for a, b, p in ((0, 8, 0.3), (4, 12, 0.9)))
    progress.add([weak])
    progress.add([strong])
    assert progress.spans == [strong]
    progress.add([weak])
    assert progress.spans == [strong]


def test_a_definition_in_a_code_block_stays(model: Model) -> None:
    text = "one [x][1] two\n```\n[1]: http://s.io\n```\n"
    judged = [_judged(text, 4, 10, 0.99)]
    assert len(decide(text, judged, model, "remove")) == 2
    assert len(decide(text, judged, model, "remove", [(15, len(text))])) == 1


def test_more_places_than_one_round_looks_at(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The likeliest places of a text are looked at first; what is left is for the next rounds, and nothing is lost."""
    text = "The river is wide and calm, and nobody hurries.\nbest online casino bonus\n" * 30
    everything = cleaner.clean(text).text
    monkeypatch.setattr("cleaner.judge.MAX_RUNS", 20)
    assert 0 < len(judge([text], cleaner.model, [[]])[0]) <= 20
    assert cleaner.clean(text).text == everything == "The river is wide and calm, and nobody hurries.\n" * 30


def test_a_doubtful_definition_goes_with_its_reference(cleaner: Cleaner) -> None:
    """On its own it would be for review; once nothing refers to it, it is what is left of a cut."""
    article = "The ferry leaves at seven and nobody hurries on board.\n\nThe dog inspects everybody who gets on.\n"
    spoilt = article.replace("and nobody", "and [cheap viagra online][1] nobody")
    dirty = f"{spoilt}\n[1]: http://cheap-viagra-online.top/\n"
    assert cleaner.clean(dirty, format="md").text == article


def test_a_doubtful_line_behind_spam_at_the_end_is_part_of_a_block(model: Model) -> None:
    _, spans = _decided("one\n⟦a⟧\n⟦b⟧\n⟦c⟧\n", [0.95, 0.6, 0.6], model)
    assert [span.reason for span in spans] == ["promo-line", "promo-block", "promo-block"]


@pytest.mark.parametrize(
    ("text", "actions", "left"),
    [
        ("one\n\n⟦a\n⟧\ntwo\n\n⟦b\n⟧\nthree\n", (REMOVED, REMOVED), "one\n\ntwo\n\nthree\n"),
        ("one\n\n⟦a\n⟧\n⟦b\n⟧\ntwo\n", (REMOVED, REMOVED), "one\n\ntwo\n"),
        ("one\n\n⟦a\n⟧\n⟦b\n⟧", (REMOVED, REMOVED), "one\n"),
        ("one\n\n⟦a\n⟧⟦b\n⟧", (REMOVED, REMOVED), "one\n"),
        ("one\n\n⟦a\n⟧⟦b\n⟧\ntwo\n", (REMOVED, REVIEW), "one\n\nb\n\ntwo\n"),
        ("one\n\n⟦a\n⟧⟦b\n⟧\ntwo\n", (REVIEW, REMOVED), "one\n\na\n\ntwo\n"),
        ("one\n\n⟦a\n⟧⟦\nb\n⟧", (REMOVED, REVIEW), "one\n\n\nb\n"),
    ],
    ids=repr,
)
def test_blank_lines_go_with_what_is_cut(text: str, actions: tuple[str, str], left: str) -> None:
    dirty, places = marked(text)
    spans = [
        Span(start, end, 0.9, "promo-line", "", (), act) for (start, end), act in zip(places, actions, strict=True)
    ]
    cuts = [(span.start, span.end) for span in with_blank_lines(dirty, spans) if span.action == REMOVED]
    assert minus(dirty, cuts) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧d\n⟦e\n⟧two\n", "one\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧d⟦\ne⟧", "one\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧d\n⟦e\n⟧f\n⟦g\n⟧two\n", "one\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧d\n⟦e\n⟧two\n", "one\nd\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧d\nd\n⟦e\n⟧two\n", "one\nd\nd\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧\nd\n⟦e\n⟧two\n", "one\n\nd\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧an honest line\n⟦e\n⟧two\n", "one\nan honest line\ntwo\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧d\nthree ⟦e\n⟧two\n", "one\nd\nthree two\n"),
        ("one\n⟦a\n⟧⟦b\n⟧⟦c ⟧d\n⟦e\n⟧two\n", "one\nd\ntwo\n"),
    ],
    ids=repr,
)
def test_one_line_among_many_of_spam_goes_with_them(text: str, left: str) -> None:
    dirty, places = marked(text)
    spans = [Span(start, end, 0.9, "promo-line", "", (), REMOVED) for start, end in places]
    assert minus(dirty, [(span.start, span.end) for span in with_lines_between(dirty, spans)]) == left


def test_no_line_among_spam_goes_that_is_protected_or_for_review() -> None:
    dirty, places = marked("one\n⟦a\n⟧⟦b\n⟧⟦c\n⟧⟦d\n⟧⟦e\n⟧two\n")
    spans = [Span(start, end, 0.9, "promo-line", "", (), REMOVED) for start, end in places]
    review = [span._replace(action=REVIEW) if number == 3 else span for number, span in enumerate(spans)]
    others = spans[:3] + spans[4:]
    assert with_lines_between(dirty, review) == review
    assert with_lines_between(dirty, others, [places[3]]) == others
    assert with_lines_between(dirty, others) != others


@pytest.mark.parametrize("reference", ["[quay][4]", "quay"])
def test_no_definition_goes_that_the_article_needs(reference: str) -> None:
    spam = "".join(f"⟦[{number}]: https://slot-{number}.example\n⟧" for number in (1, 2, 3))
    own, last = "[4]: https://quay.example\n", "⟦[5]: https://slot-5.example\n⟧"
    for after in (last, ""):
        dirty, places = marked(f"The {reference} is wide.\n\n{spam}{own}{after}")
        spans = [Span(start, end, 0.9, "spam-link", "", (), REMOVED) for start, end in places]
        found = with_last_line(dirty, with_lines_between(dirty, spans))
        assert (own in minus(dirty, [(span.start, span.end) for span in found])) is (reference != "quay")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("one\n⟦buy pills now⟧ at our⟦ pharmacy today⟧\ntwo\n", "one\n\ntwo\n"),
        ("one\n⟦buy pills now⟧ at ⟦our pharmacy⟧, cheap,⟦ and only today⟧\ntwo\n", "one\n\ntwo\n"),
        (
            "The quay is wide ⟦buy pills now⟧ at our⟦ pharmacy today⟧ and long.\n",
            "The quay is wide  at our and long.\n",
        ),
        ("⟦buy pills⟧ which the police⟦ took away from us⟧\n", "\n"),
        ("⟦buy pills⟧ which the harbour police⟦ took away⟧\n", " which the harbour police\n"),
        ("⟦buy pills now⟧ at\nour⟦ pharmacy today⟧\n", " at\nour\n"),
        ("⟦buy pills now⟧ *at⟦ our* pharmacy today⟧\n", " *at\n"),
        ("The quay ⟦buy pills⟧ ※ ⟦our pharmacy⟧ is wide and long.\n", "The quay  is wide and long.\n"),
        ("The quay [⟦buy pills⟧] ⟦our pharmacy⟧ is wide and long.\n", "The quay []  is wide and long.\n"),
        ("The quay ⟦buy pills⟧ “⟦our pharmacy⟧” is wide.\n", "The quay  “” is wide.\n"),
    ],
    ids=repr,
)
def test_what_stands_between_cuts_in_a_line_of_spam_goes_with_them(text: str, left: str) -> None:
    dirty, places = marked(text)
    spans = [Span(start, end, 0.9, "promo-inline", "", (), REMOVED) for start, end in places]
    found = with_clauses_between(dirty, spans)
    assert minus(dirty, [(span.start, span.end) for span in found]) == left
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_nothing_goes_between_cuts_that_is_protected_or_for_review() -> None:
    dirty, places = marked("⟦buy pills now⟧⟦ at our⟧⟦ pharmacy today⟧\n")
    first, middle, last = (Span(start, end, 0.9, "promo-inline", "", (), REMOVED) for start, end in places)
    assert with_clauses_between(dirty, [first, last]) == [first._replace(end=middle.end), last]
    assert with_clauses_between(dirty, [first, last], [places[1]]) == [first, last]
    review = [first, middle._replace(action=REVIEW), last]
    assert with_clauses_between(dirty, review) == review

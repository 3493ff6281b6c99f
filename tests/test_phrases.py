"""Phrases of a site: found as whole words in any disguise of case and width, cut as all else is, and never by a slip."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY, marked
from test_properties import any_text

from cleaner.api import Cleaner
from cleaner.decide import REMOVED, REVIEW
from cleaner.document import process
from cleaner.readers import Document, Options
from cleaner.site.phrases import find, hits, parsed, spans
from cleaner.site.rules import policies, with_rules
from cleaner.site.settings import load
from cleaner.site.trial import HONEST, SPAM, Hits, trial
from cleaner.span import CleanerError, minus

PHRASES = parsed(["online casino", "龙凤论坛", "naïve bonus", "419会所"], "spam-phrases")

FOUND = [
    "an ⟦ONLINE CASINO⟧.",
    "an ⟦online\r\ncasino⟧.",
    "an ⟦ｏｎｌｉｎｅ　ｃａｓｉｎｏ⟧.",
    "an ⟦onl\u200bine  casino⟧.",
    "an ⟦оnline cаsino⟧ (Cyrillic)",
    "an ⟦o-n-l-i-n-e c-a-s-i-n-o⟧ x",
    "⟦online casino⟧",
    "_⟦online casino⟧_ ⟦online casino⟧88",
    "爱上海⟦龙凤论坛⟧哦",
    "the ⟦nai\u0308ve bonus⟧ and the ⟦naïve bonus⟧",
    "no online casinos",
    "no xonline casino",
    "no online\n\ncasino",
    "no online, casino",
    "no online casino\u0301 but another",
    "⟦419会所⟧ 2419会所",
    "",
]


@pytest.mark.parametrize("case", FOUND)
def test_where_phrases_are_found(case: str) -> None:
    text, expected = marked(case)
    assert [(hit.start, hit.end) for hit in find(PHRASES, text)] == expected


CUT = [
    ("a line\n⟦- Online casino\n⟧next\n", REMOVED),
    ("a line\n⟦🔖 Online casino\n⟧next\n", REMOVED),
    ("see ⟦[the online casino page](http://x.example/a) ⟧now", REMOVED),
    ("see ⟦[page](http://x.example/online casino) ⟧now", REMOVED),
    ("so it goes⟦ online casino⟧.", REMOVED),
    ("see ⟦[the online casino][1] ⟧now\n\n⟦[1]: http://x.example/\n⟧end\n", REMOVED),
    ("<a title='⟦online casino⟧ x'>y</a>", REVIEW),
    ("a line (or ⟦[online casino](http://x.example/a(b)⟧", REVIEW),
    ("```\n⟦online casino\n⟧```\n", REVIEW),
    ("---\ntitle: ⟦online casino⟧ x\n---\ntext\n", REVIEW),
]


@pytest.mark.parametrize(("case", "action"), CUT)
def test_what_goes_along(case: str, action: str) -> None:
    text, expected = marked(case)
    found = spans(PHRASES, text, "md")
    if action == REMOVED:
        assert [(span.start, span.end) for span in found] == expected
    assert {span.action for span in found} == {action}
    assert {(span.reason, span.score) for span in found} <= {("site-phrase", 1.0), ("spam-link", 1.0)}


PAGES = [
    "<html><body><p>An ⟦online&nbsp;casino ⟧is here</p></body></html>",
    "<html><body><p>x</p>⟦<p><a href='http://x.example/q'>Online Casino</a></p>⟧</body></html>",
    "<html><body><script>'online casino'</script><p class='online casino'>x</p></body></html>",
]


@pytest.mark.parametrize("case", PAGES)
@pytest.mark.parametrize("format", ["html", "warc", "jsonl"])
def test_pages_are_searched_as_they_read(case: str, format: str) -> None:
    text, expected = marked(case)
    assert [(span.start, span.end) for span in spans(PHRASES, text, format)] == expected
    assert len(hits(PHRASES, text, format)) == len(expected)


@given(
    any_text
    | st.lists(st.sampled_from(["online casino", "Online", " casino", "龙凤论坛", "[", "](", "<", "\n"])).map("".join)
)
def test_spans_are_sorted_disjoint_and_hold_a_hit(text: str) -> None:
    for format in ("txt", "md", "html"):
        found = [(span.start, span.end) for span in spans(PHRASES, text, format)]
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert all(text[hit.start : hit.end] for hit in find(PHRASES, text))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["a"], "'a': too short"),
        (["the"], "too short"),
        (["上"], "too short"),
        (["2024"], "too short"),
        (["•••• ••••"], "too short"),
        (["x" * 201], "longer than 200"),
        (["good phrase"] * 1001, "1001 phrases, more than 1000"),
    ],
)
def test_phrases_that_would_hit_too_much(words: list[str], problem: str) -> None:
    with pytest.raises(CleanerError, match=f"spam-phrases: .*{problem}"):
        parsed(words, "spam-phrases")


def _options(root: Path, **said: tuple[str, ...]) -> Options:
    return with_rules(Options(), load([root])._replace(root=root, **said))


def test_a_phrase_is_cut_and_comes_out_once(cleaner: Cleaner, tmp_path: Path) -> None:
    options = _options(tmp_path, spam_phrases=("tea on board",))
    [outcome] = process([Document(DIRTY.encode(), "txt", path=str(tmp_path / "a.txt"))], cleaner, options)
    assert outcome.data.decode() == ARTICLE.replace(" tea on board", "")
    assert [finding.span.reason for finding in outcome.findings] == ["promo-line", "site-phrase"]


def test_a_phrase_in_what_is_cut_anyway_is_no_finding_of_its_own(cleaner: Cleaner, tmp_path: Path) -> None:
    options = _options(tmp_path, spam_phrases=("龙凤419",))
    [outcome] = process([Document(DIRTY.encode(), "txt", path=str(tmp_path / "a.txt"))], cleaner, options)
    assert [finding.span.reason for finding in outcome.findings] == ["promo-line"]


def test_what_is_honest_wins(cleaner: Cleaner, tmp_path: Path) -> None:
    options = _options(tmp_path, spam_phrases=("tea on board",), honest_phrases=("there is tea",))
    [outcome] = process([Document(ARTICLE.encode(), "txt", path=str(tmp_path / "a.txt"))], cleaner, options)
    assert [finding.span.action for finding in outcome.findings] == ["allowed"]
    assert outcome.data.decode() == ARTICLE


def test_a_comparison_is_no_tag() -> None:
    assert [span.action for span in spans(PHRASES, "5 <\n6 <7 online casino", "md")] == [REMOVED]


@given(any_text)
def test_a_second_pass_finds_nothing(cleaner: Cleaner, text: str) -> None:
    policy = policies(load([])._replace(spam_phrases=("online casino",)))("a.txt")
    dirty = text + "\nso Online casino it is\n" + text
    once = cleaner.clean(dirty, policy=policy)
    assert once.text == minus(dirty, once.cuts)
    assert once.problem or cleaner.clean(once.text, policy=policy).text == once.text


def test_a_trial_says_what_the_model_holds_for_clean(cleaner: Cleaner) -> None:
    options = Options(policy_of=trial(["tea on board", "龙凤419论坛"], ["Fishermen"]))
    documents = [Document(DIRTY.encode(), "txt"), Document(json.dumps({"text": DIRTY}).encode(), "jsonl")]
    outcomes = process(documents, cleaner, options)
    assert [outcome.data for outcome in outcomes] == [document.data for document in documents]
    log = Hits()
    from cleaner.engine.walk import Source

    for outcome in outcomes:
        log.outcome(Source(Path("a.txt"), "a.txt"), outcome, b"")
    assert log.lines(SPAM, "tea on board").__next__() == (
        "spam 'tea on board': 2 hits in 1 files, 2 in text that the model holds for clean"
    )
    assert [log.clean(SPAM, "龙凤419论坛"), log.clean(HONEST, "Fishermen")] == [0, 2]

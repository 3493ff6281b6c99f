"""Links to plain spam are reported where they stand, and never cut for that alone; words that somebody planted in one are."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from samples import ARTICLE, marked

from cleaner import Cleaner
from cleaner.api import _with_planted
from cleaner.decide import REMOVED, REVIEW
from cleaner.hostwords import load
from cleaner.pages.opened import OpenPage
from cleaner.readers.prose import protected
from cleaner.spamlinks import MOST, link_spans, planted_spans
from cleaner.span import Span

HOT = "https://slotgacor88.example/"
LENT = "https://slot.univ.ac.id/"
PAGE = "<html><head><link rel=canonical href='https://paper.example/a'></head><body><p>{}</p></body></html>"


def _found(text: str, format: str) -> list[Span]:
    pages = [OpenPage(text) if format == "html" else None]
    return link_spans([text], [format], load(), pages)[0]


# Where a link stands, and all of it, between ⟦ and ⟧.
REPORTED = {
    "bare": ("txt", f"See ⟦{HOT}⟧."),
    "bare, in brackets": ("txt", f"See (⟦{HOT}⟧)."),
    "bare, before Chinese": ("txt", "见⟦https://slotgacor88.example⟧。"),
    "without a scheme": ("txt", "See ⟦www.slotgacor88.example⟧, then."),
    "in angle brackets": ("md", f"See ⟦<{HOT}>⟧."),
    "Markdown": ("md", f"See ⟦[the archive]({HOT})⟧."),
    "Markdown with a title": ("md", f'See ⟦[the archive]({HOT} "Archive")⟧.'),
    "Markdown image": ("md", f"See ⟦![boat]({HOT})⟧."),
    "Markdown, address as text": ("md", f"See ⟦[{HOT}]({HOT})⟧."),
    "Markdown without a scheme": ("md", "See ⟦[the archive](//slotgacor88.example)⟧."),
    "Markdown, brackets in the address": ("md", f"See ⟦[the archive]({HOT}a_(b))⟧ and (c)."),
    "Markdown definition": ("md", f"See [it][7].\n\n⟦[7]: {HOT}⟧\n"),
    "HTML in Markdown": ("md", f'See ⟦<a class="x" href="{HOT}">the archive</a>⟧.'),
    "front matter": ("md", f"---\ntitle: Harbour\nsource: ⟦{HOT}⟧\n---\nText."),
    "TOML front matter": ("md", f'+++\nsource = "⟦{HOT}⟧"\n+++\nText.'),
    "reStructuredText": ("rst", f"See ⟦`the archive <{HOT}>`_⟧."),
    "reStructuredText target": ("rst", f"See archive_.\n\n⟦.. _archive: {HOT}⟧\n"),
    "redirect": ("txt", "⟦https://www.google.com/url?q=https://slotgacor88.example/⟧"),
    "page": ("html", PAGE.format(f"The ferry ⟦<a href='{HOT}'>and the boat</a>⟧ leave.")),
    "page, entities": (
        "html",
        PAGE.format("The ferry ⟦<a href='https://slot&#103;acor88.example'>leaves</a>⟧ now."),
    ),
    "page, in its text": ("html", PAGE.format(f"The ferry ⟦{HOT}⟧ leaves.")),
    "page, without text": ("html", PAGE.format(f"The ferry ⟦<a href='{HOT}'>⟧</a> leaves.")),
    "disagree": ("md", "See ⟦[Department of History](https://casino.example)⟧."),
    "disagree, another host": ("md", "See ⟦[www.history.example](https://casino.test/a)⟧."),
    "disagree, reStructuredText": ("rst", "⟦.. _Institute of Maritime History: https://casino.example⟧"),
    "disagree, page": ("html", PAGE.format("See ⟦<a href='https://casino.example'>the City Library</a>⟧ too.")),
    "lent name": ("txt", f"⟦{LENT}⟧"),
}


@pytest.mark.parametrize("name", REPORTED)
def test_reported(name: str) -> None:
    format_, marked = REPORTED[name]
    text = marked.replace("⟦", "").replace("⟧", "")
    expected = marked[marked.index("⟦") + 1 : marked.index("⟧")]
    [span] = _found(text, format_)
    assert (text[span.start : span.end], span.reason, span.trade, span.action) == (
        expected, "spam-link", "gambling", "review",
    )  # fmt: skip
    assert span.start == marked.index("⟦")


NOT_REPORTED = {
    "no link": ("txt", "slotgacor88.example sells nothing here"),
    "relative": ("md", "[a](slot-gacor.html) [b](/slotgacor88/) [c](#slotgacor)"),
    "mail": ("md", "[a](mailto:info@slotgacor88.example) [b](tel:+4912345) info@www.slotgacor88.example"),
    "Markdown fence": ("md", f"```\n{HOT}\n```\n"),
    "Markdown indented": ("md", f"Run\n\n    {HOT}\n"),
    "Markdown code in a line": ("md", f"Block `{HOT}` first."),
    "literal block": ("rst", f"Block this::\n\n    {HOT}\n"),
    "code directive": ("rst", f".. code-block:: text\n\n   {HOT}\n"),
    "literal in a line": ("rst", f"Block ``{HOT}`` first."),
    "page, its own": ("html", PAGE.replace("paper", "slotgacor88").format(f"<a href='{HOT}'>more</a>")),
    "page, script": ("html", PAGE.format(f"<script>x = '{HOT}'</script>")),
    "page, comment": ("html", PAGE.format(f"<!-- {HOT} -->")),
    "page, image": ("html", PAGE.format(f"<img src='{HOT}a.png'>")),
    "one name": ("md", "[the casino](https://casino.example) and [more](https://www.bet365.example)"),
    "text and host agree": ("md", "[casino.example](https://www.casino.example/history)"),
    "institution that is one": ("md", "[Department of Pharmacy](https://pharmacy.unc.edu/)"),
    "on its subject": (
        "md",
        "Gambling in Macau: the casino, the slots, poker and betting. See [the report](https://online-casino.example).",
    ),
    "comment in code": ("txt", "x = 1  // slot gacor\n//slot\n"),
}


@pytest.mark.parametrize("name", NOT_REPORTED)
def test_not_reported(name: str) -> None:
    format_, text = NOT_REPORTED[name]
    assert _found(text, format_) == []


def test_the_same_link_off_its_subject_is_reported() -> None:
    assert _found("The ferry leaves at six. See [the report](https://online-casino.example).", "md")


@pytest.mark.parametrize("name", REPORTED)
def test_evidence_sums_to_the_score(name: str) -> None:
    format_, marked = REPORTED[name]
    [span] = _found(marked.replace("⟦", "").replace("⟧", ""), format_)
    assert sum(value for _, value in span.evidence) == pytest.approx(math.log(span.score / (1 - span.score)))
    assert span.evidence[-1][0] == "before looking"


def test_evidence_says_why() -> None:
    [span] = _found("See [Department of History](https://slot.univ.ac.id/).", "md")
    assert [words for words, _ in span.evidence] == [
        'host reads "slot"',
        "in front of the name of a university, school or authority",
        "link text and host disagree",
        "before looking",
    ]


@pytest.mark.parametrize("level", ["remove", "review"])
def test_nothing_is_cut_for_its_host(level: str) -> None:
    text = ARTICLE.replace("harbour", f"[harbour]({LENT})", 1)
    cleaned = Cleaner(level=level).clean(text, format="md")
    assert cleaned.text == text
    assert [span.action for span in cleaned.spans] == ["review"]


def test_no_place_is_reported_twice(cleaner: Cleaner) -> None:
    text = f"{ARTICLE}\n[slot gacor online casino]({HOT})\n\nSee [the boats]({HOT}) too.\n"
    spans = cleaner.clean(text, format="md").spans
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_each_text_has_the_findings_it_has_alone() -> None:
    texts = [f"See {HOT}", "", "Nothing", f"a {LENT} b", "http://harbour.example"]
    together = link_spans(texts, ["txt"] * len(texts), load(), [None] * len(texts))
    assert together == [_found(text, "txt") for text in texts]
    assert [len(spans) for spans in together] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize(
    "piece", ["[", "[a](//slot", "<a href=//slot", "`a <//slot", "//slot.", "](//slotgacor.a)", "www.slot"]
)
@pytest.mark.parametrize("format_", ["txt", "md", "rst", "html"])
def test_hostile_texts_end(piece: str, format_: str) -> None:
    assert len(_found(piece * 2_000, format_)) <= MOST


PLANTED = {
    "two words": "The tunnel is made by [⟦online casino⟧](https://tunnel.example/docs), which is free.",
    "in a script without spaces": "다른 기계에 원격 에이전트에 대한 [⟦카지노사이트⟧](https://tunnel.example) (무료)",
    "angle brackets and a title": 'See [⟦cheap viagra⟧](<https://paper.example/a> "Paper"), then.',
    "words that are not goods": "See [free online games](https://paper.example/a).",
    "one word of several": "See [the casino online](https://paper.example/a).",
    "an address that says so": "See [video poker](https://code.example/games/video-poker).",
    "a host that says so": "See [video poker](https://poker.example/).",
    "an article on the subject": "A poker tutorial. See [video poker](https://code.example/a).",
    "the same in a script without spaces": "온라인카지노는 [카지노사이트](https://tunnel.example)",
    "an account": "Thanks to [@xxx7xxxx](https://code.example/issues/7).",
    "an image": "![online casino](https://paper.example/a.png)",
    "code": "Write `[online casino](https://paper.example/a)` there.",
    "a reference": "See [online casino][7].",
    "a page of the site itself": "See [online casino](next.html).",
}


@pytest.mark.parametrize("name", PLANTED)
def test_text_that_somebody_planted_in_a_link(name: str, cleaner: Cleaner) -> None:
    dirty, places = marked(PLANTED[name])
    [found] = planted_spans([dirty], [protected(dirty, "md")], load())
    assert [(span.start, span.end, span.action) for span in found] == [(*place, "removed") for place in places]
    for span in found:
        assert math.log(span.score / (1 - span.score)) == pytest.approx(sum(value for _, value in span.evidence))


@pytest.mark.parametrize("level", ["remove", "review"])
def test_planted_text_is_cut_and_its_link_stays(level: str) -> None:
    dirty = "The tunnel is made by [online casino](https://tunnel.example/docs), which is free.\n"
    result = Cleaner(level=level).clean(dirty, format="md")
    assert result.text == "The tunnel is made by [](https://tunnel.example/docs), which is free.\n"
    assert [(span.reason, span.trade) for span in result.spans] == [("spam-link", "gambling")]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], [(5, 9, REMOVED)]),
        ([(20, 30, 0.4, REVIEW)], [(5, 9, REMOVED), (20, 30, REVIEW)]),
        ([(4, 30, 0.4, REVIEW)], [(4, 30, REMOVED)]),
        ([(4, 30, 0.99, REVIEW)], [(4, 30, REVIEW)]),
        ([(4, 30, 0.99, REMOVED)], [(4, 30, REMOVED)]),
        ([(7, 30, 0.4, REVIEW)], [(7, 30, REVIEW)]),
    ],
    ids=repr,
)
def test_a_link_with_planted_text_that_is_in_doubt_goes_whole(
    others: list[tuple[int, int, float, str]], expected: list[tuple[int, int, str]], cleaner: Cleaner
) -> None:
    planted = Span(5, 9, 0.8, "spam-link", "gambling", (), REMOVED)
    spans = [Span(start, end, score, "spam-link", "gambling", (), action) for start, end, score, action in others]
    found = _with_planted(spans, [planted], cleaner.model)
    assert [(span.start, span.end, span.action) for span in found] == expected

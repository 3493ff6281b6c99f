"""Links of one word that were put into an article together with links to spam, and honest links of one word."""

from __future__ import annotations

import pytest

from cleaner import Cleaner
from cleaner.borrowed import SITES, Link, is_borrowed, with_borrowed
from cleaner.decide import REMOVED, SPAM_LINK
from cleaner.model import load
from cleaner.span import Span, minus

CLEAN = """The old weir was rebuilt by the town in 1921 and it has kept the mill race full since then.

Boats pass it through a lock of three gates, and the keeper lives in the house next to it. Each spring the gates are taken \
out and painted. Pictures are kept by the [archive](https://weir.example/archive-of-the-mill-race) and by the \
[Museum](https://town.example/museum) of the town.

The [lock][1] may be seen on Sundays, when the keeper opens the house to all who come by boat.

[1]: https://lock.example/a-visit-by-boat
"""
SOLD = [
    ("1921 and ", "[replica watches](https://www.luxreplica-watches.xyz) "),
    ("Boats pass it ", "[online casino](https://best-onlinecasino-slots.example) "),
    ("Each spring ", "[cheap nfl jerseys](https://www.cheapjerseyschina.top) "),
]
BORROWED = [
    ("the keeper lives ", "[Planned](http://river.example/2016/01/seven-planned-parks-downtown/) "),
    ("of three gates, ", "[–](http://days.example/hello-world/) "),
]


def _with(text: str, links: list[tuple[str, str]]) -> str:
    for before, link in links:
        assert text.count(before) == 1
        text = text.replace(before, before + link)
    return text


@pytest.mark.parametrize("format", ["txt", "md"])
def test_links_borrowed_from_other_pages_go_with_those_to_spam(format: str) -> None:
    assert Cleaner().clean(_with(CLEAN, SOLD + BORROWED), format=format).text == CLEAN


def test_on_a_page_as_well() -> None:
    clean = "<html><body>\n" + "".join(f"<p>{part}</p>\n" for part in CLEAN.split("\n\n")[:2]) + "</body></html>\n"
    dirty = _with(clean, SOLD + BORROWED)
    for _, link in SOLD + BORROWED:
        words, _, address = link.strip("[) ").partition("](")
        dirty = dirty.replace(link, f'<a href="{address}">{words}</a> ')
    assert dirty.count("<a ") == len(SOLD + BORROWED)
    assert Cleaner().clean(dirty, format="html").text == clean


def test_two_sites_of_spam_are_not_enough() -> None:
    text = _with(CLEAN, SOLD[: SITES - 1] + BORROWED)
    spans = [
        Span(at, at + len(link), 0.9, SPAM_LINK, "unknown", (), REMOVED)
        for _, link in SOLD[: SITES - 1]
        for at in [text.index(link)]
    ]
    assert with_borrowed(text, sorted(spans), load()) == sorted(spans)
    known = with_borrowed(text, sorted(spans), load(), (), frozenset(["third.example"]))
    assert minus(text, [(span.start, span.end) for span in known]) == CLEAN


@pytest.mark.parametrize(
    ("said", "address", "expected"),
    [
        ("Rights", "http://a.example/human-rights/", True),
        ("resposta", "http://a.example/perguntas-a-que-dar-resposta/?p=1#top", True),
        ("Ärzte", "http://a.example/junge-%C3%A4rzte", True),
        ("…", "http://a.example/", True),
        ("boat", "http://a.example/boat-keeper-house", False),  # the article's subject
        ("rights", "http://rights.example/human-rights/", False),  # the site's name
        ("human rights", "http://a.example/human-rights/", False),  # two words
        ("rights", "http://a.example/on/rights", False),  # no title
        ("rights", "http://a.example/rights-2019", False),  # which says nothing else
        ("here", "http://a.example/human-rights/", False),
    ],
)
def test_what_looks_borrowed(said: str, address: str, expected: bool) -> None:
    assert is_borrowed(Link(0, 0, said, address, None), {"boat", "keeper", "house", "lock"}) is expected


def test_a_definition_that_is_spam_goes_with_its_reference_of_one_word() -> None:
    text = _with(CLEAN, SOLD).replace("the keeper opens", "the keeper [of][2] opens") + "[2]: https://x.example/a\n"
    start = text.index("[2]: ")
    spans = [
        Span(at, at + len(link), 0.9, SPAM_LINK, "unknown", (), REMOVED) for _, link in SOLD if (at := text.index(link))
    ]
    review = Span(start, len(text), 0.9, SPAM_LINK, "unknown", (), "review")
    found = with_borrowed(text, sorted([*spans, review]), load())
    assert minus(text, [(span.start, span.end) for span in found if span.action == REMOVED]) == CLEAN
    doubtful = with_borrowed(text, sorted([*spans, review._replace(score=0.1)]), load())
    assert doubtful == sorted([*spans, review._replace(score=0.1)])

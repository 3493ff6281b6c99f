"""Spam in code, which is reported and never cut: in the JSON-LD of pages, in the code blocks of Markdown and reStructuredText."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from cleaner.decide import REVIEW, trade_of
from cleaner.distinct import distinct
from cleaner.evidence import evidence
from cleaner.judge import Judged, gate, judge
from cleaner.model import Model
from cleaner.patterns import pattern
from cleaner.readers.prose import without_front_matter
from cleaner.reading import Stretches
from cleaner.span import Span, minus

if TYPE_CHECKING:  # what knows HTML is loaded when there is some
    from cleaner.pages.opened import OpenPage

SPAM_IN_CODE = "spam-in-code"
HOST_TEXT = 1000  # characters of an article that its code is compared with
_STRING = pattern(r'"((?:[^"\\\n]++|\\.)*+)(?:"|\n|\\?\Z)')  # one that is not closed ends with its line
_NO_WORDS = pattern(r"(?a)[@\w.:-]*|(?=\S*+\Z)\S*?[/\\]/\S*")  # names, numbers, a single word, an address


def code_spans(
    texts: Sequence[str],
    formats: Sequence[str],
    protected: Sequence[Stretches],
    model: Model,
    pages: Sequence[OpenPage | None],
) -> list[list[Span]]:
    """For each text the spans of its code that would be cut if it were no code, sorted, disjoint, all for review.

    `protected` are the texts' stretches that are no prose (`cleaner.readers.prose.protected`); pages are the texts as pages,
    None for those that are none.
    """
    places = [list(_places(*item)) for item in zip(texts, formats, protected, pages, strict=True)]
    some = [number for number, found in enumerate(places) if found]
    said = ["\n".join(texts[number][start:end] for start, end in places[number]) for number in some]
    out: list[list[Span]] = [[] for _ in texts]
    passed = distinct(gate(said, model, [[] for _ in said]).runs.docs).tolist() if said else []
    some, said = [some[at] for at in passed], [said[at] for at in passed]
    fronts = [_front(texts[number], places[number], pages[number]) for number in some]
    joined = [front + "\n\n" + piece for front, piece in zip(fronts, said, strict=True)]
    found = judge(joined, model, [[] for _ in joined]) if joined else []
    for number, front, judged in zip(some, fronts, found, strict=True):
        likely = [item for item in judged if item.probability >= model.remove]
        out[number] = sorted(_spans(likely, len(front) + 2, places[number], model))
    return out


def _places(text: str, format: str, protected: Stretches, page: OpenPage | None) -> Iterator[tuple[int, int]]:
    """Where code stands in a text; of the JSON of a page its strings."""
    if format in ("md", "rst"):
        yield from without_front_matter(text, format, protected)
    elif page is not None:
        yield from _strings(page)


def _strings(page: OpenPage) -> Iterator[tuple[int, int]]:
    """Where the strings stand that the JSON of a page holds; a script that never ends holds none."""
    from cleaner.pages.markup import RAW

    for number, (kind, start, end, name) in enumerate(page.tokens):
        if kind is RAW and name == "script" and 0 < number < len(page.tokens) - 1:
            tag = page.tokens[number - 1]
            if "ld+json" in page.source[tag.start : tag.end].lower():
                found = _STRING().finditer(page.source, start, end)
                yield from (match.span(1) for match in found if not _NO_WORDS().fullmatch(match[1]))


def _front(text: str, places: Sequence[tuple[int, int]], page: OpenPage | None) -> str:
    """The beginning of what is no code."""
    return (minus(text, places) if page is None else page.page.text)[:HOST_TEXT]


def _spans(judged: Sequence[Judged], front: int, places: Sequence[tuple[int, int]], model: Model) -> Iterator[Span]:
    """Spans for what was judged in some stretches joined by line ends behind a front; each ends with the stretch it begins in."""
    begins = list(accumulate((end - start + 1 for start, end in places), initial=front))
    for item in judged:
        number = bisect_right(begins, item.start) - 1
        if number >= 0:
            (start, end), begin = places[number], begins[number]
            why = evidence(model.accept, model.spam, item.row, item.elsewhere)
            trade = trade_of(item.folded, model)
            end = min(start + item.end - begin, end)
            yield Span(start + item.start - begin, end, item.probability, SPAM_IN_CODE, trade, why, REVIEW)

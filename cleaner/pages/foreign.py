"""What stands on a page in letters that it hardly has: where it begins, and where the like of it stands again.

A page says in which alphabets its readers read. Behind words in these, at the end of a line, others are seldom the author's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import regex

from cleaner.decide import REMOVED
from cleaner.pages.alphabets import foreign_tail, foreign_word
from cleaner.pages.opened import INLINE, OpenPage
from cleaner.span import Span

MOST_KINDS = 10  # kinds of elements that are looked through
MIN_OWN = 3  # characters of words that stand on the page again
_SENTENCE_END = regex.compile(r"[.!?…。！？।؟](?=[\s\"'”’»)]|\Z)")


def without_own_start(opened: OpenPage, span: Span) -> Span:
    """The span without the page's own words at its start, if the rest of it is in letters that the page hardly has.

    Own words are the end of a sentence, and what stands on the page elsewhere.

    >>> page = OpenPage("<p>" + "Alle Bilder gibt es hier. " + "Zum Download. лёгкая работа</p>")
    >>> text = page.page.text
    >>> found = without_own_start(page, Span(text.find("Down"), len(text), 0.9, "promo-inline", "unknown", (), REMOVED))
    >>> text[found.start : found.end]
    'лёгкая работа\\n'
    """
    piece = opened.page.text[span.start : span.end].rstrip()
    foreign = opened.own_foreign(piece)
    if not foreign:
        return span
    at = foreign_word(piece, foreign)
    head = piece[:at].strip().lower()
    is_own = at > 0 and (_SENTENCE_END.search(head) or (len(head) >= MIN_OWN and opened.says_again(head)))
    return span._replace(start=span.start + at) if is_own else span


def foreign_again(opened: OpenPage, spans: Sequence[Span]) -> list[Span]:
    """Spans for ends of lines in an alphabet that the page hardly has, where such an end is removed in the same kind of element."""
    text = opened.page.text
    known: dict[str, list[tuple[frozenset[str], Span]]] = defaultdict(list)
    for span in spans:
        if span.action == REMOVED and opened.is_appended(span.start, span.end):
            foreign = opened.own_foreign(text[span.start : span.end])
            if foreign:
                known[_kind(opened, span.start)].append((foreign, span))
    return [
        span
        for foreign, like in (pair for kind in [*known.values()][:MOST_KINDS] for pair in kind[:1])
        for span in _ends(opened, foreign, like)
    ]


def _ends(opened: OpenPage, foreign: frozenset[str], like: Span) -> Iterator[Span]:
    """Ends of lines in some alphabets, in elements of one kind."""
    kind, at = _kind(opened, like.start), 0
    for line in opened.page.text.split("\n"):
        start = foreign_tail(line, foreign)
        if 0 < start < len(line) and _kind(opened, at + start) == kind:
            yield like._replace(start=at + start, end=at + len(line))
        at += len(line) + 1


def _kind(opened: OpenPage, offset: int) -> str:
    """The start tag of the element that a character of the text stands in, elements within lines apart."""
    place = opened.page.source_start(offset)
    item = opened.parsed.innermost(place, place + 1)
    while item is not None and item.name in INLINE and item.parent >= 0:
        item = opened.parsed.elements[item.parent]
    return opened.source[item.start : item.open_end] if item is not None else ""

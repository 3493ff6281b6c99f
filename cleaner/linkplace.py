"""What a link is where it stands: all of it, whether its text belies its address, and whether its article is on the subject."""

from __future__ import annotations

import html
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cleaner.decide import REMOVED, REVIEW, SPAM_LINK
from cleaner.hosts import BAR, DOUBTFUL, GOODS, Verdict, host_of, judge_address, names_goods, read_name
from cleaner.hostwords import Hosts
from cleaner.patterns import pattern
from cleaner.readers.markdown import code_spans
from cleaner.readers.prose import code
from cleaner.reading import Stretches
from cleaner.span import Span, merged, touches

if TYPE_CHECKING:  # what knows HTML is loaded when there is some
    from cleaner.pages.opened import OpenPage
    from cleaner.pages.page import Link

START = -2.0  # logits every link begins with; with BAR points its score is 0.73
ON_SUBJECT = -1.0  # points of a link in an article that names such goods itself
REACH = 300  # characters of a link's text and of what may stand around its address
_LINKED = pattern(r"(?i)\[[^\[\]\n]*+\](?:\([^()\s]*+[^()\n]*+\))?|(?:https?:)?//\S++|www\.\S++")
_NAMES_HOST = pattern(r"(?:[\p{L}\d](?:[\p{L}\d-]*[\p{L}\d])?\.)+\p{L}{2,}")
_INSTITUTION = pattern(
    r"(?i)\b(?:universit\w*|college|institut\w*|department|faculty|facult\w*|fakult\w*|fakultas|ministry|minist\w*|kementerian|librar\w*"
    r"|bibliothe\w*|museum|mus[ée]e|museo|school|schule|[ée]cole|escuela|sekolah|academy|akadem\w*|hospital|krankenhaus|rumah sakit"
    r"|council|government|gouvernement|gobierno|pemerintah|parliament|church|court|journal|proceedings|archives?|research|university press"
    r"|laborator\w*|universitas|üniversite\w*|университет\w*|факультет\w*|институт\w*|библиотек\w*|музе\w*|министерств\w*)\b"
    r"|大学|大學|学院|研究所|图书馆|博物馆|政府|医院"
)


Hot = tuple[int, int, Verdict]  # where an address stands, and what it sells


def spans_of(text: str, format: str, items: Sequence[Hot], hosts: Hosts, page: OpenPage | None) -> list[Span]:
    """The links of a text that are plainly spam, of those whose addresses may be; sorted, disjoint, all for review."""
    return _apart(_in_text(text, format, items, hosts) if page is None else _in_page(page, items, hosts))


class Place(NamedTuple):
    """Where a link stands, all of it, and its text ("" without)."""

    start: int
    end: int
    text: str


def _span(place: Place, address: str, verdict: Verdict, *, on_subject: Callable[[str], bool]) -> Span | None:
    """The span of a link if it is plainly spam where it stands."""
    seen = list(verdict.seen)
    if place.text and _belies(place.text, address):
        seen.append(("link text and host disagree", DOUBTFUL))
    if sum(points for _, points in seen) >= BAR and on_subject(verdict.trade):
        seen.append(("the article is on the subject", ON_SUBJECT))
    if sum(points for _, points in seen) < BAR:
        return None
    return link_span(place.start, place.end, seen, verdict.trade, REVIEW)


def link_span(start: int, end: int, seen: Sequence[tuple[str, float]], trade: str, action: str) -> Span:
    """The span of a link for what was seen of it, in words and logits.

    >>> span = link_span(0, 9, [("host reads slot", 3.0)], "gambling", REVIEW)
    >>> round(span.score, 2), span.evidence[-1]
    (0.73, ('before looking', -2.0))
    """
    score = 1 / (1 + math.exp(-sum(points for _, points in seen) - START))
    why = (*sorted(seen, key=lambda pair: -abs(pair[1])), ("before looking", START))
    return Span(start, end, score, SPAM_LINK, trade, why, action)


def _belies(text: str, address: str) -> bool:
    """Whether the text of a link names another host than its address, or an institution.

    >>> _belies("Department of History", "//slot.example"), _belies("history.example.org", "//slot.example")
    (True, True)
    >>> _belies("read more", "//slot.example"), _belies("www.slot.example", "//slot.example/x")
    (False, False)
    """
    host = host_of(html.unescape(address))
    named = [match[0].lower().removeprefix("www.") for match in _NAMES_HOST().finditer(text)]
    if named:
        return not any(name.endswith(host) or host.endswith(name) for name in named)
    return bool(_INSTITUTION().search(text))


def _in_text(text: str, format: str, items: Sequence[Hot], hosts: Hosts) -> Iterator[Span]:
    kept = code(text, format)
    starts = [start for start, _ in kept]

    @cache
    def on_subject(trade: str) -> bool:
        return names_goods(_LINKED().sub(" ", text), trade, hosts)

    for start, end, verdict in items:
        at = bisect_right(starts, start) - 1
        if at < 0 or kept[at][1] <= start:
            span = _span(_around(text, start, end), text[start:end], verdict, on_subject=on_subject)
            if span is not None:
                yield span


def planted_texts(text: str, places: Sequence[tuple[int, int, str]], protected: Stretches, hosts: Hosts) -> list[Span]:
    """Links whose every word sells what neither their address nor the rest of the article speaks of: someone changed their text.

    `places` are where the texts of links stand, and the address behind each. Only the text is the span. None in code.
    """
    found = []
    for start, end, address in places:
        name = text[start:end].lower()
        if hosts.most_points(name) < GOODS:
            continue
        said = read_name([name], hosts)
        if said.points >= BAR and said.goods >= GOODS and said.share == 1 and not judge_address(address, hosts):
            found.append((start, end, said))
    if not found:
        return []
    kept = merged([*protected, *code_spans(text)])
    rest = _LINKED().sub(" ", text)

    @cache
    def is_on(trade: str) -> bool:
        # In scripts without spaces words of goods stand among others.
        unspaced = any(word in rest for word, (_, of) in hosts.words.items() if of == trade and not word.isascii())
        return unspaced or names_goods(rest, trade, hosts, times=1)

    spans = []
    for start, end, said in found:
        if not touches(kept, start, end) and not is_on(said.trade):
            spans.append(link_span(start, end, [(f'link reads "{said.words}"', said.points)], said.trade, REMOVED))
    return spans


def _around(text: str, start: int, end: int) -> Place:
    """All of the link that an address is the target of."""
    before, after = text[max(start - REACH, 0) : start], text[end : end + REACH]
    offset = start - len(before)
    for opening, closing in _LINKS:
        head = opening().search(before)
        if head:
            tail = closing().match(after)
            said = (head[head.lastindex or 1] or "") + (tail[1] if tail else "")
            return Place(offset + head.start(), end + (tail.end() if tail else 0), said)
    return Place(start, end, "")


# What stands before and behind the address of a link: of Markdown, of reStructuredText, of HTML, of one in angle brackets.
_LINKS = [
    (pattern(r"!?\[([^\[\]\n]*+)\]\(\s*+<?\Z"), pattern(r">?(?:\s*+[\"'(][^\n]{0,200}?[\"')])?\s*+\)()")),
    (pattern(r"`([^`<>]*+)<\Z"), pattern(r"[^>\n]*+>`_{0,2}()")),
    (
        pattern(r"(?i)()<a\b[^<>]*?\bhref\s*+=\s*+[\"']?\Z"),
        pattern(r"(?i)[^<>]*+>([^<]*+)</a\s*+>"),
    ),
    (pattern(r"()<\Z"), pattern(r">()")),
    (pattern(r"\[([^\[\]\n]*+)\]:\s*+<?\Z|\.\. _(?:([^:\n]*+)):\s*+\Z"), pattern(r"()>?")),
]


def _in_page(opened: OpenPage, items: Sequence[Hot], hosts: Hosts) -> Iterator[Span]:
    links = {link.tag: link for link in opened.page.links}

    @cache
    def on_subject(trade: str) -> bool:
        return names_goods(opened.own_text, trade, hosts)

    for start, end, verdict in items:
        place = _on_page(opened, links, start, end)
        if place is not None:
            span = _span(place, opened.source[start:end], verdict, on_subject=on_subject)
            if span is not None:
                yield span


def _on_page(opened: OpenPage, links: Mapping[int, Link], start: int, end: int) -> Place | None:
    """All of the link whose target an address of a page is, the address itself in its text, and None anywhere else."""
    from cleaner.pages import markup

    token = opened.tokens[bisect_right(opened.token_starts, start) - 1]
    if token.kind is markup.TEXT:
        return Place(start, end, "")
    if token.kind is not markup.START or token.name not in ("a", "area"):
        return None
    target = next((item for item in markup.attributes(opened.source, token) if item.name == "href"), None)
    if target is None or not target.value_start <= start < target.value_end:
        return None
    link = links.get(token.start)
    if link is None:
        return Place(token.start, token.end, "")
    shown = opened.page.text[link.start + 1 : opened.page.text.rfind("](", link.start, link.end)]
    return Place(token.start, max(opened.page.source_end(link.end - 1), token.end), shown)


def _apart(spans: Iterator[Span]) -> list[Span]:
    """Some spans sorted, the longest of those that touch each other."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not out or span.start >= out[-1].end:
            out.append(span)
    return out

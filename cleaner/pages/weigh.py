"""Spam on an HTML page: what is judged in its text is weighed by where on the page it stands, and cut out of its source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from itertools import islice
from operator import attrgetter

import numpy as np
import regex
from numpy.typing import NDArray

from cleaner.borrowed import with_borrowed
from cleaner.decide import BLOCK, REMOVED, REVIEW, decide
from cleaner.features import NAMES
from cleaner.hostwords import Hosts
from cleaner.judge import Judged
from cleaner.model import Model
from cleaner.pages.carve import carve
from cleaner.pages.foreign import foreign_again, without_own_start
from cleaner.pages.markup import COMMENT, START, Element, attributes
from cleaner.pages.opened import INLINE, OpenPage
from cleaner.pages.page import Link, Page
from cleaner.pages.strangers import strangers
from cleaner.span import Span, merged, touches

# How probable spam must be to be cut, by what it is and where it stands; `docs/how-it-decides.md` says why.
APPENDED = 0.2  # a link behind all other text of its line
LINK = 0.3  # another link to another site
TEXT = 0.4  # a paragraph without attributes and without a link, text behind the last sentence of its line
OTHER_TEXT = 0.75  # what is no link, and in the midst of a page
BLIND_LINK = 0.5  # a link to another site's front page, on a page that does not say which site it is of
NAMED_LINK = 0.75  # a link whose text is the name of the site it leads to
SIGNED_LINK = 0.75  # the name, linked, that somebody signed a comment with
INNOCENT = 1.5  # n-gram score of a link's text, in logits, up to which only its address speaks against it; goods have 2.5 and more
SURE = 0.97  # what has a fixed place on a page, such as its title
NEVER = 2.0  # the site's own words
WHOLE = 0.85  # share of a paragraph that is spam from which all of it is
KNOWN = 0.9  # probability from which what is cut is known for spam wherever it stands on the page again, if it has
KNOWN_SIZE = 12  # so many bytes
MAX_CLIMB = 8  # elements around a link that are looked at for a block of links
BLOCK_MEAN = 0.5  # mean probability of the links of a block
_WORD = regex.compile(r"[\w--_]", regex.VERSION1)
# What a site's own programs fill: what is said there is the site's own.
_FIXED = frozenset(["button", "head", "label", "legend", "nav", "option", "summary"])
_LONE_SIGN = regex.compile(r"(?<=\S)\s+[\p{Pi}\p{Ps}\p{S}]{1,2}\s*$")  # opens what was appended
_SENTENCE_ENDS = frozenset(".!?…。！？।؟")
_NO_BLOCK = frozenset(["article", "body", "form", "head", "html", "main", "nav"])


def page_spans(opened: OpenPage, judged: list[Judged], model: Model, hosts: Hosts, level: str) -> list[Span]:
    """Spans of a page's source to cut and to review, sorted, disjoint."""
    spans = decide(opened.page.text, judged, model._replace(remove=model.review), level)
    hijacked = _innocent(opened.page.links, judged) if spans else set()
    spans = [without_own_start(opened, span) for span in spans]
    spans = [_weighed(opened, _whole(opened, span), hijacked, model, level) for span in spans]
    strange = strangers(opened, spans, hosts)
    spans = _with_blocks(opened, [*_beside(spans, strange), *strange], judged)
    again = [*_again(opened.page, spans), *foreign_again(opened, spans)]
    return in_source(opened, with_borrowed(opened.page.text, _more(spans, again), model)) if spans else []


def _beside(spans: Sequence[Span], links: Sequence[Span]) -> list[Span]:
    """The spans without those, for review, that some links take the place of."""
    taken = [(link.start, link.end) for link in links]
    return [span for span in spans if not touches(taken, span.start, span.end)]


def _innocent(links: Sequence[Link], judged: Sequence[Judged]) -> set[Link]:
    """The links that only their address speaks against."""
    column = NAMES.index("link_text")
    found = set()
    for item in judged:
        inside = links[
            bisect_right(links, item.start, key=attrgetter("end")) : bisect_left(
                links, item.end, key=attrgetter("start")
            )
        ]
        if len(inside) == 1 and item.row[column] <= INNOCENT:
            found.add(inside[0])
    return found


def _weighed(opened: OpenPage, span: Span, hijacked: set[Link], model: Model, level: str) -> Span:
    """A span to cut for review instead, if it is less probable than it must be where it stands."""
    if span.action != REMOVED:
        return span
    bar = _bar(opened, span, hijacked)
    if not opened.page.own and (bar > LINK or _links_in(opened.page.links, span)):
        bar = max(bar, BLIND_LINK if _leads_to_front_page(opened.page, span) else model.remove)
    if level == "review" and bar < NEVER:
        bar = model.review if bar < SURE else model.remove
    return span._replace(action=REVIEW) if span.score < bar else span


def _whole(opened: OpenPage, span: Span) -> Span:
    """The span with a sign before it that opened it, or all of its paragraph if it is nearly that and has no attributes."""
    text = opened.page.text
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", max(span.end - 1, span.start))
    if text[span.end : end].strip() == "":
        sign = _LONE_SIGN.search(text, start, span.start)
        span = span._replace(start=sign.start()) if sign else span
    share = len(text[span.start : span.end].strip()) / len(text[start:end].strip())
    is_whole = WHOLE <= share < 1 and opened.is_paragraph(start, end)
    return span._replace(start=start, end=end) if is_whole else span


def _bar(opened: OpenPage, span: Span, hijacked: set[Link]) -> float:
    """How probable a span must be to be cut, by what it is and where it stands."""
    text, links = opened.page.text, _links_in(opened.page.links, span)
    if any(link.start <= span.start and span.end < link.end for link in links):
        return NEVER  # the article leads to the same site elsewhere (`cleaner.decide`)
    if links and all(opened.page.names_itself(link) for link in links):
        return SURE
    before, is_appended = opened.before(span.start), opened.is_appended(span.start, span.end)
    if links:
        if bool(before) and not is_appended and hijacked.issuperset(links):
            return NEVER  # a word of a sentence is the author's
        if all(opened.links[text[link.start : link.end]] > 1 for link in links):
            return KNOWN  # so are menus, which stand on a page twice
        if all(says_its_host(text[link.start : link.end].rpartition("](")[0], link.host) for link in links):
            return NAMED_LINK
        if all(_is_signature(opened, link) for link in links):
            return SIGNED_LINK
        return APPENDED if is_appended else LINK
    words = " ".join(text[span.start : span.end].lower().split())
    is_foreign = is_appended and bool(opened.own_foreign(words))
    if opened.says_again(words) and not is_foreign:
        return NEVER
    place, _ = opened.page.stretch(span.start, span.end)
    token = opened.tokens[bisect_right(opened.token_starts, place) - 1]
    if token.kind in (START, COMMENT) or any(name in words for name in opened.page.own):
        return SURE
    if opened.is_paragraph(span.start, span.end):
        return TEXT
    if is_foreign:
        return _bar_inside(opened, place, APPENDED, is_behind=True)
    is_behind = is_appended and before[-1] in _SENTENCE_ENDS
    return _bar_inside(opened, place, TEXT if is_behind else OTHER_TEXT, is_behind=is_behind)


def _bar_inside(opened: OpenPage, place: int, otherwise: float, *, is_behind: bool) -> float:
    """The bar for text without a link to elsewhere, by the elements it stands in; is_behind says that it follows what is there."""
    names = [item.name for item in opened.parsed.ancestors(opened.parsed.innermost(place, place + 1))]
    if not _FIXED.isdisjoint(names):
        return SURE
    if "a" not in names:
        return otherwise
    if INLINE.issuperset(names[: names.index("a")]):
        return NEVER
    return otherwise if is_behind else SURE  # blocks in a link are a card, with sentences of its own


def _is_signature(opened: OpenPage, link: Link) -> bool:
    """Whether a link is the name somebody signed a comment with, as the programs of sites mark it."""
    token = opened.tokens[bisect_right(opened.token_starts, link.tag) - 1]
    said = {item.name: set(item.value.lower().split()) for item in attributes(opened.source, token)}
    rel = said.get("rel", set())
    is_author = any(name == "url" or "author" in name for name in said.get("class", ()))
    return "ugc" in rel or ("nofollow" in rel and is_author)


def says_its_host(words: str, host: str) -> bool:
    """Whether the text of a link is the name of the site it leads to, as sister sites, friends and stations are linked.

    >>> says_its_host("Edge 105 FM", "www.edge105.co.uk"), says_its_host("cheap pills", "rx24.test")
    (True, False)
    """
    said, labels = _bare(words), host.lower().split(".")[:-1]
    name = max(map(_bare, labels), key=len, default="")
    return len(name) > 3 and name in said


def _bare(words: str) -> str:
    return "".join(c for c in words.lower() if c.isalnum())


def _leads_to_front_page(page: Page, span: Span) -> bool:
    """Whether there are links in a span, and all of them to the front page of a site."""
    links = _links_in(page.links, span)
    return bool(links) and all(regex.search(r"://[^/]*/?\)$", page.text[link.start : link.end]) for link in links)


def _links_in(links: Sequence[Link], span: Span) -> list[Link]:
    return [link for link in links if link.start < span.end and span.start < link.end]


def _with_blocks(opened: OpenPage, spans: list[Span], judged: list[Judged]) -> list[Span]:
    """The spans, one in the place of all those in a block of links that is spam as a whole."""
    blocks = _blocks(opened, spans, judged)
    out: list[Span] = []
    for start, end in blocks:
        inside = [span for span in spans if span.start < end and start < span.end]
        best = max((span for span in inside if span.action == REMOVED), key=lambda span: span.score)
        out.append(best._replace(start=min(start, inside[0].start), end=max(end, inside[-1].end), reason=BLOCK))
    return sorted([*out, *(span for span in spans if not touches(blocks, span.start, span.end))])


def _blocks(opened: OpenPage, spans: Sequence[Span], judged: Sequence[Judged]) -> list[tuple[int, int]]:
    """Stretches of text that hold nothing but links to elsewhere, most likely spam and some of it surely."""
    seeds = [link for span in spans if span.action == REMOVED for link in _links_in(opened.page.links, span)]
    if not seeds:
        return []
    source, likely = opened.parsed, _likelihoods(opened.page.links, judged)
    for link in seeds:
        likely[bisect_left(opened.page.links, link.start, key=attrgetter("start"))] = 1.0
    seen: dict[int, bool] = {}
    blocks: list[tuple[int, int]] = []
    for link in seeds:
        best = None
        for item in islice(source.ancestors(source.innermost(link.tag, link.tag + 1)), MAX_CLIMB):
            if item.start not in seen:
                seen[item.start] = _is_block(opened.page, item, likely)
            if not seen[item.start]:
                break
            best = item
        if best is not None:
            blocks.append((opened.page.offset(best.open_end), opened.page.offset(best.close_start)))
    return merged(blocks)


def _again(page: Page, spans: Sequence[Span]) -> list[Span]:
    """Spans for what is removed elsewhere and stands on the page again: as a line, a link, or the end of a line."""
    said: dict[str, Span] = {}
    for span in spans:
        if span.action == REMOVED and (span.score >= KNOWN or span.reason == BLOCK):
            links = [link for link in _links_in(page.links, span) if not page.names_itself(link)]
            for words in [page.words(link) for link in links] or [page.text[span.start : span.end].strip()]:
                if len(words.encode("utf-8", "surrogatepass")) >= KNOWN_SIZE:
                    said.setdefault(words, span)
    if not said:
        return []
    others = [link for link in page.links if not page.names_itself(link)]
    found = [span._replace(start=start, end=end) for start, end, span in _line_ends(page.text, said)]
    return found + [
        said[words]._replace(start=link.start, end=link.end) for link in others if (words := page.words(link)) in said
    ]


def _more(spans: Sequence[Span], found: Sequence[Span]) -> list[Span]:
    """Spans with those of some others that touch nothing removed, and not one another."""
    taken = sorted((span.start, span.end) for span in spans if span.action == REMOVED)
    out = [*spans]
    for span in sorted(found, key=lambda span: (span.start, span.end)):
        if not touches(taken, span.start, span.end):
            insort(taken, (span.start, span.end))
            out.append(span)
    return out


def _line_ends(text: str, said: dict[str, Span]) -> list[tuple[int, int, Span]]:
    """Where lines, or ends of lines behind a space, are what is said, the longest of each line."""
    found, at, longest = [], 0, max(map(len, said))
    for line in text.split("\n"):
        end = at + len(line)
        start = max(at, end - longest)
        while start < end and text[start:end] not in said:
            start = text.find(" ", start, end) + 1 or end
        if start < end and (start == at or text[start - 1] == " "):
            found.append((start, end, said[text[start:end]]))
        at = end + 1
    return found


def _likelihoods(links: Sequence[Link], judged: Sequence[Judged]) -> NDArray[np.float64]:
    """For each link the probability of the likeliest that was judged in it."""
    starts, ends = [link.start for link in links], [link.end for link in links]
    out = np.zeros(len(links))
    for item in judged:
        some = slice(bisect_right(ends, item.start), bisect_left(starts, item.end))
        out[some] = np.maximum(out[some], item.probability)
    return out


def _is_block(page: Page, item: Element, likely: NDArray[np.float64]) -> bool:
    """Whether an element holds several links to elsewhere, little else, and these are more likely spam than not."""
    start, end = page.offset(item.open_end), page.offset(item.close_start)
    some = slice(*(bisect_left(page.links, place, key=attrgetter("start")) for place in (start, end)))
    links = page.links[some]
    if item.name in _NO_BLOCK or not links or links[-1].end > end:
        return False
    edges = [start, *(edge for link in links for edge in (link.start, link.end)), end]
    between = (page.text[low:high] for low, high in zip(edges[::2], edges[1::2], strict=True))
    is_bare = not any(_WORD.search(piece) for piece in between)
    is_bare = is_bare and not page.text[start : links[0].start].strip() and not page.text[links[-1].end : end].strip()
    return is_bare and bool(likely[some].mean() >= BLOCK_MEAN)


def in_source(opened: OpenPage, spans: list[Span]) -> list[Span]:
    """The spans at their places in the source; one that cannot be cut there is for review."""
    places = [opened.page.stretch(span.start, span.end) for span in spans]
    order = sorted((place, span) for place, span in zip(places, spans, strict=True) if span.action == REMOVED)
    if not order:
        return sorted(span._replace(start=start, end=end) for (start, end), span in zip(places, spans, strict=True))
    found: list[Span] = []
    left = [(place, span) for place, span in zip(places, spans, strict=True) if span.action != REMOVED]
    for (place, span), ranges in zip(order, carve(opened.parsed, [place for place, _ in order]), strict=True):
        found += [span._replace(start=start, end=end) for start, end in ranges]
        if not ranges:
            left.append((place, span))
    found.sort()
    taken = [(span.start, span.end) for span in found]
    for (start, end), span in sorted(left):
        if not touches(taken, start, end):
            insort(taken, (start, end))
            found.append(span._replace(start=start, end=end, action=REVIEW))
    return sorted(found)

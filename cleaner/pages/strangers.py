"""Links that nothing on their page leads up to and that sell something: what their words, address and place say, in points.

A text can only be read. A page also says which sites it has to do with: a link to the front page of a site that it names nowhere
else, behind the last sentence of a paragraph, is a stranger on it. Being one is no offence, so several things must come together.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from cleaner.decide import REMOVED
from cleaner.hosts import judge_address, names_goods, read_name
from cleaner.hostwords import Hosts
from cleaner.linkplace import link_span
from cleaner.pages.opened import OpenPage
from cleaner.pages.page import Link
from cleaner.pages.site import label
from cleaner.span import Span

BAR = 3.5  # points from which a link is cut
WITHIN = 1.0  # more for one inside a sentence, which honest articles name goods in, too
# It leads to a front page whose host the page names nowhere else, and its words do not name that either.
STRANGER = 1.0
MOST_WORDS = 10  # of a link that sells; more are a headline
REACH = 300  # characters before and behind a link that say where it stands
MOST = 300  # hosts that a page is searched for
SHARE = 0.5  # of the words of a link that must have points: what sells says little else
ELSEWHERE = 0.5  # it leads to another page of such a site
# Of links to front pages alone:
SENTENCE, APPENDED = 1.0, 0.5  # behind the last sentence of its paragraph; behind other words of it
LOWER = 1.0  # several words in small letters behind a sentence
FOREIGN = 1.0  # in an alphabet that the page hardly has
NUMBERED = 1.0  # the host's name is letters and a number
MIN_BEFORE = 20  # characters in front of what stands behind a sentence
MIN_NAME = 4  # letters of a word that may be taken from a host's name
_FRONT = re.compile(r"(?:https?:)?//[^/?#]*/?\Z", re.IGNORECASE)
_NUMBERED = re.compile(r"[a-z]+-?\d{2,}\Z")
_ENDS = frozenset(".!?…。！？।؟")
_SEPARATORS = frozenset(":|/\\·•–—-,;([{«„→←>=&+*#")
_WORD = re.compile(r"\w+")

_ELSEWHERE = ("leads to a site that nothing else on the page names", ELSEWHERE)

Signs = list[tuple[str, float]]  # what speaks for spam, in words and points


def strangers(opened: OpenPage, taken: Sequence[Span], hosts: Hosts) -> list[Span]:
    """Spans of a page's text for links that are spam by their words, address and place, but for those in what is taken.

    >>> from cleaner.hostwords import load
    >>> source = "<p>We are closed on Mondays. <a href='http://a.example/'>Cheap replica watches</a></p>"
    >>> [span] = strangers(OpenPage(source), [], load())
    >>> [words for words, _ in span.evidence][0]
    'link reads "cheap replica watches"'
    """
    page = opened.page
    said = [page.words(link) for link in page.links]
    if not any(said):
        return []
    sells = hosts.which_may_sell(["" if len(words.split()) > MOST_WORDS else words for words in said]).tolist()
    gone = [(span.start, span.end) for span in taken if span.action == REMOVED]
    starts, ends = sorted(start for start, _ in gone), sorted(end for _, end in gone)
    scene = _Scene(opened, hosts)
    out: list[Span] = []
    for link, words, may_sell in zip(page.links, said, sells, strict=True):
        is_free = bisect_left(starts, link.end) == bisect_right(ends, link.start)
        if is_free and words and not page.names_itself(link):
            span = scene.span(link, words, may_sell)
            out += [span] if span else []
    return out


class _Place(NamedTuple):
    """Where a link stands in its line: the text before it, and whether there is some behind it."""

    before: str
    is_last: bool


class _Scene:
    """What links are compared with."""

    def __init__(self, opened: OpenPage, hosts: Hosts) -> None:
        self.opened = opened
        self.hosts = hosts
        self.alone: dict[str, bool] = {}

    def span(self, link: Link, words: str, may_sell: bool) -> Span | None:
        """The span of a link that has points enough."""
        text = self.opened.page.text
        target = text[text.rfind("](", link.start, link.end) + 2 : link.end - 1]
        place = _place(text, link)
        signs, trade = self._goods(words, target) if may_sell else ([], "unknown")
        if signs or not _is_named(words, link.host):
            strange = [*self._strange(link, words, place)] if _FRONT.match(target) else [_ELSEWHERE]
            if _points(signs) + _points(strange) >= BAR and self._is_alone(link.host):
                signs += strange
        bar = BAR + (WITHIN if place.before and not place.is_last else 0.0)
        if _points(signs) < bar:
            return None
        return link_span(link.start, link.end, signs, trade, REMOVED)

    def _goods(self, words: str, target: str) -> tuple[Signs, str]:
        """What the words of a link sell, and its address if these do, unless the page is on the subject."""
        reading = read_name([words.lower()], self.hosts)
        if not reading.sells or reading.share < SHARE or self._is_on_subject(reading.trade):
            return [], "unknown"
        address = judge_address(target, self.hosts)
        return [(f'link reads "{reading.words}"', reading.points), *(address.seen if address else ())], reading.trade

    def _strange(self, link: Link, words: str, place: _Place) -> Iterator[tuple[str, float]]:
        """What is odd about a link to the front page of a site that the page names nowhere else."""
        yield "leads to the front page of a site that nothing else on the page names", STRANGER
        if place.is_last and place.before and place.before[-1] not in _SEPARATORS:
            if place.before[-1] in _ENDS and len(place.before) >= MIN_BEFORE:
                yield "behind the last sentence of its paragraph", SENTENCE
                if words[0].islower() and len(words.split()) > 1:
                    yield "in small letters behind a sentence", LOWER
            else:
                yield "at the end of a line", APPENDED
        if self.opened.foreign(words):
            yield "in another alphabet than the page", FOREIGN
        if _NUMBERED.match(label(link.host)):
            yield "its host's name is letters and a number", NUMBERED

    def _is_alone(self, host: str) -> bool:
        """Whether nothing else on the page names a host."""
        if host not in self.alone:
            is_searched = len(self.alone) < MOST
            self.alone[host] = is_searched and self.opened.source.count(host.removeprefix("www.")) <= 1
        return self.alone[host]

    @cached_property
    def _is_on_subject(self) -> Callable[[str], bool]:
        return cache(lambda trade: names_goods(self.opened.own_text, trade, self.hosts))


def _points(signs: Signs) -> float:
    return sum(points for _, points in signs)


def _place(text: str, link: Link) -> _Place:
    low, high = max(link.start - REACH, 0), link.end + REACH
    before, behind = text[low : link.start].rpartition("\n")[2], text[link.end : high].partition("\n")[0]
    return _Place(before.strip(), not behind.strip())


def _is_named(words: str, host: str) -> bool:
    """Whether the words of a link and the name of its host have something in common."""
    name, small = label(host).replace("-", ""), words.lower()
    squeezed = "".join(_WORD.findall(small))
    if not name or name in squeezed or squeezed in host.replace("-", ""):
        return True
    return any(len(word) >= MIN_NAME and word in name for word in _WORD.findall(small))

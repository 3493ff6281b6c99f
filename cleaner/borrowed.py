"""Links that came with links to spam: whoever put these into an article's sentences put others there that sell nothing.

Their text is one word, borrowed from the title of the page that they lead to (`[Planned](…/planned-changes-to-the-bill/)`),
or only a sign (`[…]`). Honest links look like that as well, so it takes links to several sites of spam in the same article,
and the words of the title must be none of the article's.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from cleaner.decide import REMOVED, REVIEW, SPAM_LINK, with_definitions
from cleaner.hosts import host_of
from cleaner.linkplace import link_span
from cleaner.links import definitions
from cleaner.model import Model
from cleaner.patterns import pattern
from cleaner.readers.markdown import code_spans
from cleaner.reading import Stretches
from cleaner.seams import widen
from cleaner.span import Span, merged, minus, touches
from cleaner.structure import breaks

SITES = 3  # of spam that an article links to within its sentences, before its other links are looked at
MOST = 1000  # links of a text that are cut for this
POINTS = 3.0  # logits of a link that looks borrowed in such an article
TELLING = 4  # letters of a word that says what a page is on
SHARED = 0.5  # of these words of a title may be the article's
_LINK = pattern(
    r"(?<=[^\s\])|>][^\S\n]{1,8})\[([^\[\]\n]{1,200})\](?:\(\s*<?((?:https?:)?//[^()<>\s]{1,1000})[^()\n]{0,200}\)|[ ]?\[([^\[\]\n]{1,100})\])"
    r"(?=[^\S\n]{1,8}[^\s\[|<])"
)
_WORD = pattern(r"[\p{L}\p{M}\p{N}'’]+")
_SIGN = pattern(r"[…–—.,&-]{1,3}")


class Link(NamedTuple):
    """A link within a sentence, its text and where it leads; the label of its definition if it has one."""

    start: int
    end: int
    said: str
    address: str
    label: str | None


def sold_sites(text: str, spans: Sequence[Span]) -> frozenset[str]:
    """The sites of spam that links within sentences lead to, of which some spans cut nothing but the links.

    >>> text = "A [x](http://a.xyz) b [y](http://b.xyz) c [z](http://c.xyz) d."
    >>> spans = [Span(at, at + 18, 0.9, "spam-link", "unknown", (), REMOVED) for at in (2, 22, 42)]
    >>> sorted(sold_sites(text, spans))
    ['a.xyz', 'b.xyz', 'c.xyz']
    """
    cut = {span.start: span.end for span in spans if span.action == REMOVED and span.reason == SPAM_LINK}
    if not cut:
        return frozenset()
    links = [link for link in _links(text) if cut.get(link.start, link.end + 2) <= link.end + 1]
    return frozenset(host_of(link.address).removeprefix("www.") for link in links)


def with_borrowed(
    text: str, spans: list[Span], model: Model, protected: Stretches = (), known: frozenset[str] = frozenset()
) -> list[Span]:
    """The sorted spans with such links, and with the definitions that only they need.

    `known` are the sites of spam whose links are gone from the text already.

    >>> from cleaner.model import load
    >>> text = "A [x](http://a.xyz) b [y](http://b.xyz) c [z](http://c.xyz) d [Post](http://d.xyz/last-post) e."
    >>> spans = [Span(at, at + 18, 0.9, "spam-link", "unknown", (), REMOVED) for at in (2, 22, 42)]
    >>> [text[span.start : span.end] for span in with_borrowed(text, spans, load())[3:]]
    ['[Post](http://d.xyz/last-post) ']
    """
    sites = known | sold_sites(text, spans)
    if len(sites) < SITES:
        return spans
    doubtful = _spam_definitions(text, spans, model)
    links = _links(text)
    told = merged([*(match.span() for match in definitions(text)), *((link.start, link.end) for link in links)])
    own = frozenset(_WORD().findall(minus(text, told).casefold()))
    closed = merged(
        [*protected, *code_spans(text), *((span.start, span.end) for span in spans if span.action == REMOVED)]
    )
    why = (f"link of one word or sign, in an article with links to {len(sites)} sites of spam", POINTS)
    found: list[Span] = []
    gone: set[Span] = set()
    likely = (link for link in links if is_borrowed(link, own, is_sold=link.label in doubtful))
    for link in islice(likely, MOST):
        start, end = widen(text, link.start, link.end)
        if not touches(closed, start, end) and not breaks(text, start, end):
            found.append(link_span(start, end, [why], "unknown", REMOVED))
            gone |= {doubtful[link.label]} if link.label in doubtful else set()
    if not found:
        return spans
    taken = merged((span.start, span.end) for span in found)
    kept = [span._replace(action=REMOVED) if span in gone else span for span in spans]
    return with_definitions(
        text, [*found, *(span for span in kept if not touches(taken, span.start, span.end))], protected
    )


def _spam_definitions(text: str, spans: Sequence[Span], model: Model) -> dict[str | None, Span]:
    """By its label each definition that is spam by itself, and only stays because its reference does."""
    likely = [span for span in spans if span.action == REVIEW and span.score >= model.remove]
    return {match[1]: span for span in likely for match in definitions(text[span.start : span.end])}


def _links(text: str) -> list[Link]:
    """The links of a text within its sentences that lead to another site, in order."""
    addresses: dict[str, str] = {}
    for match in definitions(text):
        addresses.setdefault(match[1], match[2].strip("<>"))  # the first of a label counts
    links = []
    for match in _LINK().finditer(text):
        address = match[2] or addresses.get(match[3], "")
        if "//" in address:
            links.append(Link(match.start(), match.end(), match[1], address, match[3]))
    return links


def is_borrowed(link: Link, own: Set[str], *, is_sold: bool = False) -> bool:
    """Whether the text of a link is a sign, or one word of the title in its address, which is not on the article's subject.

    `own` are the article's words. Where the address is sold (`is_sold`), any word will do.

    >>> link = Link(0, 0, "Planned", "http://a.example/2016/01/planned-changes/", None)
    >>> is_borrowed(link, {"quay"}), is_borrowed(link, {"changes", "to", "the", "quay"})
    (True, False)
    >>> is_borrowed(Link(0, 0, "Redux", "https://a.example/reactjs/redux", None), {"quay"})
    False
    """
    if not _WORD().fullmatch(link.said):
        return bool(_SIGN().fullmatch(link.said))
    if is_sold:
        return True
    word, title, names = link.said.casefold(), _title(link.address), _WORD().findall(host_of(link.address))
    if word not in title or word in own or any(name.startswith(word) for name in names):
        return False
    telling = {other for other in title if len(other) >= TELLING and not other.isdecimal() and other != word}
    return bool(telling) and len(telling & own) <= SHARED * len(telling)


def _title(address: str) -> list[str]:
    """The words of the title that an address ends with, joined by hyphens; none of another address.

    >>> _title("http://a.example/2016/01/planned-changes/?p=1"), _title("http://a.example/planned")
    (['planned', 'changes'], [])
    """
    path = unquote(address).partition("?")[0].partition("#")[0].rstrip("/")
    last = path.partition("//")[2].partition("/")[2].rpartition("/")[2]
    return _WORD().findall(last.casefold()) if "-" in last else []

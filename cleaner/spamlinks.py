"""Links to hosts and paths that plainly sell spam, or that their text belies: reported, and never cut for that alone.

And links whose text alone sells something, in a text that does not: of these the text is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from cleaner.hostwords import Hosts
from cleaner.patterns import pattern
from cleaner.reading import Stretches
from cleaner.span import Span

if TYPE_CHECKING:  # what knows HTML is loaded when there is some
    from cleaner.pages.opened import OpenPage

MOST = 3000  # addresses of a text that are looked at closely
LONGEST_SCHEME = 12  # characters
_AFTER = r"""[^\s<>"'`\[\]{}|\\^，。、；：！？）」』】]"""
_ADDRESS = re.compile(rf"//(?=[\w\[%])(?:\[[0-9a-fA-F:.]+\])?{_AFTER}{{3,}}")
_BARE = re.compile(rf"www\.(?=\w){_AFTER}{{3,}}")
_SCHEME = pattern(r"(?i)[a-z][a-z0-9+.-]*+:\Z")
_TRAILING = ".,;:!?*_~'"
_LINK = pattern(
    r"(?<!!)\[((?=[^\[\]\n]{3,60}\])[\p{L}\p{N}]++(?:[ -][\p{L}\p{N}]++)*+)\]\(\s*+<?((?:https?:)?//[^()<>\s]++)[^()\n]*+\)"
)
Item = TypeVar("Item")


def link_spans(
    texts: Sequence[str], formats: Sequence[str], hosts: Hosts, pages: Sequence[OpenPage | None]
) -> list[list[Span]]:
    """For each text its links to plain spam, sorted, disjoint, all for review; pages are the texts as pages, None for those that are none.

    >>> from cleaner.hostwords import load
    >>> text = "See [the archive](https://slotgacor88.example) and https://www.essex.example."
    >>> [[span]] = link_spans([text], ["md"], load(), [None])
    >>> text[span.start : span.end], span.evidence[0][0]
    ('[the archive](https://slotgacor88.example)', 'host reads "slot gacor 88"')
    """
    matches = [
        (number, match)
        for number, (text, page) in enumerate(zip(texts, pages, strict=True))
        if page is None
        for match in _matches(text)
    ]
    likely = _which(matches, [match[0] for _, match in matches], hosts)
    found = [(number, *_place(texts[number], match)) for number, match in likely]
    found += [(number, *place) for number, page in enumerate(pages) if page is not None for place in _on_page(page)]
    hot = sorted(_which(found, [address for *_, address in found], hosts))
    out: list[list[Span]] = [[] for _ in texts]
    for number, places in groupby(hot, key=itemgetter(0)):
        out[number] = _spans(texts[number], formats[number], [*islice(places, MOST)], hosts, pages[number])
    return out


def planted_spans(texts: Sequence[str], protected: Sequence[Stretches], hosts: Hosts) -> list[list[Span]]:
    """For each text the words of links that sell what neither the address nor the rest of it speaks of, to be cut; brackets stay.

    >>> from cleaner.hostwords import load
    >>> text = "The tunnel is made by [online casino](https://tunnel.example/docs), which is free."
    >>> [[text[span.start : span.end] for span in spans] for spans in planted_spans([text], [[]], load())]
    [['online casino']]
    """
    links = [(number, link) for number, text in enumerate(texts) if "](" in text for link in _LINK().finditer(text)]
    out: list[list[Span]] = [[] for _ in texts]
    for number, likely in groupby(_which(links, [link[1] for _, link in links], hosts), key=itemgetter(0)):
        from cleaner.linkplace import planted_texts

        places = [(*link.span(1), link[2]) for _, link in likely]
        out[number] = planted_texts(texts[number], places, protected[number], hosts)
    return out


def _spans(
    text: str, format: str, places: Sequence[tuple[int, int, int, str]], hosts: Hosts, page: OpenPage | None
) -> list[Span]:
    # Loaded when an address may sell something: few texts have one, and every start of the command would wait for it.
    import html

    from cleaner.hosts import BAR, DOUBTFUL, judge_address
    from cleaner.linkplace import spans_of

    judged = [(start, end, judge_address(html.unescape(address), hosts)) for _, start, end, address in places]
    likely = [(start, end, found) for start, end, found in judged if found and found.points + DOUBTFUL >= BAR]
    return spans_of(text, format, likely, hosts, page) if likely else []


def _which(items: Sequence[Item], addresses: Sequence[str], hosts: Hosts) -> list[Item]:
    """The items whose address may sell something."""
    may_sell = hosts.which_may_sell(addresses).tolist() if items else ()
    return [item for item, is_likely in zip(items, may_sell, strict=True) if is_likely]


def _on_page(page: OpenPage) -> Iterator[tuple[int, int, str]]:
    """The same of a page, of which only text and links lead anywhere, and only those to other sites count."""
    import html

    from cleaner.pages.markup import START, TEXT
    from cleaner.pages.site import is_own

    source, own = page.source, page.page.own
    for kind, start, end, name in page.tokens:
        if kind is TEXT or (kind is START and name in ("a", "area")):
            if source.find("//", start, end) < 0 and source.find("www.", start, end) < 0:
                continue
            for first, last, address in _addresses(source[start:end]):
                if not is_own(html.unescape(address), own):
                    yield start + first, start + last, address


def _addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Where addresses stand in a text, and what they read, without what only ends their sentence."""
    return (_place(text, match) for match in _matches(text))


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The addresses of a text with what stands right behind them."""
    if "//" in text:
        yield from _ADDRESS.finditer(text)
    if "www." in text:
        for match in _BARE.finditer(text):
            if match.start() == 0 or (text[match.start() - 1] not in "/@.-_" and not text[match.start() - 1].isalnum()):
                yield match


def _place(text: str, match: re.Match[str]) -> tuple[int, int, str]:
    """Where an address stands, and what it reads, without what only ends its sentence."""
    address, start = _trimmed(match[0]), match.start()
    if match.re is _BARE:
        return start, start + len(address), "//" + address
    return _scheme_start(text, start), start + len(address), address


def _scheme_start(text: str, at: int) -> int:
    """Where an address begins whose host stands behind the `//` at an offset."""
    for scheme in ("https:", "http:"):
        if text.endswith(scheme, 0, at):
            return at - len(scheme)
    found = _SCHEME().search(text, max(at - LONGEST_SCHEME, 0), at)
    return found.start() if found else at


def _trimmed(address: str) -> str:
    """An address up to the bracket that encloses it, without signs at its end."""
    if "(" not in address:
        return address.partition(")")[0].rstrip(_TRAILING)
    depth = 0
    for at, sign in enumerate(address):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            address = address[:at]
            break
    return address.rstrip(_TRAILING)

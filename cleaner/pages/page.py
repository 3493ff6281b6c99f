"""An HTML page as the text its readers see, laid out like an article, with the way back from every character to the source.

Blocks stand on lines of their own, elements within a line leave no trace, links to other sites read `[text](address)` as
in Markdown, white space is collapsed and entities are decoded. Attributes that are read or searched stand on lines of
their own behind the text, and so do comments. Scripts, styles and preformatted code are left out.
"""

from __future__ import annotations

import html
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import regex

from cleaner.pages.markup import (
    COMMENT,
    END,
    RAW,
    SPACE,
    START,
    TEXT,
    Attribute,
    Token,
    attributes,
    element_names,
    first_value,
)  # fmt: skip
from cleaner.pages.site import elsewhere, own_labels

MIN_COMMENT = 30  # characters of a comment that is read
MAX_ADDRESS = 120  # characters of an address that are shown
_INLINE = element_names(
    "a abbr acronym area audio b base basefont bdi bdo big blink button cite code data del dfn em embed "
    "font i img input ins kbd label link map mark meta nobr noscript param picture q rb rp rt rtc ruby s "
    "samp script small source span strike strong style sub sup template time track tt u var video wbr"
)
_SAID = ("alt", "title")
_LEFT_OUT = frozenset(("pre", "svg", "math", "select", "datalist", "object"))
_BLANK = f"[{SPACE}]"
# What does not stand in the text as it stands in the source: white space but for single spaces, and entities. That one of
# these signs, or two spaces, are there is asked first, which most text is done with.
_SIGNS = re.compile(r"[&\t\n\f\r]")
_ODD = re.compile(
    rf"{_BLANK}{{2,}}|[\t\n\f\r]|&(?:#[0-9]{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});?"
)
# In a tag that says something beside its name; most images do not.
_MAY_SAY = re.compile(
    rf"""(?:alt|title){_BLANK}*+={_BLANK}*+(?:"{_BLANK}*+[^{SPACE}"]|'{_BLANK}*+[^{SPACE}'])""",
    re.IGNORECASE | re.ASCII,
)
_IN_TARGET = regex.compile(r"""[\s()\[\]<>\\"']+""")
_LINK = re.compile(rf"<a{_BLANK}[^<>]*href", re.IGNORECASE | re.ASCII)
_META = regex.compile(r"(?:og:|twitter:)?(?:description|title|keywords)", regex.IGNORECASE)


class Link(NamedTuple):
    """A link to another site: text[start:end] is all of it as it reads in the page's text, tag where its start tag stands."""

    start: int
    end: int
    tag: int
    host: str


class Page(NamedTuple):
    """The text of a page, in pieces: piece `i` is text[at[i]:at[i + 1]] and comes from source[starts[i]:ends[i]].

    Where both are of one length they are the same, character by character. The first `body` pieces are the text itself,
    in the order of the source; attributes and comments follow. `links` are those to other sites than the page's, whose names are `own`;
    `asleep` is where comments with links begin and end, which are not part of the text.
    """

    text: str
    at: array[int]
    starts: array[int]
    ends: array[int]
    body: int
    links: tuple[Link, ...]
    own: frozenset[str]
    asleep: tuple[tuple[int, int], ...] = ()

    def source_start(self, offset: int) -> int:
        """Where the character at an offset of the text begins in the source.

        >>> from cleaner.pages.markup import tokenize
        >>> page = lay_out("<p>a &amp;b", tokenize("<p>a &amp;b"))
        >>> page.text, page.source_start(2), page.source_end(2), page.source_start(3)
        ('a &b\\n', 5, 10, 10)
        """
        piece = bisect_right(self.at, offset) - 1
        return self.starts[piece] + (offset - self.at[piece] if self._is_exact(piece) else 0)

    def source_end(self, offset: int) -> int:
        """Where the character at an offset of the text ends in the source."""
        piece = bisect_right(self.at, offset) - 1
        return self.starts[piece] + offset - self.at[piece] + 1 if self._is_exact(piece) else self.ends[piece]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """The source of a stretch of text without the white space at its ends."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = max(end - (len(piece) - len(piece.rstrip())), start + 1)
        return self.source_start(start), self.source_end(end - 1)

    def offset(self, place: int) -> int:
        """Where in the text the first piece begins that comes from the source at or behind a place."""
        return self.at[bisect_left(self.starts, place, 0, self.body)]

    def words(self, link: Link) -> str:
        """The text of a link."""
        return self.text[link.start + 1 : self.text.rfind("](", link.start, link.end)].strip()

    def names_itself(self, link: Link) -> bool:
        """Whether a link's text is no more than its address: nobody is to be lured."""
        bare = self.words(link).lower()
        bare = bare.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        return bare == link.host.removeprefix("www.")

    def _is_exact(self, piece: int) -> bool:
        return self.at[piece + 1] - self.at[piece] == self.ends[piece] - self.starts[piece]


def lay_out(source: str, tokens: Sequence[Token]) -> Page:
    """The text of a page.

    >>> from cleaner.pages.markup import tokenize
    >>> source = "<ul><li>Ca<b></b>si<i>no</i>\\n  &amp; <a href='http://x.example'>more</a><li>b</ul>"
    >>> lay_out(source, tokenize(source)).text
    'Casino & [more](http://x.example)\\nb\\n'
    """
    layout = _Layout(source, own_labels(source, tokens))
    left_out, depth = "", 0
    for token in tokens:
        kind, start, end, name = token
        if left_out:
            if name == left_out and kind is not RAW:
                depth += 1 if kind is START else -1
                left_out = left_out if depth else ""
        elif kind is TEXT:
            layout.text(start, end)
        elif kind is START:
            if name == "a":
                layout.open_link(token)
                continue
            if (name == "img" or source.find("title=", start, end) >= 0) and _MAY_SAY.search(source, start, end):
                layout.aside(item for item in attributes(source, token) if item.name in _SAID)
            if name not in _INLINE:
                layout.end_line(start)
                if name in _LEFT_OUT:
                    left_out, depth = name, 1
            elif name == "meta":
                layout.meta(token)
        elif kind is END:
            if name == "a":
                layout.close_link(start, end)
            elif name not in _INLINE:
                layout.end_line(start)
        elif kind is RAW and name == "title":
            layout.text(start, end)
        elif kind is COMMENT:
            layout.comment(start, end)
    return layout.finished()


class _Layout:
    """A page's text under construction.

    `blank` is the white space that is due before the next character, if any is; `link` the open link's target, its host and
    its start tag, `opened` the number of its first piece, -1 as long as it has none.
    """

    def __init__(self, source: str, own: frozenset[str]) -> None:
        self.source = source
        self.own = own
        self.pieces: list[tuple[str, int, int]] = []
        self.is_fresh = True
        self.blank: tuple[int, int] | None = None
        self.link: tuple[str, str, Token] | None = None
        self.opened = -1
        self.linked: list[tuple[int, int, int, str]] = []
        self.asides: list[tuple[int, int]] = []
        self.asleep: list[tuple[int, int]] = []

    def ink(self, piece: str, start: int, end: int) -> None:
        if self.blank is not None:
            if not self.is_fresh:
                self.pieces.append((" ", *self.blank))
            self.blank = None
        self.is_fresh = False
        if self.link is not None and self.opened < 0:
            self.opened = len(self.pieces)
            self.pieces.append(("[", self.link[2].start, self.link[2].end))
        self.pieces.append((piece, start, end))

    def space(self, start: int, end: int) -> None:
        if self.blank is None:
            self.blank = start, end

    def text(self, start: int, end: int) -> None:
        left = self.source[start:end].lstrip(SPACE)
        if not left:
            if self.blank is None:
                self.blank = start, end
            return
        words = left.rstrip(SPACE)
        first, last = end - len(left), end - len(left) + len(words)
        if first > start:
            self.space(start, first)
        if "  " in words or _SIGNS.search(words):
            self.odd(first, last)
        else:
            self.ink(words, first, last)
        if last < end:
            self.space(last, end)

    def odd(self, start: int, end: int) -> None:
        """Text without white space at its ends."""
        source, last = self.source, start
        for match in _ODD.finditer(source, start, end):
            begin, stop = match.span()
            if begin > last:
                self.ink(source[last:begin], last, begin)
            if source[begin] == "&":
                self.ink(_decoded(match[0]), begin, stop)
            else:
                self.space(begin, stop)
            last = stop
        if last < end:
            self.ink(source[last:end], last, end)

    def end_line(self, at: int) -> None:
        if self.is_fresh and self.link is None:
            return  # most often: white space at the start of a line never shows
        self.blank = None
        self.drop_link()
        if not self.is_fresh:
            self.pieces.append(("\n", at, at))
            self.is_fresh = True

    def drop_link(self) -> None:
        """What is open does not end in its line, or at all: it reads as if it were no link."""
        if self.link is not None and self.opened >= 0:
            self.pieces[self.opened] = ("", *self.pieces[self.opened][1:])
        self.link, self.opened = None, -1

    def open_link(self, token: Token) -> None:
        self.drop_link()
        if self.source.find("//", token.start, token.end) < 0:
            return
        target = first_value(self.source, token, "href")
        name = elsewhere(target, self.own)
        if name:
            self.link = target, name, token

    def close_link(self, start: int, end: int) -> None:
        if self.link is not None and self.opened >= 0:
            target, name, tag = self.link
            self.pieces.append((f"]({_IN_TARGET.sub('', target)[:MAX_ADDRESS]})", start, end))
            self.linked.append((self.opened, len(self.pieces), tag.start, name))
        self.link, self.opened = None, -1

    def meta(self, token: Token) -> None:
        found = attributes(self.source, token)
        if any(item.name in ("name", "property") and _META.fullmatch(item.value) for item in found):
            self.aside(item for item in found if item.name == "content")

    def comment(self, start: int, end: int) -> None:
        """Note a comment that is words for a line of its own, and one with links; other markup out of use is nothing."""
        if end - start < MIN_COMMENT or not self.source.endswith("-->", start, end):
            return
        if self.source.find("<", start + 1, end) < 0:
            self.asides.append((start + 4, end - 3))
        elif (
            not self.source.startswith("<!--?", start)
            and self.source.find("://", start, end) >= 0
            and _LINK.search(self.source, start + 4, end)
        ):
            self.asleep.append((start, end))

    def aside(self, found: Iterable[Attribute]) -> None:
        """Note values for lines of their own; those in quotes only, since without them nothing may be cut."""
        for item in found:
            if item.value.strip() and self.source[item.value_start - 1] in "\"'":
                self.asides.append((item.value_start, item.value_end))

    def finished(self) -> Page:
        self.end_line(len(self.source))
        body = len(self.pieces)
        for start, end in self.asides:
            self.text(start, end)
            self.end_line(end)
        pieces, starts, ends = zip(*self.pieces, strict=True) if self.pieces else ((), (), ())
        at = array("q", accumulate(map(len, pieces), initial=0))
        links = tuple(Link(at[first], at[stop], tag, name) for first, stop, tag, name in self.linked)
        return Page(
            "".join(pieces), at, array("q", starts), array("q", ends), body, links, self.own, tuple(self.asleep)
        )


@lru_cache(maxsize=4096)
def _decoded(entity: str) -> str:
    return html.unescape(entity)

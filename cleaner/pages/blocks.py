"""Hidden parts of a page as blocks that may be injected: what they hold, what speaks for an injection, and when that is enough.

Readers never see an injected block, so nothing about it is meant for them: it holds links to many other sites and little else,
no script or style knows it, and it often stands where no template would put it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import regex

from cleaner.pages.alphabets import alphabets
from cleaner.pages.css import declarations, may_hide
from cleaner.pages.hidden import Hidden, StyledPage, hidden_in
from cleaner.pages.markup import START, TEXT, Element, Token
from cleaner.pages.said import Line, layout
from cleaner.pages.scripted import literal, set_rules, written_rules
from cleaner.pages.selectors import selectors
from cleaner.pages.sheets import Rule, rules
from cleaner.pages.site import host, is_own, label, own_labels
from cleaner.span import merged

VISIBLE = 16_000  # characters of a page's visible text that its blocks are compared with
MAX_LAID_OUT = 2  # times the page's size that nested blocks may have together
RARE_WAYS = frozenset(
    [
        "off-screen",
        "tiny-text",
        "no-size",
        "clipped",
        "same-colour",
        "no-colour",
        "behind",
        "faint",
        "marquee",
        "written",
    ]
)


class Features(NamedTuple):
    """What a hidden block holds and how it stands in its page.

    links go to other sites than the page's own, hosts are these, link_share is the share of the block's
    letters in them; is_foreign: it is written in an alphabet that the visible page hardly has; at_edge: it stands first or
    last in the body or outside of it; is_rare: hidden in a way that honest links rarely are; is_named: it has ids or classes
    that other code may know.
    """

    links: int
    hosts: int
    link_share: float
    is_foreign: bool
    at_edge: bool
    is_rare: bool
    is_named: bool


class Block(NamedTuple):
    """A hidden stretch source[start:end] with links; parts are what goes with it: itself, and code that only serves to hide it.

    lines are what it says.
    """

    start: int
    end: int
    why: str
    features: Features
    lines: tuple[Line, ...]
    parts: tuple[tuple[int, int], ...]


def blocks(
    source: str,
    tokens: Sequence[Token],
    elements: Sequence[Element],
    places: Iterable[int] | None = None,
    *,
    with_bare: bool = False,
) -> list[Block]:
    """The hidden blocks of a page that hold links, or with_bare all of them, sorted by where they start; one may lie in another.

    Only those around some places in the source, if these are given.

    >>> from cleaner.pages.markup import elements, tokenize
    >>> source = "<p>a</p><div style='font-size:0'><a href='//b.com'>c</a></div>"
    >>> tokens = tokenize(source)
    >>> [(block.why, block.lines) for block in blocks(source, tokens, elements(source, tokens))]
    [('tiny-text', (Line(text='c', target='//b.com'),))]
    """
    links = [token.start for token in tokens if token.name == "a" and token.kind is START]
    if not links and not with_bare:
        return []
    page = StyledPage(source, elements)
    numbers = range(len(elements)) if places is None else _around(page, places)
    found = hidden_in(page, numbers)
    wanted = [item for item in found if with_bare or bisect_left(links, item.start) < bisect_left(links, item.end)]
    if not wanted:
        return []
    setting = _Setting(page, tokens, _visible_lines(source, tokens, found))
    left = MAX_LAID_OUT * len(source)
    out = []
    for item in _joined(page, wanted):
        left -= item.end - item.start
        if left > 0:
            out.append(setting.block(item, layout(source, setting.within(item.start, item.end))))
    return out


def _around(page: StyledPage, places: Iterable[int]) -> list[int]:
    """The elements around some places, and the links next to links among them, which are hidden one by one at times."""
    found: set[int] = set()
    parents: set[int] = set()
    for place in places:
        number = bisect_right(page.starts, place) - 1
        while number >= 0 and number not in found:
            item = page.elements[number]
            if item.end > place:
                found.add(number)
                if item.name == "a":
                    parents.add(item.parent)
            number = item.parent
    found.update(number for number, item in enumerate(page.elements) if item.name == "a" and item.parent in parents)
    return sorted(found)


class _Setting:
    """What blocks are compared with: the page's own site, the alphabets of its text, the names that code knows."""

    def __init__(self, page: StyledPage, tokens: Sequence[Token], visible: Sequence[Line]) -> None:
        self.source = page.source
        self.page = page
        self.tokens = tokens
        self.token_starts = [token.start for token in tokens]
        self.own = own_labels(page.source, tokens)
        self.given = Counter(self._names(0, len(self.source)))
        self.code = _code_by_name(page)
        self.alphabets = alphabets(" ".join(line.text for line in visible))
        self.first, self.last = _said(self.source, tokens, page.elements)

    def within(self, start: int, end: int) -> Sequence[Token]:
        return self.tokens[bisect_left(self.token_starts, start) : bisect_left(self.token_starts, end)]

    def block(self, item: Hidden, lines: Sequence[Line]) -> Block:
        start, end = item.start, item.start + len(self.source[item.start : item.end].rstrip())
        outside = [line for line in lines if host(line.target) and not is_own(line.target, self.own)]
        own = set(self._names(start, end))
        serving = self._serving(*self._wrapped(item.element, start, end))
        features = Features(
            len(outside),
            len({label(host(line.target)) for line in outside}),
            letters(outside) / max(1, letters(lines)),
            bool(alphabets(" ".join(line.text for line in lines)) - self.alphabets),
            start <= self.first or end >= self.last,
            item.why in RARE_WAYS,
            any(all(name[1:] not in code.names for code in serving) for name in own),
        )
        parts = merged([(start, end), *((code.start, code.end) for code in serving)])
        return Block(start, end, item.why, features, tuple(lines), tuple(parts))

    def _wrapped(self, number: int, start: int, end: int) -> tuple[int, int]:
        """A stretch with the elements around it that hold nothing else: what hides it may know these."""
        elements = self.page.elements
        number = elements[number].parent if number >= 0 else -1
        while number >= 0 and elements[number].name in _WRAPPERS:
            item = elements[number]
            if self.source[item.open_end : start].strip() or self.source[end : item.close_start].strip():
                break
            start, end, number = item.start, item.end, item.parent
        return start, end

    def _serving(self, start: int, end: int) -> list[_Code]:
        """The code outside of a stretch that only hides it: it knows names that nothing else on the page has."""
        own = Counter(self._names(start, end))
        private = frozenset(name for name, count in own.items() if count == self.given[name])
        return [code for code in self._code(private) if not start <= code.start < end and code.only_hides(private)]

    def _names(self, start: int, end: int) -> Iterator[str]:
        """The ids, classes and data attributes in a stretch, as selectors begin them, as often as they are given."""
        for number in range(bisect_left(self.page.starts, start), bisect_left(self.page.starts, end)):
            node = self.page.node(number)
            yield from ("." + name for name in node.classes)
            yield from ("[" + name for name in node.attributes if name.startswith("data-"))
            if "id" in node.attributes:
                yield "#" + node.attributes["id"]

    def _code(self, names: Iterable[str]) -> list[_Code]:
        return list({code.start: code for name in sorted(names) for code in self.code.get(name[1:], ())}.values())


_WRAPPERS = frozenset(["center", "div", "font", "p", "section", "span", "ul"])


class _Code(NamedTuple):
    """A style or script element that may serve a block only: where it stands, the names in it, and its rules."""

    start: int
    end: int
    names: frozenset[str]
    rules: tuple[Rule, ...]

    def only_hides(self, names: frozenset[str]) -> bool:
        """Whether all the rules in it are for some names only, some hide, and none shows again."""
        styles = [declarations(rule.body) for rule in self.rules]
        shows = any(style.get("display", "none") != "none" and not may_hide(style) for style in styles)
        return not shows and any(map(may_hide, styles)) and all(_is_for(rule.selectors, names) for rule in self.rules)


MAX_SERVING = 3000  # characters of code that only serves to hide a block
MAX_SHARED = 8  # pieces of code that name the same thing; where there are more, none serves one block
_WORD = regex.compile(r"[\w-]+")


def _code_by_name(page: StyledPage) -> dict[str, list[_Code]]:
    """Short styles and scripts by the names in them."""
    found: dict[str, list[_Code]] = {}
    for item in page.elements:
        if item.name not in ("style", "script") or not 0 < item.close_start - item.open_end <= MAX_SERVING:
            continue
        text = page.source[item.open_end : item.close_start]
        said = rules(text) if item.name == "style" else [*set_rules(text), *written_rules(text)]
        code = _Code(item.start, item.end, frozenset(_WORD.findall(literal(text))), tuple(said))
        for name in code.names:
            found.setdefault(name, []).append(code)
    return {name: codes for name, codes in found.items() if len(codes) <= MAX_SHARED}


def _is_for(text: str, names: frozenset[str]) -> bool:
    """Whether every selector of a list asks for one of some names."""
    found = selectors(text)
    return bool(found) and all(
        any("#" + name in names for part in parts for name in part.ids)
        or any("." + name in names for part in parts for name in part.classes)
        or any("[" + test[0] in names for part in parts for test in part.tests)
        for parts in found
    )


def letters(lines: Sequence[Line]) -> int:
    """How many letters and digits some lines have."""
    return sum(map(str.isalnum, chain.from_iterable(line.text for line in lines)))


def _visible_lines(source: str, tokens: Sequence[Token], found: Sequence[Hidden]) -> list[Line]:
    """What the beginning of a page says outside of what is hidden.

    What holds half the page is not hidden for long.
    """
    gone = merged((item.start, item.end) for item in found if 2 * (item.end - item.start) < len(source))
    at, size, kept = 0, 0, []
    for token in tokens:
        while at < len(gone) and gone[at][1] <= token.start:
            at += 1
        if at == len(gone) or token.start < gone[at][0]:
            kept.append(token)
            size += token.end - token.start if token.kind is TEXT else 0
            if size > VISIBLE:
                break
    return [line for line in layout(source, kept) if line.text]


def _said(source: str, tokens: Sequence[Token], elements: Sequence[Element]) -> tuple[int, int]:
    """Where the first text of the body ends and the last begins; before and behind them nothing is said."""
    body = next((item for item in elements if item.name == "body"), None)
    start, end = (body.open_end, body.close_start) if body else (0, len(source))
    said = [
        token for token in tokens
        if token.kind is TEXT and start <= token.start < end and not source[token.start : token.end].isspace()
    ]  # fmt: skip
    return (max(start, said[0].end - 1), min(end, said[-1].start + 1)) if said else (end, start)


_BETWEEN = " \t\r\n|,;.-·•"


def _joined(page: StyledPage, found: Sequence[Hidden]) -> Iterator[Hidden]:
    """What is hidden, with links that are hidden one by one, next to each other and in the same way, as one."""
    last: Hidden | None = None
    for item in found:
        if last and _is_next_link(page, last, item):
            last = last._replace(end=item.end)
        else:
            if last:
                yield last
            last = item
    if last:
        yield last


def _is_next_link(page: StyledPage, last: Hidden, item: Hidden) -> bool:
    return (
        item.why == last.why
        and item.start >= last.end
        and _is_link(page, last)
        and _is_link(page, item)
        and not page.source[last.end : item.start].strip(_BETWEEN)
    )


def _is_link(page: StyledPage, item: Hidden) -> bool:
    return item.element >= 0 and page.elements[item.element].name == "a"

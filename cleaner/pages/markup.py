"""HTML source as tokens and elements: where they stand, in linear time, whatever the source looks like.

Nothing is repaired and nothing rejected: tokens tile the source. Tag boundaries are found as browsers find them
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization), except that a quote that is never closed opens nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

TEXT, START, END, COMMENT, DECLARATION, PROCESSING, RAW, UNFINISHED = (
    "text", "start", "end", "comment", "declaration", "processing", "raw", "unfinished",
)  # fmt: skip


class Token(NamedTuple):
    """A piece source[start:end] of HTML source.

    kind is TEXT; START or END, a whole tag; COMMENT; DECLARATION, `<!doctype ...>` and the like; PROCESSING, `<?...>`, PHP
    among it; RAW, what stands in an element that holds no markup (RAW_TEXT); or UNFINISHED, markup that the source ends in,
    which browsers do not show. name is the element's, in small letters, of START, END and RAW, "" of the others.
    """

    kind: str
    start: int
    end: int
    name: str


class Attribute(NamedTuple):
    """An attribute of a start tag: its name in small letters, its value with entities decoded, and where that stands.

    Of an attribute without a value the value is empty, and value_start and value_end stand behind the name.
    """

    name: str
    value: str
    value_start: int
    value_end: int


class Element(NamedTuple):
    """An element source[start:end], its content source[open_end:close_start]; parent is its number, -1 at the top.

    Of a void element all three of open_end, close_start and end are the same; of one whose end tag is missing close_start
    and end are, where what it stands in ends or what follows begins.
    """

    name: str
    start: int
    open_end: int
    close_start: int
    end: int
    parent: int
    depth: int


def element_names(line: str) -> frozenset[str]:
    """The names in a line.

    >>> sorted(element_names("p li"))
    ['li', 'p']
    """
    return frozenset(line.split())


VOID = element_names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
RAW_TEXT = element_names("iframe noembed noframes plaintext script style textarea title xmp")
SPACE = "\t\n\f\r "

_BLANK, _NAME = rf"[{SPACE}]", rf"[A-Za-z][^{SPACE}/>]*+"
_VALUE = rf"""(?:"[^"]*+"|'[^']*+'|[^{SPACE}>"'][^{SPACE}>]*+)"""
_REST = rf"(?:[{SPACE}/]++|[^{SPACE}/>][^{SPACE}/>=]*+(?:{_BLANK}*+={_BLANK}*+{_VALUE}?+)?+)*+"
# Text and the markup behind it. One of the alternatives matches wherever text ends, each to the end of the source at most
# once in a pass: what is not closed is either taken to the end, or cannot be tried again.
_TOKENS = re.compile(
    rf"((?:[^<]++|<(?![A-Za-z/!?]))*+)"
    rf"(?:<({_NAME}){_REST}(?:>|\Z)"
    rf"|</({_NAME}){_REST}(?:>|\Z)"
    r"|<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
    r"|<[!?/][^>]*+(?:>|\Z)"
    r"|\Z)"
)
_ATTRIBUTE = re.compile(rf"[{SPACE}/]*+([^{SPACE}/>][^{SPACE}/>=]*+)(?:{_BLANK}*+={_BLANK}*+({_VALUE})?+)?+")
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[{SPACE}/>])", re.IGNORECASE) for name in RAW_TEXT}
_CODE = ("<?php", "<?=")


def tokenize(source: str) -> list[Token]:
    """The tokens of HTML source; they tile it.

    >>> [(token.kind, token.name) for token in tokenize("<P>a < b<br><title>x<y</title>")]
    [('start', 'p'), ('text', ''), ('start', 'br'), ('start', 'title'), ('raw', 'title'), ('end', 'title')]
    """
    tokens: list[Token] = []
    at, size, last_code_end = 0, len(source), source.rfind("?>")
    while at < size:
        at = _scan(source, at, last_code_end, tokens)
    return tokens


def _scan(source: str, at: int, last_code_end: int, tokens: list[Token]) -> int:
    """Add the tokens from an offset up to and including the next that the pattern cannot find alone; where they end."""
    add, new, size = tokens.append, tuple.__new__, len(source)  # a quarter faster than `Token(...)`
    for match in _TOKENS.finditer(source, at):
        begin, end = match.span()
        start, group = match.end(1), match.lastindex
        if start > begin:
            add(new(Token, (TEXT, begin, start, "")))
        if start == end:
            break
        if end == size and source[end - 1] != ">" and not source.startswith("<!--", start):
            add(Token(UNFINISHED, start, end, ""))
        elif group == 3:
            add(new(Token, (END, start, end, match[3].lower())))
        elif group == 2:
            name = match[2].lower()
            add(new(Token, (START, start, end, name)))
            if name in RAW_TEXT:
                return _raw(source, end, name, tokens)
        else:
            kind = _kind(source, start)
            if kind is PROCESSING and end < last_code_end + 2 and source[start : start + 5].lower().startswith(_CODE):
                end = source.find("?>", start) + 2
                add(Token(kind, start, end, ""))
                return end
            add(Token(kind, start, end, ""))
    return size


def _kind(source: str, start: int) -> str:
    """What a token is that is neither text nor a tag."""
    if source.startswith("<!--", start):
        return COMMENT
    return {"!": DECLARATION, "?": PROCESSING, "/": COMMENT}[source[start + 1]]


def _raw(source: str, at: int, name: str, tokens: list[Token]) -> int:
    """Add the content of an element that holds no markup, which without an end tag is all the rest; where it ends."""
    found = None if name == "plaintext" else _RAW_ENDS[name].search(source, at)
    end = found.start() if found else len(source)
    if end > at:
        tokens.append(Token(RAW, at, end, name))
    return end


def attributes(source: str, token: Token) -> list[Attribute]:
    """The attributes of a start tag, in order, doubles included.

    >>> source = "<a href='?a&amp;b' hidden>"
    >>> [(item.name, item.value) for item in attributes(source, tokenize(source)[0])]
    [('href', '?a&b'), ('hidden', '')]
    """
    found: list[Attribute] = []
    add, new = found.append, tuple.__new__
    begin = token.start + 1 + len(token.name)
    for match in _ATTRIBUTE.finditer(source, begin, token.end - 1):
        start, end = match.span(2)
        if start < 0:
            start = end = match.end(1)
        elif source[start] in "\"'":
            start, end = start + 1, end - 1
        value = source[start:end]
        add(new(Attribute, (match[1].lower(), html.unescape(value) if "&" in value else value, start, end)))
    return found


def first_value(source: str, token: Token, name: str) -> str:
    """The value of the first of a start tag's attributes of a name in small letters, "" when there is none.

    >>> source = "<a id=b HREF='?a&amp;b'>"
    >>> first_value(source, tokenize(source)[0], "href")
    '?a&b'
    """
    match = _first(name).match(source, token.start + 1 + len(token.name), token.end - 1)
    value = (match[1] or "") if match else ""
    value = value[1:-1] if value[:1] in ("'", '"') else value
    return html.unescape(value) if "&" in value else value


@lru_cache(maxsize=32)
def _first(name: str) -> re.Pattern[str]:
    """Attributes of other names and the first of this one, its value as group 1."""
    sign, given = rf"[{SPACE}/]*+", rf"(?:{_BLANK}*+={_BLANK}*+{_VALUE}?+)?+"
    others = rf"(?:{sign}(?!{name}(?:[{SPACE}/>=]|\Z))[^{SPACE}/>][^{SPACE}/>=]*+{given})*+"
    return re.compile(rf"{others}{sign}{name}(?:{_BLANK}*+={_BLANK}*+({_VALUE})?+)?+", re.IGNORECASE | re.ASCII)


_CELLS = ("td", "th")
_PARTS = ("tbody", "thead", "tfoot")
_BLOCKS = element_names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section summary table ul"
)
# What a start tag ends, if it is open and nothing that bounds it (`_BOUNDS`) was opened in it.
_ENDED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_BLOCKS, ("p",)),
    "a": ("a",),
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "option": ("option",),
    "optgroup": ("option", "optgroup"),
    "tr": ("tr", "caption", "colgroup"),
    **dict.fromkeys(_CELLS, _CELLS),
    **dict.fromkeys(_PARTS, (*_PARTS, "caption", "colgroup")),
    "body": ("head",),
}
_BOUND_BY: dict[str, tuple[str, ...]] = {
    "li": ("ul", "ol", "menu", "dir", "table"),
    "dt": ("dl", "table"),
    "dd": ("dl", "table"),
    "option": ("select", "datalist"),
    "optgroup": ("select",),
    "p": ("table", "td", "th", "caption", "button", "object", "template"),
    "head": (),
}
_TABLE = ("table", "template")
_FORMATTING = element_names("a b big code em font i nobr s small strike strong tt u")
_NOT_ACROSS = ("td", "th", "table", "template", "caption")  # which an end tag inside does not end, unless it is theirs
_OF_TABLES = frozenset((*_CELLS, *_PARTS, "tr", "table", "caption", "colgroup", "template", "body", "html"))


def elements(source: str, tokens: Sequence[Token]) -> list[Element]:
    """The elements, in the order of their start tags, with start and end tags matched as forgivingly as browsers do.

    >>> source = "<ul><li>a<li><b>c</ul>d"
    >>> [(item.name, source[item.start : item.end], item.parent) for item in elements(source, tokenize(source))]
    [('ul', '<ul><li>a<li><b>c</ul>', -1), ('li', '<li>a', 0), ('li', '<li><b>c', 0), ('b', '<b>c', 2)]
    """
    tree = _Tree()
    for kind, start, end, name in tokens:
        if kind is START:
            tree.open(name, start, end, name in VOID or (source[end - 2] == "/" and tree.is_foreign()))
        elif kind is END:
            tree.close(name, start, end)
    return tree.finished(len(source))


class _Tree:
    """Elements under construction: their columns, the numbers of the open ones, and by name where in `stack` these are.

    `blocks` are the places in `stack` of those that no formatting element's end tag ends.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.starts: list[int] = []
        self.opens: list[int] = []
        self.closes: list[int] = []
        self.ends: list[int] = []
        self.parents: list[int] = []
        self.depths: list[int] = []
        self.stack: list[int] = []
        self.blocks: list[int] = []
        self.places: dict[str, list[int]] = {}

    def last(self, names: Iterable[str]) -> int:
        """The place in the stack of the innermost open element of some names, -1 for none."""
        last = -1
        for name in names:
            places = self.places.get(name)
            if places and places[-1] > last:
                last = places[-1]
        return last

    def is_foreign(self) -> bool:
        return self.last(("svg", "math")) >= 0

    def open(self, name: str, start: int, end: int, is_void: bool) -> None:
        for ended in _ENDED_BY.get(name, ()):
            place = self.last((ended,))
            if place >= 0 and place > self.last(_BOUND_BY.get(ended, _TABLE)):
                self.shut(place, start, start)
        self.parents.append(self.stack[-1] if self.stack else -1)
        self.depths.append(len(self.stack))
        self.names.append(name)
        self.starts.append(start)
        self.opens.append(end)
        self.closes.append(end if is_void else -1)
        self.ends.append(end)
        if not is_void:
            self.places.setdefault(name, []).append(len(self.stack))
            if name not in _FORMATTING:
                self.blocks.append(len(self.stack))
            self.stack.append(len(self.names) - 1)

    def close(self, name: str, start: int, end: int) -> None:
        place = self.last((name,))
        is_innermost = place == len(self.stack) - 1
        if place >= 0 and (is_innermost or name in _OF_TABLES or place > self.last(_NOT_ACROSS)):
            self.shut(place, start, end)

    def shut(self, place: int, start: int, end: int) -> None:
        """End an open element with source[start:end]; a formatting element alone, if there are blocks open in it."""
        number = self.stack[place]
        name = self.names[number]
        if name in _FORMATTING and self.blocks and self.blocks[-1] > place:
            self.places[name].pop()
            self.closes[number], self.ends[number] = start, end
        else:
            self.pop(place, start, end)

    def pop(self, place: int, start: int, end: int) -> None:
        """End the open elements from a place on: the first with source[start:end], those in it where that starts."""
        while len(self.stack) > place:
            number = self.stack.pop()
            if self.closes[number] < 0:
                self.places[self.names[number]].pop()
                self.closes[number], self.ends[number] = start, end if len(self.stack) == place else start
            if self.blocks and self.blocks[-1] == len(self.stack):
                self.blocks.pop()

    def finished(self, size: int) -> list[Element]:
        if self.stack:
            self.pop(0, size, size)
        columns = (self.names, self.starts, self.opens, self.closes, self.ends, self.parents, self.depths)
        new = tuple.__new__
        return [new(Element, row) for row in zip(*columns, strict=True)]

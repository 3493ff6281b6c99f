"""From stretches of a page's source that are spam to ranges that can be cut: whole tags, whole links, nothing left empty."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import regex

from cleaner.pages.markup import COMMENT, RAW, SPACE, START, TEXT, Element, Token, element_names, elements, tokenize

Ranges = list[tuple[int, int]]
# What shows something without holding text: an element with one of them in it is not empty.
_SHOWING = element_names(
    "audio button canvas embed form iframe img input meter object picture progress select svg textarea video"
)
_ICONS = ("i", "span")  # in a link without text they are letters of a font of icons
# What goes when nothing is left in it; a cell of a table holds its place.
_GOES_EMPTY = element_names(
    "a abbr b big blink blockquote center cite code dd del dir div dl dt em figcaption font h1 h2 h3 h4 "
    "h5 h6 i ins label li mark marquee menu noindex ol p q s section small span strike strong sub sup "
    "table tbody tr tt u ul"
)
_IN_LINE = element_names("a abbr b big cite code em font i img label mark q s small span strong sub sup tt u")
LONGEST_NAME = 12  # characters of `</` and the name of an element that holds no markup
_OPEN_TAG = regex.compile(r"</[A-Za-z]{0,9}\Z")  # the text of such an element may hold one
_OPEN_ENTITY = regex.compile(r"&#?\w{0,32}\Z")


class Source(NamedTuple):
    """A page's source with its tokens and elements, and where these begin."""

    text: str
    tokens: Sequence[Token]
    elements: Sequence[Element]
    token_starts: Sequence[int]
    element_starts: Sequence[int]

    def innermost(self, start: int, end: int) -> Element | None:
        """The innermost element that begins before a stretch and does not end before its end."""
        number = bisect_left(self.element_starts, start) - 1
        while number >= 0 and self.elements[number].end < end:
            number = self.elements[number].parent
        return self.elements[number] if number >= 0 else None

    def ancestors(self, item: Element | None) -> Iterator[Element]:
        """An element and all it stands in, innermost first."""
        while item is not None:
            yield item
            item = self.elements[item.parent] if item.parent >= 0 else None

    def beside(self, start: int, end: int) -> tuple[Token | None, Token | None]:
        """What stands before and behind a range, white space left out: a token, a break or the line's last or next text."""
        number = bisect_left(self.token_starts, start) - 1
        if number >= 0 and self._is_space(self.tokens[number], 0, start):
            number -= 1
        other = max(bisect_right(self.token_starts, end) - 1, 0)
        if other < len(self.tokens) and (
            self.tokens[other].end <= end or self._is_space(self.tokens[other], end, len(self.text))
        ):
            other += 1
        return self.tokens[number] if number >= 0 else None, self.tokens[other] if other < len(self.tokens) else None

    def _is_space(self, token: Token, start: int, end: int) -> bool:
        return token.kind is TEXT and not self.text[max(token.start, start) : min(token.end, end)].strip(SPACE)

    def is_blank(self, start: int, end: int, *, is_link: bool = False) -> bool:
        """Whether nothing is shown between two offsets; the images in a link are part of it, and a link to an icon is shown."""
        if start >= end:
            return True
        number = max(bisect_right(self.token_starts, start) - 1, 0)
        last = ""
        for token in islice(self.tokens, number, None):
            if token.start >= end:
                break
            if last == "a" and token.kind is START and token.name in _ICONS and not is_link:
                return False
            last = token.name if token.kind is START and token.start >= start else ""
            if token.kind is TEXT:
                if self.text[max(token.start, start) : min(token.end, end)].strip(SPACE):
                    return False
            elif token.kind is RAW or (token.kind is START and token.name in _SHOWING and not is_link):
                return False
        return True


def parse(text: str, tokens: Sequence[Token]) -> Source:
    """Source with its elements."""
    tree = elements(text, tokens)
    return Source(text, tokens, tree, [token.start for token in tokens], [item.start for item in tree])


def carve(source: Source, rough: Sequence[tuple[int, int]]) -> list[Ranges]:
    """For each of some sorted, disjoint stretches of source the ranges to cut for it; none if it cannot be.

    An element goes whole if it would be left empty, or half; tags whose partners stay stay, too.

    >>> from cleaner.pages.markup import tokenize
    >>> text = "<ul><li>a<li><b>SPAM</b></ul><p>b</p>"
    >>> carve(parse(text, tokenize(text)), [(16, 20)])
    [[(9, 24)]]
    """
    starts, ends = [start for start, _ in rough], [end for _, end in rough]
    for number in range(len(rough)):
        starts[number], ends[number] = _grown(source, starts[number], ends[number])
    lots = []
    for first, last in _neighbours(source, starts, ends):
        start, end = _grown(source, starts[first], ends[last])
        if (start, end) == (starts[first], ends[last]):
            lots += [(number, number) for number in range(first, last + 1)]
        else:  # together they fill an element
            starts[first] = start
            ends[first : last + 1] = [*starts[first + 1 : last + 1], end]
            lots.append((first, last))
    out: list[Ranges] = []
    behind = 0
    for first, last in lots:
        start, ends[last] = _with_space(source, max(starts[first], behind), ends[last])
        starts[first] = max(start, behind)
        stray = _stray(source, starts[first], ends[last])
        for number in range(first, last + 1):
            pieces = _balanced(source, max(starts[number], behind), ends[number], stray)
            out.append([piece for piece in pieces if not _makes_markup(source.text, *piece)])
            behind = max(behind, ends[number])
    return out


def keeps_markup(source: str, cuts: Ranges, clean: str) -> bool:
    """Whether the markup of a source without some stretches is what is left of its markup, and no more.

    >>> keeps_markup("<scr<b>ipt>", [(4, 7)], "<script>")
    False
    """
    left = []
    number = 0
    for token in tokenize(source):
        while number < len(cuts) and cuts[number][1] <= token.start:
            number += 1
        if token.kind is not TEXT:
            left.append((token.kind, _without(source, token, cuts, number)))
    kept = [(token.kind, clean[token.start : token.end]) for token in tokenize(clean) if token.kind is not TEXT]
    return [item for item in left if item[1]] == kept


def _without(source: str, token: Token, cuts: Ranges, number: int) -> str:
    """What the cuts from a number on leave of a token."""
    out, at = "", token.start
    while number < len(cuts) and cuts[number][0] < token.end:
        out += source[at : cuts[number][0]]
        at = cuts[number][1]
        number += 1
    return out + source[at : token.end]


def _neighbours(source: Source, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last numbers of the ranges between which nothing is shown."""
    first = 0
    for number in range(1, len(starts) + 1):
        if number == len(starts) or not source.is_blank(ends[number - 1], starts[number]):
            yield first, number - 1
            first = number


def _grown(source: Source, start: int, end: int) -> tuple[int, int]:
    """A range with the elements around it in which nothing else is shown, innermost first."""
    while True:
        item = _comment(source, start, end) or _filled(source, start, end) or _halved(source, start, end)
        if item is None:
            return start, end
        start, end = min(start, item.start), max(end, item.end)


def _comment(source: Source, start: int, end: int) -> Token | None:
    """The comment of which a range is all but the white space."""
    token = source.tokens[bisect_right(source.token_starts, start) - 1]
    if token.kind is not COMMENT or end >= token.end or not source.text.endswith("-->", start, token.end):
        return None
    rest = source.text[token.start : start] + source.text[end : token.end]
    return token if "".join(rest.split()) == "<!---->" else None


def _filled(source: Source, start: int, end: int) -> Element | None:
    """The innermost element around a range, if the range is all it shows."""
    item = source.innermost(start, end)
    if item is None or item.name not in _GOES_EMPTY or item.open_end > start:
        return None
    before, behind = source.text[item.open_end : start], source.text[end : item.close_start]
    if before.isspace() and not behind:
        return None  # what was put behind white space that was all there was
    is_link = item.name == "a"
    is_blank = source.is_blank(item.open_end, start, is_link=is_link)
    return item if is_blank and source.is_blank(end, item.close_start, is_link=is_link) else None


def _halved(source: Source, start: int, end: int) -> Element | None:
    """An element with one of its tags in a range and the other one outside, if nothing else is shown in between."""
    for item in source.ancestors(_last_before(source, end)):
        if item.start < start:
            break
        if item.end > end and source.is_blank(end, item.close_start, is_link=item.name == "a"):
            return item
    for item in source.ancestors(_last_before(source, start)):
        if item.end > end:
            break
        if (
            item.end > start
            and item.close_start < end
            and source.is_blank(item.open_end, start, is_link=item.name == "a")
        ):
            return item
    return None


def _last_before(source: Source, place: int) -> Element | None:
    number = bisect_left(source.element_starts, place) - 1
    return source.elements[number] if number >= 0 else None


def _with_space(source: Source, start: int, end: int) -> tuple[int, int]:
    """A range with its line end or line break if it is lines, with one space at its side if it stands in a line."""
    text = source.text
    number = bisect_left(source.element_starts, start)
    is_element = number < len(source.elements) and source.element_starts[number] == start
    is_element = is_element or text.startswith("<!--", start)
    is_line = is_element and not text[text.rfind("\n", 0, start) + 1 : start].strip(SPACE)
    if is_line or text.startswith("<p>", start):  # programs write paragraphs with their line end
        return start, end + (2 if text.startswith("\r\n", end) else text.startswith("\n", end))
    before, behind = source.beside(start, end)
    if before is not None and before.name == "br" and (behind is None or behind.name not in _IN_LINE):
        return before.start, end
    is_first = before is None or (before.kind is not TEXT and before.name not in _IN_LINE)
    if is_first and behind is not None and behind.name == "br":
        return start, behind.end
    sign = text[end : end + 1]
    if is_first and (start == 0 or text[start - 1] == ">"):
        return start, end + (behind is not None and behind.kind is TEXT and sign in (" ", "\t"))
    if start and text[start - 1] in SPACE:
        if sign and sign in SPACE:
            return start, end + 1
        if sign == "<" or sign in ".,;:!?)":
            return start - 1, end
    return start, end


def _balanced(source: Source, start: int, end: int, stray: set[int]) -> Ranges:
    """A range without the stray tags in it, and without start tags that are cut in two."""
    pieces = []
    for token in islice(source.tokens, max(bisect_right(source.token_starts, start) - 1, 0), None):
        if token.start >= end:
            break
        is_split = token.kind is START and (token.start < start or token.end > end)
        if token.start in stray or (is_split and token.start >= start):
            pieces.append((start, token.start))
            start = token.end
    pieces.append((start, end))
    return [(low, high) for low, high in pieces if low < high and source.text[low:high].strip(SPACE)]


def _stray(source: Source, start: int, end: int) -> set[int]:
    """Where the tags in a range begin whose element is not whole in it."""
    number = bisect_left(source.element_starts, start)
    around = source.ancestors(_last_before(source, start))
    out = {item.close_start for item in around if start <= item.close_start < min(item.end, end)}
    while number < len(source.elements) and source.element_starts[number] < end:
        if source.elements[number].end > end:
            out.add(source.element_starts[number])
        number += 1
    return out


def _makes_markup(text: str, start: int, end: int) -> bool:
    """Whether what stands before and behind a range would be a tag, an entity or an end of a comment or of code together."""
    behind = text[end : end + 1]
    if not behind:
        return False
    if text.endswith("<", 0, start) and (behind.isalpha() or behind in "/!?"):
        return True
    if _OPEN_TAG.search(text, max(0, start - LONGEST_NAME), start) and (behind.isalnum() or behind in "/>"):
        return True
    if text.endswith(("-", "?"), 0, start) and behind in "->!":
        return True
    return bool(_OPEN_ENTITY.search(text, max(0, start - 40), start)) and (behind.isalnum() or behind in ";#_")

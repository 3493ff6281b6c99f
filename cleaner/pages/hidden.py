"""Which parts of an HTML page its readers do not see, and by what they are hidden.

Being hidden is no offence: menus, tabs and labels for screen readers are. `cleaner.pages.blocks` says what speaks for an injection.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import regex

from cleaner.pages.colours import Colour, colour, is_alike
from cleaner.pages.css import Style, background, has_image, length, split_declarations, why_hidden
from cleaner.pages.markup import START, Element, Token, attributes, tokenize
from cleaner.pages.markup import elements as parse
from cleaner.pages.scripted import set_rules, written_markup, written_rules
from cleaner.pages.selectors import Node
from cleaner.pages.sheets import Rule, Styles, rules

TINY_MARQUEE = 10  # pixels
FAST_MARQUEE = 1000  # pixels a step
_NOT_SHOWN = {"noscript": "noscript", "template": "template", "noframes": "noscript", "noembed": "noscript"}
# Of these nothing is said: a page that hides its body shows it as soon as a script has run.
_LEFT_OUT = frozenset(["html", "body", "head", "script", "style", "title", "meta", "link", "base"])
_WHITE = Colour(255, 255, 255)


class Hidden(NamedTuple):
    """A stretch of a page that readers do not see, and why: the way it is hidden, as `cleaner.pages.css.why_hidden` names it, or
    `attribute`, `noscript`, `template`, `marquee`, `written` (between tags that scripts write).

    element is the number of the element that is hidden, -1 when it is a stretch between scripts.
    """

    element: int
    why: str
    start: int
    end: int


def hidden(source: str, elements: Sequence[Element]) -> list[Hidden]:
    """What is hidden, by where it starts; what lies in something hidden is not named for that.

    >>> from cleaner.pages.markup import elements, tokenize
    >>> source = "<p>a</p><p style='display:none'>b</p>"
    >>> [(item.why, source[item.start:item.end]) for item in hidden(source, elements(source, tokenize(source)))]
    [('display-none', "<p style='display:none'>b</p>")]
    """
    return hidden_in(StyledPage(source, elements), range(len(elements)))


def hidden_in(page: StyledPage, numbers: Iterable[int]) -> list[Hidden]:
    """Which of some elements are hidden, and what is between scripts."""
    found = [Hidden(number, why, *page.place(number)) for number in numbers if (why := page.why(number))]
    return sorted([*found, *_written(page.source, page.elements)], key=lambda item: (item.start, -item.end))


class StyledPage:
    """The elements of a page with their attributes and styles, read when they are asked for."""

    def __init__(self, source: str, elements: Sequence[Element]) -> None:
        self.source = source
        self.elements = elements
        self.starts = [item.start for item in elements]
        self.nodes: dict[int, Node] = {}
        sheet, has_others = _sheet(self)
        self.styles = Styles(self.node, sheet, self._own)
        self.grounds: dict[int, Colour | None] = {-1: None if has_others else _WHITE}

    def node(self, number: int) -> Node:
        """An element with its attributes; of doubles the first counts."""
        if number not in self.nodes:
            self.nodes[number] = _node(self.source, self.elements[number])
        return self.nodes[number]

    def place(self, number: int) -> tuple[int, int]:
        """Where an element starts and ends."""
        item = self.elements[number]
        return item.start, item.end

    def why(self, number: int) -> str:
        """By what an element is hidden itself, "" when it is not, or has nothing in it."""
        item = self.elements[number]
        if item.name in _LEFT_OUT or item.close_start <= item.open_end:
            return ""
        if item.name in _NOT_SHOWN:
            return _NOT_SHOWN[item.name]
        style = self.styles.style(number)
        why = why_hidden(style)
        if why:
            return "" if self._is_seen_through(item, why) else why
        given = self.node(number).attributes
        if "display" not in style and ("hidden" in given or (item.name == "dialog" and "open" not in given)):
            return "attribute"
        if item.name == "marquee" and _is_unreadable(given):
            return "marquee"
        return "same-colour" if self._is_like_ground(number, style) else ""

    def _is_seen_through(self, item: Element, why: str) -> bool:
        """Whether something in an element is set back to be seen, as only size of letters and visibility can be."""
        pattern = _SETS_BACK.get(why)
        for match in islice(
            pattern.finditer(self.source, item.open_end, item.close_start) if pattern else (), MAX_SHOWN
        ):
            number = bisect_right(self.starts, match.start()) - 1
            if match.start() < self.elements[number].open_end:
                usual, important = self._own(number)
                if _is_set_back(usual | important):
                    return True
        return False

    def _own(self, number: int) -> tuple[Style, Style]:
        """The style of an element's own attributes, the presentational ones first."""
        given = self.node(number).attributes
        usual: Style = {}
        for name, key in (("bgcolor", "background-color"), ("color", "color")):
            if name in given and (name != "color" or self.elements[number].name == "font"):
                value = given[name].strip().lower()
                usual[key] = "#" + value if len(value) in (3, 6) and colour("#" + value) else value
        if "style" not in given:
            return usual, {}
        more, important = split_declarations(given["style"])
        return usual | more, important

    def _is_like_ground(self, number: int, style: Style) -> bool:
        """Whether an element gives its text the colour that is behind it."""
        text = colour(style.get("color", ""))
        ground = self._ground(number) if text else None
        return text is not None and ground is not None and is_alike(text, ground)

    def _ground(self, number: int) -> Colour | None:
        """The colour behind an element: its own, or that of the nearest ancestor with one; None when it cannot be known."""
        chain = []
        while number not in self.grounds:
            chain.append(number)
            number = self.elements[number].parent
        ground = self.grounds[number]
        for one in reversed(chain):
            style = self.styles.style(one)
            own = colour(background(style))
            if own is not None and own.alpha > 0.5:
                ground = own
            elif has_image(style):
                ground = None
            self.grounds[one] = ground
        return ground


MAX_SHOWN = 100  # places in an element that may set it back to be seen, that are looked at
_SETS_BACK = {
    "tiny-text": regex.compile(r"font(?:-size)?\s*:", regex.IGNORECASE),
    "invisible": regex.compile(r"visibility\s*:", regex.IGNORECASE),
}


def _is_set_back(style: Style) -> bool:
    size = style.get("font-size", "")
    is_sized = bool(size) and not size.endswith(("%", "em")) and not why_hidden({"font-size": size})
    return is_sized or style.get("visibility") == "visible"


def _node(source: str, item: Element) -> Node:
    if item.open_end - item.start <= len(item.name) + 2:
        return Node(item.name, {}, _NONE, item.parent)
    token = Token(START, item.start, item.open_end, item.name)
    given = {found.name: found.value for found in reversed(attributes(source, token))}
    return Node(item.name, given, frozenset(given["class"].split()) if "class" in given else _NONE, item.parent)


_NONE: frozenset[str] = frozenset()


def _sheet(page: StyledPage) -> tuple[list[Rule], bool]:
    """The rules of a page's style elements and scripts in the order they take effect, and whether there are others elsewhere."""
    sheet: list[Rule] = []
    scripted: list[Rule] = []
    unknown = False
    for number, item in enumerate(page.elements):
        if item.name == "style":
            text = page.source[item.open_end : item.close_start]
            sheet += rules(text) if _is_for_screens(page.node(number)) else ()
            unknown |= "@import" in text
        elif item.name == "script" and item.close_start > item.open_end:
            text = page.source[item.open_end : item.close_start]
            scripted += written_rules(text) if "{" in text else []
            scripted += [Rule(rule.selectors, _important(rule.body)) for rule in set_rules(text)]
        elif item.name == "link":
            unknown |= "stylesheet" in page.node(number).attributes.get("rel", "").lower()
    return sheet + scripted, unknown


def _is_for_screens(node: Node) -> bool:
    media = node.attributes.get("media", "").strip().lower()
    return media in ("", "all", "screen")


def _important(body: str) -> str:
    """What a script sets on an element itself counts more than any rule."""
    return "; ".join(f"{part} !important" for part in body.split(";") if part.strip() and "!" not in part)


def _is_unreadable(given: dict[str, str]) -> bool:
    sides = [given[name].strip() for name in ("width", "height") if name in given]
    if any(side[:1].isdigit() and not side.endswith("%") and length(side) <= TINY_MARQUEE for side in sides):
        return True
    return length(given.get("scrollamount", "0").strip()) >= FAST_MARQUEE


MAX_WRITER = 2000  # characters of a script that writes a tag and does little else


def _written(source: str, elements: Sequence[Element]) -> Iterator[Hidden]:
    """Stretches from a script that writes a hidden start tag to the next that writes its end tag."""
    opened, start = "", 0
    for item in elements:
        is_short = item.name == "script" and item.close_start - item.open_end <= MAX_WRITER
        script = source[item.open_end : item.close_start] if is_short else ""
        markup = written_markup(script) if "write" in script else ""
        if opened and f"</{opened}" in markup.lower():
            yield Hidden(-1, "written", start, item.end)
            opened = ""
        elif markup:
            opened, start = _left_open(markup), item.start


def _left_open(markup: str) -> str:
    """The name of the hidden element that some markup does not end, "" when there is none."""
    markup += "."  # so that it has something in it
    found = parse(markup, tokenize(markup))
    page = StyledPage(markup, found)
    left = (number for number, item in enumerate(found) if item.close_start == item.end == len(markup))
    return next((found[number].name for number in left if page.why(number)), "")

"""Which styles the rules of a page's style sheets give to an element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import regex

from cleaner.pages.css import Style, split_declarations, uncommented
from cleaner.pages.selectors import Compound, Node, cost, first_key, fits, last_key, parsed, specificity, split

MAX_NESTED = 50  # rules in one another; what nests them deeper is read no further
MAX_STEPS = 300_000  # comparisons of a selector with an element in one page; what would take more applies to nothing


class Rule(NamedTuple):
    """A list of selectors and the declarations it stands for, as written."""

    selectors: str
    body: str


# Any text is matched by one of the alternatives, to the next brace outside of a string.
_CHUNK = regex.compile(
    r"""((?:[^{}"'\\]++|\\(?s:.)|"(?:[^"\\\n]++|\\(?s:.))*+"|'(?:[^'\\\n]++|\\(?s:.))*+'|["'\\])*+)([{}]|\Z)"""
)
_ALWAYS = regex.compile(
    r"@(?:layer|supports|scope)\b|@media\s*(?:only\s+)?(?:all|screen)?\s*(?:and\s*)?(?:\(\s*min-(?:device-)?width\s*:\s*[01](?:px|em)?\s*\)\s*)?$",
    regex.I,
)


def rules(sheet: str) -> Iterator[Rule]:
    """The rules of a style sheet that apply to every screen, broken ones left out.

    >>> list(rules("a{b:c} @media print{x{y:z}} .d > e, f {g:h"))
    [Rule(selectors='a', body='b:c'), Rule(selectors='.d > e, f', body='g:h')]
    """
    frames: list[tuple[str, bool, bool]] = []  # prelude, whether it is a rule of its own, whether it applies
    for match in _CHUNK.finditer(uncommented(sheet).replace("<!--", "").replace("-->", "")):
        text, brace = match[1], match[2]
        if frames and frames[-1][1] and frames[-1][2] and text.strip():
            own = text.rpartition(";")[0] if brace == "{" else text
            yield Rule(frames[-1][0], own)
        if len(frames) > MAX_NESTED:
            return
        if brace == "{":
            prelude = text.rpartition(";")[2].strip()
            within = all(applies and not is_rule for _, is_rule, applies in frames[-1:])
            is_rule = not prelude.startswith("@")
            frames.append((prelude, is_rule, within and (is_rule or bool(_ALWAYS.match(prelude)))))
        elif brace == "}" and frames:
            frames.pop()


MAX_ABOVE = 500  # things the ancestors of an element may be called by; where there are more, all of them are looked at


class _Selector(NamedTuple):
    """One selector of the rule with some number in its sheet, as written."""

    text: str
    rule: int


class _Match(NamedTuple):
    """A selector that was read, what its parts but the last name first, and the declarations of its rule."""

    parts: tuple[Compound, ...]
    above: frozenset[str]
    specificity: tuple[int, int, int]
    rule: int
    usual: Style
    important: Style


class Styles:
    """The style of each element of a page by its sheet, read no further than it is asked for.

    `node` gives what selectors know of an element, `own` its own style: the usual and the important declarations.
    """

    def __init__(
        self, node: Callable[[int], Node], sheet: Sequence[Rule], own: Callable[[int], tuple[Style, Style]]
    ) -> None:
        self.node = node
        self.own = own
        self.sheet = sheet
        self.steps = MAX_STEPS
        self.read: dict[_Selector, _Match | None] = {}
        self.index = _index(sheet)
        self.above: dict[int, frozenset[str] | None] = {-1: frozenset()}

    def style(self, number: int) -> Style:
        """The style of an element as the cascade has it, inheritance apart."""
        mine = sorted(self._applying(number), key=lambda found: (found.specificity, found.rule))
        usual, important = self.own(number)
        style: Style = {}
        for part in (*(found.usual for found in mine), usual, *(found.important for found in mine), important):
            style |= part
        return style

    def _applying(self, number: int) -> Iterator[_Match]:
        above = self._above(self.node(number).parent)
        for key in _keys(self.node(number)):
            for selector in self.index.get(key, ()):
                self.steps -= 1
                if self.steps <= 0:
                    return
                found = self._read(selector)
                if found and (above is None or found.above <= above) and self._matches(found.parts, number):
                    yield found

    def _above(self, number: int) -> frozenset[str] | None:
        """What an element and its ancestors may be called by, None when that is too much."""
        chain = []
        while number not in self.above:
            chain.append(number)
            number = self.node(number).parent
        above = self.above[number]
        for one in reversed(chain):
            if above is not None:
                keys = frozenset(_keys(self.node(one)))
                above = above if keys <= above else above | keys
                above = above if len(above) <= MAX_ABOVE else None
            self.above[one] = above
        return above

    def _read(self, selector: _Selector) -> _Match | None:
        if selector not in self.read:
            parts = parsed(selector.text)
            usual, important = split_declarations(self.sheet[selector.rule].body) if parts else ({}, {})
            found = _Match(
                parts, frozenset(map(first_key, parts[:-1])), specificity(parts), selector.rule, usual, important
            )
            self.read[selector] = found if parts else None
        return self.read[selector]

    def _matches(self, parts: Sequence[Compound], number: int) -> bool:
        """Whether a selector applies; ancestors are tried from the nearest, without going back on a choice."""
        at, wanted = number, parts[-1]
        if not self._is(wanted, at):
            return False
        for part in parts[-2::-1]:
            combinator, at = wanted.combinator, self.node(at).parent
            while at >= 0 and not self._is(part, at):
                if combinator == ">":
                    return False
                at = self.node(at).parent
            if at < 0:
                return False
            wanted = part
        return True

    def _is(self, part: Compound, number: int) -> bool:
        self.steps -= cost(part, self.node(number))
        return self.steps > 0 and fits(part, self.node(number))


def _keys(node: Node) -> Iterator[str]:
    """What the last part of a selector that is for an element may name first."""
    yield "*"
    yield node.name
    if node.attributes:
        yield from (f"[{name}" for name in node.attributes)
        yield from ("." + name for name in sorted(node.classes))
        yield "#" + node.attributes.get("id", "")


def _index(sheet: Iterable[Rule]) -> dict[str, list[_Selector]]:
    """The selectors of rules by what their last part names first, without those that are not understood."""
    index: dict[str, list[_Selector]] = defaultdict(list)
    for number, rule in enumerate(sheet):
        for text in split(rule.selectors):
            key = last_key(text)
            if key:
                index[key].append(_Selector(text, number))
    return dict(index)

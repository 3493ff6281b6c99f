"""CSS selectors by tag, class, id, attribute, ancestors and `:not`, and which elements they are for.

A selector that says more (states, positions among siblings, pseudo-elements) is not understood and is for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex

from cleaner.pages.css import plain

MAX_SELECTOR = 1000  # characters of a list of selectors


class Node(NamedTuple):
    """What selectors know of an element: its tag, its attributes, its classes, and the number of its parent, -1 at the top."""

    name: str
    attributes: dict[str, str]
    classes: frozenset[str]
    parent: int


class Compound(NamedTuple):
    """What one element must be: tag ("" for any), classes and ids, attributes as (name, operator, value), and what it must not be.

    combinator says how it stands to the one before: " " in it, ">" a child of it.
    """

    combinator: str
    tag: str
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    tests: tuple[tuple[str, str, str], ...]
    nots: tuple[Compound, ...]


_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])"
_PIECE = regex.compile(
    rf"""(?P<class>\.{_NAME}+)|(?P<id>\#{_NAME}+)|(?P<tag>\*|{_NAME}+)
    |\[\s*(?P<name>[\w:-]+)\s*(?:(?P<sign>[~|^$*]?=)\s*(?P<value>"[^"]*"|'[^']*'|[^\]\s"']*)\s*[is]?\s*)?\]
    |:not\(\s*(?P<not>[^()]*?)\s*\)|(?P<link>:(?:link|any-link|root)(?![\w-]))|(?P<combinator>\s*>\s*|\s+)""",
    regex.X,
)


def selectors(text: str) -> list[tuple[Compound, ...]]:
    """The understood selectors of a list, each as its compounds from the outermost ancestor to the element.

    >>> [[part.tag or part.classes for part in parts] for parts in selectors("div .a, b:hover, i > .c")]
    [['div', ('a',)], ['i', ('c',)]]
    """
    return [parts for one in split(text) if (parts := parsed(one))]


_COMMA = regex.compile(r"""((?:[^,\[("']++|\[[^\]]*+\]?|\([^)]*+\)?|"[^"]*+"?|'[^']*+'?)*+)(?:,|\Z)""")


def split(text: str) -> list[str]:
    """The selectors of a list, as written; of one that is too long, none."""
    if len(text) > MAX_SELECTOR:
        return []
    if "," not in text:
        return [text.strip()]
    return [one for match in _COMMA.finditer(text) if (one := match[1].strip())]


def last_key(text: str) -> str:
    """What the last part of a selector names first, id before class before attribute before tag; "" when it is not understood.

    >>> last_key("#a div.b"), last_key("p"), last_key("a:hover")
    ('.b', 'p', '')
    """
    if _UNKNOWN.search(text):
        return ""
    if "\\" in text or "[" in text or ":" in text:
        parts = parsed(text)
        return first_key(parts[-1]) if parts else ""
    last = text[max(text.rfind(sign) for sign in " \t\r\n\f>") + 1 :]
    for sign in "#.":
        if sign in last:
            return sign + last.split(sign, 1)[1].split("#")[0].split(".")[0]
    return last.lower() or "*"


_UNKNOWN = regex.compile(r"[+~](?!=)|:(?!not\(|link|any-link|root)")


def first_key(part: Compound) -> str:
    """What a compound names first: its id, else a class, an attribute, its tag, `*`."""
    names = (*("#" + name for name in part.ids), *("." + name for name in part.classes))
    return (*names, *("[" + test[0] for test in part.tests), part.tag or "*")[0]


def parsed(text: str) -> tuple[Compound, ...]:
    """The compounds of one selector, none when part of it is not understood."""
    parts: list[list[regex.Match[str]]] = [[]]
    combinators = [" "]
    at = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            return ()
        at = match.end()
        if match["combinator"] is not None:
            combinators.append(match["combinator"].strip() or " ")
            parts.append([])
        else:
            parts[-1].append(match)
    if not all(parts):
        return ()
    return tuple(_compound(*pair) for pair in zip(combinators, parts, strict=True))


def _compound(combinator: str, pieces: list[regex.Match[str]]) -> Compound:
    named = {
        kind: tuple(plain(match[kind]) for match in pieces if match[kind]) for kind in ("class", "id", "tag", "not")
    }
    tests = tuple(
        (match["name"].lower(), match["sign"] or "", plain((match["value"] or "").strip("\"'")))
        for match in pieces
        if match["name"]
    )
    nots = tuple(
        part for text in named["not"] if ":" not in text for parts in map(parsed, split(text)) for part in parts[:1]
    )
    return Compound(
        combinator,
        "".join(named["tag"]).lower().strip("*"),
        tuple(name[1:] for name in named["id"]),
        tuple(name[1:] for name in named["class"]),
        tests,
        nots,
    )


def specificity(parts: Sequence[Compound]) -> tuple[int, int, int]:
    """How much a selector counts against others."""
    return (
        sum(len(part.ids) for part in parts),
        sum(len(part.classes) + len(part.tests) for part in parts),
        sum(bool(part.tag) for part in parts),
    )


def cost(part: Compound, node: Node) -> int:
    """About how many comparisons of short strings `fits` takes."""
    if not part.tests and not part.nots:
        return 1 + len(part.classes)
    tests = (*part.tests, *(test for other in part.nots for test in other.tests))
    return (
        1 + len(part.classes) + len(part.nots) + sum(1 + len(node.attributes.get(test[0], "")) // 64 for test in tests)
    )


def fits(part: Compound, node: Node) -> bool:
    """Whether an element is what a compound asks for."""
    if part.tag and part.tag != node.name:
        return False
    given = node.attributes
    if part.ids and any(name != given.get("id") for name in part.ids):
        return False
    if part.classes and not node.classes.issuperset(part.classes):
        return False
    return all(_passes(test, given) for test in part.tests) and not any(fits(other, node) for other in part.nots)


def _passes(test: tuple[str, str, str], given: dict[str, str]) -> bool:
    name, sign, value = test
    if name not in given:
        return False
    own = given[name]
    if sign == "":
        return True
    if sign == "=":
        return own == value
    if sign == "~=":
        return value in own.split()
    if sign == "|=":
        return own == value or own.startswith(value + "-")
    if not value:
        return False
    return {"^=": own.startswith, "$=": own.endswith, "*=": own.__contains__}[sign](value)

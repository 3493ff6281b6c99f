"""What a stretch of HTML says, line by line, every link a line of its own."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from cleaner.pages.markup import END, START, TEXT, Token, attributes


class Line(NamedTuple):
    """A line of a layout: its text, and where a link in it leads, "" for none."""

    text: str
    target: str


_BREAKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
        "option",
        "marquee",
        "center",
    ]
)


def layout(source: str, tokens: Sequence[Token]) -> list[Line]:
    """What some tokens say: every link a line of its own, and a line for the text between.

    >>> from cleaner.pages.markup import tokenize
    >>> source = "one <b>two</b><a href=x>three <img alt=four></a>"
    >>> layout(source, tokenize(source))
    [Line(text='one two', target=''), Line(text='three four', target='x')]
    """
    lines: list[Line] = []
    words: list[str] = []
    target = ""

    def flush() -> None:
        text = " ".join("".join(words).split())
        if text or target:
            lines.append(Line(text, target))
        words.clear()

    for token in tokens:
        if token.kind is TEXT:
            words.append(html.unescape(source[token.start : token.end]))
        elif token.name == "a" and token.kind in (START, END):
            flush()
            target = _attribute(source, token, "href") if token.kind is START else ""
        elif token.name == "img" and token.kind is START:
            words.append(" " + _attribute(source, token, "alt"))
        elif token.name in _BREAKS:
            if target:
                words.append(" ")
            else:
                flush()
    flush()
    return lines


def _attribute(source: str, token: Token, name: str) -> str:
    return next((item.value.strip() for item in attributes(source, token) if item.name == name), "")

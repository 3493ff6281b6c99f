"""`index.html`: whatever the findings hold, it has only the elements the page itself is made of."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from cleaner.report.left import Left
from cleaner.report.page import page
from cleaner.report.quote import quote

SUMMARY = {"documents": {"inputs": 1, "cleaned": 1, "unchanged": 0, "skipped": 2, "failed": 1}}
HOSTILE = [
    "<script>alert(1)</script>",
    "</td></tr></table><img src=x onerror=alert(1)>",
    "<!-- ", "-->", "]]>", "<![CDATA[", "</del>", "</style><style>*{display:none}",
    "\"><a href='javascript:alert(1)'>", "&lt;b&gt;", "&#60;b&#62;", "<\0script>", "<scr\u200bipt>", "\u202e<b>", "＜b＞",
    "http://spam.example/", "\ud800<b>", "\n<b>\n",
]  # fmt: skip


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(value: str, action: str = "removed") -> _Parser:
    row: dict[str, Any] = {
        "path": value, "line": 1, "column": 2, "text": value, "context": [value, value],
        "reason": "promo-line", "trade": "escort", "action": action, "score": 0.9, "evidence": [["repeats 3 times", 1.0]],
    }  # fmt: skip
    parser = _Parser()
    left = [Left(value, 1, value, "skipped", value), Left(value, 0, "", "skipped", value)]
    html = "".join(page(SUMMARY, left, [row]))
    assert html.encode("utf-8")
    parser.feed(html)
    parser.close()
    return parser


PLAIN = _parsed("plain")


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_no_new_elements(value: str) -> None:
    parser = _parsed(value)
    assert parser.elements == PLAIN.elements
    assert parser.text.count(quote(value)) == 4 + 5


def test_nothing_is_loaded_or_run() -> None:
    attributes = {name for _, names in PLAIN.elements for name in names}
    assert attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}
    assert not {"script", "a", "img", "link", "iframe", "form", "object"} & {tag for tag, _ in PLAIN.elements}
    assert "default-src 'none'" in "".join(page(SUMMARY, [], []))


@pytest.mark.parametrize(("action", "tag"), [("removed", "del"), ("review", "mark")])
def test_action_shows(action: str, tag: str) -> None:
    assert [name for name, _ in _parsed("plain", action).elements if name in ("del", "mark")] == [tag]


def test_what_is_left_as_it_is_shows_and_the_rest_is_counted() -> None:
    text = _parsed("plain").text
    assert "3 skipped or failed" in text
    assert "line 1, record plain" in text
    assert "and 1 more; see summary.json" in text
    assert "<details>" not in "".join(page(SUMMARY, [], []))

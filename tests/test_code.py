"""Spam in code is reported, and stays."""

from __future__ import annotations

import pytest
from samples import ARTICLE

from cleaner import Cleaner

SPAM = "slot gacor online casino"
PILLS = "buy cheap viagra online http://pills.test"


def _page(*values: str) -> str:
    strings = ",\n".join(f'"text": "{value}"' for value in (*ARTICLE.split("\n"), *values))
    paragraphs = "".join(f"<p>{line}</p>\n" for line in ARTICLE.splitlines())
    return (
        f'<html><head><script type="application/ld+json">{{{strings}}}</script></head><body>{paragraphs}</body></html>'
    )


REPORTED = {
    "fence": ("md", f"{ARTICLE}\n```\n{SPAM}\n```\n"),
    "indented": ("md", f"{ARTICLE}\n    {SPAM}\n"),
    "second fence": ("md", f"```\nmake all\n```\n{ARTICLE}\n~~~\n{SPAM}\n~~~\n"),
    "JSON-LD": ("html", _page("Harbour", SPAM)),
    "JSON-LD in capitals": ("html", _page(SPAM).replace("application/ld+json", "APPLICATION/LD+JSON")),
}


@pytest.mark.parametrize("level", ["remove", "review"])
@pytest.mark.parametrize("name", REPORTED)
def test_spam_in_code_is_for_review(name: str, level: str) -> None:
    format_, text = REPORTED[name]
    cleaned = Cleaner(level=level).clean(text, format=format_)
    assert cleaned.text == text
    assert [(text[span.start : span.end].strip(), span.reason, span.action) for span in cleaned.spans] == [
        (SPAM, "spam-in-code", "review")
    ]


NOT_REPORTED = {
    "honest fence": ("md", f"{ARTICLE}\n```python\nfor boat in harbour:\n    boat.leave()\n```\n"),
    "front matter": ("md", f"---\ntitle: {SPAM}\n---\n{ARTICLE}"),
    "plain text": ("txt", f"{ARTICLE}\n```\nmake all\n```\n"),
    "honest JSON-LD": ("html", _page("The ferry to the islands", "https://harbour.example/ferry")),
    "other script": ("html", _page(SPAM).replace("application/ld+json", "text/plain")),
    "JSON-LD that does not end": ("html", _page(SPAM).replace("</script>", "")),
}


@pytest.mark.parametrize("name", NOT_REPORTED)
def test_nothing_is_reported(name: str, cleaner: Cleaner) -> None:
    format_, text = NOT_REPORTED[name]
    assert cleaner.clean(text, format=format_).spans == ()


def test_places_are_those_of_the_original(cleaner: Cleaner) -> None:
    text = f"{PILLS}\n\n{ARTICLE}\n爱上海龙凤419论坛\n\n```\n{SPAM}\n```\n"
    cleaned = cleaner.clean(text, format="md")
    assert cleaned.cuts
    assert [text[span.start : span.end].strip() for span in cleaned.spans if span.action == "review"] == [SPAM]


HOSTILE = {
    "escaped quotes": '"' + '\\"' * 50_000,
    "quotes": '"' * 50_000,
    "backslashes": "\\" * 50_001,
    "slashes": '"' + "/" * 50_000 + ' a"',
    "scripts": '<script ld+json>"' * 5_000,
    "script that is no tag": "</script><script " + "ld+json " * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_ends(name: str, cleaner: Cleaner) -> None:
    text = _page("a").replace('"a"', HOSTILE[name])
    assert cleaner.clean(text, format="html").text == text

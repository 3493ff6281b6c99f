"""What an extractor makes of a cleaned page: the article as it was, without anything that was injected."""

from __future__ import annotations

from html import escape
from random import Random

import pytest
from samples import CORPUS

from cleaner import Cleaner
from cleaner.train.grammar import Fragment, expand, load_grammars, spam_url

trafilatura = pytest.importorskip("trafilatura")

PAGES = 100
FRAGMENTS = [
    fragment
    for grammar in load_grammars(CORPUS / "spam")
    for fragment in expand(grammar, 1, seed=11)
    if 8 <= len(fragment.text) <= 60 and "\n" not in fragment.text
]
FRAME = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<style>.sr-only{{position:absolute;width:1px;height:1px;overflow:hidden}}</style></head>
<body><header><a class="sr-only" href="#main">Skip</a><nav><ul><li><a href="/">Home</a></li><li><a href="/archive">Archive</a></li></ul></nav></header>
<main id="main"><article><h1>{title}</h1>
{body}
</article></main>
<footer><p>&copy; 2024 &middot; <a href="/imprint">Imprint</a></p></footer>{tail}
</body></html>
"""


def _articles() -> list[tuple[str, list[str]]]:
    """The language and the paragraphs of clean articles of our own."""
    paths = sorted((CORPUS / "articles").glob("*/*.txt"))
    texts = [(path.parent.name, path.read_text(encoding="utf-8")) for path in paths]
    split = [(language, [line for line in text.split("\n") if line.strip()]) for language, text in texts]
    return [(language, lines) for language, lines in split if len(lines) >= 4]


def _page(language: str, lines: list[str], extra: dict[int, str], tail: str) -> str:
    body = [f"<p>{escape(line, quote=False)}</p>{extra.get(number, '')}" for number, line in enumerate(lines[1:])]
    return FRAME.format(language=language, title=escape(lines[0]), body="\n".join(body), tail=tail)


def _link(fragment: Fragment, rng: Random) -> str:
    return f'<a href="{escape(spam_url(rng, fragment.text))}">{escape(fragment.text)}</a>'


def _injected(rng: Random, lines: int) -> tuple[dict[int, str], str, list[str]]:
    """What is put into a page: a visible paragraph behind one of its own, or a hidden block of links; and their texts."""
    chosen = rng.sample(FRAGMENTS, 6)
    if rng.random() < 0.5:
        at = rng.randrange(lines - 1)
        return {at: f"\n<p>{_link(chosen[0], rng)}</p>"}, "", [chosen[0].text]
    style = rng.choice(["display:none", "position:absolute;left:-9999px", "font-size:0", "height:0;overflow:hidden"])
    block = "".join(f"<li>{_link(fragment, rng)}</li>" for fragment in chosen)
    return {}, f'<div style="{style}"><ul>{block}</ul></div>', [fragment.text for fragment in chosen]


def _extracted(page: str) -> str:
    return trafilatura.extract(page, include_links=False, favor_recall=True) or ""


def test_an_extractor_gets_the_article_back(cleaner: Cleaner) -> None:
    rng = Random(5)
    found = whole = 0
    for language, lines in rng.sample(_articles(), PAGES):
        extra, tail, texts = _injected(rng, len(lines))
        clean, dirty = _page(language, lines, {}, ""), _page(language, lines, extra, tail)
        result = cleaner.clean(dirty, format="html").text
        extracted = _extracted(result)
        found += not any(text in result for text in texts)
        whole += extracted == _extracted(clean)
        # Whatever was missed, nothing of the article is.
        assert [line for line in _extracted(clean).split("\n") if line not in _extracted(result)] == []
    assert found >= 90
    assert whole >= 90


def test_clean_pages_give_the_same(cleaner: Cleaner) -> None:
    for language, lines in _articles()[:PAGES]:
        page = _page(language, lines, {}, "")
        assert cleaner.clean(page, format="html").text == page

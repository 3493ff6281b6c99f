"""Read what training reads: our own corpus, and the external files that `corpus/sources.toml` names."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import regex

from cleaner.pages.markup import tokenize
from cleaner.pages.page import lay_out
from cleaner.train.grammar import (
    EVERYWHERE,
    FOLDS,
    Fragment,
    expand,
    in_fold,
    is_made,
    load_grammars,
    part,
    with_real_hosts,
)

_URL = regex.compile(
    r"https?://(?:www\.)?([^/\s\"'<>\])]+)|\b([a-z0-9-]+\.(?:com|net|org|ru|cc|top|xyz|club|info))\b", regex.I
)
_WORDS = regex.compile(r"[\p{L}\p{M}]+")
_TRADE_OF = {"contact": "seo", "social": "seo", "other": "unknown"}
MAX_FRAGMENT = 500
PAGE = "page"  # format of what a web page says, as `cleaner.pages.page` lays it out
PAGE_PART = 10_000  # characters of a page that make a text to learn from; long pages make several


class Article(NamedTuple):
    """A clean text: where it comes from, its language, its format (`txt`, `md`, `PAGE`), whether it looks like spam, its fold.

    An empty language is one that nobody has stated.
    """

    source: str
    lang: str
    format: str
    text: str
    hard: bool
    fold: int


class Corpus(NamedTuple):
    """Everything one training run reads; `background` is more clean text, `manifest` lists the files with their SHA-256."""

    articles: list[Article]
    background: list[Article]
    fragments: list[Fragment]
    manifest: list[dict[str, Any]]


def load(corpus: Path, data: Path | None, *, per_word: int, seed: int) -> Corpus:
    """Our own corpus, and the external data of a folder when one is given.

    Raises `FileNotFoundError` for an external file that is not there.
    """
    sources = tomllib.loads((corpus / "sources.toml").read_text(encoding="utf-8"))
    fold_of = {source["name"]: source["fold"] for source in sources["source"]}
    articles = list(_own_articles(corpus))
    fragments = [f for grammar in load_grammars(corpus / "spam") for f in expand(grammar, per_word, seed)]
    background: list[Article] = []
    manifest = [
        {"file": str(path.relative_to(corpus)), "sha256": _sha256(path)}
        for path in sorted((corpus / "spam").glob("*.toml"))
    ]
    if data is not None:
        for name in (entry["name"] for entry in sources["file"]):
            if not (data / name).is_file():
                raise FileNotFoundError(f"{data / name}: named in {corpus / 'sources.toml'}, but not there")
            manifest.append({"file": name, "sha256": _sha256(data / name)})
        articles += _external_articles(data, fold_of)
        format_of = {article.source: article.format for article in articles}
        for row in _rows(data / "background.jsonl.gz"):
            fold = _fold(row["source"], row["text"], fold_of)
            kind = format_of.get(row["source"], "txt")
            background.append(Article(row["source"], "", kind, row["text"], False, fold))
        for row in _rows(data / "ham-lines.jsonl"):
            background.append(Article("ham-lines", "", "txt", row["text"], True, in_fold(row["text"], FOLDS)))
        background += _pages(data, frozenset(sources["held_out_pages"]))
        fragments += _external_fragments(data)
    return Corpus(articles, background, fragments, manifest)


def _fold(source: str, text: str, fold_of: Mapping[str, int | list[int]]) -> int:
    """The fold `sources.toml` gives a source, one of several by the text, or one by the source's name."""
    given = fold_of.get(source, in_fold(source, FOLDS))
    return given if isinstance(given, int) else given[in_fold(text[:500], len(given))]


def is_known(fragment: Fragment) -> bool:
    """Whether a fragment's campaign stands in every fold: half of the grammars' words do, and half of the wordings of lines.

    Spam nobody has seen yet is made of words seen before and of new ones; so is what the trees are fitted on. With a third
    they doubt the plainest words (`replica watches` in the middle of a sentence), with two thirds they trust honest ones.
    """
    return is_made(fragment) and part(fragment.campaign) == EVERYWHERE


def fold_of_fragment(fragment: Fragment) -> int:
    """The fold of a fragment's campaign; of a campaign that is known, by the text."""
    return in_fold(fragment.text if is_known(fragment) else fragment.campaign, FOLDS)


def _own_articles(corpus: Path) -> Iterator[Article]:
    for folder, hard in (("articles", False), ("hard", True)):
        for path in sorted((corpus / folder).glob("*/*")):
            if path.suffix in (".txt", ".md"):
                name = f"own:{path.parent.name}/{path.stem}"
                text = with_real_hosts(path.read_text(encoding="utf-8"), Random(name))
                yield Article(name, path.parent.name, path.suffix[1:], text, hard, in_fold(name, FOLDS))


def _external_articles(data: Path, fold_of: Mapping[str, int | list[int]]) -> Iterator[Article]:
    for name, prefix in (("articles", ""), ("hard-negatives", "hard:"), ("hard-lines", "line:")):
        for row in _rows(data / f"{name}.jsonl.gz"):
            kind = row.get("format", "txt")
            if kind != "html":
                fold = _fold(row["source"], row["text"], fold_of)
                yield Article(prefix + row["source"], row["lang"], kind, row["text"], bool(prefix), fold)


def _pages(data: Path, held_out: frozenset[str]) -> Iterator[Article]:
    """Whole pages, and pieces of pages, but for those of the pages held out."""
    for name in ("html-pages", "articles", "hard-negatives"):
        for row in _rows(data / f"{name}.jsonl.gz"):
            html, page = row.get("html") or row["text"], _page_name(row["id"])
            if (name == "html-pages" or row["format"] == "html") and page not in held_out:
                is_hard = name == "hard-negatives"
                fold = in_fold(_PUBLISHER.split(page, 1)[0], FOLDS)
                text = lay_out(html, tokenize(html)).text
                for part in _parts(text, PAGE_PART):
                    yield Article(f"page:{page}", "", PAGE, part, is_hard, fold)


_PUBLISHER = regex.compile(r"-|\.html$")


def _page_name(id: str) -> str:
    """What a page and the pieces of it have in common in their names.

    >>> _page_name("eval/a.example-news.html"), _page_name("folha/source.html"), _page_name("folha")
    ('a.example-news.html', 'folha', 'folha')
    """
    return id.removeprefix("eval/").removesuffix("/source.html")


def _parts(text: str, size: int) -> Iterator[str]:
    """A text in parts of whole lines, each as long as may be up to `size` characters, but for longer lines.

    >>> list(_parts("one\\ntwo\\nthree\\n", 8))
    ['one\\ntwo\\n', 'three\\n']
    """
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + size) + 1 or text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _external_fragments(data: Path) -> Iterator[Fragment]:
    for row in _rows(data / "fragments.jsonl"):
        text = " ".join(row["text"].split())[:MAX_FRAGMENT]
        if row["category"] == "other" or "аё" in text:
            continue  # of unknown trade: harmless names, and sentences any reader might write; or broken encodings
        if len(text) > 1:
            yield Fragment(
                text, row["lang"], _TRADE_OF.get(row["category"], row["category"]), row["source"], _campaign(text)
            )


def _campaign(text: str) -> str:
    """What ties variants of one campaign together: the domain it advertises, else its longest word, else its first two signs."""
    found = _URL.search(text)
    if found:
        return str(found[1] or found[2]).lower()
    words = _WORDS.findall(text.lower())
    longest = str(max(words, key=len, default=text))
    return longest if ord(longest[0]) < 0x2E80 else longest[:2]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

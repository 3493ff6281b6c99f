"""Vary the layout of clean articles as publishers do: headings and lists, reference-style links, links without a text.

Articles are varied before anything is injected, so that the same layouts stand in clean and in injected documents.
"""

from __future__ import annotations

from random import Random

import regex

from cleaner.train.inject import open_lines

REFERENCES_SHARE = 0.3  # of the Markdown texts have their links written as references
EMPTY_SHARE = 0.08  # have one without a text
HEADINGS_SHARE = 0.15  # of all texts get headings, and as many a list
_INLINE = regex.compile(r"(?<!!)\[([^\[\]\n]{1,100})\]\((https?://[^()\s]{4,300})\)")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_SENTENCE_END = regex.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")
_HEADINGS = (
    "【{0}】", "▌{0}", "■ {0}", "◆ {0}", "● {0}", "▶ {0}", "{1}. {0}", "({1}) {0}", "## {0}", "### {0}", "**{0}**", "— {0} —",
    "✅ {0}", "📌 {0}", "🔍 {0}", "> {0}", "《{0}》", "{0}:", "{0}：", "“{0}”", "{1}、{0}", "第{1}章 {0}", "{1}) {0}", "★ {0}",
)  # fmt: skip
_BULLETS = ("- ", "* ", "• ", "· ", "— ", "✔ ", "{0}. ", "{0}、", "（{0}）")
MIN_LINE = 20  # characters of a line that may get a heading


def vary(text: str, format: str, rng: Random) -> str:
    """A clean text in another layout, most often in its own.

    >>> vary("A line.\\n", "txt", Random(1))
    'A line.\\n'
    """
    if format == "md" and rng.random() < REFERENCES_SHARE:
        text = with_references(text, rng)
    if format == "md" and rng.random() < EMPTY_SHARE:
        text = _with_empty_link(text, rng)
    if rng.random() < HEADINGS_SHARE:
        text = _with_headings(text, rng)
    if rng.random() < HEADINGS_SHARE:
        text = _with_list(text, rng)
    return text


def with_references(text: str, rng: Random) -> str:
    """A Markdown text with its inline links turned into reference-style ones, as some publishers write them.

    >>> with_references("See [a](http://a.org/) and [b](http://b.org/).", Random(1))
    'See [a][1] and [b][2].\\n\\n[1]: http://a.org/\\n[2]: http://b.org/\\n'
    """
    targets: list[str] = []

    def moved(match: regex.Match[str]) -> str:
        targets.append(match[2])
        return f"[{match[1]}][{len(targets)}]"

    text = _INLINE.sub(moved, text)
    gap = rng.choice([" ", ""]) if len(targets) > 2 else " "
    return text + "\n\n" + "".join(f"[{n}]:{gap}{target}\n" for n, target in enumerate(targets, 1)) if targets else text


def _with_empty_link(text: str, rng: Random) -> str:
    """One link loses its text."""
    links = list(_INLINE.finditer(text))
    if not links:
        return text
    link = rng.choice(links)
    return text[: link.start(1)] + text[link.end(1) :]


def _with_headings(text: str, rng: Random) -> str:
    """Some lines get a heading in the words they begin with, on its own line or in front."""
    starts = [at for at in open_lines(text) if len(_line(text, at)) > MIN_LINE]
    style = rng.choice(_HEADINGS)
    chosen = sorted(rng.sample(starts, min(len(starts), rng.randint(1, 5))), reverse=True)
    for number, at in zip(range(len(chosen), 0, -1), chosen, strict=True):
        heading = style.format(_opening(_line(text, at), rng), number)
        text = text[:at] + heading + ("\n" if rng.random() < 0.7 else " ") + text[at:]
    return text


def _with_list(text: str, rng: Random) -> str:
    """One paragraph becomes a list of its sentences."""
    starts = [at for at in open_lines(text) if len(_line(text, at)) > 3 * MIN_LINE]
    if not starts:
        return text
    at = rng.choice(starts)
    line = _line(text, at)
    items = [item for item in _SENTENCE_END.split(line) if item]
    bullet = rng.choice(_BULLETS)
    listed = "\n".join(bullet.format(number) + item for number, item in enumerate(items, 1))
    return text[:at] + listed + text[at + len(line) :]


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)].removesuffix("\r")


def _opening(line: str, rng: Random) -> str:
    """The first words of a line, or its first characters where words are not set apart."""
    line = line.lstrip("#*->• \t")
    if _UNSPACED.search(line[:10]):
        return line[: rng.randint(4, 12)].rstrip("，。、：,.: ")
    return " ".join(line.split()[: rng.randint(1, 6)]).rstrip(",.:;")

"""Vary the layout of clean articles as publishers do: headings, lists, links in all their ways, credits, lines and names in
another language, words in fancy letters, short lines that end within sentences.

Articles are varied before anything is injected, so that the same layouts stand in clean and in injected documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from textwrap import wrap

import regex

from cleaner.train.disguise import disguise
from cleaner.train.inject import open_lines

REFERENCES_SHARE = 0.3  # of the Markdown texts have their links written as references
EMPTY_SHARE = 0.14  # have one without a text
HTML_SHARE = 0.15  # have links written in HTML, or with their address as text
HEADINGS_SHARE = 0.15  # of all texts get headings, and as many a list
CREDITS_SHARE = 0.08  # get a line or two that name a source, a picture, a page to go to
MORE_SHARE = 0.06  # have the same short link behind every item, or behind some
GLOSSES_SHARE = 0.08  # get names or terms in another language, in brackets, in quotation marks, in a cell of a table
FOREIGN_SHARE = 0.04  # get lines of a text in another language: quotations, references, titles, lists of names
STYLED_SHARE = 0.02  # have words or headings of their own in letters set apart, full width, circled and so on
WRAPPED_SHARE = 0.15  # have their paragraphs broken into lines, as mails, manuals and subtitles do
WIDTHS = (28, 34, 40, 46, 52, 60, 66, 72, 78, 90)  # characters of such lines at most
SPOKEN_SHARE, ENTITIES_SHARE = 0.25, 0.2  # of those: without capitals and stops, with quotation marks as entities
_INLINE = regex.compile(r"(?<!!)\[([^\[\]\n]{1,100})\]\((https?://[^()\s]{4,300})\)")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_SENTENCE_END = regex.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")
_HEADINGS = (
    "【{0}】", "▌{0}", "■ {0}", "◆ {0}", "● {0}", "▶ {0}", "{1}. {0}", "({1}) {0}", "## {0}", "### {0}", "**{0}**", "— {0} —",
    "✅ {0}", "📌 {0}", "🔍 {0}", "> {0}", "《{0}》", "{0}:", "{0}：", "“{0}”", "{1}、{0}", "第{1}章 {0}", "{1}) {0}", "★ {0}",
)  # fmt: skip
_BULLETS = ("- ", "* ", "• ", "· ", "— ", "✔ ", "{0}. ", "{0}、", "（{0}）")
_LINK_STYLES = (
    '<a href="{1}">{0}</a>', '<a href="{1}" target="_blank">{0}</a>', '<a href="{1}" rel="nofollow">{0}</a>', "[{2}]({1})",
    "[{1}]({1})", "<{1}>", "{0} ({1})", "{0}: {1}", "{1}",
)  # fmt: skip
_CREDITS = (
    '— <a href="{url}">@{name}</a>', '<p class="credit">\n— <a href="{url}">{words}</a>, <em>{words}</em>\n</p>', "Source: {url}",
    "Source: [{site}]({url})", "Photo: [{words}]({url})", "via [{site}]({url})", "> {words} — [@{name}]({url})", "[{words}]({url})",
    "- [{site}]({url}) {words}", "[{site}]: {url}", "[1]: {url}", "{words}: {url}", "{url}", "来源：{url}", "（图片来源：{site}）",
    "作者：[{name}]({url})", "出典: {url}", "Quelle: {site}", "Источник: {url}", "Fuente: {url}", "Follow [@{name}]({url})",
    "Join us at [{site}]({url})!", "{words} | {site}", "More: {url}", "See also [{words}][1].\n\n[1]: {url}", "<!-- {url} -->",
    "Tel. {phone}", "☎ {phone}", "{words}: {phone}", "{words} #{number}", "[{hash}..{hash}]({url})",
    "{words} ({code})", "{code}", "{code}: {words}", "| {code} | {words} | {number} |", "{words}: {code}-{hash}", "`{code}` {words}",
    "{hash} {words}", "- {hash} {words}", "* {words} ({hash})", "commit {hash}", "{key}", "sha256:{key}{key}", "{key}  {name}.tar.gz", "{words}: {key}",
)  # fmt: skip
_SITES = (
    "github.com", "gitlab.com", "twitter.com", "x.com", "www.facebook.com", "www.youtube.com", "youtu.be", "medium.com", "vimeo.com",
    "en.wikipedia.org", "www.linkedin.com", "www.instagram.com", "stackoverflow.com", "www.reddit.com", "weibo.com", "t.me", "bit.ly",
    "zhuanlan.zhihu.com", "mp.weixin.qq.com", "www.bbc.com", "archive.org", "forms.gle", "docs.google.com", "news.ycombinator.com",
)  # fmt: skip
_ENDINGS = (
    ".com", ".com", ".com", ".com", ".org", ".org", ".org", ".net", ".net", ".io", ".dev", ".co", ".edu", ".gov", ".de", ".fr", ".cn", ".jp",
    ".ru", ".info", ".app", ".blog", ".me", ".tv", ".ai", ".cc", ".club", ".site", ".xyz", ".top", ".online",
)  # fmt: skip
_PATHS = (
    "", "/", "/{0}", "/{0}/{1}", "/join", "/{0}.html", "/p/{2}", "/{0}/?p={2}", "/watch?v={3}", "/photo/?fbid={2}", "/{3}", "/{0}#{2}",
)  # fmt: skip
_MORE = (
    "Read more", "more", "Continue reading", "Link", "source", "original article", "PDF", "details", "full text", "video", "permalink",
    "Weiterlesen", "mehr", "Quelle", "Lire la suite", "en savoir plus", "Leer más", "fuente", "Leia mais", "saiba mais", "Czytaj dalej",
    "читать далее", "подробнее", "источник", "Devamını oku", "kaynak", "Selengkapnya", "baca juga", "Xem thêm", "อ่านต่อ", "और पढ़ें",
    "اقرأ المزيد", "ادامه مطلب", "查看原文", "阅读全文", "更多", "详情", "閱讀全文", "來源", "続きを読む", "詳細", "出典", "더보기", "원문 보기",
)  # fmt: skip
_MORE_STYLES = (
    "[{0}]({1})", " [{0}]({1})", "\n[{0}]({1})", "[{0}][{2}]", " [{0}][{2}]", "\n\n[{0}][{2}]", " ({0}: {1})", "\n{0}: {1}", " {0} {1}",
    ' <a href="{1}">{0}</a>', " → [{0}]({1})", " [[{0}]({1})]", "（[{0}]({1})）", "\n- [{0}]({1})", " [{2}]",
)  # fmt: skip
_GLOSSES = (" ({0})", "（{0}）", " “{0}”", "「{0}」", " _{0}_", " (*{0}*)", "，{0}，", " / {0}", " | {0} |", " – {0}")
_QUOTED = (
    "{0}", "{0}", "> {0}", "- {0}", "* {0}", "“{0}”", "「{0}」", "[{1}] {0}", "{1}. {0}", "## {0}", "| {0} | {0} |", "*{0}*", "({0})",
    "— {0}",
)  # fmt: skip
_LISTED = (", ", "、", " / ", " · ", "; ", " | ", " – ", "\n", "\n* ", "\n- ")
_LATIN = regex.compile(r"\b(?!https?|html|div|span|href)[a-z]{4,12}\b")
_WORD_END = regex.compile(r"(?<=\p{L}\p{L}\p{L})(?=[ ,.，。])")
_OWN_WORD = regex.compile(r"(?<!\S)\p{L}{4,14}(?=[ ,.，。])")
_CLAUSE = regex.compile(r"(?<=[，。！？；、])")
_STOPS = regex.compile(r"[.,;:!?…]+(?=\s|$)")
_NO_PARAGRAPH = ("#", "|", "    ", "\t", "![", "[", "<", "*", "-", "+", ">")
MIN_LINE = 20  # characters of a line that may get a heading


def vary(text: str, format: str, foreign: str, rng: Random) -> str:
    """A clean text in another layout, most often in its own; `foreign` is a text in another language, or none.

    >>> vary("A line.\\n", "txt", "", Random(1))
    'A line.\\n'
    """
    if format == "md" and rng.random() < HTML_SHARE:
        text = _with_other_links(text, rng)
    if format == "md" and rng.random() < REFERENCES_SHARE:
        text = with_references(text, rng)
    if format == "md" and rng.random() < EMPTY_SHARE:
        text = _with_empty_link(text, rng)
    if rng.random() < HEADINGS_SHARE:
        text = _with_headings(text, rng)
    if rng.random() < HEADINGS_SHARE:
        text = _with_list(text, rng)
    if rng.random() < MORE_SHARE:
        text = _with_more(text, rng)
    if rng.random() < CREDITS_SHARE:
        text = _with_credits(text, rng)
    if foreign and rng.random() < GLOSSES_SHARE:
        text = _with_glosses(text, foreign, rng)
    if foreign and rng.random() < FOREIGN_SHARE:
        text = _with_foreign_lines(text, foreign, rng)
    if rng.random() < STYLED_SHARE:
        text = _with_styled_words(text, rng)
    if format in ("txt", "md") and rng.random() < WRAPPED_SHARE:
        text = wrapped(text, rng)
    return text


def _with_other_links(text: str, rng: Random) -> str:
    """Some inline links of a Markdown text written in another way."""
    style, share = rng.choice(_LINK_STYLES), rng.choice([0.3, 1.0])

    def written(match: regex.Match[str]) -> str:
        site = match[2].split("//", 1)[1].split("/", 1)[0]
        return style.format(match[1], match[2], site) if rng.random() < share else match[0]

    return str(_INLINE.sub(written, text))


def _with_credits(text: str, rng: Random) -> str:
    """A few lines with addresses, numbers, hashes and names in the article's own words."""
    starts = open_lines(text)
    style = rng.choice(_CREDITS)
    for at in sorted((rng.choice(starts) for _ in range(rng.randint(1, 3))), reverse=True):
        words = _words(text, at)
        site = _site(words, rng)
        number = str(rng.randint(1, 10 ** rng.randint(3, 12)))
        key = f"{rng.getrandbits(128):032x}"
        line = style.format(
            url=_page(site, words, number, key[:12], rng), site=site, number=number, key=key, hash=key[: rng.choice([7, 8, 12])],
            code=_code(rng), name=rng.choice(words) + rng.choice(["", number[:2]]), words=_opening(_line(text, at), rng) or site,
            phone=f"{rng.randint(0, 99):02}-{rng.randint(100, 9999)}-{rng.randint(1000, 9999)}",
        )  # fmt: skip
        text = text[:at] + line + "\n" + text[at:]
    return text


def _code(rng: Random) -> str:
    """What identifies a part, a record or a key: letters and digits that say nothing."""
    signs, parts = rng.choice(["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"]), rng.randint(1, 4)
    made = [
        "".join(rng.choice(rng.choice([signs, "0123456789"])) for _ in range(rng.randint(2, 6))) for _ in range(parts)
    ]
    return rng.choice(["-", "", "_", ".", "/"]).join(made)


def _words(text: str, at: int) -> list[str]:
    """Latin words from a place on."""
    return _LATIN.findall(text[at : at + 2000].lower()) or ["news"]


def _site(words: list[str], rng: Random) -> str:
    """A host: a well-known one, or one made of words."""
    site = rng.choice(words) + rng.choice(["", "-", ""]) + rng.choice(words) + rng.choice(_ENDINGS)
    return rng.choice([rng.choice(_SITES), site, "www." + site])


def _page(site: str, words: list[str], number: str, key: str, rng: Random) -> str:
    """The address of a page of a site."""
    path = rng.choice(_PATHS).format(rng.choice(words), rng.choice(words), number, key)
    return f"{rng.choice(['https', 'http'])}://{site}{path}"


def _with_more(text: str, rng: Random) -> str:
    """The same few words, linked to a page of one site, behind each line of some length, or behind some."""
    style, more, share = rng.choice(_MORE_STYLES), rng.choice(_MORE), rng.choice([0.3, 1.0, 1.0])
    lines = [at for at in open_lines(text) if len(_line(text, at)) > MIN_LINE and rng.random() < share]
    site = _site(_words(text, 0), rng)
    definitions = ""
    for number, at in reversed(list(enumerate(lines, 1))):
        key = f"{rng.getrandbits(48):x}"
        url = _page(site, _words(text, at), str(rng.randint(1, 99999)), key, rng)
        end = at + len(_line(text, at))
        text = text[:end] + style.format(more, url, number) + text[end:]
        definitions = f"[{number}]: {url}\n{definitions}"
    return f"{text.rstrip()}\n\n{definitions}" if "{2}" in style and lines else text


def _with_glosses(text: str, foreign: str, rng: Random) -> str:
    """Words that begin lines of a text in another language, set behind words of this one."""
    style = rng.choice(_GLOSSES)
    terms = [term for line in foreign.split("\n") if len(line) > MIN_LINE and (term := _opening(line, rng))]
    places = [match.end() for match in _WORD_END.finditer(text)]
    for at in sorted(rng.sample(places, min(len(places), len(terms), rng.randint(1, 4))), reverse=True):
        text = text[:at] + style.format(rng.choice(terms)) + text[at:]
    return text


def _with_foreign_lines(text: str, foreign: str, rng: Random) -> str:
    """A few lines of a text in another language, whole or cut to names, each by itself or listed, somewhere between the lines."""
    lines = [line.strip("#*->• \t") for line in foreign.split("\n") if len(line) > MIN_LINE]
    if not lines:
        return text
    starts = open_lines(text)
    style, between = rng.choice(_QUOTED), rng.choice(_LISTED)
    are_names = rng.random() < 0.5
    together = rng.random() < 0.5
    for number in range(rng.randint(1, 3), 0, -1):
        first = rng.randrange(len(lines))
        some = lines[first : first + rng.choice([1, 1, 2, 3])]
        if are_names:
            some = [
                name for line in some for name in (_opening(line, rng), _opening(line[len(line) // 2 :], rng)) if name
            ]
        else:
            some = [_SENTENCE_END.split(line)[0] for line in some]
        said = between.join(some) if are_names else "\n".join(some)
        at = rng.choice(starts[-2:] if together else starts)
        text = text[:at] + style.format(said, number) + "\n" + text[at:]
        starts = [start for start in starts if start <= at]
    return text


def _with_styled_words(text: str, rng: Random) -> str:
    """The first words of some lines, or some words, in the fancy letters that spam is disguised in."""
    starts = [at for at in open_lines(text) if len(_line(text, at)) > MIN_LINE]
    places = [(match.start(), match[0]) for match in _OWN_WORD.finditer(text)] if rng.random() < 0.5 else []
    places = places or [(at, _opening(_line(text, at), rng)) for at in starts]
    seed, is_heading = rng.random(), rng.random() < 0.3
    for at, words in sorted(rng.sample(places, min(len(places), rng.randint(1, 4))), reverse=True):
        styled, _ = disguise(words, Random(seed))
        end = at if is_heading else at + len(words)
        text = text[:at] + styled + ("\n" if is_heading else "") + text[end:] if text.startswith(words, at) else text
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
        heading = style.format(_opening(_line(text, at), rng) or number, number)
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


def wrapped(text: str, rng: Random) -> str:
    """A text with its paragraphs broken into lines.

    >>> print(wrapped("One sentence that is longer than a line. And another that is not.\\n", Random(1)), end="")
    One sentence that is longer than a line.
    And another that is not.
    """
    width, is_spoken, has_entities = rng.choice(WIDTHS), rng.random() < SPOKEN_SHARE, rng.random() < ENTITIES_SHARE
    starts = frozenset(open_lines(text))
    lines: list[str] = []
    at = 0
    for line in text.split("\n"):
        is_paragraph = at in starts and bool(line.strip()) and not line.startswith(_NO_PARAGRAPH)
        at += len(line) + 1
        if is_paragraph and is_spoken:
            line = _STOPS.sub("", line).lower()
        if is_paragraph and has_entities:
            line = line.replace("'", "&#39;").replace("’", "&#39;").replace('"', "&quot;")
        lines += _broken(line, width) if is_paragraph else [line]
    return "\n".join(lines)


def _broken(line: str, width: int) -> Iterator[str]:
    """A line in pieces of at most so many characters: at spaces, or where there are none behind stops, which may be farther."""
    if not _UNSPACED.search(line[:40]):
        yield from wrap(line, width, break_long_words=False, break_on_hyphens=False)
        return
    piece = ""
    for clause in _CLAUSE.split(line):
        if piece and 2 * len(piece + clause) > width:
            yield piece
            piece = ""
        piece += clause
    yield piece


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)].removesuffix("\r")


def _opening(line: str, rng: Random) -> str:
    """The first words of a line, or its first characters where words are not set apart."""
    line = line.lstrip("#*->• \t")
    if _UNSPACED.search(line[:10]):
        return line[: rng.randint(4, 12)].rstrip("，。、：,.: ")
    return " ".join(line.split()[: rng.randint(1, 6)]).rstrip(",.:;")

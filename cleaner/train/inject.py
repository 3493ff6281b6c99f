"""Inject fragments into a clean article as spammers do, and say exactly where: the truth to train and measure on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

import regex

from cleaner.readers.markdown import protected
from cleaner.train.disguise import disguise
from cleaner.train.grammar import Fragment, contact, has_latin_words, innocent_url, random_url, spam_url

_SENTENCE_GAP = regex.compile(r"(?<=[.!?…])\s|(?<=[。！？，；、：])")
_WORD_GAP = regex.compile(r"(?<=[\p{L}\d,;:])\x20(?=[\p{L}\d])")
_LETTER_GAP = regex.compile(
    r"(?<=[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])(?=[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])"
)
_WORD = regex.compile(r"\b\p{L}{3,14}\b")
_LATIN_WORD = regex.compile(r"\b[A-Za-z]{3,14}\b")
_WORD_END = regex.compile(r"(?<=\p{L}{3})(?=[ ,.;，。、；])")
_IN_WORD = regex.compile(r"\p{L}{2}(?=\p{L}{2})")
_EMPTY_LINK = regex.compile(r"(?<!!)\[(?=\]\(http)")
_CHAINS = (" | ", ", ", "、", " - ", "|", " / ", "，", " ", "-", "_", " • ")
_MARKERS = ("🔖 ", "#", "Tags: ", "🏷 ", "标签：", "Tag: ", "关键词：", "【", "")
_BULLETS = ("* ", "- ", "• ", "+ ", "1. ", "· ", "* ", "- ", "2. ", "3. ", "4. ", "7) ")
_TITLE_SEPARATORS = (" - ", " | ", "_", "–", " — ", "-", "|", "｜", " · ", "：")
_BARE = (
    "{0} {1}",
    "{1} {0}",
    "{0}: {1}",
    "{0} - {1}",
    "{0}. Link - {1}",
    "{0} >>> {1}",
    "{0} → {1}",
    "{0} ({1})",
    "{0} <{1}>",
)
_TAILS = (" • ", " | ", " - ", " – ", ": ", " >> ", "！", "。", "】", " ❤ ")


class Injected(NamedTuple):
    """Where one injection stands in the dirty text, how, and what it is."""

    start: int
    end: int
    form: str
    fragment: Fragment
    disguise: str


class Dirty(NamedTuple):
    """An article with injections; deleting every span gives the clean article."""

    text: str
    spans: tuple[Injected, ...]


class _Insertion(NamedTuple):
    at: int
    text: str
    form: str
    fragment: Fragment
    disguise: str


class Manner(NamedTuple):
    """How one spammer works: which forms how often, for terms and for sentences, and how often with a line of metadata that holds a tag."""

    forms: Mapping[str, float]
    of_sentences: Mapping[str, float]
    metadata: float = 0.0


def manner(rng: Random, weights: Mapping[str, float] | None = None) -> Manner:
    """Any form at any place, or, as one program does, everywhere the same one or two forms; `weights`: instead of those of texts.

    >>> sorted({len(manner(Random(seed)).forms) for seed in range(99)})[:2], len(manner(Random(1)).forms) == len(_FORMS)
    ([1, 2], False)
    """
    forms, of_sentences = weights or _WEIGHTS, weights or _OF_SENTENCES
    if rng.random() < ONE_MANNER:
        forms = of_sentences = dict.fromkeys(rng.choices(list(forms), weights=list(forms.values()), k=2), 1.0)
    return Manner(forms, of_sentences, 0.0 if weights else METADATA_SHARE)


ONE_MANNER = 0.35
METADATA_SHARE = 0.07  # of the articles have a line of date and counters, and a tag injected there
SENTENCE = 7  # words from which a fragment is a sentence; of scripts without spaces, three letters are one
_SPACED_WORD = regex.compile(r"[^\W\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+")
_DENSE_LETTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")


def is_sentence(text: str) -> bool:
    """Whether a fragment says more than a term does.

    >>> is_sentence("buy cheap pills online"), is_sentence("Write to us and get your diploma within three days.")
    (False, True)
    >>> is_sentence("上海水磨外卖工作室"), is_sentence("本店长期提供各类证件办理服务，三天出证，欢迎咨询")
    (False, True)
    """
    return len(_SPACED_WORD.findall(text)) + len(_DENSE_LETTER.findall(text)) / 3 >= SENTENCE


def inject(text: str, fragments: Sequence[Fragment], rng: Random, how: Manner, disguised: float = 0.3) -> Dirty:
    """Inject one to six pieces of the given fragments into a text.

    >>> fragment = Fragment("online casino", "en", "gambling", "", "")
    >>> dirty = inject("One line.\\nAnother line.\\n", [fragment], Random(1), manner(Random(1)))
    >>> span = dirty.spans[0]
    >>> "casino" in dirty.text[span.start:span.end].lower() or span.disguise != "none"
    True
    """
    if rng.random() < how.metadata:
        return _into_metadata(text, fragments, rng, how, disguised)
    fragments = cased(fragments, rng)
    count = min(rng.choice([1, 1, 1, 2, 2, 2, 3, 3, 4, 6]), 1 + len(text) // 150)
    insertions: list[_Insertion] = []
    for _ in range(count):
        fragment = rng.choice(fragments)
        name, written = "none", fragment.text
        if rng.random() < disguised:
            written, name = disguise(fragment.text, rng)
        forms = how.of_sentences if is_sentence(fragment.text) else how.forms
        form = rng.choices(list(forms), weights=list(forms.values()))[0]
        insertions += [
            _Insertion(at, piece, form, fragment, name) for at, piece in _FORMS[form](text, written, fragments, rng)
        ]
    return _apply(text, insertions)


# Of the injected articles: all that is injected begins its words, or itself, with a capital.
TITLE_SHARE, SENTENCE_SHARE = 0.25, 0.15
SMALL_WORD = 4  # letters below which a word of a title may stay small
_SMALL = regex.compile(r"(?<![\w./@:-])\p{Ll}[\p{L}\p{M}'’-]*(?![\w./@:])")


def cased(fragments: Sequence[Fragment], rng: Random) -> Sequence[Fragment]:
    """The fragments as one spammer writes them: as they are, as titles, or with the first letter big; addresses stay.

    >>> [cased([Fragment("buy it at a.example", "en", "seo", "", "")], Random(seed))[0].text for seed in (0, 4, 7)]
    ['buy it at a.example', 'Buy It At a.example', 'Buy it at a.example']
    """
    draw, all_big = rng.random(), rng.random() < 0.5
    if draw >= TITLE_SHARE + SENTENCE_SHARE:
        return fragments
    least = SMALL_WORD if draw < TITLE_SHARE and not all_big else 0

    def big(match: regex.Match[str]) -> str:
        is_big = match.start() == 0 or (draw < TITLE_SHARE and len(match[0]) >= least)
        return str(match[0][0].upper() + match[0][1:] if is_big else match[0])

    return [fragment._replace(text=_SMALL.sub(big, fragment.text)) for fragment in fragments]


def _into_metadata(text: str, fragments: Sequence[Fragment], rng: Random, how: Manner, disguised: float) -> Dirty:
    """An article that has a line of metadata near its top, with a fragment as a tag in it, and the usual injections."""
    date = f"20{rng.randint(10, 26)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    sign, counter = (
        rng.choice(["⏱ ", "📅 ", "🕒 ", "", "发布时间：", "Posted "]),
        rng.choice(["📢0", "👁 231", "💬 4", "阅读 1024", "views: 88", ""]),
    )
    fragment, marker = rng.choice(fragments), rng.choice(["🔖 ", "🏷 ", "", "#"])
    first = next((end for start in open_lines(text) if (end := _line_end(text, start)) > start), 0)
    line = f"\n\n{sign}{date} "
    clean = text[:first] + line + counter + text[first:]
    at = first + len(line)
    rest = how._replace(metadata=0.0)
    dirty = inject(clean[at:], fragments, rng, rest, disguised) if rng.random() < 0.7 else Dirty(clean[at:], ())
    piece = f"{marker}{fragment.text}" + (" " if counter else "")
    moved = [span._replace(start=span.start + at + len(piece), end=span.end + at + len(piece)) for span in dirty.spans]
    own = Injected(at, at + len(piece), "metadata", fragment, "none")
    return Dirty(clean[:at] + piece + dirty.text, (own, *moved))


def _apply(text: str, insertions: list[_Insertion]) -> Dirty:
    """Put all insertions in; two at one place stand one behind the other, and touching ones are kept apart in the truth."""
    pieces, spans, last, length = [], [], 0, 0
    for item in sorted(insertions, key=lambda item: item.at):
        pieces += [text[last : item.at], item.text]
        length += item.at - last
        spans.append(Injected(length, length + len(item.text), item.form, item.fragment, item.disguise))
        length += len(item.text)
        last = item.at
    return Dirty("".join(pieces) + text[last:], tuple(spans))


def open_lines(text: str) -> list[int]:
    """Starts of the lines outside code and front matter.

    >>> open_lines("A\\n```\\ncode\\n```\\nB\\n")
    [0, 15, 17]
    """
    starts, closed = [], protected(text)
    at = 0
    for line in text.split("\n"):
        while closed and closed[0][1] <= at:
            closed = closed[1:]
        if not closed or at < closed[0][0]:
            starts.append(at)
        at += len(line) + 1
    return starts or [0]


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - 1 if end > start and text[end - 1] == "\r" else end


def _some_line(text: str, rng: Random) -> tuple[int, int]:
    """Start and end of a line that is not blank, if one can be found."""
    starts = open_lines(text)
    for _ in range(12):
        start = rng.choice(starts)
        end = _line_end(text, start)
        if text[start:end].strip():
            break
    return start, end


Pieces = list[tuple[int, str]]


def _own_line(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return [(rng.choice(open_lines(text)), piece + "\n")]


def _own_paragraph(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return [(rng.choice(open_lines(text)), piece + "\n\n")]


def _repeated(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    places = rng.sample(starts := open_lines(text), min(len(starts), rng.choice([2, 2, 3])))
    tail = rng.choice(["\n", "\n", " "])
    return [(at, piece + tail) for at in places]


def _line_prefix(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return [(_some_line(text, rng)[0], piece + rng.choice([" ", " ", " ", " ", " ", " ", "", "　"]))]


def _line_suffix(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    separator = rng.choice([" ", " ", " ", " ", rng.choice(_TAILS)])
    return [(_some_line(text, rng)[1], separator + piece)]


def _gap(text: str, rng: Random) -> int | None:
    """A place inside a sentence: at a space, behind punctuation, or between two letters of a script without spaces."""
    start, end = _some_line(text, rng)
    for pattern in (rng.choice([_SENTENCE_GAP, _WORD_GAP]), rng.choice([_SENTENCE_GAP, _LETTER_GAP])):
        gaps: list[int] = [match.end() for match in pattern.finditer(text, start, end)]
        if gaps:
            return rng.choice(gaps)
    return None


def _mid_sentence(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    at = _gap(text, rng)
    if at is None:
        return _line_prefix(text, piece, fragments, rng)
    return [(at, piece + (" " if text[at - 1 : at] == " " else ""))]


def _link_mid_sentence(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return _mid_sentence(text, f"[{piece}]({random_url(rng, piece)})", fragments, rng)


def _link(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    shape = rng.choice(["[{0}]({1})", "[{0}]({1})", '<a href="{1}">{0}</a>', "[url={1}]{0}[/url]", rng.choice(_BARE)])
    linked = shape.format(piece, random_url(rng, piece))
    return rng.choice([_line_prefix, _line_suffix, _line_suffix, _own_line])(text, linked, fragments, rng)


def _bare_url(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return rng.choice([_mid_sentence, _own_line, _line_suffix])(text, random_url(rng, piece), fragments, rng)


def _tag(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    marker = rng.choice(_MARKERS[:2]) if rng.random() < 0.5 else rng.choice(_MARKERS)
    closed = "】" if marker == "【" else ""
    if rng.random() < 0.5:
        return [(rng.choice(open_lines(text)), f"{marker}{piece}{closed}\n")]
    return [(_some_line(text, rng)[1], f" {marker}{piece}{closed}")]


def _bullet(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    return [(rng.choice(open_lines(text)), rng.choice(_BULLETS) + piece + "\n")]


def _title_suffix(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    first = next((start for start in open_lines(text) if text[start : _line_end(text, start)].strip()), 0)
    return [(_line_end(text, first), rng.choice(_TITLE_SEPARATORS) + piece)]


def _chain(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    parts = [piece, *(rng.choice(fragments).text for _ in range(rng.randint(1, 6)))]
    return _own_line(text, rng.choice(_CHAINS).join(parts), fragments, rng)


def _tail_block(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    lines = [piece, *(rng.choice(fragments).text for _ in range(rng.randint(0, 5)))]
    if rng.random() < 0.4:
        lines = [f"[{line}]({random_url(rng, line)})" for line in lines]
    return [(len(text), "\n" + "\n".join(lines))]


def _link_row(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """Links one behind the other, in a line of their own or each in one, as hidden blocks have them."""
    sold = [piece, *(rng.choice(fragments).text for _ in range(rng.randint(1, 9)))]
    joint = rng.choice(["\n", "\n", " ", ", ", " | ", ""])
    row = joint.join(f"[{goods}]({random_url(rng, goods)})" for goods in sold)
    return [(rng.choice([*open_lines(text), 0, len(text)]), row + "\n")]


def _link_in_word(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A link that cuts a word of the article in two."""
    start, end = _some_line(text, rng)
    inside = [match.end() for match in _IN_WORD.finditer(text, start, end)]
    linked = f"[{piece}]({random_url(rng, piece)})"
    return [(rng.choice(inside), linked)] if inside else _line_suffix(text, linked, fragments, rng)


def _glued_link(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A link right behind a word of the article, without a space."""
    start, end = _some_line(text, rng)
    behind = [match.end() for match in _WORD_END.finditer(text, start, end)]
    linked = f"[{piece}]({random_url(rng, piece)})"
    return [(rng.choice(behind), linked)] if behind else _line_suffix(text, linked, fragments, rng)


def _linked_line(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A fragment some words of which are a link, in a line of its own, in front of or behind one, or between two sentences."""
    words = piece.split(" ")
    first = rng.randrange(len(words))
    stop = min(len(words), first + rng.randint(1, 4))
    words[first] = "[" + words[first]
    words[stop - 1] += f"]({random_url(rng, piece)})"
    return rng.choice([_own_line, _line_prefix, _line_suffix, _between])(text, " ".join(words), fragments, rng)


def _between(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """Between two sentences of a line."""
    start, end = _some_line(text, rng)
    gaps: list[int] = [match.end() for match in _SENTENCE_GAP.finditer(text, start, end)]
    if not gaps:
        return _line_suffix(text, piece, fragments, rng)
    at = rng.choice(gaps)
    return [(at, piece + (" " if text[at - 1 : at] == " " else ""))]


def _enclosed(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """Inside a sentence, in brackets, between dashes or between commas."""
    start, end = _some_line(text, rng)
    if gaps := [match.start() for match in _WORD_GAP.finditer(text, start, end) if text[match.start() - 1].isalnum()]:
        return [
            (
                rng.choice(gaps),
                rng.choice([" ({0})", " ({0})", " — {0} —", " – {0} –", ", {0},", " [{0}]"]).format(piece),
            )
        ]
    if gaps := [match.end() for match in _LETTER_GAP.finditer(text, start, end)]:
        return [
            (
                rng.choice(gaps),
                rng.choice(["（{0}）", "（{0}）", "({0})", "，{0}，", "——{0}——", "【{0}】"]).format(piece),
            )
        ]
    return _line_suffix(text, piece, fragments, rng)


def _ad_lines(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """An advertisement in lines of its own, a sentence in each, where to turn in the last, most often at the end of the text."""
    lines = [sentence for sentence in _SENTENCE_GAP.split(piece) if sentence] if rng.random() < 0.6 else [piece]
    if rng.random() < 0.7:
        lines.append(contact(rng, rng.choice(fragments).trade))
    joint = rng.choice(["\n", "\n", "\n\n"])
    if rng.random() < 0.6:
        return [(len(text), "\n" * rng.choice([1, 2]) + joint.join(lines))]
    return [(rng.choice(open_lines(text)), joint.join(lines) + joint)]


def _link_text_whole(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A spam term as the whole text of a link to an honest address: the term is injected, the empty link is the article's."""
    at = rng.choice(starts) if (starts := [m.end() for m in _EMPTY_LINK.finditer(text)]) else None
    return [(at, piece)] if at is not None else _line_suffix(text, piece, fragments, rng)


def _link_text_only(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A spam term as the text of a link of the article itself: only the term is injected."""
    places = [m.end() for m in regex.finditer(r"(?<!!)\[(?=[^\]\n]{2,60}\]\()", text)]
    return [(rng.choice(places), piece)] if places else _line_prefix(text, piece, fragments, rng)


def _reference(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """One to eight reference-style links in sentences, on the goods or on words of the article, all definitions at the end.

    The first addresses say what they sell; where there are more, some belong to broken-into sites that speak of other things.
    """
    sold = [goods for goods in (piece, *(f.text for f in fragments)) if has_latin_words(goods)]
    found: Pieces = []
    definitions = ""
    count = rng.choice([1, 1, 2, 4, 6, 8])
    innocent = rng.choice([0.0, 0.4, 0.6]) if count > 4 else 0.0
    for number in rng.sample(range(1, 40), count) if sold else ():
        at, goods = _gap(text, rng), rng.choice(sold)
        if at is not None:
            word = _innocent_word(text, rng)
            if len(found) > 2 and rng.random() < innocent:
                label, url = word or "…", innocent_url(rng, _LATIN_WORD.findall(text)[rng.randint(0, 40) :][:5])
            else:
                label, url = word or goods if rng.random() < 0.3 else goods, spam_url(rng, goods)
            found.append((at, f"[{label}][{number}]" + (" " if text[at - 1 : at] == " " else "")))
            definitions += f"{rng.choice(['', ' '])}[{number}]: {url}\n"
    return [*found, (len(text), "\n" + definitions)] if found else _link(text, piece, fragments, rng)


def _innocent_word(text: str, rng: Random) -> str:
    words = _WORD.findall(text[:3000])
    return str(rng.choice(words)) if words else ""


def _innocent_link(text: str, piece: str, fragments: Sequence[Fragment], rng: Random) -> Pieces:
    """A link to an address that says what it sells, whose text is a word of the article."""
    if not has_latin_words(piece):
        return _link_mid_sentence(text, piece, fragments, rng)
    return _mid_sentence(text, f"[{_innocent_word(text, rng) or piece}]({spam_url(rng, piece)})", fragments, rng)


_FORMS: dict[str, Callable[[str, str, Sequence[Fragment], Random], Pieces]] = {
    "own_line": _own_line,
    "own_paragraph": _own_paragraph,
    "repeated": _repeated,
    "line_prefix": _line_prefix,
    "line_suffix": _line_suffix,
    "mid_sentence": _mid_sentence,
    "md_link_mid": _link_mid_sentence,
    "md_link": _link,
    "bare_url": _bare_url,
    "tag": _tag,
    "bullet": _bullet,
    "title_suffix": _title_suffix,
    "chain": _chain,
    "tail_block": _tail_block,
    "link_row": _link_row,
    "link_text": _link_text_only,
    "link_text_whole": _link_text_whole,
    "link_in_word": _link_in_word,
    "glued_link": _glued_link,
    "linked_line": _linked_line,
    "between": _between,
    "enclosed": _enclosed,
    "ad_lines": _ad_lines,
    "reference": _reference,
    "innocent_link": _innocent_link,
}
_WEIGHTS = {
    "own_line": 14, "own_paragraph": 7, "repeated": 9, "line_prefix": 18, "line_suffix": 12, "mid_sentence": 22,
    "md_link_mid": 5, "md_link": 6, "bare_url": 1, "tag": 5, "bullet": 3, "title_suffix": 3, "chain": 4,
    "tail_block": 5, "link_text": 1, "link_text_whole": 1.5, "link_in_word": 0.7, "reference": 4, "innocent_link": 1.5,
    "glued_link": 0.5, "linked_line": 2, "between": 3, "link_row": 1, "enclosed": 2, "ad_lines": 2,
}  # fmt: skip
# Whoever has a sentence to place seldom puts it inside another one.
_OF_SENTENCES = _WEIGHTS | {
    "own_line": 26, "own_paragraph": 26, "repeated": 5, "line_prefix": 8, "line_suffix": 14, "mid_sentence": 7, "md_link_mid": 1,
    "md_link": 3, "tag": 1, "bullet": 7, "title_suffix": 1, "chain": 1, "link_text": 0, "link_text_whole": 0, "link_in_word": 0,
    "linked_line": 8, "between": 20, "enclosed": 8, "ad_lines": 10,
}  # fmt: skip
# In the text of a web page there are no markers and no blank lines, and most of what is injected leads somewhere.
ON_PAGES = {
    "own_line": 20, "repeated": 6, "line_prefix": 4, "line_suffix": 8, "mid_sentence": 4, "between": 6, "title_suffix": 2, "chain": 3,
    "md_link": 22, "md_link_mid": 8, "link_row": 12, "linked_line": 5, "innocent_link": 2, "glued_link": 1, "bare_url": 1, "enclosed": 2, "ad_lines": 3,
}  # fmt: skip
# What stands in the pages of a real network: a term in front of a line, on a line of its own, as a tag in a line of metadata.
_OF_NETWORK = {"line_prefix": 0.7, "own_line": 0.3}
NETWORK = Manner(_OF_NETWORK, _OF_NETWORK, 0.22)

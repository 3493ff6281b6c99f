"""HTML inside plain text and Markdown: what it hides goes as a whole if it is spam; what is seen is judged as text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

import regex

from cleaner.decide import REMOVED, REVIEW
from cleaner.judge import Judged, judge
from cleaner.model import Model
from cleaner.pages import judge_hidden
from cleaner.pages.blocks import Block, blocks, letters
from cleaner.pages.carve import Source, parse
from cleaner.pages.hiding import apart, block_spans
from cleaner.pages.judge_hidden import Score, decide_hidden, score_blocks
from cleaner.pages.leftovers import HOST_TEXT
from cleaner.pages.markup import START, TEXT, Token, tokenize
from cleaner.pages.page import Page, lay_out
from cleaner.pages.said import Line
from cleaner.pages.site import host, label
from cleaner.readers.markdown import code_spans, protected
from cleaner.span import Span, merged, minus
from cleaner.structure import makes_markup

MOSTLY_SPAM = 0.6  # share of a block without links that is spam by the model's own threshold, from which it goes
_ESCAPED = regex.compile(r"\\<")
_SIGN = regex.compile(r"[^\r\n]")


def embedded_spans(text: str, seen: Sequence[Span], model: Model, level: str) -> list[Span]:
    """Spans of hidden blocks in a text that is no page, to cut and to review, sorted, disjoint.

    seen are the spans found in it as a text, sorted and disjoint. Each block is judged behind the beginning of what is no block.
    """
    code = protected(text)
    source = _source(text, merged([*code, *code_spans(text), *(match.span() for match in _ESCAPED.finditer(text))]))
    found = _whole(source, code)
    if not found:
        return []
    places = merged((block.start, block.end) for block in found)
    page = _laid_out(source, places)
    scores = score_blocks(found, page, _judged(minus(text, places), page.text, model))
    spans: list[Span] = []
    for block, score, decision in zip(found, scores, _decisions(found, scores, seen, model), strict=True):
        if decision != judge_hidden.KEEP:
            spans += _spans(source, block, score, model, decision in (judge_hidden.REMOVE, level))
    return apart(spans)


def _source(text: str, code: Sequence[tuple[int, int]]) -> Source:
    """A text as HTML, in which code stands that is neither markup nor white space, line ends apart."""
    kept: list[str] = []
    last = 0
    for start, end in code:
        kept += text[last:start], _SIGN.sub("_", text[start:end])
        last = end
    bare = "".join(kept) + text[last:]
    return parse(bare, tokenize(bare))


def _whole(source: Source, code: Sequence[tuple[int, int]]) -> list[Block]:
    """The hidden blocks that begin with an element which is ended, without those that hold blocks of code."""
    ended = {item.start for item in source.elements if item.close_start < item.end}
    found = blocks(source.text, source.tokens, source.elements, with_bare=True)
    return [_with_links(block) for block in found if block.start in ended and not _touches(code, block)]


def _touches(code: Sequence[tuple[int, int]], block: Block) -> bool:
    """Whether a block holds something of some sorted, disjoint stretches."""
    at = bisect_left(code, (block.end,)) - 1
    return at >= 0 and code[at][1] > block.start


_LINK = regex.compile(r"\[([^\[\]]{1,300})\]\(\s*<?((?:https?:)?//[^\s()<>]{1,2000})[^()]{0,300}\)", regex.IGNORECASE)


def _with_links(block: Block) -> Block:
    """The block with what it holds of Markdown's links counted, too."""
    lines = tuple(line for old in block.lines for line in _split(old))
    if len(lines) == len(block.lines):
        return block
    outside = [line for line in lines if host(line.target)]
    hosts = len({label(host(line.target)) for line in outside})
    share = letters(outside) / max(1, letters(lines))
    return block._replace(
        lines=lines, features=block.features._replace(links=len(outside), hosts=hosts, link_share=share)
    )


def _split(line: Line) -> Iterator[Line]:
    """A line that is no link, with the links of Markdown in it as lines of their own."""
    last = 0
    for link in _LINK.finditer(line.text) if not line.target else ():
        yield Line(line.text[last : link.start()], "")
        yield Line(link[1], link[2])
        last = link.end()
    yield line._replace(text=line.text[last:])


def _laid_out(source: Source, places: Sequence[tuple[int, int]]) -> Page:
    """What some stretches say, laid out as on a page, but in the lines that Markdown has them in."""
    tokens: list[Token] = []
    for start, end in places:
        tokens.append(_line_end(start))
        tokens += _in_lines(source, bisect_left(source.token_starts, start), bisect_left(source.token_starts, end))
    return lay_out(source.text, tokens)


def _in_lines(source: Source, first: int, stop: int) -> Iterator[Token]:
    """Some tokens, text outside of links cut behind its line ends."""
    is_link = False
    for token in islice(source.tokens, first, stop):
        if token.name == "a":
            is_link = token.kind is START
        at = token.start
        while token.kind is TEXT and not is_link and (behind := source.text.find("\n", at, token.end) + 1):
            yield token._replace(start=at, end=behind)
            yield _line_end(behind)
            at = behind
        yield token._replace(start=at)


def _line_end(place: int) -> Token:
    return Token(START, place, place, "br")


def _judged(seen: str, hidden: str, model: Model) -> list[Judged]:
    """What is judged in the hidden text, with the beginning of what is seen in front of it: spam is what does not belong there."""
    front = seen[:HOST_TEXT] + "\n\n"
    [items] = judge([front + hidden], model, [[]])
    return [
        item._replace(start=item.start - len(front), end=item.end - len(front))
        for item in items
        if item.start >= len(front)
    ]


def _decisions(found: Sequence[Block], scores: Sequence[Score], seen: Sequence[Span], model: Model) -> list[str]:
    """As on a page; a block without links to elsewhere goes for what is cut of a text, if it was suspected as a text, too."""
    known = [(span.start, span.end) for span in seen]
    return [
        judge_hidden.REMOVE
        if not block.features.links
        and score.probability >= model.remove
        and score.share >= MOSTLY_SPAM
        and _touches(known, block)
        else decision
        for block, score, decision in zip(found, scores, decide_hidden(found, scores, model.review), strict=True)
    ]


def _spans(source: Source, block: Block, score: Score, model: Model, is_cut: bool) -> list[Span]:
    spans = block_spans(source, block, score, model, REMOVED if is_cut else REVIEW)
    if is_cut and any(makes_markup(source.text, span.start, span.end) for span in spans):
        return block_spans(source, block, score, model, REVIEW)
    return spans

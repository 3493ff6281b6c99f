"""HTML inside plain text and Markdown: what it hides goes as a whole if it is spam; what is seen is judged as text."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from cleaner.decide import REMOVED, REVIEW
from cleaner.judge import judge
from cleaner.model import Model
from cleaner.pages import judge_hidden
from cleaner.pages.blocks import Block, blocks
from cleaner.pages.carve import Source, parse
from cleaner.pages.hiding import apart, block_spans
from cleaner.pages.judge_hidden import Score, decide_hidden
from cleaner.pages.leftovers import HOST_TEXT, score_behind
from cleaner.pages.markup import TEXT, tokenize
from cleaner.pages.page import lay_out
from cleaner.readers.markdown import code_spans, protected
from cleaner.span import Span, merged, minus
from cleaner.structure import makes_markup

MAX_BLOCKS = 50  # of a text that are judged in one round
MOSTLY_SPAM = 0.6  # share of a block without links that is spam by the model's own threshold, from which it goes
_ESCAPED = regex.compile(r"\\<")
_SIGN = regex.compile(r"[^\r\n]")


def embedded_spans(text: str, model: Model, level: str) -> list[Span]:
    """Spans of hidden blocks in a text that is no page, to cut and to review, sorted, disjoint.

    Each is judged behind the beginning of what is seen.
    """
    code = protected(text)
    source = _source(text, merged([*code, *code_spans(text), *(match.span() for match in _ESCAPED.finditer(text))]))
    found = _whole(source, code)
    if not found:
        return []
    front = minus(text, merged((block.start, block.end) for block in found))[:HOST_TEXT] + "\n\n"
    said = [_said(source.text[block.start : block.end]) for block in found]
    judged = judge([front + piece for piece in said], model, [[] for _ in said])
    scores = [score_behind(items, len(front), len(piece)) for items, piece in zip(judged, said, strict=True)]
    spans: list[Span] = []
    for block, score, decision in zip(found, scores, _decisions(found, scores, model), strict=True):
        if decision != judge_hidden.KEEP:
            spans += _spans(source, block, score, model, decision in (judge_hidden.REMOVE, level))
    return apart(spans)


def _source(text: str, code: Sequence[tuple[int, int]]) -> Source:
    """A text as HTML, in which code stands that is neither markup nor white space, line ends apart."""
    kept, last = [], 0
    for start, end in code:
        kept += text[last:start], _SIGN.sub("_", text[start:end])
        last = end
    bare = "".join(kept) + text[last:]
    return parse(bare, tokenize(bare))


def _whole(source: Source, code: Sequence[tuple[int, int]]) -> list[Block]:
    """The hidden blocks that begin with an element which is ended, without those that hold blocks of code."""
    ended = {item.start for item in source.elements if item.close_start < item.end}
    found = blocks(source.text, source.tokens, source.elements, with_bare=True)
    whole = [block for block in found if block.start in ended]
    return [
        block for block in whole if not any(start < block.end and block.start < end for start, end in code)
    ][:MAX_BLOCKS]  # fmt: skip


def _said(markup: str) -> str:
    """What a block says; the line ends are Markdown's."""
    lines = (
        markup[token.start : token.end].replace("\n", "<br>")
        if token.kind is TEXT
        else markup[token.start : token.end]
        for token in tokenize(markup)
    )
    html = "".join(lines)
    return lay_out(html, tokenize(html)).text


def _decisions(found: Sequence[Block], scores: Sequence[Score], model: Model) -> list[str]:
    """As on a page; without links to elsewhere a block goes for what would be cut of a text that is seen."""
    return [
        judge_hidden.REMOVE
        if not block.features.links and score.probability >= model.remove and score.share >= MOSTLY_SPAM
        else decision
        for block, score, decision in zip(found, scores, decide_hidden(found, scores, model.review), strict=True)
    ]


def _spans(source: Source, block: Block, score: Score, model: Model, is_cut: bool) -> list[Span]:
    spans = block_spans(source, block, score, model, REMOVED if is_cut else REVIEW)
    if is_cut and any(makes_markup(source.text, span.start, span.end) for span in spans):
        return block_spans(source, block, score, model, REVIEW)
    return spans

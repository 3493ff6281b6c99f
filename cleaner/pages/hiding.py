"""Hidden injections as spans of a page's source: blocks of links that no reader sees, with what only serves to hide them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

from cleaner.decide import HIDDEN_BLOCK, REMOVED, REVIEW, trade_of
from cleaner.evidence import evidence
from cleaner.hostwords import Hosts
from cleaner.judge import Judged
from cleaner.model import Model
from cleaner.pages.blocks import Block, blocks
from cleaner.pages.carve import Source, carve
from cleaner.pages.judge_hidden import KEEP, LEAST, REMOVE, Score, decide_hidden, score_blocks
from cleaner.pages.leftovers import leftover_spans
from cleaner.pages.opened import OpenPage
from cleaner.pages.page import Page
from cleaner.pages.servercode import may_hold_code
from cleaner.pages.weigh import page_spans
from cleaner.span import Span, touches


def all_spans(opened: OpenPage, judged: list[Judged], model: Model, hosts: Hosts, level: str) -> list[Span]:
    """Spans of a page's source to cut and to review, sorted, disjoint: what is seen, what is hidden, and code that prints it."""
    spans = page_spans(opened, judged, model, hosts, level)
    hidden: list[Span] = []
    if opened.page.links and any(item.probability >= LEAST for item in judged):
        hidden = hidden_spans(opened.parsed, opened.page, judged, model, level)
    if opened.page.asleep or may_hold_code(opened.source):
        hidden += leftover_spans(opened, model)
    return with_hidden(spans, apart(hidden)) if hidden else spans


def hidden_spans(source: Source, page: Page, judged: Sequence[Judged], model: Model, level: str) -> list[Span]:
    """Spans of hidden blocks to cut and to review, sorted, disjoint.

    Only what is around something as likely spam as the rules ask for at least is looked at.
    """
    places = [page.source_start(item.start) for item in judged if item.probability >= LEAST]
    if not places:
        return []
    found = blocks(source.text, source.tokens, source.elements, places)
    scores = score_blocks(found, page, judged)
    lowest = REMOVE if level == "remove" else REVIEW
    spans: list[Span] = []
    for block, score, decision in zip(found, scores, decide_hidden(found, scores, model.review), strict=True):
        if decision != KEEP and score.best is not None:
            spans += block_spans(source, block, score, model, REMOVED if decision in (REMOVE, lowest) else REVIEW)
    return apart(spans)


def with_hidden(spans: Sequence[Span], hidden: Sequence[Span]) -> list[Span]:
    """Both, sorted and disjoint: a block goes whole, with what else goes around it, in the place of what was found in it."""
    removed = [span for span in spans if span.action == REMOVED]
    gone, known = ([(span.start, span.end) for span in some] for some in (removed, spans))
    kept = []
    for span in hidden:
        around = _around(gone, span) if span.action == REMOVED else None
        if around is not None:
            kept.append(span._replace(start=around[0], end=around[1]))
        elif span.action == REMOVED or not touches(known, span.start, span.end):
            kept.append(span)
    kept = apart(kept)
    taken = [(span.start, span.end) for span in kept]
    return sorted([*kept, *(span for span in spans if not touches(taken, span.start, span.end))])


def block_spans(source: Source, block: Block, score: Score, model: Model, action: str) -> list[Span]:
    """The spans of one block to cut, or the one for review."""
    if score.best is None:
        return []
    best = score.best
    why = evidence(model.accept, model.spam, best.row, best.elsewhere)
    span = Span(block.start, block.end, best.probability, HIDDEN_BLOCK, trade_of(best.folded, model), why, action)
    if action == REVIEW:
        return [span]
    return [span._replace(start=start, end=end) for ranges in carve(source, block.parts) for start, end in ranges]


def apart(spans: Sequence[Span]) -> list[Span]:
    """Some spans sorted, without those that touch another; what is cut comes first."""
    out: list[Span] = []
    taken: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: (span.action != REMOVED, span.start, -span.end)):
        if not touches(taken, span.start, span.end):
            insort(taken, (span.start, span.end))
            out.append(span)
    return sorted(out)


def _around(taken: Sequence[tuple[int, int]], span: Span) -> tuple[int, int] | None:
    """Which of some sorted, disjoint stretches a span lies in."""
    at = bisect_left(taken, (span.start + 1,)) - 1
    return taken[at] if at >= 0 and span.end <= taken[at][1] else None

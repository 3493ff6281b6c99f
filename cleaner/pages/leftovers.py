"""Code in a page that prints spam, and comments that hold it: cut when that is all they do, reported otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.decide import HIDDEN_BLOCK, REMOVED, REVIEW, SERVER_CODE, trade_of
from cleaner.evidence import evidence
from cleaner.judge import Judged, judge
from cleaner.model import Model
from cleaner.pages.blocks import Features
from cleaner.pages.carve import carve
from cleaner.pages.judge_hidden import KEEP, MOSTLY_LINKS, REMOVE, Score, decision
from cleaner.pages.markup import tokenize
from cleaner.pages.opened import OpenPage
from cleaner.pages.page import lay_out
from cleaner.pages.said import layout
from cleaner.pages.servercode import Code, may_hold_code, server_code
from cleaner.pages.site import host, is_own, label
from cleaner.span import Span

HOST_TEXT = 4000  # characters of the page's text in front of what code prints
MAX_PIECES = 50  # of code in a page that are judged in one round


def leftover_spans(opened: OpenPage, model: Model) -> list[Span]:
    """Spans of code that prints links to other sites, and of comments with such links, to cut and to review."""
    printing = server_code(opened.source, opened.tokens) if may_hold_code(opened.source) else []
    found = [*printing, *_comments(opened)][:MAX_PIECES]
    pages = [lay_out(code.printed, tokenize(code.printed)).text for code in found]
    front = opened.page.text[:HOST_TEXT] + "\n\n"
    judged = judge([front + page for page in pages], model, [[] for _ in pages]) if pages else []
    spans: list[Span] = []
    for code, page, items in zip(found, pages, judged, strict=True):
        features = _features(code, opened.page.own, is_rare=(code.start, code.end) not in opened.page.asleep)
        spans += _spans(opened, code, features, _score(items, len(front), len(page)), model)
    return spans


def _comments(opened: OpenPage) -> list[Code]:
    """Comments that are mostly links to elsewhere as code that would print them; what only some browsers read is never all spam."""
    pieces = [(start, end, opened.source[start + 4 : end - 3]) for start, end in opened.page.asleep]
    found = [Code(start, end, text, not text.startswith("["), False) for start, end, text in pieces]
    return [code for code in found if _features(code, opened.page.own, is_rare=False).link_share >= MOSTLY_LINKS]


def _spans(opened: OpenPage, code: Code, features: Features, score: Score, model: Model) -> list[Span]:
    chosen = decision(features, score, model.review)
    if score.best is None or (chosen == KEEP and not code.is_disguised):
        return []
    why = evidence(model.accept, model.spam, score.best.row, score.best.elsewhere)
    trade = trade_of(score.best.folded, model)
    reason = HIDDEN_BLOCK if (code.start, code.end) in opened.page.asleep else SERVER_CODE
    span = Span(code.start, code.end, score.probability, reason, trade, why, REVIEW)
    if chosen != REMOVE or not code.is_only:
        return [span]
    [ranges] = carve(opened.parsed, [(code.start, code.end)])
    return [span._replace(start=start, end=end, action=REMOVED) for start, end in ranges] or [span]


def _features(code: Code, own: frozenset[str], *, is_rare: bool) -> Features:
    """What code prints as a hidden block: no reader of the source's page sees it; is_rare says that nobody writes honest links so."""
    lines = layout(code.printed, tokenize(code.printed))
    outside = [line for line in lines if host(line.target) and not is_own(line.target, own)]
    share = sum(len(line.text) for line in outside) / max(1, sum(len(line.text) for line in lines))
    hosts = len({label(host(line.target)) for line in outside})
    return Features(len(outside), hosts, share, is_foreign=False, at_edge=False, is_rare=is_rare, is_named=False)


def _score(judged: Sequence[Judged], start: int, size: int) -> Score:
    """The classifier's opinion of what stands behind some offset."""
    own = [item for item in judged if item.end > start]
    spam = sum((item.end - max(item.start, start)) * item.probability for item in own)
    return Score(max(own, key=lambda item: (item.probability, -item.start), default=None), spam / max(1, size))

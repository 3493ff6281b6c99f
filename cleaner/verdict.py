"""A verdict in words: what a score was held against, what it would take, how much went along, and what the reason means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cleaner.code import SPAM_IN_CODE
from cleaner.decide import (
    ALLOWED,
    AMONG,
    BLOCK,
    CUTS,
    HIDDEN_BLOCK,
    QUOTED,
    REMOVED,
    SERVER_CODE,
    needs_more,
    says_nothing,
)
from cleaner.model import Model
from cleaner.report.quote import quote
from cleaner.report.reasons import DOCS, meaning
from cleaner.structure import leaves_item, makes_markup, splits_code, splits_pair, splits_title, splits_turned

KEPT = "kept"
SHOWN = 40  # characters of what goes along with a cut
_LINE_ENDS = "\r\n"


class Place(NamedTuple):
    """A place of a text that was judged: text[start:end], what would be cut for it, and the verdict.

    cut is the stretch that goes, or would go; is_cut_at_review says whether it goes at that level; n_sure is how many places
    of the text are cut for their score alone; reason is empty for what is kept.
    """

    start: int
    end: int
    score: float
    verdict: str
    evidence: tuple[tuple[str, float], ...]
    reason: str = ""
    trade: str = ""
    cut: tuple[int, int] = (0, 0)
    is_cut_at_review: bool = False
    n_sure: int = 0


def words(place: Place, text: str, format: str, model: Model, problem: str = "") -> Iterator[str]:
    """Why it was decided like that, line by line; `problem` is why nothing of the document is cut."""
    yield _decision(place, text, format, model, problem)
    if place.verdict != KEPT and place.cut != (place.start, place.end):
        yield f"{'goes' if place.verdict == REMOVED else 'would go'}: {_taken(place, text)}"
    if place.reason:
        short = meaning(place.reason).short
        yield f"{place.reason}: {short[0].lower()}{short[1:]} ({DOCS})"


def _decision(place: Place, text: str, format: str, model: Model, problem: str) -> str:
    score, lower, higher = (f"{value:.3f}" for value in (place.score, model.review, model.remove))
    if place.verdict == REMOVED:
        if place.score >= model.remove:
            return f"cut: {score} is not under {higher}"
        return f"cut, though {score} is under {higher}: {_allowance(place, format)}"
    if place.verdict == ALLOWED:
        return f"kept, though {score} is not under {lower}: the site allows it (docs/exceptions.md)"
    if place.verdict == KEPT:
        if place.score < model.review:
            return f"kept: {score} is under {lower}, from which places are reported"
        return f"kept: {score} is not under {lower}, but nothing could be cut here"
    if problem:
        return f"reported for review only: nothing of this document is cut, {problem}"
    more = needs_more(text, place.start, place.end) if place.is_cut_at_review and place.score >= model.remove else ""
    if more:
        return f"reported for review only: {score} is under {QUOTED}, which {more} needs; `--level review` would cut it"
    if place.is_cut_at_review:
        return f"{score} is under {higher}: reported for review only; `--level review` would cut it"
    return f"reported for review only, at every level: {_obstacle(place, text, format)}"


def _allowance(place: Place, format: str) -> str:
    """Why less was enough."""
    if place.reason in (HIDDEN_BLOCK, SERVER_CODE):
        return "readers do not see it"
    if format == "html":
        return "on a page what is enough depends on where it stands (docs/how-it-decides.md)"
    if place.n_sure >= CUTS and place.score >= AMONG:
        return f"{AMONG} is enough where {place.n_sure} other places are cut"
    return "it stands among lines of spam" if place.reason == BLOCK else "`--level review`, or what led to it was cut"


def _obstacle(place: Place, text: str, format: str) -> str:
    """Why a score is not enough."""
    if place.reason == SPAM_IN_CODE:
        return "it stands in code, which is never cut"
    if format == "html":
        return "what is around it does not let it be cut, or belongs to the site (docs/how-it-decides.md)"
    if makes_markup(text, *place.cut):
        return "cutting it would make markup of what is around it"
    if splits_pair(text, *place.cut):
        return "cutting it would take one bracket of a pair"
    if splits_code(text, *place.cut):
        return "it begins or ends in code, which is never cut"
    if splits_turned(text, *place.cut):
        return "it begins or ends within what is shown from right to left"
    if splits_title(text, *place.cut):
        return "cutting it would take one quote around a title"
    if leaves_item(text, *place.cut):
        return "what stands below belongs to it, and would be code or say something else"
    return says_nothing(text, *place.cut) or "something in the text still needs it"


def _taken(place: Place, text: str) -> str:
    """What goes along with what was judged."""
    start, end = place.cut
    before, behind = text[start : place.start], text[place.end : end]
    is_line = _is_own_line(text, start, end)
    if is_line and not before.strip() and not behind.strip():
        return "its own line, with the line end"
    sides = [f"`{quote(piece, SHOWN)}` {side} it" for piece, side in ((before, "before"), (behind, "behind")) if piece]
    what = "its own line" if is_line else "it"
    return f"{what}, with {' and '.join(sides)}" if sides else "a part of it"


def _is_own_line(text: str, start: int, end: int) -> bool:
    """Whether a stretch is a line with its line end, or the last one with the line end before it."""
    is_behind_line = start == 0 or text[start - 1] in _LINE_ENDS
    return text[start] in _LINE_ENDS or (is_behind_line and text[end - 1] in _LINE_ENDS)

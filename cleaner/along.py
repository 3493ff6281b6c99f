"""What goes along with cuts that are decided: blank lines, last lines with a contact, what stands between cuts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cleaner.decide import REMOVED
from cleaner.seams import blank_line, still_used, with_last_contact
from cleaner.span import Span, merged, touches
from cleaner.structure import breaks


def with_blank_lines(text: str, spans: Sequence[Span]) -> list[Span]:
    """The sorted spans, what is cut with the blank lines that came with it; spans right behind one another are one cut."""
    out = list(spans)
    cuts = [number for number, span in enumerate(spans) if span.action == REMOVED]
    first = 0  # of the cut so far
    for before, number, behind in zip([None, *cuts], cuts, [*cuts[1:], None], strict=False):
        if before is None or out[before].end != out[number].start:
            first = number
        if behind is not None and out[number].end == out[behind].start:
            continue  # it goes on
        start, end = blank_line(text, out[first].start, out[number].end)
        if first == 0 or out[first - 1].end <= start:
            out[first] = out[first]._replace(start=start)
        if number + 1 == len(out) or end <= out[number + 1].start:
            out[number] = out[number]._replace(end=end)
    return out


def with_last_line(text: str, spans: list[Span]) -> list[Span]:
    """The sorted spans, the last cut with the text's last line if that belongs to it (`cleaner.seams.with_last_contact`)."""
    cuts = [number for number, span in enumerate(spans) if span.action == REMOVED]
    if not cuts:
        return spans
    first = last = cuts[-1]
    while first and spans[first - 1].action == REMOVED and spans[first - 1].end == spans[first].start:
        first -= 1
    start, end = with_last_contact(text, spans[first].start, spans[last].end)
    if end == spans[last].end or still_used(text, [(start, end)]):
        return spans
    longer = spans[: last + 1]
    longer[last] = longer[last]._replace(end=end)
    longer[first] = longer[first]._replace(start=start)
    return longer


LINES_BEFORE = 3  # of spam, right in front of a line that is cut because more spam follows
TIMES_AS_LONG = 2  # as the longest of these it may be
LOOK_BACK = 2000  # characters that these are looked for in


def with_lines_between(text: str, spans: list[Span], protected: Sequence[tuple[int, int]] = ()) -> list[Span]:
    """The sorted spans, a cut with the one line behind it that stands among lines of spam: several before it, another right behind.

    >>> spam = Span(0, 4, 0.9, "promo-line", "unknown", (), REMOVED)
    >>> lines = [spam._replace(start=at, end=at + 5) for at in (0, 5, 10, 20)]
    >>> [(span.start, span.end) for span in with_lines_between("SPAM\\nSPAM\\nSPAM\\nMore\\nSPAM\\n", lines)]
    [(0, 5), (5, 10), (10, 20), (20, 25)]
    """
    out = list(spans)
    closed = merged([*protected, *((span.start, span.end) for span in spans if span.action != REMOVED)])
    cuts = [number for number, span in enumerate(spans) if span.action == REMOVED]
    first = 0  # where the cuts begin that stand right behind one another
    for before, number, behind in zip([None, *cuts], cuts, cuts[1:], strict=False):
        if before is None or out[before].end != out[number].start:
            first = out[number].start
        start, end = out[number].end, out[behind].start
        if not _is_line(text, start, end) or breaks(text, start, end):
            continue
        lengths = [len(line) for line in text[max(first, start - LOOK_BACK) : start].splitlines() if line.strip()]
        is_among = len(lengths) >= LINES_BEFORE and end - start <= TIMES_AS_LONG * max(lengths)
        if is_among and not touches(closed, start, end) and not still_used(text, [(start, end)]):
            out[number] = out[number]._replace(end=end)
    return out


def _is_line(text: str, start: int, end: int) -> bool:
    """Whether a stretch is one line that is not blank, with or without its line end."""
    ends = text[end - 1 : end] == "\n" or text[end : end + 1] == "\n"
    return (
        text[start - 1 : start] == "\n"
        and ends
        and len(text[start:end].splitlines()) == 1
        and not text[start:end].isspace()
    )


CUT_SHARE = 0.6  # of a line's visible characters that must be cut for what stands between the cuts to go with them


def with_clauses_between(text: str, spans: list[Span], protected: Sequence[tuple[int, int]] = ()) -> list[Span]:
    """The sorted spans, a cut with what is between it and the next one in its line.

    That is what has no letter and no digit, and where most of the line is cut what is not longer than one of the two.

    >>> spam = Span(0, 10, 0.9, "promo-inline", "unknown", (), REMOVED)
    >>> spans = with_clauses_between("SPAM, SPAM and SPAM, SPAM too", [spam, spam._replace(start=15, end=25)])
    >>> [(span.start, span.end) for span in spans]
    [(0, 15), (15, 25)]
    >>> spans = with_clauses_between("We say: SPAM | SPAM, and go on.", [spam._replace(start=8, end=12), spam._replace(start=15, end=19)])
    >>> [(span.start, span.end) for span in spans]
    [(8, 15), (15, 19)]
    """
    out = list(spans)
    cuts = [number for number, span in enumerate(spans) if span.action == REMOVED]
    taken = [(spans[number].start, spans[number].end) for number in cuts]
    closed = merged([*protected, *((span.start, span.end) for span in spans if span.action != REMOVED)])
    line_end, is_mostly_cut = -1, False
    for at, (number, behind) in enumerate(pairwise(cuts)):
        start, end = spans[number].end, spans[behind].start
        if start == end or "\n" in text[start:end]:
            continue
        if end > line_end:
            line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            line_end = line_end if line_end >= 0 else len(text)
            is_mostly_cut = _ink_cut(text, line_start, line_end, taken, at) >= CUT_SHARE
        longest = max(taken[at][1] - taken[at][0], taken[at + 1][1] - taken[at + 1][0])
        if touches(closed, start, end):
            continue
        if _is_joint(text[start:end]):
            goes = not breaks(text, taken[at][0], taken[at + 1][1])
        else:
            goes = is_mostly_cut and end - start <= longest and not breaks(text, start, end)
        if goes:
            out[number] = out[number]._replace(end=end)
    return out


LONGEST_JOINT = 12  # characters
_QUOTES = frozenset('«»“”„"')


def _is_joint(text: str) -> bool:
    """Whether what stands between two cuts of a line says nothing: signs and spaces, but no quotation marks."""
    return len(text) <= LONGEST_JOINT and not text.isspace() and not any(c.isalnum() or c in _QUOTES for c in text)


def _ink_cut(text: str, start: int, end: int, taken: Sequence[tuple[int, int]], at: int) -> float:
    """The share of a line's visible characters that is cut; `at` is the number of the first cut that ends in it."""
    gone = 0
    while at < len(taken) and taken[at][0] < end:
        gone += _ink(text[max(taken[at][0], start) : min(taken[at][1], end)])
        at += 1
    return gone / _ink(text[start:end])


def _ink(text: str) -> int:
    return len("".join(text.split()))

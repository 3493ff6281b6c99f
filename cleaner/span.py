"""The record everything is built on: a span of the original text, judged."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple


class CleanerError(Exception):
    """Something the caller can put right; the message says how, and `exit_code` to scripts what kind of thing it was."""

    exit_code = 2


class Span(NamedTuple):
    """A piece of the original text judged to be injected: text[start:end].

    score is a calibrated probability, 0..1; reason and trade are stable codes (`docs/reasons.md`); evidence holds
    (what was seen, contribution in logits), strongest first, and sums to the score's logit before calibration.
    action is `removed`, `review`, or `allowed` when the site says that it is no spam. key stands for what the text says
    (`cleaner.wording.key_of`); it is empty for what was not judged by its text.
    """

    start: int
    end: int
    score: float
    reason: str
    trade: str
    evidence: tuple[tuple[str, float], ...]
    action: str
    key: str = ""


def minus(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text without some of its stretches, which must be sorted and disjoint.

    >>> minus("one two three", [(3, 7)])
    'one three'
    """
    kept, last = [], 0
    for start, end in spans:
        kept.append(text[last:start])
        last = end
    return "".join(kept) + text[last:]


def touches(stretches: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch shares a character with one of some sorted, disjoint ones.

    >>> touches([(0, 2), (5, 9)], 2, 5), touches([(0, 2), (5, 9)], 4, 6)
    (False, True)
    """
    at = bisect_left(stretches, (end,)) - 1
    return at >= 0 and start < stretches[at][1]


def holds(stretches: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch lies in one of some sorted, disjoint ones.

    >>> holds([(0, 2), (5, 9)], 5, 7), holds([(0, 2), (5, 9)], 1, 3)
    (True, False)
    """
    at = bisect_right(stretches, start, key=itemgetter(0)) - 1
    return at >= 0 and end <= stretches[at][1]


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches sorted, with touching and overlapping ones joined.

    >>> merged([(4, 6), (0, 2), (2, 3)])
    [(0, 3), (4, 6)]
    """
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out

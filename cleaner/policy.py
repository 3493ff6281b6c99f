"""What a site has to say about what is found in one of its documents: how much is cut, and which findings count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cleaner.span import Span

Settle = Callable[[str, Sequence[Span]], Sequence[Span]]


def _as_found(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    return spans


class Policy(NamedTuple):
    """How the findings of one text are settled.

    level is that of `Cleaner`, None for the cleaner's own. settle takes a text and spans found in it, and gives those that
    count: without what is allowed there, and with what the site itself calls spam. It is asked again for every round of
    cleaning and must give the same for the same.

    >>> Policy(settle=lambda text, spans: [span for span in spans if span.reason != "spam-link"]).level is None
    True
    """

    level: str | None = None
    settle: Settle = _as_found

"""Phrases on trial: where they stand, and whether the model found something there; nothing is settled by them yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cleaner.api import uncut
from cleaner.decide import REVIEW
from cleaner.policy import Policy
from cleaner.readers import format_of
from cleaner.site.phrases import Phrase, hits, parsed
from cleaner.span import Span, merged, touches

SPAM, HONEST = "spam", "honest"
MODEL = 1.0  # beside a phrase in the evidence of a place: the model finds something there


def trial(spam: Sequence[str], honest: Sequence[str]) -> Callable[[str], Policy]:
    """Policies that cut nothing, and add a span for each place where phrases stand: reason SPAM or HONEST, evidence which.

    Raises `CleanerError` for phrases that would not be taken.
    """
    kinds = {SPAM: parsed(spam, "spam-phrases"), HONEST: parsed(honest, "honest-phrases")}

    def policy_of(path: str) -> Policy:
        format = format_of(path)

        def settle(text: str, spans: Sequence[Span]) -> Sequence[Span]:
            likely = merged((span.start, span.end) for span in spans)
            found = [span for kind, phrases in kinds.items() for span in _places(kind, phrases, text, format, likely)]
            return [*map(uncut, spans), *found]

        return Policy(None, settle)

    return policy_of


def _places(
    kind: str, phrases: Sequence[Phrase], text: str, format: str | None, likely: Sequence[tuple[int, int]]
) -> list[Span]:
    """One span for each place, with all the phrases that stand exactly there."""
    found: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for hit in hits(phrases, text, format):
        is_likely = MODEL if touches(likely, hit.start, hit.end) else 0.0
        found.setdefault((hit.start, hit.end), []).append((hit.phrase, is_likely))
    return [Span(*place, 1.0, kind, "unknown", tuple(why), REVIEW) for place, why in found.items()]

"""Phrases on trial: where they stand, and whether the model found something there; nothing is settled by them yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from cleaner.api import uncut
from cleaner.decide import REVIEW
from cleaner.document import At, Finding, Outcome
from cleaner.engine.journal import Log
from cleaner.engine.walk import Source
from cleaner.policy import Policy
from cleaner.readers import format_of
from cleaner.report.quote import quote
from cleaner.site.phrases import Phrase, hits, parsed
from cleaner.span import Span, merged, touches

SPAM, HONEST = "spam", "honest"
MODEL = 1.0  # beside a phrase in the evidence of a place: the model finds something there
SHOWN = 5  # places of a phrase
WIDTH = 30  # characters shown on either side of one


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


class Hits(Log):
    """Counts the places of phrases, and keeps the first of each."""

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self.likely: Counter[tuple[str, str]] = Counter()  # those of them that the model takes for spam
        self.files: dict[tuple[str, str], set[str]] = {}
        self.first: dict[tuple[str, str], list[str]] = {}

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Take the places of a document."""
        for finding in outcome.findings:
            if finding.span.reason in (SPAM, HONEST):
                self._add(f"{source.name}:{at.record}" if at.record else source.name, source.name, finding)

    def _add(self, place: str, name: str, finding: Finding) -> None:
        for phrase, is_likely in finding.span.evidence:
            key = (finding.span.reason, phrase)
            self.total[key] += 1
            self.likely[key] += is_likely == MODEL
            self.files.setdefault(key, set()).add(name)
            first = self.first.setdefault(key, [])
            if len(first) < SHOWN:
                before, behind = finding.before[-WIDTH:], finding.after[:WIDTH]
                mark = "" if is_likely == MODEL else " (clean to the model)"
                shown = f"{quote(before)}⟦{quote(finding.text)}⟧{quote(behind)}"
                first.append(f"  {quote(place)}:{finding.line}:{finding.column}: {shown}{mark}")

    def clean(self, kind: str, phrase: str) -> int:
        """How many places of a phrase the model holds for clean."""
        return self.total[kind, phrase] - self.likely[kind, phrase]

    def lines(self, kind: str, phrase: str) -> Iterator[str]:
        """What became of a phrase, for a terminal."""
        key, clean = (kind, phrase), self.clean(kind, phrase)
        files = len(self.files.get(key, ()))
        yield f"{kind} {quote(phrase)!r}: {self.total[key]} hits in {files} files, {clean} in text that the model holds for clean"
        yield from self.first.get(key, ())


def _places(
    kind: str, phrases: Sequence[Phrase], text: str, format: str | None, likely: Sequence[tuple[int, int]]
) -> list[Span]:
    """One span for each place, with all the phrases that stand exactly there."""
    found: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for hit in hits(phrases, text, format):
        is_likely = MODEL if touches(likely, hit.start, hit.end) else 0.0
        found.setdefault((hit.start, hit.end), []).append((hit.phrase, is_likely))
    return [Span(*place, 1.0, kind, "unknown", tuple(why), REVIEW) for place, why in found.items()]

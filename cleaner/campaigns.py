"""Campaigns: texts that are spam in some documents of a run, and count as such where others look doubtful.

Who injects into many articles puts the same words into most of them. A first look over the documents counts what is cut
and what is doubtful; the keys of all campaigns are then fixed, so that every document has one result in whatever order, and
by however many workers, documents are cleaned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp, log
from typing import NamedTuple

from cleaner.decide import REMOVED, REVIEW
from cleaner.judge import Judged
from cleaner.model import Model
from cleaner.occurrences import TELLING
from cleaner.span import Span, merged, minus
from cleaner.wording import folded, key_of, size_of, speaks_of

LEAST = 2  # documents a text was found in, and was cut from, or from one of them if it is telling
SURE = 0.9  # and so probable there
SHARE = 1 / 3  # of those it was found in: a publisher's own line is cut by mistake now and then, not mostly
MOST = 10_000  # campaigns of a run, the most frequent ones: they are kept in the journal and in every worker
MOST_COUNTED = 100_000  # texts that are counted, so that memory has a bound; those that come later are not


class Rule(NamedTuple):
    """What a campaign adds, in logits, to the texts of a size and more that have a probability by themselves: nothing is cut only because it stands elsewhere."""

    size: int
    weight: float
    lowest: float


# The longer a text, the less likely is it that somebody else says the same. Of 59 places with a probability of 0.05 and more, but
# under the threshold, whose text was a campaign of its folder, 59 were spam (1,000 injected and clean articles), where about
# half of all such places are; so were all 10 of 0.02 to 0.05 whose text is telling. Higher weights find more there, and cut twice
# as many honest mentions from articles that name the goods which are injected into them.
RULES = (Rule(16, log(100), 0.02), Rule(0, log(30), 0.05))


class Census:
    """Counts, over the documents of a first look, from how many each text was cut, and in how many it was doubtful."""

    def __init__(self) -> None:
        self._cut: Counter[str] = Counter()
        self._doubtful: Counter[str] = Counter()
        self._sure: set[str] = set()

    def add(self, spans: Iterable[Span]) -> None:
        """Take what was found in one document."""
        spans = [span for span in spans if span.key]
        cut = {span.key for span in spans if span.action == REMOVED}
        doubtful = {span.key for span in spans if span.action == REVIEW} - cut
        for keys, counter in ((cut, self._cut), (doubtful, self._doubtful)):
            counter.update(key for key in keys if key in counter or len(counter) < MOST_COUNTED)
        for span in spans:
            if span.action == REMOVED and span.score >= SURE and size_of(span.key) >= TELLING and span.key in self._cut:
                self._sure.add(span.key)

    def campaigns(self) -> tuple[str, ...]:
        """The keys of the campaigns, sorted.

        >>> from cleaner.decide import REMOVED, REVIEW
        >>> census = Census()
        >>> span = Span(0, 6, 0.8, "promo-line", "gambling", (), REMOVED, "bestcasino")
        >>> for action in (REMOVED, REVIEW, REMOVED):
        ...     census.add([span._replace(action=action)])
        >>> census.campaigns()
        ('bestcasino',)
        """
        found = sorted((-count, key) for key, count in self._cut.items() if self._is_campaign(key, count))
        return tuple(sorted(key for _, key in found[:MOST]))

    def _is_campaign(self, key: str, cut: int) -> bool:
        in_all = cut + self._doubtful[key]
        return in_all >= LEAST and cut >= SHARE * in_all and (cut >= LEAST or key in self._sure)


def own_campaigns(spans: Iterable[Span]) -> frozenset[str]:
    """The keys of what is spam elsewhere in one document: telling texts cut from LEAST places of it, or SURE once.

    >>> span = Span(0, 6, 0.8, "promo-line", "gambling", (), REMOVED, "bestcasino")
    >>> own_campaigns([span]), own_campaigns([span, span._replace(start=9, end=15)])
    (frozenset(), frozenset({'bestcasino'}))
    """
    cut = [span for span in spans if span.action == REMOVED and size_of(span.key) >= TELLING]
    often = Counter(span.key for span in cut)
    return frozenset(span.key for span in cut if often[span.key] >= LEAST or span.score >= SURE)


def raised(text: str, judged: Sequence[Judged], campaigns: frozenset[str], model: Model) -> list[Judged]:
    """What was judged in a text, the doubtful segments that are a campaign's made more probable.

    Unless the text itself speaks of what they say, which an honest article on the subject does.
    """
    keys = [_key(text, item, campaigns) for item in judged]
    if not any(keys):
        return list(judged)
    taken = merged(
        (item.start, item.end)
        for item, key in zip(judged, keys, strict=True)
        if key or item.probability >= model.remove
    )
    rest = folded(minus(text, taken))
    is_own: dict[str, bool] = {}  # a text may say the same a thousand times
    for item, key in zip(judged, keys, strict=True):
        if key and key not in is_own:
            is_own[key] = speaks_of(rest, folded(text[item.start : item.end]))
    return [
        _raised(item, key, model) if key and not is_own[key] and item.probability < model.remove else item
        for item, key in zip(judged, keys, strict=True)
    ]


def _key(text: str, item: Judged, campaigns: frozenset[str]) -> str:
    """The key of a segment that is a campaign's, "" of any other and of one that is nearly out of question."""
    if not campaigns or item.probability < RULES[0].lowest:
        return ""
    key = key_of(text[item.start : item.end])
    return key if key in campaigns else ""


def _raised(item: Judged, key: str, model: Model) -> Judged:
    rule = next(rule for rule in RULES if size_of(key) >= rule.size)
    if item.probability < rule.lowest:
        return item
    odds = item.probability / (1 - item.probability) * exp(rule.weight)
    return item._replace(probability=odds / (1 + odds), elsewhere=rule.weight / model.slope)

"""Campaigns: texts that are spam in several documents of a run, and count as such where a third looks doubtful.

Who injects into many articles puts the same words into most of them. What a first look over the documents cuts from two or
more is a campaign; the keys of all campaigns are then fixed, so that every document has one result in whatever order, and by
however many workers, documents are cleaned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp, log

from cleaner.decide import REMOVED, REVIEW
from cleaner.judge import Judged
from cleaner.model import Model
from cleaner.span import Span
from cleaner.wording import key_of

LEAST = 2  # documents a text was cut from
SHARE = 1 / 3  # of those it was found in at all: a publisher's own line is cut by mistake now and then, not mostly
MOST = 10_000  # campaigns of a run, the most frequent ones: they are kept in the journal and in every worker
MOST_COUNTED = 200_000  # texts that are counted, so that memory has a bound; those that come later are not
# Logits a campaign adds. Of 59 places with a probability of 0.05 and more, but under the threshold, whose text was a
# campaign of its folder, 59 were spam (1,000 injected and clean articles); about half of all such places are.
WEIGHT = log(30)
LOWEST = 0.05  # of the probability that a segment must have by itself: nothing is cut only because it stands elsewhere


class Census:
    """Counts, over the documents of a first look, from how many each text was cut, and in how many it was doubtful."""

    def __init__(self) -> None:
        self._cut: Counter[str] = Counter()
        self._doubtful: Counter[str] = Counter()

    def add(self, spans: Iterable[Span]) -> None:
        """Take what was found in one document."""
        spans = [span for span in spans if span.key]
        cut = {span.key for span in spans if span.action == REMOVED}
        doubtful = {span.key for span in spans if span.action == REVIEW} - cut
        for keys, counter in ((cut, self._cut), (doubtful, self._doubtful)):
            counter.update(key for key in keys if key in counter or len(counter) < MOST_COUNTED)

    def campaigns(self) -> tuple[str, ...]:
        """The keys of the campaigns, sorted.

        >>> from cleaner.decide import REMOVED, REVIEW
        >>> census = Census()
        >>> span = Span(0, 6, 0.9, "promo-line", "gambling", (), REMOVED, "0123456789abcdef")
        >>> for action in (REMOVED, REVIEW, REMOVED):
        ...     census.add([span._replace(action=action)])
        >>> census.campaigns()
        ('0123456789abcdef',)
        """
        found = [
            (-count, key)
            for key, count in self._cut.items()
            if count >= LEAST and count >= SHARE * (count + self._doubtful[key])
        ]
        return tuple(sorted(key for _, key in sorted(found)[:MOST]))


def raised(text: str, judged: Sequence[Judged], campaigns: frozenset[str], model: Model) -> list[Judged]:
    """What was judged in a text, the doubtful segments that are a campaign's made more probable by WEIGHT."""
    return [
        _raised(item, model)
        if LOWEST <= item.probability < model.remove and key_of(text[item.start : item.end]) in campaigns
        else item
        for item in judged
    ]


def _raised(item: Judged, model: Model) -> Judged:
    odds = item.probability / (1 - item.probability) * exp(WEIGHT)
    return item._replace(probability=odds / (1 + odds), elsewhere=WEIGHT / model.slope)

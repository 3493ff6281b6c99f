"""When hidden links are an injection: the classifier's opinion of what they say, and signs that no page has for its readers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from cleaner.judge import Judged
from cleaner.pages.blocks import Block, Features
from cleaner.pages.page import Page

MOSTLY_LINKS = 0.8  # share of a block's letters in links to other sites, from which these are what it is for
MANY_HOSTS, VERY_MANY_HOSTS = 3, 6
REMOVE, REVIEW, KEEP = "remove", "review", "keep"


class Score(NamedTuple):
    """The classifier's opinion of a block: the likeliest spam in it, if any, and the share of its letters that is spam by all of them."""

    best: Judged | None
    share: float

    @property
    def probability(self) -> float:
        """That of the likeliest spam."""
        return self.best.probability if self.best else 0.0


# With so many signs, hidden links are cut from so high a probability of their likeliest spam and such a share of spam.
_OUTSIDE = ((4, 0.1, 0.02), (3, 0.15, 0.04), (2, 0.5, 0.2), (1, 0.7, 0.4), (0, 0.7, 0.7))
_NAMED = ((2, 0.7, 0.4), (0, 0.8, 0.7))  # with ids or classes, as what templates write
_OWN = ((3, 0.7, 0.6),)  # a page's own links: its menus sell what it sells
LEAST = min(probability for _, probability, _ in _OUTSIDE)


def decide_hidden(blocks: Sequence[Block], scores: Sequence[Score], review: float) -> list[str]:
    """For each of some sorted blocks REMOVE, REVIEW or KEEP.

    Of blocks in one another the outer goes, and the inner are KEEP, unless it only adds what is honest to the inner.
    """
    out = [decision(block.features, score, review) for block, score in zip(blocks, scores, strict=True)]
    inner: list[int] = []  # numbers of blocks to remove that are in none, so far from the end
    for number in range(len(blocks) - 1, -1, -1):
        if out[number] != REMOVE:
            continue
        within = []
        while inner and blocks[inner[-1]].start < blocks[number].end:
            within.append(inner.pop())
        if _only_adds(blocks[number], [blocks[other] for other in within]):
            out[number] = KEEP
            inner += reversed(within)
        else:
            for other in within:
                out[other] = KEEP
            inner.append(number)
    return out


def _only_adds(outer: Block, inner: Sequence[Block]) -> bool:
    """Whether a block holds no more links to other sites than those in it, but other words, or names that code may know."""
    if not inner or sum(block.features.links for block in inner) < outer.features.links:
        return False
    named = outer.features.is_named and not all(block.features.is_named for block in inner)
    return named or set(outer.lines) > {line for block in inner for line in block.lines}


def signs(features: Features) -> int:
    """How many things speak for an injection, the words apart.

    >>> signs(Features(7, 7, 1.0, is_foreign=True, at_edge=True, is_rare=False, is_named=False))
    5
    """
    hosts = (features.hosts >= MANY_HOSTS) + (features.hosts >= VERY_MANY_HOSTS)
    return hosts + features.is_foreign + features.at_edge + features.is_rare + (not features.is_named)


def decision(features: Features, score: Score, review: float) -> str:
    """REMOVE, REVIEW or KEEP for one block; `review` is the probability from which it is worth a look."""
    is_outside = features.links > 0 and features.link_share >= MOSTLY_LINKS
    table = (_NAMED if features.is_named else _OUTSIDE) if is_outside else _OWN
    n_signs = signs(features)
    for least, probability, share in table:
        if n_signs >= least and score.probability >= probability and score.share >= share:
            return REMOVE
    return REVIEW if features.links and score.probability >= review and score.share >= review else KEEP


def score_blocks(blocks: Sequence[Block], page: Page, judged: Sequence[Judged]) -> list[Score]:
    """The classifier's opinion of each block, by what it found in the text of the whole page."""
    inside = sorted(judged, key=lambda item: item.start)
    starts = [item.start for item in inside]
    return [_score(page, inside, starts, block) for block in blocks]


def _score(page: Page, judged: Sequence[Judged], starts: Sequence[int], block: Block) -> Score:
    start, end = page.offset(block.start), page.offset(block.end)
    own = judged[bisect_left(starts, start) : bisect_left(starts, end)]
    spam = sum((min(item.end, end) - item.start) * item.probability for item in own)
    best = max(own, key=lambda item: (item.probability, -item.start), default=None)
    return Score(best, spam / max(1, end - start))

"""The library: text in, text and spans out. No files, no state between texts, safe to share between threads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from copy import copy
from functools import partial
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleaner import hostwords
from cleaner import model as models
from cleaner.along import with_blank_lines, with_clauses_between, with_last_line, with_lines_between
from cleaner.campaigns import RULES, Census, own_campaigns, raised
from cleaner.code import code_spans
from cleaner.decide import ALLOWED, CUTS, REMOVED, REVIEW, SPAM_LINK, UNSEEN, decide
from cleaner.hostwords import Hosts
from cleaner.judge import Judged, judge
from cleaner.model import Model
from cleaner.occurrences import NOTHING, sought, stands_in
from cleaner.policy import Policy
from cleaner.readers.markdown import may_hide
from cleaner.readers.prose import protected
from cleaner.reading import Stretches
from cleaner.spamlinks import link_spans, planted_spans
from cleaner.span import CleanerError, Span, holds, merged, minus, touches

if TYPE_CHECKING:  # what knows HTML is loaded when there is some: it doubles the time to start
    from cleaner.pages.opened import OpenPage

LEVELS = ("remove", "review")
MAX_ROUNDS = 5
MAX_TAGS = 200_000  # `<` in a page
MAX_SHARE = 0.6  # of a document's visible characters that may be cut
MIN_SHARE_INK = 200  # below so many visible characters a share says little, and the limit does not hold
BATCH = 1 << 21  # characters scored together


class Cleaned(NamedTuple):
    """What became of a text: text is the original minus the removed spans.

    spans hold what was removed, what is for review and what the policy allows, with offsets into the original. problem is
    empty, or says why nothing was cut although something was found.
    """

    text: str
    spans: tuple[Span, ...]
    problem: str = ""

    @property
    def cuts(self) -> list[tuple[int, int]]:
        """The removed stretches of the original, sorted and disjoint."""
        return merged((span.start, span.end) for span in self.spans if span.action == REMOVED)


class Cleaner:
    """A model, loaded once, and a level; every method is a pure function of its arguments.

    >>> cleaner = Cleaner()
    >>> cleaner.clean("An honest sentence about quantum computing.").spans
    ()
    """

    def __init__(self, model: Path | None = None, level: str = "remove") -> None:
        if level not in LEVELS:
            raise CleanerError(f"level {level!r} is not one of {', '.join(LEVELS)}")
        self.campaigns: frozenset[str] = frozenset()
        self.sought = NOTHING
        self.settled: frozenset[bytes] = frozenset()
        self.is_counting = False
        self.model: Model = models.load(model)
        self.hosts: Hosts = hostwords.load(model)
        self.level = level

    def knowing(self, campaigns: Iterable[str], settled: Iterable[bytes] = ()) -> Cleaner:
        """The same cleaner, knowing the keys of texts that are spam in other documents (`cleaner.campaigns`).

        `settled` are the identities (`cleaner.document.identity`) of documents in which `counting` found nothing.
        """
        other = copy(self)
        other.campaigns = frozenset(campaigns)
        other.sought = sought(other.campaigns)
        other.settled = frozenset(settled)
        return other

    def is_sought_in(self, text: str, format: str) -> bool:
        """Whether the text of a campaign stands in a text, word for word."""
        item = _looked_at(text, format)
        return stands_in(item if isinstance(item, str) else item.page.text, self.sought)

    def counting(self) -> Cleaner:
        """The same cleaner for a first look: it cuts what is sure, and has all for review that a campaign may raise."""
        other = copy(self)
        other.is_counting = True
        other.model = self.model._replace(review=min(self.model.review, *(rule.lowest for rule in RULES)))
        return other

    def find(self, text: str, *, format: str = "txt") -> list[Span]:
        """The spans of injected text, removed and for review."""
        return list(self.clean(text, format=format).spans)

    def clean(self, text: str, *, format: str = "txt", policy: Policy = Policy()) -> Cleaned:  # noqa: B008
        """The text without its injections; `format` is `txt`, `md` or `rst`, where code and front matter are left alone, or `html`."""
        return self.clean_many([text], [format], [policy])[0]

    def clean_many(
        self, texts: Sequence[str], formats: Sequence[str], policies: Sequence[Policy] | None = None
    ) -> list[Cleaned]:
        """Several texts at once, each with the result it has on its own."""
        out: list[Cleaned | None] = [None] * len(texts)
        state = {
            number: _Progress(text, format, policy)
            for number, (text, format, policy) in enumerate(
                zip(texts, formats, policies or [Policy()] * len(texts), strict=True)
            )
        }
        ready: dict[int, _Progress] = {}  # for nothing more to be cut
        for number in [number for number, progress in state.items() if progress.has_too_many_tags()]:
            out[number] = Cleaned(texts[number], (), f"more than {MAX_TAGS} tags")
            del state[number]
        for level in LEVELS:  # what is sure goes first, at every level
            ready.update({n: state.pop(n) for n, progress in [*state.items()] if not self._goes_to(level, progress)})
            settled: dict[int, _Progress] = {}
            for _ in range(MAX_ROUNDS):
                for batch in _batches(state):
                    for number in self._round(batch, state, formats, level):
                        settled[number] = state.pop(number)
            for number, progress in state.items():
                out[number] = _given_up(progress, f"not stable after {MAX_ROUNDS} rounds")
            state = settled
        for number, progress in (ready | state).items():
            out[number] = _finished(progress)
        return [result for result in out if result is not None]

    def clean_together(
        self, texts: Sequence[str], formats: Sequence[str], policies: Sequence[Policy] | None = None
    ) -> list[Cleaned]:
        """Several texts as the documents of one run: what is spam in some counts where others are in doubt.

        >>> [result.text for result in Cleaner().clean_together(["One.\\n", "Another.\\n"], ["txt", "txt"])]
        ['One.\\n', 'Another.\\n']
        """
        census = Census()
        for found in self.counting().clean_many(texts, formats, policies):
            census.add(found.spans)
        return self.knowing(census.campaigns()).clean_many(texts, formats, policies)

    def _goes_to(self, level: str, progress: _Progress) -> bool:
        return LEVELS.index(level) <= LEVELS.index(self._level(progress))

    def _level(self, progress: _Progress) -> str:
        return "remove" if self.is_counting else progress.policy.level or self.level

    def _report(
        self, settled: dict[int, _Progress], formats: Sequence[str], looked_at: dict[int, str | OpenPage]
    ) -> None:
        """Add what is only reported to texts of which nothing more is to be cut."""
        lefts, kinds = [progress.left for progress in settled.values()], [formats[number] for number in settled]
        pages = [None if isinstance(item, str) else item for item in map(looked_at.get, settled)]
        kept = [progress.protected for progress in settled.values()]
        in_code = code_spans(lefts, kinds, kept, self.model, pages)
        links = link_spans(lefts, kinds, self.hosts, pages)
        for progress, *lots in zip(settled.values(), in_code, links, strict=True):
            for spans in lots:
                progress.add(spans)

    def _round(
        self, batch: Sequence[int], state: dict[int, _Progress], formats: Sequence[str], level: str
    ) -> list[int]:
        """Judge what is left of some texts; the numbers of those in which nothing more is to be cut."""
        left = [_looked_at(state[number].left, formats[number]) for number in batch]
        texts = [item if isinstance(item, str) else item.page.text for item in left]
        kept = [protected(text, formats[number]) for number, text in zip(batch, texts, strict=True)]
        done = []
        found = self._judged(texts, kept, [own_campaigns(state[number].spans) for number in batch])
        planted = planted_spans([item if isinstance(item, str) else "" for item in left], kept, self.hosts)
        for number, item, judged, links, stretches in zip(batch, left, found, planted, kept, strict=True):
            state[number].protected = stretches
            if not state[number].take(self._found(item, judged, links, level, stretches, state[number])):
                done.append(number)
        last = {number: state[number] for number in done if level == self._level(state[number])}
        self._report(last, formats, dict(zip(batch, left, strict=True)))
        return done

    def _judged(
        self, texts: Sequence[str], kept: Sequence[Stretches], own: Sequence[frozenset[str]]
    ) -> list[list[Judged]]:
        """What is judged in some texts; `own` says of each what is cut from it already."""
        others = [number for number, keys in enumerate(own) if not keys]
        found: dict[int, list[Judged]] = {}
        for numbers in ([others] if others else []) + [[number] for number, keys in enumerate(own) if keys]:
            keys = own[numbers[0]]
            revise = partial(raised, campaigns=self.campaigns | keys, model=self.model)
            some, closed = [texts[number] for number in numbers], [kept[number] for number in numbers]
            judged = judge(some, self.model, closed, sought(keys, self.sought), revise)
            found.update(zip(numbers, judged, strict=True))
        return [found[number] for number in range(len(texts))]

    def _found(
        self,
        item: str | OpenPage,
        judged: list[Judged],
        planted: Sequence[Span],
        level: str,
        kept: Sequence[tuple[int, int]],
        progress: _Progress,
    ) -> list[Span]:
        if isinstance(item, str):
            spans = decide(item, judged, self.model, level, kept)
            if not self.is_counting and progress.is_cut_often(spans):
                spans = decide(item, judged, self.model, level, kept, is_among=True)
            spans = _with_planted(spans, planted, self.model)
            if any(span.reason == SPAM_LINK and span.action == REMOVED for span in (*spans, *progress.spans)):
                # Loaded when a link is cut: few texts have one, and every start of the command would wait for it.
                from cleaner.borrowed import sold_sites, with_borrowed

                spans = with_borrowed(item, spans, self.model, kept, sold_sites(progress.text, progress.spans))
            if judged and may_hide(item):
                spans = _with_embedded(item, spans, judged, self.model, level)
            spans = with_lines_between(item, with_clauses_between(item, spans, kept), kept)
            return with_blank_lines(item, with_last_line(item, spans))
        from cleaner.pages.hiding import all_spans

        return all_spans(item, judged, self.model, self.hosts, level)


def _looked_at(text: str, format: str) -> str | OpenPage:
    """What is judged: a text as it is, a page laid out."""
    if format != "html":
        return text
    from cleaner.pages.opened import OpenPage

    return OpenPage(text)


def _with_planted(spans: list[Span], planted: Sequence[Span], model: Model) -> list[Span]:
    """The spans with the planted texts of links; where all of such a link is in doubt as well, it is cut as a whole."""
    if not planted:
        return spans
    out = []
    free = set(planted)
    for span in spans:
        first = bisect_right(planted, span.start, key=attrgetter("end"))
        inside = planted[first : bisect_left(planted, span.end, key=attrgetter("start"))]
        free.difference_update(inside)
        holds_all = bool(inside) and all(span.start < item.start and item.end < span.end for item in inside)
        is_doubtful = span.action == REVIEW and span.score < model.remove
        out.append(span._replace(action=REMOVED) if holds_all and is_doubtful else span)
    return sorted([*out, *free])


def _with_embedded(text: str, spans: list[Span], judged: Sequence[Judged], model: Model, level: str) -> list[Span]:
    """The spans of a text that is no page, with what HTML in it hides, if anything in it may be spam."""
    if text.count("<") > MAX_TAGS:
        return spans
    from cleaner.pages.judge_hidden import LEAST

    if all(item.probability < LEAST for item in judged):
        return spans
    from cleaner.pages.embedded import embedded_spans
    from cleaner.pages.hiding import with_hidden

    hidden = embedded_spans(text, spans, model, level)
    return with_hidden(spans, hidden) if hidden else spans


def _n_cut(spans: Sequence[Span]) -> int:
    return sum(span.action == REMOVED for span in spans)


class _Progress:
    """One text on its way to the fixpoint: what is left of it, and the spans found so far in original offsets.

    `protected` are the stretches that the last round left alone; when it cut nothing they are those of what is left. `gaps`
    are the offsets in what is left where something is cut out, `gone` how much is before the first, second, …
    """

    def __init__(self, text: str, format: str, policy: Policy) -> None:
        self.text = text
        self.format = format
        self.policy = policy
        self.left = text
        self.protected: list[tuple[int, int]] = []
        self.spans: list[Span] = []
        self.cuts: list[tuple[int, int]] = []
        self.gaps: list[int] = []
        self.gone = [0]

    def has_too_many_tags(self) -> bool:
        """Whether it is a page that would take too much memory."""
        return self.format == "html" and self.text.count("<") > MAX_TAGS

    def take(self, found: list[Span]) -> bool:
        """Add the spans of one round; True if that changes what is cut, so that another round is due."""
        moved = self._settled(found)
        if not moved and not self.spans:
            return False
        cut = merged((span.start, span.end) for span in moved if span.action == REMOVED)
        held = [old for old in self.spans if _stays(old, cut)]
        self.spans = _spared([*held, *moved])
        before, self.cuts = self.cuts, merged((span.start, span.end) for span in self.spans if span.action == REMOVED)
        self.gone = [0, *accumulate(end - start for start, end in self.cuts)]
        self.gaps = [start - before for (start, _), before in zip(self.cuts, self.gone, strict=False)]
        self.left = minus(self.text, self.cuts)
        return self.cuts != before

    def is_cut_often(self, found: list[Span]) -> bool:
        """Whether CUTS places are cut with the spans of one more round, of those that the policy lets go."""
        missing = CUTS - len(self.cuts)
        return _n_cut(found) >= missing and _n_cut(self._settled(found)) >= missing

    def add(self, found: list[Span]) -> None:
        """Add spans for review, those that touch no other but less probable ones for review, whose place they take."""
        settled = self._settled(found)
        if not settled:
            return
        self.spans = [old for old in self.spans if old.action != REVIEW or not _is_outdone(old, settled)]
        known = merged((span.start, span.end) for span in self.spans)
        free = [span for span in settled if not touches(known, span.start, span.end)]
        self.spans = sorted(self.spans + free)

    def _settled(self, found: list[Span]) -> list[Span]:
        """What counts of some spans of what is left, in offsets of the original."""
        spans = self.policy.settle(self.text, sorted(map(self._moved, found)))
        return sorted(span for span in spans if not holds(self.cuts, span.start, span.end))

    def _moved(self, span: Span) -> Span:
        """A span of what is left, in offsets of the original."""
        return span._replace(start=self._original(span.start), end=self._original(span.end - 1) + 1)

    def _original(self, offset: int) -> int:
        return offset + self.gone[bisect_right(self.gaps, offset)]


def _stays(old: Span, cut: Sequence[tuple[int, int]]) -> bool:
    """Whether a span of an earlier round counts still: not for review, which is found anew, and not inside a new cut."""
    return old.action == ALLOWED or (old.action == REMOVED and not holds(cut, old.start, old.end))


def _is_outdone(old: Span, found: Sequence[Span]) -> bool:
    """Whether a span reaches into some of the sorted, disjoint ones, and all of these are more probable."""
    first = bisect_right(found, old.start, key=attrgetter("end"))
    stop = bisect_left(found, old.end, key=attrgetter("start"))
    return first < stop and all(span.score > old.score for span in found[first:stop])


def _spared(spans: Sequence[Span]) -> list[Span]:
    """The spans sorted. What lies in an allowed one is allowed as well; what reaches into one is for review at most."""
    allowed = {(span.start, span.end): span for span in spans if span.action == ALLOWED}
    if not allowed:
        return sorted(spans)
    stretches = merged(allowed)
    others = [span for span in spans if (span.start, span.end) not in allowed]
    return sorted([*allowed.values(), *(_beside(span, stretches) for span in others)])


def _beside(span: Span, allowed: Sequence[tuple[int, int]]) -> Span:
    """A span that is found as well as some allowed stretches, sorted and disjoint: no part of them is cut."""
    if holds(allowed, span.start, span.end):
        return span._replace(action=ALLOWED)
    return span._replace(action=REVIEW) if touches(allowed, span.start, span.end) else span


def _ink(text: str) -> int:
    return sum(map(len, text.split()))


def _finished(progress: _Progress) -> Cleaned:
    if progress.cuts:
        ink, left = _seen(progress)
        if ink >= MIN_SHARE_INK and left < (1 - MAX_SHARE) * ink:
            return _given_up(progress, f"more than {MAX_SHARE:.0%} of it would be cut")
        if progress.format == "html" and not _keeps_markup(progress):
            return _given_up(progress, "cutting it would change the markup around it")
    return Cleaned(progress.left, tuple(progress.spans))


def _seen(progress: _Progress) -> tuple[int, int]:
    """The characters of a text that readers saw, but for what was hidden from them, and those they see now."""
    unseen = [(span.start, span.end) for span in progress.spans if span.reason in UNSEEN and span.action == REMOVED]
    before = minus(progress.text, merged(unseen))
    if progress.format != "html":
        return _ink(before), _ink(progress.left)
    from cleaner.pages.opened import shown

    return _ink(shown(before)), _ink(shown(progress.left))


def _keeps_markup(progress: _Progress) -> bool:
    from cleaner.pages.carve import keeps_markup

    return keeps_markup(progress.text, progress.cuts, progress.left)


def _given_up(progress: _Progress, problem: str) -> Cleaned:
    """Nothing is cut; what was found is for review, but for what is allowed."""
    return Cleaned(progress.text, tuple(map(uncut, progress.spans)), problem)


def uncut(span: Span) -> Span:
    """A span of a text of which nothing is cut."""
    return span._replace(action=REVIEW) if span.action == REMOVED else span


def _batches(state: dict[int, _Progress]) -> list[list[int]]:
    """The numbers of the texts in lots of about BATCH characters."""
    lots: list[list[int]] = [[]] if state else []
    size = 0
    for number, progress in state.items():
        if lots[-1] and size + len(progress.left) > BATCH:
            lots.append([])
            size = 0
        lots[-1].append(number)
        size += len(progress.left)
    return lots


def clean(text: str, *, format: str = "txt") -> Cleaned:
    """Clean one text with the shipped model: `clean(text).text`, `clean(text).spans`."""
    return Cleaner().clean(text, format=format)


def find(text: str, *, format: str = "txt") -> list[Span]:
    """The injected spans of one text, by the shipped model."""
    return Cleaner().find(text, format=format)

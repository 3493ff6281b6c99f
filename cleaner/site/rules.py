"""What a site says, put together: for the path of a file the policy by which findings in it are settled.

Nothing is found honest because a document says so, unless the caller trusts its comments. What is found honest stays as a
finding with the action `allowed`, so that it is counted and can be looked at.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from cleaner.api import uncut
from cleaner.decide import ALLOWED, REMOVED, without_used_definitions
from cleaner.policy import Policy
from cleaner.readers import Options, format_of
from cleaner.site.names import below, written
from cleaner.site.settings import Settings, at, digest, key_of
from cleaner.span import Span, holds, merged, touches

if TYPE_CHECKING:  # each is loaded when a site has some
    from cleaner.site import allow, baseline, phrases
    from cleaner.site.comments import Ignored

NEAR = 64  # files whose policy is kept: the records of one come behind one another


class Exceptions(NamedTuple):
    """What the files and the phrases of a site say, read once."""

    entries: Sequence[allow.Entry] = ()
    accepted: baseline.Accepted = MappingProxyType({})
    spam: Sequence[phrases.Phrase] = ()
    honest: Sequence[phrases.Phrase] = ()


def with_rules(options: Options, settings: Settings, *, trust_comments: bool = False) -> Options:
    """Options under which findings are settled as a site says. Raises `CleanerError` for what the site says wrong."""
    site = exceptions(settings)
    told = any(site) or settings.ignore or settings.per_path or trust_comments
    said = _digest(site, settings, trust_comments) if told else ""
    return options._replace(policy_of=_policies(settings, site, trust_comments), site=said)


def uncut_rules(options: Options, settings: Settings) -> Options:
    """Options under which nothing is cut, and all counts that the site does not allow, whatever it has accepted.

    What is found then is what the first look at the text finds, which is what accepting must know of.
    """
    policy_of = _policies(settings, exceptions(settings)._replace(accepted={}), False)

    def of(path: str) -> Policy:
        level, settle = policy_of(path)
        return Policy(level, lambda text, spans: [uncut(span) for span in settle(text, spans)])

    return options._replace(policy_of=of)


def policies(settings: Settings, *, trust_comments: bool = False) -> Callable[[str], Policy]:
    """The policy of every path. Raises `CleanerError` for a wrong allow file, baseline or phrase."""
    return _policies(settings, exceptions(settings), trust_comments)


def exceptions(settings: Settings) -> Exceptions:
    """What a site has put down. Raises `CleanerError` for a wrong allow file, baseline or phrase."""
    if settings.isolated:
        return Exceptions()
    found = Exceptions()
    if os.path.lexists(settings.allow):
        from cleaner.site import allow

        found = found._replace(entries=allow.load(settings.allow))
    if os.path.lexists(settings.baseline):
        from cleaner.site import baseline

        found = found._replace(accepted=baseline.load(settings.baseline))
    if settings.spam_phrases or settings.honest_phrases:
        from cleaner.site.phrases import parsed

        found = found._replace(
            spam=parsed(settings.spam_phrases, key_of(settings, "spam-phrases")),
            honest=parsed(settings.honest_phrases, key_of(settings, "honest-phrases")),
        )
    return found


def _policies(settings: Settings, site: Exceptions, trust_comments: bool) -> Callable[[str], Policy]:
    if not (any(site) or settings.ignore or settings.per_path or trust_comments):
        return Options().policy_of
    rules = _rules(settings, site.entries) if site.entries else None

    @lru_cache(NEAR)
    def policy_of(path: str) -> Policy:
        name, here = below(settings.root, path), at(settings, path)
        known = _Known(
            format_of(path),
            rules(path) if rules else None,
            site.accepted.get(written(name), {}),
            frozenset(here.ignore or ()),
            site.spam,
            site.honest,
            trust_comments,
        )
        return Policy(here.level if here.level != settings.level else None, known.settle)

    return policy_of


def _rules(settings: Settings, entries: Sequence[allow.Entry]) -> Callable[[str], allow.Rules]:
    from cleaner.site import allow

    return allow.rules(settings, entries)


class _Known(NamedTuple):
    """All that is known of the findings in one file before it is read."""

    format: str | None
    rules: allow.Rules | None
    accepted: Mapping[str, int]
    ignore: frozenset[str]
    spam: Sequence[phrases.Phrase]
    honest: Sequence[phrases.Phrase]
    trust_comments: bool

    def settle(self, text: str, spans: Sequence[Span]) -> Sequence[Span]:
        """The findings of a text with the site's own, those that are honest allowed."""
        found = self._with_phrases(text, spans) if self.spam else spans
        if not found:
            return found
        comments = _comments(text) if self.trust_comments else None
        honest = self._honest(text) if self.honest else []
        left = Counter(self.accepted)
        out = []
        for span in sorted(found):
            is_honest = self._is_honest(text, span, comments, honest) or (bool(left) and _counts(left, text, span))
            out.append(span._replace(action=ALLOWED) if is_honest else span)
        return _still_whole(text, out) if any(span.action == ALLOWED for span in out) else out

    def _is_honest(self, text: str, span: Span, comments: Ignored | None, honest: Sequence[tuple[int, int]]) -> bool:
        if span.reason in self.ignore or touches(honest, span.start, span.end):
            return True
        if comments is not None and comments.covers(text, span):
            return True
        return self.rules is not None and bool(self.rules.covering(text[span.start : span.end]))

    def _with_phrases(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Findings with those for phrases, none inside another that is cut."""
        from cleaner.site import phrases

        cut = merged((span.start, span.end) for span in spans if span.action == REMOVED)
        own = [
            span
            for span in phrases.spans(self.spam, text, self.format)
            if not (holds if span.action == REMOVED else touches)(cut, span.start, span.end)
        ]
        gone = merged((span.start, span.end) for span in own if span.action == REMOVED)
        return [*own, *(span for span in spans if not holds(gone, span.start, span.end))]

    def _honest(self, text: str) -> list[tuple[int, int]]:
        from cleaner.site import phrases

        return merged((hit.start, hit.end) for hit in phrases.hits(self.honest, text, self.format))


def _still_whole(text: str, spans: list[Span]) -> list[Span]:
    """The spans; what is allowed keeps the definitions that it refers to, and the tags that the same finding takes along."""
    from cleaner.site.keys import is_bare_markup

    allowed = {span[2:6] for span in spans if span.action == ALLOWED}  # all but place and action: that of one finding
    return [
        span._replace(action=ALLOWED)
        if span.action == REMOVED and span[2:6] in allowed and is_bare_markup(text[span.start : span.end])
        else span
        for span in without_used_definitions(text, spans)
    ]


def _comments(text: str) -> Ignored:
    from cleaner.site.comments import ignored

    return ignored(text)


def _counts(left: Counter[str], text: str, span: Span) -> bool:
    """Whether a finding is one of those left that were accepted; then one is left less."""
    from cleaner.site.keys import key_of

    key = key_of(text[span.start : span.end])
    left[key] -= 1
    return left[key] >= 0


def _digest(site: Exceptions, settings: Settings, trust_comments: bool) -> str:
    """What the site says in 16 digits: a run goes on with the results of another only when they were settled the same way."""
    said = (
        [entry._replace(hint="", why="") for entry in site.entries],
        sorted((name, sorted(keys.items())) for name, keys in site.accepted.items()),
        digest(settings),
        trust_comments,
    )
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]

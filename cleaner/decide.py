"""From judged segments to spans: three tiers, what goes along with a cut, why and what it sells."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams
from cleaner.encoding import undecoded
from cleaner.evidence import evidence
from cleaner.features import NAMES
from cleaner.judge import Judged
from cleaner.marks import fills_cell, in_cell, inner, with_element
from cleaner.model import Model
from cleaner.patterns import pattern
from cleaner.seams import orphaned, still_used, trim, whole_link, widen
from cleaner.span import Span, merged, touches
from cleaner.structure import breaks, makes_markup
from cleaner.wording import key_of
from cleaner.written_out import written_out

REMOVED, REVIEW, ALLOWED = "removed", "review", "allowed"  # the last by what the site says (`cleaner.policy`)
LINE, BLOCK, SPAM_LINK = "promo-line", "promo-block", "spam-link"
HIDDEN_BLOCK, SERVER_CODE = "hidden-block", "server-code"
UNSEEN = frozenset((HIDDEN_BLOCK, SERVER_CODE))  # reasons of cuts that take nothing from what readers see
BLOCK_LENGTH = 240  # characters from which a line of its own is called a block
UNKNOWN_TRADE = 6.0  # summed log-odds a trade must be ahead of the next to be named


def decide(
    text: str,
    judged: list[Judged],
    model: Model,
    level: str,
    protected: Sequence[tuple[int, int]] = (),
    *,
    is_among: bool = False,
) -> list[Span]:
    """Spans to cut and to review, sorted, disjoint.

    `level` is `remove` (cut what passes the higher threshold) or `review` (cut that, and what passes the lower one). `is_among`
    says that CUTS places of the text are cut, so that AMONG is enough for others. Nothing inside the text's `protected`
    stretches is taken along.
    """
    lowest = model.remove if level == "remove" else model.review
    lowest = min(lowest, AMONG) if is_among else lowest
    spans: list[Span] = []
    doubtful: set[Span] = set()
    taken: list[tuple[int, int]] = []
    likely = merged((other.start, other.end) for other in judged if other.probability >= model.review)
    if not likely:
        return spans
    own: dict[str, bool] = {}
    for item in sorted(judged, key=lambda item: (-item.probability, item.start)):
        if item.probability < model.review:
            break
        key = key_of(text[item.start : item.end])
        more = needs_more(text, item.start, item.end)
        start, end = whole_link(text, item.start, item.end)
        item = item._replace(start=start, end=end)
        item = item._replace(end=_without_own_address(text, item, likely, own))
        item = item._replace(end=_without_own_word(text, item, likely))
        item = item._replace(end=trim(text, item.start, item.end))
        start, end = with_element(text, *inner(text, item.start, item.end))
        item = item._replace(start=start, end=end)
        start, end = in_cell(text, start, end) or widen(text, start, end)
        if touches(taken, start, end):
            start, end = item.start, item.end
        if touches(taken, start, end):
            continue
        insort(taken, (start, end))
        may_go = not breaks(text, start, end) and not says_nothing(text, start, end)
        cut = item.probability >= (max(lowest, QUOTED) if more and level == "remove" else lowest) and may_go
        reason, trade = _reason(text, item), trade_of(item.folded, model)
        why = evidence(model.accept, model.spam, item.row, item.elsewhere)
        span = Span(start, end, item.probability, reason, trade, why, REMOVED if cut else REVIEW, key)
        spans.append(span)
        if not cut and may_go and not more and reason in (LINE, BLOCK):
            doubtful.add(span)
    return with_definitions(text, _to_the_end(text, spans, doubtful), protected)


AMONG = 0.25  # probability that is enough where CUTS other places of the text are cut: somebody was there
CUTS = 2
QUOTED = 0.8  # probability that is needed of what is quoted, as articles on spam do, and beside what nobody could read
ENDLESS_SHARE = 0.5  # of a text are words of a thousand signs and more: nothing can be compared with it
_ENDLESS = pattern(r"(?<![!-~])[!-~]{1000,}+")
_QUOTES = {"“": "”", "„": "“", "”": "”", "«": "»", "»": "«", "「": "」", "『": "』", '"': '"'}


def needs_more(text: str, start: int, end: int) -> str:
    """Why a stretch has to be as probable as QUOTED, "" if it has not."""
    if is_quoted(text, start, end):
        return "what is quoted"
    return "what stands in a text of endless words" if _is_endless(text) else ""


@lru_cache(maxsize=1)
def _is_endless(text: str) -> bool:
    return sum(len(word) for word in _ENDLESS().findall(text)) > ENDLESS_SHARE * len(text)


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a stretch stands between quotation marks, with or without them, or is all of a table's cell.

    >>> is_quoted("He said “buy pills” today", 9, 18), is_quoted("He said “buy pills” today", 8, 19)
    (True, True)
    >>> is_quoted("He said buy pills today", 8, 17)
    False
    """
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
    opened, closed = text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1]
    return any(sign in _QUOTES and _QUOTES[sign] in closed for sign in opened) or fills_cell(text, start, end)


LONGEST_PATH = 200  # characters in front of a segment in which the path is looked for that it would be part of
_PATH = pattern(r"(?a)(?<![^\s\"'`(=])(?:\.{0,2}/)?(?:[\w.+-]+/)+[\w.+-]*$")
UNDECODED_SHARE = 0.2  # of a segment are bytes in no known encoding: nobody can say what it says
LETTERS_SHARE = 0.15  # letters to a digit of a segment below which it is a table of figures, with exponents and units
LISTED_SHARE = 0.5  # of the characters of a segment follow their neighbour in the order of all characters


def says_nothing(text: str, start: int, end: int) -> str:
    """Why a stretch is no advertisement, "" for what may be one: it could mostly not be decoded, is a table, part of a path, or code.

    >>> says_nothing("caf\\udce9 au lait", 0, 12), says_nothing("\\udcb0\\udcae\\udcc9\\udccf", 0, 4)
    ('', 'much of it could not be decoded')
    >>> says_nothing("ㄱㄲㄳㄴㄵㄶㄷㄸ", 0, 8)
    'it lists characters in their order'
    >>> says_nothing("4.7460e-01 7.609202e-01", 0, 23), says_nothing("QQ 138 1234 5678", 0, 16)
    ('it is made of figures', '')
    >>> says_nothing("lib/dsa-keygen.c", 8, 16), says_nothing("http://a.example/viagra", 17, 23)
    ('it is part of a path', '')
    >>> says_nothing("and `buy pills` too", 4, 16)
    'it is code, which is never cut'
    >>> says_nothing("45.2 % 33.1 % 21.7 %", 0, 20), says_nothing("%62%75%79%20%63%61", 0, 18)
    ('it is made of figures', '')
    """
    if undecoded(text[start:end]) > UNDECODED_SHARE * (end - start):
        return "much of it could not be decoded"
    letters, digits = (sum(map(ask, text[start:end])) for ask in (str.isalpha, str.isdecimal))
    if letters < LETTERS_SHARE * digits and not written_out(text[start:end]):
        return "it is made of figures"
    if text[start].isascii() and _PATH().search(text, max(0, start - LONGEST_PATH), start):
        return "it is part of a path"
    if (piece := text[start:end].strip()).startswith("`") and piece.endswith("`"):
        return "it is code, which is never cut"
    codes = list(map(ord, text[start:end]))
    listed = sum(then - code == 1 for code, then in pairwise(codes))
    return "it lists characters in their order" if listed > LISTED_SHARE * len(codes) else ""


def with_definitions(text: str, spans: list[Span], protected: Sequence[tuple[int, int]] = ()) -> list[Span]:
    """The spans sorted, with the definitions of references that only what is cut needs, and without those that stay in use."""
    spans = without_used_definitions(text, spans)
    orphans = _orphaned(text, spans, sorted(protected))
    gone = [(span.start, span.end) for span in orphans]
    return sorted([span for span in spans if not touches(gone, span.start, span.end)] + orphans)


def _to_the_end(text: str, spans: list[Span], doubtful: set[Span]) -> list[Span]:
    """The spans sorted, the doubtful lines removed that follow a line of spam up to the text's end."""
    out = sorted(spans)
    first, end = len(out), len(text.rstrip())
    while first and out[first - 1].end >= end:  # right in front of what is behind it
        first -= 1
        end = out[first].start
    cut = next((number for number in range(first, len(out)) if out[number].action == REMOVED), len(out))
    return [
        span._replace(action=REMOVED, reason=BLOCK) if number > cut and span in doubtful else span
        for number, span in enumerate(out)
    ]


def without_used_definitions(text: str, spans: list[Span]) -> list[Span]:
    """The spans, those for review that hold the definition of a reference which stays: the article still needs it."""
    cuts = sorted(span for span in spans if span.action == REMOVED)
    used = {cuts[number] for number in still_used(text, [(span.start, span.end) for span in cuts])}
    return [span._replace(action=REVIEW) if span in used else span for span in spans]


def _orphaned(text: str, spans: list[Span], protected: Sequence[tuple[int, int]]) -> list[Span]:
    """Cuts of the definitions that no reference is left to: they go for the reason their references went."""
    cuts = sorted(span for span in spans if span.action == REMOVED)
    taken = [(span.start, span.end) for span in cuts]
    found: list[Span] = []
    for start, end, number in orphaned(text, taken):
        if found:  # the last line of a text shares a line end with the one before
            start = max(start, found[-1].end)
        free = not touches(taken, start, end) and not touches(protected, start, end)
        if free and not makes_markup(text, start, end):
            found.append(cuts[number]._replace(start=start, end=end, reason=SPAM_LINK))
    return found


_INLINE_LINK = pattern(r"!?\[[^\[\]\n]*\](?=\(https?://(?:www\.)?([^/()\s]+)[^()\n]*\)\s*$)")


def _without_own_address(text: str, item: Judged, likely: Sequence[tuple[int, int]], own: dict[str, bool]) -> int:
    """The end of a segment that is a Markdown link, without its address if that is the article's own.

    It is when the same site is named elsewhere in the article, outside the stretches likely to be spam; `own` remembers the
    answer for each site, since a text may link to one a thousand times.
    """
    link = _INLINE_LINK().match(text, item.start, item.end)
    if link is None:
        return item.end
    if link[1] not in own:
        named = re.finditer(re.escape(link[1]), text)
        own[link[1]] = any(not touches(likely, other.start(), other.end()) for other in named)
    return int(link.end()) if own[link[1]] else item.end


_LATIN = pattern(r"(?<![\p{Latin}\p{N}_])\p{Latin}[\p{Latin}\p{N}_.+-]*")
_LAST_WORD = pattern(r"\s(\p{Latin}[\p{Latin}\p{N}_.+-]*)\s*$")
_OTHER_LETTERS = pattern(r"\s*[^\P{L}\p{Latin}]")
OWN_WORD = 2  # times a word stands elsewhere in an article whose own it is


def _without_own_word(text: str, item: Judged, likely: Sequence[tuple[int, int]]) -> int:
    """The end of a segment without the Latin word that begins what the article, in other letters, says behind it: `Git 是`.

    It is the article's when it stands elsewhere in it, outside the stretches likely to be spam.
    """
    last = _LAST_WORD().search(text, item.start, item.end)
    if last is None or _OTHER_LETTERS().match(text, item.end) is None:
        return item.end
    word = last[1].rstrip(".-")
    places = (not touches(likely, start, start + len(word)) for start in _latin_words(text).get(word, ()))
    is_own = sum(islice(filter(None, places), OWN_WORD)) == OWN_WORD
    return int(last.start()) if is_own else item.end


@lru_cache(maxsize=1)
def _latin_words(text: str) -> dict[str, list[int]]:
    """Where the Latin words of a text stand, found once for all the cuts in it."""
    places: dict[str, list[int]] = {}
    for match in _LATIN().finditer(text):
        places.setdefault(match[0].rstrip(".-"), []).append(match.start())
    return places


_FEATURE = {name: number for number, name in enumerate(NAMES)}


def _reason(text: str, item: Judged) -> str:
    """How the spam stands there: see docs/reasons.md."""
    piece = text[item.start : item.end]
    at_start, at_end = (bool(item.row[_FEATURE[name]]) for name in ("at_line_start", "at_line_end"))
    if "](" in piece or "][" in piece or "://" in piece or "href" in piece:
        return SPAM_LINK
    before = text[max(0, item.start - 2) : item.start].strip()
    if before and (before[-1] == "#" or cc.tables().classes[ord(before[-1])] == cc.SYMBOL):
        return "promo-tag"
    if at_start and at_end:
        return BLOCK if len(piece) >= BLOCK_LENGTH else LINE
    return "promo-inline"


def trade_of(folded: NDArray[np.uint32], model: Model) -> str:
    """The trade whose n-grams the segment has most of, `unknown` when two are about equal."""
    padded = np.concatenate((np.full(1, 32, dtype=np.uint32), folded, np.full(1, 32, dtype=np.uint32)))
    shift = np.uint32(ngrams.TABLE_BITS - 16)
    totals = np.zeros(len(model.trade_names))
    for order, index in ngrams.char_grams(padded):
        if order > 1:
            totals += model.trades[:, index >> shift].sum(axis=1, dtype=np.int64)
    best = np.argsort(-totals, kind="stable")
    ahead = (totals[best[0]] - totals[best[1]]) / 16
    return model.trade_names[int(best[0])] if ahead >= UNKNOWN_TRADE else "unknown"

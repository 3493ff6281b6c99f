"""A site's own words: phrases that are spam wherever they stand on it, and phrases that make a finding honest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

import numpy as np
import regex
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.along import with_blank_lines
from cleaner.decide import REMOVED, REVIEW, with_definitions
from cleaner.readers.markdown import protected
from cleaner.report.quote import quote
from cleaner.seams import widen
from cleaner.span import CleanerError, Span, touches
from cleaner.structure import breaks
from cleaner.view import IS_LETTER, IS_WORD, fold

if TYPE_CHECKING:
    from cleaner.pages.opened import OpenPage

SITE_PHRASE = "site-phrase"
MAX_PHRASES, MAX_LENGTH = 1000, 200
MIN_LETTERS = 4  # a letter of a script without spaces counts twice
_UNSPACED = np.zeros(cc.N_CLASSES, dtype=bool)
_UNSPACED[[cc.HAN, cc.HIRAGANA, cc.KATAKANA, cc.HANGUL, cc.THAI]] = True
_BLANK = np.zeros(cc.N_CLASSES, dtype=bool)
_BLANK[[cc.SPACE, cc.NEWLINE]] = True
# A link of Markdown goes whole, and so does an address.
_WHOLE = regex.compile(
    r"!?\[[^\[\]\n]{0,200}\](?:\([^()\n]{1,400}\)|[ ]?\[[^\[\]\n]{1,100}\])"
    r"|<?\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'()\[\]]++>?",
    regex.IGNORECASE,
)
_TAG_REACH = 2000
_PAGE = regex.compile(r"\s*+(?:<!doctype html|<html|<head|<body|<div|<p\b|<!--)", regex.IGNORECASE)


class Phrase(NamedTuple):
    """A phrase as the site wrote it, and the forms in which it is looked for in the folded view."""

    text: str
    forms: tuple[str, ...]


class Hit(NamedTuple):
    """A phrase found at text[start:end]."""

    start: int
    end: int
    phrase: str


def parsed(words: Sequence[str], name: str) -> tuple[Phrase, ...]:
    """Phrases ready to be looked for. Raises `CleanerError` for ones that would hit too much, or are too many.

    >>> [phrase.forms for phrase in parsed(["ＯＮＬＩＮＥ  Casino"], "spam-phrases")]
    [('online casino',)]
    """
    if len(words) > MAX_PHRASES:
        raise CleanerError(f"{name}: {len(words)} phrases, more than {MAX_PHRASES}")
    return tuple(_phrase(word, name) for word in words)


def find(phrases: Sequence[Phrase], text: str) -> list[Hit]:
    """Where phrases stand in a text, whole words only, sorted; case, width, line ends and most disguises do not matter.

    >>> find(parsed(["online casino"], "spam-phrases"), "An ONLINE\\ncasino, no online casinos")
    [Hit(start=3, end=16, phrase='online casino')]
    """
    if not phrases:
        return []
    folded = _folded(text)
    return sorted(
        Hit(int(folded.source[at]), int(folded.source[at + len(form) - 1]) + 1, phrase.text)
        for phrase in phrases
        for form in phrase.forms
        for at in folded.places(form)
    )


def hits(phrases: Sequence[Phrase], text: str, format: str | None) -> list[Hit]:
    """Where phrases stand in a document; on a page in what its readers see, at the place in its source."""
    if not phrases or not is_page(text, format):
        return find(phrases, text)
    page = _opened(text).page
    found = find(phrases, page.text)
    return sorted(
        hit._replace(start=start, end=end) for hit in found for start, end in [page.stretch(hit.start, hit.end)]
    )


def spans(phrases: Sequence[Phrase], text: str, format: str | None) -> list[Span]:
    """What is to go for a site's spam phrases: sorted, disjoint; for review where a cut would break something."""
    if not phrases:
        return []
    if not is_page(text, format):
        wide = _widened(text, find(phrases, text), protected(text) if format == "md" else [])
        return with_blank_lines(text, with_definitions(text, wide))
    opened = _opened(text)
    found = find(phrases, opened.page.text)
    if not found:
        return []
    from cleaner.pages.weigh import in_source

    return in_source(opened, _widened(opened.page.text, found, []))


def is_page(text: str, format: str | None) -> bool:
    """Whether a text is judged as HTML: by the format of its file, or in a file of many texts by how it begins."""
    return format == "html" or (format not in ("txt", "md") and _PAGE.match(text) is not None)


def _opened(text: str) -> OpenPage:
    from cleaner.pages.opened import OpenPage  # what knows HTML is loaded when there is some

    return OpenPage(text)


def _phrase(word: str, name: str) -> Phrase:
    if len(word) > MAX_LENGTH:
        raise CleanerError(f"{name}: {quote(word, 40)!r}: longer than {MAX_LENGTH} characters")
    classes = cc.tables().classes.take(cc.code_points(word))
    letters = IS_LETTER[classes]
    if int((letters | (classes == cc.DIGIT)).sum() + _UNSPACED[classes].sum()) < MIN_LETTERS or not letters.any():
        raise CleanerError(
            f"{name}: {quote(word, 40)!r}: too short: it needs {MIN_LETTERS} letters and digits, or 2 of Chinese, Japanese, "
            "Korean or Thai, as it counts wherever it stands"
        )
    forms = {_folded(normalize(form, word)).text.strip() for form in ("NFC", "NFD")}
    return Phrase(word, tuple(sorted(forms)))


class _Folded(NamedTuple):
    """The folded view of a text, white space as single spaces, where a paragraph ends as a line end."""

    text: str
    classes: NDArray[np.uint8]
    source: NDArray[np.int64]

    def places(self, form: str) -> Iterator[int]:
        """Where a phrase stands as whole words."""
        at = self.text.find(form)
        while at >= 0:
            if not self._is_inside_word(at) and not self._is_inside_word(at + len(form)):
                yield at
            at = self.text.find(form, at + 1)

    def _is_inside_word(self, at: int) -> bool:
        """Whether a word goes on across a place; words of scripts without spaces may end anywhere."""
        if not 0 < at < len(self.text):
            return False
        before, behind = at - 1, int(self.classes[at])
        if behind == cc.MARK:
            return True
        while before > 0 and self.classes[before] == cc.MARK:  # it belongs to the letter in front of it
            before -= 1
        before = int(self.classes[before])
        return bool(IS_WORD[before]) and before == behind and not _UNSPACED[before]


def _folded(text: str) -> _Folded:
    view = fold(cc.code_points(f"\n{text}\n"))
    blank = _BLANK[view.classes]
    first = blank & ~np.concatenate(([False], blank[:-1]))
    lines = np.add.reduceat(view.classes == cc.NEWLINE, np.flatnonzero(first))  # of each run of white space
    codes = view.codes.copy()
    codes[first] = np.where(lines > 1, np.uint32(10), np.uint32(32))
    kept = ~blank | first
    shown = codes[kept].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return _Folded(shown, view.classes[kept], view.source[kept] - 1)


def _widened(text: str, found: Sequence[Hit], protected: Sequence[tuple[int, int]]) -> list[Span]:
    """Spans for hits with what goes along with them, as with all other cuts."""
    wholes = [match.span() for match in _WHOLE.finditer(text)] if found else []
    taken: list[tuple[int, int]] = []
    out = []
    for hit in found:
        start, end = _whole(wholes, hit.start, hit.end)
        place = next((one for one in (widen(text, start, end), (start, end)) if not touches(taken, *one)), None)
        if place is None:
            continue
        insort(taken, place)
        is_safe = not touches(protected, *place) and not _breaks(text, *place)
        why = ((f"phrase of this site: {quote(hit.phrase, 60)}", 0.0),)
        out.append(Span(*place, 1.0, SITE_PHRASE, "unknown", why, REMOVED if is_safe else REVIEW))
    return out


def _whole(wholes: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """A hit with all of the links and addresses that it touches."""
    first = bisect_right(wholes, start, key=itemgetter(1))
    around = wholes[first : bisect_left(wholes, end, first, key=itemgetter(0))]
    return (min(start, around[0][0]), max(end, around[-1][1])) if around else (start, end)


def _breaks(text: str, start: int, end: int) -> bool:
    """Whether a cut would leave something broken: an empty link, half a pair, or a tag that says something else."""
    if text.endswith("[", 0, start) and text.startswith(("](", "]["), end):
        return True
    return _is_in_tag(text, start) or breaks(text, start, end)


def _is_in_tag(text: str, at: int) -> bool:
    begin = text.rfind("<", max(0, at - _TAG_REACH), at)
    named = text[begin + 1 : begin + 2]
    return begin >= 0 and text.find(">", begin, at) < 0 and (named.isalpha() or named in ("/", "!", "?"))

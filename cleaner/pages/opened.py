"""An HTML page on its way through a round: its tokens and its text, and the rest as soon as it is needed."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from cleaner.pages.alphabets import alphabets, at_home, letters
from cleaner.pages.carve import Source, parse
from cleaner.pages.markup import Token, element_names, tokenize
from cleaner.pages.page import Page, lay_out
from cleaner.span import minus

SEEN = 16_000  # characters of a page that say which alphabets it has
INLINE = element_names("a abbr b big br code em font i img mark q s small span strong sub sup u")


class OpenPage:
    """A page on its way through a round: its tokens and its text, and the rest as soon as it is needed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[Token] = tokenize(source)
        self.page: Page = lay_out(source, self.tokens)
        self._repeated: dict[str, bool] = {}

    @cached_property
    def token_starts(self) -> list[int]:
        """Where its tokens begin."""
        return [token.start for token in self.tokens]

    @cached_property
    def parsed(self) -> Source:
        """The source with its elements."""
        return parse(self.source, self.tokens)

    @cached_property
    def own_text(self) -> str:
        """The text without links to other sites, in small letters."""
        kept, last = [], 0
        for link in self.page.links:
            kept.append(self.page.text[last : link.start])
            last = link.end
        return " ".join(" ".join((*kept, self.page.text[last:])).lower().split())

    @cached_property
    def links(self) -> Counter[str]:
        """How often it has each of its links to other sites, words and address."""
        return Counter(self.page.text[link.start : link.end] for link in self.page.links)

    def says_again(self, words: str) -> bool:
        """Whether some words stand in the page's own text more than once."""
        if words not in self._repeated:
            self._repeated[words] = self.own_text.count(words) > 1
        return self._repeated[words]

    def before(self, start: int) -> str:
        """What stands in a line of the text before an offset."""
        return self.page.text[self.page.text.rfind("\n", 0, start) + 1 : start].strip()

    def is_appended(self, start: int, end: int) -> bool:
        """Whether a stretch of the text stands behind all other text of its line."""
        text = self.page.text
        return bool(self.before(start)) and (text.startswith("\n", end) or text.startswith("\n", end - 1))

    def foreign(self, words: str) -> frozenset[str]:
        """The alphabets of some words that the page hardly has."""
        return alphabets(words) - at_home(self._letters)

    def own_foreign(self, words: str) -> frozenset[str]:
        """The same of words of the page's own text, these apart; Latin letters, in which names and addresses are written, are never foreign there."""
        counts = Counter[str]() if words.isascii() else letters(words)
        found = at_home(counts) - {"latin"}
        return found and found - at_home(self._letters - counts)

    @cached_property
    def _letters(self) -> Counter[str]:
        return letters(self.own_text[:SEEN])

    def is_paragraph(self, start: int, end: int) -> bool:
        """Whether a stretch of text without white space at its ends is all of a paragraph without attributes."""
        place, behind = self.page.stretch(start, end)
        item = self.parsed.innermost(place, behind)
        while item is not None and item.name in INLINE and item.parent >= 0:
            item = self.parsed.elements[item.parent]
        if item is None or item.name != "p" or item.open_end - item.start != len("<p>"):
            return False
        return self.parsed.is_blank(item.open_end, place) and self.parsed.is_blank(behind, item.close_start)


def shown(source: str) -> str:
    """What readers see of a page: its text without addresses.

    >>> shown("<p>one <a href='//a.example/b'>two</a>").split()
    ['one', 'two']
    """
    page = OpenPage(source).page
    signs = ((link.start, link.start + 1, page.text.rfind("](", link.start, link.end), link.end) for link in page.links)
    return minus(page.text, [cut for sign in signs for cut in (sign[:2], sign[2:])])

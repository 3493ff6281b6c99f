"""Which alphabets a text is written in: what stands in another one than the rest of its page was seldom written for its readers."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import regex

COMMON = 0.02  # share of a text's letters from which an alphabet is at home in it
_ALPHABETS = {
    "latin": r"\p{Latin}", "cyrillic": r"\p{Cyrillic}", "han": r"\p{Han}", "kana": r"[\p{Hiragana}\p{Katakana}]", "hangul": r"\p{Hangul}",
    "arabic": r"\p{Arabic}", "thai": r"\p{Thai}", "greek": r"\p{Greek}", "hebrew": r"\p{Hebrew}", "devanagari": r"\p{Devanagari}",
}  # fmt: skip
_ALPHABET_OF = {name: regex.compile(pattern) for name, pattern in _ALPHABETS.items()}


def alphabets(text: str) -> frozenset[str]:
    """The alphabets at home in a text.

    >>> sorted(alphabets("Казино online"))
    ['cyrillic', 'latin']
    """
    return at_home(letters(text))


def letters(text: str) -> Counter[str]:
    """How many letters of each alphabet a text has."""
    return Counter({name: len(pattern.findall(text)) for name, pattern in _ALPHABET_OF.items()})


def at_home(counts: Counter[str]) -> frozenset[str]:
    """The alphabets that more than a few letters are of."""
    return frozenset(name for name, count in counts.items() if count > COMMON * counts.total())


def foreign_tail(line: str, names: frozenset[str]) -> int:
    """Where the words at the end of a line begin that have letters of some alphabets only; its length if there are none.

    >>> line = "Sport 24 成人 18"
    >>> line[foreign_tail(line, frozenset(["han"])) :]
    '24 成人 18'
    """
    own, others = _letters(names)
    last = others.search(line)
    start = line.find(" ", last.end()) + 1 if last else 0
    return start if (start or not last) and own.search(line, start) else len(line)


def foreign_word(text: str, names: frozenset[str]) -> int:
    """Where the first word with a letter of some alphabets begins; the length of a text without any.

    >>> "Sport 24 成人 18"[foreign_word("Sport 24 成人 18", frozenset(["han"])) :]
    '成人 18'
    """
    first = _letters(names)[0].search(text)
    return text.rfind(" ", 0, first.start()) + 1 if first else len(text)


@lru_cache(maxsize=64)
def _letters(names: frozenset[str]) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """Letters of some alphabets, and the last letter of a text that is of none of them."""
    own = "".join(_ALPHABETS[name] for name in sorted(names))
    return regex.compile(f"(?V1)[{own}]"), regex.compile(rf"(?V1r)[\p{{L}}--[{own}]]")

"""Which alphabets a text is written in: what stands in another one than the rest of its page was seldom written for its readers."""

from __future__ import annotations

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
    counts = {name: len(pattern.findall(text)) for name, pattern in _ALPHABET_OF.items()}
    whole = sum(counts.values())
    return frozenset(name for name, count in counts.items() if count > COMMON * whole)

"""Patterns that are compiled when they are first needed: to load `regex` and compile all takes a tenth of a start."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex


def pattern(text: str) -> Callable[[], regex.Pattern[str]]:
    """A pattern of the `regex` package, to be called for; flags stand at its beginning.

    >>> word = pattern(r"(?i)[a-z]+")
    >>> word().findall("Two words")
    ['Two', 'words']
    """

    @cache
    def compiled() -> regex.Pattern[str]:
        import regex

        return regex.compile(text)

    return compiled

"""Find spam that somebody injected into articles, and cut exactly that.

>>> from cleaner import Cleaner, clean, find
>>> clean("An honest sentence.").text
'An honest sentence.'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.api import Cleaned, Cleaner, clean, find
    from cleaner.span import CleanerError, Span
    from cleaner.tokenizer import tokenize

__version__ = "0.1.0"
__all__ = ["Cleaned", "Cleaner", "CleanerError", "Span", "clean", "find", "tokenize"]
_HOMES = {"CleanerError": "span", "Span": "span", "tokenize": "tokenizer"}  # of the others: api


def __getattr__(name: str) -> Any:
    """What is asked for is loaded then: NumPy takes longer than all that `cleaner --help` does."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

"""Find spam that somebody injected into articles, and cut exactly that.

>>> from cleaner import Cleaner, clean, find
>>> clean("An honest sentence.").text
'An honest sentence.'
"""

from cleaner.api import Cleaned, Cleaner, clean, find
from cleaner.span import CleanerError, Span
from cleaner.tokenizer import tokenize

__version__ = "0.1.0"
__all__ = ["Cleaned", "Cleaner", "CleanerError", "Span", "clean", "find", "tokenize"]

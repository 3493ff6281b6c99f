"""A lossless, script-aware tokenizer: tokens are runs of one class of character, and they tile the text.

A letter's combining marks and invisible characters belong to its token; `\\r\\n` is one token; everything is done
on arrays of code points in a handful of passes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.view import IS_LETTER

_ATTACHED = np.zeros(cc.N_CLASSES, dtype=bool)
_ATTACHED[[cc.MARK, cc.INVISIBLE]] = True
_CR, _LF = ord("\r"), ord("\n")


class Tokens(NamedTuple):
    """Tokens of a text: token i is text[starts[i]:starts[i + 1]], of class kinds[i]; the last ends with the text."""

    starts: NDArray[np.int64]
    kinds: NDArray[np.uint8]


def tokenize(text: str) -> Tokens:
    """Tokenize a string, whatever it holds.

    >>> tokens = tokenize("上海 • 50% housing")
    >>> [cc.CLASS_NAMES[kind] for kind in tokens.kinds]
    ['han', 'space', 'separator', 'space', 'digit', 'punct', 'space', 'latin']
    >>> tokens.starts.tolist()
    [0, 2, 3, 4, 5, 7, 8, 9]
    """
    points = cc.code_points(text)
    return tokenize_classes(points, cc.tables().classes[points])


def tokenize_classes(points: NDArray[np.uint32], classes: NDArray[np.uint8]) -> Tokens:
    """Tokens of code points whose classes are known."""
    if not len(points):
        return Tokens(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8))
    owners = _owners(classes)
    starts = (owners[:-1] != owners[1:]) | (classes[1:] == cc.NEWLINE)
    starts &= ~((points[:-1] == _CR) & (points[1:] == _LF))
    at = np.flatnonzero(np.concatenate(([True], starts)))
    return Tokens(at, classes[at])


def _owners(classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """For each character the class of its token: marks and invisibles behind a letter take the letter's."""
    attached = _ATTACHED[classes]
    if not attached.any():
        return classes
    owners = classes[np.maximum.accumulate(np.where(attached, 0, np.arange(len(classes))))]
    return np.where(attached & ~IS_LETTER[owners], classes, owners)

"""What every code point is: a letter of some script, a digit, a separator, an invisible character …

The classes are small integers, so that a whole document is classified by one table look-up.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_CODE_POINT = 0x10FFFF

OTHER = 0
NEWLINE = 1
SPACE = 2
DIGIT = 3
SENTENCE_END = 4
COMMA = 5
OPEN = 6
CLOSE = 7
SEPARATOR = 8
PUNCT = 9
SYMBOL = 10
INVISIBLE = 11
MARK = 12
OTHER_LETTER = 13  # this and all behind it are letters
SCRIPT0 = 16
LETTER_SCRIPTS = (
    "Latin",
    "Greek",
    "Cyrillic",
    "Han",
    "Hiragana",
    "Katakana",
    "Hangul",
    "Thai",
    "Arabic",
    "Hebrew",
    "Devanagari",
)
LATIN, GREEK, CYRILLIC, HAN, HIRAGANA, KATAKANA, HANGUL, THAI, ARABIC, HEBREW, DEVANAGARI = range(
    SCRIPT0, SCRIPT0 + len(LETTER_SCRIPTS)
)
N_CLASSES = SCRIPT0 + len(LETTER_SCRIPTS)
CLASS_NAMES = (
    *(
        [
            "other",
            "newline",
            "space",
            "digit",
            "sentence-end",
            "comma",
            "open",
            "close",
            "separator",
            "punct",
            "symbol",
            "invisible",
            "mark",
            "letter",
        ]
    ),
    *("reserved-14", "reserved-15"),
    *(name.lower() for name in LETTER_SCRIPTS),
)


class CharTables(NamedTuple):
    """Look-up tables over all code points: class (uint8) and folded form (uint32); which Latin letter folded ones look like.

    latin ends with the last that looks like one.
    """

    classes: NDArray[np.uint8]
    fold: NDArray[np.uint32]
    latin: NDArray[np.uint32]


@lru_cache(maxsize=1)
def tables() -> CharTables:
    """Load the tables once; about 5 MB, a few milliseconds.

    >>> int(tables().classes[ord("爱")]) == HAN
    True
    >>> chr(tables().fold[ord("Ａ")])
    'a'
    """
    with np.load(Path(__file__).with_name("charclass.npz"), allow_pickle=False) as data:
        ends = np.append(data["starts"][1:], MAX_CODE_POINT + 1)
        classes = np.repeat(data["classes"], np.diff(np.append(data["starts"][:1], ends)))
        fold = np.arange(MAX_CODE_POINT + 1, dtype=np.uint32)
        fold[data["fold_from"]] = data["fold_to"]
        latin = np.arange(data["look"].max() + 1, dtype=np.uint32)
        latin[data["look"]] = data["look_latin"]
    return CharTables(classes, fold, latin)


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a string, lone surrogates included.

    >>> code_points("aé爱").tolist()
    [97, 233, 29233]
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)

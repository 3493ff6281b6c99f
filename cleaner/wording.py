"""What a piece of text says, whatever its disguise, its signs and the address it leads to: the key of a campaign."""

from __future__ import annotations

from cleaner import charclass as cc
from cleaner.patterns import pattern
from cleaner.propose import is_dense
from cleaner.view import IS_WORD, fold

_ADDRESS = pattern(r"\]\([^()\s]*\)|\bhttps?://[^\s()<>\[\]]+")

LONGEST = 200  # letters, digits and marks of a text that say which it is: two that begin with the same 200 are the same


def key_of(text: str) -> str:
    """What a text says once disguises, signs, gaps and addresses are taken off; empty for signs alone.

    The address counts where there is nothing else.

    >>> key_of("[Bеst cаsi\\u200bno](http://one.example/)!"), key_of("!")
    ('bestcasino', '')
    """
    return _key(_ADDRESS().sub(" ", text)) or _key(text)


def _key(text: str) -> str:
    view = fold(cc.code_points(text))
    words = view.codes[IS_WORD.take(view.classes)]
    return words[:LONGEST].astype("<u4").tobytes().decode("utf-32-le")


def size_of(key: str) -> int:
    """How much a key says: its characters, those of scripts that say much in few twice.

    >>> [size_of(key) for key in ("buycialis", "link", "龙凤论坛", "上海")]
    [9, 4, 8, 4]
    """
    return len(key) + int(is_dense(cc.tables().classes[cc.code_points(key)]).sum())

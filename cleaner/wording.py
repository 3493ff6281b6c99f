"""What a piece of text says, whatever its disguise, its signs and the address it leads to: the key of a campaign."""

from __future__ import annotations

from hashlib import blake2b

from cleaner import charclass as cc
from cleaner.patterns import pattern
from cleaner.view import IS_WORD, fold

_ADDRESS = pattern(r"\]\([^()\s]*\)|\bhttps?://[^\s()<>\[\]]+")


def key_of(text: str) -> str:
    """What a text says once disguises, signs and addresses are taken off, as 16 hexadecimal digits; empty for signs alone.

    The address counts where there is nothing else.

    >>> key_of("[Bеst cаsi\\u200bno](http://one.example/)!") == key_of(" best casino"), key_of("!")
    (True, '')
    """
    return _key(_ADDRESS().sub(" ", text)) or _key(text)


def _key(text: str) -> str:
    view = fold(cc.code_points(text))
    words = view.codes[IS_WORD.take(view.classes)]
    return blake2b(words.astype("<u4").tobytes(), digest_size=8).hexdigest() if len(words) else ""

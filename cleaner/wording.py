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


_DENSE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}"
_DENSE_WORD, _WORD = pattern(rf"[{_DENSE}]{{2,}}"), pattern(rf"[^\W\d_{_DENSE}]{{3,}}")
SUBJECT = 0.3  # of the words of a piece; with so many elsewhere in a text, the text is on its subject


def folded(text: str) -> str:
    """A text in small letters, without disguises."""
    return fold(cc.code_points(text)).codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def speaks_of(text: str, piece: str) -> bool:
    """Whether a third of the words of a piece stand in a text apart from it; in scripts without spaces, of its pairs of letters.

    >>> speaks_of("all casinos of the town, a casino by the sea, and a bonus", "casino bonus")
    True
    >>> speaks_of("the casino bonus again, and tea", "casino bonus"), speaks_of("龙井茶和凤凰单丛", "龙凤论坛")
    (False, False)
    """
    piece = _ADDRESS().sub(" ", piece)
    words = {*_WORD().findall(piece)}
    pairs = {word[at : at + 2] for word in _DENSE_WORD().findall(piece) for at in range(len(word) - 1)}
    if not words and not pairs:
        return False
    rest = text.replace(piece.strip(), " ")
    known = len(words.intersection(_WORD().findall(rest))) + sum(pair in rest for pair in pairs)
    return known >= SUBJECT * (len(words) + len(pairs))

"""The disguises that training puts on fragments: what spammers do to slip past word lists."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import regex

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e"
_EMOJI = "🔥💋🎰💎⭐✅❤👉💰☎📞🌹🍒🎁⚡🏆💯🔞📱🎲💊💵♠★☆◆●■➕❌⚽👑"
_BORROW = {
    "a": "аα",
    "c": "с",
    "e": "е",
    "o": "оο",
    "p": "рρ",
    "x": "х",
    "i": "іι",
    "y": "у",
    "s": "ѕ",
    "k": "кκ",
    "v": "ν",
}
_LEET = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
_WORD = regex.compile(r"[\p{L}\p{M}]+")


def zero_width(text: str, rng: Random) -> str:
    """Invisible characters between letters."""
    mark, share = rng.choice(_ZERO_WIDTH), rng.choice([0.3, 0.6, 1.0])
    return "".join(c + (mark if rng.random() < share else "") for c in text[:-1]) + text[-1:]


def fullwidth(text: str, rng: Random) -> str:
    """ASCII letters and digits in their full-width forms."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spaced(text: str, rng: Random) -> str:
    """Letters set apart, in one word or in all."""
    gap = rng.choice([" ", " ", ".", "-", "*", "_"])
    words = text.split(" ")
    chosen = range(len(words)) if len(words) < 3 or rng.random() < 0.5 else [rng.randrange(len(words))]
    return " ".join(gap.join(word) if i in chosen and len(word) < 16 else word for i, word in enumerate(words))


def upper(text: str, rng: Random) -> str:
    """All capitals."""
    return text.upper()


def emoji(text: str, rng: Random) -> str:
    """Wrapped in pictures."""
    mark = rng.choice(_EMOJI) * rng.choice([1, 1, 2])
    return rng.choice([f"{mark}{text}{mark}", f"{mark} {text} {mark}", f"{mark}{text}", f"{text}{mark}"])


def lookalike(text: str, rng: Random) -> str:
    """Some Latin letters borrowed from Cyrillic or Greek."""
    return "".join(rng.choice(_BORROW[c]) if c in _BORROW and rng.random() < 0.45 else c for c in text)


def leet(text: str, rng: Random) -> str:
    """Digits for letters inside words; circled digits for digits."""
    text = _WORD.sub(
        lambda m: "".join(
            _LEET.get(c, c) if 0 < i < len(m[0]) - 1 and rng.random() < 0.5 else c for i, c in enumerate(m[0])
        ),
        text,
    )
    return "".join(_CIRCLED[int(c)] if c in "0123456789" and rng.random() < 0.3 else c for c in text)


def mathematical(text: str, rng: Random) -> str:
    """Latin letters in mathematical bold."""
    return "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c
        for c in text
    )


def mojibake(text: str, rng: Random) -> str:
    """The few letters beyond ASCII of a text read in a wrong encoding, as mailers and robots leave them."""
    if 3 * sum(character > "~" for character in text) > len(text):
        return text
    try:
        return text.encode().decode(rng.choice(["cp1251", "cp1252"]))
    except UnicodeDecodeError:
        return text


DISGUISES: dict[str, Callable[[str, Random], str]] = {
    "zerowidth": zero_width,
    "fullwidth": fullwidth,
    "spaced": spaced,
    "upper": upper,
    "emoji": emoji,
    "lookalike": lookalike,
    "digits": leet,
    "mathematical": mathematical,
    "mojibake": mojibake,
}


def disguise(text: str, rng: Random) -> tuple[str, str]:
    """The text in a random disguise, and the disguise's name.

    >>> disguise("casino", Random(1)) == disguise("casino", Random(1))
    True
    """
    name = rng.choice(sorted(DISGUISES))
    return DISGUISES[name](text, rng), name

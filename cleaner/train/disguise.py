"""The disguises that training puts on fragments: what spammers do to slip past word lists."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import regex

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\ufe0f"
_OVERLAYS = "\u0336\u0335\u0332\u0338"
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
_SIGNS = {"s": "$", "a": "4", "i": "1", "e": "3", "o": "0"}
_ACCENTS = dict(zip("aeioucnsyz", ("áàâäãå", "éèêë", "íìîï", "óòôöõ", "úùûü", "ç", "ñ", "š", "ý", "ž"), strict=True))
_VOWELS = "aeiou"
# Where the small letters begin of the mathematical bold, italic, fraktur, sans-serif bold and monospace alphabets.
_FIRST_LETTERS = (0x1D41A, 0x1D44E, 0x1D586, 0x1D5EE, 0x1D68A)
_FIRST_CIRCLED, _FIRST_CIRCLED_CAPITAL = 0x24D0, 0x24B6
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
    between = rng.choice([" ", "  "]) if gap == " " and len(chosen) == len(words) else " "
    return between.join(gap.join(word) if i in chosen and len(word) < 16 else word for i, word in enumerate(words))


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
    """Latin letters in one of the alphabets that are meant for mathematics."""
    return _other_alphabet(text, first := rng.choice(_FIRST_LETTERS), first - len(_LETTERS))


def circled(text: str, rng: Random) -> str:
    """Latin letters in circles."""
    return _other_alphabet(text, _FIRST_CIRCLED, _FIRST_CIRCLED_CAPITAL)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CAPITAL = ord("A") - ord("a")
_ITALIC_H = ("\U0001d455", "\u210e")  # where the block has a gap


def _other_alphabet(text: str, small: int, capital: int) -> str:
    others = {
        ord(letter) + case: first + n
        for n, letter in enumerate(_LETTERS)
        for case, first in ((0, small), (_CAPITAL, capital))
    }
    return text.translate(others).replace(*_ITALIC_H)


def overlaid(text: str, rng: Random) -> str:
    """A line through or under every letter."""
    mark = rng.choice(_OVERLAYS)
    return "".join(c if c == " " else c + mark for c in text)


def accented(text: str, rng: Random) -> str:
    """Accents on most of the letters that may have one."""
    share = rng.choice([0.6, 0.8, 1.0])
    return "".join(rng.choice(_ACCENTS[c]) if c in _ACCENTS and rng.random() < share else c for c in text.lower())


def drawn_out(text: str, rng: Random) -> str:
    """Vowels written several times."""
    times = rng.choice([3, 3, 4])
    return "".join(c * times if c in _VOWELS else c for c in text.lower())


def signs(text: str, rng: Random) -> str:
    """`$` and digits for all letters that look like them."""
    return "".join(_SIGNS.get(c, c) for c in text.lower())


def capitals_in_turn(text: str, rng: Random) -> str:
    """Every other letter a capital."""
    return "".join(c.upper() if number % 2 else c.lower() for number, c in enumerate(text))


def numbered(text: str, rng: Random) -> str:
    """Letters by their numbers, as HTML writes them."""
    form = rng.choice(["&#{};", "&#x{:x};"])
    return "".join(form.format(ord(c)) if c.isalnum() or rng.random() < 0.5 else c for c in text)


def broken_up(text: str, rng: Random) -> str:
    """Markup that shows nothing between the letters of words."""
    mark, share = rng.choice(["<b></b>", "<!-- -->", "<i></i>", "&shy;", "<span></span>"]), rng.choice([0.4, 1.0])
    return str(
        _WORD.sub(lambda m: m[0][0] + "".join((mark if rng.random() < share else "") + c for c in m[0][1:]), text)
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
    "circled": circled,
    "overlaid": overlaid,
    "accented": accented,
    "drawn_out": drawn_out,
    "signs": signs,
    "capitals_in_turn": capitals_in_turn,
    "numbered": numbered,
    "broken_up": broken_up,
    "mojibake": mojibake,
}


COMMON_SHARE = 0.6  # of the disguises are among those that are seen most
_COMMON = ("digits", "emoji", "fullwidth", "lookalike", "mojibake", "spaced", "upper", "zerowidth")


def disguise(text: str, rng: Random) -> tuple[str, str]:
    """The text in a random disguise, and the disguise's name.

    >>> disguise("casino", Random(1)) == disguise("casino", Random(1))
    True
    """
    name = rng.choice(_COMMON if rng.random() < COMMON_SHARE else sorted(DISGUISES))
    return DISGUISES[name](text, rng), name

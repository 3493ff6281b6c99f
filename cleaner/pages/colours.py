"""CSS colours, as far as it matters whether text can be told from its background."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable
from typing import NamedTuple

import regex

ALIKE = 24  # steps of 255 in each channel that two colours may differ by and hardly be told apart


class Colour(NamedTuple):
    """Red, green and blue, 0..255, and opacity, 0..1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0


def colour(value: str) -> Colour | None:
    """The colour that a CSS value in lower case names, None when it names none.

    >>> colour("#fff"), colour("rgb(1, 2, 3)"), colour("inherit")
    (Colour(red=255, green=255, blue=255, alpha=1.0), Colour(red=1, green=2, blue=3, alpha=1.0), None)
    """
    if value.startswith("#"):
        return _hexadecimal(value[1:])
    if value in _NAMES:
        return _hexadecimal(_NAMES[value])
    match = _FUNCTION.fullmatch(value)
    if match is None:
        return None
    parts = [part for part in _BETWEEN.split(match[2].strip()) if part]
    if not 3 <= len(parts) <= 4 or not all(map(_PART.fullmatch, parts)):
        return None
    alpha = _share(parts[3], 1.0) if len(parts) == 4 else 1.0
    return _hsl(parts, alpha) if match[1] == "hsl" else _opaque(map(_channel, parts[:3]))._replace(alpha=alpha)


_FUNCTION = regex.compile(r"(rgb|hsl)a?\(([^()]*)\)")
_BETWEEN = regex.compile(r"[\s,/]+")
_PART = regex.compile(r"(?:\d{1,6}(?:\.\d{0,9})?|\.\d{1,9})(?:%|deg)?")
_NAMES = {
    "white": "fff", "black": "000", "transparent": "0000", "red": "f00", "green": "008000", "blue": "00f",
    "yellow": "ff0", "gray": "808080", "grey": "808080", "silver": "c0c0c0", "maroon": "800000", "navy": "000080",
    "olive": "808000", "purple": "800080", "teal": "008080", "aqua": "0ff", "cyan": "0ff", "fuchsia": "f0f",
    "magenta": "f0f", "lime": "0f0", "orange": "ffa500", "snow": "fffafa", "ivory": "fffff0",
    "ghostwhite": "f8f8ff", "whitesmoke": "f5f5f5", "floralwhite": "fffaf0", "mintcream": "f5fffa",
    "azure": "f0ffff", "aliceblue": "f0f8ff", "beige": "f5f5dc", "lightgray": "d3d3d3", "lightgrey": "d3d3d3",
    "darkgray": "a9a9a9", "darkgrey": "a9a9a9", "dimgray": "696969", "gainsboro": "dcdcdc", "honeydew": "f0fff0",
    "seashell": "fff5ee", "linen": "faf0e6", "oldlace": "fdf5e6", "lavenderblush": "fff0f5", "lightyellow": "ffffe0",
    "lightcyan": "e0ffff", "cornsilk": "fff8dc", "lavender": "e6e6fa", "darkblue": "00008b", "brown": "a52a2a",
}  # fmt: skip


def is_alike(one: Colour, other: Colour) -> bool:
    """Whether text in one colour on the other cannot be read.

    >>> is_alike(Colour(255, 255, 255), Colour(250, 250, 250)), is_alike(Colour(255, 255, 255), Colour(170, 170, 170))
    (True, False)
    """
    return min(one.alpha, other.alpha) > 0.5 and all(
        abs(a - b) <= ALIKE for a, b in zip(one[:3], other[:3], strict=True)
    )


_HEXADECIMAL = regex.compile(r"[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}")


def _hexadecimal(digits: str) -> Colour | None:
    if _HEXADECIMAL.fullmatch(digits) is None:
        return None
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[at : at + 2], 16) for at in range(0, len(digits), 2)]
    return _opaque(channels)._replace(alpha=channels[3] / 255 if len(channels) == 4 else 1.0)


def _opaque(channels: Iterable[int]) -> Colour:
    red, green, blue, *_ = channels
    return Colour(red, green, blue)


def _channel(part: str) -> int:
    return min(255, int(_share(part, 255.0) * 255))


def _share(part: str, whole: float) -> float:
    """A number of a whole, or a percentage, as 0..1."""
    number = float(part.rstrip("%deg"))
    return min(1.0, number / (100.0 if part.endswith("%") else whole))


def _hsl(parts: list[str], alpha: float) -> Colour:
    hue = float(parts[0].rstrip("%deg")) % 360 / 360
    channels = colorsys.hls_to_rgb(hue, _share(parts[2], 100.0), _share(parts[1], 100.0))
    return _opaque(round(channel * 255) for channel in channels)._replace(alpha=alpha)

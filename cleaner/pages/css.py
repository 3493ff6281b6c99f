"""What style declarations hide, and which rules of a style sheet set them: a small, forgiving and linear reader of CSS.

It knows nothing about pages. What it cannot read says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import regex

from cleaner.pages.colours import colour, is_alike

Style = dict[str, str]  # property -> value, lower case, without `!important`

FAR = 500.0  # pixels to the left or above from which a place is out of sight; covers carousels and menus that peek
FAR_RIGHT = 5000.0  # to the right, where wide pages exist
TINY = 1.0  # pixels of a box or of letters that cannot be read
FAINT = 0.05  # opacity
BLURRED = 20.0  # pixels over which a letter is smeared
_PIXELS = {"px": 1.0, "": 1.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0}
_PIXELS |= {"cm": 37.8, "mm": 3.78, "q": 0.945, "%": 5.0, "vw": 10.0, "vh": 10.0, "vmin": 10.0, "vmax": 10.0}

_COMMENT = regex.compile(r"/\*(?s:.*?)(?:\*/|\Z)")
_ESCAPE = regex.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(?s:(.))")
_DECLARATION = regex.compile(
    r"""\s*+([\w-]++)\s*+:((?:[^;"'(){}]++|"[^"]*+"|'[^']*+'|\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)|["'(){}])*+)(?:;|\Z)|[^;]*+(?:;|\Z)"""
)
_IMPORTANT = regex.compile(r"!\s*important\s*$")
_NUMBER = regex.compile(r"([+-]?\s*(?:\d++(?:\.\d*+)?+|\.\d++)(?:e[+-]?\d{1,3}(?![\d.]))?+)([a-z%]*+)")


def plain(text: str) -> str:
    """CSS without comments, escapes decoded: `d\\69 splay/**/:none` is `display:none`.

    >>> plain(r"d\\69 splay/* x */:none")
    'display:none'
    """
    text = uncommented(text)
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def uncommented(text: str) -> str:
    """CSS without comments; one that is never closed goes to the end."""
    return _COMMENT.sub("", text) if "/*" in text else text


def _unescaped(match: regex.Match[str]) -> str:
    if match[1] is None:
        return str(match[2])
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def declarations(text: str) -> Style:
    """What a list of declarations sets: the last of a property counts, an important one more.

    >>> declarations("Color: RED; display : none !IMPORTANT; display:block")
    {'color': 'red', 'display': 'none'}
    """
    usual, important = split_declarations(text)
    return usual | important


def split_declarations(text: str) -> tuple[Style, Style]:
    """The usual and the important declarations of a list of them."""
    usual: Style = {}
    important: Style = {}
    for match in _DECLARATION.finditer(plain(text).lower()):
        if match[1] is not None:
            value = _IMPORTANT.sub("", match[2].strip())
            (usual if value == match[2].strip() else important)[match[1]] = " ".join(value.split())
    return usual, important


def why_hidden(style: Mapping[str, str]) -> str:
    """The way a style hides what it applies to, "" when it does not.

    >>> why_hidden({"display": "none"}), why_hidden({"position": "absolute", "left": "-9999px"}), why_hidden({})
    ('display-none', 'off-screen', '')
    """
    for why, test in _WAYS if style else ():
        if test(style):
            return why
    return ""


def may_hide(style: Mapping[str, str]) -> bool:
    """Whether a style hides by itself, or together with what other rules set (a position, an overflow)."""
    return bool(why_hidden({"position": "absolute", "overflow": "hidden"} | dict(style)))


def _is_gone(style: Mapping[str, str]) -> bool:
    return style.get("display") == "none" or style.get("content-visibility") == "hidden"


def _is_invisible(style: Mapping[str, str]) -> bool:
    return style.get("visibility") in ("hidden", "collapse")


def _is_faint(style: Mapping[str, str]) -> bool:
    opacity = length(style.get("opacity", "1"))
    if style.get("opacity", "").endswith("%"):
        opacity /= 500
    effects = style.get("filter", "")
    return (
        opacity <= FAINT
        or bool(_NO_OPACITY.search(effects))
        or any(length(size) >= BLURRED for size in _BLUR.findall(effects))
    )


_BLUR = regex.compile(r"blur\(\s*([^()\s]+)\s*\)")
_NO_OPACITY = regex.compile(r"opacity\(\s*(?:0?\.0+|0)%?\s*\)|alpha\(\s*opacity\s*=\s*0\s*\)")


def _has_tiny_letters(style: Mapping[str, str]) -> bool:
    if "font-size" in style:
        size = style["font-size"]
        return _is_size(size) and length(size) * (0.16 / 5 if size.endswith("%") else 1) <= TINY
    short = _FONT.search(style.get("font", ""))
    return bool(short) and length(short[1]) <= TINY


_FONT = regex.compile(r"(?:^|\s)((?:\d+(?:\.\d*)?|\.\d+)(?:px|pt|em|rem)?)(?=\s|/)(?!\s*\d)")


def _is_size(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value))


def _is_off_screen(style: Mapping[str, str]) -> bool:
    if style.get("position", "static") not in ("static", "") and _is_placed_away(style):
        return True
    margins = [style.get("margin-left", ""), style.get("margin-top", ""), *style.get("margin", "").split()]
    return any(_is_far_before(value) for value in margins) or _is_moved_away(style)


def _is_placed_away(style: Mapping[str, str]) -> bool:
    start = [style.get(side, "") for side in ("left", "top", "right", "bottom", "inset-inline-start")]
    start += style.get("inset", "").split()
    return any(_is_far_before(value) for value in start) or length(style.get("left", "0")) >= FAR_RIGHT


def _is_moved_away(style: Mapping[str, str]) -> bool:
    moves = [*_MOVE.findall(style.get("transform", "")), style.get("translate", "")]
    return any(_is_far_before(value) for move in moves for value in _BETWEEN.split(move))


_BETWEEN = regex.compile(r"[\s,]+")
_MOVE = regex.compile(r"translate(?:x|y|3d)?\(([^()]*)")


def _is_far_before(value: str) -> bool:
    return length(value) <= -FAR


def _is_indented_away(style: Mapping[str, str]) -> bool:
    return _is_far_before(style.get("text-indent", "")) or length(style.get("text-indent", "")) >= FAR_RIGHT


def _has_no_size(style: Mapping[str, str]) -> bool:
    cut_off = any(word in style.get(name, "") for name in _OVERFLOWS for word in _CUTS_OFF)
    sides = [style[name] for name in ("width", "height", "max-width", "max-height", "block-size") if name in style]
    if cut_off and any(_is_size(side) and abs(_pixels(side)) <= TINY for side in sides):
        return True
    return any(_NO_SCALE.search(value) for value in (style.get("transform", ""), *_scales(style)))


def _scales(style: Mapping[str, str]) -> list[str]:
    """What makes an element larger or smaller by a property of its own, as functions write it."""
    return [f"scale({style[name].partition(' ')[0]})" for name in ("scale", "zoom") if name in style]


_OVERFLOWS = ("overflow", "overflow-x", "overflow-y")
_CUTS_OFF = ("hidden", "clip", "scroll", "auto")
_NO_SCALE = regex.compile(r"(?:scale(?:x|y|3d)?|matrix)\(\s*(?:0?\.0\d*|0)%?\s*[,)]")


def _pixels(size: str) -> float:
    """A size in pixels; of a percentage only 0 is small."""
    return length(size) * (100 if size.endswith("%") else 1)


def _is_clipped(style: Mapping[str, str]) -> bool:
    rect = _RECT.match(style.get("clip", ""))
    if rect and style.get("position") in ("absolute", "fixed"):
        top, right, bottom, left = (length(side) for side in rect.groups())
        if right - left <= TINY or bottom - top <= TINY:
            return True
    return bool(_NO_CLIP_PATH.match(style.get("clip-path", style.get("-webkit-clip-path", ""))))


_SIDE = r"\s*([-+.\w]+)\s*"
_RECT = regex.compile(rf"rect\({_SIDE}[,\s]{_SIDE}[,\s]{_SIDE}[,\s]{_SIDE}\)")
_NO_CLIP_PATH = regex.compile(
    r"inset\(\s*(?:[5-9]\d|1\d\d)(?:\.\d+)?%|circle\(\s*0|ellipse\(\s*0|polygon\(\s*(?:0(?:px|%)?\s+0(?:px|%)?\s*,?\s*)+\)"
)


def _is_behind(style: Mapping[str, str]) -> bool:
    return style.get("position", "static") not in ("static", "") and length(style.get("z-index", "")) <= -99


def _is_transparent(style: Mapping[str, str]) -> bool:
    text = colour(style.get("color", "") or "")
    return text is not None and text.alpha <= FAINT


def _is_like_its_ground(style: Mapping[str, str]) -> bool:
    text, ground = colour(style.get("color", "")), colour(background(style))
    return text is not None and ground is not None and is_alike(text, ground)


def background(style: Mapping[str, str]) -> str:
    """The colour a style paints behind the text, "" for none or an image.

    >>> background({"background": "#fff none"}), background({"background": "url(a.png)"})
    ('#fff', '')
    """
    if has_image(style):
        return ""
    if "background-color" in style:
        return style["background-color"]
    return next((word for word in _WORDS.findall(style.get("background", "")) if colour(word) is not None), "")


def has_image(style: Mapping[str, str]) -> bool:
    """Whether a style paints an image or a gradient behind the text."""
    painted = style.get("background", "") + style.get("background-image", "")
    return "url(" in painted or "gradient(" in painted


_WORDS = regex.compile(r"[^\s()]+(?:\([^()]*\))?")

_WAYS = (
    ("display-none", _is_gone),
    ("off-screen", _is_off_screen),
    ("tiny-text", _has_tiny_letters),
    ("no-size", _has_no_size),
    ("clipped", _is_clipped),
    ("indented", _is_indented_away),
    ("invisible", _is_invisible),
    ("faint", _is_faint),
    ("behind", _is_behind),
    ("no-colour", _is_transparent),
    ("same-colour", _is_like_its_ground),
)


def length(value: str) -> float:
    """A length in pixels, 0.0 for what is none; of a calculation its outermost part. Percentages are of 500 pixels.

    >>> length("-1e3px"), length("-100%"), length("calc(0px - 9999px)"), length("auto")
    (-1000.0, -500.0, -9999.0, 0.0)
    """
    if not value:
        return 0.0
    found = [(float(number.replace(" ", "")), unit) for number, unit in _NUMBER.findall(value)]
    known = [number * _PIXELS[unit] for number, unit in found if unit in _PIXELS]
    return max(known, key=abs) if known and ("calc(" in value or len(known) == len(found) == 1) else 0.0

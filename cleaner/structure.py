"""Would a cut change what the text around it means to a program: join a new tag, entity or heading?"""

from __future__ import annotations

import regex

_REACH = 200  # characters on either side of a seam that are compared
_TAG = regex.compile(r"<[A-Za-z/!?][^<>\n]{0,200}>?|&#?\w{2,12};|<!--|-->|```|~~~")
_UNDERLINE = regex.compile(r"[ \t]{0,3}(?:=+|-+)[ \t]*\r?(?:\n|$)")
_LAST_LINE = regex.compile(r"(?:^|\n)([^\n]*\S[^\n]*)\r?\n$")


def makes_markup(text: str, start: int, end: int) -> bool:
    """True if text without text[start:end] holds a tag, entity, comment, fence or heading across the seam that was not there.

    >>> makes_markup("<scrSPAMipt>", 4, 8)
    True
    >>> makes_markup("a SPAM b", 2, 7)
    False
    """
    left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    seam = len(left)
    joined = left + right
    crossing = [m for m in _TAG.finditer(joined) if m.start() < seam < m.end()]
    before = text[max(0, start - _REACH) : end + _REACH]
    if any(m[0] not in before for m in crossing):
        return True
    return bool(_UNDERLINE.match(right) and _LAST_LINE.search(left)) and not _UNDERLINE.match(
        text[start:end].lstrip(" \t")
    )

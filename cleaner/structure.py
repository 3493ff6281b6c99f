"""Would a cut change what the text around it means: join a new tag, entity or heading, leave half a pair of brackets, half of some code
or the rest of an item?
"""

from __future__ import annotations

from cleaner.marks import splits_marks, tag_around
from cleaner.patterns import pattern
from cleaner.view import LONGEST_TURNED

_REACH = 200  # characters on either side of a seam that are compared
_TAG = pattern(r"<(?!!--)[A-Za-z/!?][^<>\n]{0,200}>?|&#?\w{2,12};|<!--|-->|```|~~~")
_UNDERLINE = pattern(r"[ \t]{0,3}(?:=+|-+)[ \t]*\r?(?:\n|$)")
_LAST_LINE = pattern(r"(?:^|\n)([^\n]*\S[^\n]*)\r?\n$")


def makes_markup(text: str, start: int, end: int) -> bool:
    """True if text without text[start:end] holds a tag, entity, comment, fence or heading across the seam that was not there.

    Or if only one end of the cut is inside a tag: what it left would be half a tag.

    >>> makes_markup("<scrSPAMipt>", 4, 8)
    True
    >>> makes_markup("a SPAM b", 2, 7), makes_markup("<!-- a SPAM b -->", 7, 12)
    (False, False)
    >>> makes_markup('a <b href="SPAM">SPAM</b>', 11, 19)
    True
    """
    left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    first, last = tag_around(text, start), tag_around(text, end)
    if (first and first.start()) != (last and last.start()):
        return True
    seam = len(left)
    joined = left + right
    crossing = [m for m in _TAG().finditer(joined) if m.start() < seam < m.end()]
    before = text[max(0, start - _REACH) : end + _REACH]
    if any(m[0] not in before for m in crossing):
        return True
    return bool(_UNDERLINE().match(right) and _LAST_LINE().search(left)) and not _UNDERLINE().match(
        text[start:end].lstrip(" \t")
    )


_DEFINITION = pattern(r"[ >]{0,8}\[[^\[\]\n]{1,100}\]:")


def splits_title(text: str, start: int, end: int) -> bool:
    """True if text[start:end] holds one of the two quotes around the title of a Markdown reference definition.

    >>> splits_title('[1]: http://example.org "SPAM"', 25, 30)
    True
    >>> splits_title('[1]: http://example.org "SPAM"', 25, 29)
    False
    """
    line = text.rfind("\n", 0, start) + 1
    return bool(_DEFINITION().match(text, line, start)) and text.count('"', start, end) % 2 == 1


_CODE = pattern(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")


def splits_code(text: str, start: int, end: int) -> bool:
    """True if text[start:end] begins or ends inside code that stands between backticks in a line, or is a part of it.

    >>> splits_code("the word `SPAM` is", 10, 14), splits_code("the word `SPAM` is", 9, 15)
    (True, False)
    """
    line, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    first, last = max(line, start - _REACH), min(stop if stop >= 0 else len(text), end + _REACH)
    found = _CODE().finditer(text, first, last) if "`" in text[first:end] else ()
    return any(code.start() < edge < code.end() for code in found for edge in (start, end))


_CLOSERS = {
    ")": "(",
    "]": "[",
    "}": "{",
    "）": "（",
    "】": "【",
    "》": "《",
    "」": "「",
    "』": "『",
    "”": "“",
    "»": "«",
}
_OPENERS = frozenset(_CLOSERS.values())


def splits_pair(text: str, start: int, end: int) -> bool:
    """True if text[start:end] holds one bracket of a pair whose other one stands outside, in the same line.

    >>> splits_pair("no effect (my [SPAM][7] file) at all", 10, 23)
    True
    >>> splits_pair("no effect (SPAM) at all", 11, 15)
    False
    """
    left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    closing, opening = _unpaired(text[start:end])
    closed_behind, _ = _unpaired(right.split("\n", 1)[0])
    _, opened_before = _unpaired(left.rsplit("\n", 1)[-1])
    return bool(
        set(opening) & {_CLOSERS[sign] for sign in closed_behind}
        or {_CLOSERS[sign] for sign in closing} & set(opened_before)
    )


def _unpaired(text: str) -> tuple[list[str], list[str]]:
    """The closing and the opening brackets of a text that have no partner in it."""
    closing: list[str] = []
    opening: list[str] = []
    for sign in text:
        if sign in _OPENERS:
            opening.append(sign)
        elif sign in _CLOSERS:
            if opening and opening[-1] == _CLOSERS[sign]:
                opening.pop()
            else:
                closing.append(sign)
    return closing, opening


def splits_turned(text: str, start: int, end: int) -> bool:
    """Whether a cut begins or ends within what a sign shows from right to left: there the view is read from the other end.

    >>> text = "so \u202eonisac ruo\u202c it is"
    >>> [splits_turned(text, 3, end) for end in (10, len(text) - 6)]
    [True, False]
    """
    return any(_is_turned(text, at) for at in (start, end))


def _is_turned(text: str, at: int) -> bool:
    near = max(at - LONGEST_TURNED, 0)
    line = max(text.rfind("\n", near, at) + 1, near)
    return text.rfind("\u202e", line, at) > text.rfind("\u202c", line, at)


_ITEM = pattern(r"[ \t]*(?:[-*+]|\d{1,9}[.)]|\[\^[^\[\]\n]{1,100}\]:)[ \t]")
_SET_IN = pattern(r"(?:[ \t]*+\r?\n)*+(?:[ ]{2,}|[ ]?\t)[ \t]*\S")


_BLOCK_BELOW = pattern(r"[ \t]*+\r?\n(?:[ \t]*+\r?\n)*+[ \t]++\S")


def leaves_item(text: str, start: int, end: int) -> bool:
    """True if text[start:end] begins a list item, or a footnote, the rest of which stays: that would be code, or say something else.

    What stands below another item, or below its rest, is as likely to belong to that one.

    >>> text = "Intro.\\n\\n- SPAM\\n\\n  The quay is wide.\\n"
    >>> leaves_item(text, 8, 15), leaves_item(text.replace("Intro.", "- Mud."), 8, 15)
    (True, False)

    Nor does what ends in the two colons that make code of what is set in below.

    >>> leaves_item("SPAM::\\n\\n    cd quay\\n", 0, 6)
    True
    """
    if text[start:end].rstrip().endswith("::"):
        return _BLOCK_BELOW().match(text, start + len(text[start:end].rstrip())) is not None
    if not text.endswith("\n", 0, end) or not _ITEM().match(text, start, end) or not _SET_IN().match(text, end):
        return False
    before = text[max(0, start - _REACH) : start].rstrip().rsplit("\n", 1)[-1]
    return not before.startswith(("  ", "\t")) and not _ITEM().match(before)


def breaks(text: str, start: int, end: int) -> bool:
    """True if any of the above would happen.

    >>> breaks("a (SPAM) b", 2, 7), breaks("a SPAM b", 2, 7)
    (True, False)
    """
    return any(
        would(text, start, end)
        for would in (makes_markup, splits_pair, splits_marks, splits_code, splits_title, splits_turned, leaves_item)
    )

"""Letters written out by their numbers (`&#99;`, `\\u52a0`, `%63`), and markup that stands between two letters of a word for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cleaner.charclass import MAX_CODE_POINT
from cleaner.patterns import pattern

if TYPE_CHECKING:
    import regex

LONGEST = 100  # characters of a comment, of a tag's attributes
_NUMBERS = pattern(r"(?:&(?:amp;)*+#(?:[xX][0-9a-fA-F]{2,6}|[0-9]{2,7});? ?){3,}")
_ONE = pattern(r"&(?:amp;)*+#(?:[xX]([0-9a-fA-F]{2,6})|([0-9]{2,7}));?|(?:\\u|U\+)([0-9a-fA-F]{4})(?: (?=U\+))?")
_ESCAPES = pattern(r"(?:\\u[0-9a-fA-F]{4}){2,}")
_CODE_POINTS = pattern(r"(?:U\+[0-9a-fA-F]{4} ?){4,}")
_OCTET_RUN = pattern(r"%[0-9a-fA-F]{2}%[0-9a-fA-F]{2}%[0-9a-fA-F]{2}%[0-9a-fA-F]{2}")
# Octets of UTF-8: in honest addresses those of letters beyond ASCII, and single signs.
_OCTETS = pattern(r"(?:%[2-7][0-9a-fA-F]){4,}|(?<![\w/=?&.:%~+#-])(?:%[0-9a-fA-F]{2}){4,}|(?:\\x[0-9a-fA-F]{2}){4,}")
_NOTHING = rf"(?:<!--[^>]{{0,{LONGEST}}}-->|<wbr ?/?>|<([a-zA-Z]{{1,10}})(?:\s[^<>]{{0,{LONGEST}}})?></\1>|&(?:shy|ZeroWidthSpace|zwn?j|lrm|rlm|\#173|\#8203);)"
_UNSEEN = ("&shy;", "&Zero", "&zw", "&lrm;", "&rlm;")
_BROKEN = pattern(rf"(?<=\w)(?:{_NOTHING}\w{{1,20}}){{2,}}")
_BETWEEN = pattern(_NOTHING)
_EACH = pattern(rf"(?:<([a-zA-Z]{{1,10}})(?:\s[^<>]{{0,{LONGEST}}})?>[^\s<>&]{{1,2}}</\1> ?){{4,}}")
_TAG = pattern(r"<[^<>]*>")
_BOLD = pattern(r"\*\*[^\W_]\*\*[^\W_](?:\*{2,4}[^\W_])++|(?:\*\*[^\W_]\*\*){3,}+")
_STARS = pattern(r"\*{2,4}")
_ONE_LETTER = pattern(r">[^\s<>&]{1,2}</")
_ESCAPED = pattern(r"(?<=\w)(?:\\[^\w\s]\w){3,}")


class Written(NamedTuple):
    """A stretch text[start:end] that stands for the one character `code`, or for nothing, where that is 0."""

    start: int
    end: int
    code: int


def written_out(text: str) -> list[Written]:
    """What of a text is written in signs for letters, sorted; a single number stays as it is, and so does an address of mail.

    >>> written_out("to &#98;&#117;&#121; it&#39;s")
    [Written(start=3, end=8, code=98), Written(start=8, end=14, code=117), Written(start=14, end=20, code=121)]
    >>> written_out("ca<!-- -->si<b></b>no")
    [Written(start=2, end=10, code=0), Written(start=12, end=19, code=0)]
    """
    # One sign is looked for in no time, and few texts go on: two together take longer, a pattern much longer.
    entities, escapes, tags = "&" in text, "\\" in text, "<" in text
    asked = [_NUMBERS] if entities and ("&#" in text or "amp;#" in text) else []
    asked += [_ESCAPES] if escapes and "\\u" in text else []
    asked += [_CODE_POINTS] if "U+" in text else []
    found: list[Written] = []
    for runs in asked:
        for run in runs().finditer(text):
            letters = [
                Written(match.start(), match.end(), _code(*match.groups()))
                for match in _ONE().finditer(text, *run.span())
            ]
            said = "".join(chr(item.code) for item in letters)
            if "@" not in said and "mailto" not in said and 2 * sum(map(str.isalnum, said)) > len(said):
                found += letters
    has_octets = ("%" in text and _OCTET_RUN().search(text)) or (escapes and "\\x" in text)
    for octets in _OCTETS().finditer(text) if has_octets else ():
        found += _characters(octets.start(), octets.end(), octets[0])
    is_broken = (tags and ("-->" in text or "></" in text or "<wbr" in text)) or (
        entities and any(name in text for name in _UNSEEN)
    )
    if is_broken and _BROKEN().search(text):
        found += [
            Written(match.start(), match.end(), 0) for match in _BETWEEN().finditer(text) if _is_by_a_word(text, match)
        ]
    each = [(_EACH, _TAG)] if tags and _ONE_LETTER().search(text) else []
    each += [(_BOLD, _STARS)] if "*" in text and "**" in text else []
    for runs, marks in each:
        for run in runs().finditer(text):
            found += [Written(mark.start(), mark.end(), 0) for mark in marks().finditer(text, *run.span())]
    for word in _ESCAPED().finditer(text) if escapes else ():
        found += [Written(at, at + 1, 0) for at in range(*word.span()) if text[at] == "\\"]
    return _disjoint(sorted(found))


def _code(digits: str | None, decimal: str | None, escaped: str | None) -> int:
    """The character that a number stands for, a space for what is none that can be seen."""
    code = int(decimal) if decimal else int(digits or escaped or "", 16)
    return code if ord(" ") < code < 0xD800 or 0xDFFF < code <= MAX_CODE_POINT else ord(" ")


def _characters(start: int, end: int, run: str) -> Iterator[Written]:
    """The characters that octets in hexadecimal digits stand for, if they are UTF-8 and most of them are letters or digits."""
    digits = run.replace("%", "").replace("\\x", "")
    step = (end - start) // (len(digits) // 2)
    try:
        said = bytes.fromhex(digits).decode()
    except UnicodeDecodeError:
        return
    if not said.isprintable() or 2 * sum(map(str.isalnum, said)) <= len(said):
        return
    for character in said:
        behind = start + step * len(character.encode())
        yield Written(start, behind, ord(character))
        start = behind


def _is_by_a_word(text: str, match: regex.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()].isalnum() or text[match.end() : match.end() + 1].isalnum()


def _disjoint(found: list[Written]) -> list[Written]:
    out: list[Written] = []
    for item in found:
        if not out or item.start >= out[-1].end:
            out.append(item)
    return out

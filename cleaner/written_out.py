"""Letters written out by their numbers (`&#99;`, `\\u52a0`, `%63`), and markup that stands between two letters of a word for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaner.charclass import MAX_CODE_POINT
from cleaner.patterns import pattern

if TYPE_CHECKING:
    import regex

LONGEST = 100  # characters of a comment, of a tag's attributes
_NUMBERS = pattern(r"(?:&(?:amp;)*+#(?:[xX][0-9a-fA-F]{2,6}|[0-9]{2,7}); ?){3,}")
_ONE = pattern(r"&(?:amp;)*+#(?:[xX]([0-9a-fA-F]{2,6})|([0-9]{2,7}));|\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})")
_ESCAPES = pattern(r"(?:\\u[0-9a-fA-F]{4}){2,}")
_PERCENT = pattern(r"(?:%[2-7][0-9a-fA-F]){4,}")  # in honest addresses only letters beyond ASCII and single signs are
_NOTHING = rf"(?:<!--[^>]{{0,{LONGEST}}}-->|<([a-zA-Z]{{1,10}})(?:\s[^<>]{{0,{LONGEST}}})?></\1>|&(?:shy|ZeroWidthSpace|\#173|\#8203);)"
_BROKEN = pattern(rf"(?<=\w)(?:{_NOTHING}\w{{1,20}}){{2,}}")
_BETWEEN = pattern(_NOTHING)
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
    asked += [_PERCENT] if "%" in text else []
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
    is_broken = (tags and ("-->" in text or "></" in text)) or (entities and ("&shy;" in text or "&Zero" in text))
    if is_broken and _BROKEN().search(text):
        found += [
            Written(match.start(), match.end(), 0) for match in _BETWEEN().finditer(text) if _is_by_a_word(text, match)
        ]
    for word in _ESCAPED().finditer(text) if escapes else ():
        found += [Written(at, at + 1, 0) for at in range(*word.span()) if text[at] == "\\"]
    return _disjoint(sorted(found))


def _code(digits: str | None, decimal: str | None, escaped: str | None, octet: str | None) -> int:
    """The character that a number stands for, a space for what is none that can be seen."""
    code = int(decimal) if decimal else int(digits or escaped or octet or "", 16)
    return code if ord(" ") < code < 0xD800 or 0xDFFF < code <= MAX_CODE_POINT else ord(" ")


def _is_by_a_word(text: str, match: regex.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()].isalnum() or text[match.end() : match.end() + 1].isalnum()


def _disjoint(found: list[Written]) -> list[Written]:
    out: list[Written] = []
    for item in found:
        if not out or item.start >= out[-1].end:
            out.append(item)
    return out

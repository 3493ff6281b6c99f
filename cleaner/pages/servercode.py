"""Code in a page that prints links: what a server should have run and did not, and scripts that write; what it prints, and whether that is all it does.

Nothing is run. Strings that are printed are read off, also encoded ones; what is not understood is no proof.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

import regex

from cleaner.pages.markup import COMMENT, END, PROCESSING, RAW, START, TEXT, Token

MAX_CODE = 50_000  # characters of a piece of code that are read
MAX_HEREDOCS = 20  # in a piece of code that is read: each may go on to its end
MAX_DEPTH = 3  # times that code is unpacked from code
_OPEN = regex.compile(r"<!--\?(?:php)?|<\?(?:php|=)?", regex.IGNORECASE)
# What code that prints links holds somewhere; of scripts few do.
_TELLING = (
    "echo", "print", "eval", "base64_decode", "file_get_contents", "curl_init", "fsockopen", "document.write",
    "innerhtml", "outerhtml", "adjacenthtml",
)  # fmt: skip
_TELLING_PATTERN = regex.compile("|".join(map(regex.escape, _TELLING)), regex.IGNORECASE)


class Code(NamedTuple):
    """A piece of code source[start:end], with its tags if it is a script.

    printed is what it may print, as far as that stands in it; is_only says that it does nothing else; is_disguised that it
    fetches, unpacks or shows only to search engines what it prints.
    """

    start: int
    end: int
    printed: str
    is_only: bool
    is_disguised: bool


def server_code(source: str, tokens: Sequence[Token]) -> list[Code]:
    """The pieces of code in a page that print links, or hide what they print.

    >>> from cleaner.pages.markup import tokenize
    >>> page = "<p>a</p><?php echo '<a href=\\"http://b.com\\">c</a>'; ?>"
    >>> [(code.printed, code.is_only) for code in server_code(page, tokenize(page))]
    [('<a href="http://b.com">c</a>', True)]
    """
    found = [_code(source, start, end, text) for start, end, text in _pieces(source, tokens)]
    return [code for code in found if "<a" in code.printed.lower() or code.is_disguised]


def may_hold_code(source: str) -> bool:
    """Whether a page may hold code that prints, by a look at its source."""
    return any(sign in source for sign in _SIGNS)


_SIGNS = ("<?", "<!--?", "document.write", "innerHTML", "outerHTML", "AdjacentHTML")


def _pieces(source: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Where pieces of code begin and end, and what they say."""
    for number, (kind, start, end, name) in enumerate(tokens):
        if kind is TEXT or kind is START or kind is END:
            continue
        if kind is PROCESSING or (kind is COMMENT and source.startswith("<!--?", start)):
            text = _OPEN.sub("", source[start:end], 1).removesuffix("?>").removesuffix("?-->")
            sign = "echo " if source.startswith("<?=", start) else ""
            yield start, end, sign + text
        elif kind is RAW and name == "script" and 0 < number < len(tokens) - 1:
            yield tokens[number - 1].start, tokens[number + 1].end, source[start:end]


def _code(source: str, start: int, end: int, text: str) -> Code:
    is_script = source.startswith("<script", start) or source.startswith("<SCRIPT", start)
    if len(text) > MAX_CODE or not _is_telling(text, is_script) or text.count("<<<") > MAX_HEREDOCS:
        return Code(start, end, "", False, False)
    printed, is_only = _read(text, 0)
    return Code(start, end, printed, is_only, source.startswith("<?", start) and bool(_DISGUISED.search(text)))


def _is_telling(text: str, is_script: bool) -> bool:
    small = text.lower()
    if is_script and not any(sign in small for sign in _OF_LINKS):
        return False
    if not text.isascii():  # other letters may stand for these
        return bool(_TELLING_PATTERN.search(text))
    return any(word in small for word in _TELLING)


# One of these is in every script whose strings hold a link: the tag as it is, halved, or in some code.
_OF_LINKS = ("<a", '<"', "<'", "<\\", "\\x3c", "\\u003c", "\\74", "%3c", "atob", "rot13", "base64", "&lt;")
_DISGUISED = regex.compile(
    r"\beval\s*\(\s*@?(?:base64_decode|gzinflate|gzuncompress|str_rot13|strrev)|googlebot|bingbot|HTTP_USER_AGENT"
    r"|(?:file_get_contents|curl_init|fsockopen)\s*\(\s*['\"]https?:",
    regex.IGNORECASE,
)
_LEXEME = regex.compile(
    r"""<<<[ ]*(?P<quote>['"]?)(?P<mark>[A-Za-z_]\w{0,40})(?P=quote)\r?\n(?P<here>(?s:.*?))\n[ \t]*(?P=mark)\b"""
    r"""|"(?P<double>(?:[^"\\]++|\\(?s:.))*+)(?:"|\\?\Z)|'(?P<single>(?:[^'\\]++|\\(?s:.))*+)(?:'|\\?\Z)"""
    r"""|(?P<comment>/\*(?s:.*?)(?:\*/|\Z)|(?<![:\w])//[^\n]*|(?<![&\w])\#[^\n]*)|(?P<other>[^"'/#<]++|.)""",
    regex.DOTALL,
)
_BACKSLASH = regex.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", regex.DOTALL)
_VALUE = r"(?:\x00|\$?\w+)(?:\s*[.+]\s*(?:\x00|\$?\w+))*"
_UNPACKED = regex.compile(
    r"(base64_decode|atob|unescape|decodeURIComponent|str_rot13|urldecode|rawurldecode)\s*\(\s*(\x00\d+\x00)\s*\)",
    regex.IGNORECASE,
)
# Statements that print, or decide to whom; a string is \x00 here.
_STATEMENTS = (
    rf"(?:@\s*)?(?:echo|print)\s*\(?\s*{_VALUE}\s*\)?\s*(?:;|$)",
    rf"(?:window\.)?document\.write(?:ln)?\s*\(\s*{_VALUE}\s*\)\s*(?:;|$)",
    rf"(?:(?:var|let|const)\s+)?\$?\w+\s*[.+]?=\s*{_VALUE}\s*(?:;|$)",
    rf"(?:document\.)?[\w.]+(?:\(\s*\x00\s*\))?\.(?:inner|outer)HTML\s*\+?=\s*{_VALUE}\s*(?:;|$)",
    rf"[\w.]+(?:\(\s*\x00\s*\))?\.insertAdjacentHTML\(\s*\x00\s*,\s*{_VALUE}\s*\)\s*(?:;|$)",
    r"\$\w+\s*=\s*(?:\w+\s*\(\s*)?\$_SERVER\s*\[\s*\x00\s*\]\s*\)?\s*;",
    r"(?:else\s*)?if\s*\((?:[^;{}()]|\((?:[^;{}()]|\([^;{}()]*\))*\))*\)",
    r"@?(?:error_reporting|ini_set|set_time_limit)\s*\([\x00\d\s,]*\)\s*;",
    r"\belse\b",
    r"[{};\s]+",
)
_STATEMENT = regex.compile("|".join(f"(?:{pattern})" for pattern in _STATEMENTS), regex.IGNORECASE)
_CALL = regex.compile(r"(?<![\w$])(?!(?:preg_match|stripos|strpos|stristr|strstr|strtolower|isset|empty|if|echo|print|write|writeln|getElementById|querySelector|insertAdjacentHTML|is_user_logged_in|error_reporting|ini_set|set_time_limit)\b)[A-Za-z_]\w*\s*\(", regex.IGNORECASE)  # fmt: skip


def _read(text: str, depth: int) -> tuple[str, bool]:
    """What some code may print, and whether it does nothing else."""
    strings: list[str] = []
    code = "".join(_without_strings(text, strings))
    code = _UNPACKED.sub(lambda match: _unpack(match, strings), code)
    evaluated = regex.findall(r"\beval\s*\(\s*\x00(\d+)\x00\s*\)\s*;?", code)
    inner = [_read(strings[int(number)], depth + 1) for number in evaluated if depth < MAX_DEPTH]
    bare = regex.sub(r"\beval\s*\(\s*\x00\d+\x00\s*\)\s*;?" if inner else r"(?!)", "", code)
    used = [strings[int(number)] for number in regex.findall(r"\x00(\d+)\x00", bare)]
    printed = "".join([*(text for text in used if "<" in text or "://" in text), *(text for text, _ in inner)])
    bare = regex.sub(r"\x00\d+\x00", "\x00", bare)
    is_only = not _CALL.search(bare) and not _rest(bare) and all(only for _, only in inner)
    return printed, is_only


def _rest(code: str) -> str:
    """What of some code is no known statement."""
    at = 0
    while (match := _STATEMENT.match(code, at)) and match.end() > at:
        at = match.end()
    return code[at:].strip()


def _without_strings(text: str, strings: list[str]) -> Iterator[str]:
    """Code with the numbers of its strings in their places, and without comments."""
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup
        if kind == "other":
            yield match[0].replace("\x00", " ")
        elif kind != "comment":
            said = (
                match["here"] if match["mark"] else _BACKSLASH.sub(_unescaped, match["double"] or match["single"] or "")
            )
            strings.append(said)
            yield f"\x00{len(strings) - 1}\x00"


def _unescaped(match: regex.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": "\r"}.get(match[3], match[3])


def _unpack(match: regex.Match[str], strings: list[str]) -> str:
    """The number of a string that code decodes before it uses it."""
    name, packed = match[1].lower(), strings[int(match[2].strip("\x00"))]
    if name in ("base64_decode", "atob"):
        try:
            packed = base64.b64decode(packed, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return "undecodable()"
    else:
        packed = codecs.decode(packed, "rot13") if name == "str_rot13" else unquote(packed)
    strings.append(packed)
    return f"\x00{len(strings) - 1}\x00"

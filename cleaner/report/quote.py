"""One way to print hostile text: nothing in it can move a cursor, hide, turn a line around or start a command."""

from __future__ import annotations

import re
import unicodedata

_COMMAND = re.compile(
    r"^(\s*):(?=:)|#(?=#\w*\[)"
)  # `::name::` at the begin of a line, `##[name]` and `##vso[name]` anywhere


def quote(text: str, width: int | None = None) -> str:
    """Printable characters as they are, every other as an escape; shortened in the middle to `width` characters.

    >>> quote("a\\x1b[2J\\u202eb\\n")
    'a\\\\x1b[2J\\\\u202eb\\\\n'

    What build services take for a command in what they log is broken up.

    >>> quote("::stop-commands::x")
    '\\\\x3a:stop-commands::x'
    """
    shown = "".join(c if _is_plain(c) else _escape(c) for c in text)
    if "::" in shown or "##" in shown:
        shown = _COMMAND.sub(lambda match: f"{match[1] or ''}\\x{ord(match[0][-1]):x}", shown)
    if width is not None and len(shown) > width:
        half = (width - 1) // 2
        shown = f"{shown[:half]}…{shown[len(shown) - half :]}"
    return shown


def _is_plain(character: str) -> bool:
    return character.isprintable() and unicodedata.category(character) not in ("Cf", "Co", "Cs", "Zl", "Zp")


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")

"""Markdown: which stretches are prose, and which are code or front matter and left alone."""

from __future__ import annotations

from cleaner.patterns import pattern

_LIST_ITEM = pattern(r" {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]")
_LIST_SIGNS = frozenset(" -+*0123456789")
_FENCES = ("```", "~~~")
_FENCED = pattern(r"(?m)^[ \t>]*(?:```|~~~)")
_INDENTS = ("\t", "    ")
MAX_FRONT_MATTER = 65_536  # characters


def protected(text: str) -> list[tuple[int, int]]:
    """Stretches that are never judged: code blocks, fenced or indented, and YAML or TOML front matter, sorted.

    >>> text = "A\\n```\\nx\\n```\\nB\\n"
    >>> [text[a:b] for a, b in protected(text)]
    ['```\\nx\\n```\\n']
    """
    found = []
    begin = front_matter_end(text)
    if begin:
        found.append((0, begin))
    if not _may_hold_code(text, begin):
        return found
    fence, opened, at = "", 0, begin
    blank, in_list, code = True, False, False
    has_fences = any(fence in text for fence in _FENCES)
    for line in text[begin:].splitlines(keepends=True):
        mark = _fence(line) if has_fences and ("```" in line or "~~~" in line) else ""
        if not fence and mark:
            fence, opened = mark, at
        elif fence:
            if mark.startswith(fence) and not line.strip(" \t\r\n>").strip(fence[0]):
                found.append((opened, at + len(line)))
                fence = ""
        elif line.isspace():
            blank = True
        else:
            # Indented code begins behind a blank line and outside lists, whose paragraphs are indented too.
            code = line.startswith(("\t", "    ")) and (code or blank) and not in_list
            in_list = (line[0] in _LIST_SIGNS and bool(_LIST_ITEM().match(line))) or (in_list and line[0] in " \t")
            blank = False
            if code:
                found.append((at, at + len(line)))
        at += len(line)
    if fence and len(text) - opened < MAX_FRONT_MATTER:
        found.append((opened, len(text)))
    return found


_HIDING = pattern(r"(?i)<[a-z][^<]*(?:style|hidden|href)")


def may_hide(text: str) -> bool:
    """Whether HTML in a text may hide something: a cheap look, for what begins like a tag and says so.

    >>> may_hide("<p style='display:none'>"), may_hide("a < b, styles"), may_hide("<br>")
    (True, False, False)
    """
    return "<" in text and bool(_HIDING().search(text))


_RUN_OR_BLANK = pattern(r"`+|\n[ \t\r]*\n")


def code_spans(text: str) -> list[tuple[int, int]]:
    """Code inside lines: from a run of backticks to the next one as long in its paragraph, sorted.

    >>> text = "``a ` b`` c ` d"
    >>> [text[a:b] for a, b in code_spans(text)]
    ['``a ` b``']
    """
    pairs: list[tuple[int, int]] = []
    ahead: dict[str, int] = {}  # where the next run of a length ends
    for match in reversed(list(_RUN_OR_BLANK().finditer(text))):
        if match[0][0] != "`":
            ahead.clear()
            continue
        if match[0] in ahead:
            pairs.append((match.start(), ahead[match[0]]))
        ahead[match[0]] = match.end()
    found: list[tuple[int, int]] = []
    for start, end in reversed(pairs):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def _may_hold_code(text: str, begin: int) -> bool:
    """Whether a line of text[begin:] begins with a fence or an indent."""
    if text.startswith(_INDENTS, begin) or any(text.find("\n" + indent, begin) >= 0 for indent in _INDENTS):
        return True
    return any(fence in text for fence in _FENCES) and bool(_FENCED().search(text, begin))


def _fence(line: str) -> str:
    """The run of backticks or tildes a fence line begins with, at most three columns in, or inside a list or a quote."""
    bare = line.lstrip(" \t>")
    for sign in "`~":
        if bare.startswith(sign * 3):
            run = bare[: len(bare) - len(bare.lstrip(sign))]
            return run if sign == "~" or "`" not in bare[len(run) :] else ""
    return ""


_CLOSING = {"---": pattern(r"\n(?:---|\.\.\.(?=[ \t\r]*(?:\n|$)))"), "+++": pattern(r"\n\+\+\+")}


def front_matter_end(text: str) -> int:
    """Where the text behind the front matter begins; 0 when there is none, or it is not closed in time.

    >>> front_matter_end("---\\ntitle: A\\n...\\nB\\n"), front_matter_end("A\\n")
    (17, 0)
    """
    for sign, closing in _CLOSING.items():
        if text.startswith((sign + "\n", sign + "\r\n")):
            found = closing().search(text, 3, MAX_FRONT_MATTER)
            if found:
                end = text.find("\n", found.end())
                return end + 1 if end > 0 else len(text)
    return 0

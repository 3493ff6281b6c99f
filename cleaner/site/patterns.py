"""Patterns as in `.gitignore`, matched in linear time: a repository's patterns and file names are both hostile.

A pattern becomes a regular expression in which every wildcard takes the first place that fits and never another one. That
is the same language, because what stands between two wildcards has a fixed length (or number of folders), and it cannot be
made slow: with `pathspec`, `*a*a*a*a*b` takes half a minute on one file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_LENGTH = 1000  # characters of a pattern
MAX_DEPTH = 100  # folders: what lies deeper is matched by its folders only, or it would take minutes

_FOLDER = "/[^/]++"
_END = r"\Z"
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_TOKEN = re.compile(
    r"\*+|\?|\\.|\[(?P<not>[!^]?)(?P<set>\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]|(?P<plain>[^*?\\\[])", re.DOTALL
)
_MEMBER = re.compile(r"\[:(?P<name>[a-z]*):\]|(?P<low>\\?.)(?:-(?P<high>\\?[^\]]))?", re.DOTALL)


class Patterns(NamedTuple):
    """The patterns of one file or array, the last that matches decides; `any` matches where one of them does."""

    any: re.Pattern[str]
    each: tuple[
        tuple[str, bool], ...
    ]  # regular expressions, last pattern first, and whether they take back what others left out

    def verdict(self, path: str) -> bool | None:
        """Whether a path, with `/` in front and behind a folder, is left out; None when no pattern says anything."""
        if path.count("/") > MAX_DEPTH or not self.any.fullmatch(path):
            return None
        return next(not takes_back for pattern, takes_back in self.each if re.fullmatch(pattern, path))


@lru_cache(maxsize=256)
def compiled(lines: tuple[str, ...]) -> Patterns | None:
    """The patterns of some lines; None when there are none.

    >>> patterns = compiled(("drafts/", "*.log", "!keep.log", "/a/**/z"))
    >>> [patterns.verdict(path) for path in ("/x/drafts/", "/drafts", "/x/1.log", "/x/keep.log", "/a/b/c/z")]
    [True, None, True, False, True]
    """
    each = tuple(reversed([found for found in map(_rule, lines) if found]))
    if not each:
        return None
    return Patterns(re.compile("|".join(pattern for pattern, _ in each)), each)


def problem(line: str) -> str:
    """What is wrong with a pattern; empty when nothing is.

    >>> problem("*.md"), problem("a[")
    ('', 'is no pattern: a bracket is open, or a backslash stands at the end')
    """
    if len(line) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if "\n" in line or "\0" in line:
        return "holds a character that no line of patterns has"
    if not line.strip(" /!") or line.startswith("#"):
        return "is no pattern: it names no file"
    return "" if _rule(line) else "is no pattern: a bracket is open, or a backslash stands at the end"


def left_out(patterns: Patterns, path: str) -> bool:
    """Whether a file, or a folder that it lies in, is left out; the path is relative to that of the patterns.

    >>> left_out(compiled(("drafts/",)), "posts/drafts/a.md")
    True
    """
    parts = path.split("/")
    folders = ("/" + "/".join(parts[:number]) + "/" for number in range(1, min(len(parts), MAX_DEPTH)))
    return any(patterns.verdict(folder) for folder in folders) or bool(patterns.verdict(f"/{path}"))


def _rule(line: str) -> tuple[str, bool] | None:
    """A line as a regular expression and whether it begins with `!`; None for a comment and for what git passes over."""
    line = _stripped(line)
    takes_back = line.startswith("!")
    body = line[takes_back:]
    if not body or line.startswith("#") or len(line) > MAX_LENGTH:
        return None
    only_folders, body = body.endswith("/"), body.removesuffix("/")
    pattern = _anchored(body) if body else None
    return (pattern + ("/" if only_folders else "/?"), takes_back) if pattern else None


def _stripped(line: str) -> str:
    """A line without spaces at its end, unless a backslash keeps one."""
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 and stripped != line else stripped


def _anchored(body: str) -> str | None:
    parts = body.removeprefix("/").split("/")
    if "/" not in body:
        parts = ["**", body]
    translated = ["" if len(part) > 1 and not part.strip("*") else _component(part) for part in parts]
    if None in translated:
        return None
    runs = list(_runs(translated))
    if len(runs) == 1:
        return runs[0]
    first, *middle, last = runs
    inner = "".join(f"(?>(?:{_FOLDER})*?{run}(?=/|{_END}))" for run in middle if run)
    return first + inner + (f"(?:{_FOLDER})*?{last}" if last else f"(?:{_FOLDER})+")


def _runs(parts: Iterable[str | None]) -> Iterator[str]:
    """What stands between `**`, which are empty here: folders in a fixed number."""
    run = ""
    for part in parts:
        if part:
            run += f"/{part}"
        else:
            yield run
            run = ""
    yield run


def _component(glob: str) -> str | None:
    """A pattern without slashes; None for one that can match nothing."""
    pieces, at = [""], 0
    while at < len(glob):
        token = _TOKEN.match(glob, at)
        if token is None:  # an open bracket, or a backslash at the end
            return None
        at = token.end()
        if token[0][0] == "*":
            pieces.append("")
        else:
            pieces[-1] += _one(token)
    if not glob:
        return None
    first, *between = pieces
    if not between:
        return first
    inner = "".join(f"(?>[^/]*?{piece})" for piece in between[:-1])
    return f"(?>(?=[^/]){first}{inner}[^/]*{between[-1]}(?=/|{_END}))"


def _one(token: re.Match[str]) -> str:
    """What matches one character."""
    if token["plain"]:
        return re.escape(token[0])
    if token[0] == "?":
        return "[^/]"
    if token[0][0] == "\\":
        return re.escape(token[0][1])
    members = "".join(map(_member, _MEMBER.finditer(token["set"])))
    if token["not"]:
        return f"[^/{members}]"
    return f"(?:(?!/)[{members}])" if members else "(?!)"


def _member(member: re.Match[str]) -> str:
    """A member of a bracket expression; a range that runs backwards and an unknown class hold nothing."""
    if member["name"] is not None:
        return _CLASSES.get(member["name"], "")
    low, high = member["low"][-1], (member["high"] or member["low"])[-1]
    return f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""

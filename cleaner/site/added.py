"""`--only-added`: documents are judged whole, but only what touches a line that the commit being made adds counts.

So an old archive can take up a hook without being cleaned first. A file that is not as it is staged is refused: nobody could
say which of its lines are, and work that is not staged must not be touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.policy import Policy, Settle
from cleaner.readers import WHOLE, Document, Options, Scope, compression_of, format_of
from cleaner.site import git
from cleaner.site.git import Change
from cleaner.span import CleanerError, Span

NOT_STAGED = "not as it is staged: git add it first, so that it is known which lines are added"
CONFLICT = "in conflict: resolve it first"
_LINES = (*WHOLE, "jsonl", "csv", "tsv")  # formats whose lines are lines to git
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LF = re.compile("\n")


class Added(NamedTuple):
    """What is staged below the root of a work tree, by path from there."""

    top: str
    changes: Mapping[bytes, Change]

    def change(self, path: str) -> Change | None:
        """What is staged of a file, None for nothing."""
        return self.changes.get(os.fsencode(os.path.relpath(_located(path), self.top)))


def added(paths: Sequence[Path], revision: str = "") -> Added:
    """What the commit being made adds, or with a revision, what it and its branch add to that.

    Raises `CleanerError` for a path outside of the repository the first one lies in, and for what git refuses.
    """
    folder = Path() if "GIT_DIR" in os.environ else _folder(paths[0])
    top = git.top(folder)
    for path in paths:
        located = os.path.realpath(path) if path.is_dir() else _located(str(path))
        if located != top and not located.startswith(os.path.join(top, "")):
            raise CleanerError(f"--only-added: {path} is not in the git repository {top}")
    return Added(top, git.staged(folder, git.base(folder, revision)))


def limited(options: Options, added: Added) -> Options:
    """The options, with what counts limited to what is added."""

    def refusal(path: str) -> str:
        change = added.change(path)
        return "" if change is None else _refusal(Path(path), change)

    def narrow(document: Document, policy: Policy) -> Policy | None:
        return _narrowed(document, policy, added.change(document.path))

    return options._replace(scope=Scope(refusal, narrow, _key(added)))


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _located(path: str) -> str:
    """A path without links on the way to it; git knows a link by its own name."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(_real(folder), name) if name else _real(folder)


@lru_cache(1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _key(added: Added) -> str:
    """A hash that differs where another set of lines is added."""
    rows = sorted((path, change.blob, change.lines and list(change.lines)) for path, change in added.changes.items())
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _refusal(path: Path, change: Change) -> str:
    if not change.blob:
        return CONFLICT
    try:
        stream, _ = files.open_stream(path)
        with stream:
            return "" if git.is_content(stream, change.blob) else NOT_STAGED
    except (FileProblem, OSError):
        return ""  # it is found again, and said, where the file is read to be judged


def _narrowed(document: Document, policy: Policy, change: Change | None) -> Policy | None:
    """The policy of a document, limited to what is added to it; None when nothing is."""
    if change is None:
        return None
    lines = change.lines
    if lines is None or not _has_lines(document):
        return policy
    if document.record:
        last = document.line + document.data.removesuffix(b"\n").count(b"\n")
        return policy if _meets(lines, document.line, last) else None
    return policy._replace(settle=_touching(policy.settle, lines)) if lines else None


def _has_lines(document: Document) -> bool:
    """Whether what git calls lines are lines of the document: not in UTF-16, nor in what is compressed or binary."""
    is_text = format_of(document.path) in _LINES and not compression_of(document.path)[1]
    return is_text and not document.data.startswith(_UTF16)


def _touching(settle: Settle, ranges: Sequence[tuple[int, int]]) -> Settle:
    """What settles the findings of a text, without those that touch none of some ranges of lines."""

    def settled(text: str, spans: Sequence[Span]) -> Sequence[Span]:
        found = settle(text, spans)
        starts = [0, *(match.end() for match in _LF.finditer(text))] if found else []
        return [span for span in found if _touches(text, starts, span, ranges)]

    return settled


def _touches(text: str, starts: Sequence[int], span: Span, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether what a span shows, without the white space around, is in one of some sorted, half-open ranges of lines."""
    piece = text[span.start : span.end]
    begin, end = span.end - len(piece.lstrip()), span.start + len(piece.rstrip())
    first, last = bisect_right(starts, min(begin, span.end - 1)), bisect_right(starts, max(end - 1, span.start))
    return _meets(ranges, first, last)


def _meets(ranges: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether one of some sorted, half-open ranges has a line from the first to the last of some."""
    at = bisect_right(ranges, (last, sys.maxsize)) - 1
    return at >= 0 and ranges[at][1] > first

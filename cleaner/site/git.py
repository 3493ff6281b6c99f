"""What is staged in a git repository, asked of `git` so that nothing the repository holds is run: raw ids and line numbers.

This is the only module that starts a process. Repository, attributes, names and contents are taken as hostile: no shell, no
name and no revision on a command line where it could be an option, no external diff, filter, monitor, pager or download.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from cleaner.span import CleanerError

_GIT = (
    "git",
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "protocol.allow=never"),  # what a partial clone lacks is not fetched
    *("-c", "safe.bareRepository=explicit"),  # a repository inside the files of another one
    *("-c", "core.bigFileThreshold=64m"),  # above that a file is binary, and counts as a whole
)
_DIFF = ("diff-index", "--cached", "--ita-invisible-in-index", "--no-abbrev", "--full-index", "-M", "--no-color")
_TEXT = (
    "-p",
    "-U0",
    "--inter-hunk-context=0",
    "--diff-filter=MR",
    "--no-ext-diff",
    "--no-textconv",
    "--submodule=short",
)
_PATHS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")  # hooks get them
_KEPT = ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG")  # by their first letters
_SET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
BLOCK = 1 << 20  # bytes of a file read at a time
_INDEX = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)")
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


class Change(NamedTuple):
    """What is staged of a file: the id of its content ("" in a conflict), and which lines are new, None for all.

    Lines are in sorted, half-open ranges, and count from 1.
    """

    blob: str
    lines: Sequence[tuple[int, int]] | None


def top(folder: Path) -> str:
    """The root of the work tree a folder lies in. Raises `CleanerError` when it lies in none."""
    return os.path.realpath(os.fsdecode(_said(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def base(folder: Path, revision: str) -> str:
    """The commit that changes are counted from: HEAD without a revision, else where HEAD and that parted; or an empty tree."""
    head = _commit(folder, "HEAD")
    if not revision:
        return head or _said(folder, "hash-object", "-t", "tree", "--stdin").decode().strip()
    other = _commit(folder, revision)
    if not other:
        raise CleanerError(f"--only-added: there is no commit {revision} here: fetch it, or name another")
    try:
        return _said(folder, "merge-base", other, head or other).decode().split()[0]
    except CleanerError:
        raise CleanerError(
            f"--only-added: HEAD and {revision} have no common ancestor here: fetch more of the history"
        ) from None


def _commit(folder: Path, revision: str) -> str:
    """The id of a commit, or nothing."""
    try:
        said = _said(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except CleanerError:
        return ""
    return said.decode().strip()


def staged(folder: Path, base: str) -> dict[bytes, Change]:
    """What the index of a repository has, compared with a commit or tree, by path below the root of its work tree.

    Only LF ends a line. A file that is new, binary, or of another kind than before has all its lines new.
    """
    rows = list(_rows(_said(folder, *_DIFF, "--raw", "-z", base)))
    if not rows:
        return {}
    with _lines(folder, *_DIFF, *_TEXT, base) as patch:
        found = added_lines(patch)
    return {
        path: Change(new if status != b"U" else "", _new(found, status, old, new)) for status, old, new, path in rows
    }


def _new(
    found: dict[tuple[str, str], list[tuple[int, int]]], status: bytes, old: str, new: str
) -> Sequence[tuple[int, int]] | None:
    if old == new:
        return ()
    return found.get((old, new)) if status in (b"M", b"R") else None


def _rows(raw: bytes) -> Iterator[tuple[bytes, str, str, bytes]]:
    """Status, ids before and after, and path of each entry of `git diff --raw -z` that is not deleted."""
    fields = iter(raw.split(b"\0"))
    for field in fields:
        if field:
            _, _, old, new, status = field.split(b" ")
            path = next(fields)
            if status[:1] in (b"R", b"C"):
                path = next(fields)
            if status[:1] != b"D":
                yield status[:1], old.decode(), new.decode(), path


def added_lines(patch: Iterable[bytes]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """The lines added by each part of a patch without context, by the full ids before and after; those of binary files lack.

    >>> patch = [b"diff --git a/x b/x", b"index 1a..2b 100644", b"--- a/x", b"+++ b/x", b"@@ -3,0 +4 @@ a", b"+new"]
    >>> added_lines(patch)
    {('1a', '2b'): [(4, 5)]}
    """
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    ids: tuple[str, str] | None = None
    for line in patch:
        if match := _INDEX.match(line):  # no line of a file begins like this or the next: -, + or \\ stands before it
            ids = (match[1].decode(), match[2].decode())
            found.pop(ids, None)  # another file with the same change
        elif ids and (match := _HUNK.match(line)):
            first, count = int(match[1]), int(match[2] or 1)
            found.setdefault(ids, []).extend([(first, first + count)] if count else [])
    return found


def is_content(stream: BinaryIO, blob: str) -> bool:
    """Whether a file is what is staged, as it is or with CRLF for each LF of that.

    >>> import io
    >>> is_content(io.BytesIO(b"a\\r\\n"), "78981922613b2afb6025042ff6bd878ac1994e85")
    True
    """
    return any(_id(stream, len(blob), with_crlf) == blob for with_crlf in (False, True))


def _id(stream: BinaryIO, length: int, with_crlf: bool) -> str:
    """The id that git gives some content, as long as those it has in the repository."""
    hashed = hashlib.new("sha256" if length == 64 else "sha1", usedforsecurity=False)
    hashed.update(b"blob %d\0" % sum(map(len, _blocks(stream, with_crlf))))
    for block in _blocks(stream, with_crlf):
        hashed.update(block)
    return hashed.hexdigest()


def _blocks(stream: BinaryIO, with_crlf: bool) -> Iterator[bytes]:
    """All of a stream, with LF for CRLF when it is with that."""
    stream.seek(0)
    held = b""
    while block := stream.read(BLOCK):
        block = held + block
        held = b"\r" if with_crlf and block.endswith(b"\r") else b""
        block = block[: len(block) - len(held)]
        yield block.replace(b"\r\n", b"\n") if with_crlf else block
    yield held


def _said(folder: Path, *arguments: str) -> bytes:
    """What a git command says. Raises `CleanerError` when it fails."""
    with _started():
        done = subprocess.run(  # noqa: S603
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    if done.returncode:
        raise _refused(done.stderr)
    return done.stdout


@contextmanager
def _lines(folder: Path, *arguments: str) -> Iterator[IO[bytes]]:
    """The same, line by line. Raises `CleanerError` at the end when it fails."""
    with _started():
        process = subprocess.Popen(  # noqa: S603
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    with process:
        if process.stdout is not None:
            yield process.stdout
    if process.returncode:
        raise _refused(b"diff-index failed")


@contextmanager
def _started() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename == _GIT[0]:
            raise CleanerError("--only-added needs git: it is not installed, or not on the PATH") from None
        raise CleanerError(f"{os.fsdecode(error.filename or '')}: {error.strerror}") from None


def _refused(words: bytes) -> CleanerError:
    first = words.decode(errors="replace").strip().partition("\n")[0]
    return CleanerError(f"--only-added: git says: {first.removeprefix('fatal: ') or 'nothing, but it failed'}")


def _environment() -> dict[str, str]:
    """The environment without what changes how git compares and prints; paths in it hold in every folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    return kept | {name: os.path.abspath(os.environ[name]) for name in _PATHS if os.environ.get(name)} | _SET  # noqa: PTH100

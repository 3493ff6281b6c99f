"""Undo a run from its report. The report is untrusted: every path, offset and hash is checked before a file is written."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from cleaner import splice
from cleaner.batch import sha256, write_atomically
from cleaner.encoding import MAX_BYTES, UndecodableError, decode
from cleaner.span import CleanerError, merged


class Restored(NamedTuple):
    """A file of the report: restored when `problem` is empty, else left as it was."""

    path: str
    problem: str


def restore(report: Path) -> Iterator[Restored]:
    """Put every cut of a report back, file by file.

    A file is written only when its bytes are those the run wrote and the result's are those the run read.
    Raises `CleanerError` for a report that is missing or is not one.
    """
    try:
        summary = json.loads((report / "summary.json").read_text(encoding="utf-8"))
        root = (report / summary["root"]).resolve()
        hashes = {
            entry["path"]: (entry["before"], entry["after"])
            for entry in summary["files"]
            if entry["status"] == "cleaned"
        }
        rows = list(_rows(report / "removals.jsonl"))
        removed = {path: list(group) for path, group in groupby(rows, key=lambda row: str(row["path"]))}
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise CleanerError(f"{report} is not a report of cleaner: {error}") from None
    for path, (before, after) in hashes.items():
        try:
            _restore_file(root, path, removed.get(path, []), str(before), str(after))
        except (_RefusedError, OSError, UndecodableError, ValueError, KeyError, TypeError) as error:
            yield Restored(path, str(error))
        else:
            yield Restored(path, "")


class _RefusedError(Exception):
    """Why a file is not restored."""


def _rows(ledger: Path) -> Iterator[dict[str, Any]]:
    with ledger.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["action"] == "removed":
                yield row


def _restore_file(root: Path, name: str, rows: list[dict[str, Any]], before: str, after: str) -> None:
    path = _inside(root, name)
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
        raise _RefusedError("not a regular file of a size that is ever cleaned")
    clean = path.read_bytes()
    if sha256(clean) != after:
        raise _RefusedError("it is not what the run wrote: restored already, or changed since")
    original = splice.restore(clean, _pieces(rows, decode(clean).encoding))
    if sha256(original) != before:
        raise _RefusedError("the report does not give back what the run read")
    write_atomically(path, original, stat.S_IMODE(status.st_mode))


def _inside(root: Path, name: str) -> Path:
    """The file of that name below the root; refused when it would be anywhere else."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise _RefusedError("its path leads out of the folder")
    path = root.joinpath(*parts)
    if root not in path.parent.resolve().parents and path.parent.resolve() != root:
        raise _RefusedError("its path leads out of the folder")
    return path


def _pieces(rows: list[dict[str, Any]], encoding: str) -> list[tuple[int, bytes]]:
    """The bytes of the cuts with their offsets in the original; cuts that overlap or touch are one."""
    errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
    known: dict[int, int] = {}
    for row in rows:
        start, data = int(row["byte_start"]), str(row["text"]).encode(encoding, errors)
        if start < 0 or int(row["byte_end"]) - start != len(data):
            raise _RefusedError("a row of the report has a text of another length than its offsets say")
        known.update(zip(range(start, start + len(data)), data, strict=True))
    ranges = merged((int(row["byte_start"]), int(row["byte_end"])) for row in rows)
    return [(start, bytes(known[at] for at in range(start, end))) for start, end in ranges]

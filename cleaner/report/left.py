"""What was left as it is, a file or a record of one, where it is and why: for all who have to say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cleaner.engine.journal import Entry


class Left(NamedTuple):
    """A file, or a record of it on a line (0: on none), with its status and the reason for that."""

    path: str
    line: int
    record: str
    status: str
    reason: str


def left_in(entry: Entry) -> list[Left]:
    """The source itself, or the first of its records that were left, or nothing."""
    return [Left(entry.path, skip.line, skip.record, skip.status, skip.reason) for skip in entry.skips()]

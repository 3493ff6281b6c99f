"""Files written in one call, the way the engine writes them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cleaner.document import FAILED
from cleaner.engine.files import Below, Left, Syncs, Tell, Written, creating, replacing
from cleaner.engine.handles import FileProblem, WriteFailed, sync
from cleaner.engine.jobs import NO_READER, Place, UnreadableSource
from cleaner.engine.journal import Log, Stat
from cleaner.engine.tree import FolderTarget
from cleaner.engine.walk import Source
from cleaner.readers import Options


def replace(
    path: Path, *chunks: bytes, before: os.stat_result | None = None, digest: str = "", tell: Tell | None = None
) -> Written:
    """Put other bytes in the place of a file, which must be what it was `before`, if that is given."""
    with replacing(path, before or path.stat(), digest=digest, tell=tell) as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.commit()


def create(root: Path, name: str, *chunks: bytes, mode: int | None = None, tell: Tell | None = None) -> Written:
    """Write a file below a folder."""
    with creating(root, name, mode=mode, tell=tell) as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.commit()


def copy(path: Path, root: Path, name: str, *, tell: Tell | None = None) -> bool:
    """Copy a file below a folder as the engine copies one that it has no reader for; False when it cannot be opened.

    What is there counts as left by an earlier run.

    Raises `FileProblem` for the reason that the entry gives when it was not copied.
    """
    below = Below(root)
    target = FolderTarget(below, tell, Syncs(ThreadPoolExecutor), sync)
    job = UnreadableSource(Source(path, name), Place(target, Log(), Options()))
    job.left = Left(frozenset([Stat.of_path(root / name)]))
    entry = job.finish()
    below.close()
    if entry.reason != NO_READER:
        raise (WriteFailed if entry.status == FAILED else FileProblem)(entry.reason)
    return entry.after != ""

"""Which files a run takes, lazily and always in the same order."""

from __future__ import annotations

import heapq
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cleaner.engine.handles import NOT_REGULAR, SYMLINK
from cleaner.span import CleanerError


class Source(NamedTuple):
    """A file to clean: where it is, its name in the report and below the output folder, and why it cannot be read."""

    path: Path
    name: str
    problem: str = ""


def walk(paths: Sequence[Path]) -> Iterator[Source]:
    """The files of some paths, each once, sorted by name; hidden files and folders are left out, symbolic links skipped.

    A folder's files are named by their path below it; when several paths are given, below the folder's own name. One
    folder is listed at a time, whatever there is in all. Raises `CleanerError`, before the first file, for a path that
    does not exist and for two paths of one name.
    """
    roots = [_root(path, len(paths) > 1) for path in paths]
    for name, count in Counter(root.name for root in roots if root.name).items():
        if count > 1:
            raise CleanerError(
                f"{count} of the paths would have one name in the output, {name}: clean them in two runs"
            )
    return heapq.merge(*map(_below, roots), key=lambda source: source.name)


def count(paths: Sequence[Path]) -> int:
    """How many files `walk` finds, without looking at any of them."""
    return sum(_count_folder(path) if path.is_dir() else 1 for path in paths)


def _count_folder(folder: str | Path) -> int:
    found, todo = 0, [folder]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        found += 1
        except OSError:
            found += 1
    return found


def _root(path: Path, is_one_of_several: bool) -> Source:
    try:
        is_there = path.exists() or path.is_symlink()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise CleanerError(f"{path}: {error.strerror}") from None
    if not is_there:
        raise CleanerError(f"{path}: no such file or folder")
    if path.is_dir():
        return Source(path, path.resolve().name if is_one_of_several else "")
    return Source(path, path.name)


def _below(root: Source) -> Iterator[Source]:
    if root.path.is_dir():
        return _walk_folder(root.path, f"{root.name}/" if root.name else "")
    return iter([_source(root.path, root.name)])


def _walk_folder(folder: Path, prefix: str) -> Iterator[Source]:
    """The files below a folder; one that cannot be listed comes with a slash behind its name, as it is sorted."""
    todo = [
        iter([_Found(prefix, str(folder), True, "")])
    ]  # what is left of each folder on the way down: it may be a long one
    while todo:
        found = next(todo[-1], None)
        if found is None:
            todo.pop()
            continue
        if not found.is_folder:
            yield Source(Path(found.path), found.name, found.problem)
            continue
        try:
            todo.append(iter(_listed(found.path, found.name)))
        except OSError as error:
            yield Source(Path(found.path), found.name or "./", f"permission: {error.strerror}")


class _Found(NamedTuple):
    """What is in a folder: the name below the root, with a slash if it is one, so that all sorts as the full names do."""

    name: str
    path: str
    is_folder: bool
    problem: str


def _listed(folder: str, prefix: str) -> list[_Found]:
    with os.scandir(folder) as entries:
        return sorted(_found(entry, prefix) for entry in entries if not entry.name.startswith("."))


def _found(entry: os.DirEntry[str], prefix: str) -> _Found:
    """An entry by what its folder says of it: the file itself is not looked at before it is read."""
    if entry.is_dir(follow_symlinks=False):
        return _Found(f"{prefix}{entry.name}/", entry.path, True, "")
    problem = SYMLINK if entry.is_symlink() else "" if entry.is_file(follow_symlinks=False) else NOT_REGULAR
    return _Found(prefix + entry.name, entry.path, False, problem)


def _source(path: Path, name: str) -> Source:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return Source(path, name, f"vanished: {error.strerror}")
    if stat.S_ISLNK(mode):
        return Source(path, name, SYMLINK)
    return Source(path, name, "" if stat.S_ISREG(mode) else NOT_REGULAR)

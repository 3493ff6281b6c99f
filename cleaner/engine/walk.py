"""Which files a run takes and how they are named, lazily and always in the same order."""

from __future__ import annotations

import errno
import heapq
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cleaner.engine.handles import NOT_REGULAR, SYMLINK
from cleaner.site.ignore import GITIGNORE, Rules, Selection
from cleaner.span import CleanerError

ALL = Selection(gitignore=False)  # leaves nothing out


class Source(NamedTuple):
    """A file to clean: where it is, its name in the report and below the output folder, and why it cannot be read."""

    path: Path
    name: str
    problem: str = ""


def walk(
    paths: Sequence[Path], selection: Selection = ALL, *, named: Callable[[Path], str] | None = None
) -> Iterator[Source]:
    """The files of some paths, each once, sorted by name; symbolic links are skipped.

    Hidden files and folders, and what the selection says, are left out. A folder's files are named by their path below it;
    when several paths are given, below the folder's own name. Or `named` names each path, and everything below it. One
    folder is listed at a time, whatever there is in all. Raises `CleanerError`, before the first file, for a path that
    does not exist or may not be read, and for two paths that get one name because `named` is not given.
    """
    taken = [_below(root, selection) for root in roots(paths, named=named) if selection.takes(root.path)]
    return _each_once(heapq.merge(*taken, key=lambda source: source.name))


def roots(paths: Sequence[Path], *, named: Callable[[Path], str] | None = None) -> list[Source]:
    """The paths themselves and the names that `walk` gives them. Raises `CleanerError` as that does."""
    found = [_root(path, named or (_base if len(paths) > 1 else _nothing)) for path in paths]
    if named is None:
        _refuse_clash(found)
    return found


def count(paths: Sequence[Path], selection: Selection = ALL, *, named: Callable[[Path], str] | None = None) -> int:
    """How many files `walk` finds, without looking at any of them."""
    return sum(1 for _ in walk(paths, selection.uncounted(), named=named))


def require_readable(path: Path) -> None:
    """Raise `CleanerError` for a path that does not exist, or that may not be read. What a link leads to need not be there."""
    try:
        is_there = path.exists()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise CleanerError(f"{path}: {error.strerror}") from None
    if not is_there and not path.is_symlink():
        raise CleanerError(f"{path}: no such file or folder")
    if is_there and not os.access(path, os.R_OK):
        raise CleanerError(f"{path}: {os.strerror(errno.EACCES)}")


def as_given(path: Path) -> str:
    """The name of a path for those who gave it.

    >>> as_given(Path("./posts/a/")), as_given(Path("."))
    ('posts/a', '')
    """
    return "" if path == Path() else str(path)


def below(root: Path) -> Callable[[Path], str]:
    """Names for paths in a folder: where they are in it."""
    top = os.path.realpath(root)

    def name(path: Path) -> str:
        relative = os.path.relpath(_real(path), top)
        return "" if relative == "." else relative

    return name


def common_folder(paths: Sequence[Path]) -> Path:
    """The nearest folder that some paths lie in, without links; a folder that is the only path is that itself."""
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    if len(paths) == 1:
        return paths[0].parent
    return Path(os.path.commonpath([str(Path(_real(path)).parent) for path in paths]))


def _real(path: Path) -> str:
    """Where a path is; what it is itself, such as a link to a file, is not followed, as no such link is read."""
    return os.path.realpath(path) if path.is_dir() else os.path.join(os.path.realpath(path.parent), path.name)


def _base(path: Path) -> str:
    return path.resolve().name if path.is_dir() else path.name


def _nothing(path: Path) -> str:
    return "" if path.is_dir() else path.name


def _refuse_clash(roots: Sequence[Source]) -> None:
    for name, number in Counter(root.name for root in roots if root.name).items():
        if number > 1:
            raise CleanerError(
                f"{number} of the paths would have one name in the output, {name}: clean them into two folders"
            )


def _each_once(sources: Iterator[Source]) -> Iterator[Source]:
    """Sorted sources without those that have the name of the one before: a file may be given by itself and in a folder."""
    last = None
    for source in sources:
        if source.name != last:
            yield source
        last = source.name


def _root(path: Path, named: Callable[[Path], str]) -> Source:
    require_readable(path)
    return Source(path, named(path))


def _below(root: Source, selection: Selection) -> Iterator[Source]:
    if root.path.is_dir():
        prefix = root.name if root.name.endswith("/") or not root.name else f"{root.name}/"
        return _walk_folder(root.path, prefix, selection)
    return iter([_source(root.path, root.name)])


def _walk_folder(folder: Path, prefix: str, selection: Selection) -> Iterator[Source]:
    """The files below a folder; one that cannot be listed comes with a slash behind its name, as it is sorted."""
    todo = [
        iter([_Found(prefix, str(folder), True, "", selection.rules(folder))])
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
            todo.append(iter(_listed(found, selection)))
        except OSError as error:
            yield Source(Path(found.path), found.name or "./", f"permission: {error.strerror}")


class _Found(NamedTuple):
    """What is in a folder: the name below the root, with a slash if it is one, so that all sorts as the full names do.

    rules are those of a folder, and of the folder of a file.
    """

    name: str
    path: str
    is_folder: bool
    problem: str
    rules: Rules


def _listed(folder: _Found, selection: Selection) -> list[_Found]:
    with os.scandir(folder.path) as entries:
        listed = list(entries)
    has_own = any(entry.name == GITIGNORE for entry in listed)
    rules = folder.rules.with_own(folder.path) if has_own else folder.rules
    return sorted(
        _found(entry, folder.name, rules)
        for entry in listed
        if not entry.name.startswith(".") and not selection.note(_why(entry, rules))
    )


def _why(entry: os.DirEntry[str], rules: Rules) -> str:
    return rules.leave_out(entry.name, entry.is_dir(follow_symlinks=False))


def _found(entry: os.DirEntry[str], prefix: str, rules: Rules) -> _Found:
    """An entry by what its folder says of it: the file itself is not looked at before it is read."""
    if entry.is_dir(follow_symlinks=False):
        return _Found(f"{prefix}{entry.name}/", entry.path, True, "", rules.entered(entry.name))
    problem = SYMLINK if entry.is_symlink() else "" if entry.is_file(follow_symlinks=False) else NOT_REGULAR
    return _Found(prefix + entry.name, entry.path, False, problem, rules)


def _source(path: Path, name: str) -> Source:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return Source(path, name, f"vanished: {error.strerror}")
    if stat.S_ISLNK(mode):
        return Source(path, name, SYMLINK)
    return Source(path, name, "" if stat.S_ISREG(mode) else NOT_REGULAR)

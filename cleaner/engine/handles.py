"""Handles of folders and files: a path is entered part by part, so that no link and no odd name leads anywhere else.

What the system refuses becomes a `FileProblem`, whose message is the reason a file is skipped for.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SYMLINK, NOT_REGULAR = "symlink: give the file itself", "not a regular file"
NAME_CLASH = "name clash: the file system takes it for another name that is there"
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO does not hold us up
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_KINDS = {
    errno.ENOENT: "vanished",
    errno.ENOTDIR: "vanished",
    errno.ESTALE: "vanished",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENAMETOOLONG: "name",
}


class FileProblem(Exception):  # noqa: N818 - it is no error of the program
    """Why a file is left as it is: the message is the reason it is skipped for, short and always the same."""


class WriteFailed(FileProblem):
    """A write that the system refused; what was in the place before is still there."""


class reading:  # noqa: N801 - a context manager that reads as a verb; a generator would take five times as long
    """Turns what the system refuses to read into a `FileProblem`."""

    def __enter__(self) -> None:
        """Nothing is asked for yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Say what was wrong."""
        if isinstance(error, OSError):
            raise _unread(error) from None
        if isinstance(error, ValueError):  # NUL, or a lone surrogate
            raise FileProblem("name: no file can have it") from None


def _unread(error: OSError) -> FileProblem:
    if error.errno == errno.ELOOP:
        return FileProblem(SYMLINK)
    if error.errno in (errno.ENXIO, errno.ENODEV):  # a socket, a device without a driver
        return FileProblem(NOT_REGULAR)
    return FileProblem(f"{_KINDS.get(error.errno or 0, 'unreadable')}: {error.strerror}")


class writing:  # noqa: N801 - as `reading`
    """Turns what the system refuses to write into a `FileProblem`."""

    def __enter__(self) -> None:
        """Nothing is asked for yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Say what was wrong."""
        if isinstance(error, OSError):
            raise _unwritten(error) from None


def _unwritten(error: OSError) -> FileProblem:
    if error.errno == errno.ENAMETOOLONG:
        return FileProblem(f"name: {error.strerror}")
    if error.errno == errno.EBUSY:
        return FileProblem("mount point: it cannot be replaced")
    return WriteFailed(f"write: {error.strerror}")


class closing:  # noqa: N801 - as `reading`
    """A descriptor to read from that is closed at the end; whether that fails says nothing about what was read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> int:
        """The descriptor."""
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        """Close it."""
        with suppress(OSError):
            os.close(self._descriptor)


def open_regular(path: Path | str, folder: int | None = None) -> int:
    """A regular file to read from; neither a link nor what is behind one."""
    descriptor = os.open(path, FILE, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise FileProblem(NOT_REGULAR)


def open_below(root: Path, folders: Sequence[str], *, make: bool = False) -> int:
    """A handle of a folder some folders below a root, entered one by one, and made where they are missing."""
    folder = os.open(root, FOLDER)
    for name in folders:
        with closing(folder):
            if make:
                _make(folder, name)
            folder = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    return folder


def _make(folder: int, name: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
        sync(folder)
    refuse_clash(folder, name)


def sync(folder: int) -> tuple[str, ...]:
    """Make a new name in a folder durable; when that fails the name is there nevertheless, so it is a remark."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that syncs no folders
            return (f"folder not synced: {error.strerror}",)
    return ()


def split(name: str) -> tuple[list[str], str]:
    """The folders and the file of a path below a root.

    >>> split("a/b/c.txt")
    (['a', 'b'], 'c.txt')

    Raises `FileProblem` for a path that would lead elsewhere, or that no file can have.
    """
    *folders, last = name.split("/")
    if any(part in ("", ".", "..") for part in (*folders, last)):
        raise FileProblem("name: it leads out of the folder")
    try:
        if b"\0" not in os.fsencode(name):
            return folders, last
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        pass
    raise FileProblem("name: no file can have it")


def refuse_clash(folder: int, name: str) -> None:
    """Refuse a name under which the file system finds something of another name.

    It does when it folds case, Unicode forms or dots at the end, so it finds this under a variant of the name as well.
    """
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    variants = {name.swapcase(), unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name), f"{name}."}
    if any(_is_at(folder, variant, there) for variant in variants - {name}) and name not in os.listdir(folder):
        raise FileProblem(NAME_CLASH)


def _is_at(folder: int, name: str, there: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(name, dir_fd=folder, follow_symlinks=False), there)
    except OSError:
        return False

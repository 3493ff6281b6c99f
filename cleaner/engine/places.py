"""Where output may go: outside the inputs, not among other people's files, and one run at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cleaner.span import CleanerError

LOCK = ".cleaner.lock"

_held: set[int] = set()  # descriptors of locks


class LockedError(CleanerError):
    """Another run works there."""

    exit_code = 5


def refuse_overlap(inputs: Sequence[Path], output: Path, advice: str = "choose a folder elsewhere") -> None:
    """Raise `CleanerError` for an output inside an input or an input inside the output: it would be cleaned into itself.

    Folders are compared by what they are, not by how they are written: links, mounts and `..` do not hide one.
    """
    target = _ancestry(output)
    for path in inputs:
        source = _ancestry(path)
        if source[0] in target or target[0] in source:
            raise CleanerError(f"{path} and {output} lie inside one another: {advice}")


def refuse_foreign(output: Path, report: Path, is_ours: Callable[[Path], bool]) -> None:
    """Raise `CleanerError` for an output folder with files that no run of ours has put there, by its report.

    A folder that everybody may write to is refused as well: somebody could put links and files there while we write.
    """
    try:
        mode = output.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise CleanerError(f"{output}: {error.strerror}") from None
    if not stat.S_ISDIR(mode):
        raise CleanerError(f"{output} is not a folder: choose another")
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise CleanerError(
            f"everybody may write to {output}: take that right away (chmod o-w), or choose another folder"
        )
    if has_files(output) and not is_ours(report):
        raise CleanerError(f"{output} is not empty, and {report} does not say that we filled it: choose another folder")


def has_files(folder: Path) -> bool:
    """Is anything in a folder but our lock? A folder that is not there has no files."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name != LOCK for entry in entries)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CleanerError(f"{folder}: {error.strerror}") from None


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other runs out of a report folder, which is made when it is missing.

    Raises `LockedError` when one is at work. The lock is the system's, so it ends with its owner however that ends.
    """
    path = folder / LOCK
    descriptor = _locked(path)
    _held.add(descriptor)
    try:
        yield
    finally:
        if descriptor in _held:  # else this is a child, which has none of it
            with suppress(OSError):
                path.unlink()  # while it is locked: who waits for this file finds that it is gone, and makes another
            _held.discard(descriptor)
            os.close(descriptor)


def _ancestry(path: Path) -> list[tuple[object, ...]]:
    """What a path is and what it lies in, from the inside out; what is not there (yet) is its name in what is."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, no current folder, NUL
        raise CleanerError(f"{path}: {error}") from None
    found: list[tuple[object, ...]] = []
    for part in (*reversed(resolved.parents), resolved):
        try:
            status = part.stat()
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append((*found[-1], part.name))
    return found[::-1]


def _locked(path: Path) -> int:
    """A descriptor of a lock file, locked by us."""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CleanerError(f"{path.parent} cannot be locked: {error.strerror}") from None
        is_ours = False
        try:
            is_ours = _take(descriptor, path)
        finally:
            if not is_ours:
                os.close(descriptor)
        if is_ours:
            return descriptor


def _take(descriptor: int, path: Path) -> bool:
    """Lock an open lock file; false when its owner removed it before we could."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), path.lstat()):
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % os.getpid())
    except BlockingIOError:
        raise LockedError(f"another run{_owner(descriptor)} works in {path.parent}: wait for its end") from None
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CleanerError(f"{path.parent} cannot be locked: {error.strerror}") from None
    return True


def _owner(descriptor: int) -> str:
    written = os.pread(descriptor, 20, 0).strip()
    return f" (process {written.decode()})" if written.isdigit() else ""


def _forget() -> None:
    """A child that shares the descriptor of a lock would keep it locked after our death."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget)

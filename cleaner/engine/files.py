"""Files read whole or not at all, and written so that a file is at every moment the old one or the whole new one.

A new file is written under another name in the same folder, synced, and renamed over its place; everything goes through
handles of folders, so that a link put in the way leads nowhere. Only the standard library is needed.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from cleaner.engine.handles import (
    FOLDER,
    NEW,
    FileProblem,
    closing,
    open_below,
    open_regular,
    reading,
    refuse_clash,
    split,
    sync,
    writing,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

RETRIES = 3  # after a read during which the file changed
SETTLED = 2_000_000_000  # nanoseconds
CHUNK = 1 << 20  # bytes read at a time
TOGETHER = 4  # files that one thread makes durable
SPARSE = 64  # a file over 1 GB that is so many times larger than what it takes on disk is not copied
CHANGED_READING, CHANGED_ON_DISK = "changed while it was read", "changed on disk"
IN_THE_WAY = "in the way: the output has a file of that name that is not as a run left it: move it away"
HARD_LINK, READ_ONLY = "hard link: replacing it would separate its names", "read-only"

_TEMPORARY = re.compile(r"\.cleaner-[0-9a-f]{16}\.tmp")
_ACL = "system.posix_acl_access"
_unfinished: set[str] = set()  # the paths of temporary files that are neither in their places nor removed

Tell = Callable[[str], None]  # is told the path of a temporary file before that is made
SyncFolder = Callable[[int], tuple[str, ...]]  # makes a new name in a folder durable, and says what went wrong


class Read(NamedTuple):
    """The bytes of a file, and what it was when they were read."""

    data: bytes
    stat: os.stat_result


class Written(NamedTuple):
    """What became of a write: was anything changed, the SHA-256 of the bytes, and what could not be kept or assured."""

    changed: bool
    sha256: str
    remarks: tuple[str, ...] = ()


class Left(NamedTuple):
    """What earlier runs left in a place: sizes, times and inodes of the file, and the SHA-256 of what it may hold."""

    states: frozenset[tuple[int, int, int, int]] = frozenset()
    digests: frozenset[str] = frozenset()


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal.

    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Do two looks at a file show the same file, with nothing written to it in between?"""
    return _state(one) == _state(other)


def digest(path: Path) -> str:
    """The SHA-256 of a regular file of any size. Raises `FileProblem` as `read` does."""
    with reading(), closing(open_regular(path)) as descriptor:
        return _hash_of(descriptor, os.fstat(descriptor).st_size + 1)


def digest_of(stream: BinaryIO) -> str:
    """The SHA-256 of the rest of a stream."""
    hashed = hashlib.sha256()
    while block := stream.read(CHUNK):
        hashed.update(block)
    return hashed.hexdigest()


def inside(root: Path, name: str) -> Path:
    """The path `name` below a root. Raises `FileProblem` when it is anywhere else, by a link too."""
    folders, last = split(name)
    folder = root.joinpath(*folders)
    if not (folder.resolve() == root.resolve() or root.resolve() in folder.resolve().parents):
        raise FileProblem("name: it leads out of the folder")
    return folder / last


def is_settled(status: os.stat_result) -> bool:
    """Whether a file is old enough for its times to tell when it changes again: clocks tick coarsely."""
    return time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLED


def read(path: Path, limit: int) -> Read:
    """The bytes of a regular file of at most `limit` bytes, as they were at one moment.

    Raises `FileProblem` for a link, a device, a file that is too large or vanished, or one that changes again and again.
    """
    for _ in range(1 + RETRIES):
        with reading(), closing(open_regular(path)) as descriptor:
            before = os.fstat(descriptor)
            if before.st_size > limit:
                raise FileProblem(f"larger than {limit} bytes")
            data = b"".join(chunks(descriptor, before.st_size + 1))
            if len(data) == before.st_size and same_file(before, os.fstat(descriptor)):
                return Read(data, before)
    raise FileProblem(CHANGED_READING)


def chunks(descriptor: int, most: int) -> Iterator[bytes]:
    """At most so many bytes of a file: one that grows as fast as it is read ends nevertheless."""
    while most > 0 and (chunk := os.read(descriptor, min(most, CHUNK))):
        most -= len(chunk)
        yield chunk


def refuse_sparse(status: os.stat_result) -> None:
    """Raise `FileProblem` for a file that is nearly all holes: to copy a terabyte of nothing would fill the disk."""
    if status.st_size > max(1 << 30, SPARSE * status.st_blocks * 512):
        raise FileProblem("sparse: it is nearly all holes")


def open_stream(path: Path) -> tuple[BinaryIO, os.stat_result]:
    """A regular file to read from, and what it is now: compare that by `same_file` when all is read.

    Raises `FileProblem` as `read` does.
    """
    with reading():
        descriptor = open_regular(path)
    return os.fdopen(descriptor, "rb"), os.fstat(descriptor)


def replacing(path: Path, before: os.stat_result, *, digest: str = "", tell: Tell | None = None) -> Writer:
    """A writer whose `commit` replaces a file, which keeps its mode, owner and extended attributes where we may set them.

    The file must still be what it was when it was read: `before`, and with the SHA-256 `digest` if that is given. The
    same bytes are not written again. Raises `FileProblem` for a file of several names, a read-only one (no write bit at
    all counts even for root), one in a folder that is not writable, and one that has changed.
    """
    with ExitStack() as handles:
        with reading():
            folder = handles.enter_context(closing(os.open(path.parent, FOLDER)))
            old = handles.enter_context(closing(open_regular(path.name, folder)))
            _refuse(folder, path.name, before)

        def settle(new: int) -> tuple[str, ...]:
            return _keep_attributes(old, new, before)

        def admit(written: str) -> bool:
            now = _hash_of(old, before.st_size + 1)
            if digest and now != digest:
                raise FileProblem(CHANGED_ON_DISK)
            _refuse_changed(folder, path.name, before)
            return now != written

        writer = Writer((folder, old), str(path), 0o600, settle, admit, tell)
        handles.pop_all()  # they are the writer's now
        return writer


def creating(
    root: Path,
    name: str,
    *,
    mode: int | None = None,
    tell: Tell | None = None,
    sync_folder: SyncFolder = sync,
    below: Below | None = None,
    left: Left | None = None,
) -> Writer:
    """A writer whose `commit` makes the file `name`, a path below `root`, with the folders that are missing.

    Raises `FileProblem` for a name that leads out of the root or that the file system cannot hold, and for one under
    which it finds a file of another name: it folds case, and `A.txt` is there when `a.txt` comes. A link among the
    folders is not followed. Without a mode, the file gets the one of any new file. `sync_folder` makes the name durable;
    `below` spares the way to a folder that the file before was in. What is in the place is replaced; or, by `left`, only what an
    earlier run left there, or has the same bytes.
    """
    folders, last = split(name)
    with writing():
        folder = below.open(folders) if below else open_made(root, folders)

    def settle(new: int) -> tuple[str, ...]:
        if mode is not None:
            os.fchmod(new, mode & 0o777)
        return ()

    def admit(written: str) -> bool:
        refuse_clash(folder, last)
        if left is not None:
            _refuse_others(folder, last, left._replace(digests=left.digests | {written}))
        return True

    made = 0o666 if mode is None else 0o600
    try:
        return Writer((folder,), os.path.join(root, name), made, settle, admit, tell, sync_folder)
    except BaseException:
        os.close(folder)
        raise


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """Remove what writers made since then have left unfinished when an exception ends the work.

    One raised by a signal may come between the making of a file and the moment when somebody holds its writer.
    """
    before = frozenset(_unfinished)
    try:
        yield
    except BaseException:
        for path in _unfinished - before:
            with suppress(OSError):  # its name is chance: whatever leads there, nothing else is called that
                Path(path).unlink()
            _unfinished.discard(path)
        raise


def sweep(root: Path, names: Iterable[str]) -> list[str]:
    """Remove the temporary files that a dead run has left, and say which were there.

    The names, paths below the root, come from a journal that is not trusted: whatever does not have the name of a
    temporary file of ours, or lies behind a link, stays.
    """
    removed = []
    for name in names:
        with suppress(FileProblem, OSError):
            folders, last = split(name)
            if _TEMPORARY.fullmatch(last):
                with closing(open_below(root, folders)) as folder:
                    os.unlink(last, dir_fd=folder)
                removed.append(name)
    return removed


class Below:
    """Folders below a root, made where they are missing; the last one is kept open for the files that come in it next."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: list[str] | None = None
        self._descriptor = -1

    def open(self, folders: list[str]) -> int:
        """A handle of a folder, the caller's to close."""
        if folders != self._folders:
            self.close()
            self._descriptor = open_made(self.root, folders)
            self._folders = folders
        return os.dup(self._descriptor)

    def close(self) -> None:
        """Keep none open."""
        descriptor, self._descriptor, self._folders = self._descriptor, -1, None
        if descriptor >= 0:
            with suppress(OSError):  # nothing was written through it
                os.close(descriptor)


def open_made(root: Path, folders: list[str]) -> int:
    """A handle of a folder some folders below a root; all of them are made where they are missing."""
    root.mkdir(parents=True, exist_ok=True)
    return open_below(root, folders, make=True)


class Writer:
    """A file written beside its place: `commit` puts it there, and without that nothing is left of it.

    It has the handles, of the folder first, from its making on and closes them. settle gives the finished file its attributes and says what it could not give; admit, the last look before the
    rename, gets the SHA-256 and says whether the file is wanted, or raises.
    """

    def __init__(
        self,
        handles: tuple[int, ...],
        path: str,
        mode: int,
        settle: Callable[[int], tuple[str, ...]],
        admit: Callable[[str], bool],
        tell: Tell | None,
        sync_folder: SyncFolder = sync,
    ) -> None:
        self._handles, self._folder = handles, handles[0]
        parent, self._name = os.path.split(path)
        self._settle, self._admit = settle, admit
        self._sync_folder = sync_folder
        self._remarks: tuple[str, ...] = ()
        self._syncing: Syncing | None = None
        self._temporary = f".cleaner-{os.urandom(8).hex()}.tmp"
        self._hash = hashlib.sha256()
        self._is_in_place = False
        self._path = os.path.join(parent, self._temporary)
        if tell is not None:
            tell(self._path)
        _unfinished.add(self._path)
        try:
            with writing():
                self._descriptor = os.open(self._temporary, NEW, mode, dir_fd=self._folder)
        except (FileProblem, OSError):
            _unfinished.discard(self._path)
            raise

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> int:
        """Append some bytes."""
        self._hash.update(chunk)
        rest = memoryview(chunk)
        with writing():
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        return len(chunk)

    def finish(self, syncs: Syncs) -> None:
        """All is written: have the file made durable, in a thread, while the caller does something else."""
        with writing():
            self._remarks = self._settle(self._descriptor)
        self._syncing = syncs.add(self._descriptor)

    def commit(self) -> Written:
        """Make the file durable and put it in its place, once; raises `FileProblem` when that must not or cannot be."""
        written = self.sha256
        with writing():
            if self._syncing is None:
                self._remarks = self._settle(self._descriptor)
                os.fsync(self._descriptor)
            else:
                self._syncing.wait()
            self._close_file()
            if not self._admit(written):
                return Written(False, written)
            os.rename(self._temporary, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            self._is_in_place = True
        return Written(True, written, (*self._remarks, *self._sync_folder(self._folder)))

    def _close_file(self) -> None:
        if self._syncing is not None:
            self._syncing.give_up()  # another file may get the number of a descriptor that is closed
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave nothing open, nor what is not in its place; to be done again does nothing."""
        handles, self._handles = self._handles, ()
        if not handles:
            return
        with suppress(OSError):
            self._close_file()
        if not self._is_in_place:
            with suppress(OSError):  # the file system is in trouble: then a sweep removes it
                os.unlink(self._temporary, dir_fd=self._folder)
        _unfinished.discard(self._path)
        for handle in handles:
            with suppress(OSError):  # nothing was written through it
                os.close(handle)


class Syncs:
    """Makes files durable in threads, a few in each task: to hand a task over takes as long as to make a small file.

    `threads` is called when they are needed first.
    """

    def __init__(self, threads: Callable[[], Executor]) -> None:
        self._threads = threads
        self._task = _SyncTask(threads)

    def add(self, descriptor: int) -> Syncing:
        """Make a file durable soon: when there are enough of them, or when somebody waits for it."""
        if self._task.is_full:
            self._task = _SyncTask(self._threads)
        return self._task.add(descriptor)


class _SyncTask:
    """Some files that one thread makes durable, one after the other."""

    def __init__(self, threads: Callable[[], Executor]) -> None:
        self._threads = threads
        self.descriptors: list[int | None] = []
        self.running: Future[list[OSError | None]] | None = None

    @property
    def is_full(self) -> bool:
        return self.running is not None

    def add(self, descriptor: int) -> Syncing:
        self.descriptors.append(descriptor)
        if len(self.descriptors) == TOGETHER:
            self.start()
        return Syncing(self, len(self.descriptors) - 1)

    def start(self) -> Future[list[OSError | None]]:
        if self.running is None:
            self.running = self._threads().submit(self._sync)
        return self.running

    def _sync(self) -> list[OSError | None]:
        return [None if descriptor is None else _sync_problem(descriptor) for descriptor in self.descriptors]


def _sync_problem(descriptor: int) -> OSError | None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        return error
    return None


class Syncing(NamedTuple):
    """A file on its way to be durable: the task, and its number there."""

    task: _SyncTask
    number: int

    def wait(self) -> None:
        """Until it is. Raises `OSError` when that failed."""
        problem = self.task.start().result()[self.number]
        if problem is not None:
            raise problem

    def give_up(self) -> None:
        """Nobody looks at the file from now on."""
        if self.task.running is None:
            self.task.descriptors[self.number] = None
        else:
            self.task.running.exception()  # waits


class FolderSync:
    """Makes new names durable a folder at a time, when files come in another one; `finish` does the last.

    For files that can be made again: until then one that is in its place may be gone after a power loss.
    """

    def __init__(self) -> None:
        self._folder = -1

    def __call__(self, folder: int) -> tuple[str, ...]:
        """There is a new name in this folder; what was wrong with the one before."""
        if self._folder >= 0 and os.path.samestat(os.fstat(self._folder), os.fstat(folder)):
            return ()
        remarks = self.finish()
        self._folder = os.dup(folder)
        return remarks

    def finish(self) -> tuple[str, ...]:
        """No more files come in this folder; what was wrong with it."""
        folder, self._folder = self._folder, -1
        if folder < 0:
            return ()
        with closing(folder):
            return sync(folder)

    def __enter__(self) -> FolderSync:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()


def _hash_of(descriptor: int, most: int) -> str:
    digest = hashlib.sha256()
    for chunk in chunks(descriptor, most):
        digest.update(chunk)
    return digest.hexdigest()


def _state(found: os.stat_result) -> tuple[int, ...]:
    kind = stat.S_IFMT(found.st_mode)
    return (kind, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _refuse(folder: int, name: str, before: os.stat_result) -> None:
    _refuse_changed(folder, name, before)
    if before.st_nlink > 1:
        raise FileProblem(HARD_LINK)
    if _is_read_only(folder, name, before.st_mode):
        raise FileProblem(READ_ONLY)
    if _is_read_only(folder, ".", os.fstat(folder).st_mode):
        raise FileProblem("folder: not writable")


def _refuse_changed(folder: int, name: str, before: os.stat_result) -> None:
    with reading():
        if not same_file(os.stat(name, dir_fd=folder, follow_symlinks=False), before):
            raise FileProblem(CHANGED_ON_DISK)


def _refuse_others(folder: int, name: str, left: Left) -> None:
    """Refuse to replace what no run left: a run that was killed may have written a file and not recorded it."""
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if (there.st_size, there.st_mtime_ns, there.st_ctime_ns, there.st_ino) in left.states:
        return
    with suppress(FileProblem), reading(), closing(open_regular(name, folder)) as descriptor:
        if _hash_of(descriptor, there.st_size + 1) in left.digests:
            return
    raise FileProblem(IN_THE_WAY)


def _is_read_only(folder: int, name: str, mode: int) -> bool:
    """Root may write everything: what has no write bit at all was protected from everybody, so it is from root too."""
    return not mode & 0o222 or not os.access(name, os.W_OK, dir_fd=folder, effective_ids=True)


def _keep_attributes(old: int, new: int, before: os.stat_result) -> tuple[str, ...]:
    """Give a file the owner, the mode and the extended attributes of another; what could not be given.

    A new owner gets no set-id bits, and a new group the rights of everybody: the old one's were for others.
    """
    mode, remarks = stat.S_IMODE(before.st_mode), []
    try:
        os.fchown(new, -1, before.st_gid)
        os.fchown(new, before.st_uid, -1)
    except OSError as error:
        remarks.append(f"owner not kept: {error.strerror}")
        mode &= 0o777
        if os.fstat(new).st_gid != before.st_gid:
            mode = mode & 0o707 | (mode & 0o007) << 3
    os.fchmod(new, mode)
    lost = sorted(name for name in _attributes(old) if not _keep_attribute(old, new, name))
    if _ACL not in _attributes(old) and _ACL in _attributes(new):  # inherited from the folder
        os.removexattr(new, _ACL)
    return (*remarks, *(f"attribute not kept: {name}" for name in lost))


def _attributes(descriptor: int) -> list[str]:
    try:
        return os.listxattr(descriptor)
    except (AttributeError, OSError):  # a system or a file system without them
        return []


def _keep_attribute(old: int, new: int, name: str) -> bool:
    try:
        value = os.getxattr(old, name)
        if name not in _attributes(new) or os.getxattr(new, name) != value:
            os.setxattr(new, name, value)
    except OSError:
        return False
    return True

"""Faults of the system at every single call: a file is always the old one or the whole new one, and nothing is left over."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from samples import files_below
from writes import copy, create, replace

from cleaner.engine.files import read, sha256, sweep
from cleaner.engine.handles import FileProblem, WriteFailed

OLD, NEW = b"old" * 1000, b"new, and of another size" * 1000
WRITES = ("open", "write", "fsync", "fchown", "fchmod", "close", "rename", "mkdir")
CALLS = (*WRITES, "stat", "fstat", "read", "access", "listxattr", "unlink")


def _replace(folder: Path, tell: Callable[[str], None] | None = None) -> bool:
    path = folder / "a"
    return replace(path, NEW[:100], NEW[100:], before=read(path, 10_000).stat, digest=sha256(OLD), tell=tell).changed


def _create(folder: Path, tell: Callable[[str], None] | None = None) -> bool:
    return create(folder, "a", NEW[:100], NEW[100:], mode=0o640, tell=tell).changed


def _create_below(folder: Path, tell: Callable[[str], None] | None = None) -> bool:
    return create(folder / "new", "b/a", NEW, tell=tell).changed


def _copy(folder: Path, tell: Callable[[str], None] | None = None) -> bool:
    (folder.parent / "source").write_bytes(NEW)
    return copy(folder.parent / "source", folder, "a", tell=tell)


WAYS = pytest.mark.parametrize("way", [_replace, _create, _create_below, _copy])


@contextmanager
def _at_every_call(names: tuple[str, ...], before: Callable[[int, str], None], after: bool = False) -> Iterator[None]:
    """Do something before (or after) the calls of some functions of `os`; it gets their number and their name."""
    numbers = count(1)

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            number = next(numbers)
            if not after:
                before(number, name)
            try:
                return real(*args, **options)
            finally:
                if after:
                    before(number, name)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(os, name, watched(name, getattr(os, name)))
        yield


def _fresh(base: Path, number: int) -> Path:
    folder = base / str(number) / "in"
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(OLD)
    return folder


@WAYS
@pytest.mark.parametrize("code", ["ENOSPC", "EIO", "ENOENT"])
@pytest.mark.parametrize("after", [False, True])
def test_an_error_at_any_call(tmp_path: Path, way: Callable[[Path], bool], code: str, after: bool) -> None:
    """Each call of a write fails in its turn: before it has done anything, or after."""
    outcomes = set()
    for number in count(1):
        folder, failed = _fresh(tmp_path, number), []

        def fail(now: int, name: str, number: int = number, failed: list[str] = failed) -> None:
            if now == number:
                failed.append(name)
                raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))

        with _at_every_call(WRITES, fail, after):
            try:
                outcome = "written" if way(folder) else "same"
            except FileProblem as problem:
                outcome = str(problem)
        if not failed:
            break
        outcomes.add(outcome)
        renamed = failed == ["rename"] and after  # a network may lose the answer only
        found = {data for name, data in files_below(folder).items() if name in ("a", "new/b/a")}
        assert found <= {OLD, NEW}, (number, failed, outcome)
        assert outcome == "written" or renamed or NEW not in found, (number, failed, outcome)
        assert outcome != "written" or NEW in found, (number, failed, outcome)
        opened = failed == ["open"] and after  # made, but the handle is lost
        assert opened or not list(folder.rglob(".cleaner-*")), (number, failed, outcome)
    assert number > len(WRITES) - 2
    assert f"write: {os.strerror(getattr(errno, code))}" in outcomes


@WAYS
def test_the_bytes_are_on_disk_before_the_name(tmp_path: Path, way: Callable[[Path], bool]) -> None:
    calls: list[str] = []
    with _at_every_call(("write", "fchmod", "fsync", "rename"), lambda _, name: calls.append(name)):
        way(_fresh(tmp_path, 1))
    assert calls[-3:] == ["fsync", "rename", "fsync"]
    assert "fsync" not in calls[calls.index("write") : -3]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EINVAL])
def test_a_folder_that_cannot_be_synced_is_a_remark(tmp_path: Path, code: int) -> None:
    """The new file is in its place by then, and to say that nothing was written would be wrong."""

    def fail(number: int, name: str) -> None:
        if number == 2:
            raise OSError(code, os.strerror(code))

    (tmp_path / "a").write_bytes(OLD)
    with _at_every_call(("fsync",), fail):
        written = replace(tmp_path / "a", NEW)
    remark = () if code == errno.EINVAL else (f"folder not synced: {os.strerror(code)}",)
    assert written == (True, sha256(NEW), remark)


def test_a_busy_target_is_a_mount(tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EBUSY, "busy")

    (tmp_path / "a").write_bytes(OLD)
    with _at_every_call(("rename",), fail), pytest.raises(FileProblem, match=r"^mount point: ") as caught:
        _replace(tmp_path)
    assert not isinstance(caught.value, WriteFailed)
    assert files_below(tmp_path) == {"a": OLD}


@WAYS
@pytest.mark.parametrize("most", [1, 7, 4096])
def test_short_writes_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[Path], bool], most: int
) -> None:
    folder, real = _fresh(tmp_path, 1), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:most]))
    assert way(folder)
    assert NEW in files_below(folder).values()


@WAYS
@pytest.mark.parametrize("size", [0, 1, 511, 512, 4095, 4096, len(NEW) - 1])
def test_a_limit_of_file_size(tmp_path: Path, way: Callable[[Path], bool], size: int) -> None:
    folder = _fresh(tmp_path, 1)
    (tmp_path / "1" / "source").write_bytes(NEW)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    write = _copy_source if way is _copy else way
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(WriteFailed, match="write: File too large"):
            write(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_below(folder) == {"a": OLD}


def _copy_source(folder: Path) -> bool:
    return copy(folder.parent / "source", folder, "a")


def test_signals_do_not_disturb(tmp_path: Path) -> None:
    """A timer interrupts the calls a thousand times a second."""
    data, heard = os.urandom(1 << 22), []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for number in range(5):
            create(tmp_path, f"{number}/a", data)
            found = read(tmp_path / f"{number}" / "a", len(data))
            replace(tmp_path / f"{number}" / "a", data[::-1], before=found.stat, digest=sha256(found.data))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert heard
    assert files_below(tmp_path) == {f"{number}/a": data[::-1] for number in range(5)}


@WAYS
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_call(tmp_path: Path, way: Callable[..., bool], after: bool) -> None:
    """The process dies before or after each call; what it leaves is what it told of, and a sweep takes it away."""
    left = 0
    for number in count(1):
        folder, journal = _fresh(tmp_path, number), tmp_path / f"{number}.journal"

        def die(now: int, name: str, number: int = number) -> None:
            if now == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def tell(path: str, folder: Path = folder, journal: Path = journal) -> None:
            journal.write_text(f"{Path(path).relative_to(folder)}\n")

        child = os.fork()
        if not child:
            with suppress(BaseException), _at_every_call(CALLS, die, after):
                way(folder, tell)
                os._exit(0)
            os._exit(1)
        status = os.waitpid(child, 0)[1]
        told = journal.read_text().splitlines() if journal.exists() else []
        swept = sweep(folder, told)
        left += len(swept)
        assert set(files_below(folder).values()) <= {OLD, NEW}
        assert OLD in files_below(folder).values() or NEW in files_below(folder).values()
        assert not list(folder.rglob(".cleaner-*"))
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert number > 8
    assert left > 3


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _swap(path: Path) -> None:
    path.with_name("new").write_bytes(OLD)
    path.with_name("new").rename(path)


CHANGES: list[Callable[[Path], object]] = [
    _grow,
    _swap,
    lambda path: os.truncate(path, 1),
    os.utime,
    lambda path: path.write_bytes(b"x" * len(OLD)),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("times", [1, 3, 4])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, change: Callable[[Path], object], times: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    calls = []

    def disturb(_: int, name: str) -> None:
        calls.append(name)
        if calls[-2:] == ["fstat", "read"] and sum(name == "read" for name in calls) <= 2 * times and len(done) < times:
            done.append(name)
            change(path)

    done: list[str] = []
    with _at_every_call(("read", "fstat"), disturb):
        if times < 4:
            assert read(path, 10_000).data == path.read_bytes()
        else:
            with pytest.raises(FileProblem, match=r"^changed while it was read$"):
                read(path, 10_000)
    assert len(done) == times


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "fchown", "fchmod", "close", "access", "stat", "read"])
def test_no_edit_is_lost(tmp_path: Path, change: Callable[[Path], object], call: str) -> None:
    """Somebody edits the file just before any call but the rename: no system call looks at a file and renames it in one."""
    outcomes = set()
    for number in count(1):
        path = _fresh(tmp_path, number) / "a"
        found, edits = read(path, 10_000), list[bytes]()

        def edit(now: int, name: str, number: int = number, path: Path = path, edits: list[bytes] = edits) -> None:
            if now == number:
                change(path)
                edits.append(path.read_bytes())

        with _at_every_call((call,), edit):
            try:
                outcome = replace(path, NEW, before=found.stat, digest=sha256(found.data)).changed
            except FileProblem as problem:
                outcome = problem
        assert [path.read_bytes()] == (edits or [NEW])
        assert files_below(path.parent).keys() <= {"a"}
        if not edits:
            break
        outcomes.add(str(outcome))
    assert "changed on disk" in outcomes
    assert outcomes <= {"changed on disk", "True"}  # an edit after the rename is one of the new file


@pytest.mark.parametrize("times", [1, 2])
def test_a_read_error_is_a_reason(tmp_path: Path, times: int) -> None:
    def fail(number: int, name: str) -> None:
        if number == times:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "a").write_bytes(OLD)
    for call in (lambda: read(tmp_path / "a", 10_000), lambda: copy(tmp_path / "a", tmp_path / "out", "a")):
        with _at_every_call(("read",), fail), pytest.raises(FileProblem, match=r"^unreadable: Input/output error$"):
            call()
    assert files_below(tmp_path) == {"a": OLD}


def test_a_file_that_shrinks_and_grows_is_not_read_beyond_its_size(tmp_path: Path) -> None:
    """A file that grows as fast as it is read ends nevertheless."""
    path = tmp_path / "a"
    path.write_bytes(OLD)
    with _at_every_call(("read",), lambda *_: _grow(path)), pytest.raises(FileProblem, match="changed while"):
        copy(path, tmp_path / "out", "a")
    assert files_below(tmp_path / "out") == {}

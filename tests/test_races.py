"""Others at work on the same files, and disks that are full or read-only, for real."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from samples import files_below, write_files
from writes import create, replace

from cleaner.engine.files import read, sha256
from cleaner.engine.handles import FileProblem

OLD, NEW = b"old" * 4000, b"new!" * 4000


def test_runs_on_the_same_files(tmp_path: Path) -> None:
    """Four processes rewrite the same files: each is whole at the end, and who came late was told so."""
    write_files(tmp_path, {f"{number:02}": OLD for number in range(30)})
    children = [_fork(lambda: _rewrite(tmp_path)) for _ in range(4)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert files_below(tmp_path) == {f"{number:02}": NEW for number in range(30)}


def _fork(work: object) -> int:
    """A child that does some work; it ends with 1 when that fails."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            work()  # type: ignore[operator]
            os._exit(0)
        os._exit(1)
    return child


def _rewrite(folder: Path) -> None:
    for number in range(30):
        path = folder / f"{number:02}"
        try:
            found = read(path, 1 << 20)
            replace(path, NEW, before=found.stat, digest=sha256(found.data))
        except FileProblem as problem:
            if str(problem) not in ("changed on disk", "changed while it was read"):
                raise


def test_folders_that_are_swapped_for_links(tmp_path: Path) -> None:
    """Somebody swaps a folder of the output for a link to elsewhere, and back, as fast as possible."""
    write_files(tmp_path, {"out/a/first": b"", "outside/x": b"theirs"})
    attacker = _fork(lambda: _swap_for_ever(tmp_path))
    outcomes = Counter[str]()
    try:
        for number in range(300):
            try:
                create(tmp_path / "out", f"a/{number}", NEW)
                outcomes["written"] += 1
            except FileProblem as problem:
                outcomes[str(problem).partition(":")[0]] += 1
    finally:
        os.kill(attacker, signal.SIGKILL)
        os.waitpid(attacker, 0)
    assert files_below(tmp_path / "outside") == {"x": b"theirs"}
    assert outcomes.keys() <= {"written", "write"}
    assert outcomes["written"] > 0


def _swap_for_ever(base: Path) -> None:
    folder, away = base / "out" / "a", base / "out" / "away"
    while True:
        with suppress(OSError):
            folder.rename(away)
        with suppress(OSError):
            folder.symlink_to(base / "outside")
        with suppress(OSError):
            folder.unlink()
        with suppress(OSError):
            away.rename(folder)


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", request.param, "none", folder):
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", folder], check=True)


def _mount(*words: str | Path) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("disk", ["size=256k", "nr_inodes=20"], indirect=True)
def test_a_full_disk(disk: Path) -> None:
    """Files are created until the disk is full, then rewritten on the full disk, a round for each size."""
    whole, problems = {}, Counter[str]()
    for number in range(60):
        name, data = f"{number % 30}", OLD[: 4000 + 100 * number]
        try:
            create(disk, name, data)
            whole[name] = data
        except FileProblem as problem:
            problems[str(problem)] += 1
        with suppress(KeyError):
            longer = whole[name] + b"x" * 9000
            try:
                replace(disk / name, longer, digest=sha256(whole[name]))
                whole[name] = longer
            except FileProblem as problem:
                problems[str(problem)] += 1
        assert files_below(disk) == whole
    assert problems.keys() == {"write: No space left on device"}
    assert len(whole) > 5


@pytest.mark.parametrize("disk", ["size=1m"], indirect=True)
def test_a_read_only_disk(disk: Path) -> None:
    create(disk, "a", OLD)
    assert _mount("-o", "remount,ro", disk)
    for write in (lambda: create(disk, "a", NEW), lambda: create(disk, "b/a", NEW)):
        with pytest.raises(FileProblem, match="write: Read-only file system"):
            write()
    with pytest.raises(FileProblem, match="read-only"):
        replace(disk / "a", NEW)
    assert files_below(disk) == {"a": OLD}


@pytest.mark.parametrize("disk", ["size=1m"], indirect=True)
def test_a_mounted_file(disk: Path) -> None:
    """A file that is mounted from elsewhere: it cannot be renamed over."""
    write_files(disk, {"a": OLD, "b": b""})
    assert _mount("--bind", disk / "a", disk / "b")
    try:
        with pytest.raises(FileProblem, match=r"^mount point: it cannot be replaced$"):
            replace(disk / "b", NEW)
        assert files_below(disk) == {"a": OLD, "b": OLD}
    finally:
        subprocess.run(["umount", disk / "b"], check=True)

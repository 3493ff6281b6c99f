"""Where output may go: never into an input or among other people's files, and never for two runs at a time."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from samples import ROOT, write_files

from cleaner.engine.places import LOCK, LockedError, has_files, lock, refuse_foreign, refuse_overlap
from cleaner.span import CleanerError

HOLD = "import sys, pathlib, cleaner.engine.places as p\nwith p.lock(pathlib.Path(sys.argv[1])): print('held', flush=True); {}"
SLEEP = "__import__('time').sleep(60)"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders, a file in each, links to them, and we are in there."""
    write_files(tmp_path, dict.fromkeys(["in/a.txt", "in/sub/a.txt", "inside/a.txt", "out/a.txt"], b""))
    for link, target in {"in-link": "in", "out/in-link": "../in", "sub-link": "in/sub", "loop": "loop"}.items():
        (tmp_path / link).symlink_to(target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (["in"], "in"),
        (["in"], "./in/"),
        (["in"], "in/new"),
        (["in"], "in/new/er"),
        (["in"], "in/sub"),
        (["in/sub"], "in"),
        (["in/a.txt"], "in"),
        (["in/a.txt"], "in/a.txt"),
        (["in/a.txt"], "in/a.txt/x"),
        (["out", "in"], "in/new"),
        (["in"], "in-link"),
        (["in-link"], "in"),
        (["in"], "in-link/new"),
        (["in"], "out/in-link/sub/new"),
        (["in/sub"], "in-link"),
        (["sub-link"], "in"),
        (["in"], "sub-link"),
        (["in"], "out/../in/new"),
        (["in"], "new/../in/new"),
        (["."], "new"),
        (["in"], "/"),
        (["new"], "new/er"),
        (["new/er"], "new"),
        (["new"], "out/../new"),
    ],
)
def test_overlaps(places: Path, inputs: list[str], output: str) -> None:
    with pytest.raises(CleanerError, match="lie inside one another: choose a folder elsewhere"):
        refuse_overlap([Path(path) for path in inputs], Path(output))
    with pytest.raises(CleanerError, match="lie inside one another"):
        refuse_overlap([places / path for path in inputs], Path(output))


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (["in"], "out"),
        (["in"], "inside"),
        (["in"], "new"),
        (["in"], "in-new"),
        (["in", "out", "in/a.txt"], "new/er"),
        (["in/sub"], "in/new"),
        (["in/a.txt"], "in/new"),
        (["new"], "newer"),
        (["new/one"], "new/two"),
        ([], "in"),
    ],
)
def test_no_overlaps(places: Path, inputs: list[str], output: str) -> None:
    refuse_overlap([Path(path) for path in inputs], Path(output))


def test_a_mount_does_not_hide_an_overlap(places: Path) -> None:
    (places / "mount").mkdir()
    if subprocess.run(["mount", "--bind", "in", "mount"], capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    try:
        with pytest.raises(CleanerError, match="lie inside one another"):
            refuse_overlap([Path("in")], Path("mount/new"))
    finally:
        subprocess.run(["umount", "mount"], check=True)


@pytest.mark.parametrize("path", ["loop", "loop/x", "a\0b"])
def test_a_path_that_leads_nowhere_is_one_sentence(places: Path, path: str) -> None:
    with pytest.raises(CleanerError):
        refuse_overlap([Path("in")], Path(path))


def test_a_folder_that_is_gone_is_one_sentence(places: Path) -> None:
    (places / "here").mkdir()
    os.chdir("here")
    Path("../here").rmdir()
    with pytest.raises(CleanerError):
        refuse_overlap([places / "in"], Path("out"))


@pytest.mark.parametrize(
    ("output", "is_ours", "mode", "problem"),
    [
        ("new", False, None, ""),
        ("new/er", False, None, ""),
        ("empty", False, None, ""),
        ("out", True, None, ""),
        ("out", True, 0o1777, ""),
        ("out", False, None, "out is not empty, and report does not say that we filled it: choose another folder"),
        ("out", True, 0o777, "everybody may write to out"),
        ("empty", True, 0o702, "everybody may write to empty"),
        ("in/a.txt", True, None, "a.txt is not a folder"),
        ("in/a.txt/x", True, None, "in/a.txt/x: Not a directory"),
        ("loop", True, None, "loop: Too many levels"),
    ],
)
def test_foreign_folders(places: Path, output: str, is_ours: bool, mode: int | None, problem: str) -> None:
    Path("empty").mkdir()
    asked: list[Path] = []
    if mode is not None:
        Path(output).chmod(mode)

    def ours(report: Path) -> bool:
        asked.append(report)
        return is_ours

    if problem:
        with pytest.raises(CleanerError, match=problem):
            refuse_foreign(Path(output), Path("report"), ours)
    else:
        refuse_foreign(Path(output), Path("report"), ours)
    assert asked in ([], [Path("report")])


def _hold(folder: Path, then: str = SLEEP) -> subprocess.Popen[bytes]:
    """Another process that holds the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLD.format(then), folder], stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    return child


def test_a_second_run_is_locked_out_while_the_first_lives(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    with _hold(folder) as child:
        with pytest.raises(LockedError, match=rf"another run \(process {child.pid}\) works in .*report"), lock(folder):
            pass
        child.kill()
        child.wait()
    assert (folder / LOCK).exists()
    with lock(folder):
        assert (folder / LOCK).read_text() == f"{os.getpid()}\n"
    assert not (folder / LOCK).exists()


def test_a_child_of_a_dead_run_does_not_keep_its_lock(tmp_path: Path) -> None:
    with _hold(tmp_path, "pid = __import__('os').fork(); pid and print(pid, flush=True); " + SLEEP) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        try:
            child.kill()
            child.wait()
            for _ in range(100):  # the grandchild closes its copy just after the fork
                try:
                    with lock(tmp_path):
                        break
                except LockedError:
                    time.sleep(0.05)
            else:
                pytest.fail("still locked")
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_a_child_that_ends_does_not_unlock(tmp_path: Path) -> None:
    with lock(tmp_path):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        with pytest.raises(LockedError), lock(tmp_path):
            pass
        assert (tmp_path / LOCK).exists()


@pytest.mark.parametrize("stale", [b"", b"1\n", b"99999999\n", b"\xff\0 not a number", b"x" * 100_000])
def test_a_stale_lock_locks_nobody_out(tmp_path: Path, stale: bytes) -> None:
    (tmp_path / LOCK).write_bytes(stale)
    with lock(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
        assert stat.S_ISREG((tmp_path / LOCK).lstat().st_mode)


def test_locks_follow_one_another(tmp_path: Path) -> None:
    """Each of four processes adds one to a number a hundred times, under the lock."""
    add = f"""
import pathlib, sys, time
from cleaner.engine.places import LockedError, lock
folder, number = pathlib.Path({str(tmp_path)!r}) / "r", pathlib.Path({str(tmp_path)!r}) / "number"
for _ in range(100):
    while True:
        try:
            with lock(folder):
                number.write_text(str(int(number.read_text()) + 1))
            break
        except LockedError:
            time.sleep(0.001)
"""
    (tmp_path / "number").write_text("0")
    children = [subprocess.Popen([sys.executable, "-c", add], cwd=ROOT) for _ in range(4)]
    assert [child.wait() for child in children] == [0] * 4
    assert (tmp_path / "number").read_text() == "400"


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), Path.mkdir])
def test_a_link_for_a_lock_is_refused(tmp_path: Path, make: object) -> None:
    make(tmp_path / LOCK)  # type: ignore[operator]
    with pytest.raises(CleanerError, match="cannot be locked"), lock(tmp_path):
        pass


def test_a_lock_is_no_file_of_a_folder(tmp_path: Path) -> None:
    assert not has_files(tmp_path / "missing")
    with lock(tmp_path):
        assert not has_files(tmp_path)
        (tmp_path / "a").touch()
        assert has_files(tmp_path)
    with pytest.raises(CleanerError):
        has_files(tmp_path / "a")

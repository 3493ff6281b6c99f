"""Whole runs of the command on a system that fails them: they end with a reason, lose nothing, and can go on."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from samples import ARTICLE, DIRTY, ROOT, files_below, write_files

from cleaner.cli import main
from cleaner.engine import files
from cleaner.progress import Stopped
from cleaner.report import folder as report_folder

# With batches of four files: a run that has done one of them is not nearly at its end.
CLI = [
    sys.executable,
    "-c",
    "from cleaner.cli import main; from cleaner.engine import batch; batch.BATCH_ITEMS = 8; main()",
]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
FOLDER, IN_PLACE = ["-o", "out"], ["--in-place", "--report", "report", "--yes"]
MANY = {f"in/{number:03}.txt": (ARTICLE * 15 + (DIRTY if number % 2 else ARTICLE)).encode() for number in range(60)}


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*CLI, *arguments], cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)


def _run(folder: Path, *arguments: str) -> tuple[int, str]:
    process = _start(folder, *arguments)
    words = process.communicate(timeout=600)[1]
    assert "Traceback" not in words
    return process.returncode, words


def _results(folder: Path) -> dict[str, bytes]:
    """All files but the journal, which holds times and inodes."""
    return {name: data for name, data in files_below(folder).items() if not name.endswith("journal.jsonl")}


def _wait_for_work(folder: Path) -> None:
    """Until the journal of a run has the entry of a file."""
    for _ in range(10_000):
        if any(journal.read_bytes().count(b"\n") > 1 for journal in folder.glob("*report/.run-1/journal.jsonl")):
            return
        time.sleep(0.01)
    raise TimeoutError("nothing was done")


@pytest.mark.parametrize(
    ("number", "mode"),
    [(signal.SIGINT, FOLDER), (signal.SIGTERM, IN_PLACE), (signal.SIGHUP, IN_PLACE), (signal.SIGQUIT, FOLDER)],
)
def test_a_signal_ends_a_run_that_can_go_on(tmp_path: Path, number: signal.Signals, mode: list[str]) -> None:
    for name in ("straight", "stopped"):
        write_files(tmp_path / name, MANY)
    assert _run(tmp_path / "straight", "clean", "in", *mode, "-q") == (0, "")
    process = _start(tmp_path / "stopped", "clean", "in", *mode, "-j", "2")
    _wait_for_work(tmp_path / "stopped")
    process.send_signal(number)
    words = process.communicate(timeout=600)[1]
    assert (process.returncode, "Traceback" in words) == (128 + number, False)
    assert f"the same command{' with --resume' if mode == IN_PLACE else ''} goes on" in words
    assert not list((tmp_path / "stopped").rglob(".cleaner-*.tmp"))
    resume = ["--resume"] if mode == IN_PLACE else []
    assert _run(tmp_path / "stopped", "clean", "in", *mode, *resume, "-q") == (0, "")
    assert _results(tmp_path / "stopped") == _results(tmp_path / "straight")


class _Interrupted:
    """The calls of a function of `os` for temporary files, before or after the third of which a signal arrives."""

    def __init__(self, call: Callable[..., Any], *, is_done: bool) -> None:
        self.call, self.is_done, self.left = call, is_done, 3

    def __call__(self, path: str, *arguments: Any, **named: Any) -> Any:
        self.left -= str(path).startswith(".cleaner-")
        if self.left:
            return self.call(path, *arguments, **named)
        self.left = -1  # only once
        if self.is_done:
            self.call(path, *arguments, **named)
        raise Stopped(signal.SIGTERM)


@pytest.mark.parametrize(
    "mode",
    [FOLDER, IN_PLACE, ["--in-place", "--no-report"], ["restore"]],
    ids=["folder", "in place", "no report", "restore"],
)
@pytest.mark.parametrize(("call", "is_done"), [("open", False), ("open", True), ("rename", False), ("rename", True)])
def test_a_signal_at_a_bad_moment_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: list[str], call: str, is_done: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {f"in/{number}.txt": DIRTY.encode() for number in range(5)})
    if mode == ["restore"]:
        assert _clean(*IN_PLACE).exit_code == 0
    before = files_below(tmp_path / "in")
    with monkeypatch.context() as patch:
        patch.setattr(files.os, call, _Interrupted(getattr(os, call), is_done=is_done))
        result = CliRunner().invoke(main, ["restore", "report"]) if mode == ["restore"] else _clean(*mode)
    assert result.exit_code == 128 + signal.SIGTERM, result.output
    assert set(files_below(tmp_path / "in")) == set(before)
    assert not list(tmp_path.rglob(".cleaner-*.tmp"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", folder], check=False).returncode:
        pytest.skip("needs to mount")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(
    ("mode", "ballast"), [(FOLDER, 50_000), (IN_PLACE, 176_000), (IN_PLACE, 180_000), (IN_PLACE, 184_000)]
)
def test_a_full_disk_ends_a_run_that_can_go_on(tmp_path: Path, small_disk: Path, mode: list[str], ballast: int) -> None:
    """With some ballast a file is recorded as failed before the report has no room for the next one."""
    for folder in (tmp_path / "straight", small_disk):
        write_files(folder, MANY)
    assert _run(tmp_path / "straight", "clean", "in", *mode, "-q") == (0, "")
    (small_disk / "ballast").write_bytes(bytes(ballast))
    code, words = _run(small_disk, "clean", "in", *mode)
    assert (code, words.count("stopped (No space left on device)")) == (3, 1), words
    now = files_below(small_disk / "in")
    assert all(
        data in (MANY[f"in/{name}"], _results(tmp_path / "straight")[f"in/{name}"]) for name, data in now.items()
    )
    subprocess.run(["mount", "-o", "remount,size=9m", small_disk], check=True)
    (small_disk / "ballast").unlink()
    resume = ["--resume"] if mode == IN_PLACE else []
    assert _run(small_disk, "clean", "in", *mode, *resume, "-q") == (0, "")
    assert _results(small_disk) == _results(tmp_path / "straight")


def _clean(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["clean", "in", *arguments])


@pytest.mark.parametrize("mode", [FOLDER, IN_PLACE], ids=["folder", "in place"])
def test_a_report_that_cannot_be_written_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"in/a.txt": DIRTY.encode(), "in/b.txt": ARTICLE.encode()})

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(report_folder, "write", fail)
        stopped = _clean(*mode)
    assert stopped.exit_code == 3
    assert "stopped (No space left on device): 2 files done" in stopped.output
    done = _clean(*mode, *(["--resume"] if mode == IN_PLACE else []))
    assert (done.exit_code, "1 cleaned, 1 unchanged" in done.output) == (0, True)
    place = "out" if mode == FOLDER else "in"
    assert files_below(tmp_path / place) == {"a.txt": ARTICLE.encode(), "b.txt": ARTICLE.encode()}


@pytest.mark.parametrize("year", [-1, 0, 4_323_456_000])  # 1969, 1970, 2107
def test_times_and_clocks_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"in/a.txt": DIRTY.encode(), "in/b.txt": ARTICLE.encode()})
    os.utime("in/a.txt", (year, year))
    for clock in (year, 1_800_000_000, 0):
        monkeypatch.setattr(files.time, "time_ns", lambda clock=clock: clock * 1_000_000_000)
        assert _clean(*FOLDER).exit_code == 0
        assert set(files_below(tmp_path / "out").values()) == {ARTICLE.encode()}
    (tmp_path / "in" / "b.txt").write_bytes(DIRTY.encode())
    assert _clean(*FOLDER).exit_code == 0
    assert set(files_below(tmp_path / "out").values()) == {ARTICLE.encode()}


def test_two_names_of_one_file_are_two_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"in/a.txt": DIRTY.encode()})
    os.link("in/a.txt", "in/b.txt")
    assert _clean(*FOLDER).exit_code == 0
    assert files_below(tmp_path / "out") == {"a.txt": ARTICLE.encode(), "b.txt": ARTICLE.encode()}
    assert (tmp_path / "out" / "a.txt").stat().st_nlink == 1

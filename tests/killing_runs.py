"""Kill whole runs of `cleaner clean` at random moments, go on with them, and compare with a run that nobody stopped."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner
from samples import files_below, write_files

from cleaner.cli import main
from cleaner.engine.journal import JOURNAL

IN_PLACE, FOLDER = "in place", "folder"


def kill_runs(
    files: Mapping[str, bytes], mode: str, base: Path, trials: int, *, seed: int = 1, until: str = ""
) -> Counter[str]:
    """Kill so many runs over some files at random moments, each until it was let finish, and add up what was found.

    `killed` counts the kills of runs that were still going; `lost` files are neither the old one nor the whole new one;
    `different` are runs after which tree or report are not those of a run without a kill; `temporary` files that were
    left in the end. Ends early once `until` was found.
    """
    clock = random.Random(seed)
    wanted, length = _straight(files, mode, base / "straight")
    found = Counter[str]()
    for number in range(trials):
        folder = base / str(number)
        write_files(folder / "in", dict(files))
        while _killed_after(folder, mode, clock.uniform(0, length)):
            found["killed"] += 1
            found["lost"] += _lost(folder, files, wanted)
            if clock.random() < 0.5:
                break
        _run(folder, mode)
        found["trials"] += 1
        found["different"] += _state(folder) != wanted
        found["temporary"] += sum(".cleaner-" in path.name for path in folder.rglob("*"))
        shutil.rmtree(folder)
        if until and found[until]:
            break
    return found


def _straight(files: Mapping[str, bytes], mode: str, folder: Path) -> tuple[dict[str, bytes], float]:
    """What a run without a kill leaves, and how long it takes."""
    write_files(folder / "in", dict(files))
    began = time.monotonic()
    _run(folder, mode)
    length = time.monotonic() - began
    return _state(folder), length


def _state(folder: Path) -> dict[str, bytes]:
    """All files; the journal is left out: it holds times and inodes."""
    return {name: data for name, data in files_below(folder).items() if not name.endswith(JOURNAL)}


def _lost(folder: Path, files: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> int:
    """How many sources are neither as they were nor as they should be, and how many results are not whole."""
    lost = 0
    for name, data in files_below(folder).items():
        if not name.startswith(("in/", "out/")) or ".cleaner-" in name:
            continue
        before = files[name.removeprefix("in/")] if name.startswith("in/") else None
        lost += data not in (before, wanted[name])
    return lost + len([name for name in files if not (folder / "in" / name).is_file()])


def _arguments(folder: Path, mode: str) -> list[str]:
    where = ["--in-place", "--resume", "--yes"] if mode == IN_PLACE else ["-o", str(folder / "out")]
    return ["clean", str(folder / "in"), *where, "--report", str(folder / "report"), "-j", "2", "-q"]


def _run(folder: Path, mode: str) -> None:
    """A whole run, in a process of its own."""
    pid = _start(folder, mode)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise RuntimeError(f"a run ended with {status}")


def _killed_after(folder: Path, mode: str, seconds: float) -> bool:
    """Start a run and kill it after so long; False when it had ended before."""
    pid = _start(folder, mode)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _start(folder: Path, mode: str) -> int:
    """A run in a forked process, which has all that must be imported."""
    pid = os.fork()
    if not pid:
        code = 70
        try:
            code = CliRunner().invoke(main, _arguments(folder, mode)).exit_code
        finally:
            os._exit(code)
    return pid

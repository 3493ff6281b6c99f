"""Runs of `cleaner` as processes, with what they and their workers take."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from common import Spent, spent

import cleaner

COMMAND = (sys.executable, "-m", "cleaner")
WHERE = Path(cleaner.__file__).parents[1]  # the code that is measured in this process
LOOK = 0.02  # seconds between looks at the memory: what is read is the highest so far, so that little is missed
TICKS = os.sysconf("SC_CLK_TCK")


class Run(NamedTuple):
    """Seconds by the clock, of processor time in the parent and in all workers, and the most memory of each, in bytes.

    Memory is resident memory; that of a worker counts the pages that it shares with its parent, too.
    """

    wall: float
    parent_cpu: float
    workers_cpu: float
    parent_peak: int
    worker_peak: int

    @property
    def spent(self) -> Spent:
        """By the clock and of the processor."""
        return Spent(self.wall, self.parent_cpu + self.workers_cpu)


def clean(source: Path, workers: int, scratch: Path) -> Run:
    """One run into a new output folder, which stays: ext4 gives out no inode that was freed in the last minute, and takes
    half a millisecond longer for each new file when it must look for another one.
    """
    out = Path(tempfile.mkdtemp(dir=scratch)) / "out"
    return _watched(["clean", str(source), "-o", str(out), "-j", str(workers), "-q"])


def start_to_exit(command: str, rounds: int) -> list[Spent]:
    """`cleaner check` or `clean` on one small file, the whole process each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.txt"
        path.write_text("An honest sentence about the weather.\n" * 20)

        def run(number: int) -> object:
            output = ["-q", "-o", f"{folder}/out{number}"] if command == "clean" else []
            return subprocess.run([*COMMAND, command, str(path), *output], check=True, cwd=WHERE, env=_environment())

        return [spent(lambda number=number: run(number)) for number in range(rounds)]


def _environment() -> dict[str, str]:
    """Without what helps to find the rivals, and with modules that stay compiled, as those of an installed package are."""
    left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _watched(arguments: Sequence[str]) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen([*COMMAND, *arguments], cwd=WHERE, env=_environment())
    watcher = _Watcher(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    watcher.stop()
    if process.returncode not in (0, 3):
        raise SystemExit(f"cleaner {' '.join(arguments)}: exit code {process.returncode}")
    workers = sum(watcher.worker_cpu.values())
    return Run(wall, usage.ru_utime + usage.ru_stime - workers, workers, watcher.parent_peak, watcher.worker_peak)


class _Watcher(Thread):
    """Looks at a process and its children until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.parent_peak = self.worker_peak = 0
        self.worker_cpu: dict[int, float] = {}
        self._stopped = Event()
        self.start()

    def run(self) -> None:
        """Look again and again."""
        while not self._stopped.wait(LOOK):
            self.parent_peak = max(self.parent_peak, _peak(self.pid))
            for worker in _children(self.pid):
                self.worker_peak = max(self.worker_peak, _peak(worker))
                self.worker_cpu[worker] = max(self.worker_cpu.get(worker, 0.0), _cpu(worker))

    def stop(self) -> None:
        """The process has ended."""
        self._stopped.set()
        self.join()


def _read(path: str) -> str:
    """A file of /proc, empty when its process is gone."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read(f"/proc/{pid}/task/{pid}/children").split()]


def _peak(pid: int) -> int:
    lines = _read(f"/proc/{pid}/status").splitlines()
    return max((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), default=0)


def _cpu(pid: int) -> float:
    """Processor time of a process: fields 14 and 15 of its `stat`, counted behind its name in parentheses."""
    found = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(found[11]) + int(found[12])) / TICKS if found else 0.0

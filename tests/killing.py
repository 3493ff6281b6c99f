"""Kill a command at random moments, again and again, and count what it did to the files.

    python tests/killing.py WRITER FOLDER

is the command that `bench/kill.py` and `test_killing.py` kill: it rewrites every file of a folder that holds SPAM, by one
of three writers. Only `safe` is ours. `naive` opens the file and writes its lines, `unsynced` renames without a sync.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from cleaner.engine import files

FILES = {f"{number}.txt": b"line\n" * (1 << 14) + b"SPAM" + b"tail\n" * (1 << 14) for number in range(5)}
JOURNAL = "journal"


class Case(NamedTuple):
    """What is killed: `prepare` fills a new folder and gives the command; `inspect` counts what is wrong there afterwards.

    The command says on standard output, with a first line, that it has begun; one that never does is killed from its start.
    """

    prepare: Callable[[Path], Sequence[str]]
    inspect: Callable[[Path], Counter[str]]


def kill_many(case: Case, base: Path, trials: int, *, seed: int = 1, until: str = "") -> Counter[str]:
    """Kill so many runs at random moments, and add up what was found; end early once `until` was found.

    `killed` counts the runs that were still going, the others had finished. How long a run takes is measured first, by three whole ones.
    """
    clock = random.Random(seed)
    found = Counter[str]()
    length = min(_run(case, base / f"whole-{number}", 60.0)[1] for number in range(3))
    for number in range(trials):
        folder = base / str(number)
        was_killed, _ = _run(case, folder, clock.uniform(0, length))
        found += Counter(trials=1, killed=int(was_killed)) + case.inspect(folder)
        shutil.rmtree(folder)
        if until and found[until]:
            break
    return found


def _run(case: Case, folder: Path, delay: float) -> tuple[bool, float]:
    """Run the command and kill it after a delay; was it still going, and how long did it go?"""
    folder.mkdir(parents=True)
    with subprocess.Popen(case.prepare(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.readline()
        began = time.monotonic()
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        status = child.wait()
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"{child.args} ended with {status}")
    return status != 0, time.monotonic() - began


def writer_case(writer: str) -> Case:
    """The case of one of the writers."""

    def prepare(folder: Path) -> Sequence[str]:
        (folder / "in").mkdir()
        for name, data in FILES.items():
            (folder / "in" / name).write_bytes(data)
        return [sys.executable, "-S", "-E", __file__, writer, str(folder / "in")]

    return Case(prepare, inspect)


def inspect(folder: Path) -> Counter[str]:
    """`lost` files are neither the old one nor the whole new one; `temporary` ones were left, `unswept` ones stay."""
    found = Counter[str]()
    for name, data in FILES.items():
        path = folder / "in" / name
        now = path.read_bytes() if path.is_file() else None
        found["rewritten"] += now == _clean(data)
        found["lost"] += now not in (data, _clean(data))
        found["empty"] += not now
    found["temporary"] = _temporary(folder)
    journal = folder / JOURNAL
    files.sweep(folder / "in", journal.read_text().split("\n") if journal.exists() else [])
    found["unswept"] = _temporary(folder)
    return found


def _temporary(folder: Path) -> int:
    return len([entry for entry in (folder / "in").iterdir() if entry.name.startswith(".")])


def _clean(data: bytes) -> bytes:
    return data.replace(b"SPAM", b"")


def _naive(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.writelines(data.splitlines(keepends=True))


def _unsynced(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    _naive(temporary, data)
    temporary.rename(path)


def _safe(path: Path, data: bytes) -> None:
    found = files.read(path, 1 << 20)

    def tell(temporary: str) -> None:
        with (path.parents[1] / JOURNAL).open("a") as journal:
            journal.write(f"{Path(temporary).name}\n")

    with files.replacing(path, found.stat, digest=files.sha256(found.data), tell=tell) as writer:
        writer.write(data)
        writer.commit()


def main(writer: str, folder: str) -> None:
    """Rewrite the files of a folder."""
    write = {"safe": _safe, "naive": _naive, "unsynced": _unsynced}[writer]
    sys.stdout.write("go\n")
    sys.stdout.flush()
    for path in sorted(Path(folder).iterdir()):
        data = path.read_bytes()
        if b"SPAM" in data:
            write(path, _clean(data))


if __name__ == "__main__":
    main(*sys.argv[1:])

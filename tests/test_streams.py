"""The command as a process: closed and full streams, signals, a system that refuses; never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
from samples import DIRTY, ROOT, files_below, write_files

from cleaner.progress import stoppable

CLI = [sys.executable, "-m", "cleaner"]


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell command in which `cleaner` is ours."""
    line = f'cleaner() {{ {" ".join(CLI)} "$@"; }}; {command}'
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("cleaner clean - <a.txt >&-", 2, "standard output is closed"),
        ("cleaner clean - <&-", 2, "standard input is closed"),
        ("cleaner check a.txt >&-", 2, "standard output is closed"),
        ("cleaner check a.txt >/dev/full", 3, "No space left"),
        ("cleaner clean a.txt -o out 2>&-", 0, ""),
        ("cleaner clean - --field body <a.txt", 2, "takes no"),
        ("cleaner clean - --resume <a.txt", 2, "takes no"),
        (f"cleaner check {'a' * 300}", 2, "File name too long"),
        ("mkdir out; cd out; cleaner clean ../a.txt -o .", 0, ""),
        ("cleaner check a.txt a.txt | head -c 1", 0, ""),
        ("mkdir gone; cd gone; rmdir ../gone; cleaner clean ../a.txt -o ../out", 2, ""),
        ("ulimit -f 1; cleaner clean a.txt -o out", 3, "File too large"),
    ],
)
def test_a_stream_or_a_name_that_is_unfit(tmp_path: Path, command: str, code: int, words: str) -> None:
    write_files(tmp_path, {"a.txt": DIRTY.encode()})
    done = _shell(command, tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in done.stderr
    assert files_below(tmp_path)["a.txt"] == DIRTY.encode()


def test_check_ends_quietly_on_a_signal(tmp_path: Path) -> None:
    write_files(tmp_path, {f"in/{number}.txt": DIRTY.encode() for number in range(3000)})
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*CLI, "check", "in"], cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (143, b"")


def test_an_ignored_signal_stays_ignored() -> None:
    """As under nohup: the run goes on when the terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

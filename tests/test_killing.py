"""A run that is killed at any moment leaves whole files; `bench/kill.py` does the same a thousand times."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from killing import FILES, kill_many, writer_case
from killing_runs import FOLDER, IN_PLACE, kill_runs
from samples import ARTICLE, DIRTY

from cleaner.engine import files

ARTICLES = {f"{number}.txt": (DIRTY if number % 2 else ARTICLE).encode() for number in range(9)}
LINES = {
    "many.jsonl": b'{"text": "An honest line."}\n' * 99 + b'{"text": "%s"}\n' % DIRTY.replace("\n", "\\n").encode()
}


def test_our_writer_loses_nothing(tmp_path: Path) -> None:
    found = kill_many(writer_case("safe"), tmp_path, 40)
    assert found["killed"] > 10
    assert 0 < found["rewritten"] < found["trials"] * len(FILES)
    assert (found["lost"], found["unswept"]) == (0, 0)


def test_a_writer_that_truncates_is_caught(tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    assert kill_many(writer_case("naive"), tmp_path, 200, until="lost")["lost"] > 0


def test_a_writer_that_tells_of_nothing_leaves_temporary_files(tmp_path: Path) -> None:
    found = kill_many(writer_case("unsynced"), tmp_path, 200, until="unswept")
    assert found["unswept"] > 0
    assert found["lost"] == 0


@pytest.mark.parametrize("mode", [IN_PLACE, FOLDER])
def test_a_killed_run_that_goes_on_equals_one_that_was_not_killed(tmp_path: Path, mode: str) -> None:
    found = kill_runs(ARTICLES | LINES, mode, tmp_path, 5)
    assert found["killed"] > 0
    assert (found["lost"], found["different"], found["temporary"]) == (0, 0, 0)


def test_a_run_that_truncates_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the test above would prove nothing."""

    class Naive:
        sha256 = ""

        def __init__(self, path: Path) -> None:
            self.file = path.open("wb", buffering=0)

        def write(self, chunk: bytes) -> int:
            for at in range(0, len(chunk), 64):
                self.file.write(chunk[at : at + 64])
                time.sleep(0.005)
            return len(chunk)

        def finish(self, syncs: object) -> None:
            pass

        def close(self) -> None:
            pass

        def __enter__(self) -> Naive:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def commit(self) -> files.Written:
            self.file.close()
            return files.Written(True, "")

    def replacing(path: Path, *_: object, **__: object) -> Naive:
        return Naive(path)

    monkeypatch.setattr(files, "replacing", replacing)
    found = kill_runs(ARTICLES, IN_PLACE, tmp_path, 40, until="lost")
    assert found["lost"] > 0

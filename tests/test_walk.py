"""Which files are found, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from samples import write_files

from cleaner.engine.walk import count, walk
from cleaner.span import CleanerError


def _names(paths: list[Path]) -> list[str]:
    return [source.name for source in walk(paths)]


def test_sorted_and_without_hidden_files(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.md", "a/b/c.txt", "a.txt", "é.txt", ".hidden.txt", ".git/config.txt", "a/.b/c.txt", "B.txt"]
    write_files(tmp_path, dict.fromkeys(names, b""))
    assert _names([tmp_path]) == ["B.txt", "a.txt", "a/b/c.txt", "a/z.md", "b.txt", "é.txt"]
    assert count([tmp_path]) == 6


def test_the_order_is_that_of_the_full_names(tmp_path: Path) -> None:
    names = ["a/x", "a-b/x", "a b/x", "a.txt", "a0", "a/0/x", "ab", "a/0.txt"]
    write_files(tmp_path, dict.fromkeys(names, b""))
    assert _names([tmp_path]) == sorted(names)


def test_several_paths(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(["x/a.txt", "y/a.txt", "y/.hidden", "z.txt", ".dot.txt"], b""))
    assert _names([tmp_path / "y", tmp_path / "z.txt", tmp_path / "x"]) == ["x/a.txt", "y/a.txt", "z.txt"]
    assert _names([tmp_path / ".dot.txt"]) == [".dot.txt"]
    assert _names([tmp_path / "y" / "." / "a.txt"]) == ["a.txt"]


def test_one_folder_is_listed_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, dict.fromkeys([f"{number}/a.txt" for number in range(9)], b""))
    listed = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: listed.append(folder) or scandir(folder))
    found = walk([tmp_path])
    next(found)
    assert len(listed) == 2
    assert len(list(found)) == 8


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (["missing"], "no such file or folder"),
        (["x", "missing.txt"], "no such file or folder"),
        (["x/a.txt", "y/a.txt"], "one name in the output"),
        (["x", "x"], "one name in the output"),
    ],
)
def test_refused(tmp_path: Path, paths: list[str], problem: str) -> None:
    write_files(tmp_path, dict.fromkeys(["x/a.txt", "y/a.txt"], b""))
    with pytest.raises(CleanerError, match=problem):
        walk([tmp_path / path for path in paths])

"""Which files are found, and in which order."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from samples import write_files

from cleaner.engine.walk import as_given, below, common_folder, count, walk
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


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["x/a.txt", "y/a.txt"], ["x/a.txt", "y/a.txt"]),
        (["y", "x/a.txt"], ["x/a.txt", "y/a.txt", "y/b/c.txt"]),
        (["y", "y/b/c.txt", "y/a.txt", "y"], ["y/a.txt", "y/b/c.txt"]),
        (["y/b", "y/b.txt", "y/b-"], ["y/b-/d.txt", "y/b.txt", "y/b/c.txt"]),
        (["."], ["x/a.txt", "y/a.txt", "y/b-/d.txt", "y/b.txt", "y/b/c.txt"]),
        (["../in/x", "./x/"], ["../in/x/a.txt", "x/a.txt"]),
        (["y/.hidden.txt", "y/b"], ["y/.hidden.txt", "y/b/c.txt"]),
    ],
)
def test_names_as_they_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], names: list[str]
) -> None:
    tree = ["x/a.txt", "y/a.txt", "y/b/c.txt", "y/.hidden.txt"]
    if any("b-" in path or path == "." for path in given):
        tree += ["y/b.txt", "y/b-/d.txt"]
    write_files(tmp_path, dict.fromkeys([f"in/{name}" for name in tree], b""))
    monkeypatch.chdir(tmp_path / "in")
    paths = [Path(path) for path in given]
    assert [source.name for source in walk(paths, named=as_given)] == names
    assert [str(source.path) for source in walk(paths, named=as_given)] == names
    assert count(paths, named=as_given) == len(names)


def test_absolute_names(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(["x/a.txt", "y/a.txt"], b""))
    names = [source.name for source in walk([tmp_path / "y", tmp_path / "x/a.txt"], named=as_given)]
    assert names == [f"{tmp_path}/x/a.txt", f"{tmp_path}/y/a.txt"]


@pytest.mark.parametrize(
    ("given", "folder", "names"),
    [
        (["x"], "x", ["a.txt", "b/a.txt"]),
        (["x/a.txt"], "x", ["a.txt"]),
        (["x/a.txt", "x/b/a.txt"], "x", ["a.txt", "b/a.txt"]),
        (["x/b/a.txt", "y/a.txt", "x/b"], ".", ["x/b/a.txt", "y/a.txt"]),
        (["x", "x/b"], ".", ["x/a.txt", "x/b/a.txt"]),
        (["link", "y"], ".", ["x/b/a.txt", "y/a.txt"]),
        (["link/a.txt", "x/a.txt"], "x", ["a.txt", "b/a.txt"]),
    ],
)
def test_names_below_the_common_folder(tmp_path: Path, given: list[str], folder: str, names: list[str]) -> None:
    root = tmp_path.resolve()
    write_files(root, dict.fromkeys(["x/a.txt", "x/b/a.txt", "y/a.txt"], b""))
    (root / "link").symlink_to("x/b")
    paths = [root / path for path in given]
    assert common_folder(paths) == root / folder
    assert [source.name for source in walk(paths, named=below(common_folder(paths)))] == names


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


def test_a_folder_that_cannot_be_listed_keeps_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is read in that order: a name out of it would end it, and lose what comes behind."""
    write_files(tmp_path, dict.fromkeys(["a/x.txt", "a.txt", "b.txt"], b""))
    scandir = os.scandir

    def refusing(path: Path | str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = list(walk([tmp_path]))
    assert [(source.name, source.problem) for source in found] == [
        ("a.txt", ""),
        ("a/", "permission: Permission denied"),
        ("b.txt", ""),
    ]
    assert [source.name for source in found] == sorted(source.name for source in found)


def test_folders_as_deep_as_a_path_can_name(tmp_path: Path) -> None:
    folders = [Path(f"{tmp_path}{'/a' * depth}") for depth in range(1, 1101)]
    for folder in folders:
        folder.mkdir()
    file = folders[-1] / "x.txt"
    file.write_bytes(b"")
    names, number = _names([tmp_path]), count([tmp_path])
    file.unlink()
    for folder in reversed(folders):  # pytest does not get so deep
        folder.rmdir()
    assert names == ["a/" * 1100 + "x.txt"]
    assert number == 1

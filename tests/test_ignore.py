"""Patterns as git has them, in linear time, and what a walk leaves out by them."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from samples import write_files

from cleaner.engine.walk import count, walk
from cleaner.site.ignore import MAX_FILE, Selection
from cleaner.site.patterns import MAX_DEPTH, compiled, left_out, problem


def _is_out(lines: str, path: str) -> bool:
    patterns = compiled(tuple(lines.split("\n")))
    return patterns is not None and left_out(patterns, path)


@pytest.mark.parametrize(
    ("lines", "out", "kept"),
    [
        ("a", ["a", "x/a", "a/x", "x/a/y"], ["b", "aa", "xa", "a.txt"]),
        ("a/", ["a/x", "x/a/y"], ["a", "x/a"]),
        ("/a", ["a", "a/x"], ["x/a"]),
        ("a/b", ["a/b", "a/b/c"], ["x/a/b", "b", "ab"]),
        ("*.md", ["a.md", "x/y.md", ".md"], ["a.mdx", "md"]),
        ("/*.md", ["a.md"], ["x/a.md"]),
        ("a?c", ["abc", "aéc"], ["ac", "a/c", "abbc"]),
        ("a*c", ["ac", "abc", "abcbc"], ["ab", "a/c", "acb"]),
        ("a*b*c", ["abc", "axxbxxbxxc"], ["acb", "ab/c"]),
        ("**/a", ["a", "x/a", "x/y/a/z"], ["xa"]),
        ("a/**", ["a/x", "a/x/y"], ["a", "x/a/y"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z", "a/z/y"], ["z", "b/z", "a/bz"]),
        ("**/a/**/b/*.c", ["a/b/x.c", "y/a/y/y/b/x.c"], ["a/x.c", "b/x.c", "a/b/y/x.c"]),
        ("a**b", ["ab", "axxb"], ["a/b"]),
        ("/***/b", ["b", "a/x/b"], ["xb"]),
        ("**", ["a", "a/b"], []),
        ("*/", ["a/b"], ["a"]),
        ("[abc]x", ["ax", "cx"], ["dx", "abx"]),
        ("[a-c]x", ["bx"], ["dx", "-x"]),
        ("[!a-c]x", ["dx"], ["bx", "/x"]),
        ("[^a]", ["b"], ["a"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[[:digit:]]*", ["1", "1a"], ["a1"]),
        ("[z-a]", [], ["z", "a", "b"]),
        ("a[", [], ["a[", "a"]),
        ("a\\", [], ["a\\", "a"]),
        ("\\*", ["*"], ["a"]),
        ("\\#a", ["#a"], ["a"]),
        ("#a", [], ["a", "#a"]),
        ("\\!a", ["!a"], ["a"]),
        ("a  ", ["a"], ["a  "]),
        ("a\\ ", ["a "], ["a"]),
        ("*.log\n!keep.log", ["a.log"], ["keep.log", "x/keep.log"]),
        ("!keep.log\n*.log", ["keep.log"], []),
        ("a/\n!a/b", ["a/b"], []),
        ("a/*\n!a/b", ["a/c"], ["a/b", "a/b/c"]),
        ("a\nb", ["x/b/a\nc", "a"], ["a\nb"]),
        ("(a|b)+.$^", ["(a|b)+.$^"], ["a", "b"]),
        ("", [], ["a"]),
        ("/", [], ["a"]),
    ],
)
def test_patterns(lines: str, out: list[str], kept: list[str]) -> None:
    assert [path for path in out if not _is_out(lines, path)] == []
    assert [path for path in kept if _is_out(lines, path)] == []


@pytest.mark.parametrize("line", ["a", "*.md", "!a", "/a/**/b", "[!a]", "\\#a", "a b", "**"])
def test_a_pattern_is_one(line: str) -> None:
    assert problem(line) == ""


@pytest.mark.parametrize("line", ["", "  ", "#a", "!", "/", "a[", "a\\", "a\nb", "a\0", "a" * 1001])
def test_what_is_no_pattern(line: str) -> None:
    assert problem(line) != ""


ATOMS = [
    "a",
    "b",
    "ab",
    "c",
    "*",
    "?",
    "**",
    "[ab]",
    "[!a]",
    "[^b]",
    "a*",
    "*b",
    "*.b",
    "\\a",
    "[a-c]",
    "*a*b*",
    "[]a]",
    "[[:alpha:]]",
    ".",
    "[z-a]",
    "[a-]",
]
NAMES = ["a", "b", "ab", "a.b", "aa", "c", "b.a", "abc"]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_as_git_does(tmp_path: Path) -> None:
    """Random patterns over random paths, each set in a folder of one repository."""
    rng = random.Random(3)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    paths = sorted({"/".join(rng.choices(NAMES, k=rng.randint(1, 4))) for _ in range(120)})
    lots = [[_random_pattern(rng) for _ in range(rng.randint(1, 3))] for _ in range(150)]
    write_files(tmp_path, {f"{number}/.gitignore": "\n".join(lot).encode() for number, lot in enumerate(lots)})
    asked = "".join(f"{number}/{path}\0" for number in range(len(lots)) for path in paths)
    command = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "--stdin", "-z"]
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, check=False).stdout
    ours = {f"{n}/{path}" for n, lot in enumerate(lots) for path in paths if _is_out("\n".join(lot), path)}
    differing = sorted(ours ^ set(answer.split("\0")[:-1]))
    assert [(lots[int(path.split("/")[0])], path) for path in differing] == []


def _random_pattern(rng: random.Random) -> str:
    parts = [
        "**" if rng.random() < 0.2 else "".join(rng.choices(ATOMS, k=rng.choice([1, 1, 2])))
        for _ in range(rng.choice([1, 1, 2, 3, 4]))
    ]
    sign, root, end = rng.choice(["", "", "", "!"]), rng.choice(["", "/"]), rng.choice(["", "", "/"])
    return f"{sign}{root}{'/'.join(parts)}{end}"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*a" * 100 + "*b", "a" * 255),
        ("?*" * 100 + "b", "a" * 255),
        ("x/" + "**/a/" * 100 + "b", "x/" + "a/" * 2000 + "c"),
        ("**/" + "*a*a*b/" * 50 + "c", ("a" * 60 + "/") * 60 + "x"),
        ("**/" + "a/" * 200 + "b/**/c", "a/" * 1500 + "x"),
    ],
)
def test_no_pattern_is_slow(line: str, path: str) -> None:
    """With one that tries everything, each of these takes longer than anybody waits."""
    assert not _is_out(line, path)


def test_what_is_too_deep_is_left_out_by_its_folders(tmp_path: Path) -> None:
    deep = "a/" * (MAX_DEPTH + 1) + "x"
    assert not _is_out("x", deep)
    assert _is_out("a/", deep)


def _names(folder: Path, *paths: str, **chosen: object) -> list[str]:
    """The files taken, which must be as many as are counted, and what was left out must be counted too."""
    selection = Selection(root=folder.resolve(), counts=Counter(), **chosen)
    given = [folder / path for path in paths] or [folder]
    names = [source.name for source in walk(given, selection, named=lambda path: str(path.relative_to(folder)))]
    assert count(given, selection, named=str) == len(names)
    return [name.removeprefix("./") for name in names]


TREE = ["a.md", "b.log", "drafts/c.md", "posts/a.md", "posts/b.log", "posts/drafts/d.md", "posts/keep.log"]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ((), TREE),
        (("drafts/",), ["a.md", "b.log", "posts/a.md", "posts/b.log", "posts/keep.log"]),
        (("/drafts",), ["a.md", "b.log", "posts/a.md", "posts/b.log", "posts/drafts/d.md", "posts/keep.log"]),
        (("*.log", "!keep.log"), ["a.md", "drafts/c.md", "posts/a.md", "posts/drafts/d.md", "posts/keep.log"]),
        (("posts/*.md",), ["a.md", "b.log", "drafts/c.md", "posts/b.log", "posts/drafts/d.md", "posts/keep.log"]),
        (("*",), []),
    ],
)
def test_exclude_holds_below_a_folder(tmp_path: Path, exclude: tuple[str, ...], left: list[str]) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, b""))
    assert _names(tmp_path, exclude=exclude) == left


def test_a_path_that_is_given_is_taken(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, b""))
    exclude = ("drafts/", "*.log")
    given = ["drafts", "posts", "b.log", "posts/drafts/d.md"]
    taken = ["b.log", "drafts/c.md", "posts/a.md", "posts/drafts/d.md"]
    assert _names(tmp_path, *given, exclude=exclude) == taken
    assert _names(tmp_path, *given, exclude=exclude, by_name=True) == ["posts/a.md"]
    assert _names(tmp_path, ".", exclude=("*",), by_name=True) == []
    (tmp_path / "link").symlink_to("posts")
    assert _names(tmp_path, "link/b.log", exclude=("posts/*.log",), by_name=True) == []


def test_patterns_hold_from_the_root_whatever_is_given(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, b""))
    assert "posts/a.md" not in _names(tmp_path, "posts", exclude=("posts/a.md",))
    assert "posts/a.md" in _names(tmp_path, "posts", exclude=("/a.md",))


def test_what_was_left_out_is_counted_once(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys([*TREE, ".git/HEAD"], b"") | {".gitignore": b"*.log\n"})
    counts = Counter[str]()
    selection = Selection(root=tmp_path.resolve(), exclude=("drafts/", "*.log"), counts=counts)
    found = walk([tmp_path], selection)
    assert count([tmp_path], selection) == len(list(found)) == 2
    assert counts == {"exclude": 5}
    assert len(list(walk([tmp_path], selection._replace(exclude=())))) == 4
    assert counts == {"exclude": 5, ".gitignore": 3}


GIT = {".git/HEAD": "", ".git/config": ""}


@pytest.mark.parametrize(
    ("files", "start", "left"),
    [
        ({".gitignore": "*.log"}, ".", ["a.md", "drafts/c.md", "posts/a.md", "posts/drafts/d.md"]),
        ({".gitignore": "*.log"}, "posts", ["posts/a.md", "posts/drafts/d.md"]),
        (
            {".gitignore": "posts/*.log\r\n!keep.log\r\n"},
            "posts",
            ["posts/a.md", "posts/drafts/d.md", "posts/keep.log"],
        ),
        ({".gitignore": "\ufeff*.log"}, "posts", ["posts/a.md", "posts/drafts/d.md"]),
        (
            {".gitignore": "*.log", "posts/.gitignore": "!keep.log"},
            "posts/",
            ["posts/a.md", "posts/drafts/d.md", "posts/keep.log"],
        ),
        ({"posts/.gitignore": "/drafts\n*.log"}, ".", ["a.md", "b.log", "drafts/c.md", "posts/a.md"]),
        ({".git/info/exclude": "# none\n*.md"}, ".", ["b.log", "posts/b.log", "posts/keep.log"]),
        ({".git/info/exclude": "*.log", ".gitignore": "!keep.log\n*.md"}, ".", ["posts/keep.log"]),
        ({".gitignore": "drafts/"}, "posts", ["posts/a.md", "posts/b.log", "posts/keep.log"]),
        ({".gitignore": "drafts/"}, "posts/drafts", ["posts/drafts/d.md"]),
        ({".gitignore": "posts/\n*.md"}, "posts", ["posts/a.md", "posts/b.log", "posts/drafts/d.md", "posts/keep.log"]),
        ({".gitignore": "posts/\n*.md"}, "posts/drafts", ["posts/drafts/d.md"]),
        ({".gitignore": "posts/*"}, "posts", []),
        ({".gitignore": "posts/*"}, "posts/drafts", ["posts/drafts/d.md"]),
        ({".gitignore": "*.log"}, "b.log", ["b.log"]),
        (
            {"posts/.git": "gitdir: ../x", ".gitignore": "*.md", "posts/.gitignore": "*.log"},
            "posts",
            ["posts/a.md", "posts/drafts/d.md"],
        ),
    ],
)
def test_gitignore_files(tmp_path: Path, files: dict[str, str], start: str, left: list[str]) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, b"") | {name: text.encode() for name, text in (GIT | files).items()})
    assert _names(tmp_path, start) == left
    assert len(_names(tmp_path, start, gitignore=False)) >= len(left)


def test_gitignore_files_count_in_a_work_tree_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, b"") | {".gitignore": b"*"})
    assert _names(tmp_path) == TREE
    (tmp_path / ".git").mkdir()
    assert _names(tmp_path) == []
    assert _names(tmp_path, gitignore=False) == TREE


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "large", "closed"])
def test_a_gitignore_that_is_none_leaves_nothing_out(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path, {"a.md": b"", ".git/HEAD": b"", "all/.none": b"*"})
    path = tmp_path / ".gitignore"
    if kind == "link":
        path.symlink_to("all/.none")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(b"*\n" * MAX_FILE)
    else:
        path.write_bytes(b"\xff[\xfe\n\0*\n")
    assert _names(tmp_path) == ["a.md"]


def test_names_that_are_no_text_are_matched(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_bytes(b"caf\xe9.md\n*.log\n")
    for name in (b"caf\xe9.md", b"\xff.log", b"\xff.md", b"a\nb.log"):
        with open(os.path.join(folder, name), "wb"):
            pass
    assert _names(tmp_path) == ["\udcff.md"]

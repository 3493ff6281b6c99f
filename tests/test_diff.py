"""Diffs that `git apply` turns into the cleaned file, and `git apply -R` back."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from repositories import git, new_repository
from samples import ARTICLE, DIRTY, ROOT, marked, write_files

from cleaner import splice
from cleaner.cli import main
from cleaner.engine import stored
from cleaner.engine.handles import FileProblem
from cleaner.engine.stored import Stored
from cleaner.report.diff import file_diff

LINES = "".join(f"line {number}\n" for number in range(30))
ORDINARY = "one\ntwo\n⟦three\n⟧four\n"


def _git_apply(folder: Path, patch: bytes, *options: str) -> None:
    environment = os.environ | {
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
    done = subprocess.run(command, input=patch, cwd=folder, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def _there_and_back(folder: Path, files: dict[bytes, tuple[bytes, list[tuple[int, int]]]]) -> None:
    for name, (data, _) in files.items():
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    patch = b"".join(b"".join(file_diff(name, data, cuts)) for name, (data, cuts) in files.items())

    def now() -> dict[bytes, bytes]:
        return {name: (folder / os.fsdecode(name)).read_bytes() for name in files}

    _git_apply(folder, patch)
    assert now() == {name: splice.cut(data, cuts) for name, (data, cuts) in files.items()}
    _git_apply(folder, patch, "-R")
    assert now() == {name: data for name, (data, _) in files.items()}


def _bytes(text: str, encoding: str = "utf-8", bom: bytes = b"") -> tuple[bytes, list[tuple[int, int]]]:
    """The data of a text with ⟦cuts⟧, and the cuts as byte ranges."""
    bare, places = marked(text)
    at = [len(bom) + len(bare[:offset].encode(encoding)) for place in places for offset in place]
    return bom + bare.encode(encoding), list(zip(at[::2], at[1::2], strict=True))


@pytest.mark.parametrize(
    ("text", "encoding", "bom"),
    [
        (ORDINARY, "utf-8", b""),
        (ORDINARY.replace("\n", "\r\n"), "utf-8", b""),
        (ORDINARY.replace("\n", "\r"), "utf-8", b""),
        (ORDINARY, "utf-8", b"\xef\xbb\xbf"),
        (ORDINARY, "utf-16-le", b"\xff\xfe"),
        (ORDINARY.replace("\n", "\r\n"), "utf-16-be", b"\xfe\xff"),
        ("爱\n上⟦海\n⟧龙Ċਊ\n", "utf-16-le", b"\xff\xfe"),
        ("⟦one\n⟧two\n", "utf-8", b""),
        ("one\n⟦two\n⟧", "utf-8", b""),
        ("one⟦\ntwo⟧", "utf-8", b""),
        ("one⟦\ntwo⟧\n", "utf-8", b""),
        ("one\ntwo⟦\n⟧", "utf-8", b""),
        ("one\n⟦two⟧", "utf-8", b""),
        ("one ⟦two⟧", "utf-8", b""),
        ("one ⟦two ⟧three", "utf-8", b""),
        ("⟦one\n⟧two", "utf-8", b""),
        ("⟦one⟧\n", "utf-8", b""),
        ("one⟦\n⟧two\nthree\n", "utf-8", b""),
        ("one ⟦two\nthree\nfour⟧ five\n", "utf-8", b""),
        ("⟦a⟧ one ⟦b⟧ two ⟦c⟧\n⟦d⟧ three ⟦e⟧\n", "utf-8", b""),
        ("⟦a\n⟧one\n⟦b\n⟧two\n⟦c\n⟧", "utf-8", b""),
        ("a\n⟦b\n⟧⟦c\n⟧d\n", "utf-8", b""),
        ("a ⟦b\n⟧c⟦ d\n⟧e\n", "utf-8", b""),
        (f"⟦x\n⟧{LINES}⟦y\n⟧{LINES}z⟦z⟧", "utf-8", b""),
        (f"⟦x\n⟧{LINES[:42]}⟦y\n⟧{LINES[:49]}⟦z\n⟧\n", "utf-8", b""),
        ("\n\n⟦\n⟧\n\n", "utf-8", b""),
        ("one\u2028two\x0c⟦three\x85⟧four\n", "utf-8", b""),
        ("--- a\n⟦+++ b\n⟧@@ -1 +1 @@\n\\ No newline\n", "utf-8", b""),
    ],
    ids=repr,
)
def test_git_applies_it(tmp_path: Path, text: str, encoding: str, bom: bytes) -> None:
    _there_and_back(tmp_path, {b"a.txt": _bytes(text, encoding, bom)})


def test_undecodable_bytes(tmp_path: Path) -> None:
    _there_and_back(tmp_path, {b"a.txt": (b"caf\xe9\nspam\xff\n\xfe\n", [(5, 11)])})


@pytest.mark.parametrize(
    "name",
    [
        b"plain.txt",
        b"folder/sub/plain.txt",
        b"two words.txt",
        b" space.txt",
        b"-dash.txt",
        b"line\nend.txt",
        b"tab\tand\rreturn.txt",
        b'quote"s.txt',
        b"back\\slash.txt",
        b'a b/b\\c\n".txt',
        "爱上海.txt".encode(),
        "naïve café.txt".encode(),
        b"latin\xe9.txt",
        b"\x01\x7f.txt",
        b"a => b.txt",
    ],
    ids=repr,
)
def test_odd_names(tmp_path: Path, name: bytes) -> None:
    _there_and_back(tmp_path, {name: _bytes(ORDINARY)})


def test_random_cuts_in_many_files(tmp_path: Path) -> None:
    rng = Random(1)
    files = {}
    for number in range(150):
        data = "".join(
            rng.choice(["\n", "\n", "\r\n", "a", "b ", "爱", "line\n", "\n\n\n\n"]) for _ in range(rng.randint(1, 60))
        ).encode()
        edges = sorted(rng.sample(range(len(data) + 1), min(len(data) + 1, 2 * rng.randint(1, 5)) // 2 * 2))
        files[b"%d.txt" % number] = (data, list(zip(edges[::2], edges[1::2], strict=True)))
    # A file of which nothing is left needs a diff that deletes it: the cleaner never cuts so much.
    _there_and_back(tmp_path, {name: (data, cuts) for name, (data, cuts) in files.items() if splice.cut(data, cuts)})


@pytest.mark.parametrize("block", [1, 3, 1 << 14])
def test_a_file_gives_the_diff_of_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(stored, "BLOCK", block)
    data = LINES.encode() * 9 + b"no line end"
    cuts = [(0, 7), (40, 42), (300, 333), (len(data) - 5, len(data))]
    (tmp_path / "a").write_bytes(data)
    with (tmp_path / "a").open("rb") as file:
        assert list(file_diff(b"a", Stored(file.fileno()), cuts)) == list(file_diff(b"a", data, cuts))


def test_a_file_that_shrinks_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES.encode())
    with (tmp_path / "a").open("r+b") as file:
        data = Stored(file.fileno())
        file.truncate(20)
        with pytest.raises(FileProblem, match="changed while it was read"):
            list(file_diff(b"a", data, [(15, 40)]))


def test_a_hunk_that_is_the_whole_file_is_never_held() -> None:
    line = b"x" * 1000
    data = (line + b"\n") * 20_000
    cuts = [(at, at + 10) for at in range(0, len(data), 3 * len(line) + 3)]
    tracemalloc.start()
    hunks = sum(piece.startswith(b"@@ -") for piece in file_diff(b"a", data, cuts))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert hunks == 1
    assert most < len(data) / 2


def _documented(page: str) -> list[str]:
    """The lines of a page's blocks of code that run `git apply`."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(("git apply ", "cleaner check ")) and "git apply" in line]


@pytest.mark.parametrize("has_git", [False, True])
def test_documented_commands_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool) -> None:
    monkeypatch.chdir(tmp_path)
    dirty = DIRTY.encode()
    write_files(tmp_path, {"scraped/a.txt": dirty, "posts/b/c.txt": dirty})
    if has_git:
        new_repository(tmp_path)
    for arguments in (["scraped/", "-o", "clean/"], ["posts/", "--in-place"]):
        assert CliRunner().invoke(main, ["clean", *arguments, "-q"]).exit_code == 0
    undo = sorted(
        {line.partition("#")[0].strip() for page in ("README.md", "docs/formats.md") for line in _documented(page)}
    )
    assert [line.rpartition(" ")[2] for line in undo] == ["clean-report/changes.diff", "cleaner-report/changes.diff"]
    for line in undo:
        git(tmp_path, *line.split()[1:], GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert (tmp_path / "clean/a.txt").read_bytes() == (tmp_path / "posts/b/c.txt").read_bytes() == dirty
    [line] = _documented("docs/outputs.md")
    check, _, apply = line.partition(" | ")
    patch = CliRunner().invoke(main, check.split()[1:]).stdout_bytes
    _git_apply(tmp_path, patch, *apply.split()[2:])
    assert (tmp_path / "posts/b/c.txt").read_text(encoding="utf-8") == ARTICLE

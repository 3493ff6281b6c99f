"""Files: which are read, in which order, and how they are written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner import Cleaner, batch
from cleaner.batch import Report, Result, Source, Summary, in_place, nowhere, run, to_folder, walk, write_atomically
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, process
from cleaner.encoding import MAX_BYTES
from cleaner.readers import Document
from cleaner.span import CleanerError

CLEAN, SPAMMED = ARTICLE.encode(), DIRTY.encode()


def _names(paths: list[Path]) -> list[str]:
    return [source.name for source in walk(paths)]


def test_walk_is_sorted_and_leaves_hidden_files_out(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.md", "a/b/c.txt", "a.txt", "é.txt", ".hidden.txt", ".git/config.txt", "a/.b/c.txt", "B.txt"]
    write_files(tmp_path, dict.fromkeys(names, b""))
    assert _names([tmp_path]) == ["B.txt", "a.txt", "a/b/c.txt", "a/z.md", "b.txt", "é.txt"]


def test_walk_of_several_paths(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(["x/a.txt", "y/a.txt", "y/.hidden", "z.txt", ".dot.txt"], b""))
    assert _names([tmp_path / "y", tmp_path / "z.txt", tmp_path / "x"]) == ["x/a.txt", "y/a.txt", "z.txt"]
    assert _names([tmp_path / ".dot.txt"]) == [".dot.txt"]
    assert _names([tmp_path / "y" / "." / "a.txt"]) == ["a.txt"]


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (["missing"], "no such file or folder"),
        (["x", "missing.txt"], "no such file or folder"),
        (["x/a.txt", "y/a.txt"], "one name in the output"),
        (["x", "x"], "one name in the output"),
    ],
)
def test_walk_refuses(tmp_path: Path, paths: list[str], problem: str) -> None:
    write_files(tmp_path, dict.fromkeys(["x/a.txt", "y/a.txt"], b""))
    with pytest.raises(CleanerError, match=problem):
        walk([tmp_path / path for path in paths])


def _statuses(folder: Path, cleaner: Cleaner, deliver: object = nowhere) -> dict[str, str]:
    return {
        r.source.name: f"{r.outcome.status} {r.outcome.reason}".strip() for r in run(walk([folder]), cleaner, deliver)
    }  # type: ignore[arg-type]


def test_links_and_devices_are_skipped(tmp_path: Path, cleaner: Cleaner) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    write_files(tmp_path, {"in/a.txt": SPAMMED, "outside/b.txt": SPAMMED})
    (folder / "dead.txt").symlink_to(tmp_path / "nowhere")
    (folder / "file.txt").symlink_to(tmp_path / "outside" / "b.txt")
    (folder / "folder").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    assert _statuses(folder, cleaner, to_folder(out)) == {
        "a.txt": "cleaned",
        "dead.txt": "skipped symlink: give the file itself",
        "file.txt": "skipped symlink: give the file itself",
        "folder": "skipped symlink: give the file itself",
        "loop": "skipped symlink: give the file itself",
        "pipe.txt": "skipped not a regular file",
    }
    assert files_below(out) == {"a.txt": CLEAN}
    assert (tmp_path / "outside" / "b.txt").read_bytes() == SPAMMED


def test_what_is_skipped_is_copied(tmp_path: Path, cleaner: Cleaner) -> None:
    files = {
        "a.csv": b"a,b",
        "b.txt": b"one\0two",
        "c.txt": "上海夜网".encode("gbk"),
        "d.txt": b"x" * (MAX_BYTES + 1),
        "e.txt": b"",
    }
    write_files(tmp_path / "in", files)
    assert _statuses(tmp_path / "in", cleaner, to_folder(tmp_path / "out")) == {
        "a.csv": "skipped format: no reader for it",
        "b.txt": "skipped binary: it holds NUL bytes",
        "c.txt": "skipped encoding: not UTF-8, nor UTF-16 with a byte-order mark",
        "d.txt": f"skipped larger than {MAX_BYTES} bytes",
        "e.txt": "unchanged",
    }
    assert files_below(tmp_path / "out") == files


def test_a_file_in_the_way_fails_alone(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(
        tmp_path,
        {"in/a.txt": SPAMMED, "in/b.txt": SPAMMED, "in/c/d.txt": CLEAN, "out/a.txt/x": b"", "out/c": b"in the way"},
    )
    statuses = _statuses(tmp_path / "in", cleaner, to_folder(tmp_path / "out"))
    assert {name: status.split(":")[0] for name, status in statuses.items()} == {
        "a.txt": "failed write",
        "b.txt": "cleaned",
        "c/d.txt": "failed write",
    }
    assert files_below(tmp_path / "out") == {"a.txt/x": b"", "b.txt": CLEAN, "c": b"in the way"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o4755])
def test_in_place_keeps_the_mode(tmp_path: Path, cleaner: Cleaner, mode: int) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(SPAMMED)
    path.chmod(mode)
    assert _statuses(tmp_path, cleaner, in_place) == {"a.txt": "cleaned"}
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert files_below(tmp_path) == {"a.txt": CLEAN}


def test_in_place_leaves_clean_files_untouched(tmp_path: Path, cleaner: Cleaner) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(CLEAN)
    inode = path.stat().st_ino
    assert _statuses(tmp_path, cleaner, in_place) == {"a.txt": "unchanged"}
    assert path.stat().st_ino == inode


def test_in_place_refuses_hard_links(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"a.txt": SPAMMED})
    os.link(tmp_path / "a.txt", tmp_path / "b.txt")
    reason = "skipped hard link: replacing it would separate its names"
    assert _statuses(tmp_path, cleaner, in_place) == {"a.txt": reason, "b.txt": reason}
    assert files_below(tmp_path) == {"a.txt": SPAMMED, "b.txt": SPAMMED}


def test_in_place_refuses_read_only_files(tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a.txt": SPAMMED})
    monkeypatch.setattr(batch.os, "access", lambda path, mode: mode != os.W_OK)  # root may write everything
    assert _statuses(tmp_path, cleaner, in_place) == {"a.txt": "skipped read-only"}
    assert files_below(tmp_path) == {"a.txt": SPAMMED}


@pytest.mark.parametrize("now", [b"changed", None])
def test_in_place_refuses_what_changed_meanwhile(tmp_path: Path, cleaner: Cleaner, now: bytes | None) -> None:
    path = tmp_path / "a.txt"
    if now is not None:
        path.write_bytes(now)
    [outcome] = process([Document(SPAMMED, "txt")], cleaner)
    kept = in_place(Result(Source(path, "a.txt"), SPAMMED, outcome))
    assert (outcome.status, kept.status) == (CLEANED, SKIPPED if now else FAILED)
    assert kept.cuts == ()
    assert files_below(tmp_path) == ({"a.txt": now} if now else {})


@pytest.mark.parametrize("call", ["replace", "fsync"])
@pytest.mark.parametrize("where", ["in place", "folder"])
def test_a_failing_write_leaves_nothing_behind(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, call: str, where: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    monkeypatch.setattr(batch.os, call, fail)
    deliver = in_place if where == "in place" else to_folder(tmp_path / "out")
    assert _statuses(tmp_path / "in", cleaner, deliver) == {"a.txt": "failed write: No space left on device"}
    assert files_below(tmp_path) == {"in/a.txt": SPAMMED}


def test_writes_leave_no_temporary_files(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        write_atomically(tmp_path / "a.txt", data)
    assert files_below(tmp_path) == {"a.txt": b"two"}


def test_summary_counts_every_input(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"a.txt": SPAMMED, "b.txt": CLEAN, "c.csv": b"", "d.txt": SPAMMED})
    summary = Summary()
    for result in run(walk([tmp_path]), cleaner, nowhere):
        summary.add(result)
    assert summary.documents == {CLEANED: 2, UNCHANGED: 1, SKIPPED: 1}
    assert summary.characters == 2 * (len(DIRTY) - len(ARTICLE))
    assert [(entry["path"], entry["status"]) for entry in summary.files] == [
        ("a.txt", CLEANED),
        ("c.csv", SKIPPED),
        ("d.txt", CLEANED),
    ]
    assert summary.return_code == 3


def test_small_batches_give_the_same(tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", {f"{number}.txt": SPAMMED * (number % 3) for number in range(9)})

    def report(name: str) -> dict[str, bytes]:
        made = Report(tmp_path / name, tmp_path / "in", "output")
        summary = Summary()
        for result in run(walk([tmp_path / "in"]), cleaner, nowhere):
            summary.add(result)
            made.add(result)
        made.close(summary, {})
        return files_below(tmp_path / name)

    together = report("one")
    monkeypatch.setattr(batch, "BATCH_BYTES", 1)
    assert report("two") == together
    assert sorted(together) == ["changes.diff", "index.html", "removals.jsonl", "summary.json"]


def test_what_is_not_written_is_not_counted_as_removed(tmp_path: Path, cleaner: Cleaner) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(SPAMMED)
    os.link(path, tmp_path / "b.txt")
    summary = Summary()
    for result in run(walk([path]), cleaner, in_place):
        summary.add(result)
    assert (summary.spans["removed"], summary.characters) == (0, 0)
    assert summary.spans["review"] > 0
    assert path.read_bytes() == SPAMMED

"""Whole runs: what is written, counted, taken over from earlier runs, and left alone."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet
from samples import ARTICLE, DIRTY, SPAM, files_below, write_files

from cleaner import Cleaner
from cleaner.document import Outcome, process
from cleaner.encoding import MAX_BYTES
from cleaner.engine import batch, files, tree
from cleaner.engine.journal import JOURNAL
from cleaner.engine.plan import CHANGED_SINCE
from cleaner.engine.tree import Tally, Task, clean_tree
from cleaner.engine.workers import Pool
from cleaner.readers import Document, Options
from cleaner.restore import NOT_WRITTEN, restore, verify
from cleaner.span import CleanerError

CLEAN, SPAMMED = ARTICLE.encode(), DIRTY.encode()
HARD_LINK = "hard link: replacing it would separate its names"


class Here:
    """A pool that works in this process, and remembers what it was given."""

    def __init__(self, cleaner: Cleaner) -> None:
        self.cleaner = cleaner
        self.seen: list[bytes] = []

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        for documents in batches:
            self.seen += [document.data for document in documents]
            yield process(documents, self.cleaner)

    def use(self, cleaner: Cleaner) -> None:
        self.cleaner = cleaner


def _task(folder: Path, **changes: Any) -> Task:
    task = Task((folder / "in",), folder / "out", folder / "report", Options())
    return task._replace(**changes)


def _in_place(folder: Path, **changes: Any) -> Task:
    return _task(folder, output=None, **changes)


def _run(task: Task, pool: Here) -> tuple[Tally, dict[str, str]]:
    statuses: dict[str, str] = {}

    def seen(source: object, entry: Any) -> None:
        statuses[entry.path] = f"{entry.status} {entry.reason}".strip()

    return clean_tree(task, pool.cleaner, pool, seen), statuses


def _statuses(task: Task, cleaner: Cleaner) -> dict[str, str]:
    return _run(task, Here(cleaner))[1]


def test_links_and_devices_are_skipped(tmp_path: Path, cleaner: Cleaner) -> None:
    folder = tmp_path / "in"
    write_files(tmp_path, {"in/a.txt": SPAMMED, "outside/b.txt": SPAMMED})
    (folder / "dead.txt").symlink_to(tmp_path / "nowhere")
    (folder / "file.txt").symlink_to(tmp_path / "outside" / "b.txt")
    (folder / "folder").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    assert _statuses(_task(tmp_path), cleaner) == {
        "a.txt": "cleaned",
        "dead.txt": "skipped symlink: give the file itself",
        "file.txt": "skipped symlink: give the file itself",
        "folder": "skipped symlink: give the file itself",
        "loop": "skipped symlink: give the file itself",
        "pipe.txt": "skipped not a regular file",
    }
    assert files_below(tmp_path / "out") == {"a.txt": CLEAN}
    assert (tmp_path / "outside" / "b.txt").read_bytes() == SPAMMED


def test_what_is_skipped_is_copied(tmp_path: Path, cleaner: Cleaner) -> None:
    files = {
        "a.bin": b"a,b",
        "b.txt": b"one\0two",
        "c.txt": "上海夜网".encode("gbk"),
        "d.txt": b"x" * (MAX_BYTES + 1),
        "e.txt": b"",
    }
    write_files(tmp_path / "in", files)
    assert _statuses(_task(tmp_path), cleaner) == {
        "a.bin": "skipped format: no reader for it",
        "b.txt": "skipped binary: it holds NUL bytes",
        "c.txt": "skipped encoding: not UTF-8, nor UTF-16 with a byte-order mark",
        "d.txt": f"skipped larger than {MAX_BYTES} bytes",
        "e.txt": "unchanged",
    }
    assert files_below(tmp_path / "out") == files


def test_an_output_folder_with_other_files_is_refused(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED, "out/b.txt": b"mine"})
    before = files_below(tmp_path)
    with pytest.raises(CleanerError, match="is not empty"):
        _statuses(_task(tmp_path), cleaner)
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755])
def test_in_place_keeps_the_mode(tmp_path: Path, cleaner: Cleaner, mode: int) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED})
    path = tmp_path / "in" / "a.txt"
    path.chmod(mode)
    assert _statuses(_in_place(tmp_path), cleaner) == {"a.txt": "cleaned"}
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert files_below(tmp_path / "in") == {"a.txt": CLEAN}


def test_the_copy_of_a_read_only_file_can_be_restored(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED})
    (tmp_path / "in" / "a.txt").chmod(0o440)
    assert _statuses(_task(tmp_path), cleaner) == {"a.txt": "cleaned"}
    assert stat.S_IMODE((tmp_path / "out" / "a.txt").stat().st_mode) == 0o640
    assert [item.problem for item in restore(tmp_path / "report")] == [""]
    assert (tmp_path / "out" / "a.txt").read_bytes() == SPAMMED


def test_in_place_leaves_clean_files_untouched(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": CLEAN})
    before = (tmp_path / "in" / "a.txt").stat()
    assert _statuses(_in_place(tmp_path), cleaner) == {"a.txt": "unchanged"}
    after = (tmp_path / "in" / "a.txt").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_in_place_refuses_hard_links(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED})
    os.link(tmp_path / "in" / "a.txt", tmp_path / "in" / "b.txt")
    tally, statuses = _run(_in_place(tmp_path), Here(cleaner))
    assert statuses == {"a.txt": f"skipped {HARD_LINK}", "b.txt": f"skipped {HARD_LINK}"}
    assert files_below(tmp_path / "in") == {"a.txt": SPAMMED, "b.txt": SPAMMED}
    assert (tally.counts.spans["removed"], tally.counts.characters) == (0, 0)
    assert tally.counts.spans["review"] == 2
    assert (tmp_path / "report" / "changes.diff").read_bytes() == b""


def test_in_place_refuses_read_only_files(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED})
    (tmp_path / "in" / "a.txt").chmod(0o444)
    assert _statuses(_in_place(tmp_path), cleaner) == {"a.txt": "skipped read-only"}
    assert files_below(tmp_path / "in") == {"a.txt": SPAMMED}


class Meddling(Here):
    """A pool during whose work somebody else does something."""

    def __init__(self, cleaner: Cleaner, meddle: Callable[[], object]) -> None:
        super().__init__(cleaner)
        self.meddle = meddle

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        for outcomes in super().map(batches):
            self.meddle()
            yield outcomes


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
@pytest.mark.parametrize("now", [b"changed", None])
def test_in_place_refuses_what_changed_meanwhile(
    tmp_path: Path, cleaner: Cleaner, name: str, now: bytes | None
) -> None:
    path = tmp_path / "in" / name
    write_files(tmp_path, {f"in/{name}": json.dumps({"text": DIRTY}).encode() if name == "a.jsonl" else SPAMMED})
    pool = Meddling(cleaner, lambda: path.write_bytes(now) if now else path.unlink(missing_ok=True))
    tally, statuses = _run(_in_place(tmp_path), pool)
    assert statuses[name].startswith("skipped")
    assert tally.counts.spans["removed"] == 0
    assert files_below(tmp_path / "in") == ({name: now} if now else {})


def _broken(monkeypatch: pytest.MonkeyPatch, call: str, when: Callable[..., bool]) -> None:
    """An operating system that refuses a call when its arguments are such."""
    real = getattr(os, call)

    def fail(*arguments: Any, **options: Any) -> Any:
        if when(*arguments):
            raise OSError(28, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, fail)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("where", ["in place", "folder"])
def test_a_failing_write_leaves_nothing_behind(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, where: str, name: str
) -> None:
    data = _file(name, [DIRTY, ARTICLE])
    write_files(tmp_path / "in", {name: data})
    _broken(monkeypatch, "rename", lambda old, new: new == name)
    task = _in_place(tmp_path) if where == "in place" else _task(tmp_path)
    tally, statuses = _run(task, Here(cleaner))
    assert statuses == {name: "failed write: No space left on device"}
    assert files_below(tmp_path / "in") == {name: data}
    assert files_below(tmp_path / "out") == {}
    assert tally.counts.spans["removed"] == 0
    assert b'"removed"' not in (tmp_path / "report" / "removals.jsonl").read_bytes()
    assert tally.return_code == 3


@pytest.mark.parametrize("call", ["fchmod", "fsync", "rename"])
@pytest.mark.parametrize("where", ["in place", "folder"])
def test_a_failing_write_costs_no_other_file(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, where: str, call: str
) -> None:
    """Files are written and synced side by side; the second is refused."""
    names = ["a.txt", "b.txt", "c.txt"]
    write_files(tmp_path / "in", dict.fromkeys(names, SPAMMED))
    task = _in_place(tmp_path) if where == "in place" else _task(tmp_path)
    calls = iter([False, True])
    second = lambda *arguments: _is_temporary(arguments[0]) and next(calls, False)  # noqa: E731
    with monkeypatch.context() as context:
        context.setattr(tree, "SYNCS", 1)
        _broken(context, call, second)
        tally, statuses = _run(task, Here(cleaner))
    assert statuses == {"a.txt": "cleaned", "b.txt": "failed write: No space left on device", "c.txt": "cleaned"}
    result = files_below(tmp_path / ("in" if where == "in place" else "out"))
    assert result["a.txt"] == result["c.txt"] != SPAMMED
    assert result.get("b.txt", SPAMMED) == SPAMMED
    assert sorted(result) == [name for name in names if where == "in place" or name in result]
    assert tally.counts.documents == {"cleaned": 2, "failed": 1}


def _is_temporary(file: int | str) -> bool:
    """Whether a descriptor, or a name, is that of a temporary file of ours."""
    name = file if isinstance(file, str) else Path(f"/proc/self/fd/{file}").readlink().name
    return name.startswith(".cleaner-")


@pytest.mark.parametrize("where", ["in place", "folder"])
def test_a_run_that_is_stopped_throws_away_what_it_has_begun(tmp_path: Path, cleaner: Cleaner, where: str) -> None:
    write_files(tmp_path / "in", dict.fromkeys(["a.txt", "b.txt", "c.txt"], SPAMMED))
    task = _in_place(tmp_path) if where == "in place" else _task(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clean_tree(task, cleaner, Here(cleaner), stop)
    result = files_below(tmp_path / ("in" if where == "in place" else "out"))
    assert sum(data != SPAMMED for data in result.values()) == 1
    assert sorted(result) == (["a.txt", "b.txt", "c.txt"] if where == "in place" else ["a.txt"])


def test_an_output_folder_is_synced_once_for_the_files_in_it(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"]
    write_files(tmp_path / "in", dict.fromkeys(names, CLEAN))
    synced: list[str] = []
    _broken(monkeypatch, "fsync", lambda file: synced.append(str(Path(f"/proc/self/fd/{file}").readlink())))
    _run(_task(tmp_path), Here(cleaner))
    out = str(tmp_path / "out")
    assert [synced.count(f"{out}/{name}") for name in "ab"] == [1, 1]
    assert sum("/.cleaner-" in name for name in synced) == len(names)


def _file(name: str, texts: Sequence[str]) -> bytes:
    """A file of the format its name says that holds some texts."""
    if name.endswith(".txt"):
        return texts[0].encode()
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    if not name.endswith(".gz"):
        return lines
    return gzip.compress(lines, mtime=0)


def _report(folder: Path) -> dict[str, bytes]:
    """The report, without what differs from run to run by nature: times and inodes in the journal."""
    return {name: data for name, data in files_below(folder / "report").items() if name != JOURNAL}


TREE = {
    "in/a.txt": SPAMMED,
    "in/b.txt": CLEAN,
    "in/c.pdf": b"%PDF",
    "in/d/e.md": SPAMMED,
    "in/d/f.jsonl": _file("f.jsonl", [DIRTY, ARTICLE, DIRTY]),
    "in/d/g.jsonl.gz": _file("g.jsonl.gz", [ARTICLE, DIRTY]),
    "in/h.txt": SPAMMED * 2,
}


def test_the_report_counts_every_input(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    tally, _ = _run(_task(tmp_path), Here(cleaner))
    summary = json.loads((tmp_path / "report" / "summary.json").read_text())
    assert summary["documents"] == {"inputs": 10, "unchanged": 3, "cleaned": 6, "skipped": 1, "failed": 0}
    assert summary["sources"] == {"inputs": 7, "unchanged": 1, "cleaned": 5, "skipped": 1, "failed": 0}
    assert [file["path"] for file in summary["files"]] == [
        "a.txt", "c.pdf", "d/e.md", "d/f.jsonl", "d/g.jsonl.gz", "h.txt",
    ]  # fmt: skip
    assert tally.return_code == 3
    assert sorted(files_below(tmp_path / "report")) == [
        ".gitignore", "changes.diff", "index.html", "journal.jsonl", "removals.jsonl", "summary.json",
    ]  # fmt: skip


def test_small_batches_give_the_same(tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "one", TREE)
    write_files(tmp_path / "two", TREE)
    _run(_task(tmp_path / "one"), Here(cleaner))
    monkeypatch.setattr(batch, "BATCH_BYTES", 1)
    _run(_task(tmp_path / "two"), Here(cleaner))
    assert files_below(tmp_path / "one" / "out") == files_below(tmp_path / "two" / "out")
    assert _report(tmp_path / "one") == _report(tmp_path / "two")


def test_a_second_run_judges_only_what_changed(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    before = _report(tmp_path), files_below(tmp_path / "out")
    pool = Here(cleaner)
    _run(_task(tmp_path), pool)
    assert pool.seen == []
    assert (_report(tmp_path), files_below(tmp_path / "out")) == before
    write_files(tmp_path, {"in/b.txt": SPAMMED, "in/new.txt": CLEAN})
    _run(_task(tmp_path), pool)
    assert pool.seen == [SPAMMED, CLEAN]
    shutil.copytree(tmp_path / "in", tmp_path / "straight" / "in")
    _run(_task(tmp_path / "straight"), Here(cleaner))
    assert _report(tmp_path) == _report(tmp_path / "straight")
    assert files_below(tmp_path / "out") == files_below(tmp_path / "straight" / "out")


def test_a_second_run_mends_the_output(tmp_path: Path, cleaner: Cleaner) -> None:
    """What is missing is made again, what was restored is cleaned again, and times alone say nothing."""
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    before = files_below(tmp_path / "out")
    (tmp_path / "out" / "d" / "e.md").unlink()
    write_files(tmp_path, {"out/a.txt": SPAMMED})
    os.utime(tmp_path / "out" / "b.txt", (1, 1))
    tally, _ = _run(_task(tmp_path), Here(cleaner))
    assert files.IN_THE_WAY not in tally.counts.problems
    assert files_below(tmp_path / "out") == before


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"A line of my own.\n")


def _replace_by_link(path: Path) -> None:
    path.with_name("mine.md").write_bytes(b"mine")
    path.unlink()
    path.symlink_to("mine.md")


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine").write_bytes(b"mine")


@pytest.mark.parametrize("change", [_edit, _replace_by_link, _replace_by_folder])
@pytest.mark.parametrize("name", ["a.txt", "d/f.jsonl", "data.bin"])
def test_what_no_run_left_in_the_output_stays_until_it_is_moved(
    tmp_path: Path, cleaner: Cleaner, change: Callable[[Path], None], name: str
) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED, "in/d/f.jsonl": _file("f.jsonl", [DIRTY]), "in/data.bin": b"a,b\n"})
    _run(_task(tmp_path), Here(cleaner))
    before = files_below(tmp_path / "out")
    change(tmp_path / "out" / name)
    edited = files_below(tmp_path / "out")
    for _ in range(2):
        tally, statuses = _run(_task(tmp_path), Here(cleaner))
        assert statuses[name] == f"skipped {files.IN_THE_WAY}"
        assert tally.return_code == 3
        assert files_below(tmp_path / "out") == edited
    (tmp_path / "out" / name).rename(tmp_path / "mine")
    assert _run(_task(tmp_path), Here(cleaner))[1][name] != f"skipped {files.IN_THE_WAY}"
    now = files_below(tmp_path / "out")
    assert {path: now[path] for path in before} == before


def test_a_file_of_ones_own_stays_when_a_source_gets_its_name_and_loses_it(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED})
    _run(_task(tmp_path), Here(cleaner))
    write_files(tmp_path, {"out/notes.txt": b"notes", "in/notes.txt": SPAMMED})
    assert _run(_task(tmp_path), Here(cleaner))[1]["notes.txt"] == f"skipped {files.IN_THE_WAY}"
    (tmp_path / "in" / "notes.txt").unlink()
    assert _run(_task(tmp_path), Here(cleaner))[0].removed == 0
    assert (tmp_path / "out" / "notes.txt").read_bytes() == b"notes"


def test_a_result_of_other_settings_is_replaced(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(Cleaner(level="review")))
    tally, _ = _run(_task(tmp_path), Here(cleaner))
    assert files.IN_THE_WAY not in tally.counts.problems


def test_results_of_sources_that_are_gone_go_too(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    (tmp_path / "in" / "a.txt").unlink()
    (tmp_path / "in" / "h.txt").unlink()
    write_files(tmp_path, {"out/h.txt": b"somebody works here"})
    assert _run(_task(tmp_path), Here(cleaner))[0].removed == 1
    out = files_below(tmp_path / "out")
    assert "a.txt" not in out
    assert out["h.txt"] == b"somebody works here"


def test_results_of_sources_that_are_gone_go_though_more_paths_are_given(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"a/1.txt": SPAMMED, "a/2.txt": CLEAN, "b/1.txt": CLEAN, "c/1.txt": CLEAN})
    paths = [tmp_path / name for name in "abc"]
    _run(_task(tmp_path, paths=tuple(paths[:2])), Here(cleaner))
    (tmp_path / "a" / "2.txt").unlink()
    assert _run(_task(tmp_path, paths=tuple(paths)), Here(cleaner))[0].removed == 1
    assert set(files_below(tmp_path / "out")) == {"a/1.txt", "b/1.txt", "c/1.txt"}


def test_results_stay_of_a_path_that_is_gone_and_not_given(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, {"a/1.txt": SPAMMED, "b/2.txt": CLEAN})
    _run(_task(tmp_path, paths=(tmp_path / "a",)), Here(cleaner))
    shutil.rmtree(tmp_path / "a")
    before = files_below(tmp_path)
    with pytest.raises(CleanerError, match="results of paths that are not given now"):
        _run(_task(tmp_path, paths=(tmp_path / "b",)), Here(cleaner))
    assert files_below(tmp_path) == before


def test_a_folder_that_was_moved_is_taken_over(tmp_path: Path, cleaner: Cleaner) -> None:
    """The paths are others, but no result would go."""
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    (tmp_path / "in").rename(tmp_path / "moved")
    pool = Here(cleaner)
    _run(_task(tmp_path, paths=(tmp_path / "moved",)), pool)
    assert pool.seen == []


@pytest.mark.parametrize("change", ["level", "version", "model", "fields"])
def test_other_settings_take_nothing_over(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    task, other = _task(tmp_path), cleaner
    if change == "level":
        other = Cleaner(level="review")
    elif change == "version":
        monkeypatch.setattr(tree, "__version__", "0")
    elif change == "model":
        other = Cleaner()
        other.model = other.model._replace(sha256="0" * 64)
    else:
        task = _task(tmp_path, options=Options(("body", "text")))
    pool = Here(other)
    _run(task, pool)
    assert len(pool.seen) == 9


class Stopping(Here):
    """A pool that is stopped after so many batches."""

    def __init__(self, cleaner: Cleaner, after: int) -> None:
        super().__init__(cleaner)
        self.after = after

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        for number, outcomes in enumerate(super().map(batches)):
            if number == self.after:
                raise KeyboardInterrupt
            yield outcomes


@pytest.mark.parametrize("mode", ["folder", "in place"])
@pytest.mark.parametrize("after", range(9))
def test_a_stopped_run_goes_on(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, mode: str, after: int
) -> None:
    monkeypatch.setattr(batch, "BATCH_BYTES", 1)
    for name in ("straight", "stopped"):
        write_files(tmp_path / name, TREE)
    make = _task if mode == "folder" else _in_place
    _run(make(tmp_path / "straight"), Here(cleaner))
    with pytest.raises(KeyboardInterrupt):
        _run(make(tmp_path / "stopped"), Stopping(cleaner, after))
    with pytest.raises(KeyboardInterrupt):
        _run(make(tmp_path / "stopped", resume=True), Stopping(cleaner, 1))
    _run(make(tmp_path / "stopped", resume=True), Here(cleaner))
    assert _report(tmp_path / "stopped") == _report(tmp_path / "straight")
    for folder in ("in", "out"):
        assert files_below(tmp_path / "stopped" / folder) == files_below(tmp_path / "straight" / folder)


def test_results_of_a_folder_that_cannot_be_listed_stay(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    before = files_below(tmp_path / "out")
    scandir = os.scandir

    def refuse(folder: Any) -> Any:
        if str(folder).endswith("in/d"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert _run(_task(tmp_path), Here(cleaner))[1]["d/"] == "skipped permission: Permission denied"
    assert files_below(tmp_path / "out") == before


def test_a_damaged_journal_costs_work_and_no_more(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_task(tmp_path), Here(cleaner))
    before = _report(tmp_path), files_below(tmp_path / "out")
    journal = tmp_path / "report" / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    for damaged in (
        b"",
        b"\0" * 4096,
        b"".join(lines[:3]) + lines[3][:50],
        lines[0] + b"[]\n",
        lines[0] + lines[2] * 2,
    ):
        journal.write_bytes(damaged)
        shutil.rmtree(tmp_path / "out")
        _run(_task(tmp_path), Here(cleaner))
        assert (_report(tmp_path), files_below(tmp_path / "out")) == before


def test_a_hostile_journal_removes_nothing_outside(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE | {"mine.txt": b"mine"})
    _run(_task(tmp_path), Here(cleaner))
    journal = tmp_path / "report" / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    status = (tmp_path / "mine.txt").stat()
    forged = json.loads(lines[1]) | {
        "path": "../mine.txt",
        "written": [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino],
    }
    journal.write_bytes(lines[0] + json.dumps(forged).encode() + b"\n" + b"".join(lines[1:]))
    _run(_task(tmp_path), Here(cleaner))
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


def test_an_in_place_report_is_never_replaced(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_in_place(tmp_path), Here(cleaner))
    before = _report(tmp_path)
    with pytest.raises(CleanerError, match="is there already"):
        _run(_in_place(tmp_path), Here(cleaner))
    pool = Here(cleaner)
    _run(_in_place(tmp_path, resume=True), pool)
    assert pool.seen == []
    assert _report(tmp_path) == before


def test_what_changed_since_it_was_cleaned_is_left_alone(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path, TREE)
    _run(_in_place(tmp_path), Here(cleaner))
    ledger = (tmp_path / "report" / "removals.jsonl").read_bytes()
    write_files(tmp_path, {"in/a.txt": b"edited " + SPAMMED})
    _, statuses = _run(_in_place(tmp_path, resume=True), Here(cleaner))
    assert statuses["a.txt"] == f"skipped {CHANGED_SINCE}"
    assert (tmp_path / "in" / "a.txt").read_bytes() == b"edited " + SPAMMED
    assert (tmp_path / "report" / "removals.jsonl").read_bytes() == ledger


def test_what_changed_since_it_was_cleaned_stays_in_the_report(tmp_path: Path, cleaner: Cleaner) -> None:
    """However often the run goes on, and it is a cleaned file again when the change is taken back."""
    write_files(tmp_path, {"in/a.txt": SPAMMED, "in/b.txt": SPAMMED})
    whole, _ = _run(_in_place(tmp_path), Here(cleaner))
    report = _report(tmp_path)
    write_files(tmp_path, {"in/a.txt": CLEAN + SPAMMED})
    for _ in range(2):
        tally, statuses = _run(_in_place(tmp_path, resume=True), Here(cleaner))
        assert (statuses["a.txt"], tally.counts.documents["skipped"]) == (f"skipped {CHANGED_SINCE}", 1)
        assert [(item.path, item.problem) for item in verify(tmp_path / "report")] == [
            ("a.txt", NOT_WRITTEN),
            ("b.txt", ""),
        ]
    write_files(tmp_path, {"in/a.txt": CLEAN})
    tally, _ = _run(_in_place(tmp_path, resume=True), Here(cleaner))
    assert tally.counts == whole.counts
    assert _report(tmp_path) == report
    assert [item.problem for item in restore(tmp_path / "report")] == ["", ""]


def test_a_run_in_place_stops_when_too_much_changes(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MANY", 2)
    files = {f"in/{number}.txt": SPAMMED for number in range(8)}
    write_files(tmp_path, files)
    with pytest.raises(CleanerError, match="3 files changed, more than 25%") as stopped:
        _run(_in_place(tmp_path), Here(cleaner))
    [page] = (tmp_path / "report").rglob("index.html")
    assert f"look at {page}" in str(stopped.value)
    assert page.read_text(encoding="utf-8").count(SPAM) == 3
    assert sum(data == CLEAN for data in files_below(tmp_path / "in").values()) == 3
    _run(_in_place(tmp_path, resume=True, anyway=True), Here(cleaner))
    assert set(files_below(tmp_path / "in").values()) == {CLEAN}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_give_the_same(tmp_path: Path, cleaner: Cleaner, workers: int) -> None:
    write_files(tmp_path / "here", TREE)
    write_files(tmp_path / "there", TREE)
    _run(_task(tmp_path / "here"), Here(cleaner))
    with Pool(cleaner, Options(), workers) as pool:
        clean_tree(_task(tmp_path / "there"), cleaner, pool, lambda source, entry: None)
    assert _report(tmp_path / "here") == _report(tmp_path / "there")
    assert files_below(tmp_path / "here" / "out") == files_below(tmp_path / "there" / "out")


def _poison(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
    if any(b"poison" in document.data for document in documents):
        os.abort()
    return process(documents, cleaner, options)


def test_a_poisonous_document_costs_itself(tmp_path: Path, cleaner: Cleaner) -> None:
    bad = {"in/d/f.jsonl": _file("f.jsonl", [DIRTY, "poison", DIRTY]), "in/p.txt": b"poison"}
    write_files(tmp_path, TREE | bad)
    with Pool(cleaner, Options(), 2, work=_poison) as pool:
        tally = clean_tree(_task(tmp_path), cleaner, pool, lambda source, entry: None)
    assert tally.counts.problems["crash: the worker died (signal 6)"] == 2
    assert tally.counts.documents == {"cleaned": 6, "unchanged": 2, "skipped": 3}
    out = files_below(tmp_path / "out")
    assert out["p.txt"] == b"poison"
    assert out["d/f.jsonl"] == _file("f.jsonl", [ARTICLE, "poison", ARTICLE])
    [lines] = [
        file for file in json.loads((tmp_path / "report" / "summary.json").read_text())["files"] if "records" in file
    ]
    assert lines["records"] == ["2: crash: the worker died (signal 6)"]


def test_damaged_records_are_named(tmp_path: Path, cleaner: Cleaner) -> None:
    data = _file("f.jsonl", [DIRTY]) + b'{"text": \n' + _file("f.jsonl", [DIRTY])
    write_files(tmp_path, {"in/f.jsonl": data})
    tally, statuses = _run(_task(tmp_path), Here(cleaner))
    assert statuses == {"f.jsonl": "cleaned"}
    assert tally.counts.documents == {"cleaned": 2, "skipped": 1}
    assert (tmp_path / "out" / "f.jsonl").read_bytes() == data.replace(
        _file("f.jsonl", [DIRTY]), _file("f.jsonl", [ARTICLE])
    )
    assert tally.return_code == 3


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.txt.gz"])
def test_a_damaged_stream_is_copied(tmp_path: Path, cleaner: Cleaner, name: str) -> None:
    data = gzip.compress(_file(name.removesuffix(".gz"), [DIRTY] * 99))[:-20]
    write_files(tmp_path, {f"in/{name}": data})
    tally, statuses = _run(_task(tmp_path), Here(cleaner))
    assert statuses[name].startswith("skipped gz")
    assert (tmp_path / "out" / name).read_bytes() == data
    assert (tmp_path / "report" / "removals.jsonl").read_bytes() == b""
    assert tally.counts.documents == {"skipped": 1}


def test_bytes_behind_a_compressed_file_are_reported(tmp_path: Path, cleaner: Cleaner) -> None:
    files = {"a.txt.gz": SPAMMED, "b.txt.gz": CLEAN}
    write_files(tmp_path / "in", {name: gzip.compress(data) + b"junk" for name, data in files.items()})
    remark = "gzip: bytes behind the end are no part of it"
    assert _statuses(_task(tmp_path), cleaner) == {"a.txt.gz": f"cleaned {remark}", "b.txt.gz": f"unchanged {remark}"}
    assert json.loads((tmp_path / "report" / "summary.json").read_bytes())["problems"] == {remark: 2}


def test_bytes_behind_a_compressed_file_are_not_lost_in_place(tmp_path: Path, cleaner: Cleaner) -> None:
    files = {name: gzip.compress(data) + b"junk" for name, data in {"a.txt.gz": SPAMMED, "b.txt.gz": CLEAN}.items()}
    write_files(tmp_path / "in", files)
    remark = "gzip: bytes behind the end are no part of it"
    statuses = _statuses(_task(tmp_path)._replace(output=None), cleaner)
    assert statuses == {"a.txt.gz": f"skipped {remark}, and would be lost", "b.txt.gz": f"unchanged {remark}"}
    assert files_below(tmp_path / "in") == files
    assert (tmp_path / "report" / "removals.jsonl").read_bytes() == b""


def _parquet(texts: Sequence[str]) -> bytes:
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table({"text": list(texts)}), sink)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("text", [ARTICLE, DIRTY])
@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "parquet"])
@pytest.mark.parametrize("is_gone", [True, False])
def test_records_whose_file_is_another_are_not_counted(
    tmp_path: Path, cleaner: Cleaner, text: str, suffix: str, is_gone: bool
) -> None:
    name = f"a.{suffix}"
    data = _parquet([text]) if suffix == "parquet" else _file(name, [text])
    write_files(tmp_path / "in", {name: data})
    path = tmp_path / "in" / name
    meddle = path.unlink if is_gone else lambda: path.write_bytes(data[:-1])
    _, statuses = _run(_task(tmp_path), Meddling(cleaner, meddle))
    if text == DIRTY and suffix == "jsonl.gz":  # all that is needed was read
        assert statuses == {name: "cleaned"}
        return
    reason = "vanished: No such file or directory" if is_gone else "changed while it was read"
    assert statuses[name].startswith("skipped ")
    assert suffix == "parquet" or statuses == {name: f"skipped {reason}"}
    assert files_below(tmp_path / "out") == ({} if is_gone or text == ARTICLE else {name: data[:-1]})
    assert (tmp_path / "report" / "removals.jsonl").read_bytes() == b""


@pytest.mark.parametrize("text", [ARTICLE, DIRTY])
def test_no_record_is_named_of_a_file_that_is_skipped_as_a_whole(tmp_path: Path, cleaner: Cleaner, text: str) -> None:
    write_files(tmp_path / "in", {"a.jsonl": _file("a.jsonl", [text]) + b"{\n"})
    _run(_task(tmp_path), Meddling(cleaner, (tmp_path / "in" / "a.jsonl").unlink))
    summary = json.loads((tmp_path / "report" / "summary.json").read_bytes())
    reason = "vanished: No such file or directory"
    assert summary["files"] == [{"path": "a.jsonl", "status": "skipped", "reason": reason}]


def test_a_read_error_while_copying_costs_one_file(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path / "in", {"b.txt": SPAMMED})
    paths = (Path("/proc/self/mem"), tmp_path / "in")
    _, statuses = _run(_task(tmp_path, paths=paths), Here(cleaner))
    assert statuses == {"in/b.txt": "cleaned", "mem": "skipped unreadable: Input/output error"}


def test_holes_are_not_copied(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path / "in", {"a.bin": b""})
    os.truncate(tmp_path / "in" / "a.bin", 1 << 40)
    assert _statuses(_task(tmp_path), cleaner) == {"a.bin": "skipped sparse: it is nearly all holes"}
    assert files_below(tmp_path / "out") == {}


def test_many_small_tables_do_not_use_up_the_open_files(tmp_path: Path, cleaner: Cleaner) -> None:
    write_files(tmp_path / "in", {f"{number}.parquet": _parquet([DIRTY]) for number in range(40)})
    open_files = []
    pool = Meddling(cleaner, lambda: open_files.append(len(os.listdir("/proc/self/fd"))))
    assert set(_run(_task(tmp_path), pool)[1].values()) == {"cleaned"}
    assert max(open_files) < min(open_files) + 8
    assert len(open_files) == 40


def test_no_room_for_the_copy_of_a_table_costs_one_file(
    tmp_path: Path, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "in", {"a.parquet": _parquet([DIRTY]), "b.txt": SPAMMED})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(parquet.ParquetWriter, "write_table", full)
    statuses = _statuses(_task(tmp_path), cleaner)
    assert statuses["a.parquet"].endswith("No space left on device")
    assert statuses["b.txt"] == "cleaned"

"""Undoing what a run in place had done when it was stopped: by its journal, which is believed as little as a report."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from click.testing import CliRunner, Result
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner.cli import main
from cleaner.engine import files, places
from cleaner.engine.journal import JOURNAL
from cleaner.restore import Restored, restore, verify

INPUT = {
    "a.txt": DIRTY.encode(),
    "b.txt": ARTICLE.encode(),
    "c.csv": b'text\n"An honest line, and a comma."\n',
    "d/e.md": b"\xef\xbb\xbf" + DIRTY.encode(),
    "d/f.jsonl": json.dumps({"text": DIRTY}).encode() + b"\n" + json.dumps({"text": ARTICLE}).encode() + b"\n",
    "g.txt": (DIRTY + DIRTY).replace("\n", "\r\n").encode(),
    "h.txt": DIRTY.encode("utf-16"),
}


def _compressed(name: str, text: str) -> bytes:
    """A file of one article."""
    if name.endswith(".parquet"):
        file = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table({"text": [text]}), file)
        return file.getvalue()
    data = json.dumps({"text": text}).encode() + b"\n"
    if ".wet" in name:
        body = text.encode()
        head = f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        data = head.encode() + body + b"\r\n\r\n"
    return zstandard.compress(data) if name.endswith(".zst") else gzip.compress(data)


def _clean(folder: Path, *options: str) -> Result:
    command = ["clean", str(folder / "in"), "--in-place", "--report", str(folder / "report"), "-j", "1", *options]
    return CliRunner().invoke(main, command)


def _killed(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int, *options: str, written: bool = False) -> None:
    """A run that is killed when it replaces its file number `after`, before that or (`written`) right behind it."""
    commit = files.Writer.commit
    left = [after]

    def kill(writer: files.Writer) -> files.Written:
        left[0] -= 1
        if left[0] < 0 and not written:
            raise SystemExit(9)
        done = commit(writer)
        if left[0] < 0:
            raise SystemExit(9)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(files.Writer, "commit", kill)
        assert _clean(folder, *options).exit_code == 9


def _kinds(restored: list[Restored]) -> Counter[str]:
    return Counter("original" if item.is_original else item.problem or "done" for item in restored)


@pytest.mark.parametrize("written", [False, True], ids=["recorded", "replaced"])
@pytest.mark.parametrize("after", range(4))
def test_what_a_killed_run_did_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, written: bool
) -> None:
    write_files(tmp_path / "in", INPUT)
    _killed(tmp_path, monkeypatch, after, written=written)
    now = files_below(tmp_path / "in")
    assert sum(now[name] != INPUT[name] for name in INPUT) == after + written
    wanted = Counter(done=after + written, original=int(not written))
    assert _kinds(list(verify(tmp_path / "report"))) == wanted
    assert files_below(tmp_path / "in") == now
    assert _kinds(list(restore(tmp_path / "report"))) == wanted
    assert files_below(tmp_path / "in") == INPUT
    assert _kinds(list(restore(tmp_path / "report"))) == Counter(original=after + 1)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.wet.gz", "a.parquet"])
def test_what_is_compressed_anew_is_restored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write_files(tmp_path / "in", {name: _compressed(name, DIRTY), "b.txt": DIRTY.encode()})
    _killed(tmp_path, monkeypatch, 1)
    assert _kinds(list(restore(tmp_path / "report"))) == Counter(done=1, original=1)
    (tmp_path / "in" / name).touch()
    assert _kinds(list(verify(tmp_path / "report"))) == Counter(original=2)
    assert _kinds(list(restore(tmp_path / "report"))) == Counter(original=2)
    (tmp_path / "in" / name).write_bytes(_compressed(name, ARTICLE + ARTICLE))
    kinds = _kinds(list(restore(tmp_path / "report")))
    assert (kinds["original"], len(kinds)) == (1, 2)


def test_what_several_stopped_runs_did_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one took over only the first file when it was killed, and a run that is complete came before them."""
    write_files(tmp_path / "in", {"a.txt": INPUT["a.txt"], "z.txt": DIRTY.encode()})
    assert _clean(tmp_path).exit_code == 0
    write_files(tmp_path / "in", {name: data for name, data in INPUT.items() if name != "a.txt"})
    _killed(tmp_path, monkeypatch, 2, "--resume", "--yes")
    (tmp_path / "in" / "b.txt").write_bytes(DIRTY.encode())
    _killed(tmp_path, monkeypatch, 0, "--resume", "--yes")
    assert _kinds(list(restore(tmp_path / "report"))) == Counter(done=4, original=2)
    assert files_below(tmp_path / "in") == INPUT | {"b.txt": DIRTY.encode(), "z.txt": DIRTY.encode()}


def test_the_same_command_after_a_stopped_run_was_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, and with --resume it cleans all of it."""
    write_files(tmp_path / "in", INPUT)
    write_files(tmp_path / "straight" / "in", INPUT)
    assert _clean(tmp_path / "straight").exit_code == 0
    _killed(tmp_path, monkeypatch, 2)
    assert len(list(restore(tmp_path / "report"))) == 3
    assert _clean(tmp_path).exit_code == 2
    assert _clean(tmp_path, "--resume").exit_code == 0
    assert files_below(tmp_path / "in") == files_below(tmp_path / "straight" / "in")


def test_a_stopped_run_of_another_configuration_can_only_be_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "in", INPUT)
    _killed(tmp_path, monkeypatch, 2)
    refused = _clean(tmp_path, "--resume", "--level", "review")
    assert (refused.exit_code, f"`cleaner restore {tmp_path / 'report'}` undoes it" in refused.output) == (2, True)
    done = CliRunner().invoke(main, ["restore", str(tmp_path / "report")])
    assert (done.exit_code, done.stderr) == (0, "2 restored, 0 refused, 1 as the run found them: nothing to undo\n")
    assert files_below(tmp_path / "in") == INPUT


def test_a_file_that_was_changed_since_is_left_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", INPUT)
    _killed(tmp_path, monkeypatch, 2)
    write_files(tmp_path / "in", {"a.txt": b"mine"})
    done = CliRunner().invoke(main, ["restore", str(tmp_path / "report")])
    assert done.exit_code == 3
    assert "a.txt: not restored: it is not what the run wrote" in done.stderr
    assert files_below(tmp_path / "in") == INPUT | {"a.txt": b"mine"}


def test_what_was_left_half_written_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", INPUT)
    with monkeypatch.context() as patch:
        patch.setattr(files.Writer, "close", lambda *_: None)
        patch.setattr(files, "leaving_nothing", nullcontext)
        _killed(tmp_path, monkeypatch, 1)
    assert len(files_below(tmp_path / "in")) > len(INPUT)
    list(restore(tmp_path / "report"))
    assert files_below(tmp_path / "in") == INPUT


def test_a_run_at_work_is_not_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", INPUT)
    _killed(tmp_path, monkeypatch, 2)
    before = files_below(tmp_path)
    with places.lock(tmp_path / "report"), pytest.raises(places.LockedError):
        list(restore(tmp_path / "report"))
    assert files_below(tmp_path) == before


def _forge(report: Path, **changes: Any) -> None:
    """Change the entry of the first file that was cleaned."""
    journal = report / ".run-1" / JOURNAL
    head, first, *rest = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(head + json.dumps(json.loads(first) | changes).encode() + b"\n" + b"".join(rest))


def _ledger(report: Path, data: bytes) -> None:
    """Put something else into the ledger, with an entry that means it."""
    (report / ".run-1" / "removals.jsonl").write_bytes(data)
    _forge(report, ledger=[0, len(data), files.sha256(data)])


def _moved(report: Path, name: str, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    target.write_bytes((report.parent / "in" / "a.txt").read_bytes())
    _forge(report, path=name)


def _behind_link(report: Path) -> None:
    (report.parent / "in" / "A").symlink_to(report.parent / "outside")
    _moved(report, "A/a.txt", report.parent / "outside" / "a.txt")


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "path with ..": (lambda report: _moved(report, "../a.txt", report.parent / "a.txt"), "leads out"),
    "path through a link": (_behind_link, "leads out"),
    "hash before": (lambda report: _forge(report, before="0" * 64), "does not give back"),
    "hash after": (lambda report: _forge(report, after="0" * 64), "not what the run wrote"),
    "piece elsewhere": (lambda report: _forge(report, ledger=[1, 9, "0" * 64]), "does not give back"),
    "piece before the beginning": (lambda report: _forge(report, ledger=[-9, 9, "0" * 64]), "does not give back"),
    "piece behind the end": (lambda report: _forge(report, ledger=[0, 1 << 60, "0" * 64]), "does not give back"),
    "no piece": (lambda report: _forge(report, ledger=[0, 0, ""]), "does not give back"),
    "ledger of no rows": (lambda report: _ledger(report, b"[]\n"), "indices"),
    "ledger of nested rows": (lambda report: _ledger(report, b"[" * 100_000 + b"\n"), "recursion"),
    "ledger without an end": (lambda report: _ledger(report, b'{"action": "removed", "path": "a.txt"'), "delimiter"),
    "ledger without texts": (lambda report: _ledger(report, b'{"action": "removed", "path": "a.txt"}\n'), "byte_start"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_forged_journal_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write_files(tmp_path / "in", {"a.txt": DIRTY.encode(), "b.txt": DIRTY.encode()})
    _killed(tmp_path, monkeypatch, 0, written=True)
    tamper, problem = TAMPERED[name]
    tamper(tmp_path / "report")
    before = files_below(tmp_path)
    [item] = restore(tmp_path / "report")
    assert problem in item.problem
    assert files_below(tmp_path) == before


def test_results_of_a_stopped_run_into_a_folder_are_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", INPUT)
    command = ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--report", str(tmp_path / "report"), "-j1"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", _after(3))
        assert CliRunner().invoke(main, command).exit_code == 9
    assert _kinds(list(restore(tmp_path / "report"))) == Counter(done=1)
    assert files_below(tmp_path / "out")["a.txt"] == INPUT["a.txt"]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert files_below(tmp_path / "out")["a.txt"] == ARTICLE.encode()


def _after(number: int) -> Callable[..., None]:
    """A rename that kills the run when it is asked for the so-manieth time."""
    rename, left = os.rename, [number]

    def kill(*arguments: Any, **handles: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise SystemExit(9)
        rename(*arguments, **handles)

    return kill

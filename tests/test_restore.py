"""Undoing a run, and every forged or outdated report that is refused without writing anything."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner.cli import main
from cleaner.restore import _pieces, restore
from cleaner.span import CleanerError

INPUT = {
    "crlf.txt": (DIRTY + DIRTY).replace("\n", "\r\n").encode(),
    "bom.md": b"\xef\xbb\xbf" + DIRTY.encode(),
    "utf16.txt": DIRTY.encode("utf-16"),
    "broken.txt": b"caf\xe9\n" + DIRTY.encode() + b"\xff\n",
    "twice/one.txt": (DIRTY + "\n" + DIRTY).encode(),
    "names/a b\n\"'é.txt": DIRTY.encode(),
    os.fsdecode(b"names/caf\xe9.txt"): DIRTY.encode(),
    "clean.txt": ARTICLE.encode(),
    "data.csv": b"a,b\n",
}
CHANGED = sorted(set(INPUT) - {"clean.txt", "data.csv"})


def _clean(folder: Path, files: dict[str, bytes], *options: str) -> None:
    write_files(folder / "in", files)
    done = CliRunner().invoke(main, ["clean", str(folder / "in"), "--report", str(folder / "report"), *options])
    assert done.exit_code in (0, 3), done.output


@pytest.mark.parametrize("mode", ["out", "in"])
def test_round_trip(tmp_path: Path, mode: str) -> None:
    _clean(tmp_path, INPUT, *(["-o", str(tmp_path / "out")] if mode == "out" else ["--in-place"]))
    cleaned = files_below(tmp_path / mode)
    assert sorted(name for name in INPUT if cleaned[name] != INPUT[name]) == CHANGED
    first, second = list(restore(tmp_path / "report")), list(restore(tmp_path / "report"))
    assert sorted(item.path for item in first) == CHANGED
    assert [item.problem for item in first] == [""] * len(CHANGED)
    assert files_below(tmp_path / mode) == INPUT
    assert {item.problem for item in second} == {"it is not what the run wrote: restored already, or changed since"}


def test_the_report_moves_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    _clean(tmp_path / "old", {"a.txt": DIRTY.encode()}, "-o", str(tmp_path / "old" / "out"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert [item.problem for item in restore(tmp_path / "new" / "report")] == [""]
    assert (tmp_path / "new" / "out" / "a.txt").read_bytes() == DIRTY.encode()


def _summary(report: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads((report / "summary.json").read_text(encoding="utf-8"))
    change(data)
    (report / "summary.json").write_text(json.dumps(data), encoding="utf-8")


def _rows(report: Path, change: Callable[[dict[str, Any]], object]) -> None:
    rows = [json.loads(line) for line in (report / "removals.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        change(row)
    (report / "removals.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _moved(report: Path, name: str, target: Path) -> None:
    """The report names another file, which holds what the run wrote: only the path can give it away."""
    target.parent.mkdir(exist_ok=True)
    target.write_bytes((report.parent / "out" / "a.txt").read_bytes())
    _summary(report, lambda data: data["files"][0].update(path=name))
    _rows(report, lambda row: row.update(path=name))


def _through_link(report: Path) -> None:
    (report.parent / "out" / "link").symlink_to(report.parent / "outside")
    _moved(report, "link/a.txt", report.parent / "outside" / "a.txt")


def _is_link(report: Path) -> None:
    _moved(report, "b.txt", report.parent / "outside.txt")
    (report.parent / "out" / "b.txt").symlink_to(report.parent / "outside.txt")


def _rewritten(report: Path, data: bytes) -> None:
    (report.parent / "out" / "a.txt").write_bytes(data)


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "path with ..": (lambda report: _moved(report, "../a.txt", report.parent / "a.txt"), "leads out"),
    "path with .. inside": (lambda report: _moved(report, "x/../../a.txt", report.parent / "a.txt"), "leads out"),
    "absolute path": (lambda report: _moved(report, str(report.parent / "a.txt"), report.parent / "a.txt"), "leads out"),
    "path through a link": (_through_link, "leads out"),
    "path is a link": (_is_link, "symlink"),
    "path is empty": (lambda report: _moved(report, "", report.parent / "a.txt"), "leads out"),
    "path with NUL": (lambda report: _moved(report, "a\0.txt", report.parent / "a.txt"), "no file can have it"),
    "path is a folder": (lambda report: _moved(report, "sub", report.parent / "out" / "sub" / "a.txt"), "not a regular file"),
    "other text": (lambda report: _rows(report, lambda row: row.update(text=row["text"].replace("4", "5"))), "does not give back"),
    "longer text": (lambda report: _rows(report, lambda row: row.update(text=row["text"] + "!")), "another length"),
    "text missing": (lambda report: _rows(report, lambda row: row.pop("text")), "text"),
    "offset missing": (lambda report: _rows(report, lambda row: row.pop("byte_start")), "byte_start"),
    "offset is a word": (lambda report: _rows(report, lambda row: row.update(byte_start="x")), "invalid literal"),
    "offset moved": (lambda report: _rows(report, lambda row: row.update(byte_start=row["byte_start"] + 1, byte_end=row["byte_end"] + 1)), "does not give back"),
    "offset negative": (lambda report: _rows(report, lambda row: row.update(byte_start=row["byte_start"] - 999, byte_end=row["byte_end"] - 999)), "another length"),
    "offset behind the end": (lambda report: _rows(report, lambda row: row.update(byte_start=row["byte_start"] + 9999, byte_end=row["byte_end"] + 9999)), "nothing can be put back"),
    "row is for review": (lambda report: _rows(report, lambda row: row.update(action="review")), "does not give back"),
    "rows missing": (lambda report: (report / "removals.jsonl").write_bytes(b""), "does not give back"),
    "hash before": (lambda report: _summary(report, lambda data: data["files"][0].update(before="0" * 64)), "does not give back"),
    "hash after": (lambda report: _summary(report, lambda data: data["files"][0].update(after="0" * 64)), "not what the run wrote"),
    "file changed": (lambda report: _rewritten(report, b"another text\n"), "not what the run wrote"),
    "file emptied": (lambda report: _rewritten(report, b""), "not what the run wrote"),
    "file missing": (lambda report: (report.parent / "out" / "a.txt").unlink(), "No such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered(tmp_path: Path, name: str) -> None:
    _clean(tmp_path, {"a.txt": DIRTY.encode()}, "-o", str(tmp_path / "out"))
    tamper, problem = TAMPERED[name]
    tamper(tmp_path / "report")
    before = files_below(tmp_path)
    [item] = restore(tmp_path / "report")
    assert problem in item.problem
    assert files_below(tmp_path) == before


def test_root_elsewhere(tmp_path: Path) -> None:
    """A forged root names files that are not there, or not what the run wrote."""
    _clean(tmp_path, {"a.txt": DIRTY.encode()}, "-o", str(tmp_path / "out"))
    _summary(tmp_path / "report", lambda data: data.update(root=str(tmp_path / "elsewhere")))
    before = files_below(tmp_path)
    assert ["No such file" in item.problem for item in restore(tmp_path / "report")] == [True]
    assert files_below(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("summary.json", None),
        ("summary.json", b""),
        ("summary.json", b"[]"),
        ("summary.json", b"\xff"),
        ("summary.json", b'{"root": 1, "files": []}'),
        ("summary.json", b'{"root": "."}'),
        ("summary.json", b'{"root": ".", "files": [1]}'),
        ("summary.json", b'{"root": ".", "files": [{"path": "a", "status": "cleaned"}]}'),
        ("removals.jsonl", None),
        ("removals.jsonl", b"no JSON\n"),
        ("removals.jsonl", b"[]\n"),
        ("removals.jsonl", b"{}\n"),
        ("removals.jsonl", b'{"action": "removed"}\n'),
        ("summary.json", b'{"root": "\\u0000", "files": []}'),
        ("summary.json", b"[" * 100_000),
    ],
)
def test_what_is_no_report(tmp_path: Path, name: str, data: bytes | None) -> None:
    _clean(tmp_path, {"a.txt": DIRTY.encode()}, "-o", str(tmp_path / "out"))
    if data is None:
        (tmp_path / "report" / name).unlink()
    else:
        (tmp_path / "report" / name).write_bytes(data)
    before = files_below(tmp_path)
    with pytest.raises(CleanerError, match="is not a report of cleaner"):
        list(restore(tmp_path / "report"))
    assert files_below(tmp_path) == before


def test_pieces_that_overlap_or_touch_are_one_and_take_no_more_than_their_bytes() -> None:
    long = "x" * (1 << 22)
    rows = [("", 10, "cd"), ("", 8, "abc"), ("", 12, "e"), ("", 14, "g"), ("", 20, long)]
    tracemalloc.start()
    found = _pieces(
        {"record": record, "byte_start": start, "byte_end": start + len(text), "text": text}
        for record, start, text in rows
    )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(piece.start, bytes(piece.data)) for piece in found] == [(8, b"abcde"), (14, b"g"), (20, long.encode())]
    assert most < 4 * len(long)

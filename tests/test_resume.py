"""What a run that goes on may believe of the one before it, and what of that one's record it must keep."""

from __future__ import annotations

import gzip
import json
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner.cli import main
from cleaner.engine import files
from cleaner.engine.journal import JOURNAL

CLEAN, SPAMMED = ARTICLE.encode(), DIRTY.encode()


def _clean(*arguments: str | Path) -> int:
    return CliRunner().invoke(main, ["clean", *map(str, arguments), "-j", "1"]).exit_code


def test_a_file_that_was_recorded_but_not_replaced_is_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the record and the rename: the file is old enough for its times to be trusted, and not clean."""
    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    command = (tmp_path / "in", "--in-place", "--report", tmp_path / "report")
    with monkeypatch.context() as patch:
        patch.setattr(files, "SETTLED", -1)

        def killed(writer: files.Writer) -> None:
            raise SystemExit(9)

        patch.setattr(files.Writer, "commit", killed)
        assert _clean(*command) == 9
    assert files_below(tmp_path / "in") == {"a.txt": SPAMMED}
    assert _clean(*command, "--resume") == 0
    assert files_below(tmp_path / "in") == {"a.txt": CLEAN}


def test_a_report_inside_what_is_cleaned_is_refused(tmp_path: Path) -> None:
    """The next run would clean it, and what it undoes were lost."""
    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    assert _clean(tmp_path / "in", "--in-place", "--report", tmp_path / "in" / "report") == 2
    assert files_below(tmp_path) == {"in/a.txt": SPAMMED}


def test_going_on_with_less_loses_no_record(tmp_path: Path) -> None:
    write_files(tmp_path / "in", {"a.txt": SPAMMED, "b.txt": SPAMMED})
    command = ("--in-place", "--report", tmp_path / "report")
    assert _clean(tmp_path / "in", *command) == 0
    before = files_below(tmp_path / "report")
    assert _clean(tmp_path / "in" / "a.txt", *command, "--resume") == 2
    assert files_below(tmp_path / "report") == before
    assert _clean(tmp_path / "in", *command, "--resume") == 0


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(["--in-place"], id="of a run in place"),
        pytest.param(["-o", "other"], id="of another output folder"),
    ],
)
def test_the_report_of_another_run_is_not_replaced(tmp_path: Path, first: list[str]) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED, "more/b.txt": SPAMMED})
    where = [str(tmp_path / name) if name == "other" else name for name in first]
    assert _clean(tmp_path / "in", *where, "--report", tmp_path / "report") == 0
    before = files_below(tmp_path)
    assert _clean(tmp_path / "more", "-o", tmp_path / "out", "--report", tmp_path / "report") == 2
    assert files_below(tmp_path) == before


@pytest.mark.parametrize(
    ("mode", "name"),
    [("--in-place", "index.html"), ("--in-place", "journal.jsonl"), ("-o", "index.html")],
)
def test_a_report_folder_with_other_files_is_refused(tmp_path: Path, mode: str, name: str) -> None:
    write_files(tmp_path, {"in/a.txt": SPAMMED, f"site/{name}": b"mine"})
    where = [mode, "--resume"] if mode == "--in-place" else [mode, str(tmp_path / "out")]
    before = files_below(tmp_path)
    assert _clean(tmp_path / "in", *where, "--report", tmp_path / "site") == 2
    assert files_below(tmp_path) == before


def test_what_was_left_behind_a_link_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is given by a link, and the run is killed before it can tidy up."""
    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    (tmp_path / "link").symlink_to(tmp_path / "in")
    command = (tmp_path / "link", "--in-place", "--report", tmp_path / "report")
    with monkeypatch.context() as patch:
        patch.setattr(files.Writer, "close", lambda *_: None)
        patch.setattr(files, "leaving_nothing", nullcontext)
        patch.setattr(files.Writer, "commit", lambda _: sys.exit(9))
        assert _clean(*command) == 9
    assert len(files_below(tmp_path / "in")) == 2
    assert _clean(*command, "--resume") == 0
    assert files_below(tmp_path / "in") == {"a.txt": CLEAN}


@pytest.mark.parametrize("change", [{"status": "done"}, {"stat": [float("inf"), 0, 0, 0]}])
def test_an_entry_that_says_nonsense_is_not_believed(tmp_path: Path, change: dict[str, object]) -> None:
    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    command = (tmp_path / "in", "-o", tmp_path / "out", "--report", tmp_path / "report")
    assert _clean(*command) == 0
    before = files_below(tmp_path / "out")
    journal = tmp_path / "report" / JOURNAL
    head, line = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(head + json.dumps(json.loads(line) | change).encode() + b"\n")
    assert _clean(*command) == 0
    assert files_below(tmp_path / "out") == before


@pytest.mark.parametrize("in_place", [True, False])
def test_what_was_restored_in_other_bytes_is_cleaned_again(tmp_path: Path, in_place: bool) -> None:
    """Restoring compresses anew: the file holds what it held, and is nobody else's."""
    sources = {
        "a.txt.gz": gzip.compress(DIRTY.encode(), 1),
        "b.jsonl.gz": gzip.compress(json.dumps({"text": DIRTY}).encode(), 1),
    }
    write_files(tmp_path / "in", sources)
    results = tmp_path / ("in" if in_place else "out")
    where = ["--in-place"] if in_place else ["-o", results]
    arguments = [tmp_path / "in", *where, "--report", tmp_path / "report", "-q"]
    assert _clean(*arguments) == 0
    cleaned = files_below(results)
    assert CliRunner().invoke(main, ["restore", str(tmp_path / "report")]).exit_code == 0
    restored = files_below(results)
    assert {name: gzip.decompress(data) for name, data in restored.items()} == {
        name: gzip.decompress(data) for name, data in sources.items()
    }
    assert restored != sources
    again = [*arguments, "--resume"] if in_place else arguments
    assert _clean(*again) == 0
    assert files_below(results) == cleaned
    (results / "a.txt.gz").write_bytes(gzip.compress(b"something else"))
    assert _clean(*again) == 3

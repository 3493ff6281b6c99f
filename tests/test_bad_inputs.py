"""All bad inputs in one folder through the real commands: each comes out as its row says, and nothing else happens."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import regex
from bad_inputs import BAD_INPUTS, BESIDE, CLEANED, NAMES, TEXTS, UNCHANGED, Bad
from click.testing import CliRunner
from samples import files_below, write_files

from cleaner import splice
from cleaner.cli import main
from cleaner.engine.journal import Entry, Run
from cleaner.readers import compression_of, format_of
from cleaner.report.left import Left
from cleaner.report.page import LISTED, page

SIZES = {"E": 29, "N": 10, "T": 19, "H": 22, "M": 11, "J": 18, "P": 3, "W": 12, "Z": 15, "F": 14}
MULTI_MEMBER = "Z06/multi_member.gz"  # its content comes back, in one member
REPORTED = {"H12": 1, "M08": 1, "M09": 1, "M10": 2}  # how many findings
UNREPORTED = {
    "T08": "text in invisible tag characters",
}
# What could move a cursor, start a command or turn a line around.
UNPRINTABLE = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
STRUCTURE = ("action", "score", "line", "column", "reason", "trade")  # what a page shows of us, not of a text


class Ran(NamedTuple):
    """A run over all bad inputs: its folder, what was printed and read, and what it wrote about each file."""

    folder: Path
    code: int
    printed: str
    inputs: Mapping[str, bytes]
    outputs: Mapping[str, bytes]
    entries: Mapping[str, Entry]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def report(self) -> Path:
        return self.folder / "out-report"


def _run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def _ledger(report: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (report / "removals.jsonl").read_bytes().split(b"\n")[:-1]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("bad")
    write_files(folder / "in", BESIDE | {bad.path: bad.content for bad in BAD_INPUTS})
    inputs = files_below(folder / "in")
    code, printed = _run("clean", folder / "in", "-o", folder / "out")
    report = folder / "out-report"
    entries = {entry.path: entry for entry in Run(report, {}).entries()}
    rows = {path: list(rows) for path, rows in groupby(_ledger(report), key=lambda row: row["path"])}
    return Ran(folder, code, printed, inputs, files_below(folder / "out"), entries, rows)


def _content(name: str, data: bytes) -> bytes:
    """What a file holds, decompressed."""
    return gzip.decompress(data) if compression_of(name)[1] == "gz" else data


def _marked(bad: Bad) -> Any:
    return pytest.param(bad, id=f"{bad.id} {bad.must}")


def test_none_is_missing() -> None:
    assert [bad.id for bad in BAD_INPUTS] == [
        f"{group}{n:02}" for group, size in SIZES.items() for n in range(1, size + 1)
    ]


@pytest.mark.parametrize("bad", [_marked(bad) for bad in BAD_INPUTS])
def test_comes_out_as_its_row_says(ran: Ran, bad: Bad) -> None:
    counts, expected = ran.entries[bad.path].counts, bad.ends.split(" | ")
    statuses = {status: number for status, number in counts.documents.items() if number}
    assert statuses == Counter(end.partition(":")[0] for end in expected)
    problems = sorted(reason for end in expected if (reason := end.partition(": ")[2]))
    found = sorted(counts.problems.elements())
    assert len(found) == len(problems)
    assert all(one.startswith(other) for one, other in zip(found, problems, strict=True)), found
    before, after = ran.inputs[bad.path], ran.outputs[bad.path]
    if CLEANED in statuses:
        assert _content(bad.name, after) == bad.cleaned(_content(bad.name, before))
    assert (after != before) == (CLEANED in statuses)


@pytest.mark.parametrize(
    "bad_id",
    [
        *REPORTED,
        *(pytest.param(name, marks=pytest.mark.xfail(reason=UNREPORTED[name], strict=True)) for name in UNREPORTED),
    ],
)
def test_what_is_not_cut_is_reported(ran: Ran, bad_id: str) -> None:
    actions = [row["action"] for path, rows in ran.rows.items() for row in rows if path.startswith(bad_id)]
    assert actions == ["review"] * REPORTED.get(bad_id, 1)


def test_every_input_is_counted_and_nothing_else_written(ran: Ran) -> None:
    assert ran.code == 3
    assert list(ran.entries) == sorted(ran.inputs) == sorted(ran.outputs)
    assert files_below(ran.folder / "in") == ran.inputs
    assert sorted(path.name for path in ran.folder.iterdir()) == ["in", "out", "out-report"]
    assert not [path for path in (ran.folder / "out").rglob("*") if path.is_symlink()]
    assert not Path("/tmp/pwned").exists()


def test_the_counts_add_up(ran: Ran) -> None:
    summary = json.loads((ran.report / "summary.json").read_bytes())
    for counts in (summary["documents"], summary["sources"]):
        assert counts["inputs"] == sum(counts[name] for name in ("unchanged", "cleaned", "skipped", "failed"))
    assert summary["documents"]["inputs"] == sum(len(bad.ends.split(" | ")) for bad in BAD_INPUTS) + len(BESIDE)
    assert summary["sources"]["inputs"] == len(ran.inputs)
    named = {entry["path"]: entry["status"] for entry in summary["files"]}
    odd = {path: entry for path, entry in ran.entries.items() if entry.status != UNCHANGED or entry.skipped}
    assert named == {path: entry.status for path, entry in odd.items()}


def test_the_output_is_the_input_without_the_ledgers_ranges(ran: Ran) -> None:
    for path, before in ran.inputs.items():
        if format_of(path) == "warc":
            continue
        removed = [row for row in ran.rows.get(path, ()) if row["action"] == "removed"]
        if not removed:
            assert ran.outputs[path] == before
            continue
        content = _content(path, before)
        cuts = [(row["byte_start"], row["byte_end"]) for row in removed]
        assert splice.cut(content, cuts) == _content(path, ran.outputs[path])


def test_lines_are_those_of_git(ran: Ran) -> None:
    for path, rows in ran.rows.items():
        if (
            format_of(path) in ("txt", "md", "html")
            and not path.endswith(".gz")
            and not path.startswith(("E07", "E10"))
        ):
            for row in rows:
                assert row["line"] == ran.inputs[path].count(b"\n", 0, row["byte_start"]) + 1


def test_rows_stay_small(ran: Ran) -> None:
    assert max(len(json.dumps(row)) for rows in ran.rows.values() for row in rows) < 20_000


def test_the_diff_applies(ran: Ran, tmp_path: Path) -> None:
    diff = (ran.report / "changes.diff").read_bytes()
    shutil.copytree(ran.folder / "in", tmp_path / "in")
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path), "GIT_CONFIG_GLOBAL": os.devnull}
    for options, wanted in (((), ran.outputs), (("-R",), ran.inputs)):
        command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
        done = subprocess.run(
            command, input=diff, cwd=tmp_path / "in", env=environment, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        now = files_below(tmp_path / "in")
        assert {path for path in now if now[path] != wanted[path]} <= {"W01/good.warc", MULTI_MEMBER}


def test_restore_gives_back_every_file(ran: Ran, tmp_path: Path) -> None:
    for name in ("out", "out-report"):
        shutil.copytree(ran.folder / name, tmp_path / name)
    cleaned = sum(entry.status == CLEANED for entry in ran.entries.values())
    assert _run("verify", tmp_path / "out-report") == (0, f"{cleaned} verified, 0 refused\n")
    assert _run("restore", tmp_path / "out-report") == (0, f"{cleaned} restored, 0 refused\n")
    for path, data in files_below(tmp_path / "out").items():
        if path == MULTI_MEMBER:
            assert _content(path, data) == _content(path, ran.inputs[path])
        else:
            assert data == ran.inputs[path]


def test_a_second_run_changes_nothing(ran: Ran, tmp_path: Path) -> None:
    code, _ = _run("clean", ran.folder / "out", "-o", tmp_path / "out")
    assert code == 3
    assert files_below(tmp_path / "out") == ran.outputs
    assert not [row for row in _ledger(tmp_path / "out-report") if row["action"] == "removed"]


def test_in_place_gives_the_same(ran: Ran, tmp_path: Path) -> None:
    names = [bad.path for bad in (*TEXTS, *NAMES)] + list(BESIDE)
    write_files(tmp_path / "in", {name: ran.inputs[name] for name in names})
    code, _ = _run("clean", tmp_path / "in", "--in-place", "--report", tmp_path / "report", "--yes")
    assert code == 3
    assert files_below(tmp_path / "in") == {name: ran.outputs[name] for name in names}
    assert _run("restore", tmp_path / "report")[0] == 0
    assert files_below(tmp_path / "in") == {name: ran.inputs[name] for name in names}


def test_nothing_of_a_document_or_a_name_is_printed_as_it_is(ran: Ran, tmp_path: Path) -> None:
    names = [bad.path for bad in BAD_INPUTS if bad.id[0] in "TFP" or bad.id in ("H18", "J09", "W08", "Z05")]
    write_files(tmp_path / "in", {name: ran.inputs[name] for name in names})
    code, checked = _run("check", "--quiet", tmp_path / "in")
    assert code == 3
    assert all(any(bad.id in line for line in checked.splitlines()) for bad in NAMES)
    paths = [tmp_path / "in" / name for name in names if name[:3] in ("T06", "T15", "T16", "T17", "T18", "F06")]
    explained = [_run("explain", "--all", path)[1] for path in paths]
    for text in (ran.printed, checked, *explained):
        assert text
        assert not UNPRINTABLE.findall(text)
    begins = tuple(f"{tmp_path}/in/{bad.id}" for bad in BAD_INPUTS)
    assert all(line.startswith(begins) for line in checked.splitlines())


class _Elements(HTMLParser):
    """Collects the elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def test_the_page_holds_no_element_of_a_document(ran: Ran) -> None:
    summary = json.loads((ran.report / "summary.json").read_bytes())
    harmless = {"path": "x", "text": "x", "context": ["x", "x"], "evidence": []}
    rows = [{name: row[name] for name in STRUCTURE} | harmless for row in _ledger(ran.report)]
    skips = [skip for entry in ran.entries.values() for skip in entry.skips()]
    left = [Left("x", skip.line, skip.record and "x", skip.status, "x") for skip in skips]
    shown = (ran.report / "index.html").read_text(encoding="utf-8")
    assert "&lt;img src=x onerror=alert(1)&gt;.txt" in shown
    assert "&lt;img src=x onerror=alert(1)&gt;&lt;/p&gt;" in shown
    assert _Elements(shown).found == _Elements("".join(page(summary, left[:LISTED], rows))).found
    assert not UNPRINTABLE.findall(shown)


def test_names_that_look_like_options_are_files(ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [bad for bad in NAMES if bad.id in ("F01", "F02", "F03")]
    write_files(tmp_path, {bad.name: ran.inputs[bad.path] for bad in names})
    monkeypatch.chdir(tmp_path)
    code, _ = _run("clean", "-o", "out", "--", *(bad.name for bad in names))
    assert code == 3
    assert files_below(tmp_path / "out") == {bad.name: ran.outputs[bad.path] for bad in names}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*(bad.name for bad in names), "out", "out-report"]
    )

"""What command files cannot say: environments, and properties of whole outputs."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from samples import ARTICLE, CORPUS, DIRTY, ROOT, SPAM, files_below, write_files
from test_warc import record

from cleaner import Cleaner
from cleaner.cli import main
from cleaner.explain import explain_bytes
from cleaner.report.quote import quote
from cleaner.span import CleanerError


def test_training_without_scikit_learn(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['sklearn'] = sys.modules['sklearn.ensemble'] = sys.modules['sklearn.linear_model'] = None\n"
        "from cleaner.cli import main\n"
        f"main(['train', '--corpus', {str(CORPUS)!r}, '-o', {str(tmp_path / 'model')!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("cleaner: training needs scikit-learn")
    assert "pip install 'article-cleaner[train]'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_standard_streams_are_bytes() -> None:
    data = b"\xef\xbb\xbf" + DIRTY.replace("\n", "\r\n").encode() * 2 + b"caf\xe9"
    command = [sys.executable, "-m", "cleaner", "clean", "-"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(command, input=data, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout == b"\xef\xbb\xbf" + ARTICLE.replace("\n", "\r\n").encode() * 2 + b"caf\xe9"
    assert done.stderr.count(b"removed promo-line") == 2


def test_a_second_run_finds_nothing(tmp_path: Path) -> None:
    write_files(tmp_path / "in", {"a.txt": DIRTY.encode(), "b/c.md": ARTICLE.encode()})
    run = CliRunner().invoke
    assert run(main, ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out")]).exit_code == 0
    assert run(main, ["check", str(tmp_path / "out")]).exit_code == 0
    assert run(main, ["clean", str(tmp_path / "out"), "-o", str(tmp_path / "again")]).exit_code == 0
    assert files_below(tmp_path / "again") == files_below(tmp_path / "out")
    assert (tmp_path / "again-report" / "removals.jsonl").read_bytes() == b""
    assert (tmp_path / "again-report" / "changes.diff").read_bytes() == b""


def test_twenty_of_what_is_skipped_are_named(tmp_path: Path) -> None:
    write_files(tmp_path / "in", {f"{number:02}.bin": b"" for number in range(30)})
    arguments = ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-q"]
    summary = tmp_path / "out-report" / "summary.json"
    for _ in range(2):  # the second run takes all over from the first
        *named, rest = CliRunner().invoke(main, arguments).stderr.splitlines()
        assert named == [f"{number:02}.bin: skipped: format: no reader for it" for number in range(20)]
        assert rest == f"and 10 more; see {summary}"


def test_the_report_names_what_was_cut(tmp_path: Path) -> None:
    write_files(tmp_path / "in", {"a.txt": DIRTY.encode(), "b.pdf": b"", "c.txt": ARTICLE.encode()})
    assert CliRunner().invoke(main, ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out")]).exit_code == 3
    report = tmp_path / "out-report"
    summary = json.loads((report / "summary.json").read_bytes())
    [row] = map(json.loads, (report / "removals.jsonl").read_bytes().splitlines())
    assert summary["documents"] == {"inputs": 3, "unchanged": 1, "cleaned": 1, "skipped": 1, "failed": 0}
    assert summary["spans"] == {"removed": 1}
    assert summary["by_reason"] == {"promo-line": 1}
    assert summary["model"] == Cleaner().model.sha256
    assert (row["path"], row["line"], row["column"], row["text"]) == ("a.txt", 4, 1, SPAM + "\n")
    assert DIRTY[row["start"] : row["end"]].encode() == DIRTY.encode()[row["byte_start"] : row["byte_end"]]
    assert DIRTY[: row["start"]].endswith(row["context"][0])
    assert DIRTY[row["end"] :].startswith(row["context"][1])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux lists threads")
def test_workers_are_forked_before_there_are_threads(tmp_path: Path) -> None:
    """A fork copies the locks that threads hold, and none of the threads."""
    write_files(tmp_path, {"a.txt": DIRTY.encode()})
    code = (
        "import os\n"
        "from cleaner.cli import main\n"
        "fork = os.fork\n"
        "os.fork = lambda: (print(len(os.listdir('/proc/self/task')), flush=True), fork())[1]\n"
        f"main(['clean', {str(tmp_path)!r}, '-o', {str(tmp_path.with_name('out'))!r}, '--quiet'])\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (done.returncode, set(done.stdout.split()), done.stderr) == (0, {b"1"}, b"")


def test_terminal_output_is_harmless(tmp_path: Path) -> None:
    name = "\x1b[2J\u202e.txt"
    write_files(tmp_path, {name: DIRTY.replace("龙", "\x1b\u202e龙").encode()})
    for args in (
        ["check", str(tmp_path)],
        ["explain", str(tmp_path / name)],
        ["clean", str(tmp_path), "--in-place", "--no-report"],
    ):
        done = CliRunner().invoke(main, args)
        assert done.exit_code in (0, 1)
        assert done.output
        assert all(line == quote(line) for line in done.output.splitlines())


@pytest.mark.parametrize("command", ["check", "explain", "config"])
def test_a_path_that_cannot_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"a.txt": DIRTY.encode()})
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    name = "a" * 300 + ".txt"
    for path, problem in (("a.txt", "Permission denied"), (name, "File name too long")):
        done = CliRunner().invoke(main, [command, path])
        assert (done.exit_code, done.output) == (2, f"cleaner: {path}: {problem}\n")


def test_explain_sums_up(cleaner: Cleaner) -> None:
    lines = list(explain_bytes(DIRTY.encode(), "txt", cleaner))
    assert lines[0].startswith("thresholds: cut from 0.")
    assert lines[1].startswith("4:1: removed 1.0")
    assert lines[-1].endswith("  before looking")


_LINES = "".join(json.dumps({"id": 1, "text": text}) + "\n" for text in (ARTICLE, DIRTY, f"\U0001f6a2\n{DIRTY}"))
_ROWS = f'\ufeffid,text\r\n1,"{ARTICLE}"\r\n\r\n2,"{DIRTY}"\r\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", DIRTY.replace("\n", "\r\n").encode("utf-16")),
        ("a.txt.gz", gzip.compress(b"\xef\xbb\xbf" + DIRTY.encode())),
        ("a.md", f"{SPAM}\n\n{ARTICLE}\n\n{SPAM}\n".encode()),
        ("a.html", f"<title>The ferry</title>\n<p>{ARTICLE}</p>\n<p>{SPAM}</p>\n<p>{ARTICLE}</p>\n".encode()),
        ("a.jsonl", _LINES.encode()),
        ("a.jsonl.gz", gzip.compress(_LINES.encode())),
        ("a.csv", _ROWS.encode()),
        ("a.tsv.gz", gzip.compress(_ROWS.replace("id,", "id\t").replace(',"', '\t"').encode())),
        ("a.wet", record(ARTICLE.encode()) + record(DIRTY.encode())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_explain_takes_the_places_of_check_and_names_the_same(tmp_path: Path, name: str, data: bytes) -> None:
    write_files(tmp_path, {name: data})
    run = CliRunner().invoke
    printed = run(main, ["check", str(tmp_path / name), "-q"]).stdout.splitlines()
    assert printed
    for line in printed:
        place = line.partition(": ")[0]
        explained = run(main, ["explain", place])
        assert explained.output.splitlines()[1].startswith(f"{place.partition(f'{name}:')[2]}: removed "), line


@pytest.mark.parametrize(("data", "format_", "problem"), [(b"a,b", None, "no reader"), (b"a\0b", "txt", "binary")])
def test_explain_refuses(cleaner: Cleaner, data: bytes, format_: str | None, problem: str) -> None:
    with pytest.raises(CleanerError, match=problem):
        list(explain_bytes(data, format_, cleaner))


def test_documented_samples_are_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the figures, and the words of evidence, which are the model's."""
    monkeypatch.chdir(CORPUS / "sample")
    page = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    samples = [re.sub(r"[0-9]\.[0-9]+", "#", sample) for sample in re.findall(r"```text\n(.*?)```", page, re.DOTALL)]
    for sample, command in ((samples[0], "check"), (samples[-1].partition("      ")[0], "explain")):
        done = CliRunner().invoke(main, [command, "en-canal-walk.txt"])
        assert re.sub(r"[0-9]\.[0-9]+", "#", done.output).startswith(sample)


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_help_has_examples(name: str) -> None:
    assert f"\n  cleaner {name} " in CliRunner().invoke(main, [name, "--help"]).output


def test_whole_repositories_are_checked_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [ROOT / "README.md", ROOT / "docs" / "outputs.md"]
    text = "\n".join(
        [*(page.read_text(encoding="utf-8") for page in pages), CliRunner().invoke(main, ["check", "-h"]).output]
    )
    examples = re.findall(r"cleaner (check [^\n`|>#]* \.)(?= )", text)
    assert len(examples) >= 4
    write_files(
        tmp_path, {"pyproject.toml": b"", "image.png": b"\x89PNG", "a.md": ARTICLE.encode(), "t.csv": b"id\n1\n"}
    )
    monkeypatch.chdir(tmp_path)
    for example in examples:
        done = CliRunner().invoke(main, example.split())
        assert done.exit_code == 0, example
        assert "passed over: 3 with nothing to read in them" in done.stderr


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete "), ("zsh", "#compdef cleaner"), ("fish", "complete ")])
def test_completion(shell: str, sign: str) -> None:
    done = CliRunner().invoke(main, [], prog_name="cleaner", env={"_CLEANER_COMPLETE": f"{shell}_source"})
    assert done.exit_code == 0
    assert sign in done.output
    words = {"COMP_WORDS": "cleaner check --output-format s", "COMP_CWORD": "s" if shell == "fish" else "3"}
    done = CliRunner().invoke(main, [], prog_name="cleaner", env={"_CLEANER_COMPLETE": f"{shell}_complete", **words})
    assert "sarif" in done.output
    assert "rdjson" not in done.output


@pytest.mark.parametrize(
    ("field", "data", "code"),
    [
        ("text", b'{"text": null}\n{"text": 5}\n', 0),  # the name is right, whatever it holds
        ("text", b"[]\n3\n", 0),
        ("txet", b'{"text": "A line."}\n', 3),
        ("x\udcff", b'{"text": "A line."}\n', 3),  # an argument that is not UTF-8
    ],
)
def test_a_field_that_no_record_has(tmp_path: Path, field: str, data: bytes, code: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    result = CliRunner().invoke(main, ["check", str(tmp_path / "a.jsonl"), "--field", field])
    assert (result.exit_code, "no text in any record" in result.output) == (code, code == 3)

"""Every file in `commands` is a case: files, one or more runs of `cleaner`, and the files afterwards.

[files]         what is there before
[links]         symbolic links
[[run]]         args, stdin, exit; stdout_is and stderr_is (all of it), stdout and stderr (pieces they must hold)
[after]         files that must be there afterwards, with exactly this content
exists, absent  paths that must be there, or must not; every file not named above must be as it was

A file's content is text, or a list of text, encoding and line end; in the encoding `percent`, %E9 is a byte.
`<dirty>` and `<clean>` stand for the sample article with and without an injected line.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from click.testing import CliRunner
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner.cli import main

COMMANDS = sorted((Path(__file__).parent / "commands").glob("*.toml"))
KEYS = {"files", "links", "run", "after", "exists", "absent"}
RUN_KEYS = {"args", "stdin", "exit", "stdout", "stdout_is", "stderr_is", "stderr"}


def _bytes(content: str | list[str]) -> bytes:
    given = [content] if isinstance(content, str) else content
    text, encoding, newline = [*given, *["", "utf-8", "\n"][len(given) :]]
    text = text.replace("<dirty>", DIRTY).replace("<clean>", ARTICLE).replace("\n", newline)
    return unquote_to_bytes(text) if encoding == "percent" else text.encode(encoding)


def _run(run: dict[str, Any]) -> None:
    assert set(run) <= RUN_KEYS
    done = CliRunner().invoke(main, run["args"], input=_bytes(run.get("stdin", "")))
    assert done.exit_code == run["exit"], done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    if "stdout_is" in run:
        assert done.stdout_bytes == _bytes(run["stdout_is"])
    if "stderr_is" in run:
        assert done.stderr == run["stderr_is"]
    assert [piece for piece in run.get("stdout", []) if piece not in done.stdout] == []
    assert [piece for piece in run.get("stderr", []) if piece not in done.stderr] == []


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_command(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(case) <= KEYS
    monkeypatch.chdir(tmp_path)
    before = {name: _bytes(content) for name, content in case.get("files", {}).items()}
    after = {name: _bytes(content) for name, content in case.get("after", {}).items()}
    write_files(tmp_path, before)
    for name, target in case.get("links", {}).items():
        (tmp_path / name).symlink_to(target)
    for run in case["run"]:
        _run(run)
    now = files_below(tmp_path)
    assert {name: now.get(name) for name in before | after} == before | after
    assert [name for name in case.get("exists", []) if not (tmp_path / name).exists()] == []
    assert [name for name in case.get("absent", []) if (tmp_path / name).exists()] == []
    assert [name for name in now if name.endswith(".tmp")] == []

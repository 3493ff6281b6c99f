"""The GitHub Action: what a user gives it is data to its scripts, and so is what the files are called."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from samples import DIRTY, ROOT

from cleaner.cli import main

yaml = pytest.importorskip("yaml")

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
CHECK = next(step for step in STEPS if step.get("id") == "check")
STUB = """#!/usr/bin/env bash
printf '%s\\n' "$@" > "$RUNNER_TEMP/arguments"
echo '::warning file=a.md::x'
printf '::set-env name=X::y.md: skipped\\n9 findings in a.md: skipped\\n2 findings in 1 of 3 files\\n' >&2
exit 1
"""


def _run(folder: Path, cleaner: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The step that checks, with something in the place of the command that the step before installs."""
    program = folder / "temp/cleaner/bin/cleaner"
    program.parent.mkdir(parents=True)
    program.write_text(cleaner)
    program.chmod(0o755)
    given = {"INPUT_PATHS": ".", "INPUT_ARGS": ""} | inputs
    env = os.environ | {"RUNNER_TEMP": str(folder / "temp"), "GITHUB_OUTPUT": str(folder / "output")} | given
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", CHECK["run"]]  # as the runner calls it
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_structure() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert set(ACTION["inputs"]) == {"paths", "args", "python-version"}
    assert all(value["description"] for value in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
        else:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]


def test_inputs_are_data(tmp_path: Path) -> None:
    paths, args = "$(touch made)\n-w\n\na b; touch made\n`touch made`", '--level=review\n--field\nx" y'
    done = _run(tmp_path, STUB, INPUT_PATHS=paths, INPUT_ARGS=args)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "temp/arguments").read_text().splitlines() == [
        *("check", "--output-format", "github", "--ignore-unknown"),
        *("--level=review", "--field", 'x" y'),
        *("--", "$(touch made)", "-w", "a b; touch made", "`touch made`"),
    ]
    assert not (tmp_path / "made").exists()


def test_what_the_runner_is_told(tmp_path: Path) -> None:
    done = _run(tmp_path, STUB)
    assert (tmp_path / "output").read_text() == "findings=2\n"
    stops, token = re.search(r"^::stop-commands::([0-9a-f]{32})$", done.stdout, re.M), ""
    assert stops is not None
    token = stops[1]
    before, between = done.stdout.split(f"::stop-commands::{token}\n")
    assert before == "::warning file=a.md::x\n"
    assert "::set-env" in between
    assert between.endswith(f"\n::{token}::\n")
    assert done.stderr == ""


def test_wrong_use_gives_no_number(tmp_path: Path) -> None:
    done = _run(tmp_path, "#!/bin/sh\necho 'cleaner: no such file' >&2\nexit 2\n")
    assert (done.returncode, (tmp_path / "output").read_text()) == (2, "findings=\n")


def test_the_command_says_how_many_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(DIRTY, encoding="utf-8")
    done = CliRunner().invoke(main, ["check", "--output-format", "github", str(tmp_path)])
    assert (done.exit_code, done.stdout.startswith("::warning file=")) == (1, True)
    assert done.stderr.splitlines()[-1].startswith("1 finding in ")

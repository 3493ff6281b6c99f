"""The model is found both ways the package is used: from a checkout, and from a wheel that holds it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cleaner.model import default_folder

ROOT = Path(__file__).parents[1]
SPAM = "The mayor spoke about the budget.\\n爱上海龙凤419论坛\\nThe council meets again in May.\\n"


def test_a_checkout_finds_its_model() -> None:
    assert default_folder() == ROOT / "models"


def test_a_wheel_holds_the_model_and_works_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = pytest.importorskip("hatchling.build")
    monkeypatch.chdir(ROOT)
    wheel = tmp_path / build.build_wheel(str(tmp_path))
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(site)
    assert {"cleaner/models/cleaner.npz", "cleaner/models/cleaner.json", "cleaner/charclass.npz"} <= names
    assert not [name for name in names if name.startswith(("corpus/", "tests/"))]
    code = f"import cleaner.model as m, cleaner; print(m.default_folder()); print(len(cleaner.find('{SPAM}')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, found = done.stdout.split()
    assert Path(folder) == site / "cleaner" / "models"
    assert int(found) == 1

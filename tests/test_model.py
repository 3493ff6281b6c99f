"""Loading a model: what is refused, and that a start needs nothing heavy."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples import DIRTY, ROOT, SPAM, STUMP, tiny_model

from cleaner import Cleaner, CleanerError
from cleaner.model import ARRAYS, HEADER, MAX_STEP, load, save, tree_arrays


def _write(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = folder / name
    path.write_bytes(change(path.read_bytes()))


def _header(folder: Path, **changes: Any) -> None:
    header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
    (folder / HEADER).write_text(json.dumps(header | changes), encoding="utf-8")


def _figure(folder: Path, name: str, value: object) -> None:
    figures = json.loads((folder / HEADER).read_text(encoding="utf-8"))["figures"]
    _header(folder, figures=figures | {name: value})


def _array(folder: Path, name: str, value: object) -> None:
    arrays, header = tiny_model()
    save(folder, arrays | {name: value}, header)


def _signed(folder: Path, raw: bytes) -> None:
    """Other arrays under a header that states their hash."""
    (folder / ARRAYS).write_bytes(raw)
    _header(folder, sha256=hashlib.sha256(raw).hexdigest())


def _archive(write: Callable[..., None]) -> bytes:
    buffer = io.BytesIO()
    write(buffer, **tiny_model()[0])
    return buffer.getvalue()


INF = np.float32(np.inf)
DAMAGES: dict[str, Callable[[Path], object]] = {
    "no header": lambda folder: (folder / HEADER).unlink(),
    "no arrays": lambda folder: (folder / ARRAYS).unlink(),
    "header empty": lambda folder: _write(folder, HEADER, lambda raw: b""),
    "header truncated": lambda folder: _write(folder, HEADER, lambda raw: raw[:-20]),
    "header not UTF-8": lambda folder: _write(folder, HEADER, lambda raw: b"\xff" + raw),
    "header is a list": lambda folder: _write(folder, HEADER, lambda raw: b"[1]"),
    "header of another format": lambda folder: _header(folder, format=99),
    "header without figures": lambda folder: _header(folder, figures={}),
    "figures are a list": lambda folder: _header(folder, figures=[1]),
    "figure is NaN": lambda folder: _figure(folder, "scale", float("nan")),
    "figure is infinite": lambda folder: _figure(folder, "remove", float("inf")),
    "figure is a word": lambda folder: _figure(folder, "slope", "steep"),
    "figure is null": lambda folder: _figure(folder, "slope", None),
    "no stages of the gate": lambda folder: _header(folder, gate_stages=None),
    "hot is empty": lambda folder: _header(folder, hot=[]),
    "more trades than rows": lambda folder: _header(folder, trades=["a"] * 99),
    "arrays truncated": lambda folder: _write(folder, ARRAYS, lambda raw: raw[:-1]),
    "arrays longer": lambda folder: _write(folder, ARRAYS, lambda raw: raw + b"\0"),
    "arrays with a flipped bit": lambda folder: _write(folder, ARRAYS, lambda raw: raw[:99] + bytes([raw[99] ^ 1]) + raw[100:]),
    "signed: empty": lambda folder: _signed(folder, b""),
    "signed: no archive": lambda folder: _signed(folder, b"no archive"),
    "signed: half an archive": lambda folder: _signed(folder, (folder / ARRAYS).read_bytes()[:300]),
    "signed: compressed": lambda folder: _signed(folder, _archive(np.savez_compressed)),
    "signed: column by column": lambda folder: _array(folder, "language", np.asfortranarray(tiny_model()[0]["language"])),
    "signed: pickled": lambda folder: _array(folder, "weights", np.array([{}], dtype=object)),
    "signed: weights too short": lambda folder: _array(folder, "weights", np.zeros(4, "i1")),
    "signed: weights of another type": lambda folder: _array(folder, "weights", np.zeros(1 << 21, "i2")),
    "signed: language of another shape": lambda folder: _array(folder, "language", np.zeros((1 << 16, 99), "i1")),
    "signed: child outside": lambda folder: _array(folder, "gate_step", np.array([2, 0, 0], "u1")),
    "signed: leaf with a threshold": lambda folder: _array(folder, "gate_step", np.zeros(3, "u1")),
    "signed: child in the next tree": lambda folder: _array(folder, "gate_roots", np.array([0, 1], "i4")),
    "signed: first tree behind other nodes": lambda folder: _array(folder, "gate_roots", np.array([1], "i4")),
    "signed: trees out of order": lambda folder: _array(folder, "gate_roots", np.array([0, 0], "i4")),
    "signed: root outside": lambda folder: _array(folder, "spam_roots", np.array([3], "i4")),
    "signed: columns of two lengths": lambda folder: _array(folder, "exact_value", np.zeros(2, "f4")),
    "signed: no nodes": lambda folder: _array(folder, "accept_feature", np.zeros(0, "i4")),
    "signed: feature unknown": lambda folder: _array(folder, "accept_feature", np.array([255, 0, 0], "u1")),
    "signed: feature a fraction": lambda folder: _array(folder, "accept_feature", np.array([0.5, 0, 0])),
    "signed: threshold is NaN": lambda folder: _array(folder, "accept_threshold", np.array([np.nan, INF, INF], "f4")),
    "signed: value is infinite": lambda folder: _array(folder, "accept_value", np.array([0.0, 1.0, np.inf], "f4")),
    "signed: too deep": lambda folder: _array(folder, "accept_depth", np.array(10**6)),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path, *tiny_model())
    return tmp_path


def test_undamaged(folder: Path) -> None:
    assert load(folder).remove == 0.9
    assert Cleaner(folder).clean(DIRTY).text == DIRTY


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged(folder: Path, name: str) -> None:
    DAMAGES[name](folder)
    with pytest.raises(CleanerError, match=r"^model in "):
        load(folder)


def test_trees_come_back(folder: Path) -> None:
    trees = load(folder).spam
    assert [column.tolist() for column in trees[:5]] == [column.tolist() for column in STUMP[:5]]
    assert (trees.left.dtype, trees.value.dtype) == (np.int32, np.float64)


@pytest.mark.parametrize("left", [[-1, 1, 2], [MAX_STEP + 1, 1, 2]])
def test_a_child_that_is_too_far_away_is_not_saved(left: list[int]) -> None:
    with pytest.raises(ValueError, match="left child"):
        tree_arrays("spam", STUMP._replace(left=np.array(left, "i4")))


def test_level_unknown(folder: Path) -> None:
    with pytest.raises(CleanerError, match="level 'all' is not one of remove, review"):
        Cleaner(folder, level="all")


def test_saved_twice_is_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(tmp_path / name, *tiny_model())
    assert (tmp_path / "one" / ARRAYS).read_bytes() == (tmp_path / "two" / ARRAYS).read_bytes()
    assert (tmp_path / "one" / HEADER).read_bytes() == (tmp_path / "two" / HEADER).read_bytes()


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import cleaner.cli, cleaner", {"numpy", "regex", "cleaner.api"}),
        (
            "import cleaner.cli.check, cleaner.cli.clean, cleaner\n"
            f"assert {SPAM!r} not in cleaner.clean({DIRTY!r}).text",
            {
                "sklearn",
                "scipy",
                "joblib",
                "pandas",
                "numpy.ma",
                "cleaner.train",
                "cleaner.pages",
                "concurrent.futures",
            },
        ),
    ],
)
def test_nothing_heavy_is_imported(code: str, heavy: set[str]) -> None:
    code += f"\nimport sys\nsys.exit(str({heavy} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""

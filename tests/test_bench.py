"""The baselines and tables of `bench/quality.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import baselines
import quality

from cleaner import Cleaner

TEXT = "An honest sentence about bread and butter.\n上海龙凤论坛\nshort line\n"


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        (baselines.nothing, TEXT),
        (baselines.other_script, "An honest sentence about bread and butter.\nshort line\n"),
        (baselines.c4_lines, "An honest sentence about bread and butter.\n"),
        (lambda lines: ["bread" in line for line in lines], "上海龙凤论坛\nshort line\n"),
    ],
)
def test_line_filters(drop: baselines.Filter, expected: str) -> None:
    [cleaned] = baselines.line_filter(drop)([TEXT], ["txt"])
    assert cleaned.text == expected


def test_keywords_are_the_heads_of_the_grammars(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text(
        'lang = "en"\nplace = ["york"]\n[loans]\nhead = ["payday loan", "x"]\npatterns = ["{head}"]\nlines = []\n',
        encoding="utf-8",
    )
    assert baselines.keywords(tmp_path)(["A PAYDAY LOAN today\n", "x marks the spot\n"]) == [True, False]


def test_budgets_never_allow_more_than_they_say(cleaner: Cleaner) -> None:
    clean = [{"dirty": TEXT[:43], "format": "txt", "spans": [], "clean": TEXT[:43]}] * 3
    rows = quality.at_budgets([clean, clean], cleaner).splitlines()
    assert len(rows) == 2 + len(quality.BUDGETS)
    assert all(float(row.split("|")[2]) >= 0.2 for row in rows[2:])

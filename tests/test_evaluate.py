"""Benchmarks made by hand, with measures one can count."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from samples import ROOT, marked

from cleaner.api import Cleaned, Cleaner
from cleaner.evaluate import Scores, _upper, evaluate_bench, read_bench, table
from cleaner.span import CleanerError, Span, minus


class _Fixed:
    """A cleaner that cuts what it was told to."""

    def __init__(self, cuts: dict[str, list[tuple[int, int]]]) -> None:
        self.cuts = cuts

    def clean_together(self, texts: Sequence[str], formats: Sequence[str]) -> list[Cleaned]:
        assert len(texts) == len(formats)
        return [
            Cleaned(
                minus(text, self.cuts[text]), tuple(Span(*cut, 1.0, "", "", (), "removed") for cut in self.cuts[text])
            )
            for text in texts
        ]


def _item(text: str, **more: object) -> dict[str, Any]:
    dirty, stretches = marked(text)
    spans = [{"start": start, "end": end, "form": "own_line"} for start, end in stretches]
    return {"dirty": dirty, "clean": minus(dirty, stretches), "spans": spans, "format": "txt", "lang": "en", **more}


def _scores(folder: Path, rows: Sequence[tuple[str, str]]) -> Scores:
    """Scores for rows of (an article with ⟦the injections⟧, the same with ⟦the cuts⟧)."""
    bench = folder / "bench.jsonl"
    bench.write_text("".join(json.dumps(_item(truth)) + "\n" for truth, _ in rows), encoding="utf-8")
    return evaluate_bench(bench, _Fixed(dict(marked(cut) for _, cut in rows)), ["txt"], ["form", "lang"])  # type: ignore[arg-type]


def test_what_cannot_be_measured_is_none() -> None:
    names = [
        "restored",
        "recall",
        "precision",
        "harmed",
        "harmed_upper",
        "clean_changed",
        "clean_changed_upper",
        "clean_lost",
    ]
    assert [Scores().measures()[name] for name in names] == [None] * len(names)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("one ⟦bad ⟧two", "one ⟦bad ⟧two")], {"restored": 1, "restored_raw": 1, "recall": 1, "precision": 1, "harmed": 0}),
        ([("one ⟦bad ⟧two", "one bad two")], {"restored": 0, "recall": 0, "precision": None, "harmed": 0}),
        ([("one ⟦bad ⟧two", "one⟦ bad⟧ two")], {"restored": 1, "restored_raw": 1, "recall": 1, "precision": 1}),
        ([("one ⟦bad ⟧two", "one ⟦bad⟧ two")], {"restored": 1, "restored_raw": 0, "recall": 1, "precision": 1}),
        ([("one ⟦bad ⟧two", "o⟦ne bad ⟧two")], {"restored": 0, "recall": 1, "precision": 0.6, "harmed": 1, "harmed_upper": 1}),
        ([("⟦0123456789⟧ one", "⟦012345678⟧9 one")], {"recall": 1, "restored": 0}),
        ([("⟦0123456789⟧ one", "⟦01234567⟧89 one")], {"recall": 0, "precision": 1}),
        ([("⟦a⟧ one ⟦b⟧", "⟦a⟧ one b")], {"spans": 2, "recall": 0.5, "restored": 0}),
        ([("one two", "one two")], {"injected": 0, "clean": 1, "clean_changed": 0, "clean_lost": 0, "clean_changed_upper": 0.95}),
        ([("one two", "⟦one ⟧two")], {"clean_changed": 1, "clean_lost": 500000, "clean_changed_upper": 1, "precision": 0}),
        ([("one two", "one⟦ ⟧two")], {"clean_changed": 1, "clean_lost": 0, "precision": None}),
        ([("", "")], {"clean": 1, "clean_changed": 0, "clean_lost": None}),
        ([("one", "one"), ("two ⟦x⟧", "two ⟦x⟧")], {"clean": 1, "injected": 1, "restored": 1, "ledger_mismatch": 0}),
    ],
)  # fmt: skip
def test_measures(tmp_path: Path, rows: list[tuple[str, str]], expected: dict[str, object]) -> None:
    measures = _scores(tmp_path, rows).measures()
    assert {name: measures[name] for name in expected} == expected


def test_breakdown(tmp_path: Path) -> None:
    scores = _scores(tmp_path, [("⟦a⟧ one ⟦b⟧", "⟦a⟧ one b"), ("⟦a⟧ two", "⟦a⟧ two")])
    assert scores.groups == {("form", "own_line"): [2, 3], ("lang", "en"): [2, 3]}
    assert json.loads(scores.to_json())["recall_by"] == {"form=own_line": [0.6667, 3], "lang=en": [0.6667, 3]}
    assert "recall lang=en" in table("bench", scores)


@pytest.mark.parametrize(
    ("hits", "n", "bound"),
    [
        (0, 0, None),
        (0, 1, 0.95),
        (0, 10, 0.2589),
        (0, 100, 0.0295),
        (0, 3000, 0.001),
        (1, 10, 0.3942),
        (1, 100, 0.0466),
        (5, 10, 0.7776),
        (9, 10, 0.9949),
        (10, 10, 1.0),
    ],
)
def test_upper_bound(hits: int, n: int, bound: float | None) -> None:
    assert _upper(hits, n) == bound


@pytest.mark.parametrize("name", ["bench.jsonl", "bench.jsonl.gz"])
def test_formats_are_chosen(tmp_path: Path, name: str) -> None:
    items = [_item("one", format=format_) for format_ in ("txt", "html", "md")]
    data = "".join(json.dumps(item) + "\n" for item in items).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert [item["format"] for item in read_bench(tmp_path / name, ["txt", "md"])] == ["txt", "md"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"", "Expecting value"),
        (b"no JSON", "Expecting value"),
        (b'{"format": "\xff"}', "can't decode"),
        (b"[]", "not a JSON object"),
        (b"1", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "format is missing"),
        (b'{"format": "txt", "clean": "a", "spans": []}', "dirty is missing"),
        (b'{"format": "txt", "dirty": "a", "clean": 1, "spans": []}', "clean is no string"),
        (b'{"format": "txt", "dirty": "a", "clean": "a"}', "spans is missing"),
        (b'{"format": "txt", "dirty": "a", "clean": "a", "spans": null}', "spans is no array"),
        (b'{"format": "txt", "dirty": "a", "clean": "a", "spans": [1]}', r"spans\[0\] has no start and end"),
        (b'{"format": "txt", "dirty": "a", "clean": "a", "spans": [{"start": 0}]}', r"spans\[0\] has no start and end"),
        (b'{"format": "txt", "dirty": "a", "clean": "", "spans": [{"start": 0, "end": 2}]}', "0 to 1 characters"),
    ],
)
def test_what_is_no_benchmark(tmp_path: Path, line: bytes, problem: str) -> None:
    (tmp_path / "bench.jsonl").write_bytes(json.dumps(_item("one")).encode() + b"\n" + line + b"\n")
    with pytest.raises(CleanerError, match=rf"bench.jsonl:2 is not a benchmark document: .*{problem}"):
        list(read_bench(tmp_path / "bench.jsonl", ["txt"]))


@pytest.mark.parametrize("data", ["", json.dumps(_item("one", format="html")) + "\n"])
def test_nothing_to_measure_is_an_error(tmp_path: Path, cleaner: Cleaner, data: str) -> None:
    (tmp_path / "bench.jsonl").write_text(data, encoding="utf-8")
    with pytest.raises(CleanerError, match=r"bench.jsonl: no document in it whose format is txt or md"):
        evaluate_bench(tmp_path / "bench.jsonl", cleaner, ["txt", "md"], [])


def test_the_documented_line_is_read_and_every_measure_is_documented(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
    sample = page.partition("```json\n")[2].partition("```")[0]
    (tmp_path / "bench.jsonl").write_text(sample, encoding="utf-8")
    [item] = read_bench(tmp_path / "bench.jsonl", ["txt"])
    assert minus(item["dirty"], [(span["start"], span["end"]) for span in item["spans"]]) == item["clean"]
    named = {name.removesuffix("_upper") for name in Scores().measures()}
    assert named <= set(re.findall("`([a-z_]+)`", page))

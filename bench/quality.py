"""Write `docs/quality.md`: what a model finds and harms on four benchmarks, beside the baselines, from one run.

    python bench/quality.py PAGES.jsonl INJECTED.jsonl --data DIR [--model DIR] [--out docs/quality.md]

PAGES are real polluted pages, INJECTED articles with fragments put in and articles without, `unseen.jsonl` and
`unseen-2.jsonl` beside this file hold texts written to measure with, which nothing was ever trained on; `DIR` holds the external data
of `corpus/sources.toml`, which the linear baseline is fitted on. `cleaner evaluate --help` defines the measures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import baselines

from cleaner import Cleaner
from cleaner.api import Cleaned
from cleaner.evaluate import Scores, evaluate_items, read_bench
from cleaner.judge import judge
from cleaner.readers.markdown import protected

ROOT = Path(__file__).parents[1]
FORMATS = ("txt", "md")
UNSEEN = ("unseen", "unseen-2")
BY = ("form", "lang", "spam_lang", "category", "obfuscated")
MEASURES = ("recall", "precision", "restored", "harmed", "clean_changed", "clean_changed_upper", "clean_lost")
BUDGETS = (0.01, 0.005, 0.0025, 0.0)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)
PREVALENCES = (10, 100, 1000)

Items = Sequence[dict[str, Any]]
Row = Sequence[object]


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table.

    >>> table(["a", "b"], [[1, None]])
    '| a | b |\\n|---|---|\\n| 1 | – |\\n'
    """
    lines = [head, ["---"] * len(head), *rows]
    shown = [["–" if cell is None else str(cell) for cell in line] for line in lines]
    return "".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in line) + "|\n" for line in shown)


def compared(benches: Sequence[Items], cleaners: dict[str, Callable[..., Sequence[Cleaned]]]) -> str:
    """Every cleaner on every benchmark."""
    rows = []
    for name, clean in cleaners.items():
        for bench, items in zip(("pages", "injected", *UNSEEN), benches, strict=True):
            measures = evaluate_items(items, clean).measures()
            rows.append([name, bench, *(measures[key] for key in MEASURES)])
    return table(["", "benchmark", *MEASURES], rows)


def best_scores(items: Items, cleaner: Cleaner) -> list[float]:
    """For each document the highest probability of anything in it."""
    kept = [protected(item["dirty"]) if item["format"] == "md" else [] for item in items]
    judged = (
        judge([item["dirty"]], cleaner.model, [stretches])[0] for item, stretches in zip(items, kept, strict=True)
    )
    return [max((found.probability for found in places), default=0.0) for places in judged]


def at_budgets(benches: Sequence[Items], cleaner: Cleaner) -> str:
    """Recall and precision when at most a share of the never-injected documents may be changed."""
    clean = sorted(best_scores([item for item in benches[1] if not item["spans"]], cleaner), reverse=True)
    rows = []
    for budget in BUDGETS:
        threshold = max(clean[int(budget * len(clean))] + 1e-9, 0.2)
        at = Cleaner()
        at.model = cleaner.model._replace(remove=threshold, review=min(threshold, cleaner.model.review))
        measures = [evaluate_items(items, at.clean_together).measures() for items in benches]
        rows.append(
            [f"{budget:.2%}", f"{threshold:.3f}", *(m[key] for m in measures for key in ("recall", "precision"))]
        )
    head = ["budget", "threshold", "recall, pages", "precision", "recall, injected", "precision"]
    return table(head, rows)


def reliability(items: Items, cleaner: Cleaner) -> str:
    """How often what is given a probability is spam: at least half of its characters injected."""
    bins: list[list[float]] = [[] for _ in BINS[1:]]
    right: list[list[bool]] = [[] for _ in BINS[1:]]
    for item in items:
        kept = protected(item["dirty"]) if item["format"] == "md" else []
        for found in judge([item["dirty"]], cleaner.model, [kept])[0]:
            inside = sum(max(0, min(found.end, s["end"]) - max(found.start, s["start"])) for s in item["spans"])
            number = next(i for i, top in enumerate(BINS[1:]) if found.probability <= top)
            bins[number].append(found.probability)
            right[number].append(2 * inside >= found.end - found.start)
    rows = [
        [f"{low} – {high}", len(p), f"{sum(p) / len(p):.3f}", f"{sum(r) / len(r):.3f}"]
        for low, high, p, r in zip(BINS, BINS[1:], bins, right, strict=False) if p
    ]  # fmt: skip
    return table(["probability", "places", "mean", "spam"], rows)


def at_prevalences(scores: Scores, found: float) -> str:
    """Of the documents that are changed, how many hold spam, when one in so many does; and if the false rate is its upper bound."""
    measures = scores.measures()
    rates = [float(measures[key] or 0) for key in ("clean_changed", "clean_changed_upper")]
    rows = [
        [f"1 in {n}", *(f"{found / n / (found / n + rate * (1 - 1 / n)):.3f}" if found else None for rate in rates)]
        for n in PREVALENCES
    ]
    return table(["documents with spam", "measured", "at the upper bound"], rows)


def touched(items: Items, cleaner: Cleaner) -> float:
    """The share of injected documents in which something is removed."""
    dirty = [item for item in items if item["spans"]]
    results = cleaner.clean_many([item["dirty"] for item in dirty], [item["format"] for item in dirty])
    return sum(bool(result.cuts) for result in results) / max(len(dirty), 1)


def groups(scores: Scores) -> str:
    """Recall by group."""
    rows = [(f"{key}={value}", f"{hits / n:.3f}", n) for (key, value), (hits, n) in sorted(scores.groups.items())]
    return table(["group", "recall", "spans"], rows)


def page(pages: Items, injected: Items, cleaner: Cleaner, data: Path) -> str:
    """The whole document."""
    cleaners = {
        "cleaner, each text for itself": cleaner.clean_many,
        "cleaner, all in one run": cleaner.clean_together,
        "do nothing": baselines.line_filter(baselines.nothing),
        "drop lines of another script": baselines.line_filter(baselines.other_script),
        "drop lines with a keyword": baselines.line_filter(baselines.keywords(ROOT / "corpus" / "spam")),
        "C4 line filter": baselines.line_filter(baselines.c4_lines),
        "hashed n-grams, linear, per line": baselines.line_filter(baselines.linear(data)),
    }
    scores = evaluate_items(injected, cleaner.clean_together, BY)
    n_clean = sum(not item["spans"] for item in injected)
    unseen = [list(read_bench(ROOT / "bench" / f"{name}.jsonl", FORMATS)) for name in UNSEEN]
    return "\n".join([
        (ROOT / "docs" / "quality-head.md").read_text(encoding="utf-8"),
        compared([pages, injected, *unseen], cleaners),
        f"## Recall by budget of false deletions\n\nThresholds chosen on the {n_clean} never-injected articles; "
        f"a budget under 1 in {n_clean} cannot be told from 0.\n",
        at_budgets([pages, injected], cleaner),
        "## Are the probabilities right?\n\nAll judged places of the injected benchmark.\n",
        reliability(injected, cleaner),
        "## Precision of changed documents by prevalence\n",
        at_prevalences(scores, touched(injected, cleaner)),
        "## Recall by group, injected articles\n",
        groups(scores),
        (ROOT / "docs" / "quality-notes.md").read_text(encoding="utf-8"),
    ])  # fmt: skip


def main() -> None:
    """Read the benchmarks, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("injected", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "quality.md")
    given = parser.parse_args()
    pages, injected = (list(read_bench(path, FORMATS)) for path in (given.pages, given.injected))
    given.out.write_text(page(pages, injected, Cleaner(given.model), given.data), encoding="utf-8")


if __name__ == "__main__":
    main()

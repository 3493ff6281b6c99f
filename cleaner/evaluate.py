"""Measure the cleaner on articles with known injections: what it finds, what it harms, with confidence bounds."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleaner.api import Cleaned, Cleaner
from cleaner.span import CleanerError, minus

FOUND = 0.9  # of a span's visible characters must be gone for it to count as found
CONFIDENCE = 0.95


@dataclass
class Scores:
    """Counts over a benchmark; the measures are derived from them. White space is not counted in character figures."""

    counts: Counter[str] = field(default_factory=Counter)
    groups: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def measures(self) -> dict[str, float | int | None]:
        """The measures by name.

        restored       share of injected articles whose output equals the clean text, runs of white space taken as one
        restored_raw   the same, byte for byte
        recall         share of injected spans of which at least 90 % of the characters are gone
        precision      share of removed characters that lie inside injected spans
        harmed         share of injected articles that lost any character of their own
        clean_changed  share of never-injected articles that were changed, and the upper 95 % bound of that share
        clean_lost     characters removed from never-injected articles, per million
        """
        c = self.counts
        return {
            "injected": c["injected"],
            "clean": c["clean"],
            "spans": c["spans"],
            "restored": _share(c["restored"], c["injected"]),
            "restored_raw": _share(c["restored_raw"], c["injected"]),
            "recall": _share(c["found"], c["spans"]),
            "precision": _share(c["removed_spam"], c["removed"]),
            "harmed": _share(c["harmed"], c["injected"]),
            "harmed_upper": _upper(c["harmed"], c["injected"]),
            "clean_changed": _share(c["clean_changed"], c["clean"]),
            "clean_changed_upper": _upper(c["clean_changed"], c["clean"]),
            "clean_lost": round(1e6 * c["clean_lost"] / c["clean_ink"], 1) if c["clean_ink"] else None,
            "ledger_mismatch": c["ledger_mismatch"],
        }

    def to_json(self) -> str:
        """Measures and breakdown as one JSON object."""
        groups = {f"{key}={value}": [_share(*pair), pair[1]] for (key, value), pair in sorted(self.groups.items())}
        return json.dumps({**self.measures(), "recall_by": groups})


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _upper(hits: int, n: int) -> float | None:
    """The upper bound of a share at 95 % confidence (Clopper and Pearson 1934, one-sided), by bisection.

    >>> _upper(0, 100)
    0.0295
    """
    if not n:
        return None
    if hits >= n:
        return 1.0
    low, high = hits / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(hits, n, middle) > 1 - CONFIDENCE else (low, middle)
    return round(high, 4)


def _at_most(hits: int, n: int, share: float) -> float:
    """P(X <= hits) for a binomial X."""
    if share in (0.0, 1.0):
        return 1.0 if share == 0.0 else 0.0
    return math.fsum(
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(share) + (n - k) * math.log1p(-share))
        for k in range(hits + 1)
    )  # fmt: skip


def read_bench(path: Path, formats: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The benchmark's documents of some formats.

    Raises `CleanerError` for a line that is not a document as docs/evaluate.md has it.
    """
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                item = _document(line)
                if item["format"] in formats:
                    _check(item)
                    yield item
            except ValueError as error:
                raise CleanerError(f"{path}:{number} is not a benchmark document: {error}") from None


def _document(line: bytes) -> dict[str, Any]:
    item = json.loads(line)
    if not isinstance(item, dict):
        raise ValueError("not a JSON object")
    _check_text(item, "format")
    return item


def _check(item: dict[str, Any]) -> None:
    """Raise `ValueError` for what is missing or wrong in a document, by its name."""
    for name in ("dirty", "clean"):
        _check_text(item, name)
    if not isinstance(item.get("spans"), list):
        raise ValueError(f"spans {'is no array' if 'spans' in item else 'is missing'}")
    for number, span in enumerate(item["spans"]):
        if not _is_within(span, len(item["dirty"])):
            raise ValueError(
                f"spans[{number}] has no start and end, from 0 to {len(item['dirty'])} characters of dirty"
            )


def _check_text(item: dict[str, Any], name: str) -> None:
    if not isinstance(item.get(name), str):
        raise ValueError(f"{name} {'is no string' if name in item else 'is missing'}")


def _is_within(span: Any, size: int) -> bool:
    if not isinstance(span, dict):
        return False
    start, end = span.get("start"), span.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= size


Clean = Callable[[Sequence[str], Sequence[str]], Sequence[Cleaned]]


def evaluate_bench(path: Path, cleaner: Cleaner, formats: Sequence[str], by: Sequence[str]) -> Scores:
    """Clean the documents of a benchmark as one run does and score the results.

    Raises `CleanerError` for a benchmark with nothing in it to measure.
    """
    items = list(read_bench(path, formats))
    if not items:
        raise CleanerError(f"{path}: no document in it whose format is {' or '.join(formats)}")
    return evaluate_items(items, cleaner.clean_together, by)


def evaluate_items(items: Sequence[dict[str, Any]], clean: Clean, by: Sequence[str] = ()) -> Scores:
    """Score what a function from texts and their formats to results makes of a benchmark's documents."""
    results = clean([item["dirty"] for item in items], [item["format"] for item in items])
    scores = Scores()
    for item, result in zip(items, results, strict=True):
        _score(item, result, scores, by)
    return scores


def _score(item: dict[str, Any], result: Cleaned, scores: Scores, by: Sequence[str]) -> None:
    dirty, counts = item["dirty"], scores.counts
    spam, gone = bytearray(len(dirty)), bytearray(len(dirty))
    for span in item["spans"]:
        spam[span["start"] : span["end"]] = b"\1" * (span["end"] - span["start"])
    for start, end in result.cuts:
        gone[start:end] = b"\1" * (end - start)
    counts["ledger_mismatch"] += minus(dirty, result.cuts) != result.text
    inked = [not c.isspace() for c in dirty]
    removed = sum(g and i for g, i in zip(gone, inked, strict=True))
    right = sum(g and s and i for g, s, i in zip(gone, spam, inked, strict=True))
    counts["removed"] += removed
    counts["removed_spam"] += right
    if not item["spans"]:
        counts.update(clean=1, clean_changed=int(result.text != dirty), clean_ink=sum(inked), clean_lost=removed)
        return
    counts.update(
        injected=1,
        restored=int(result.text.split() == item["clean"].split()),
        restored_raw=int(result.text == item["clean"]),
        harmed=int(removed > right),
    )
    for span in item["spans"]:
        at = range(span["start"], span["end"])
        found = sum(gone[i] and inked[i] for i in at) >= FOUND * sum(inked[i] for i in at)
        counts.update(spans=1, found=int(found))
        for key in by:
            group = scores.groups.setdefault((key, str(span.get(key, item.get(key)))), [0, 0])
            group[0] += found
            group[1] += 1


def table(name: str, scores: Scores) -> str:
    """The measures for people, then recall by group."""
    lines = [name, *(f"{key:20} {value}" for key, value in scores.measures().items())]
    for (key, value), (found, total) in sorted(scores.groups.items()):
        lines.append(f"  recall {key + '=' + value:28} {_share(found, total)}  of {total}")
    return "\n".join(lines)

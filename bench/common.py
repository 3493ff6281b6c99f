"""What the speed benchmarks share: articles, the clock, and scikit-learn's pipeline as the reference.

Import it before NumPy: it keeps the libraries under that to one thread.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

from sklearn.feature_extraction.text import HashingVectorizer  # noqa: E402
from sklearn.linear_model import SGDClassifier  # noqa: E402

ROOT = Path(__file__).parents[1]


class Spent(NamedTuple):
    """Seconds by the clock, and of processor time in this process and in its children that have ended."""

    wall: float
    cpu: float


def articles(path: Path | None, characters: int, languages: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Texts and their formats, about so many characters of them, spread over the file; languages by their first letters."""
    rows = [row for row in _rows(path) if row["lang"].startswith(tuple(languages) or "")]
    step = max(1, sum(len(row["text"]) for row in rows) // characters)
    chosen: list[dict[str, str]] = []
    size = 0
    for row in cycle(rows[::step]):
        if size >= characters:
            break
        chosen.append(row)
        size += len(row["text"])
    return [row["text"] for row in chosen], [row["format"] for row in chosen]


def _rows(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        files = [p for p in sorted((ROOT / "corpus" / "articles").glob("*/*")) if p.suffix in (".txt", ".md")]
        return [{"text": p.read_text(encoding="utf-8"), "format": p.suffix[1:], "lang": p.parent.name} for p in files]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["format"] in ("txt", "md")]


def sample(texts: Sequence[str], characters: int) -> list[str]:
    """About so many characters of the same texts: enough for the rate of what is slow."""
    return list(texts[:: max(1, sum(map(len, texts)) // characters)])


def reference(texts: Sequence[str]) -> Callable[[], object]:
    """The scikit-learn pipeline, fitted on a few lines (what it learns has no influence on its speed)."""
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    lines = [line for text in texts[:20] for line in text.splitlines()] + ["buy cheap viagra online"]
    model = SGDClassifier(loss="log_loss", random_state=1)
    model.fit(vectorizer.transform(lines), [0] * (len(lines) - 1) + [1])

    def work() -> object:
        return [model.decision_function(vectorizer.transform(lines)) for text in texts if (lines := text.splitlines())]

    return work


def spent(work: Callable[[], object]) -> Spent:
    """What one call takes."""
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return Spent(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def figures(values: Iterable[float], digits: int = 3) -> dict[str, Any]:
    """A median and what it is of.

    >>> figures([3.0, 1.0, 2.0])
    {'median': 2.0, 'rounds': [3.0, 1.0, 2.0]}
    """
    rounds = [round(value, digits) for value in values]
    return {"median": round(statistics.median(rounds), digits), "rounds": rounds}

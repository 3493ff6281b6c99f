"""Speed of `cleaner`, as ratios against a reference measured in the same run, on the same text, on one core.

    python bench/speed.py [ARTICLES.jsonl.gz] [--characters N] [--rounds N]

Prints one JSON object. The reference is scikit-learn's `HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))` with
an `SGDClassifier` over the lines of the articles, from text to one decision a line; `cleaner` goes from text to spans.
Without a file the articles of `corpus/` are used, as often as it takes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

from sklearn.feature_extraction.text import HashingVectorizer  # noqa: E402
from sklearn.linear_model import SGDClassifier  # noqa: E402

from cleaner import Cleaner  # noqa: E402

ROOT = Path(__file__).parents[1]


def articles(path: Path | None, characters: int) -> tuple[list[str], list[str]]:
    """Texts and their formats, about so many characters of them, spread over the file."""
    if path is None:
        files = [p for p in sorted((ROOT / "corpus" / "articles").glob("*/*")) if p.suffix in (".txt", ".md")]
        rows = [(p.read_text(encoding="utf-8"), p.suffix[1:]) for p in files]
    else:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [(row["text"], row["format"]) for row in map(json.loads, lines) if row["format"] in ("txt", "md")]
    step = max(1, sum(len(text) for text, _ in rows) // characters)
    chosen: list[tuple[str, str]] = []
    size = 0
    for row in cycle(rows[::step]):
        if size >= characters:
            break
        chosen.append(row)
        size += len(row[0])
    return [text for text, _ in chosen], [format for _, format in chosen]


def reference(texts: list[str]) -> Callable[[], object]:
    """The scikit-learn pipeline, fitted on a few lines (what it learns has no influence on its speed)."""
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    sample = [line for text in texts[:20] for line in text.splitlines()] + ["buy cheap viagra online"]
    model = SGDClassifier(loss="log_loss", random_state=1)
    model.fit(vectorizer.transform(sample), [0] * (len(sample) - 1) + [1])

    def work() -> object:
        return [model.decision_function(vectorizer.transform(lines)) for text in texts if (lines := text.splitlines())]

    return work


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def start_to_exit(rounds: int) -> float:
    """Median seconds of `cleaner check` on one small file, the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.txt"
        path.write_text("An honest sentence about the weather.\n" * 20)
        command = [sys.executable, "-m", "cleaner.cli", "check", str(path)]
        return statistics.median(seconds(lambda: subprocess.run(command, check=True)) for _ in range(rounds))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--characters", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts, formats = articles(options.file, options.characters)
    size = sum(map(len, texts))
    few = texts[
        :: max(1, size // 1_000_000)
    ]  # the reference is slow: a sample of the same texts is enough for its rate
    cleaner = Cleaner()
    ours = lambda: cleaner.clean_many(texts, formats)  # noqa: E731
    theirs = reference(few)
    seconds(lambda: cleaner.clean_many(texts[:50], formats[:50]))
    rounds = [(size / seconds(ours), sum(map(len, few)) / seconds(theirs)) for _ in range(options.rounds)]
    print(
        json.dumps(
            {
                "characters": size,
                "documents": len(texts),
                "cleaner_characters_per_second": round(statistics.median(own for own, _ in rounds)),
                "reference_characters_per_second": round(statistics.median(other for _, other in rounds)),
                "ratio": round(statistics.median(own / other for own, other in rounds), 2),
                "ratios": [round(own / other, 2) for own, other in rounds],
                "check_one_small_file_seconds": round(start_to_exit(5), 3),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()

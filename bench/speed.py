"""Speed of `cleaner`, as ratios against a reference measured in the same run, on the same text, on one core.

    python bench/speed.py [ARTICLES.jsonl.gz] [--characters N] [--rounds N]

Prints one JSON object. Rates are of processor time: a busy machine doubles that of the clock. The reference is scikit-learn's
`HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))` with an `SGDClassifier` over the lines of the articles, from text to
one decision a line; `cleaner` goes from text to spans.
Without a file the articles of `corpus/` are used, as often as it takes. `bench/engine.py` measures the rest.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from common import articles, reference, sample, spent
from runs import start_to_exit

from cleaner import Cleaner


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--characters", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts, formats = articles(options.file, options.characters)
    size = sum(map(len, texts))
    few = sample(texts, 1_000_000)  # the reference is slow: a sample of the same texts is enough for its rate
    cleaner = Cleaner()
    theirs = reference(few)
    cleaner.clean_many(texts[:50], formats[:50])
    rounds = [
        (size / spent(lambda: cleaner.clean_many(texts, formats)).cpu, sum(map(len, few)) / spent(theirs).cpu)
        for _ in range(options.rounds)
    ]
    starts = start_to_exit("check", 5)
    print(
        json.dumps(
            {
                "characters": size,
                "documents": len(texts),
                "cleaner_characters_per_second": round(statistics.median(own for own, _ in rounds)),
                "reference_characters_per_second": round(statistics.median(other for _, other in rounds)),
                "ratio": round(statistics.median(own / other for own, other in rounds), 2),
                "ratios": [round(own / other, 2) for own, other in rounds],
                "check_one_small_file_seconds": round(statistics.median(start.wall for start in starts), 3),
                "check_one_small_file_processor_seconds": round(statistics.median(start.cpu for start in starts), 3),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()

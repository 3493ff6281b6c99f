"""HTML: speed as a ratio to BeautifulSoup's own parse in the same run, growth on hostile sources, and fuzzed sources.

    python bench/pages.py [PAGES.jsonl.gz] [--fuzz N]

Prints one JSON object. Without a file the pages among the test cases are used. Growth is the time for a source twice as long
over the time for it, the least of three: 2 is linear. Every fuzzed source is tokenized, laid out and carved at random, and
the program ends with an error if tokens do not tile it or a cut changes its markup.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bs4 import BeautifulSoup
from samples import MARKUP

from cleaner import Cleaner
from cleaner.pages.carve import carve, keeps_markup, parse
from cleaner.pages.markup import elements, tokenize
from cleaner.pages.page import lay_out
from cleaner.span import minus

ROOT = Path(__file__).parents[1]
HOSTILE = (
    "<a ",
    "<!--",
    '<a b="',
    "<a b='\"",
    "<b>",
    "<?php ",
    "<p>",
    "<tr><td>1",
    "</p",
    "<ul><li>",
    "<b><p></b>",
    "&#97;",
)


def pages(path: Path | None) -> list[str]:
    """Sources to measure on."""
    if path is None:
        return [item.read_text(encoding="utf-8") for item in sorted((ROOT / "tests" / "cases").glob("*/*.html"))] * 50
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["html"] for line in lines]


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    """The least time that some work takes."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def growth(piece: str, size: int = 100_000) -> float:
    """How much longer the markup of a source takes that is twice as long."""

    def parsed(times: int) -> Callable[[], object]:
        source = piece * times
        return lambda: elements(source, tokenize(source))

    times = size // len(piece)
    return seconds(parsed(2 * times), 3) / max(seconds(parsed(times), 3), 1e-6)


def fuzz(count: int) -> None:
    """Raise `ValueError` for a source whose tokens do not tile it, or whose markup a cut changes."""
    chance = random.Random(1)
    for _ in range(count):
        source = "".join(chance.choices(MARKUP, k=chance.randrange(40)))
        tokens = tokenize(source)
        if "".join(source[token.start : token.end] for token in tokens) != source:
            raise ValueError(f"tokens do not tile {source!r}")
        page = lay_out(source, tokens)
        edges = sorted(chance.randrange(len(page.text) + 1) for _ in range(2))
        place = page.stretch(*edges) if page.text[slice(*edges)].strip() else (0, 0)
        if place[0] < place[1]:
            [cuts] = carve(parse(source, tokens), [place])
            if not keeps_markup(source, cuts, minus(source, cuts)):
                raise ValueError(f"cutting {cuts} changes the markup of {source!r}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--fuzz", type=int, default=1000)
    options = parser.parse_args()
    fuzz(options.fuzz)
    sources = pages(options.pages)
    size, cleaner = sum(map(len, sources)), Cleaner()
    cleaner.clean_many(sources[:3], ["html"] * 3)
    own = seconds(lambda: cleaner.clean_many(sources, ["html"] * len(sources)))
    marks = seconds(lambda: [tokenize(source) for source in sources])
    theirs = seconds(lambda: [BeautifulSoup(source, "html.parser") for source in sources])
    figures = {
        "characters": size,
        "cleaner_characters_a_second": round(size / own),
        "tokenizer_characters_a_second": round(size / marks),
        "beautifulsoup_characters_a_second": round(size / theirs),
        "ratio": round(theirs / own, 2),
        "growth": {piece: round(growth(piece), 2) for piece in HOSTILE},
        "fuzzed": options.fuzz,
    }
    json.dump(figures, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()

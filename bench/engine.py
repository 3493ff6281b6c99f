"""Speed and memory of the whole engine, with what others take for the same articles in the same run.

    python bench/engine.py [ARTICLES.jsonl.gz] [--characters N] [--rounds N] [--scale MB] [--big GB] [--scratch DIR]
                           [--only PART]...

Prints one JSON object; without a file the articles of `corpus/` are used, as often as it takes. For English and for
Chinese articles, as characters a second of one core: `cleaner` from text to spans (in this process), file to file and
JSON Lines to JSON Lines (`cleaner clean -j 1`); datatrove's `C4QualityFilter`, trafilatura and jusText (the last two on the
articles as simple pages); scikit-learn's hashed character n-grams with a linear model, line by line. The slow ones get a
sample of the articles. Then: one and two workers; n, 2n and 4n bytes, up to --scale; start to exit; memory. With --big, one
JSON Lines and one WARC file of that size are made in --scratch and cleaned.

Every figure is given by the clock and by processor time, of parent and workers together: on a machine that others use at
the same time only the second means something. Those to compare with are no dependencies, and null when they are not there:

    pip install datatrove spacy trafilatura justext 'lxml[html-clean]'
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from common import Spent, articles, figures, sample, spent
from inputs import folder_of, jsonl_of, warc_of
from rivals import rivals
from runs import Run, clean, start_to_exit

from cleaner import Cleaner

LANGUAGES = {"english": "en", "chinese": "zh"}
SAMPLE = 500_000  # characters for the rivals
SPANS, FILES, LINES = "cleaner, text to spans", "cleaner, file to file", "cleaner, JSON Lines to JSON Lines"
TARGETS = {"english": {"C4QualityFilter": 1.0, "scikit-learn": 25.0}, "chinese": {"scikit-learn": 25.0}}


class Timed(NamedTuple):
    """Something to be timed, and how many characters it works on."""

    characters: int
    work: Callable[[], Spent]


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        scratch = Path(folder)
        both = articles(options.file, options.characters, tuple(LANGUAGES.values()))
        scale = options.scale * 1_000_000
        parts: dict[str, Callable[[], object]] = {
            "per core": lambda: {name: per_core(options, name, scratch) for name in LANGUAGES},
            "workers": lambda: workers(both, scale, options.rounds, scratch),
            "start to exit, seconds": lambda: {name: _both(start_to_exit(name, 7)) for name in ("check", "clean")},
            "time against size": lambda: scaling(both, scale, scratch),
            "big": lambda: big(both, int(options.big * 1e9), scratch) if options.big else None,
        }
        wanted = [name for name in parts if not options.only or name.startswith(tuple(options.only))]
        result: dict[str, object] = {"machine": _machine()} | {name: parts[name]() for name in wanted}
        result["load at the end"] = os.getloadavg()
    json.dump(result, sys.stdout, indent=1)
    print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--characters", type=int, default=4_000_000, help="of each language  [default: %(default)s]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, default=32, metavar="MB", help="the largest size  [default: %(default)s]")
    parser.add_argument("--big", type=float, metavar="GB")
    parser.add_argument(
        "--only", action="append", metavar="PART", help="per core, workers, start, time or big; repeatable"
    )
    parser.add_argument("--scratch", type=Path, help="folder for temporary files")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}


def per_core(options: argparse.Namespace, language: str, scratch: Path) -> dict[str, Any]:
    """Characters a second of everybody, in rounds that let each work once, and `cleaner` against the others."""
    texts, formats = articles(options.file, options.characters, [LANGUAGES[language]])
    timed = _timed(texts, formats, language, scratch)
    for each in timed.values():
        if each:
            each.work()  # what is done only the first time is not what is measured
    rounds = [{name: each and each.work() for name, each in timed.items()} for _ in range(options.rounds)]
    rates = {name: each and _rates(each.characters, [done[name] for done in rounds]) for name, each in timed.items()}
    return {
        "characters": sum(map(len, texts)),
        "documents": len(texts),
        "characters a second": rates,
        "text to spans, times": {
            name: _times(rates[SPANS], rates[name]) for name in timed if name not in (SPANS, FILES, LINES)
        },
        "targets": TARGETS[language],
    }


def _timed(texts: Sequence[str], formats: Sequence[str], language: str, scratch: Path) -> dict[str, Timed | None]:
    size = sum(map(len, texts))
    few = sample(texts, SAMPLE)
    files = folder_of(texts, formats, scratch / f"{language}-files")
    lines = jsonl_of(texts, scratch / f"{language}.jsonl")
    cleaner = Cleaner()
    own = {
        SPANS: Timed(size, lambda: spent(lambda: cleaner.clean_many(texts, formats))),
        FILES: Timed(size, lambda: clean(files, 1, scratch).spent),
        LINES: Timed(size, lambda: clean(lines, 1, scratch).spent),
    }
    others = {
        name: work and Timed(sum(map(len, few)), lambda work=work: spent(work))
        for name, work in rivals(few, LANGUAGES[language]).items()
    }
    return own | others


def workers(both: tuple[list[str], list[str]], size: int, rounds: int, scratch: Path) -> dict[str, Any]:
    """Two workers against one: how much sooner the run ends, and what bounds that.

    The parent reads, hashes and writes while its workers judge. By processor time, and without what a run of nothing takes,
    a run with one worker takes as long as the busier of the two, and one with two workers on two cores half of the sum.
    """
    nothing = _nothing(scratch)
    files, lines = folder_of(*both, scratch / "workers", size), jsonl_of(both[0], scratch / "workers.jsonl", size)
    return {"bytes": size, "target": 1.7} | {
        name: _one_over_two([(clean(source, 1, scratch), clean(source, 2, scratch)) for _ in range(rounds)], nothing)
        for name, source in (("files", files), ("JSON Lines", lines))
    }


def _one_over_two(runs: Sequence[tuple[Run, Run]], nothing: Run) -> dict[str, Any]:
    loads = [[(run.parent_cpu - nothing.parent_cpu, run.workers_cpu) for run in pair] for pair in runs]
    return {
        "by the clock": figures(one.wall / two.wall for one, two in runs),
        "by the clock, without starting": figures(
            (one.wall - nothing.wall) / (two.wall - nothing.wall) for one, two in runs
        ),
        "from processor time": figures(_on_cores(*one, 1) / _on_cores(*two, 2) for one, two in loads),
        "parent's processor time over its worker's": figures(parent / worker for (parent, worker), _ in loads),
        "memory": _memory([run for pair in runs for run in pair]),
    }


def _on_cores(parent: float, judging: float, workers: int) -> float:
    """How long a run takes at least with so many workers and two cores to itself."""
    return max(parent, judging / workers, (parent + judging) / 2)


def _nothing(scratch: Path) -> Run:
    """A run of one line, with what it takes to start and end."""
    return clean(folder_of(["A line.\n"], ["txt"], scratch / "nothing"), 1, scratch)


def scaling(both: tuple[list[str], list[str]], largest: int, scratch: Path) -> dict[str, Any]:
    """Time for a quarter, a half and all of a size, without what a run of nothing takes; doubling should give 2."""
    nothing = _nothing(scratch).spent
    result: dict[str, Any] = {"bytes": [largest // 4, largest // 2, largest]}
    for name, make in (("files", folder_of), ("JSON Lines", lambda texts, _, path, size: jsonl_of(texts, path, size))):
        runs = [clean(make(*both, scratch / f"{size}-{name}.jsonl", size), 1, scratch) for size in result["bytes"]]
        times = {
            "wall": [run.wall - nothing.wall for run in runs],
            "cpu": [run.spent.cpu - nothing.cpu for run in runs],
        }
        result[name] = {
            kind: {
                "seconds": [round(time, 3) for time in seconds],
                "per doubling": [round(b / a, 3) for a, b in pairwise(seconds)],
            }
            for kind, seconds in times.items()
        } | {"memory": _memory(runs)}
    return result


def big(both: tuple[list[str], list[str]], size: int, scratch: Path) -> dict[str, Any]:
    """A quarter of a size and all of it in one file, with two workers: the memory should be the same."""
    result: dict[str, Any] = {}
    for name, make in (("JSON Lines", jsonl_of), ("WARC, gzip for each record", warc_of)):
        for bytes_ in (size // 4, size):
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                path = make(
                    both[0], Path(folder) / ("in.jsonl" if make is jsonl_of else "in.warc.gz"), bytes_, dirty=True
                )
                run = clean(path, 2, Path(folder))
                result[f"{name}, {bytes_ / 1e9:g} GB"] = {
                    "file bytes": path.stat().st_size,
                    "seconds": {
                        "wall": round(run.wall, 1),
                        "parent cpu": round(run.parent_cpu, 1),
                        "workers cpu": round(run.workers_cpu, 1),
                    },
                    "memory": _memory([run]),
                }
    return result


def _rates(characters: int, rounds: Sequence[Spent]) -> dict[str, Any]:
    return {
        "cpu": figures((characters / each.cpu for each in rounds), 0),
        "wall": figures((characters / each.wall for each in rounds), 0),
    }


def _times(own: dict[str, Any], other: dict[str, Any] | None) -> dict[str, Any] | None:
    """How many times as fast, round by round."""
    if other is None:
        return None
    return {
        kind: figures(a / b for a, b in zip(own[kind]["rounds"], other[kind]["rounds"], strict=True)) for kind in own
    }


def _both(rounds: Sequence[Spent]) -> dict[str, Any]:
    return {"wall": figures(each.wall for each in rounds), "cpu": figures(each.cpu for each in rounds)}


def _memory(runs: Sequence[Run]) -> dict[str, float]:
    """The most of all runs, in MB."""
    return {
        "parent peak MB": round(max(run.parent_peak for run in runs) / 1e6, 1),
        "worker peak MB": round(max(run.worker_peak for run in runs) / 1e6, 1),
    }


if __name__ == "__main__":
    main()

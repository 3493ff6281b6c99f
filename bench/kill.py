"""Kill writers at random moments, and count the files they lose.

    python bench/kill.py [--trials N] [--writers safe,naive,unsynced] [--runs N] [--seed N]

Then kills whole runs of `cleaner clean`, half of them in place and half into a folder, goes on with each and compares it with
a run that nobody killed. Prints one JSON object. `safe` is ours; `naive`, which opens a file and writes it, must lose some: else the kills prove
nothing, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from killing import FILES, kill_many, writer_case
from killing_runs import FOLDER, IN_PLACE, kill_runs
from samples import ARTICLE, DIRTY

KEYS = ("trials", "killed", "rewritten", "lost", "empty", "temporary", "unswept")


def whole_runs(mode: str, trials: int, seed: int) -> dict[str, int]:
    """Kill runs over texts and a file of records."""
    files = {f"{number}.txt": (DIRTY if number % 2 else ARTICLE).encode() for number in range(20)}
    lines = [json.dumps({"text": DIRTY if number % 9 else ARTICLE}) for number in range(90)]
    files["lines.jsonl"] = "\n".join(lines).encode()
    with tempfile.TemporaryDirectory() as base:
        found = kill_runs(files, mode, Path(base), trials, seed=seed)
    return {key: found[key] for key in ("trials", "killed", "lost", "different", "temporary")}


def main() -> int:
    """Returns 1 when our writer lost a file, or the naive one none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--writers", default="safe,naive,unsynced")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = {}
    for writer in options.writers.split(","):
        with tempfile.TemporaryDirectory() as base:
            found = kill_many(writer_case(writer), Path(base), options.trials, seed=options.seed)
        figures[writer] = {key: found[key] for key in KEYS}
    runs = {mode: whole_runs(mode, options.runs // 2, options.seed) for mode in (IN_PLACE, FOLDER)}
    print(json.dumps({"files": len(FILES), "seed": options.seed, "writers": figures, "runs": runs}, indent=1))
    ours, naive = figures.get("safe"), figures.get("naive")
    is_bad = ours is not None and ours["lost"] + ours["unswept"] > 0
    is_bad |= any(found["lost"] + found["different"] + found["temporary"] for found in runs.values())
    return int(is_bad or (naive is not None and not naive["lost"]))


if __name__ == "__main__":
    sys.exit(main())

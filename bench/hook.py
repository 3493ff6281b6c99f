"""Cold start of the hook, and its pace over a whole repository, as ratios where the machine matters.

    python bench/hook.py [FOLDER] [--files N] [--rounds N]

Prints one JSON object. The command line is that of `.pre-commit-hooks.yaml`, in a git repository made for it:

* `ten`: ten staged Markdown files, the whole process, each round beside `python -c "import numpy, click"`, and with pre-commit
  around it where that is installed (it starts Python and git several times itself);
* `all`: the Markdown files of FOLDER (without one, the articles of `corpus/` again and again), time for each apart from that
  of a run over one file, and how many lines git then says were changed. FOLDER itself is not touched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
REFERENCE = (sys.executable, "-c", "import numpy, click")
TEN = 10
CONFIG = ".git/hooks.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        repository = Path(scratch)
        names = _fill(repository, _markdown(options.folder), options.files)
        few = _ten(repository, names[:TEN], options.rounds)
        print(json.dumps({"ten": few, "all": _all(repository, names, options.rounds)}, indent=1))


def _markdown(folder: Path | None) -> list[Path]:
    found = sorted((folder or ROOT / "corpus" / "articles").rglob("*.md"))
    if not found:
        raise SystemExit(f"{folder}: no Markdown files below it")
    return found


def _fill(repository: Path, files: Sequence[Path], number: int) -> list[str]:
    """A repository with so many files, all staged; fewer when they are real ones and there are not as many."""
    number = number if files[0].is_relative_to(ROOT / "corpus") else min(number, len(files))
    names = [f"{index:05}.md" for index in range(number)]
    for name, file in zip(names, islice(cycle(files), number), strict=True):
        shutil.copyfile(file, repository / name)
    _git(repository, "init", "-q")
    _git(repository, "add", ".")
    entry = f"{sys.executable} -P -m cleaner {_entry().removeprefix('cleaner ')}"
    hook = f"{{id: cleaner, name: cleaner, language: system, types_or: [text], require_serial: true, args: [--], entry: {entry}}}"
    (repository / CONFIG).write_text(f"repos: [{{repo: local, hooks: [{hook}]}}]\n")
    return names


def _entry() -> str:
    [entry] = re.findall(r"^  entry: (.*--in-place.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.M)
    return str(entry)


def _ten(repository: Path, names: Sequence[str], rounds: int) -> dict[str, Any]:
    around = [sys.executable, "-m", "pre_commit", "run", "-c", CONFIG, "--files", *names]
    has_around = not _run(repository, [sys.executable, "-c", "import pre_commit"])
    rows = []
    for _ in range(rounds + 1):  # the first one warms up
        reference, hook = _spent(repository, REFERENCE), _spent(repository, _hook(names))
        rows.append((reference, hook, _spent(repository, around).wall if has_around else 0.0))
    references, hooks, whole = zip(*rows[1:], strict=True)
    pairs = list(zip(hooks, references, strict=True))
    return {
        "reference_seconds": _median(reference.wall for reference in references),
        "hook_seconds": _median(hook.wall for hook in hooks),
        "ratio": _median(hook.wall / reference.wall for hook, reference in pairs),
        "reference_cpu_seconds": _median(reference.cpu for reference in references),
        "hook_cpu_seconds": _median(hook.cpu for hook in hooks),
        "cpu_ratio": _median(hook.cpu / reference.cpu for hook, reference in pairs),
        "rounds": [round(hook.wall, 3) for hook in hooks],
        "with_pre_commit_seconds": _median(whole) if has_around else None,
    }


def _all(repository: Path, names: Sequence[str], rounds: int) -> dict[str, Any]:
    pairs = [
        (_spent(repository, _hook(names[:1])).wall, _spent(repository, _hook(names)).wall)
        for _ in range(max(1, rounds // 2))
    ]
    added_and_removed = [line.split("\t")[:2] for line in _git(repository, "diff", "--numstat").splitlines()]
    return {
        "files": len(names),
        "characters": sum(len((repository / name).read_text(encoding="utf-8", errors="replace")) for name in names),
        "start_seconds": _median(one for one, _ in pairs),
        "all_seconds": _median(everything for _, everything in pairs),
        "milliseconds_a_file": _median(1000 * (everything - one) / len(names) for one, everything in pairs),
        "files_changed": len(added_and_removed),
        "lines_changed": sum(max(map(int, counts)) for counts in added_and_removed),
    }


def _hook(names: Sequence[str]) -> list[str]:
    return [sys.executable, "-P", "-m", "cleaner", *_entry().split()[1:], "--", *names]


class Spent(NamedTuple):
    """Seconds by the clock, and of processor time with all children."""

    wall: float
    cpu: float


def _spent(repository: Path, command: Sequence[str]) -> Spent:
    wall, cpu = time.perf_counter(), _cpu()
    code = _run(repository, command)
    if code and "pre_commit" not in command:  # which fails where files were changed
        raise SystemExit(f"{' '.join(command)[:200]}: exit code {code}")
    return Spent(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(repository: Path, command: Sequence[str]) -> int:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=repository, env=env, capture_output=True, check=False).returncode


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.autocrlf=false", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout


def _median(values: Any) -> float:
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()

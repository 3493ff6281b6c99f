"""The files of a report that are made when a run is complete: `summary.json` for programs, `index.html` for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cleaner.document import UNCHANGED
from cleaner.engine.journal import LEDGER, Counts, Entry, Run, Skip
from cleaner.report import page
from cleaner.report.left import Left, left_in

SUMMARY, PAGE = "summary.json", "index.html"


def write(run: Run, counts: Counts, files: Mapping[str, int]) -> None:
    """Write both into the folder of the run, entry by entry and row by row: neither is ever held as a whole."""
    data = _summary(run.settings, counts, files)
    with (run.folder / SUMMARY).open("w", encoding="ascii") as file:
        file.write(json.dumps(data, indent=1)[:-2] + ',\n "files": [')
        comma = ""
        left: list[Left] = []
        for entry in run.entries():
            left += left_in(entry)[: page.LISTED - len(left)]
            if entry.status != UNCHANGED or entry.skipped:
                file.write(f"{comma}\n  {json.dumps(_file(entry))}")
                comma = ","
        file.write("\n ]\n}\n")
    with (run.folder / LEDGER).open(encoding="utf-8") as lines, (run.folder / PAGE).open("w", encoding="utf-8") as file:
        file.writelines(page.page(data, left, map(json.loads, lines)))


def _summary(settings: Mapping[str, Any], counts: Counts, files: Mapping[str, int]) -> dict[str, Any]:
    documents = {name: counts.documents[name] for name in files}
    return {
        **settings,
        "documents": {"inputs": sum(documents.values()), **documents},
        "sources": {"inputs": sum(files.values()), **files},
        "spans": dict(sorted(counts.spans.items())),
        "characters_removed": counts.characters,
        "by_reason": dict(sorted(counts.reasons.items())),
        "by_trade": dict(sorted(counts.trades.items())),
        "problems": dict(sorted(counts.problems.items())),
    }


def _file(entry: Entry) -> dict[str, Any]:
    data: dict[str, Any] = {"path": entry.path, "status": entry.status}
    if entry.reason:
        data["reason"] = entry.reason
    if entry.skipped:
        data |= {
            "problems": dict(sorted(entry.counts.problems.items())),
            "records": [_record(skip) for skip in entry.skipped],
        }
    if entry.is_cut:
        data |= {"before": entry.before, "after": entry.after}
        data |= {"content": entry.content} if entry.content and entry.content != entry.before else {}
    return data


def _record(skip: Skip) -> str:
    return f"{skip.record}: {skip.reason}" if skip.record else skip.reason

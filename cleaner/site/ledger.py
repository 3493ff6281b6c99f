"""The findings of a report, as somebody else may have written it: nothing in it is believed but that it holds texts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.engine.journal import LEDGER
from cleaner.span import CleanerError

MAX_LINE = 1 << 24  # bytes


def texts(report: Path) -> Iterator[str]:
    """The text of each finding in a report folder, or in one file of JSON lines. Raises `CleanerError` for anything else."""
    path = report / LEDGER if report.is_dir() else report
    if not os.path.lexists(path):
        raise CleanerError(f"{path}: no such file: give a report folder or its {LEDGER}")
    try:
        stream, _ = files.open_stream(path)
    except FileProblem as problem:
        raise CleanerError(f"{path}: {problem}: give a report folder or its {LEDGER}") from None
    with stream:
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            yield _text(path, number, line)


def _text(path: Path, number: int, line: bytes) -> str:
    try:
        text = json.loads(line)["text"] if len(line) <= MAX_LINE else None
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        raise CleanerError(f"{path}: line {number} is no finding: give a report folder or its {LEDGER}")
    return text

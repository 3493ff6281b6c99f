"""`removals.jsonl`, the ledger: one object per finding, enough to read, to patch and to undo."""

from __future__ import annotations

import json
from typing import Any

from cleaner.document import Finding


def row(path: str, finding: Finding) -> bytes:
    """One line of the ledger, UTF-8; lone surrogates (undecodable bytes) make the line all ASCII."""
    span = finding.span
    entry: dict[str, Any] = {
        "path": path,
        "start": span.start,
        "end": span.end,
        "byte_start": finding.byte_start,
        "byte_end": finding.byte_end,
        "line": finding.line,
        "column": finding.column,
        "text": finding.text,
        "score": round(span.score, 4),
        "reason": span.reason,
        "trade": span.trade,
        "action": span.action,
        "evidence": [list(pair) for pair in span.evidence],
        "context": [finding.before, finding.after],
    }
    try:
        return json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(entry).encode("ascii") + b"\n"

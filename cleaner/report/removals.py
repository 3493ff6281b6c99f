"""`removals.jsonl`, the ledger: one object per finding, enough to read, to patch and to undo."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cleaner.document import At, Finding


def row(path: str, finding: Finding, at: At = At(), raw: bytes | None = None) -> bytes:  # noqa: B008
    """One line of the ledger, UTF-8; lone surrogates (undecodable bytes) make the line all ASCII."""
    entry = members(path, finding, at, raw)
    try:
        return json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(entry).encode("ascii") + b"\n"


def members(path: str, finding: Finding, at: At, raw: bytes | None) -> dict[str, Any]:
    """What a line of the ledger says of a finding: `docs/schemas/finding.schema.json`.

    raw are the bytes of the finding, kept when they are not its text in UTF-8.
    """
    span = finding.span
    entry: dict[str, Any] = {
        "path": path,
        **({"record": at.record} if at.record else {}),
        **({"field": at.field or finding.field} if at.field or finding.field else {}),
        "start": span.start,
        "end": span.end,
        "byte_start": at.base + finding.byte_start,
        "byte_end": at.base + finding.byte_end,
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
    if raw is not None and raw != plain(finding.text):
        entry["raw"] = b64encode(raw).decode("ascii")
    return entry


def plain(text: str) -> bytes | None:
    """A text in UTF-8, in which lone surrogates stand for undecodable bytes; None for one that has others.

    >>> plain("caf\\udce9"), plain("\\ud800")
    (b'caf\xe9', None)
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None

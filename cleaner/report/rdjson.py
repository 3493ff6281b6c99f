"""Findings for reviewdog: its diagnostic format, with the cuts as suggestions."""

from __future__ import annotations

import json
import re
from typing import Any

from cleaner.report.forms import Form, Totals
from cleaner.report.found import Found, Place, message, readable


def form() -> Form:
    """One `DiagnosticResult`."""
    head = '{"source": {"name": "cleaner"}, "diagnostics": [\n'
    return Form(_diagnostic, head, ",\n", _tail)


def _tail(totals: Totals) -> str:
    return "\n]}\n"


def _diagnostic(found: Found) -> str:
    span = found.finding.span
    location: dict[str, Any] = {"path": readable(found.path)}
    if found.has_place:
        location["range"] = _range(found.seen, found.end)
    entry: dict[str, Any] = {
        "message": message(found, _code),
        "location": location,
        "severity": "WARNING" if found.is_sure else "INFO",
        "code": {"value": span.reason},
    }
    if found.is_fix:
        entry["suggestions"] = [{"range": _range(found.start, found.end), "text": ""}]
    return json.dumps(entry)


def _code(text: str) -> str:
    """A text that stands in a comment as it is, and names nobody and links nowhere.

    >>> _code("a `b` @c")
    '``a `b` @c``'
    """
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    edge = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def _range(start: Place, end: Place) -> dict[str, Any]:
    return {"start": _position(start), "end": _position(end)}


def _position(place: Place) -> dict[str, int]:
    """Columns count bytes here; without one it is the line."""
    return {"line": place.line, "column": place.byte_column} if place.byte_column else {"line": place.line}

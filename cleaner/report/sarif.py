"""Findings as SARIF 2.1.0, the interchange format of static analysis, with the cuts as fixes."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any
from urllib.parse import quote as percent_encoded

from cleaner import __version__
from cleaner.readers import compression_of
from cleaner.report.forms import Form, Totals
from cleaner.report.found import Found, Place, fingerprint, message
from cleaner.report.left import Left
from cleaner.report.quote import quote
from cleaner.report.reasons import DOCS, REASONS

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
_INDEX = {reason: index for index, reason in enumerate(REASONS)}


def form() -> Form:
    """One log with one run; its results come last but for how the run ended."""
    log = {"$schema": SCHEMA, "version": "2.1.0"}
    run = {
        "tool": {"driver": {"name": "cleaner", "semanticVersion": __version__, "rules": list(map(_rule, REASONS))}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that cleaner was started in"}}},
    }
    head = f'{json.dumps(log)[:-1]}, "runs": [{json.dumps(run)[:-1]}, "results": [\n'
    return Form(_result, head, ",\n", _tail)


def _rule(reason: str) -> dict[str, Any]:
    short, long = REASONS[reason]
    link = f"See `{reason}` in `{DOCS}` of cleaner."
    return {
        "id": reason,
        "shortDescription": {"text": short},
        "fullDescription": {"text": long},
        "help": {"text": f"{long} {link}", "markdown": f"{long}\n\n{link}"},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["spam"]},
    }


def _tail(totals: Totals) -> str:
    rest = Counter(totals.problems) - Counter(left.reason for left in totals.left)
    notes = [
        *map(_note, totals.left),
        *({"level": "warning", "message": {"text": f"{rest[problem]} × {quote(problem)}"}} for problem in sorted(rest)),
    ]
    invocation = {"executionSuccessful": totals.is_complete, "toolExecutionNotifications": notes}
    return f'\n], "invocations": [{json.dumps(invocation)}]}}]}}\n'


def _note(left: Left) -> dict[str, Any]:
    """A notification on a file, or a record of it, that was left as it is."""
    place: dict[str, Any] = {"artifactLocation": _artifact(left.path)}
    if left.line and not compression_of(left.path)[1]:
        place["region"] = {"startLine": left.line}
    location: dict[str, Any] = {"physicalLocation": place}
    if left.record:
        location["logicalLocations"] = [{"fullyQualifiedName": quote(left.record)}]
    return {
        "level": "warning",
        "message": {"text": quote(f"{left.status}: {left.reason}")},
        "locations": [location],
    }


def _result(found: Found) -> str:
    span = found.finding.span
    entry: dict[str, Any] = {"ruleId": span.reason}
    if span.reason in _INDEX:
        entry["ruleIndex"] = _INDEX[span.reason]
    entry |= {
        "level": "warning" if found.is_sure else "note",
        "message": {"text": message(found, _literal)},
        "locations": [_location(found)],
        "partialFingerprints": {"text/v1": fingerprint(found.finding.text)},
        "rank": round(100 * span.score, 2),
        "properties": {"action": span.action, "trade": span.trade, "score": round(span.score, 4)},
    }
    if found.is_fix:
        entry["fixes"] = [_fix(found)]
    return json.dumps(entry)


def _literal(text: str) -> str:
    """A text in which no bracket begins a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(found: Found) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(found.path)}
    if found.has_place:
        place["region"] = _region(found.seen, found.end)
    location: dict[str, Any] = {"physicalLocation": place}
    names = [quote(name) for name in (found.record, found.field) if name]
    if names:
        location["logicalLocations"] = [{"fullyQualifiedName": "/".join(names)}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """Where a file is: below the folder of the run, or anywhere; bytes that are not UTF-8 stay themselves.

    >>> _artifact("a b/caf\\udce9.txt")["uri"], _artifact("/a")
    ('a%20b/caf%E9.txt', {'uri': 'file:///a'})
    """
    uri = percent_encoded(os.fsencode(path))
    return {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri, "uriBaseId": ROOT}


def _region(start: Place, end: Place) -> dict[str, int]:
    """Columns in characters; the end is the first one behind."""
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _fix(found: Found) -> dict[str, Any]:
    change = {
        "artifactLocation": _artifact(found.path),
        "replacements": [{"deletedRegion": _region(found.start, found.end)}],
    }
    return {"description": {"text": "Cut the injected text"}, "artifactChanges": [change]}

"""Findings for programs: one JSON object a line, with the members of the ledger (`docs/schemas/finding.schema.json`)."""

from __future__ import annotations

import json

from cleaner.report.forms import Form
from cleaner.report.found import Found
from cleaner.report.removals import members


def form() -> Form:
    """Lines of ASCII, so that nothing in them does anything to a terminal."""
    return Form(_line)


def _line(found: Found) -> str:
    path, finding, record, field = found.path, found.finding, found.record, found.field
    return json.dumps(members(path, finding, base=found.base, record=record, field=field, raw=found.raw)) + "\n"

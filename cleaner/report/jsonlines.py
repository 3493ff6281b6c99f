"""Findings for programs: one JSON object a line, with the members of the ledger (`docs/schemas/finding.schema.json`)."""

from __future__ import annotations

import json

from cleaner.document import At
from cleaner.report.forms import Form
from cleaner.report.found import Found
from cleaner.report.removals import members


def form() -> Form:
    """Lines of ASCII, so that nothing in them does anything to a terminal."""
    return Form(_line)


def _line(found: Found) -> str:
    at = At(base=found.base, record=found.record, field=found.field)
    return json.dumps(members(found.path, found.finding, at, found.raw)) + "\n"

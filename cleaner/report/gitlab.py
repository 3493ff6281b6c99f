"""Findings for GitLab: a Code Quality report, of which the fingerprints tell what is new in a merge request."""

from __future__ import annotations

import json
from collections import Counter

from cleaner.report.forms import Form, Totals
from cleaner.report.found import Found, fingerprint, message, readable


def form() -> Form:
    """A JSON array."""
    return Form(_Issues().issue, "[", ",\n", _tail)


def _tail(totals: Totals) -> str:
    return "]\n"


class _Issues:
    """Makes issues, and counts those of one text in one file: GitLab shows only one of a fingerprint.

    What stands where in the file has no part in it, so that an issue stays the same when lines are added above.
    """

    def __init__(self) -> None:
        self._path, self._seen = "", Counter[str]()

    def issue(self, found: Found) -> str:
        """A finding as JSON."""
        if found.path != self._path:
            self._path, self._seen = found.path, Counter()
        text = fingerprint(found.finding.text)
        self._seen[text] += 1
        entry = {
            "description": message(found),
            "check_name": found.finding.span.reason,
            "fingerprint": fingerprint(found.path, text, str(self._seen[text])),
            "severity": "major" if found.is_sure else "info",
            "location": {
                "path": readable(found.path),
                "lines": {"begin": found.seen.line if found.has_place else 1},
            },
        }
        return json.dumps(entry)

"""What is found in the files of a run, as a baseline holds it."""

from __future__ import annotations

from collections import Counter

from cleaner.decide import ALLOWED
from cleaner.document import At, Outcome
from cleaner.engine.journal import Entry, Log
from cleaner.engine.walk import Source
from cleaner.site import baseline
from cleaner.site.keys import key_of
from cleaner.site.names import below, written
from cleaner.site.settings import Settings


class Collected(Log):
    """Gathers the keys of what is found and not allowed, file by file."""

    def __init__(self, settings: Settings, known: dict[str, Counter[str]]) -> None:
        self.accepted = known
        self._root = settings.root
        self._texts: dict[tuple[str, str], Counter[str]] = {}
        self._name = ""

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Count the findings of a document."""
        self._name = below(self._root, str(source.path))
        for finding in outcome.findings:
            if finding.span.action != ALLOWED:
                keys = self._texts.setdefault((at.record, at.field or finding.field), Counter())
                keys[key_of(finding.text)] += 1

    def take_back(self) -> None:
        """Forget the source."""
        self._texts, self._name = {}, ""

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """The source is done: what was found in it takes the place of what was accepted there."""
        if self._name:
            self.accepted.pop(written(self._name), None)
            if found := baseline.in_any(self._texts.values()):
                self.accepted[written(self._name)] = found
        self.take_back()

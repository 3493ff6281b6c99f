"""Which exceptions a run needed: what none of its findings needs any more can go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from cleaner.decide import ALLOWED
from cleaner.document import Outcome
from cleaner.engine.journal import Entry, Log, Run
from cleaner.engine.walk import Source
from cleaner.site import allow, baseline
from cleaner.site.keys import key_of
from cleaner.site.names import below, written
from cleaner.site.settings import Settings


class Usage:
    """Hears of all findings of a run, and says which entries of the allow file and the baseline none of them needed."""

    def __init__(self, settings: Settings) -> None:
        is_read = not settings.isolated
        self.entries = allow.load(settings.allow) if is_read else []
        self.accepted: baseline.Accepted = baseline.load(settings.baseline) if is_read else {}
        self._root = settings.root
        self._rules: Callable[[str], allow.Rules] = lru_cache(64)(allow.rules(settings, self.entries))
        self._used: set[allow.Entry] = set()
        self._seen: dict[str, set[str]] = {}  # the keys of what is allowed in each file of the baseline

    def see(self, path: str, outcome: Outcome) -> None:
        """Take what was found in a document."""
        if not (self.entries or self.accepted):
            return
        name = below(self._root, path)
        texts = [finding.text for finding in outcome.findings if finding.span.action == ALLOWED]
        if written(name) in self.accepted:
            self._seen.setdefault(written(name), set()).update(map(key_of, texts))
        for text in texts if self.entries else ():
            self._used.update(self._rules(path).covering(text))

    def unused(self) -> list[allow.Entry]:
        """The entries of the allow file that nothing needed."""
        return [entry for entry in self.entries if entry not in self._used]

    def gone(self) -> int:
        """How many keys of the baseline are there no more, in files that were looked at or do not exist."""
        return sum(
            len(keys.keys() - self._seen.get(name, set()))
            for name, keys in self.accepted.items()
            if name in self._seen or self._is_gone(name)
        )

    def said(self, paths: Sequence[Path]) -> Iterator[str]:
        """What is unused, line by line, after a run over some paths: only where they hold all that an entry may be for."""
        root = os.path.realpath(self._root)
        if any(
            path.is_dir() and os.path.commonpath([root, os.path.realpath(path)]) == os.path.realpath(path)
            for path in paths
        ):
            for entry in self.unused():
                yield f"unused exception: {allow.shown(entry)}: `cleaner allow --prune` drops it"
        if any(path.is_dir() for path in paths) and (gone := self.gone()):
            yield f"{gone} accepted findings are gone: `cleaner baseline` writes the baseline without them"

    def _is_gone(self, name: str) -> bool:
        return "%" not in name and not os.path.lexists(self._root / name)


class Watching(Log):
    """Another log, whose findings a `Usage` hears of, too."""

    def __init__(self, log: Log, usage: Usage) -> None:
        self._log, self._usage = log, usage

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """Pass a document on."""
        self._usage.see(str(source.path), outcome)
        self._log.outcome(source, outcome, data, base=base, record=record, field=field)

    def changes(self, diff: bytes) -> None:
        """Pass it on."""
        self._log.changes(diff)

    def take_back(self) -> None:
        """Pass it on; what was needed for what is taken back is still taken for needed."""
        self._log.take_back()

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Pass it on."""
        self._log.done(entry, sync=sync)

    def undo(self) -> None:
        """Pass it on."""
        self._log.undo()

    def take_over(self, run: Run, entry: Entry) -> None:
        """Pass it on."""
        self._log.take_over(run, entry)

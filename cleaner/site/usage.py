"""Which exceptions a run needed: what none of its findings needs any more can go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cleaner.decide import ALLOWED
from cleaner.document import FAILED, SKIPPED, At, Outcome
from cleaner.engine.journal import Entry, Log, Run
from cleaner.engine.walk import Source
from cleaner.readers import NO_READER
from cleaner.site.names import below, written
from cleaner.site.rules import NEAR, exceptions
from cleaner.site.settings import Settings

if TYPE_CHECKING:  # loaded when a site has exceptions
    from cleaner.site import allow


class Usage:
    """Hears of all findings of a run, and says which entries of the allow file and the baseline none of them needed."""

    def __init__(self, settings: Settings) -> None:
        site = exceptions(settings)
        self.entries, self.accepted = site.entries, site.accepted
        self.unread = 0  # files that nobody could look at, or not as a whole: what is in them may need any entry
        self._root = settings.root
        self._rules = _rules(settings, self.entries) if self.entries else None
        self._used: set[allow.Entry] = set()
        self._seen: dict[str, set[str]] = {}  # the keys of what is allowed in each file of the baseline

    def see(self, path: str, outcome: Outcome) -> None:
        """Take what was found in a document."""
        texts = [finding.text for finding in outcome.findings if finding.span.action == ALLOWED]
        if self._rules:
            for text in texts:
                self._used.update(self._rules(path).covering(text))
        if self.accepted and (name := written(below(self._root, path))) in self.accepted:
            self._seen.setdefault(name, set()).update(_keys(texts))

    def close(self, entry: Entry) -> None:
        """Take what became of a file; one that no reader knows can hold no finding, so nothing is missed in it."""
        is_missed = entry.status in (SKIPPED, FAILED) and entry.reason != NO_READER
        self.unread += is_missed or bool(entry.skipped)

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
        """What is unused, line by line, after a run over some paths: only where all that an entry may be for was looked at."""
        if self.entries and not self.unread and holds_all(paths, self._root):
            from cleaner.site.allow import shown

            for entry in self.unused():
                yield f"unused exception: {shown(entry)}: `cleaner allow --prune` drops it"
        if any(path.is_dir() for path in paths) and (gone := self.gone()):
            yield f"{gone} accepted findings are gone: `cleaner baseline` writes the baseline without them"

    def _is_gone(self, name: str) -> bool:
        return "%" not in name and not os.path.lexists(self._root / name)


def _rules(settings: Settings, entries: Sequence[allow.Entry]) -> Callable[[str], allow.Rules]:
    from cleaner.site.allow import rules

    return lru_cache(NEAR)(rules(settings, entries))


def _keys(texts: Iterable[str]) -> set[str]:
    from cleaner.site.keys import key_of

    return set(map(key_of, texts))


def holds_all(paths: Sequence[Path], root: Path) -> bool:
    """Whether one of some paths is the folder that the exceptions are for, or above it."""
    return any(_holds(path, root) for path in paths)


def _holds(folder: Path, root: Path) -> bool:
    above = os.path.realpath(folder)
    return folder.is_dir() and os.path.commonpath([above, os.path.realpath(root)]) == above


class Watching(Log):
    """Another log, whose findings a `Usage` hears of, too."""

    def __init__(self, log: Log, usage: Usage) -> None:
        self._log, self._usage = log, usage

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Pass a document on."""
        self._usage.see(str(source.path), outcome)
        self._log.outcome(source, outcome, data, at)

    def changes(self, diff: bytes) -> None:
        """Pass it on."""
        self._log.changes(diff)

    def take_back(self) -> None:
        """Pass it on; what was needed for what is taken back is still taken for needed."""
        self._log.take_back()

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Pass it on."""
        self._usage.close(entry)
        self._log.done(entry, sync=sync)

    def undo(self) -> None:
        """Pass it on."""
        self._log.undo()

    def take_over(self, run: Run, entry: Entry) -> None:
        """Pass it on."""
        self._log.take_over(run, entry)

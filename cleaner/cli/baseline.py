"""`cleaner baseline`: accept what is there, so that only what is new counts."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.cli.looking import look, say_skipped
from cleaner.cli.options import WORKERS
from cleaner.decide import ALLOWED
from cleaner.document import Outcome
from cleaner.engine.journal import Entry, Log
from cleaner.engine.walk import Source
from cleaner.readers import Options
from cleaner.report.quote import quote
from cleaner.site import baseline as baselines
from cleaner.site import datafile
from cleaner.site.keys import key_of
from cleaner.site.names import below, written
from cleaner.site.rules import uncut_rules
from cleaner.site.settings import Settings, load
from cleaner.span import CleanerError


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@WORKERS
def baseline(paths: Sequence[Path], workers: int | None) -> None:
    """Accept all findings that are in PATHS now: `check` and `clean` pass over them, and act on new ones only.

    \b
    cleaner baseline .        when a repository takes up cleaning, and to drop what is gone

    They are kept in .cleaner-baseline.toml beside the configuration, or in the current folder, by file and by a hash of
    the text: one that moves within its file stays accepted, a second copy of it does not. Check that file in.
    """
    settings = load(paths)
    for path in paths:
        _refuse_outside(settings.root, path)
    known = {name: keys for name, keys in baselines.load(settings.baseline).items() if _is_there(settings.root, name)}
    log = _Collected(settings, known)
    tally = look(paths, settings, uncut_rules(Options(), settings), log, workers)
    text = baselines.dump(log.accepted)
    if log.accepted or os.path.lexists(settings.baseline):
        datafile.save(settings.root, settings.baseline, text)
    say_skipped(tally, "what was accepted in them before stays accepted")
    total = sum(keys.total() for keys in log.accepted.values())
    click.echo(f"{total} findings in {len(log.accepted)} files accepted: {quote(str(settings.baseline))}", err=True)
    sys.exit(tally.return_code)


class _Collected(Log):
    """Gathers the keys of what is found and not allowed, file by file."""

    def __init__(self, settings: Settings, known: dict[str, Counter[str]]) -> None:
        self.accepted = known
        self._root = settings.root
        self._texts: dict[tuple[str, str], Counter[str]] = {}
        self._name = ""

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """Count the findings of a document."""
        self._name = below(self._root, str(source.path))
        for finding in outcome.findings:
            if finding.span.action != ALLOWED:
                keys = self._texts.setdefault((record, field or finding.field), Counter())
                keys[key_of(finding.text)] += 1

    def take_back(self) -> None:
        """Forget the source."""
        self._texts, self._name = {}, ""

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """The source is done: what was found in it takes the place of what was accepted there."""
        if self._name:
            self.accepted.pop(written(self._name), None)
            if found := baselines.in_any(self._texts.values()):
                self.accepted[written(self._name)] = found
        self.take_back()


def _refuse_outside(root: Path, path: Path) -> None:
    if os.path.realpath(path) != os.path.realpath(root) and not below(root, str(path)):
        raise CleanerError(f"{path}: outside {root}, whose baseline it would be: run `cleaner baseline` above it")


def _is_there(root: Path, name: str) -> bool:
    """Whether a file of the baseline exists still; one with an odd name is taken to."""
    return "%" in name or os.path.lexists(root / name)

"""`cleaner baseline`: accept what is there, so that only what is new counts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.cli.looking import look, say_skipped, site_of
from cleaner.cli.options import WORKERS
from cleaner.cli.site import Asked, site_options
from cleaner.progress import counted
from cleaner.report.quote import quote
from cleaner.site.names import below
from cleaner.span import CleanerError


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@site_options
@WORKERS
def baseline(paths: Sequence[Path], asked: Asked, workers: int | None) -> None:
    """Accept all findings that are in PATHS now: `check` and `clean` pass over them, and act on new ones only.

    \b
    cleaner baseline .        when a repository takes up cleaning, and to drop what is gone

    They are kept in .cleaner-baseline.toml beside the configuration, or in the current folder, by file and by a hash of
    the text: one that moves within its file stays accepted, a second copy of it does not. Check that file in.
    """
    from cleaner.site import baseline as baselines
    from cleaner.site import datafile
    from cleaner.site.collect import Collected
    from cleaner.site.rules import uncut_rules

    site = site_of(asked, paths)
    settings = site.settings
    if settings.isolated:
        raise CleanerError("--isolated leaves the baseline out: there is nothing to do")
    for path in paths:
        _refuse_outside(settings.root, path)
    known = {name: keys for name, keys in baselines.load(settings.baseline).items() if _is_there(settings.root, name)}
    log = Collected(settings, known)
    tally = look(site._replace(options=uncut_rules(site.options, settings)), paths, log, workers)
    text = baselines.dump(log.accepted)
    if log.accepted or os.path.lexists(settings.baseline):
        datafile.save(settings.root, settings.baseline, text)
    say_skipped(tally, "what was accepted in them before stays accepted")
    total = sum(keys.total() for keys in log.accepted.values())
    accepted = f"{counted(total, 'finding')} in {counted(len(log.accepted), 'file')} accepted"
    click.echo(f"{accepted}: {quote(str(settings.baseline))}", err=True)
    sys.exit(tally.return_code)


def _refuse_outside(root: Path, path: Path) -> None:
    if os.path.realpath(path) != os.path.realpath(root) and not below(root, str(path)):
        raise CleanerError(f"{path}: outside {root}, whose baseline it would be: run `cleaner baseline` above it")


def _is_there(root: Path, name: str) -> bool:
    """Whether a file of the baseline exists still; one with an odd name is taken to."""
    return "%" in name or os.path.lexists(root / name)

"""A run that changes nothing, for commands that want to know what would be found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import LEVELS, Cleaner
from cleaner.cli.site import Asked, Site, configured, remarks
from cleaner.document import FAILED, SKIPPED
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally
from cleaner.engine.walk import as_given, walk
from cleaner.engine.workers import Pool
from cleaner.progress import cores, counted, stoppable
from cleaner.readers import Options


def site_of(asked: Asked, paths: Sequence[Path]) -> Site:
    """What holds for some paths, by their configuration."""
    return configured(asked, paths, level=LEVELS[0], field_names=(), text_format=Options().text_format)


def look(site: Site, paths: Sequence[Path], log: Log, workers: int | None) -> Tally:
    """Tell a log what is found in some paths."""
    sources = walk(paths, site.selection, named=as_given)
    tally = Tally()
    with stoppable(), Pool(Cleaner(level=site.level), site.options, workers or cores()) as pool:
        for _, entry in run(fresh(sources, Place(NoTarget(), log, site.options)), pool):
            tally.add(entry)
    for remark in remarks(site, sum(tally.files.values()), quiet=True):
        click.echo(remark, err=True)
    return tally


def say_skipped(tally: Tally, consequence: str) -> None:
    """Say that not all was looked at, and what follows from that."""
    skipped = tally.files[SKIPPED] + tally.files[FAILED]
    if skipped:
        click.echo(f"{counted(skipped, 'file')} {'was' if skipped == 1 else 'were'} skipped: {consequence}", err=True)

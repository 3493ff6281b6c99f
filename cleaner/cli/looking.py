"""A run that changes nothing, for commands that want to know what would be found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import LEVELS, Cleaner
from cleaner.document import FAILED, SKIPPED
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally
from cleaner.engine.walk import walk
from cleaner.engine.workers import Pool
from cleaner.progress import cores, stoppable
from cleaner.readers import Options
from cleaner.site.settings import Settings


def look(paths: Sequence[Path], settings: Settings, chosen: Options, log: Log, workers: int | None) -> Tally:
    """Tell a log what is found in some paths under a site's settings."""
    fields, text_format = settings.fields or chosen.fields, settings.format or chosen.text_format
    chosen = chosen._replace(fields=fields, text_format=text_format)
    tally = Tally()
    with stoppable(), Pool(Cleaner(level=settings.level or LEVELS[0]), chosen, workers or cores()) as pool:
        for _, entry in run(fresh(walk(paths), Place(NoTarget(), log, chosen)), pool):
            tally.add(entry)
    return tally


def say_skipped(tally: Tally, consequence: str) -> None:
    """Say that not all was looked at, and what follows from that."""
    skipped = tally.files[SKIPPED] + tally.files[FAILED]
    if skipped:
        click.echo(f"{skipped} files were skipped: {consequence}", err=True)

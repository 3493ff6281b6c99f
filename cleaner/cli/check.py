"""`cleaner check`: what `clean` would cut, printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.cuts import problems
from cleaner.cli.options import (
    FIELD,
    FORMAT,
    IGNORE_UNKNOWN,
    LEVEL,
    ONLY_ADDED,
    PATHS,
    WORKERS,
    line,
    require,
    scoped,
)
from cleaner.cli.site import Asked, configured, remarks, site_options
from cleaner.document import CLEANED, Outcome
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Entry, Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally
from cleaner.engine.walk import Source, as_given, walk
from cleaner.engine.workers import Pool
from cleaner.progress import cores, stoppable


@click.command()
@PATHS
@LEVEL
@FIELD
@FORMAT
@site_options
@WORKERS
@ONLY_ADDED
@IGNORE_UNKNOWN
def check(
    paths: Sequence[Path],
    level: str,
    field_names: Sequence[str],
    text_format: str,
    asked: Asked,
    workers: int | None,
    since: str | None,
    ignore_unknown: bool,
) -> None:
    """Change nothing; print what `clean` would cut, and what it would report for review.

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed.
    """
    require(sys.stdout, "output")
    site = configured(asked, paths, level=level, field_names=field_names, text_format=text_format)
    chosen = scoped(site.options, since, paths)
    sources = walk(paths, site.selection, named=as_given)
    tally = Tally(ignoring=ignore_unknown)
    with stoppable(), Pool(Cleaner(level=site.level), chosen, workers or cores()) as pool:
        for _, entry in run(fresh(sources, Place(NoTarget(), _Printed(tally), chosen)), pool):
            tally.add(entry)
    if tally.ignored:
        click.echo(f"passed over: {tally.ignored} with nothing to read in them", err=True)
    for remark in remarks(site, sum(tally.files.values()), quiet=True):
        click.echo(remark, err=True)
    sys.exit(tally.return_code or int(tally.counts.documents[CLEANED] > 0))


class _Printed(Log):
    """Prints what is found instead of keeping it."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """The findings to standard output, what is wrong to standard error."""
        for finding in outcome.findings:
            click.echo(line(f"{source.name}:{record}" if record else source.name, finding))

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """What was wrong with the source."""
        for words in problems(entry, ignoring=self.tally.ignoring):
            click.echo(words, err=True)

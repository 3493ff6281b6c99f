"""`cleaner check`: what `clean` would cut, printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.options import FIELD, FORMAT, LEVEL, PATHS, TRUST, WORKERS, line, require
from cleaner.cli.site import Asked, configured, remarks, site_options
from cleaner.decide import ALLOWED
from cleaner.document import CLEANED, FAILED, SKIPPED, Outcome
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Entry, Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally
from cleaner.engine.walk import Source, as_given, walk
from cleaner.engine.workers import Pool
from cleaner.progress import cores, stoppable
from cleaner.report.quote import quote
from cleaner.site.usage import Usage, Watching


@click.command()
@PATHS
@LEVEL
@FIELD
@FORMAT
@site_options
@TRUST
@WORKERS
def check(
    paths: Sequence[Path],
    level: str,
    field_names: Sequence[str],
    text_format: str,
    asked: Asked,
    trust_comments: bool,
    workers: int | None,
) -> None:
    """Change nothing; print what `clean` would cut, and what it would report for review.

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed.
    """
    require(sys.stdout, "output")
    site = configured(asked, paths, level=level, field_names=field_names, text_format=text_format)
    site = site.settled(trust_comments=trust_comments)
    sources = walk(paths, site.selection, named=as_given)
    tally, usage = Tally(), Usage(site.settings)
    with stoppable(), Pool(Cleaner(level=site.level), site.options, workers or cores()) as pool:
        for _, entry in run(fresh(sources, Place(NoTarget(), Watching(_Printed(), usage), site.options)), pool):
            tally.add(entry)
    for remark in (*remarks(site, sum(tally.files.values()), quiet=True), *usage.said(paths)):
        click.echo(remark, err=True)
    sys.exit(tally.return_code or int(tally.counts.documents[CLEANED] > 0))


class _Printed(Log):
    """Prints what is found instead of keeping it."""

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """The findings to standard output, what is wrong to standard error."""
        for finding in outcome.findings:
            if finding.span.action == ALLOWED:
                continue
            click.echo(line(f"{source.name}:{record}" if record else source.name, finding))

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """What was wrong with the source."""
        skipped = f"{entry.status}: " if entry.status in (SKIPPED, FAILED) else ""
        for problem, count in sorted(entry.counts.problems.items()):
            times = f" ({count} records)" if count > 1 else ""
            click.echo(f"{quote(entry.path)}: {skipped}{quote(problem)}{times}", err=True)

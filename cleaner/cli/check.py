"""`cleaner check`: what `clean` would cut, printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.options import FIELD, FORMAT, LEVEL, PATHS, TRUST, WORKERS, line, options, require
from cleaner.decide import ALLOWED
from cleaner.document import CLEANED, FAILED, SKIPPED, Outcome
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Entry, Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally
from cleaner.engine.walk import Source, walk
from cleaner.engine.workers import Pool
from cleaner.progress import cores, stoppable
from cleaner.report.quote import quote
from cleaner.site.rules import with_rules
from cleaner.site.settings import load
from cleaner.site.usage import Usage, Watching


@click.command()
@PATHS
@LEVEL
@FIELD
@FORMAT
@TRUST
@WORKERS
def check(
    paths: Sequence[Path],
    level: str,
    field_names: Sequence[str],
    text_format: str,
    trust_comments: bool,
    workers: int | None,
) -> None:
    """Change nothing; print what `clean` would cut, and what it would report for review.

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed.
    """
    require(sys.stdout, "output")
    settings = load(paths)
    chosen = with_rules(options(field_names, text_format), settings, trust_comments=trust_comments)
    cleaner = Cleaner(level=level)
    tally, usage = Tally(), Usage(settings)
    with stoppable(), Pool(cleaner, chosen, workers or cores()) as pool:
        for _, entry in run(fresh(walk(paths), Place(NoTarget(), Watching(_Printed(), usage), chosen)), pool):
            tally.add(entry)
    for remark in usage.said(paths):
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

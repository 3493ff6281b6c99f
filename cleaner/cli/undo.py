"""`cleaner restore` and `cleaner verify`: take a run back, or check that it could be."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.progress import stoppable
from cleaner.report.quote import quote

if TYPE_CHECKING:
    from cleaner.restore import Restored


ORIGINAL = "as the run found them: nothing to undo"


@click.command()
@click.argument("report", type=click.Path(path_type=Path, file_okay=False, exists=True))
def restore(report: Path) -> None:
    """Put back everything the run of REPORT cut, also of one that was stopped. A file that was changed since is left
    alone and named.

    \b
    cleaner clean posts/ --in-place
    cleaner restore cleaner-report/
    """
    from cleaner.restore import restore as restore_files

    sys.exit(_say_each(restore_files(report), "restored", "refused", "not restored"))


@click.command()
@click.argument("report", type=click.Path(path_type=Path, file_okay=False, exists=True))
def verify(report: Path) -> None:
    """Check that every file that was cleaned is what the run wrote, and that the report gives back what it read. Writes nothing.
    Of a run that was stopped, what it had done is checked.

    \b
    cleaner verify clean-report/

    Exit code 0: all of it; 3: some files are not, each is named.
    """
    from cleaner.restore import verify as verify_files

    sys.exit(_say_each(verify_files(report), "verified", "refused", "not as it was written"))


def _say_each(items: Iterable[Restored], done: str, refused: str, problem: str) -> int:
    counts = Counter[str]()
    with stoppable():
        for item in items:
            counts[refused if item.problem else ORIGINAL if item.is_original else done] += 1
            if item.problem:
                click.echo(f"{quote(item.path)}: {problem}: {quote(item.problem)}", err=True)
    originals = f", {counts[ORIGINAL]} {ORIGINAL}" if counts[ORIGINAL] else ""
    click.echo(f"{counts[done]} {done}, {counts[refused]} {refused}{originals}", err=True)
    return 3 if counts[refused] else 0

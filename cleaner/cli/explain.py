"""`cleaner explain`: why was this removed, why was that not."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner.api import LEVELS, Cleaner
from cleaner.cli.site import CONFIG, ISOLATED
from cleaner.readers import format_of
from cleaner.site.settings import at, load


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--all", "everything", is_flag=True, help="Also what was judged and kept.")
@CONFIG
@ISOLATED
def explain(file: Path, everything: bool, config: Path | None, isolated: bool) -> None:
    """Every place of FILE that was judged, with its score and what decided, strongest first."""
    from cleaner.explain import explain_bytes

    level = at(load([file], config, isolated), file).level or LEVELS[0]
    for line in explain_bytes(file.read_bytes(), format_of(file.name), Cleaner(level=level), everything=everything):
        click.echo(line)

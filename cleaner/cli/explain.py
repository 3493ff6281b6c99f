"""`cleaner explain`: why was this removed, why was that not."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.readers import format_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--all", "everything", is_flag=True, help="Also what was judged and kept.")
def explain(file: Path, everything: bool) -> None:
    """Every place of FILE that was judged, with its score and what decided, strongest first."""
    from cleaner.explain import explain_bytes

    for line in explain_bytes(file.read_bytes(), format_of(file.name), Cleaner(), everything=everything):
        click.echo(line)

"""Arguments and options that several commands share, and what they need of the standard streams."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import LEVELS
from cleaner.readers import WHOLE, Options
from cleaner.span import CleanerError

PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False, allow_dash=True)
)
LEVEL = click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="remove",
    show_default=True,
    help="What is cut: only what is sure, or what is for review too.",
)
FIELD = click.option(
    "--field",
    "field_names",
    multiple=True,
    help="Field or column that holds text, dotted where it is nested; may be given again.  [default: text]",
)
FORMAT = click.option(
    "--format",
    "text_format",
    type=click.Choice(WHOLE),
    default="txt",
    show_default=True,
    help="What the text in fields, columns and standard input is.",
)
WORKERS = click.option(
    "-j", "--workers", type=click.IntRange(1), help="How many processes work.  [default: one for each core]"
)
STREAM = "-"
STDIN_FILENAME = click.option(
    "--stdin-filename",
    metavar="NAME",
    help="With `-`: the file that standard input is. Its name says the format (`clean` takes texts, Markdown, rst and HTML only), "
    "and is the one that is printed.",
)
TRUST = click.option(
    "--trust-inline-ignores",
    "trust_comments",
    is_flag=True,
    help="Believe `<!-- cleaner: ignore -->` in the texts, which whoever injects spam can write as well.",
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")

IGNORE_UNKNOWN = click.option(
    "--ignore-unknown",
    is_flag=True,
    help="Files with nothing to read in them are no failure: of another format, without the field or column, Git LFS pointers, links.",
)
ONLY_ADDED = click.option(
    "--only-added",
    "since",
    metavar="[=REVISION]",
    help="Only what touches a line added by what is staged in git, or since this and a revision parted.",
)


def scoped(options: Options, since: str | None, paths: Sequence[Path]) -> Options:
    """The options, limited to what is added when that is asked for."""
    if since is None:
        return options
    from cleaner.site.added import added, limited  # nobody else needs git

    found = added(paths, since or os.environ.get("PRE_COMMIT_FROM_REF", ""))
    if not found.changes:
        click.echo("--only-added: nothing is added, so nothing counts", err=True)
    return limited(options, found)


def is_stream(paths: Sequence[Path], stdin_filename: str | None) -> bool:
    """Whether standard input is asked for. Raises `CleanerError` when it is given a name and is not, or not alone."""
    names = list(map(str, paths))
    if names == [STREAM]:
        return True
    if STREAM in names and not os.path.lexists(STREAM):
        raise CleanerError("`-` must be the only path")
    if stdin_filename is not None:
        raise CleanerError("--stdin-filename goes with `-` as the only path")
    return False


def require(stream: object, name: str) -> None:
    """Raise `CleanerError` when a standard stream is closed."""
    if stream is None:
        raise CleanerError(f"standard {name} is closed")

"""`cleaner check`: what `clean` would cut, printed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.options import (
    FIELD,
    FORMAT,
    IGNORE_UNKNOWN,
    LEVEL,
    ONLY_ADDED,
    PATHS,
    QUIET,
    STDIN_FILENAME,
    STREAM,
    TRUST,
    WORKERS,
    is_stream,
    require,
    scoped,
)
from cleaner.cli.printed import Printed, printed
from cleaner.cli.site import Asked, Site, configured, remarks, site_options
from cleaner.document import CLEANED
from cleaner.engine.batch import run
from cleaner.engine.jobs import Job, Place, WholeSource
from cleaner.engine.plan import fresh, job_of
from cleaner.engine.tree import NoTarget
from cleaner.engine.walk import Source, walk
from cleaner.engine.workers import Pool
from cleaner.progress import Stopped, cores, stoppable
from cleaner.readers import Options
from cleaner.report import forms
from cleaner.site.usage import Usage, Watching
from cleaner.span import CleanerError

OUTPUT_FORMAT = click.option(
    "--output-format",
    type=click.Choice(forms.NAMES),
    default="text",
    show_default=True,
    help="How findings are printed; docs/outputs.md shows each.",
)
COLOUR = click.option(
    "--color",
    "colour",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour of text; auto is for terminals, unless NO_COLOR is set.",
)


@click.command()
@PATHS
@OUTPUT_FORMAT
@COLOUR
@STDIN_FILENAME
@LEVEL
@FIELD
@FORMAT
@site_options
@TRUST
@WORKERS
@QUIET
@ONLY_ADDED
@IGNORE_UNKNOWN
def check(
    paths: Sequence[Path],
    output_format: str,
    colour: str,
    stdin_filename: str | None,
    level: str,
    field_names: Sequence[str],
    text_format: str,
    asked: Asked,
    trust_comments: bool,
    workers: int | None,
    quiet: bool,
    since: str | None,
    ignore_unknown: bool,
) -> None:
    """Change nothing; print what `clean` would cut from each document for itself, and what it would report for review. `-` reads standard input.

    \b
    cleaner check posts/                              for people
    cleaner check --output-format github posts/       annotations in GitHub Actions
    cleaner check --output-format sarif --ignore-unknown . > cleaner.sarif
    cleaner check --output-format diff posts/ | git apply
    cleaner check - --stdin-filename a.md < a.md      as an editor asks

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed, whatever
    would be cut in the others.
    """
    require(sys.stdout, "output")
    is_stdin = is_stream(paths, stdin_filename)
    if is_stdin and since is not None:
        raise CleanerError("--only-added looks at files of a repository, not at standard input")
    named = [Path(stdin_filename)] if stdin_filename else [] if is_stdin else paths
    site = configured(asked, named, level=level, field_names=field_names, text_format=text_format)
    site = site.settled(trust_comments=trust_comments)
    site = site._replace(options=scoped(site.options, since, paths))
    usage = Usage(site.settings)
    with stoppable(), ExitStack() as stack:
        log = printed(output_format, colour, quiet=quiet, ignoring=ignore_unknown)
        watched = Watching(log, usage)
        if is_stdin and stdin_filename is not None and not site.selection.takes(Path(stdin_filename)):
            jobs: Iterator[Job] = iter(())
        elif is_stdin:
            source = stack.enter_context(_stream(stdin_filename or STREAM))
            site = site._replace(options=_named(site.options, source.name))
            make = job_of if stdin_filename is not None else _stream_job
            jobs = iter([make(source, Place(NoTarget(), watched, site.options))])
        else:
            jobs = fresh(walk(paths, site.selection, named=from_here), Place(NoTarget(), watched, site.options))
        code = _check(jobs, log, site, workers or cores())
    for remark in (*remarks(site, sum(log.tally.files.values()), quiet=True), *usage.said(paths)):
        click.echo(remark, err=True)
    sys.exit(code)


def _check(jobs: Iterator[Job], log: Printed, site: Site, workers: int) -> int:
    """Do the jobs; the exit code."""
    try:
        with Pool(Cleaner(level=site.level), site.options, workers) as pool:
            for _ in run(jobs, pool):
                pass
    except Stopped:
        log.finish(is_complete=False)
        raise
    log.finish()
    return log.tally.return_code or int(log.tally.counts.documents[CLEANED] > 0)


def from_here(path: Path) -> str:
    """The name of a path from the current folder, which has none; that of one elsewhere from the root, or as it was given.

    >>> from_here(Path("./posts/../a.md")), from_here(Path.cwd() / "a.md"), from_here(Path("/a.md")), from_here(Path("."))
    ('a.md', 'a.md', '/a.md', '')
    """
    name = os.path.normpath(path)
    if not name.startswith("/"):
        return "" if name == "." else name
    below = os.path.relpath(name)
    return name if below.startswith("..") else below


@contextmanager
def _stream(name: str) -> Iterator[Source]:
    """Standard input as a file for as long as it is looked at, so that it is read and limited like every other."""
    from tempfile import NamedTemporaryFile  # takes time to load, which files have no use for

    require(sys.stdin, "input")
    with NamedTemporaryFile(prefix="cleaner-") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Source(Path(file.name), name)


def _named(chosen: Options, name: str) -> Options:
    """What holds in standard input is what holds in the file that it is said to be."""
    policy_of = chosen.policy_of
    return chosen._replace(policy_of=lambda path: policy_of(name))


def _stream_job(source: Source, place: Place) -> Job:
    """Standard input without a name is a text."""
    return WholeSource(source, place, place.options.text_format)

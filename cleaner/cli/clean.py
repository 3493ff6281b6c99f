"""`cleaner clean`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.cuts import Cuts
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
from cleaner.cli.site import Asked, Site, configured, remarks, site_options
from cleaner.cli.skips import Skips
from cleaner.decide import ALLOWED
from cleaner.document import process
from cleaner.encoding import MAX_BYTES
from cleaner.engine import places
from cleaner.engine.tree import Task, clean_tree
from cleaner.engine.workers import Pool
from cleaner.progress import Progress, Stopped, cores, counted, stoppable, totals
from cleaner.readers import WHOLE, Document, compression_of, format_of
from cleaner.report.found import found_in
from cleaner.report.quote import quote
from cleaner.report.text import line
from cleaner.span import CleanerError


@click.command()
@PATHS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the clean copies, in the same layout.",
)
@click.option("--in-place", "replace", is_flag=True, help="Rewrite the files instead.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the report.  [default: OUTPUT-report; with --in-place, cleaner-report]",
)
@click.option("--no-report", is_flag=True, help="With --in-place: write no report; nothing can be undone then.")
@click.option("--resume", is_flag=True, help="With --in-place: go on with a run that was stopped, by its report.")
@click.option("--yes", is_flag=True, help="With --in-place: also when more than a quarter of many files would change.")
@STDIN_FILENAME
@LEVEL
@FIELD
@FORMAT
@site_options
@TRUST
@WORKERS
@ONLY_ADDED
@IGNORE_UNKNOWN
@QUIET
def clean(
    paths: Sequence[Path],
    output: Path | None,
    replace: bool,
    report: Path | None,
    no_report: bool,
    resume: bool,
    yes: bool,
    stdin_filename: str | None,
    level: str,
    field_names: Sequence[str],
    text_format: str,
    asked: Asked,
    trust_comments: bool,
    workers: int | None,
    since: str | None,
    ignore_unknown: bool,
    quiet: bool,
) -> None:
    """Clean files and folders; `-` reads standard input and writes standard output.

    \b
    cleaner clean scraped/ -o clean/                clean copies; the report is in clean-report/
    cleaner clean posts/ --in-place                 rewrite the files; the report is in cleaner-report/
    cleaner clean crawl.jsonl.gz -o clean/ --field body
    cleaner clean - < page.txt > clean.txt          a filter
    cleaner clean - --stdin-filename a.md < a.md    the same, as Markdown

    A run into the same output folder takes over what an earlier or a stopped one did with files that are as they were,
    and removes results whose sources are gone; it is refused when it would remove those of paths not given this time.

    Exit code 0: done; 2: wrong use; 3: some inputs were skipped or failed, or the run stopped; 4: a safety check stopped a write;
    5: another run is at work there; 128 + N: stopped by signal N.
    """
    if is_stream(paths, stdin_filename):
        if (
            output is not None
            or replace
            or report is not None
            or no_report
            or resume
            or yes
            or field_names
            or since is not None
        ):
            raise CleanerError(
                "`-` reads one text and writes it to standard output: it takes no -o, --in-place, --report, --field or --only-added"
            )
        named = [Path(stdin_filename)] if stdin_filename else []
        site = configured(asked, named, level=level, field_names=(), text_format=text_format)
        sys.exit(_clean_stream(site.settled(trust_comments=trust_comments), stdin_filename))
    if (output is None) == (not replace):
        raise CleanerError("give either -o FOLDER or --in-place")
    if no_report and (report is not None or not replace or resume):
        raise CleanerError("--no-report goes with --in-place, without --report and --resume")
    if (resume or yes) and not replace:
        raise CleanerError("--resume and --yes go with --in-place: a run into the same -o FOLDER goes on by itself")
    if since is not None and not replace:
        raise CleanerError("--only-added goes with --in-place: what is added is in the files themselves")
    if output is not None:
        report = report or _beside(output)
        places.refuse_overlap([*paths, report], output)
        places.refuse_overlap(paths, report)
    elif not no_report:
        report = report or Path("cleaner-report")
        # The next run would clean the report, which undoes this one.
        places.refuse_overlap(paths, report, "the report goes outside: give --report FOLDER, or --no-report")
    site = configured(asked, paths, level=level, field_names=field_names, text_format=text_format)
    site = site.settled(trust_comments=trust_comments)
    chosen = scoped(site.options, since, paths)
    task = Task(
        tuple(paths), output, report, chosen, resume, yes, site.selection, ignore_unknown, together=report is not None
    )
    sys.exit(_run(task, site, workers, quiet))


def _beside(output: Path) -> Path:
    """The report folder of an output folder, which may be given as `.`."""
    named = output if output.name not in ("", "..") else output.resolve()
    return named.with_name(named.name + "-report") if named.name else Path("cleaner-report")


def _run(task: Task, site: Site, workers: int | None, quiet: bool) -> int:
    cleaner = Cleaner(level=site.level)
    with stoppable(), Progress(task.number_of_files, quiet) as progress:
        cuts = Cuts(progress, quiet=quiet, ignoring=task.ignoring)
        skips = Skips(progress, task.report, ignoring=task.ignoring) if task.report else None
        try:
            with Pool(cleaner, task.options, workers or cores()) as pool:
                tally = clean_tree(task, cleaner, pool, skips.seen if skips else cuts.seen, cuts)
        except (Stopped, OSError) as stopped:
            how = "the same command"
            if task.output is None:
                how = f"`cleaner restore {quote(str(task.report))}` undoes them; the same command with --resume"
            why = f" ({quote(stopped.strerror or str(stopped))})" if isinstance(stopped, OSError) else ""
            progress.say(
                f"stopped{why}: {counted(progress.done, 'file')} done; {how} goes on"
                if task.report
                else f"stopped{why}"
            )
            return 128 + stopped.signal if isinstance(stopped, Stopped) else 3
        if skips is not None:
            skips.finish()
    for remark in remarks(site, sum(tally.files.values()), quiet):
        click.echo(remark, err=True)
    if not quiet:
        for words in totals(tally.counts):
            click.echo(words, err=True)
        if tally.removed:
            click.echo(f"{counted(tally.removed, 'result')} removed whose sources are gone", err=True)
        if task.report is not None:
            click.echo(f"report: {quote(str(task.report))}", err=True)
    return tally.return_code


def _clean_stream(site: Site, name: str | None) -> int:
    require(sys.stdin, "input")
    require(sys.stdout, "output")
    format = site.options.text_format if name is None else format_of(name)
    if name is not None and (format not in WHOLE or compression_of(name)[1]):
        raise CleanerError(
            f"{name}: standard input is one text, as .txt, .md, .rst or .html; give the file by its path"
        )
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    document = Document(data, format, path=name or STREAM)
    [outcome] = process([document], Cleaner(level=site.level), site.options)
    sys.stdout.buffer.write(outcome.data)
    if len(data) > MAX_BYTES:
        while chunk := sys.stdin.buffer.read(1 << 20):
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    shown = tuple(finding for finding in outcome.findings if finding.span.action != ALLOWED)
    for found in found_in(name or STREAM, outcome._replace(findings=shown), data):
        click.echo(line(found), err=True)
    if outcome.reason:
        click.echo(f"cleaner: {outcome.status}: {quote(outcome.reason)}", err=True)
        return 4 if outcome.reason.startswith("internal") else 3
    return 0

"""The command line: words to standard error, data to standard output, an exit code that says what happened."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cleaner import __version__
from cleaner.api import LEVELS, Cleaner
from cleaner.document import CLEANED, FAILED, SKIPPED, Outcome, process
from cleaner.encoding import MAX_BYTES
from cleaner.engine import places
from cleaner.engine.batch import run
from cleaner.engine.jobs import Place
from cleaner.engine.journal import Entry, Log
from cleaner.engine.plan import fresh
from cleaner.engine.tree import NoTarget, Tally, Task, clean_tree
from cleaner.engine.walk import Source, walk
from cleaner.engine.workers import Pool
from cleaner.progress import Progress, Stopped, cores, stoppable, totals
from cleaner.readers import WHOLE, Document, Options, format_of
from cleaner.report.quote import quote
from cleaner.span import CleanerError

if TYPE_CHECKING:
    from cleaner.restore import Restored

_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
_LEVEL = click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="remove",
    show_default=True,
    help="What is cut: only what is sure, or what is for review too.",
)


class _Commands(click.Group):
    """Turns what a caller did wrong into one line and exit code 2, and what the system refused into one and 3."""

    def invoke(self, ctx: click.Context) -> Any:
        _keep_numbers()
        try:
            return super().invoke(ctx)
        except CleanerError as error:
            click.echo(f"cleaner: {quote(str(error))}", err=True)
            ctx.exit(5 if isinstance(error, places.LockedError) else 2)
        except Stopped as stopped:
            ctx.exit(128 + stopped.signal)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has seen enough
                raise
            _give_up_output()
            click.echo(f"cleaner: {quote(str(error))}", err=True)
            ctx.exit(3)


def _keep_numbers() -> None:
    """A file that is opened while a standard stream is closed gets its number, and what others print goes into it."""
    for number in range(3):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _give_up_output() -> None:
    """What standard output did not take would be written again at the end, and fail again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _require(stream: object, name: str) -> None:
    if stream is None:
        raise CleanerError(f"standard {name} is closed")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cleaner")
def main() -> None:
    """Find spam that somebody injected into articles, and cut exactly that.

    \b
    cleaner clean scraped/ -o clean/      clean copies, and a report beside them
    cleaner clean posts/ --in-place       rewrite the files
    cleaner check posts/                  only print what would be cut
    cleaner explain posts/a.md            why was this removed, why was that not
    cleaner restore clean-report/         undo a run
    """


_FIELD = click.option(
    "--field",
    "field_names",
    multiple=True,
    help="Field or column that holds text, dotted where it is nested; may be given again.  [default: text]",
)
_FORMAT = click.option(
    "--format",
    "text_format",
    type=click.Choice(WHOLE),
    default="txt",
    show_default=True,
    help="What the text in fields, columns and standard input is.",
)
_WORKERS = click.option(
    "-j", "--workers", type=click.IntRange(1), help="How many processes work.  [default: one for each core]"
)
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")


@main.command()
@_PATHS
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
@_LEVEL
@_FIELD
@_FORMAT
@_WORKERS
@_QUIET
def clean(
    paths: Sequence[Path],
    output: Path | None,
    replace: bool,
    report: Path | None,
    no_report: bool,
    resume: bool,
    yes: bool,
    level: str,
    field_names: Sequence[str],
    text_format: str,
    workers: int | None,
    quiet: bool,
) -> None:
    """Clean files and folders; `-` reads standard input and writes standard output.

    A run into the same output folder takes over what an earlier or a stopped one did with files that are as they were.

    Exit code 0: done; 2: wrong use; 3: some inputs were skipped or failed; 4: a safety check stopped a write;
    5: another run is at work there; 128 + N: stopped by signal N.
    """
    if list(map(str, paths)) == ["-"]:
        if output is not None or replace or report is not None or no_report or resume or yes or field_names:
            raise CleanerError(
                "`-` reads one text and writes it to standard output: it takes no -o, --in-place, --report or --field"
            )
        sys.exit(_clean_stream(level, text_format))
    if (output is None) == (not replace):
        raise CleanerError("give either -o FOLDER or --in-place")
    if no_report and (report is not None or not replace or resume):
        raise CleanerError("--no-report goes with --in-place, without --report and --resume")
    if output is not None:
        report = report or _beside(output)
        places.refuse_overlap([*paths, report], output)
        places.refuse_overlap(paths, report)
    elif not no_report:
        report = report or Path("cleaner-report")
        places.refuse_overlap(paths, report)  # the next run would clean the report, which undoes this one
    options = Options(tuple(field_names) or Options().fields, text_format)
    task = Task(tuple(paths), output, report, options, resume, yes)
    sys.exit(_run(task, Cleaner(level=level), workers, quiet))


def _beside(output: Path) -> Path:
    """The report folder of an output folder, which may be given as `.`."""
    named = output if output.name not in ("", "..") else output.resolve()
    return named.with_name(named.name + "-report") if named.name else Path("cleaner-report")


def _run(task: Task, cleaner: Cleaner, workers: int | None, quiet: bool) -> int:
    with stoppable(), Progress(task.paths, quiet) as progress:
        try:
            with Pool(cleaner, task.options, workers or cores()) as pool:
                tally = clean_tree(task, cleaner, pool, progress.seen)
        except (Stopped, OSError) as stopped:
            how = "the same command with --resume" if task.output is None else "the same command"
            why = f" ({quote(str(stopped))})" if isinstance(stopped, OSError) else ""
            progress.say(f"stopped{why}: {progress.done} files done; {how} goes on" if task.report else f"stopped{why}")
            return 128 + stopped.signal if isinstance(stopped, Stopped) else 3
    if not quiet:
        for line in totals(tally.counts):
            click.echo(line, err=True)
        if task.report is not None:
            click.echo(f"report: {quote(str(task.report))}", err=True)
    return tally.return_code


def _clean_stream(level: str, text_format: str) -> int:
    _require(sys.stdin, "input")
    _require(sys.stdout, "output")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    [outcome] = process([Document(data, text_format)], Cleaner(level=level))
    sys.stdout.buffer.write(outcome.data)
    if len(data) > MAX_BYTES:
        while chunk := sys.stdin.buffer.read(1 << 20):
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    for finding in outcome.findings:
        click.echo(_line("-", finding), err=True)
    if outcome.reason:
        click.echo(f"cleaner: {outcome.status}: {quote(outcome.reason)}", err=True)
        return 4 if outcome.reason.startswith("internal") else 3
    return 0


def _line(name: str, finding: Any) -> str:
    span = finding.span
    return (
        f"{quote(name)}:{finding.line}:{finding.column}: {span.action} {span.reason} ({span.trade}) "
        f"{span.score:.2f} {quote(finding.text.strip(), 100)}"
    )


@main.command()
@_PATHS
@_LEVEL
@_FIELD
@_FORMAT
@_WORKERS
def check(paths: Sequence[Path], level: str, field_names: Sequence[str], text_format: str, workers: int | None) -> None:
    """Change nothing; print what `clean` would cut, and what it would report for review.

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed.
    """
    _require(sys.stdout, "output")
    options = Options(tuple(field_names) or Options().fields, text_format)
    cleaner = Cleaner(level=level)
    tally = Tally()
    with stoppable(), Pool(cleaner, options, workers or cores()) as pool:
        for _, entry in run(fresh(walk(paths), Place(NoTarget(), _Printed(), options)), pool):
            tally.add(entry)
    sys.exit(tally.return_code or int(tally.counts.documents[CLEANED] > 0))


class _Printed(Log):
    """Prints what is found instead of keeping it."""

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """The findings to standard output, what is wrong to standard error."""
        for finding in outcome.findings:
            click.echo(_line(f"{source.name}:{record}" if record else source.name, finding))

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """What was wrong with the source."""
        skipped = f"{entry.status}: " if entry.status in (SKIPPED, FAILED) else ""
        for problem, count in sorted(entry.counts.problems.items()):
            times = f" ({count} records)" if count > 1 else ""
            click.echo(f"{quote(entry.path)}: {skipped}{quote(problem)}{times}", err=True)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--all", "everything", is_flag=True, help="Also what was judged and kept.")
def explain(file: Path, everything: bool) -> None:
    """Every place of FILE that was judged, with its score and what decided, strongest first."""
    from cleaner.explain import explain_bytes

    for line in explain_bytes(file.read_bytes(), format_of(file.name), Cleaner(), everything=everything):
        click.echo(line)


@main.command()
@click.argument("report", type=click.Path(path_type=Path, file_okay=False, exists=True))
def restore(report: Path) -> None:
    """Put back everything the run of REPORT cut. A file that was changed since is left alone and named."""
    from cleaner.restore import restore as restore_files

    sys.exit(_say_each(restore_files(report), "restored", "refused", "not restored"))


@main.command()
@click.argument("report", type=click.Path(path_type=Path, file_okay=False, exists=True))
def verify(report: Path) -> None:
    """Check that every file of REPORT is what the run wrote, and that the report gives back what it read. Writes nothing.

    Exit code 0: all of it; 3: some files are not, each is named.
    """
    from cleaner.restore import verify as verify_files

    sys.exit(_say_each(verify_files(report), "verified", "refused", "not as it was written"))


def _say_each(items: Iterable[Restored], done: str, refused: str, problem: str) -> int:
    counts = Counter[bool]()
    with stoppable():
        for item in items:
            counts[not item.problem] += 1
            if item.problem:
                click.echo(f"{quote(item.path)}: {problem}: {quote(item.problem)}", err=True)
    click.echo(f"{counts[True]} {done}, {counts[False]} {refused}", err=True)
    return 3 if counts[False] else 0


@main.command()
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("corpus"),
    show_default=True,
    help="Our own corpus.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with the external data of corpus/sources.toml.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the model."
)
@click.option("--seed", default=1, show_default=True)
def train(corpus: Path, data: Path | None, output: Path, seed: int) -> None:
    """Train a model; the same inputs give the same bytes."""
    try:
        from cleaner.train.run import train as train_model
    except ImportError as error:
        raise CleanerError(f"training needs scikit-learn ({error}): pip install 'article-cleaner[train]'") from None
    train_model(corpus, data, output, seed=seed, say=lambda message: click.echo(message, err=True))


@main.command()
@click.argument("benches", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--format", "formats", default="txt,md", show_default=True, help="Formats of the documents to use, with commas."
)
@click.option(
    "--by", default="form,lang,spam_lang,obfuscated", show_default=True, help="Break recall down by these, with commas."
)
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Folder of another model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@_LEVEL
def evaluate(benches: Sequence[Path], formats: str, by: str, model: Path | None, as_json: bool, level: str) -> None:
    """Measure on benchmarks of injected articles with the truth (JSON lines, also .gz)."""
    from cleaner.evaluate import evaluate_bench, table

    cleaner = Cleaner(model, level)
    for bench in benches:
        scores = evaluate_bench(bench, cleaner, formats.split(","), [key for key in by.split(",") if key])
        click.echo(scores.to_json() if as_json else table(bench.name, scores))


if __name__ == "__main__":
    main()

"""The command line: words to standard error, data to standard output, an exit code that says what happened."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cleaner import __version__
from cleaner.api import LEVELS, Cleaner
from cleaner.batch import Report, Result, Summary, in_place, nowhere, run, to_folder, walk
from cleaner.decide import REMOVED
from cleaner.document import CLEANED, Outcome, process
from cleaner.encoding import MAX_BYTES
from cleaner.readers import Document, format_of
from cleaner.report.quote import quote
from cleaner.span import CleanerError

SHOW_PROGRESS_AFTER = 2.0  # seconds
_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
_LEVEL = click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="remove",
    show_default=True,
    help="What is cut: only what is sure, or what is for review too.",
)


class _Commands(click.Group):
    """Turns what a caller did wrong into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CleanerError as error:
            click.echo(f"cleaner: {quote(str(error))}", err=True)
            ctx.exit(2)


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
@_LEVEL
def clean(
    paths: Sequence[Path], output: Path | None, replace: bool, report: Path | None, no_report: bool, level: str
) -> None:
    """Clean files and folders; `-` reads standard input and writes standard output.

    Exit code 0: done; 2: wrong use; 3: some inputs were skipped or failed; 4: a safety check stopped a write.
    """
    if list(map(str, paths)) == ["-"]:
        if output is not None or replace or report is not None or no_report:
            raise CleanerError(
                "`-` reads standard input and writes standard output: it takes no -o, --in-place or --report"
            )
        sys.exit(_clean_stream(level))
    if (output is None) == (not replace):
        raise CleanerError("give either -o FOLDER or --in-place")
    if no_report and (report is not None or not replace):
        raise CleanerError("--no-report goes with --in-place and without --report")
    if output is not None:
        folder = report or output.with_name(output.name + "-report")
        _refuse_overlap([*paths, folder], output)
        _refuse_overlap(paths, folder)
        sys.exit(_run(walk(paths), level, to_folder(output), Report(folder, output, "output"), folder))
    folder = report or Path("cleaner-report")
    if not no_report:
        _refuse_used(folder)
    root = _common_root(paths)
    sys.exit(_run(walk(paths), level, in_place, None if no_report else Report(folder, root, "in-place"), folder))


def _refuse_overlap(paths: Sequence[Path], output: Path) -> None:
    """An output inside an input, or an input inside the output, would be cleaned into itself."""
    target = output.resolve()
    for path in paths:
        source = path.resolve()
        if source == target or source in target.parents or target in source.parents:
            raise CleanerError(f"{path} and {output} lie inside one another: choose a folder elsewhere")


def _refuse_used(folder: Path) -> None:
    """A report of an in-place run is what undoes it: it goes into a folder of its own, and replaces no other."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CleanerError(f"{folder} is there already: give another --report, move that one away, or use --no-report")


def _common_root(paths: Sequence[Path]) -> Path:
    """The folder that the names in the report are relative to."""
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else paths[0].parent
    parents = {path.resolve().parent for path in paths}
    if len(parents) > 1:
        raise CleanerError("with --in-place and a report, give one folder, or paths that lie in one folder")
    return parents.pop()


def _run(
    sources: Sequence[Any], level: str, deliver: Callable[[Result], Outcome], report: Report | None, folder: Path
) -> int:
    cleaner = Cleaner(level=level)
    summary = Summary()
    with _progress(len(sources)) as step:
        for result in run(sources, cleaner, deliver):
            summary.add(result)
            if report is not None:
                report.add(result)
            step()
    if report is not None:
        report.close(summary, _settings(cleaner))
    counts = summary.documents
    click.echo(
        f"{sum(counts.values())} documents: {counts['cleaned']} cleaned, {counts['unchanged']} unchanged, "
        f"{counts['skipped']} skipped, {counts['failed']} failed; {summary.spans[REMOVED]} spans removed, "
        f"{summary.spans['review']} for review",
        err=True,
    )
    for problem, count in sorted(summary.problems.items()):
        click.echo(f"  {count} × {quote(problem)}", err=True)
    if report is not None:
        click.echo(f"report: {quote(str(folder))}", err=True)
    return summary.return_code


def _settings(cleaner: Cleaner) -> dict[str, Any]:
    """What the results depend on besides the documents."""
    return {"version": __version__, "model": cleaner.model.sha256, "level": cleaner.level}


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error once the work has taken two seconds, when that is a terminal."""
    began = time.monotonic()
    bar = click.progressbar(length=total, label="cleaning", file=sys.stderr, show_pos=True)
    bar.hidden = True
    waiting = 0

    def step() -> None:
        nonlocal waiting
        waiting += 1
        if time.monotonic() - began >= SHOW_PROGRESS_AFTER:
            bar.hidden = not sys.stderr.isatty()
            bar.update(waiting)
            waiting = 0

    with bar:
        yield step


def _clean_stream(level: str) -> int:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    [outcome] = process([Document(data, "txt")], Cleaner(level=level))
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
def check(paths: Sequence[Path], level: str) -> None:
    """Change nothing; print what `clean` would cut, and what it would report for review.

    Exit code 0: nothing would be cut; 1: something would; 2: wrong use; 3: some inputs were skipped or failed.
    """
    summary = Summary()
    for result in run(walk(paths), Cleaner(level=level), nowhere):
        summary.add(result)
        for finding in result.outcome.findings:
            click.echo(_line(result.source.name, finding))
        if result.outcome.reason:
            click.echo(
                f"{quote(result.source.name)}: {result.outcome.status}: {quote(result.outcome.reason)}", err=True
            )
    sys.exit(summary.return_code or int(summary.documents[CLEANED] > 0))


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

    done = refused = 0
    for item in restore_files(report):
        if item.problem:
            refused += 1
            click.echo(f"{quote(item.path)}: not restored: {quote(item.problem)}", err=True)
        else:
            done += 1
    click.echo(f"{done} restored, {refused} refused", err=True)
    sys.exit(3 if refused else 0)


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

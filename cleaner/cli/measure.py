"""`cleaner train` and `cleaner evaluate`: for those who make the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.api import Cleaner
from cleaner.cli.options import LEVEL
from cleaner.span import CleanerError


@click.command()
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
    """Train a model; the same inputs give the same bytes.

    \b
    cleaner train -o model/                      from our own corpus alone
    cleaner train --data data/ -o models/        the one that is shipped
    """
    try:
        from cleaner.train.run import train as train_model
    except ImportError as error:
        raise CleanerError(f"training needs scikit-learn ({error}): pip install 'article-cleaner[train]'") from None
    train_model(corpus, data, output, seed=seed, say=lambda message: click.echo(message, err=True))


@click.command()
@click.argument("benches", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--format", "formats", default="txt,md", show_default=True, help="Formats of the documents to use, with commas."
)
@click.option(
    "--by", default="form,lang,spam_lang,obfuscated", show_default=True, help="Break recall down by these, with commas."
)
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Folder of another model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@LEVEL
def evaluate(benches: Sequence[Path], formats: str, by: str, model: Path | None, as_json: bool, level: str) -> None:
    """Measure on benchmarks of injected articles with the truth (JSON lines, also .gz).

    \b
    cleaner evaluate bench.jsonl.gz
    cleaner evaluate bench.jsonl --format md --by lang,form --json

    \b
    A line is one document (docs/evaluate.md):
    {"id": "1", "lang": "en", "format": "txt", "dirty": "One.\\nSPAM\\nTwo.\\n", "clean": "One.\\nTwo.\\n",
     "spans": [{"start": 5, "end": 10, "form": "own_line"}]}
    """
    from cleaner.evaluate import evaluate_bench, table

    cleaner = Cleaner(model, level)
    for bench in benches:
        scores = evaluate_bench(bench, cleaner, formats.split(","), [key for key in by.split(",") if key])
        click.echo(scores.to_json() if as_json else table(bench.name, scores))

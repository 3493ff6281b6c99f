"""`cleaner explain`: why was this removed, why was that not."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.api import Cleaner
from cleaner.cli.options import FIELD, FORMAT, LEVEL, STDIN_FILENAME, STREAM, is_stream, require
from cleaner.cli.site import CONFIG, ISOLATED, Asked, configured
from cleaner.encoding import MAX_BYTES
from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.engine.walk import require_readable
from cleaner.readers import Document, Options
from cleaner.site.settings import at as settings_at
from cleaner.span import CleanerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaner.explain import Question

_WITH_PLACE = re.compile(r"(.+?):([0-9]{1,9})(?::([0-9]{1,9}))?", re.DOTALL)
_PLACE = re.compile(r"([0-9]{1,9})(?::([0-9]{1,9}))?")


@click.command()
@click.argument("file", metavar="FILE[:LINE[:COLUMN]]")
@click.option("--all", "everything", is_flag=True, help="Also what was judged and kept.")
@click.option("--at", metavar="LINE[:COLUMN]", help="Only this place, whether it was judged or not.")
@click.option("--text", "words", help="Only where this text stands, whether it was judged or not.")
@click.option("--record", default="", help="The line, row or record, in a file that holds many.")
@STDIN_FILENAME
@LEVEL
@FIELD
@FORMAT
@CONFIG
@ISOLATED
def explain(
    file: str,
    everything: bool,
    at: str | None,
    words: str | None,
    record: str,
    stdin_filename: str | None,
    level: str,
    field_names: Sequence[str],
    text_format: str,
    config: Path | None,
    isolated: bool,
) -> None:
    """Every place of FILE that was judged: its score, what became of it and why, and what decided, strongest first.

    \b
    cleaner explain posts/a.md                     what was found, and what nearly was
    cleaner explain posts/a.md:12                  why is line 12 still there
    cleaner explain posts/a.md --text "some words" the same, by the words
    cleaner explain crawl.jsonl.gz:7:70            the same in one article of many, as `check` prints places
    cleaner explain crawl.warc.gz --record ID      all of one article of many
    cleaner explain - --stdin-filename a.md < a.md
    """
    path, place = _split(file)
    if at is not None and place:
        raise CleanerError("give one place: FILE:LINE or --at LINE")
    if words is not None and (place or at is not None or not words):
        raise CleanerError("--text goes with a text, and without a place")
    from cleaner.explain import explain as explained

    question = _question(everything, place or at or "", words or "")
    is_stdin = is_stream([Path(path)], stdin_filename)
    name = stdin_filename or path
    named = [] if name == STREAM else [Path(name)]
    site = configured(Asked(config, isolated), named, level=level, field_names=field_names, text_format=text_format)
    site = site.settled()
    document = (_from_stream if is_stdin else _from_file)(name, record, question.line, site.options)
    here = settings_at(site.settings, name).level or site.level
    for line in explained(document, Cleaner(level=here), question, site.options):
        click.echo(line)


def _split(file: str) -> tuple[str, str]:
    """The path and the place behind it; a file whose name ends like a place is that file."""
    match = _WITH_PLACE.fullmatch(file)
    if match is None or os.path.lexists(file):
        return file, ""
    return match[1], file[len(match[1]) + 1 :]


def _question(everything: bool, place: str, words: str) -> Question:
    from cleaner.explain import Question

    match = _PLACE.fullmatch(place)
    if place and (match is None or not int(match[1]) or match[2] in ("0", "00")):
        raise CleanerError(f"{place}: a place is a line and perhaps a column, each from 1, as in 12:5")
    line, column = (int(match[1]), int(match[2] or 0)) if match else (0, 0)
    return Question(everything, line, column, words)


def _from_stream(name: str, record: str, line: int, chosen: Options) -> Document:
    from cleaner.engine.single import document_in, whole

    require(sys.stdin, "input")
    if name == STREAM:
        return whole(sys.stdin.buffer.read(MAX_BYTES + 1), chosen.text_format, STREAM)
    from io import BytesIO

    return document_in(BytesIO(sys.stdin.buffer.read()), name, record, line, chosen)


def _from_file(path: str, record: str, line: int, chosen: Options) -> Document:
    from cleaner.engine.single import document_in

    require_readable(Path(path))
    if Path(path).is_dir():
        raise CleanerError(f"{path} is a folder: give a file")
    try:
        stream, _ = files.open_stream(Path(path))
        with stream:
            return document_in(stream, path, record, line, chosen)
    except FileProblem as problem:
        raise CleanerError(f"it would be skipped: {problem}") from None

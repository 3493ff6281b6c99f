"""`cleaner config`: what is in force, and who says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cleaner.cli.options import FIELD, FORMAT, LEVEL
from cleaner.cli.site import Asked, Site, configured, is_given, site_options
from cleaner.engine.walk import require_readable
from cleaner.report.quote import quote
from cleaner.site.datafile import string
from cleaner.site.settings import PathSettings, Settings, key_of, matches

_DEFAULT, _COMMAND_LINE = "default", "command line"
_ARGUMENTS = {"level": "level", "fields": "field_names", "format": "text_format"}


@click.command()
@click.argument("path", default=".", type=click.Path(path_type=Path, readable=False))
@LEVEL
@FIELD
@FORMAT
@site_options
def config(path: Path, level: str, field_names: Sequence[str], text_format: str, asked: Asked) -> None:
    """Print what is in force for PATH, a folder or a file, and where it is said; the output is a valid cleaner.toml.

    \b
    cleaner config                        for the current folder
    cleaner config posts/a.md             for one file: what its per-path tables say is in it
    cleaner config --isolated             the defaults
    """
    require_readable(path)
    site = configured(asked, [path], level=level, field_names=field_names, text_format=text_format)
    for line in _lines(site, path):
        click.echo(line)


def _lines(site: Site, path: Path) -> Iterator[str]:
    settings = site.settings
    is_file = not os.path.isdir(path)  # noqa: PTH112 - it raises nothing
    tables = [table for table in settings.per_path if matches(settings, table.paths, path)] if is_file else []
    values: dict[str, str | tuple[str, ...]] = {
        "level": site.level,
        "fields": site.options.fields,
        "format": site.options.text_format,
        "exclude": settings.exclude,
        "ignore": settings.ignore,
    }
    if not settings.isolated:
        values |= {name: os.path.relpath(getattr(settings, name), settings.root) for name in ("allow", "baseline")}
        values |= {"spam-phrases": settings.spam_phrases, "honest-phrases": settings.honest_phrases}
    for key, value in values.items():
        for table in reversed(tables):
            said = getattr(table, key, None)
            if said is not None:
                yield _line(key, said, _place(settings, f"per-path[{settings.per_path.index(table)}].{key}"))
                break
        else:
            yield _line(key, value, _origin(settings, key))
    if not is_file:
        for number, table in enumerate(settings.per_path):
            yield from _table(table, _place(settings, f"per-path[{number}]"))


def _table(table: PathSettings, origin: str) -> Iterator[str]:
    yield ""
    yield f"[[per-path]]  # {origin}"
    for key, value in table._asdict().items():
        if value is not None:
            yield f"{key} = {_toml(value)}"


def _origin(settings: Settings, key: str) -> str:
    if key in _ARGUMENTS and is_given(_ARGUMENTS[key]):
        return _COMMAND_LINE
    return _place(settings, key) if key in settings.said else _DEFAULT


def _place(settings: Settings, key: str) -> str:
    return quote(key_of(settings, key))


def _line(key: str, value: str | tuple[str, ...], origin: str) -> str:
    return f"{key} = {_toml(value)}  # {origin}"


def _toml(value: str | tuple[str, ...]) -> str:
    """A value as TOML writes it, with everything that could move something on a screen as an escape.

    >>> print(_toml(("a\\u202eb", 'c"')))
    ["a\\u202Eb", "c\\""]
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return string(value)

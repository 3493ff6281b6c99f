"""What a command takes from the configuration of a repository, and what is said on the command line instead."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from cleaner.readers import WITH_FIELDS, Options, format_of
from cleaner.report.quote import quote
from cleaner.site.ignore import Selection
from cleaner.site.rules import with_rules
from cleaner.site.settings import Settings, load, shown
from cleaner.span import CleanerError

CONFIG = click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Configuration to use.  [default: the next pyproject.toml or cleaner.toml above the files]",
)
ISOLATED = click.option("--isolated", is_flag=True, help="Use no configuration, and no exceptions of the repository.")
FORCE_EXCLUDE = click.option(
    "--force-exclude", is_flag=True, help="What the configuration excludes is left out even if it is given by name."
)
NO_GITIGNORE = click.option("--no-gitignore", is_flag=True, help="Take what .gitignore files name, too.")


class Asked(NamedTuple):
    """What the command line says about configuration and files that are left out."""

    config: Path | None = None
    isolated: bool = False
    force_exclude: bool = False
    no_gitignore: bool = False


class Site(NamedTuple):
    """What holds for a run: level and options with those of the command line in front of those of the configuration."""

    settings: Settings
    selection: Selection
    level: str
    options: Options
    fields_are_of_no_use: bool = False  # they were named, and no file has any

    def settled(self, *, trust_comments: bool = False) -> Site:
        """With what the site says about findings. Raises `CleanerError` for what it says wrong."""
        return self._replace(options=with_rules(self.options, self.settings, trust_comments=trust_comments))

    @property
    def left_out(self) -> str:
        """How much was left out, and why; empty for nothing. A folder counts once."""
        counts: Mapping[str, int] = self.selection.counts or {}
        return ", ".join(f"{number} by {why}" for why, number in sorted(counts.items()))


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options above for a command, which gets them as one argument, `asked`."""

    @functools.wraps(command)
    def asking(*arguments: Any, **values: Any) -> None:
        asked = Asked(*(values.pop(name) for name in Asked._fields))
        command(*arguments, asked=asked, **values)

    for option in (NO_GITIGNORE, FORCE_EXCLUDE, ISOLATED, CONFIG):
        asking = option(asking)
    return asking


def configured(
    asked: Asked, paths: Sequence[Path], *, level: str, field_names: Sequence[str], text_format: str
) -> Site:
    """What holds for some paths. The other arguments are those of the command, which count when they were given."""
    if asked.isolated and asked.config is not None:
        raise CleanerError("give either --config or --isolated")
    settings = load(paths, asked.config, asked.isolated)
    if is_given("level"):
        everywhere = tuple(table._replace(level=None) for table in settings.per_path)
        settings = settings._replace(level=level, per_path=everywhere)
    options = Options(
        tuple(field_names) or settings.fields or Options().fields,
        text_format if is_given("text_format") else settings.format or text_format,
    )
    selection = Selection(settings.root, settings.exclude, asked.force_exclude, not asked.no_gitignore, Counter[str]())
    return Site(settings, selection, settings.level or level, options, bool(field_names) and _have_no_fields(paths))


def _have_no_fields(paths: Sequence[Path]) -> bool:
    """Whether all paths are files of formats without fields; in a folder there may be others."""
    return bool(paths) and all(path.is_file() and format_of(path.name) not in WITH_FIELDS for path in paths)


def is_given(name: str) -> bool:
    """Whether an argument of the current command was given, and is not just its default."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def remarks(site: Site, files: int, quiet: bool) -> Iterator[str]:
    """What people should know about a run over some files: that nothing was taken, else what it was told by whom."""
    if site.left_out and not files:
        yield f"nothing to do, all was left out: {site.left_out}; see --isolated and --no-gitignore"
        return
    if site.fields_are_of_no_use and not click.get_current_context().params.get("quiet"):
        yield "--field is of no use here: it names members of JSON Lines and columns of tables, and none of the files is one"
    if not quiet:
        if site.settings.source is not None:
            yield f"configuration: {quote(shown(site.settings.source))}"
        if site.left_out:
            yield f"left out: {site.left_out}"

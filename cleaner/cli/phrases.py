"""`cleaner phrases`: see what a site's own phrases hit before they take effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.cli.looking import look, say_skipped, site_of
from cleaner.cli.options import WORKERS
from cleaner.cli.site import Asked, site_options
from cleaner.report.quote import quote
from cleaner.span import CleanerError


@click.group()
def phrases() -> None:
    """Phrases of a site: `spam-phrases` and `honest-phrases` of the configuration.

    \b
    cleaner phrases test posts/                         the phrases of the configuration
    cleaner phrases test posts/ --spam "cheap pills"    one that is not there yet
    """


@phrases.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--spam", multiple=True, help="Try this phrase as spam, too; may be given again.")
@click.option("--honest", multiple=True, help="Try this phrase as honest, too; may be given again.")
@site_options
@WORKERS
def test(paths: Sequence[Path], spam: Sequence[str], honest: Sequence[str], asked: Asked, workers: int | None) -> None:
    """Show how often each phrase stands in PATHS, the first places, and how many of them the model holds for clean.

    \b
    cleaner phrases test posts/ --spam "visit our partner casino" --honest "Casino Royale"
    """
    site = site_of(asked, paths)
    settings = site.settings
    spam = tuple(dict.fromkeys((*settings.spam_phrases, *spam)))
    honest = tuple(dict.fromkeys((*settings.honest_phrases, *honest)))
    if not (spam or honest):
        raise CleanerError(
            "no phrases: put spam-phrases or honest-phrases into the configuration, or give --spam or --honest"
        )
    from cleaner.site.trial import HONEST, SPAM, Hits, trial

    log = Hits()
    tally = look(site._replace(options=site.options._replace(policy_of=trial(spam, honest))), paths, log, workers)
    for kind, some in ((SPAM, spam), (HONEST, honest)):
        for phrase in some:
            for line in log.lines(kind, phrase):
                click.echo(line)
    for phrase in spam:
        if clean := log.clean(SPAM, phrase):
            click.echo(f"warning: {quote(phrase)!r} hits text that the model holds for clean, {clean} times", err=True)
    say_skipped(tally, "they may hold more")

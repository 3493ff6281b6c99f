"""`cleaner phrases`: see what a site's own phrases hit before they take effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from cleaner.cli.looking import look, say_skipped
from cleaner.cli.options import WORKERS
from cleaner.document import Finding, Outcome
from cleaner.engine.journal import Log
from cleaner.engine.walk import Source
from cleaner.readers import Options
from cleaner.report.quote import quote
from cleaner.site.settings import load
from cleaner.site.trial import HONEST, MODEL, SPAM, trial
from cleaner.span import CleanerError

SHOWN = 5  # hits of a phrase
WIDTH = 30  # characters shown on either side of a hit


@click.group()
def phrases() -> None:
    """Phrases of a site: `spam-phrases` and `honest-phrases` of the configuration."""


@phrases.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--spam", multiple=True, help="Try this phrase as spam, too; may be given again.")
@click.option("--honest", multiple=True, help="Try this phrase as honest, too; may be given again.")
@WORKERS
def test(paths: Sequence[Path], spam: Sequence[str], honest: Sequence[str], workers: int | None) -> None:
    """Show how often each phrase stands in PATHS, the first places, and how many of them the model holds for clean.

    \b
    cleaner phrases test posts/ --spam "visit our partner casino" --honest "Casino Royale"
    """
    settings = load(paths)
    spam = tuple(dict.fromkeys((*settings.spam_phrases, *spam)))
    honest = tuple(dict.fromkeys((*settings.honest_phrases, *honest)))
    if not (spam or honest):
        raise CleanerError(
            "no phrases: put spam-phrases or honest-phrases into the configuration, or give --spam or --honest"
        )
    log = _Hits()
    tally = look(paths, settings, Options(policy_of=trial(spam, honest)), log, workers)
    for kind, some in ((SPAM, spam), (HONEST, honest)):
        for phrase in some:
            _show(kind, phrase, log)
    say_skipped(tally, "they may hold more")


class _Hits(Log):
    """Counts the places of phrases, and keeps the first of each."""

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self.likely: Counter[tuple[str, str]] = Counter()  # those of them that the model takes for spam
        self.files: dict[tuple[str, str], set[str]] = {}
        self.first: dict[tuple[str, str], list[str]] = {}

    def outcome(
        self, source: Source, outcome: Outcome, data: bytes, *, base: int = 0, record: str = "", field: str = ""
    ) -> None:
        """Take the places of a document."""
        for finding in outcome.findings:
            if finding.span.reason in (SPAM, HONEST):
                self._add(f"{source.name}:{record}" if record else source.name, source.name, finding)

    def _add(self, place: str, name: str, finding: Finding) -> None:
        for phrase, is_likely in finding.span.evidence:
            key = (finding.span.reason, phrase)
            self.total[key] += 1
            self.likely[key] += is_likely == MODEL
            self.files.setdefault(key, set()).add(name)
            first = self.first.setdefault(key, [])
            if len(first) < SHOWN:
                before, behind = finding.before[-WIDTH:], finding.after[:WIDTH]
                mark = "" if is_likely == MODEL else " (clean to the model)"
                shown = f"{quote(before)}⟦{quote(finding.text)}⟧{quote(behind)}"
                first.append(f"  {quote(place)}:{finding.line}:{finding.column}: {shown}{mark}")


def _show(kind: str, phrase: str, log: _Hits) -> None:
    key = (kind, phrase)
    total, clean = log.total[key], log.total[key] - log.likely[key]
    files = len(log.files.get(key, ()))
    click.echo(
        f"{kind} {quote(phrase)!r}: {total} hits in {files} files, {clean} in text that the model holds for clean"
    )
    for line in log.first.get(key, ()):
        click.echo(line)
    if kind == SPAM and clean:
        click.echo(
            f"warning: {quote(phrase)!r} would cut {clean} times what the model holds for clean: look at each of them",
            err=True,
        )

"""`cleaner allow`: say that something is no spam."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.looking import look, site_of
from cleaner.cli.options import WORKERS
from cleaner.cli.site import Asked, Site, site_options
from cleaner.engine.journal import Log
from cleaner.progress import counted
from cleaner.report.quote import quote
from cleaner.site.settings import Settings
from cleaner.site.usage import Usage, Watching, holds_all
from cleaner.span import CleanerError

if TYPE_CHECKING:
    from cleaner.site.allow import Entry


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "report",
    type=click.Path(path_type=Path, exists=True),
    help="Findings of a report, or of a removals.jsonl.",
)
@click.option(
    "--select",
    multiple=True,
    help="With --from: only the finding of this number in index.html (its line in removals.jsonl) or key; again for more.",
)
@click.option("--text", "texts", multiple=True, help="A text, in any case and wrapping.")
@click.option("--domain", "domains", multiple=True, help="What leads to this domain, or below it, and nowhere else.")
@click.option("--path", "patterns", multiple=True, help="All in the files that this pattern as in .gitignore matches.")
@click.option(
    "--why",
    default="",
    help="Why it is no spam, for those who read the file; of an entry that is there already, a new reason.",
)
@click.option(
    "--unused", is_flag=True, help="Print the entries that no finding in PATHS needs.  [default: the repository]"
)
@click.option("--prune", is_flag=True, help="Drop the entries that no finding in the whole repository needs.")
@site_options
@WORKERS
def allow(
    paths: Sequence[Path],
    report: Path | None,
    select: Sequence[str],
    texts: Sequence[str],
    domains: Sequence[str],
    patterns: Sequence[str],
    why: str,
    unused: bool,
    prune: bool,
    asked: Asked,
    workers: int | None,
) -> None:
    """Say that something is no spam: it is found no more by `check`, and never cut.

    \b
    cleaner allow --from clean-report/ --select 3 --why "a film"
    cleaner allow --text "Casino Royale"
    cleaner allow --domain casino-museum.example
    cleaner allow --path "posts/casino-history/*"
    cleaner allow --prune

    It is kept in .cleaner-allow.toml beside the configuration, or in the current folder, sorted, by a hash of the text.
    Check that file in.
    """
    is_adding = report is not None or texts or domains or patterns
    if bool(is_adding) == (unused or prune) or (select and report is None) or (paths and is_adding):
        raise CleanerError(
            "give what to allow (--from REPORT with or without --select, --text, --domain, --path), "
            "or --unused or --prune with paths"
        )
    from cleaner.site import allow as allowed

    site = site_of(asked, paths or [Path()])
    if site.settings.isolated:
        raise CleanerError("--isolated leaves exceptions out: there is nothing to do")
    if not is_adding:
        sys.exit(_unused(site, paths or [site.settings.root], prune=prune, workers=workers))
    new = [allowed.for_text(text, why) for text in texts]
    new += [allowed.for_domain(name, why) for name in domains]
    new += [allowed.for_path(pattern, why) for pattern in patterns]
    _add(site.settings, [*new, *(_selected(report, select, why) if report is not None else ())])


def _selected(report: Path, select: Sequence[str], why: str) -> Iterator[Entry]:
    """The entries for the findings of a report, those that were selected if any were."""
    from cleaner.site import ledger
    from cleaner.site.allow import for_text
    from cleaner.site.keys import key_of, normalised

    wanted = set(select)
    for number, text in enumerate(ledger.texts(report), 1):
        names = {str(number), key_of(text)}
        if select and not wanted & names:
            continue
        wanted -= names
        if normalised(text):
            yield for_text(text, why)
        else:
            click.echo(f"finding {number} says nothing that could be allowed: {quote(text, 40)}", err=True)
    if wanted:
        raise CleanerError(f"{report}: no finding {', '.join(sorted(wanted))}: give its number, from 1, or its key")


def _add(settings: Settings, new: Sequence[Entry]) -> None:
    from cleaner.site import datafile
    from cleaner.site.allow import dump, shown
    from cleaner.site.allow import load as load_entries

    before = {(entry.kind, entry.value, entry.path): entry for entry in load_entries(settings.allow)}
    known = dict(before)
    lines = []
    for entry in new:
        there = known.setdefault((entry.kind, entry.value, entry.path), entry)
        has_new_reason = entry.why not in ("", there.why)
        if has_new_reason:
            known[entry.kind, entry.value, entry.path] = there._replace(why=entry.why)
        done = "added" if there is entry else "reason changed" if has_new_reason else "there already"
        lines.append(f"{done}: {shown(there)}")
    if known != before:
        datafile.save(settings.root, settings.allow, dump(known.values()))
    for line in lines:
        click.echo(line)


def _unused(site: Site, paths: Sequence[Path], *, prune: bool, workers: int | None) -> int:
    from cleaner.site import datafile
    from cleaner.site.allow import dump, shown

    settings, usage = site.settings, Usage(site.settings)
    if prune and not holds_all(paths, settings.root):
        raise CleanerError(
            f"--prune needs the whole repository, {settings.root}: what nothing in a part of it needs may be needed elsewhere"
        )
    look(site.settled(), paths, Watching(Log(), usage), workers)
    found = usage.unused()
    if usage.unread:
        consequence = "nothing is dropped" if prune else "what only they need is taken for unused"
        click.echo(f"{counted(usage.unread, 'file')} skipped, whole or in part: {consequence}", err=True)
    prune = prune and not usage.unread
    if prune and found:
        datafile.save(settings.root, settings.allow, dump(set(usage.entries) - set(found)))
    for entry in found:
        click.echo(f"{'dropped' if prune else 'unused'}: {shown(entry)}")
    click.echo(f"{len(found)} of {len(usage.entries)} entries of {quote(str(settings.allow))} are unused", err=True)
    return 3 if usage.unread else 0

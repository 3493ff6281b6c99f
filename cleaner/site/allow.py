"""The allow file: what a site says is no spam, by text, by the domain that links lead to, or by path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cleaner.report.quote import quote
from cleaner.site import datafile
from cleaner.site.keys import is_key, key_of, normalised
from cleaner.site.settings import Settings, matches
from cleaner.span import CleanerError

TEXT, DOMAIN, PATH = "text", "domain", "path"
KINDS = (TEXT, DOMAIN, PATH)
HINT = 72  # characters of a text that are shown beside its key
_NAMES = {  # of the keys of an entry by its kind, the first is what it is known by
    TEXT: ("key", "hint", "path", "why"),
    DOMAIN: ("name", "path", "why"),
    PATH: ("pattern", "why"),
}
_HEADER = """\
# What is not spam here. `cleaner allow` writes this file sorted: say in `why` what a comment would say, comments are lost.
"""


class Entry(NamedTuple):
    """One exception: its kind, and the key, domain or pattern it is known by; `path` limits it to some paths.

    hint is for people only.
    """

    kind: str
    value: str
    path: str = ""
    hint: str = ""
    why: str = ""


class Rules(NamedTuple):
    """Entries, ready to be asked about the findings of one file."""

    texts: dict[str, list[Entry]]
    domains: tuple[Entry, ...]
    paths: tuple[Entry, ...]

    def covering(self, text: str) -> list[Entry]:
        """The entries that say that a finding is no spam."""
        found = [*self.paths]
        if self.texts:
            found += self.texts.get(key_of(text), [])
        return found + _leading_to(self.domains, text) if self.domains else found


def _leading_to(domains: Sequence[Entry], text: str) -> list[Entry]:
    """The entries for the domains that all addresses in a text lead to; none when there is no address."""
    from cleaner.site.hosts import hosts_in, is_below  # takes time to load, which most sites have no use for

    hosts = hosts_in(text)
    return [entry for entry in domains if hosts and all(is_below(host, entry.value) for host in hosts)]


def for_text(text: str, why: str = "") -> Entry:
    """An exception for a text. Raises `CleanerError` for one that says nothing."""
    if not normalised(text):
        raise CleanerError(f"{quote(text, HINT)!r}: there is nothing in it to allow")
    return Entry(TEXT, key_of(text), hint=quote(" ".join(text.split()), HINT), why=_reason(why))


def for_domain(name: str, why: str = "") -> Entry:
    """An exception for what leads to a domain only. Raises `CleanerError` for what is no domain of one owner."""
    return Entry(DOMAIN, _domain(name), why=_reason(why))


def for_path(pattern: str, why: str = "") -> Entry:
    """An exception for the files that a pattern as in `.gitignore` matches. Raises `CleanerError` for one that does nothing."""
    return Entry(PATH, _pattern(pattern), why=_reason(why))


def load(path: Path) -> list[Entry]:
    """The entries of an allow file, sorted; none when there is no such file. Raises `CleanerError` for a wrong one."""
    data = datafile.load(path)
    datafile.refuse_unknown(path, data, KINDS)
    entries = []
    for kind in KINDS:
        for number, row in enumerate(datafile.tables(path, data, kind, _NAMES[kind])):
            try:
                entries.append(_entry(kind, row))
            except CleanerError as error:
                raise CleanerError(f"{path}: {kind}[{number}]: {error}") from None
    return sorted(set(entries))


def dump(entries: Iterable[Entry]) -> str:
    """The text of an allow file.

    >>> print(dump([for_text("Casino Royal", "a film"), for_domain("example.org")]).partition("\\n")[2])
    <BLANKLINE>
    text = [
      { key = "a17042e864f59b8d", hint = "Casino Royal", why = "a film" },
    ]
    <BLANKLINE>
    domain = [
      { name = "example.org" },
    ]
    <BLANKLINE>
    """
    lines = [_HEADER]
    for kind in KINDS:
        rows = [datafile.inline(_row(entry)) for entry in sorted(entries) if entry.kind == kind]
        if rows:
            lines.append(f"{kind} = [\n" + "".join(f"  {row},\n" for row in rows) + "]\n")
    return "\n".join(lines)


def rules(settings: Settings, entries: Sequence[Entry]) -> Callable[[str], Rules]:
    """For the path of a file the entries that may cover findings in it.

    >>> from cleaner.site.settings import load
    >>> entries = [for_text("Casino Royal"), for_domain("example.org"), for_path("history/")]
    >>> of = rules(load([], isolated=True), entries)
    >>> [entry.kind for entry in of("a.md").covering("casino royal: http://www.example.org/a")]
    ['domain']
    >>> [entry.kind for entry in of("history/a.md").covering("Casino\\nroyal")]
    ['path', 'text']
    """
    patterns = sorted({_limit(entry) for entry in entries} - {""})

    def of(path: str) -> Rules:
        hits = {pattern for pattern in patterns if matches(settings, (pattern,), path)} | {""}
        held = [entry for entry in entries if _limit(entry) in hits]
        texts: dict[str, list[Entry]] = {}
        for entry in held:
            if entry.kind == TEXT:
                texts.setdefault(entry.value, []).append(entry)
        domains, paths = (tuple(entry for entry in held if entry.kind == kind) for kind in (DOMAIN, PATH))
        return Rules(texts, domains, paths)

    return of


def shown(entry: Entry) -> str:
    """An entry in words, for a terminal.

    >>> shown(for_text("Casino Royal"))
    'text a17042e864f59b8d Casino Royal'
    """
    where = f" in {entry.path}" if entry.path else ""
    return quote(f"{entry.kind} {entry.value} {entry.hint}".strip() + where)


def _entry(kind: str, row: dict[str, str]) -> Entry:
    value, path = row[_NAMES[kind][0]], row.get("path", "")
    if kind == TEXT and not is_key(value):
        raise CleanerError("key: must be 16 hexadecimal digits, as `cleaner allow` writes them")
    value = _domain(value) if kind == DOMAIN else _pattern(value) if kind == PATH else value
    return Entry(kind, value, _pattern(path) if path else "", row.get("hint", ""), row.get("why", ""))


def _row(entry: Entry) -> dict[str, str]:
    return {_NAMES[entry.kind][0]: entry.value, "hint": entry.hint, "path": entry.path, "why": entry.why}


def _limit(entry: Entry) -> str:
    """The pattern that limits an entry to some paths."""
    return entry.value if entry.kind == PATH else entry.path


def _domain(name: str) -> str:
    from cleaner.site.hosts import domain

    return domain(name)


def _reason(why: str) -> str:
    return quote(" ".join(why.split()))


def _pattern(pattern: str) -> str:
    from cleaner.site.patterns import problem  # takes time to load, which most sites have no use for

    wrong = problem(pattern)
    wrong = wrong or ("takes back what no other one has said" if pattern.startswith("!") else "")
    wrong = wrong or ("" if _is_text(pattern) else "is not UTF-8: write * for what is not")
    if wrong:
        raise CleanerError(
            f"{quote(pattern, HINT)!r}: {wrong}: give a pattern as in .gitignore, such as posts/history/*"
        )
    return pattern


def _is_text(word: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in word)

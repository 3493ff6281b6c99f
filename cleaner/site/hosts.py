"""Which hosts a piece of text leads to: in links, in addresses and in names that stand there bare."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

import regex

from cleaner.span import CleanerError

MAX_HOST = 253
_HOST = regex.compile(r"(?<![\\/])[\\/]{2,}+([^\s\\/?#\"'<>()\[\]{}]++)")
_ADDRESS = regex.compile(r"(?<![\\/])[\\/]{2,}+[^\s\"'<>()\[\]]++")
_RUN = regex.compile(r"[\w.-]++")
_OTHER_SCHEME = regex.compile(r"\b(?:mailto|tel|sms|javascript|data|tg|whatsapp|skype|weixin):", regex.IGNORECASE)
_NAME = regex.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_SHARED = frozenset(
    ("ac", "co", "com", "edu", "gov", "gob", "net", "ne", "or", "org")
)  # under which countries give out names


def hosts_in(text: str) -> set[str]:
    """The hosts of all addresses in a text, each in one form; an address of another kind, such as mailto, is its own host.

    Rather one too many than one too few: what looks like the name of a host counts, as spam names its sites so.

    >>> sorted(hosts_in("[a](https://user@www.Example.ORG:8080/b.c) and casino.example, mailto:a@b.example"))
    ['b.example', 'casino.example', 'mailto:', 'www.example.org']
    """
    text = unicodedata.normalize("NFKC", html.unescape(text))
    found = {match[0].lower() for match in _OTHER_SCHEME.finditer(text)}
    found.update(_hosts_of_addresses(text))
    found.update(one_form(run[-MAX_HOST:]) for run in _RUN.findall(_ADDRESS.sub(" ", text)) if _is_like_host(run))
    return found


def _is_like_host(run: str) -> bool:
    """Whether a run of letters, digits, dots and hyphens reads as a name: something, a dot, and two letters or more."""
    before, dot, last = run.strip(".-_").rpartition(".")
    return bool(before and dot) and len(last) > 1 and last[0].isalpha()


def _hosts_of_addresses(text: str) -> Iterator[str]:
    for match in _HOST.finditer(text):
        yield one_form(unquote(match[1]).rpartition("@")[2].partition(":")[0])


def one_form(host: str) -> str:
    """A host as it is asked for: small letters, international names in ASCII, no dot at its end.

    >>> one_form("Bücher.Example.")
    'xn--bcher-kva.example'
    """
    host = unicodedata.normalize("NFKC", host).casefold().rstrip(".")
    if not host.isascii() and len(host) <= MAX_HOST:
        try:
            return host.encode("idna").decode("ascii")
        except UnicodeError:
            pass
    return host


def is_below(host: str, domain: str) -> bool:
    """Whether a host is a domain or below it.

    >>> is_below("www.example.org", "example.org"), is_below("anexample.org", "example.org")
    (True, False)
    """
    return host == domain or host.endswith(f".{domain}")


def domain(name: str) -> str:
    """A domain that somebody may own, in one form. Raises `CleanerError` for anything else, and for what is shared by many.

    >>> domain("Example.org")
    'example.org'
    """
    host = one_form(name.strip())
    labels = host.split(".")
    if len(host) > MAX_HOST or not _NAME.fullmatch(host) or labels[-1].isdecimal():
        raise CleanerError(f"{name}: not a domain: give a name such as example.org, without https:// and path")
    if len(labels) == 2 and labels[0] in _SHARED and len(labels[1]) == 2:
        raise CleanerError(f"{name}: too many sites are below it: give the domain of one")
    return host

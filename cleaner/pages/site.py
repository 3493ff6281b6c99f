"""Which site a page belongs to, so that its own links are told from those that lead elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

from cleaner.pages.markup import START, Token, attributes, element_names

_ADDRESS = regex.compile(r"""[\s\\"']*+(?:https?:)?//(?:[^/?#\s@]*@)?([^/?#\s:"'\\]+)""", regex.IGNORECASE)
_PART = regex.compile(r"""\bsrc\s*=\s*["']?(?:https?:)?//([^/?#\s:"'>]+)""", regex.IGNORECASE)
_TELLING = frozenset(("link", "base", "meta", "img", "script"))
MIN_PARTS = 2  # images and scripts that come from a host before it counts
MIN_NAME = 4  # letters of a site's name that are looked for in addresses
_OWN_RELATIONS = frozenset(("canonical", "shortlink", "alternate", "home", "index", "next", "prev"))
_COMMON = element_names("www com org net edu gov co ac info biz blogspot wordpress github gitlab tumblr")


def host(address: str) -> str:
    """The host of an address that names one, "" for all others.

    >>> host("https://WWW.Example.org:80/a"), host("/a")
    ('www.example.org', '')
    """
    match = _ADDRESS.match(address)
    return match[1].lower() if match else ""


def label(name: str) -> str:
    """What a host's name says of whose it is: the longest of its labels but the last, without those shared by many.

    >>> label("www.example.org"), label("someone.blogspot.com")
    ('example', 'someone')
    """
    return max((part for part in name.split(".")[:-1] if part not in _COMMON), key=len, default="")


def own_labels(source: str, tokens: Sequence[Token]) -> frozenset[str]:
    """The labels of the hosts that a page says it stands on, and of the one most of its images and scripts come from.

    >>> from cleaner.pages.markup import tokenize
    >>> own_labels(page := "<link rel=canonical href='https://example.org/a'>", tokenize(page))
    frozenset({'example'})
    """
    found: set[str] = set()
    parts: Counter[str] = Counter()
    for token in tokens:
        if token.kind is not START or token.name not in _TELLING:
            continue
        if token.name in ("img", "script"):
            match = _PART.search(source, token.start, token.end)
            if match:
                parts[match[1].lower()] += 1
        else:
            item = {attribute.name: attribute.value for attribute in attributes(source, token)}
            if token.name == "meta":
                address = item.get("content", "") if item.get("property", "").lower() == "og:url" else ""
            elif token.name == "base" or not _OWN_RELATIONS.isdisjoint(item.get("rel", "").lower().split()):
                address = item.get("href", "")
            else:
                address = ""
            found.add(label(host(address)))
    found.update(label(name) for name, count in parts.most_common(1) if count >= MIN_PARTS)
    return frozenset(found - {""})


def is_own(address: str, own: frozenset[str]) -> bool:
    """Whether an address leads to the site itself, or to a page elsewhere that bears its name.

    >>> is_own("https://social.example/@somepaper", frozenset({"somepaper"}))
    True
    """
    return label(host(address)) in own or any(len(name) >= MIN_NAME and name in address.lower() for name in own)

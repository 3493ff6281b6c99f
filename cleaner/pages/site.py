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
    for token in [token for token in tokens if token.name in _TELLING and token.kind is START]:
        _, start, end, name = token
        if name in ("img", "script"):
            match = _PART.search(source, start, end) if source.find("//", start, end) >= 0 else None
            if match:
                parts[match[1].lower()] += 1
        elif source.find("//", start, end) >= 0 or source.find("&", start, end) >= 0:
            found.add(label(host(_own_address(source, token))))
    found.update(label(name) for name, count in parts.most_common(1) if count >= MIN_PARTS)
    return frozenset(found - {""})


def _own_address(source: str, token: Token) -> str:
    """The address by which a tag says where its page stands, "" when it does not."""
    item = {attribute.name: attribute.value for attribute in attributes(source, token)}
    if token.name == "meta":
        return item.get("content", "") if item.get("property", "").lower() == "og:url" else ""
    says = token.name == "base" or not _OWN_RELATIONS.isdisjoint(item.get("rel", "").lower().split())
    return item.get("href", "") if says else ""


def elsewhere(address: str, own: frozenset[str]) -> str:
    """The host of an address that leads to another site, "" for all others.

    >>> elsewhere("//www.example.org/", frozenset()), elsewhere("//www.example.org/", frozenset({"example"}))
    ('www.example.org', '')
    """
    name = host(address)
    return "" if not name or _bears(address, name, own) else name


def is_own(address: str, own: frozenset[str]) -> bool:
    """Whether an address leads to the site itself, or to a page elsewhere that bears its name.

    >>> is_own("https://social.example/@somepaper", frozenset({"somepaper"}))
    True
    """
    return _bears(address, host(address), own)


def _bears(address: str, name: str, own: frozenset[str]) -> bool:
    """Whether the host of an address, or else the address, bears one of a site's names."""
    return label(name) in own or any(len(part) >= MIN_NAME and part in address.lower() for part in own)

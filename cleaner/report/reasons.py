"""What each reason means, in a sentence and in a paragraph; `docs/reasons.md` says the same at length."""

from __future__ import annotations

from typing import NamedTuple

DOCS = "docs/reasons.md"


class Meaning(NamedTuple):
    """How the spam stands there, and what is done about it."""

    short: str
    long: str


REASONS = {
    "promo-line": Meaning(
        "A line of its own that advertises",
        "A line that was put into the text to advertise. It goes with its line end, and nothing else does.",
    ),
    "promo-block": Meaning(
        "A paragraph of its own that advertises",
        "A line or paragraph of 240 characters or more that advertises, or a doubtful line among lines that do.",
    ),
    "promo-inline": Meaning(
        "An advertisement in a line of the article",
        "Words in front of, behind or inside a line of the article that advertise. The rest of the line stays.",
    ),
    "promo-tag": Meaning(
        "An advertisement behind a tag marker",
        "Words behind a symbol such as a bookmark or `#` that advertise. The marker goes along when it held nothing else.",
    ),
    "spam-link": Meaning(
        "A link or an address of spam",
        "Injected text that holds a link or an address, or the definition that only such a link used; or, for review only, "
        "a link whose host or path is plainly spam, or whose text and host disagree.",
    ),
    "hidden-block": Meaning(
        "Links that readers do not see",
        "HTML that hides links, or words, from readers and shows them to search engines, with what only serves to hide it.",
    ),
    "server-code": Meaning(
        "Code that prints links",
        "Code that a server should have run, or a script, which prints links. It is for review when it does more than that.",
    ),
    "spam-in-code": Meaning(
        "Spam in code",
        "In a code block or a string of JSON-LD, what would be cut if it were no code. It is always for review, never cut.",
    ),
    "site-phrase": Meaning(
        "A phrase that the site itself calls spam",
        "What the configuration names under `spam-phrases`, wherever it stands as whole words.",
    ),
}


def meaning(reason: str) -> Meaning:
    """What a reason means; for one that is not described here, its name.

    >>> meaning("promo-line").short
    'A line of its own that advertises'
    """
    return REASONS.get(reason, Meaning(reason, f"See `{reason}` in {DOCS}."))

"""What decided, in words: the contributions of the features to a score, summed by what they look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import ACCEPT_NAMES, NAMES
from cleaner.links import SPAM_ADDRESS
from cleaner.trees import Trees, bias, contributions

SMALL = 0.05  # logits; what contributes less is not named
LIKELY, SHARED = 0.5, 0.25  # from which another segment is called spam, and words are called shared
MANY = 5  # up to which `features` counts repetitions
UNLIKE = -10.0  # language fit less the article's, in table units, below which a language is unlike the article's

ELSEWHERE = "the same text is spam elsewhere"
REASONS = 3  # of a spam score that are named

Row = Mapping[str, float]


class Theme(NamedTuple):
    """Features that look at the same thing: how their names begin, and what was seen, from a row by feature name.

    The words are true of the row whatever they contribute: only the sign says whether that speaks for spam.
    """

    names: tuple[str, ...]
    words: Callable[[Row], str]


def _spam(row: Row) -> str:
    if row["spam_score"] > 1:
        return "looks like spam by itself"
    return "may be spam by itself" if row["spam_score"] > -2 else "does not look like spam by itself"


def _known(row: Row) -> str:
    share = row["covered_share"]
    return f"{share:.0%} of it stands in known spam" if share >= 0.01 else "hardly a piece of known spam in it"


def _wording(row: Row) -> str:
    return "wording typical of spam" if row["ngram_score"] > 0 else "wording typical of clean text"


def _edges(row: Row) -> str:
    return "its start and end fit" if row["exact_score"] > 0 else "its start or end may be elsewhere"


def _reading_on(row: Row) -> str:
    return f"the text reads {'better' if row['reads_on_gain'] > 0 else 'no better'} without it"


def _script(row: Row) -> str:
    differs = row["foreign_script"] >= 0.1 or row["latin"] - row["latin_host"] >= 0.5  # Latin never counts as foreign
    return "script differs from the article's" if differs else "script as in the article"


def _language(row: Row) -> str:
    return f"language {'unlike' if row['language_below_host'] < UNLIKE else 'like'} the rest of the article"


def _disguises(row: Row) -> str:
    count = row["disguised_count"]
    return f"disguised characters ({count:.0f})" if count else "no disguised characters"


def _repetition(row: Row) -> str:
    times = int(row["repeats"])
    if times < 2:
        return "does not repeat"
    return f"repeats {times} times" if times < MANY else f"repeats {MANY} times or more"


def _spelling(row: Row) -> str:
    return f"{'much' if row['unique_trigrams'] >= 0.5 else 'little'} of its spelling is new to the article"


def _links(row: Row) -> str:
    if row["link_target"] >= SPAM_ADDRESS:
        return "link to an address that sells something"
    if row["spam_addresses"] > 0:
        return f"addresses in the article that sell something ({row['spam_addresses']:.0f})"
    return "link or address" if max(row["link_share"], row["urls"], row["at_signs"]) > 0 else "no link or address"


def _place(row: Row) -> str:
    if row["at_line_start"]:
        return "stands on a line of its own" if row["at_line_end"] else "stands at the start of a line"
    return "stands at the end of a line" if row["at_line_end"] else "stands inside a line"


def _kin(row: Row) -> str:
    if row["kin_same"] >= LIKELY:
        return "the same text is spam elsewhere in the article"
    if row["kin_shared"] >= SHARED:
        return "shares words with what else may be spam in the article"
    if max(row["kin_before"], row["kin_behind"]) >= LIKELY:
        return "stands beside other spam in the article"
    return f"{'stands like' if row['kin_place'] >= LIKELY else 'is not like'} other spam in the article"


def _others(row: Row) -> str:
    if row["others_likely"] > 0:
        return f"other spam in the article ({row['others_likely']:.0f})"
    return "perhaps other spam in the article" if row["others_possible"] > 0 else "no other spam in the article"


# A feature belongs to the theme with the longest beginning of its name.
THEMES = (
    Theme(("spam_score", "holds_spam", "segment_probability", "place_probability", "best_spam_rival"), _spam),
    Theme(("known_", "covered", "bare_known", "bare_covered"), _known),
    Theme(("ngram_", "odds_", "peak", "bare_"), _wording),
    Theme(
        ("ngram_left", "ngram_right", "ngram_rest", "ngram_previous_line", "ngram_next_line",
         *(f"{kind}_{place}" for kind in ("odds", "known", "covered") for place in ("left", "right", "rest"))),
        lambda row: "wording of the text around it",
    ),
    Theme(
        ("exact_score", "best_rival", "rivals", "boundary_", "ngram_start_step", "ngram_end_step", "class_", "spaces_",
         "next_is_lower"),
        _edges,
    ),
    Theme(("style_",), lambda row: "style of the letters at its edges"),
    Theme(("reads_on_", "words_", "reference_"), _reading_on),
    Theme(("foreign_script", "own_script", "latin", "han"), _script),
    Theme(("language_",), _language),
    Theme(("disguised",), _disguises),
    Theme(("repeats",), _repetition),
    Theme(("unique_trigrams", "bare_unique"), _spelling),
    Theme(("link", "urls", "at_signs", "is_reference", "spam_addresses", "address_"), _links),
    Theme(("at_line_", "line_", "indented", "blank_", "position", "to_end"), _place),
    Theme(("others_", "host_hot", "host_runs"), _others),
    Theme(("kin_",), _kin),
    Theme(
        ("host_", "ngram_host", "language_host", "foreign_script_host", "disguised_host", "upper_host", "latin_host",
         "han_host", "unique_trigrams_host", "urls_host", "links_host"),
        lambda row: "the article's own style",
    ),
    Theme(
        ("length", "bare_length", "letter", "digit", "spaces", "symbols", "upper", "exclamations", "price_signs"),
        lambda row: f"length ({row['length']:.0f}), capitals, digits and signs",
    ),
)  # fmt: skip


@cache
def theme_of(name: str) -> Theme:
    """The theme a feature belongs to; raises `ValueError` for one without.

    >>> theme_of("ngram_mean") == theme_of("odds_5"), theme_of("ngram_mean") == theme_of("ngram_rest")
    (True, False)
    """
    fitting = [(len(start), at) for at, theme in enumerate(THEMES) for start in theme.names if name.startswith(start)]
    if not fitting:
        raise ValueError(f"feature without a theme: {name}")
    return THEMES[max(fitting)[1]]


def evidence(
    accept: Trees, spam: Trees, row: NDArray[np.float32], elsewhere: float = 0.0
) -> tuple[tuple[str, float], ...]:
    """What a row of `ACCEPT_NAMES` adds to its score, in words and logits, strongest first; the figures sum to the score.

    The spam score, itself a sum over trees, is followed by what spoke most for it. The last two figures are what was too
    small to name, and the score before any feature is looked at. In front stands what other documents add (`elsewhere`).

    >>> stump = Trees(np.array([0], "i4"), np.array([ACCEPT_NAMES.index("repeats"), 0, 0], "i4"),
    ...     np.array([1.5, np.inf, np.inf], "f4"), np.array([1, 1, 2], "i4"), np.array([0.0, -1.0, 1.0]), 0.25, 1)
    >>> evidence(stump, stump, np.full(len(ACCEPT_NAMES), 3, "f4"))
    (('repeats 3 times', 1.0), ('other signs', 0.0), ('before looking', 0.25))
    """
    seen = dict(zip(ACCEPT_NAMES, row.tolist(), strict=True))
    credits = contributions(accept, row)
    named = []
    for theme, value in _by_theme(credits):
        words = theme.words(seen)
        if theme is THEMES[0]:
            words = ": ".join((words, ", ".join(_reasons(spam, row, seen)))).removesuffix(": ")
        named.append((words, round(value, 3)))
    start = bias(accept)
    score = round(float(credits.sum()) + start, 3)
    rest = score - round(start, 3) - sum(value for _, value in named)  # with what rounding took, and never -0.0
    campaign = [(ELSEWHERE, round(elsewhere, 3))] if elsewhere else []
    return (*campaign, *named, ("other signs", round(rest, 3) + 0.0), ("before looking", round(start, 3)))


def _by_theme(credits: NDArray[np.float64]) -> list[tuple[Theme, float]]:
    """The sums of contributions that are not too small to name, strongest first."""
    sums: dict[Theme, float] = defaultdict(float)
    for name, credit in zip(ACCEPT_NAMES, credits.tolist(), strict=False):
        sums[theme_of(name)] += credit
    return sorted((item for item in sums.items() if abs(item[1]) >= SMALL), key=lambda item: -abs(item[1]))


def _reasons(spam: Trees, row: NDArray[np.float32], seen: Row) -> list[str]:
    """What speaks for spam in the eyes of the trees that ask whether a candidate is spam at all."""
    of_spam = _by_theme(contributions(spam, row[: len(NAMES)]))
    return [theme.words(seen) for theme, value in of_spam if value > 0][:REASONS]

"""Contributions in words: every feature has a theme, the words are true of the row, the figures sum to the score."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DIRTY

from cleaner.evidence import SMALL, THEMES, evidence, theme_of
from cleaner.features import ACCEPT_NAMES
from cleaner.judge import judge
from cleaner.model import load


def test_every_feature_has_a_theme() -> None:
    assert {theme_of(name) for name in ACCEPT_NAMES} <= set(THEMES)


def test_no_beginning_stands_in_two_themes() -> None:
    assert [
        name for name, times in Counter(name for theme in THEMES for name in theme.names).items() if times > 1
    ] == []


def test_a_feature_without_a_theme() -> None:
    with pytest.raises(ValueError, match="feature without a theme: colour"):
        theme_of("colour")


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("spam_score", {"spam_score": 4}, "looks like spam by itself"),
        ("spam_score", {}, "may be spam by itself"),
        ("spam_score", {"spam_score": -4}, "does not look like spam by itself"),
        ("known_3", {"covered_share": 0.5}, "50% of it stands in known spam"),
        ("covered", {}, "hardly a piece of known spam in it"),
        ("covered_left", {}, "wording of the text around it"),
        ("style_last", {}, "style of the letters at its edges"),
        ("kin_place", {"kin_same": 0.9}, "the same text is spam elsewhere in the article"),
        ("kin_same", {"kin_shared": 0.5}, "shares words with what else may be spam in the article"),
        ("kin_same", {"kin_behind": 0.9}, "stands beside other spam in the article"),
        ("kin_same", {"kin_place": 0.9}, "stands like other spam in the article"),
        ("kin_same", {"kin_place": 0.1}, "is not like other spam in the article"),
        ("peak", {"ngram_score": 2}, "wording typical of spam"),
        ("odds_first", {"ngram_score": -2}, "wording typical of clean text"),
        ("odds_left", {}, "wording of the text around it"),
        ("rivals", {"exact_score": 2}, "its start and end fit"),
        ("rivals", {"exact_score": -2}, "its start or end may be elsewhere"),
        ("words_at_end", {"reads_on_gain": 3}, "the text reads better without it"),
        ("words_at_end", {"reads_on_gain": -3}, "the text reads no better without it"),
        ("own_script", {"foreign_script": 1}, "script differs from the article's"),
        ("own_script", {"latin": 1, "latin_host": 0.2}, "script differs from the article's"),
        ("own_script", {"latin": 1, "latin_host": 0.9}, "script as in the article"),
        ("language_first", {"language_below_host": -40}, "language unlike the rest of the article"),
        ("language_first", {"language_below_host": 4}, "language like the rest of the article"),
        ("disguised", {"disguised_count": 12}, "disguised characters (12)"),
        ("disguised", {}, "no disguised characters"),
        ("repeats", {"repeats": 1}, "does not repeat"),
        ("repeats", {"repeats": 3}, "repeats 3 times"),
        ("repeats", {"repeats": 5}, "repeats 5 times or more"),
        ("unique_trigrams", {"unique_trigrams": 0.8}, "much of its spelling is new to the article"),
        ("link_share", {"link_target": 6, "link_share": 1}, "link to an address that sells something"),
        ("urls", {"spam_addresses": 4}, "addresses in the article that sell something (4)"),
        ("urls", {"urls": 1}, "link or address"),
        ("urls", {}, "no link or address"),
        ("line_share", {"at_line_start": 1, "at_line_end": 1}, "stands on a line of its own"),
        ("line_share", {"at_line_start": 1}, "stands at the start of a line"),
        ("line_share", {"at_line_end": 1}, "stands at the end of a line"),
        ("line_share", {}, "stands inside a line"),
        ("host_runs", {"others_likely": 2, "others_possible": 3}, "other spam in the article (2)"),
        ("host_runs", {"others_possible": 1}, "perhaps other spam in the article"),
        ("host_runs", {}, "no other spam in the article"),
        ("host_length", {}, "the article's own style"),
        ("links_host", {}, "the article's own style"),
        ("spaces", {"length": 51}, "length (51), capitals, digits and signs"),
    ],
)
def test_words(name: str, values: dict[str, float], words: str) -> None:
    assert theme_of(name).words(dict.fromkeys(ACCEPT_NAMES, 0.0) | values) == words


def test_the_figures_sum_to_the_score() -> None:
    judged = judge([DIRTY], load(), [[]])[0]
    assert judged
    for item in judged:
        assert sum(value for _, value in evidence(load().accept, load().spam, item.row)) == pytest.approx(
            item.score, abs=6e-4
        )


def test_a_spam_score_says_why() -> None:
    [item] = [item for item in judge([DIRTY], load(), [[]])[0] if item.probability >= load().remove]
    [words] = [
        words for words, _ in evidence(load().accept, load().spam, item.row) if words.startswith("looks like spam")
    ]
    assert "of it stands in known spam" in words


@given(st.integers(0, 1 << 16))
def test_any_row(seed: int) -> None:
    row = np.random.default_rng(seed).normal(0, 5, len(ACCEPT_NAMES)).astype(np.float32)
    pairs = evidence(load().accept, load().spam, row)
    assert len({words for words, _ in pairs}) == len(pairs)
    sizes = [abs(value) for _, value in pairs[:-2]]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= SMALL
    assert [words for words, _ in pairs[-2:]] == ["other signs", "before looking"]

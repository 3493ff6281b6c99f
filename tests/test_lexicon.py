"""The tables of single n-grams: what is in them is found, what is not is not, and a line never depends on its neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import charclass as cc
from cleaner.lexicon import COVER, KINDS, KNOWN_UNIT, evidence, keys, strengths
from cleaner.train.lexicon_fit import LEAST, clean_counts, spam_grams, tables, together
from cleaner.train.ngram_fit import folded

SPAM = ["cheap viagra online", "viagra without prescription", "上海龙凤论坛"]
COLLECTED = np.zeros(len(SPAM), dtype=bool)
CLEAN = ["The river rose online and offline without a warning.", "上海的冬天没有雪。"] * 50


@pytest.fixture(scope="module")
def lexicon() -> tuple[np.ndarray, np.ndarray]:
    spam = spam_grams(SPAM)
    counts = together([clean_counts(CLEAN[:50], spam.vocabulary), clean_counts(CLEAN[50:], spam.vocabulary)])
    return tables(spam, np.arange(len(SPAM)), COLLECTED, np.ones(len(SPAM), dtype=bool), counts)


def _evidence(text: str, lexicon: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    points = cc.code_points(text)
    codes = np.where(points == 10, np.uint32(32), points)
    return evidence(codes, cc.tables().classes[points], *lexicon)


def test_every_fragment_is_known(lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    for fragment in SPAM:
        found = np.concatenate([strengths(key, lexicon[1]) for *_, key in keys(*folded(fragment))])
        assert (found >= LEAST * KNOWN_UNIT).mean() > 0.5


def test_clean_words_are_not_known(lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    assert not _evidence("the summer was warm and dry", lexicon)[len(KINDS) :].any()
    assert not _evidence("the river rose without a warning", lexicon)[COVER - 2 : COVER].any()


def test_words_count_at_their_first_letter(lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    row = _evidence("a viagra river", lexicon)[len(KINDS) + KINDS.index("words")]
    assert np.flatnonzero(row).tolist() == [2]


def test_what_known_spam_covers(lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    """Every character of a known fragment is covered, in scripts of short and of long words, and nothing around it."""
    for text, piece in (
        ("a river cheap viagra online", "viagra"),
        ("河边的冬天很冷也没有雪，上海龙凤论坛", "海龙凤论坛"),
    ):
        covered = _evidence(text, lexicon)[COVER] > 0
        at = text.index(piece)
        assert covered[at : at + len(piece)].all()
        assert not covered[: at - 8].any()


def test_odds_of_spam_are_above_those_of_clean_text(lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    spam, clean = (_evidence(text, lexicon)[: len(KINDS)].mean() for text in ("cheap viagra online", "the river rose"))
    assert spam > 0 > clean


def test_a_left_out_fragment_leaves_no_trace() -> None:
    spam = spam_grams(SPAM)
    counts = clean_counts(CLEAN, spam.vocabulary)
    campaigns = np.arange(len(SPAM))
    without = tables(spam, campaigns, COLLECTED, np.array([False, True, True]), counts)
    alone = spam_grams(SPAM[1:])
    counts_alone = clean_counts(CLEAN, alone.vocabulary)
    expected = tables(alone, campaigns[1:], COLLECTED[1:], np.ones(2, dtype=bool), counts_alone)
    assert all(np.array_equal(one, other) for one, other in zip(without, expected, strict=True))


def test_chance_of_one_made_up_fragment_is_not_known() -> None:
    """`viagra` stands in two fragments, `cheap` in one: known when it was collected, chance when a grammar made it."""
    spam = spam_grams(SPAM)
    counts = clean_counts(CLEAN, spam.vocabulary)
    everything = np.ones(len(SPAM), dtype=bool)
    rows = []
    for made in (COLLECTED, ~COLLECTED):
        lexicon = tables(spam, np.arange(len(SPAM)), made, everything, counts)
        rows.append(_evidence("cheap viagra", lexicon)[len(KINDS) + KINDS.index("words")] > 0)
    assert [np.flatnonzero(row).tolist() for row in rows] == [[0, 6], [6]]


@pytest.mark.parametrize("other", ["", "viagra online", "上海", "a b c"])
def test_a_line_has_the_same_figures_among_others(other: str, lexicon: tuple[np.ndarray, np.ndarray]) -> None:
    line = "cheap viagra online 上海龙凤论坛"
    alone = _evidence(f"\n{line}\n", lexicon)
    among = _evidence(f"\n{other}\n{line}\n{other}\n", lexicon)
    at = len(other) + 1
    assert np.array_equal(among[:, at + 1 : at + 1 + len(line)], alone[:, 1 : 1 + len(line)])

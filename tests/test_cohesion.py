"""Whether a text reads on across a place: what was counted is found again, from either side, in every script."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.cohesion import TABLE_BITS, gram_indices, packed, pair_indices, seams
from cleaner.train.ngram_fit import folded

CLEAN = "the quick brown fox jumps over the lazy dog and the river bank 市场不断增加报名人数也增加 кошка сидит на окне"


def _codes(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    return folded(text)


@pytest.fixture(scope="module")
def seen() -> NDArray[np.uint8]:
    """The table of one clean text, every hash in it counted."""
    codes, classes = _codes(CLEAN)
    counts = np.zeros(1 << TABLE_BITS, dtype=np.int32)
    for index in (*gram_indices(codes), pair_indices(codes, classes)):
        np.add.at(counts, index, 1)
    return packed(counts, 0.9)


def _at(text: str, left: str, right: str, seen: NDArray[np.uint8]) -> tuple[int, int, int]:
    """The seam between `left` with the white space behind it and the start of `right`, both found in the text."""
    codes, classes = _codes(text)
    shift = 1  # `folded` puts a space in front
    behind = text.index(left) + len(left)
    begin = np.array([behind + len(text[behind:]) - len(text[behind:].lstrip()) + shift])
    end = np.array([text.index(right) + shift])
    result = seams(codes, classes, begin, end, seen)
    return int(result.short[0]), int(result.long[0]), int(result.pair[0])


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("quick brown fox jumps", "brown", "fox"),
        ("quick brown buy pills fox jumps", "brown", "fox"),
        ("quick brown\n\nbuy pills\nfox jumps", "brown", "fox"),
        ("кошка сидит casino на окне", "сидит", "на"),
    ],
)
def test_reads_on_where_clean_text_does(text: str, left: str, right: str, seen: NDArray[np.uint8]) -> None:
    assert _at(text, left, right, seen) == (3, 7, 1)


def test_unspaced_script_has_no_words(seen: NDArray[np.uint8]) -> None:
    assert _at("市场不断爱上海增加报名人数", "不断", "增加", seen) == (3, 7, 0)


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [("quick brown viagra jumps", "brown", "viagra"), ("市场不断爱上海增加", "不断", "爱上海")],
)
def test_does_not_read_on_into_something_else(text: str, left: str, right: str, seen: NDArray[np.uint8]) -> None:
    short, long, pair = _at(text, left, right, seen)
    assert (long, pair) == (0, 0)
    assert short <= 1


@pytest.mark.parametrize("text", ["", "a", "\n", "a\n", "上"])
def test_ends_of_a_text(text: str, seen: NDArray[np.uint8]) -> None:
    codes, classes = cc.code_points(f"\n{text}\n"), cc.tables().classes[cc.code_points(f"\n{text}\n")]
    for at in range(len(codes) + 1):
        place = np.array([at])
        result = seams(codes, classes, place, place, seen)
        assert 0 <= int(result.short[0]) <= 3
        assert 0 <= int(result.long[0]) <= 7


def test_packed_keeps_the_most_frequent() -> None:
    counts = np.zeros(1 << TABLE_BITS, dtype=np.int32)
    counts[: 1 << (TABLE_BITS - 1)] = 1
    counts[0] = 5
    bits = packed(counts, 0.25)
    assert int(np.unpackbits(bits).sum()) == 1
    assert bits[0] == 1

"""What segments of one article have in common: the same text, the same words, the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Cleaner
from cleaner.kin import KIN_NAMES, best_of_others, kin_columns, text_keys
from cleaner.propose import Candidates, Excerpt, Runs, excerpt
from cleaner.reading import read

KEYS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.floats(0, 1, width=16)), max_size=30)


@given(KEYS)
def test_best_of_others_is_what_a_loop_finds(entries: list[tuple[int, int, float]]) -> None:
    weight_of = {owner: weight for _, owner, weight in entries}
    keys, owners = (np.array([entry[column] for entry in entries], dtype=np.int64) for column in (0, 1))
    weights = np.array([weight_of[owner] for owner in owners.tolist()])
    expected = [
        max((weight_of[o] for k, o, _ in entries if k == key and o != owner), default=0.0) for key, owner, _ in entries
    ]
    assert best_of_others(keys, owners, weights).tolist() == expected


def _excerpt(texts: list[str], cleaner: Cleaner) -> Excerpt:
    """All lines of some texts."""
    reading = read(texts, cleaner.model.tables)
    starts = np.flatnonzero(reading.classes[:-1] != reading.classes[reading.newlines[0]])
    docs = np.searchsorted(reading.doc_first, starts, side="right") - 1
    none = np.zeros(len(starts), dtype=np.int8)
    everywhere = Runs(starts, starts + 1, docs, np.ones(len(starts)), none, none.astype(bool))
    return excerpt(reading, everywhere, cleaner.model.tables)[0]


def _found(part: Excerpt, pieces: list[tuple[str, int, int]]) -> Candidates:
    """Candidates by text, article, and which occurrence of the text in the whole."""
    text = part.codes.tobytes().decode("utf-32-le")
    starts = []
    for piece, _, nth in pieces:
        at = -1
        for _ in range(nth + 1):
            at = text.index(piece, at + 1)
        starts.append(at)
    begins = np.array(starts, dtype=np.int64)
    ends = begins + np.array([len(piece) for piece, _, _ in pieces])
    docs = np.array([doc for _, doc, _ in pieces], dtype=np.int64)
    return Candidates(begins, ends, docs, np.zeros(len(pieces), dtype=np.int64))


def test_the_same_text_has_the_same_key_in_its_article_only(cleaner: Cleaner) -> None:
    part = _excerpt(["casino bonus\nand casino bonus", "casino bonus"], cleaner)
    keys = text_keys(part, _found(part, [("casino bonus", 0, 0), ("casino bonus", 0, 1), ("casino bonus", 1, 2)]))
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kin_same", [0.2, 0.9, 0.0]),
        ("kin_shared", [0.2, 0.9, 0.0]),
        ("kin_place", [0.2, 0.9, 0.9]),
        ("kin_places", [0.2, 0.9, 1.1]),
    ],
)
def test_columns(name: str, expected: list[float], cleaner: Cleaner) -> None:
    """Two lines that say the same and a third of its own, on lines of their own all."""
    part = _excerpt(["casino bonus\nso casino bonus it is\ncasino bonus\n\nquiet water"], cleaner)
    found = _found(part, [("casino bonus", 0, 0), ("casino bonus", 0, 2), ("quiet water", 0, 0)])
    columns = kin_columns(part, found, np.array([0.9, 0.2, 0.0]))
    assert columns[:, KIN_NAMES.index(name)].round(6).tolist() == expected


def test_what_stands_side_by_side(cleaner: Cleaner) -> None:
    """Nothing of the article's own, but a blank line or a sign, is between them."""
    part = _excerpt(["casino bonus | buy pills\n\nquiet water\nand more\nlast line", "other text"], cleaner)
    pieces = ["last line", "casino bonus", "buy pills", "quiet water"]
    found = _found(part, [*((piece, 0, 0) for piece in pieces), ("other text", 1, 0)])
    columns = kin_columns(part, found, np.array([0.5, 0.9, 0.2, 0.4, 0.7]))
    before, behind = (columns[:, KIN_NAMES.index(name)].tolist() for name in ("kin_before", "kin_behind"))
    assert before == [0.0, 0.0, 0.9, 0.2, 0.0]
    assert behind == [0.0, 0.2, 0.4, 0.0, 0.0]

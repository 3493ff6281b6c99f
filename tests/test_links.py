"""Markdown links of an excerpt, and references that lead to a hot address."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import Cleaner
from cleaner.features import NAMES
from cleaner.judge import hot_units, propose_batch
from cleaner.links import (
    COLD_REFERENCE,
    HOT_REFERENCE,
    Links,
    References,
    addresses,
    link_columns,
    links,
    with_references,
)
from cleaner.propose import WIDTHS_DENSE, WIDTHS_SPACED, Excerpt, excerpt, hot_runs
from cleaner.reading import PAD, read

SPAM_ADDRESS = "https://www.cheapjerseyschina-viagra-casino.top"


def _runs(text: str, cleaner: Cleaner) -> dict[str, int]:
    """What lies under the hot runs of a text, and how each is a reference."""
    reading = read([text], cleaner.model.tables)
    hot = hot_runs(reading, hot_units(cleaner.model), [[]])
    runs, _ = with_references(reading, hot, cleaner.model.tables.scale)
    base = int(reading.doc_base[0])
    starts, ends = reading.source[runs.starts] - base, reading.source[runs.ends - 1] + 1 - base
    return {text[a:b]: int(kind) for a, b, kind in zip(starts, ends, runs.references, strict=True)}


def _links(line: str, cleaner: Cleaner) -> tuple[Excerpt, Links]:
    reading = read([line + "\n"], cleaner.model.tables)
    runs = hot_runs(reading, [0.1] * 5, [[]])
    part, _ = excerpt(reading, runs, cleaner.model.tables)
    return part, links(part, References({}, np.zeros(1, dtype=np.int64)))


def _with_definitions(n: int) -> str:
    words = " ".join(f"[garden {number}][{number}]" for number in range(n))
    definitions = "".join(f"[{number}]: {SPAM_ADDRESS}/{number}\n" for number in range(n))
    return f"Change the {words} when the rain stops.\n\nIt rained [here][9].\n\n{definitions}[9]: notes/rain.md\n"


def test_references_to_a_hot_definition_are_hot(cleaner: Cleaner) -> None:
    runs = _runs(_with_definitions(1), cleaner)
    assert runs["garden 0"] == HOT_REFERENCE
    assert not {"here", "notes/rain.md"} & runs.keys()


def test_where_many_addresses_sell_all_references_are_looked_at(cleaner: Cleaner) -> None:
    runs = _runs(_with_definitions(4), cleaner)
    assert runs["garden 3"] == HOT_REFERENCE
    assert runs["here"] == runs["notes/rain.md"] == COLD_REFERENCE


def test_a_text_without_definitions_has_no_more_runs(cleaner: Cleaner) -> None:
    text = f"A [garden][7] and {SPAM_ADDRESS} in a line.\n"
    assert "garden" not in _runs(text, cleaner)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("See [viagra](http://a.example) now", ["[viagra](http://a.example)"]),
        ("See [viagra][3] and ![pills](http://b.example)", ["[viagra][3]", "![pills](http://b.example)"]),
        ("See [viagra] online casino now", []),
        ("See viagra online [casino\n](now)", []),
    ],
)
def test_links_found(line: str, expected: list[str], cleaner: Cleaner) -> None:
    part, found = _links(line, cleaner)
    text = "".join(map(chr, part.codes))
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == expected


def test_columns_say_how_much_of_a_link_a_candidate_holds(cleaner: Cleaner) -> None:
    line = "See [viagra](http://a.example) now"
    found = _links(line, cleaner)[1]
    start, end = int(found.starts[0]), int(found.ends[0])
    share, text, target = link_columns(found, np.array([start, start, end + 1]), np.array([end, start + 13, end + 4]))
    assert share.tolist() == [1.0, 0.5, 0.0]
    assert text.tolist()[:2] == [found.text_scores[0]] * 2
    assert target.tolist() == [found.target_scores[0]] * 2 + [0.0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("See [viagra](http://a.example/b) now", ["http://a.example/b"]),
        ("See [viagra](/b/c) and www.casino.example, or <a href=\"https://d.example\">pills</a>", ["/b/c", "www.casino.example", "https://d.example"]),
        ("See viagra (in brackets) now", []),
    ],
)  # fmt: skip
def test_addresses_found(line: str, expected: list[str], cleaner: Cleaner) -> None:
    part, _ = _links(line, cleaner)
    inside = addresses(part).astype(int)
    starts, ends = np.flatnonzero(np.diff(inside, prepend=0) > 0), np.flatnonzero(np.diff(inside, append=0) < 0) + 1
    text = "".join(map(chr, part.codes))
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == expected


def _features(line: str, piece: str, cleaner: Cleaner) -> dict[str, float]:
    """What is measured of a piece of a line."""
    proposals = propose_batch([f"Mills grind grain.\n{line}\nIt rained.\n"], cleaner.model, [[]])
    assert proposals is not None
    text = "".join(map(chr, proposals.part.codes))
    spans = [text[a:b] for a, b in zip(proposals.found.starts, proposals.found.ends, strict=True)]
    return dict(zip(NAMES, proposals.matrix[spans.index(piece)].tolist(), strict=True))


def test_an_address_does_not_hide_the_words_it_is_behind(cleaner: Cleaner) -> None:
    piece = "[online casino](http://www.parish.org/minutes/of/the/last/meeting)"
    linked, bare = (
        _features(f"Buy {piece} now", piece, cleaner),
        _features("Buy [online casino]() now", "[online casino]()", cleaner),
    )
    assert linked["bare_length"] == bare["length"]
    assert linked["bare_mean"] > bare["ngram_mean"] / 2 > linked["ngram_mean"]
    assert linked["address_score"] < 0 < linked["bare_score"]
    same = [
        ("bare_length", "length"),
        ("bare_mean", "ngram_mean"),
        ("bare_known", "known_first"),
        ("bare_unique", "unique_trigrams"),
    ]
    short = _features("Buy viagra now", "viagra", cleaner)
    assert [short[name] for name, _ in same] == pytest.approx([short[name] for _, name in same])
    assert short["address_score"] == short["address_unique"] == 0


def test_no_window_reaches_from_one_text_into_the_next() -> None:
    assert max(*WIDTHS_DENSE, *WIDTHS_SPACED) // 2 + 2 < PAD

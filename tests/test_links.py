"""Markdown links of an excerpt, and references that lead to a hot address."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import Cleaner
from cleaner.judge import hot_units
from cleaner.links import link_columns, links, with_references
from cleaner.propose import excerpt, hot_runs
from cleaner.reading import read

SPAM_ADDRESS = "https://www.cheapjerseyschina-viagra-casino.top"


def _runs(text: str, cleaner: Cleaner) -> list[str]:
    """What lies under the hot runs of a text."""
    reading = read([text], cleaner.model.tables)
    runs, _ = with_references(reading, hot_runs(reading, hot_units(cleaner.model), [[]]))
    base = int(reading.doc_base[0])
    places = zip(reading.source[runs.starts] - base, reading.source[runs.ends - 1] + 1 - base, strict=True)
    return [text[start:end] for start, end in places]


def test_a_reference_to_a_hot_definition_is_hot(cleaner: Cleaner) -> None:
    text = f"Change the [garden][7] when the rain stops.\n\nIt rained [here][8].\n\n[7]: {SPAM_ADDRESS}\n[8]: https://example.org/rain\n"
    assert "garden" in _runs(text, cleaner)
    assert "here" not in _runs(text, cleaner)


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
    reading = read([line + "\n"], cleaner.model.tables)
    part, _ = excerpt(reading, hot_runs(reading, [1.0] * 4, [[]]))
    found = links(part, {})
    text = "".join(map(chr, part.codes))
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == expected


def test_columns_say_how_much_of_a_link_a_candidate_holds(cleaner: Cleaner) -> None:
    line = "See [viagra](http://a.example) now"
    reading = read([line + "\n"], cleaner.model.tables)
    part, _ = excerpt(reading, hot_runs(reading, [1.0] * 4, [[]]))
    found = links(part, {})
    start, end = int(found.starts[0]), int(found.ends[0])
    share, text, target = link_columns(found, np.array([start, start, end + 1]), np.array([end, start + 13, end + 4]))
    assert share.tolist() == [1.0, 0.5, 0.0]
    assert text.tolist()[:2] == [found.text_scores[0]] * 2
    assert target.tolist() == [found.target_scores[0]] * 2 + [0.0]

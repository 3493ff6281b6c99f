"""Deleting the stretches an injection names gives the clean article back."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE

from cleaner.span import minus
from cleaner.train.disguise import DISGUISES
from cleaner.train.grammar import Fragment
from cleaner.train.inject import NETWORK, ON_PAGES, inject, manner

FRAGMENTS = [Fragment(text, "en", "gambling", "", "") for text in ("online casino", "爱上海龙凤", "viagra 100 mg")]


def _metadata_aside(clean: str, text: str) -> bool:
    """Some injections come with a line of date and counters that belongs to the article."""
    kept = iter(clean)
    return all(character in kept for character in text)


@given(
    st.integers(0, 1 << 32), st.sampled_from([ARTICLE, ARTICLE.replace("\n", "\r\n"), "One line", "", "```\na\n```\n"])
)
def test_deleting_the_spans_gives_the_article(seed: int, text: str) -> None:
    rng = Random(seed)
    dirty = inject(text, FRAGMENTS, rng, manner(rng))
    places = [(span.start, span.end) for span in dirty.spans]
    assert places
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    clean = minus(dirty.text, places)
    if all(span.form != "metadata" for span in dirty.spans):
        assert clean == text
    else:
        assert _metadata_aside(clean, text)


def test_every_form_comes_up() -> None:
    text = ARTICLE + "\nSee the [time table](times.md).\n"
    forms = {
        span.form for seed in range(2000) for span in inject(text, FRAGMENTS, Random(seed), manner(Random(0))).spans
    }
    assert len(forms) >= 15


def test_one_manner_keeps_to_its_forms() -> None:
    """A network's terms stand in front of lines, on lines of their own, and in a line of metadata, and nowhere else."""
    forms = {span.form for seed in range(200) for span in inject(ARTICLE, FRAGMENTS, Random(seed), NETWORK).spans}
    assert forms == {"line_prefix", "own_line", "metadata"}


def test_pages_have_no_markers_and_no_metadata() -> None:
    text = ARTICLE.replace("\n\n", "\n")
    generators = [Random(seed) for seed in range(400)]
    dirty = [inject(text, FRAGMENTS, rng, manner(rng, ON_PAGES)) for rng in generators]
    forms = {span.form for item in dirty for span in item.spans}
    assert {"md_link", "link_row", "own_line"} <= forms <= set(ON_PAGES)


@pytest.mark.parametrize("name", DISGUISES)
def test_disguise(name: str) -> None:
    """A disguise is one line, changes something sooner or later, and is the same for the same seed."""
    plain = "best online casino für 2024"
    shown = [DISGUISES[name](plain, Random(seed)) for seed in range(20)]
    assert set(shown) != {plain}
    assert all(text and "\n" not in text for text in shown)
    assert shown == [DISGUISES[name](plain, Random(seed)) for seed in range(20)]

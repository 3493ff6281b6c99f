"""What must hold for every text, on texts of all kinds: any string at all, and articles with spam in random forms."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, CORPUS, DIRTY, SPAM

from cleaner import Cleaned, Cleaner, splice, tokenize
from cleaner import charclass as cc
from cleaner.decide import REMOVED, decide
from cleaner.document import CLEANED, FAILED, process
from cleaner.encoding import decode
from cleaner.judge import judge
from cleaner.readers import Document
from cleaner.span import merged, minus
from cleaner.train.grammar import expand, load_grammars
from cleaner.train.inject import inject, manner
from cleaner.trees import bias, contributions, scores
from cleaner.view import fold

ARTICLES = [path.read_text(encoding="utf-8") for path in sorted((CORPUS / "articles").glob("*/*"))]
FRAGMENTS = [fragment for grammar in load_grammars(CORPUS / "spam") for fragment in expand(grammar, 1, seed=7)]
FORMATS = ("txt", "md")
TRICKY = [
    *"aA1 .-|#*[](){}<>`~=_:/\"'&;\t\n\r\0\x1b\x85",
    *(
        "\r\n",
        "\u200b",
        "\ufeff",
        "\u202e",
        "\u2028",
        "\u0301",
        "\ud800",
        "\udce9",
        "é",
        "с",
        "爱",
        "カ",
        "ก",
        "م",
        "💋",
        "\U0010ffff",
    ),
    *("```", "---\n", "http://", "](", "<a href=", "爱上海", "casino", "viagra", "c a s i n o"),
]


def _dirty(seed: int) -> str:
    """Some lines of an article with fragments of spam in the forms and disguises of training."""
    rng = Random(seed)
    lines = rng.choice(ARTICLES).split("\n")
    first = rng.randrange(len(lines))
    text = "\n".join(lines[first : first + 9]) or ARTICLE
    return inject(text, rng.sample(FRAGMENTS, 3), rng, manner(rng), disguised=0.2).text


any_text = st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(TRICKY), max_size=40).map("".join)
dirty_text = st.integers(0, 1 << 32).map(_dirty)
text = any_text | dirty_text | st.lists(any_text | dirty_text, max_size=3).map("\n".join)
format_ = st.sampled_from(FORMATS)


def _removed(text: str, result: Cleaned) -> set[int]:
    """Where letters and digits were removed."""
    return {at for start, end in result.cuts for at in range(start, end) if text[at].isalnum()}


def test_the_generated_texts_are_cut(cleaner: Cleaner) -> None:
    """Otherwise the properties below would say nothing."""
    results = cleaner.clean_many([_dirty(seed) for seed in range(100)], ["txt"] * 100)
    assert sum(bool(result.cuts) for result in results) > 40


@given(text)
def test_tokens_tile_the_text(text: str) -> None:
    starts = tokenize(text).starts.tolist()
    assert starts[:1] == ([0] if text else [])
    assert all(a < b for a, b in pairwise([*starts, len(text)]))
    assert "".join(text[a:b] for a, b in pairwise([*starts, len(text)])) == text


@given(text)
def test_view_leads_back_to_the_text(text: str) -> None:
    view = fold(cc.code_points(text))
    assert len(view.codes) == len(view.classes) == len(view.source) == len(view.disguised)
    assert (np.diff(view.source) > 0).all()
    assert all(0 <= at < len(text) for at in view.source.tolist())


@given(text, format_)
def test_output_is_the_input_minus_the_spans(cleaner: Cleaner, text: str, format_: str) -> None:
    result = cleaner.clean(text, format=format_)
    removed = [(span.start, span.end) for span in result.spans if span.action == REMOVED]
    assert result.text == minus(text, result.cuts)
    assert merged(removed) == result.cuts
    assert list(result.spans) == sorted(result.spans)
    assert all(0 <= span.start < span.end <= len(text) and 0 <= span.score <= 1 for span in result.spans)


@given(text, format_)
def test_a_second_pass_changes_nothing(cleaner: Cleaner, text: str, format_: str) -> None:
    once = cleaner.clean(text, format=format_)
    assert cleaner.clean(once.text, format=format_).text == once.text


@given(st.lists(st.tuples(text, format_), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_a_batch_gives_what_each_text_gives_alone(cleaner: Cleaner, items: list[tuple[str, str]], rng: Random) -> None:
    alone = [cleaner.clean(text, format=format_) for text, format_ in items]
    order = list(range(len(items)))
    rng.shuffle(order)
    together = cleaner.clean_many([items[i][0] for i in order], [items[i][1] for i in order])
    assert together == [alone[i] for i in order]


def test_neighbours_in_a_batch_that_differ_in_one_letter(cleaner: Cleaner) -> None:
    texts = [DIRTY.replace(SPAM, letter + SPAM) for letter in "DCBA"]
    assert cleaner.clean_many(texts, ["txt"] * 4) == [cleaner.clean(text) for text in texts]


@given(dirty_text)
def test_the_lower_threshold_cuts_no_less(cleaner: Cleaner, text: str) -> None:
    [judged] = judge([text], cleaner.model, [[]])
    sure, more = (decide(text, judged, cleaner.model, level) for level in ("remove", "review"))
    assert [span._replace(action="") for span in sure] == [span._replace(action="") for span in more]
    assert {span for span in sure if span.action == REMOVED} <= {span for span in more if span.action == REMOVED}


@given(dirty_text)
def test_the_lower_level_cuts_no_less(cleaner: Cleaner, text: str) -> None:
    """Signs at the edge of a cut may differ: more passes over the text see other neighbours."""
    sure, more = cleaner.clean(text), Cleaner(level="review").clean(text)
    assert more.problem or _removed(text, sure) <= _removed(text, more)


@pytest.mark.parametrize("language", sorted(path.name for path in (CORPUS / "articles").iterdir()))
def test_clean_articles_stay(cleaner: Cleaner, language: str) -> None:
    paths = sorted((CORPUS / "articles" / language).iterdir())
    texts = [path.read_bytes().decode("utf-8") for path in paths]
    results = cleaner.clean_many(texts, [path.suffix[1:] for path in paths])
    cut = {path.name: result.cuts for path, result in zip(paths, results, strict=True) if result.cuts}
    assert cut == {}


@given(st.binary(max_size=200) | text.map(lambda text: text.encode("utf-8", "surrogatepass")), format_)
def test_any_bytes_come_out_as_themselves_minus_the_cuts(cleaner: Cleaner, data: bytes, format_: str) -> None:
    [outcome] = process([Document(data, format_)], cleaner)
    assert outcome.status != FAILED
    assert outcome.data == splice.cut(data, outcome.cuts)
    assert (outcome.status == CLEANED) == bool(outcome.cuts)


@given(dirty_text, st.booleans(), st.booleans(), st.lists(st.floats(0, 1), max_size=5))
def test_bom_line_ends_and_undecodable_bytes_stay(
    cleaner: Cleaner, text: str, bom: bool, crlf: bool, bad: list[float]
) -> None:
    data = (text.replace("\n", "\r\n") if crlf else text).encode("utf-8")
    for place in bad:
        at = int(place * len(data))
        data = data[:at] + b"\xff" + data[at:]
    data = regex.sub(rb"\r(\xff+)\n", rb"\1\r\n", b"\xef\xbb\xbf" * bom + data)
    [outcome] = process([Document(data, "txt")], cleaner)
    assert outcome.status != FAILED
    assert outcome.data.startswith(b"\xef\xbb\xbf") == bom
    assert bool(regex.search(rb"\r(?!\n)", outcome.data)) == bool(regex.search(rb"\r(?!\n)", data))
    assert not crlf or not regex.search(rb"(?<!\r)\n", outcome.data)
    pieces = [(start, data[start:end]) for start, end in outcome.cuts]
    assert splice.restore(outcome.data, pieces) == data
    assert outcome.data.count(b"\xff") == data.count(b"\xff") - sum(piece.count(b"\xff") for _, piece in pieces)


@given(dirty_text)
def test_the_encoding_does_not_matter(cleaner: Cleaner, text: str) -> None:
    forms = [
        text.encode("utf-8"),
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        b"\xfe\xff" + text.encode("utf-16-be"),
    ]
    outcomes = [process([Document(data, "txt")], cleaner)[0] for data in forms]
    spans = [[finding.span for finding in outcome.findings] for outcome in outcomes]
    assert spans == [spans[0]] * len(forms)
    assert {decode(outcome.data).text for outcome in outcomes} == {cleaner.clean(text).text}


@given(dirty_text)
def test_line_ends_do_not_matter(cleaner: Cleaner, text: str) -> None:
    windows = cleaner.clean(text.replace("\n", "\r\n"))
    assert windows.text.replace("\r\n", "\n") == cleaner.clean(text).text


@given(st.integers(0, 1 << 16), st.integers(1, 8), st.integers(1, 12))
def test_trees_score_as_scikit_learn_does(seed: int, depth: int, n_trees: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    from cleaner.train.export import bin_edges, binned, fit_trees, mean

    rng = np.random.default_rng(seed)
    matrix = np.round(rng.normal(size=(300, 4)), rng.integers(1, 4)).astype(np.float32)
    labels = matrix[:, 0] * matrix[:, 1] + rng.normal(size=300) > 0
    with threadpool_limits(1):
        fitted = [
            HistGradientBoostingClassifier(
                max_iter=n_trees, max_depth=depth, min_samples_leaf=5, early_stopping=False, max_features=share
            )
            for share in (1.0, 0.5)
        ]
        trees = mean([fit_trees(model, matrix, labels) for model in fitted])
    numbers = binned(matrix, bin_edges(matrix))
    expected = np.mean([model.decision_function(numbers) for model in fitted], axis=0)
    assert np.abs(scores(trees, matrix) - expected).max() < 1e-9
    assert np.abs(scores(trees, matrix, 0, 1) + scores(trees, matrix, 1) - expected).max() < 1e-9
    for row, score in zip(matrix[:5], expected[:5], strict=True):
        assert abs(contributions(trees, row).sum() + bias(trees) - score) < 1e-9

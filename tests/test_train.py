"""A tiny training run: the same bytes twice, and a model that works."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest
from samples import ARTICLE, CORPUS, DIRTY, files_below
from threadpoolctl import threadpool_limits

from cleaner import Cleaner
from cleaner.hostwords import FILE
from cleaner.model import ARRAYS, HEADER
from cleaner.train.run import Sizes, train

SIZES = Sizes(per_word=1, gate_trees=2, spam_trees=6, exact_trees=4, accept_trees=4, max_articles=80)
LANGUAGES = ("de", "en", "ru", "zh-Hans")
GRAMMARS = sorted([*(f"{language}.toml" for language in LANGUAGES), "names.toml"])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two models, trained alike on four languages of our own corpus."""
    corpus = tmp_path_factory.mktemp("corpus")
    for name in ("sources.toml", "hosts.toml"):
        shutil.copy(CORPUS / name, corpus)
    (corpus / "spam").mkdir()
    for name in GRAMMARS:
        shutil.copy(CORPUS / "spam" / name, corpus / "spam")
    for language in LANGUAGES:
        for kind in ("articles", "hard"):
            shutil.copytree(CORPUS / kind / language, corpus / kind / language)
    made = [tmp_path_factory.mktemp("model") for _ in range(2)]
    with threadpool_limits(1):
        for folder in made:
            train(corpus, None, folder, seed=3, sizes=SIZES, say=lambda message: None)
    return made


def test_the_same_bytes_twice(folders: list[Path]) -> None:
    one, other = map(files_below, folders)
    assert {HEADER, ARRAYS, FILE} <= set(one)
    assert one == other


def test_the_model_works(folders: list[Path]) -> None:
    results = Cleaner(folders[0]).clean_many(
        [ARTICLE, DIRTY, f"{ARTICLE}\nhttps://slotgacor88.test/\n"], ["txt", "md", "txt"]
    )
    assert [span.reason for span in results[2].spans if span.end > len(ARTICLE)] == ["spam-link"]
    assert results[0].text == ARTICLE
    assert all(0 <= span.score <= 1 for result in results for span in result.spans)


def test_the_header_says_what_it_was_trained_on(folders: list[Path]) -> None:
    header = json.loads(
        (folders[0] / HEADER).read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(name)
    )
    assert header["seed"] == 3
    assert header["counts"]["articles"] == 80
    assert [entry["file"] for entry in header["trained_on"]] == [f"spam/{name}" for name in GRAMMARS]
    assert all(math.isfinite(value) for value in header["figures"].values())

"""`corpus/sources.toml`, and what a training run reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from samples import CORPUS

from cleaner.train.data import load
from cleaner.train.grammar import FOLDS

SOURCES = tomllib.loads((CORPUS / "sources.toml").read_text(encoding="utf-8"))


def test_folds_are_in_range() -> None:
    folds = [source["fold"] for source in SOURCES["source"]]
    flat = [fold for entry in folds for fold in (entry if isinstance(entry, list) else [entry])]
    assert set(flat) == set(range(FOLDS))


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("file", {"name", "what", "sha256"}),
        ("source", {"name", "repository", "licence", "fold"}),
        ("spam", {"name", "repository", "licence"}),
    ],
)
def test_entries_are_complete(table: str, keys: set[str]) -> None:
    assert SOURCES[table]
    assert [entry for entry in SOURCES[table] if not keys <= set(entry)] == []


@pytest.mark.parametrize("table", ["file", "source"])
def test_names_are_unique(table: str) -> None:
    names = [entry["name"] for entry in SOURCES[table]]
    assert len(set(names)) == len(names)


def test_own_corpus() -> None:
    corpus = load(CORPUS, None, per_word=1, seed=1)
    assert {article.lang for article in corpus.articles} == {path.name for path in (CORPUS / "articles").iterdir()}
    assert {article.fold for article in corpus.articles} == set(range(FOLDS))
    assert {article.format for article in corpus.articles} == {"txt", "md"}
    assert any(article.hard for article in corpus.articles)
    assert not all(article.hard for article in corpus.articles)
    assert corpus == load(CORPUS, None, per_word=1, seed=1)


def test_missing_external_data(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"named in .*sources\.toml, but not there"):
        load(CORPUS, tmp_path, per_word=1, seed=1)

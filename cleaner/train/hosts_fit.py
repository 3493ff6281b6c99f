"""Make `models/hosts.npz`: the words of `corpus/hosts.toml`, and the words of clean text that host names are cut into."""

from __future__ import annotations

import tomllib
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import regex

from cleaner.hosts import GOODS, PLAIN, STRONG, WEAK
from cleaner.hostwords import PITCH, save
from cleaner.train.data import Article

LEVELS = {"plain": PLAIN, "strong": STRONG, "goods": GOODS, "weak": WEAK}
MOST_COMMON = 20_000  # clean words that are kept, beside those that hold goods
MIN_TEXTS = 3  # in which a clean word must stand, so that no misspelling is one
COMMON, NAMED, RARE = 6, 8, 12  # costs of the commonest words, of innocent ones, and of rare ones
_ADDRESS = regex.compile(r"(?:https?://|www\.)\S++", regex.IGNORECASE)
_WORD = regex.compile(r"(?<![a-z0-9'_])[a-z]{4,20}(?![a-z0-9_])")  # shorter ones are found in any name; up to LONGEST

Points = dict[str, tuple[float, str]]


def fit(corpus: Path, articles: Iterable[Article], out: Path) -> None:
    """Write `hosts.npz` from the words of the corpus and those of clean articles."""
    words, innocent = load_words(corpus / "hosts.toml")
    save(out, words, costs(count_texts(articles), words, innocent))


def load_words(path: Path) -> tuple[Points, list[str]]:
    """Words with their points and trades, and innocent words.

    >>> words, innocent = load_words(Path("corpus/hosts.toml"))
    >>> words["casino"], words["cheap"], "essex" in innocent
    ((2.0, 'gambling'), (1.0, 'pitch'), True)
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    words: Points = dict.fromkeys(table["pitch"], (WEAK, PITCH))
    for trade, levels in table.items():
        if trade not in ("pitch", "innocent"):
            words |= {word: (LEVELS[level], trade) for level in reversed(LEVELS) for word in levels.get(level, ())}
    return words, table["innocent"]


def count_texts(articles: Iterable[Article]) -> Counter[str]:
    """In how many texts each word of Latin letters stands, written as in host names, without accents; none of addresses."""
    counts: Counter[str] = Counter()
    for article in articles:
        if not article.hard:
            plain = unicodedata.normalize("NFKD", _ADDRESS.sub(" ", article.text).lower())
            counts.update(set(_WORD.findall(regex.sub(r"\p{Mn}+", "", plain))))
    return counts


def costs(counts: Mapping[str, int], words: Points, innocent: Iterable[str]) -> dict[int, int]:
    """The costs of clean words by hash: of the commonest, and of all that hold goods."""
    goods = [word for word, (_, trade) in words.items() if trade != PITCH]
    holding = regex.compile(r"\L<goods>", goods=goods)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    found = dict.fromkeys(innocent, NAMED)
    for rank, word in enumerate(ordered):
        if counts[word] < MIN_TEXTS:
            break
        if word not in words and (rank < MOST_COMMON or holding.search(word)):
            found[word] = min(COMMON + rank.bit_length() // 3, found.get(word, RARE))
    return {zlib.crc32(word.encode()): cost for word, cost in found.items()}

"""Fit the n-gram weights: log-odds from counts over all clean text, sharpened by logistic regression on segments.

The weights follow NBSVM (Wang and Manning 2012, "Baselines and Bigrams"): features are scaled by their naive Bayes
log-odds, then a linear model is fitted, and weight = log-odds * coefficient. One int8 table comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np
import regex
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, vstack
from sklearn.linear_model import SGDClassifier

from cleaner import charclass as cc
from cleaner import cohesion, ngrams
from cleaner.view import fold

TABLE = 1 << ngrams.TABLE_BITS
SMOOTHING = 1.0
EPOCHS = 12
_SENTENCE = regex.compile(r"(?<=[.!?…])\s+|(?<=[。！？；])")
_PIECE = regex.compile(r"[,，、;；:：|()（）\[\]]\s*")


def folded(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Hashable code points and classes of a text, a space on both sides."""
    view = fold(cc.code_points(f" {text} "))
    return ngrams.hashable(view.codes, view.classes), view.classes


def gram_counts(texts: Iterable[str]) -> NDArray[np.float64]:
    """How often each table entry occurs in the texts."""
    counts = np.zeros(TABLE, dtype=np.int64)
    for chunk in chunks(texts, 1 << 21):
        for index in _indices(chunk):
            counts += np.bincount(index, minlength=TABLE)
    return counts.astype(np.float64)


SEEN_SIZE = 1 << cohesion.TABLE_BITS
SEEN_LOAD = 0.25  # share of the bits set: so many n-grams never seen are taken for seen


def seen_counts(texts: Iterable[str]) -> NDArray[np.int32]:
    """How often each entry of the cohesion table occurs in the texts."""
    counts = np.zeros(SEEN_SIZE, dtype=np.int32)
    for chunk in chunks(texts, 1 << 22):
        codes, classes = folded(chunk)
        for index in (*cohesion.gram_indices(codes), cohesion.pair_indices(codes, classes)):
            counts += np.bincount(index, minlength=SEEN_SIZE).astype(np.int32)
    return counts


def chunks(texts: Iterable[str], size: int) -> Iterator[str]:
    """The texts, joined by line ends into strings of about `size` characters."""
    waiting, length = [], 0
    for text in texts:
        waiting.append(text)
        length += len(text)
        if length >= size:
            yield "\n".join(waiting)
            waiting, length = [], 0
    yield "\n".join(waiting)


def _indices(text: str) -> list[NDArray[np.uint32]]:
    codes, classes = folded(text)
    if not len(codes):
        return []
    words = ngrams.word_grams(codes, classes)
    return [*(index for _, index in ngrams.char_grams(codes)), words[1], words[3]]


def gram_matrix(texts: Sequence[str]) -> csr_matrix:
    """n_texts x 2**21 matrix of gram counts, each text with a space on both sides.

    >>> gram_matrix(["casino", "casino"]).shape == (2, TABLE)
    True
    """
    parts = [_grams_of(lot) for lot in lots(texts, 1 << 19)]
    return vstack(parts, format="csr", dtype=np.float32)


def lots(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The texts in lots of about `size` characters."""
    first, length = 0, 0
    for number, text in enumerate(texts):
        length += len(text)
        if length >= size:
            yield texts[first : number + 1]
            first, length = number + 1, 0
    yield texts[first:]


def _grams_of(texts: Sequence[str]) -> csr_matrix:
    """All at once: the n-grams of one long text that do not reach from one of its parts into the next."""
    view = fold(cc.code_points("".join(f"\n{text}\n" for text in texts)))
    codes = ngrams.hashable(view.codes, view.classes)
    owners = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) + 2 for text in texts])[view.source]
    found, owned = [], []
    for order, index in ngrams.char_grams(codes):
        own, last = owners[: len(index)], owners[order - 1 :]
        found.append(index[own == last])
        owned.append(own[own == last])
    starts, index, pair_starts, pair_index = ngrams.word_grams(codes, view.classes)
    before = starts[np.maximum(np.searchsorted(starts, pair_starts) - 1, 0)] if len(starts) else starts
    whole = owners[pair_starts] == owners[before]
    found += [index, pair_index[whole]]
    owned += [owners[starts], owners[pair_starts[whole]]]
    grams = np.concatenate(found).astype(np.int32)
    entries = (np.ones(len(grams), dtype=np.float32), (np.concatenate(owned), grams))
    return coo_matrix(entries, shape=(len(texts), TABLE)).tocsr()


def segments(text: str, rng: Random, share: float) -> list[str]:
    """A sample of the lines, sentences, pieces and word runs of a clean text."""
    found = []
    for line in text.split("\n"):
        line = line.strip()
        if len(line) < 2 or rng.random() > share:
            continue
        kind = rng.random()
        if kind < 0.25:
            found.append(line[:400])
        elif kind < 0.5:
            found.append(rng.choice(_SENTENCE.split(line))[:400])
        elif kind < 0.7:
            found.append(rng.choice(_PIECE.split(line))[:200])
        else:
            found.append(_window(line, rng))
    return [segment for segment in found if len(segment.strip()) > 1]


def _window(line: str, rng: Random) -> str:
    words = line.split()
    if len(words) > len(line) / 12:
        first = rng.randrange(len(words))
        return " ".join(words[first : first + rng.randint(1, 7)])
    first = rng.randrange(len(line))
    return line[first : first + rng.randint(2, 16)]


def log_odds(spam: NDArray[np.float64], clean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log P(gram | spam) - log P(gram | clean) per table entry, add-one smoothed and shrunk where little is known."""
    p, q = spam + SMOOTHING, clean + SMOOTHING * clean.sum() / spam.sum()
    ratio: NDArray[np.float64] = np.log(p / p.sum()) - np.log(q / q.sum())
    return ratio


def fit(
    spam: csr_matrix, clean: csr_matrix, lengths: NDArray[np.int64], clean_counts: NDArray[np.float64], *, seed: int
) -> tuple[NDArray[np.int8], float]:
    """The int8 weight table and its scale: weight in logit per (count / root length) = table * scale.

    spam and clean are matrices of gram counts, `lengths` the characters of all their texts.
    """
    ratio = log_odds(np.asarray(spam.sum(axis=0, dtype=np.float64))[0], clean_counts).astype(np.float32)
    matrix = vstack((spam, clean), format="csr")
    matrix.data *= ratio[matrix.indices] * np.repeat(1 / np.sqrt(lengths + 2), np.diff(matrix.indptr))
    labels = np.r_[np.ones(spam.shape[0]), np.zeros(clean.shape[0])]
    model = SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=EPOCHS, tol=None, average=True, random_state=seed)
    model.fit(matrix, labels)
    weights = ratio * model.coef_[0]
    scale = float(np.quantile(np.abs(weights[weights != 0]), 0.999)) / 127
    return np.clip(np.rint(weights / scale), -127, 127).astype(np.int8), scale


LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "id", "ja", "ko", "pt", "ru", "th", "tr", "vi", "zh-Hans", "zh-Hant")
LANGUAGE_UNIT = 16  # table units per nat


def language_table(texts: Iterable[tuple[str, str]]) -> NDArray[np.int8]:
    """16 x 2**16 table: how much more likely a trigram is in a language than in the average of all, in 1/16 nats."""
    size = 1 << 16
    by_language: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for language, text in texts:
        if language in by_language:
            by_language[language].append(text)
    share = np.empty((len(LANGUAGES), size))
    for row, language in enumerate(LANGUAGES):
        counts = np.ones(size)
        for chunk in chunks(by_language[language], 1 << 21):
            counts += np.bincount(ngrams.trigram_rows(folded(chunk)[0]), minlength=size)
        share[row] = counts / counts.sum()
    table = np.log(share) - np.log(share.mean(axis=0, keepdims=True))
    units: NDArray[np.int8] = np.clip(np.rint(table * LANGUAGE_UNIT), -127, 127).astype(np.int8)
    return units


def language_of(text: str, table: NDArray[np.int8]) -> str:
    """The language of LANGUAGES whose trigrams the beginning of a text has most of."""
    rows = ngrams.trigram_rows(folded(text[:LANGUAGE_SAMPLE])[0])
    return LANGUAGES[int(table[:, rows].sum(axis=1, dtype=np.int64).argmax())]


LANGUAGE_SAMPLE = 2000  # characters

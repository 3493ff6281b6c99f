"""The first pass over every character: a batch of texts folded into arrays, with n-gram evidence and language fit.

Everything is integer arithmetic on code points, so that a text has the same figures on its own and in any batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import ngrams
from cleaner.view import IS_LETTER, fold
from cleaner.written_out import Written, written_out

Ints = NDArray[np.int64]
Stretches = Sequence[tuple[int, int]]
PAD = 16  # line ends around every text of a batch: nothing looked at around a place reaches from one text into the next
UNSPACED = np.zeros(cc.N_CLASSES, dtype=bool)  # scripts written without spaces between words
UNSPACED[[cc.HAN, cc.HIRAGANA, cc.KATAKANA, cc.THAI]] = True


class Tables(NamedTuple):
    """The arrays the first pass looks things up in.

    weights    2**21 int8, spam weight of an n-gram; `scale` turns one unit into a logit per root character
    odds       2**21 int8, log-odds of an n-gram in spam against clean text, and
    known      2**22 uint16, how strong the n-grams of known spam are: see `cleaner.lexicon`
    language   n_languages x 2**16 int8, how typical a trigram is of each language against the others, in 1/16 nats
    seen       2**21 bytes, a bit for every hash of an n-gram: does it stand in clean text more than once or twice
    """

    weights: NDArray[np.int8]
    scale: float
    odds: NDArray[np.int8]
    known: NDArray[np.uint16]
    language: NDArray[np.int8]
    seen: NDArray[np.uint8]


class Reading(NamedTuple):
    """A batch of texts folded into one array of `n` characters, with what the first pass knows of each.

    `total` and `fit_total` are the running sums of `evidence` and `fit`. Offsets into the arrays are *view offsets*; `source`
    turns them into offsets of the padded batch, `source_ends` into those behind them, `doc_base` is where each text begins
    there. Text `d` is the view's doc_first[d]:doc_stop[d]. `written` holds the starts and ends of what stands for one character each.
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    points: NDArray[np.uint32]
    source: Ints
    disguised: NDArray[np.bool_]
    evidence: NDArray[np.int16]
    total: NDArray[np.int32]
    trigrams: NDArray[np.uint16]
    fit: NDArray[np.int8]
    fit_total: NDArray[np.int32]
    foreign: NDArray[np.bool_]
    newlines: Ints
    doc_first: Ints
    doc_stop: Ints
    doc_base: Ints
    languages: Ints
    written: NDArray[np.int64]


def read(texts: Sequence[str], tables: Tables) -> Reading:
    """Fold and score a batch of texts."""
    points = cc.code_points(("\n" * PAD).join(("", *texts, "")))
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    doc_base = PAD + np.concatenate(([0], np.cumsum(lengths + PAD)[:-1])) if len(texts) else lengths
    written = [
        Written(base + start, base + end, code)
        for base, text in zip(doc_base.tolist(), texts, strict=True)
        for start, end, code in written_out(text)
    ]
    view = fold(points, written)
    doc_first = np.searchsorted(view.source, doc_base)
    doc_stop = np.searchsorted(view.source, doc_base + lengths)
    codes = ngrams.hashable(view.codes, view.classes)
    evidence, rows = ngrams.scan(codes, view.classes, tables.weights)
    languages, fit = _language(rows, doc_first, doc_stop, tables.language)
    return Reading(
        codes, view.classes, view.points, view.source, view.disguised,
        evidence, sums(evidence), rows, fit, sums(fit), _foreign(view.classes, doc_first, doc_stop),
        np.flatnonzero(view.classes == cc.NEWLINE), doc_first, doc_stop, doc_base, languages,
        np.array([(item.start, item.end) for item in written if item.code], dtype=np.int64).reshape(-1, 2),
    )  # fmt: skip


def source_ends(reading: Reading, at: Ints) -> Ints:
    """Where in the padded batch some characters of the view end: behind all that a written-out one is written with."""
    ends: Ints = reading.source[at] + 1
    if len(reading.written):
        starts, stops = reading.written.T
        number = np.minimum(np.searchsorted(starts, ends - 1), len(starts) - 1)
        ends = np.where(starts[number] == ends - 1, stops[number], ends)
    return ends


def sums(values: NDArray[np.generic]) -> NDArray[np.int32]:
    """0 and the running sums of some figures: sums[b] - sums[a] is the sum of values[a:b].

    They wrap around 2**32 in a long text; differences of less than 2**31 do not.

    >>> sums(np.array([3, 4], dtype=np.int8)).tolist()
    [0, 3, 7]
    """
    total = np.empty(len(values) + 1, dtype=np.int32)
    total[0] = 0
    np.cumsum(values, out=total[1:], dtype=np.int32)
    return total


LANGUAGE_SAMPLE, LANGUAGE_STEP = 1600, 5  # every fifth trigram of so many characters decides a text's language


def _language(
    rows: NDArray[np.uint16], first: Ints, stop: Ints, table: NDArray[np.int8]
) -> tuple[Ints, NDArray[np.int8]]:
    """The language of each text, and how well each character's trigram fits the language of its text."""
    languages, fit = np.zeros(len(first), dtype=np.int64), np.zeros(len(rows), dtype=np.int8)
    some = np.flatnonzero(first < stop)
    if len(some):
        size = -(-np.minimum(stop[some] - first[some], LANGUAGE_SAMPLE) // LANGUAGE_STEP)
        begin = np.cumsum(size) - size
        sample = np.repeat(first[some] - LANGUAGE_STEP * begin, size) + LANGUAGE_STEP * np.arange(size.sum())
        likely = np.add.reduceat(table.take(rows[sample], axis=1).astype(np.int32), begin, axis=1)
        languages[some] = likely.argmax(axis=0)
    for language, begin, end in zip(languages.tolist(), first.tolist(), stop.tolist(), strict=True):
        table[language].take(rows[begin:end], mode="wrap", out=fit[begin:end])
    return languages, fit


FOREIGN_SHARE = 0.15  # a script with a smaller share of a text's letters is foreign to it


def _foreign(classes: NDArray[np.uint8], first: Ints, stop: Ints) -> NDArray[np.bool_]:
    """Letters of a script that is not their text's own; Latin, which stands in every article, is never foreign."""
    foreign = np.zeros(len(classes), dtype=bool)
    highest = np.maximum.reduceat(classes, np.stack((first, stop), axis=1).ravel())[::2]
    texts = [slice(*ends) for ends in np.stack((first, stop), axis=1)[highest > cc.LATIN].tolist()]
    if not texts:
        return foreign
    counts = np.zeros((len(texts), cc.N_CLASSES), dtype=np.int64)
    for row, text in zip(counts, texts, strict=True):
        row += np.bincount(classes[text], minlength=cc.N_CLASSES)
    counts *= IS_LETTER
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    is_foreign = (share < FOREIGN_SHARE) & (counts > 0)
    is_foreign[:, cc.LATIN] = False
    kana = share[:, [cc.HIRAGANA, cc.KATAKANA]].sum(axis=1) >= FOREIGN_SHARE
    is_foreign[np.ix_(kana, [cc.HIRAGANA, cc.KATAKANA, cc.HAN])] = False  # one writing system: kana stand with Han
    for number in np.flatnonzero(is_foreign.any(axis=1)).tolist():
        foreign[texts[number]] = is_foreign[number].take(classes[texts[number]])
    return foreign

"""What a text scores is the sum over the n-grams that the weights are fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import ngrams
from cleaner.train.ngram_fit import folded


@pytest.mark.parametrize("text", ["a", "two words", "one, two;  three", "爱上海 casino 2024", "…"])
def test_scan_adds_up_all_ngrams(text: str) -> None:
    weights = np.random.default_rng(1).integers(-127, 128, 1 << ngrams.TABLE_BITS).astype(np.int8)
    codes, classes = folded(text)
    evidence, rows = ngrams.scan(codes, classes, weights)
    _, words, _, pairs = ngrams.word_grams(codes, classes)
    indices = [*(index for _, index in ngrams.char_grams(codes)), words, pairs]
    assert evidence.sum() == sum(int(weights[index].astype(int).sum()) for index in indices)
    assert rows.tolist() == ngrams.trigram_rows(codes).tolist()

"""What others do against injected spam, as baselines: each takes whole lines out of texts, and is scored like `cleaner`."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import regex
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from cleaner import charclass as cc
from cleaner.api import Cleaned
from cleaner.decide import REMOVED
from cleaner.span import Span, minus
from cleaner.train.grammar import load_grammars
from cleaner.view import IS_LETTER

Lines = Sequence[str]
Filter = Callable[[Lines], Sequence[bool]]
MIN_WORDS = 5  # of the C4 line filter (Raffel et al. 2020, section 2.2)
_C4_END = regex.compile(r"""[.!?"。！？”]\s*$""")
_LINES = regex.compile(r"[^\n]*\n|[^\n]+$")
SHORTEST_KEYWORD = 3  # characters; shorter heads stand in every article
SAMPLE = 40_000  # lines of each kind the linear classifier is fitted on


def line_filter(drop: Filter) -> Callable[[Sequence[str], Sequence[str]], list[Cleaned]]:
    """A cleaner that takes out the lines of a text that `drop` is true for.

    >>> line_filter(lambda lines: ["casino" in line for line in lines])(["One.\\ncasino\\n"], ["txt"])[0].text
    'One.\\n'
    """

    def clean(texts: Sequence[str], formats: Sequence[str]) -> list[Cleaned]:
        return [_without(text, drop) for text in texts]

    return clean


def _without(text: str, drop: Filter) -> Cleaned:
    places = [match.span() for match in _LINES.finditer(text)]
    dropped = drop([text[start:end] for start, end in places])
    cuts = [place for place, gone in zip(places, dropped, strict=True) if gone and text[slice(*place)].strip()]
    return Cleaned(
        minus(text, cuts), tuple(Span(start, end, 1.0, "promo-line", "unknown", (), REMOVED) for start, end in cuts)
    )


def nothing(lines: Lines) -> list[bool]:
    """Leave every line."""
    return [False] * len(lines)


def other_script(lines: Lines) -> list[bool]:
    """Drop lines most of whose letters are of another script than most of the text's."""
    scripts = [_script(line) for line in lines]
    counts: Counter[int] = Counter()
    for script, line in zip(scripts, lines, strict=True):
        counts[script] += len(line) if script else 0
    main = max(counts, key=lambda script: counts[script], default=0)
    return [bool(script) and script != main for script in scripts]


def _script(line: str) -> int:
    """The class of most letters of a line, 0 without letters."""
    counts = np.bincount(cc.tables().classes[cc.code_points(line)], minlength=cc.N_CLASSES) * IS_LETTER
    return int(counts.argmax()) if counts.any() else 0


def c4_lines(lines: Lines) -> list[bool]:
    """Drop lines without a sentence's end, and those with fewer than MIN_WORDS words."""
    return [not _C4_END.search(line) or len(line.split()) < MIN_WORDS for line in lines]


def keywords(spam_folder: Path) -> Filter:
    """Drop lines that hold one of the head terms of the grammars."""
    heads = {
        head.lower()
        for grammar in load_grammars(spam_folder)
        for lists in grammar.trades.values()
        for head in lists["head"]
        if len(head) >= SHORTEST_KEYWORD
    }

    def drop(lines: Lines) -> list[bool]:
        text = "\n".join(lines).lower()
        present = [head for head in heads if head in text]  # few of ten thousand stand in one article
        return [any(head in line.lower() for head in present) for line in lines]

    return drop


def linear(data: Path) -> Filter:
    """Drop lines that hashed character n-grams and a linear model, fitted on the external data, take for spam."""
    rng = Random(1)
    spam = [row["text"] for row in _rows(data / "fragments.jsonl")]
    clean = [
        line for row in _rows(data / "articles.jsonl.gz") if row["format"] in ("txt", "md")
        for line in row["text"].split("\n") if line.strip()
    ]  # fmt: skip
    spam, clean = (rng.sample(lines, min(len(lines), SAMPLE)) for lines in (spam, clean))
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    model = SGDClassifier(loss="log_loss", random_state=1)
    model.fit(vectorizer.transform([*spam, *clean]), [1] * len(spam) + [0] * len(clean))
    return lambda lines: model.predict(vectorizer.transform(lines)).astype(bool).tolist() if lines else []


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)

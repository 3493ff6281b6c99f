"""One training run: from the corpus (and external data, if given) to a model folder, the same bytes every time.

Every stage is fitted on scores that come from outside its training data: fragments are split by campaign and clean
text by source into three folds, the n-gram table a document is scored with has seen neither its source nor its
campaigns, and thresholds are set on documents of folds the trees were not fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from cleaner import model as models
from cleaner.judge import judge
from cleaner.model import Model
from cleaner.propose import Tables
from cleaner.train import data as corpora
from cleaner.train import ngram_fit, verify_fit
from cleaner.train.card import card
from cleaner.train.data import FOLDS, Corpus
from cleaner.train.export import to_trees
from cleaner.train.grammar import TRADES, Fragment
from cleaner.train.verify_fit import Document, Rows
from cleaner.trees import Trees, scores

WINDOW = (3, 8)
HOT = (4.0, 0.0, 2.0)  # window score that makes a place hot: alone, in a foreign script, in a foreign language
GATE_LOSS = 0.02  # share of the hot runs on injections that the gate may drop; most injections have several
STAGES = (12, 36, 100)  # trees a candidate is scored with before it may be dropped
STAGE_LOSS = 0.004  # share of the good candidates each stage may drop
GOOD = -3.0  # raw score from which an exact candidate is good: others do not decide anything
SEGMENT_SHARE = 0.5  # of the lines of a clean text the n-gram model is fitted on; all of one that looks like spam
# Shares of documents of unseen sources that the threshold `remove` may change: of clean ones, and of those that look like
# spam. They are measured with models that lack a third of the sources; the final one has them all.
CLEAN_BUDGET, HARD_BUDGET = 0.0075, 0.025
REVIEW_BUDGET = 0.02


class Sizes(NamedTuple):
    """How much a run reads and fits; tests use small ones."""

    per_word: int = 8
    gate_trees: int = 40
    verify_trees: int = 240
    accept_trees: int = 150
    max_articles: int | None = None


FULL = Sizes()


class Split(NamedTuple):
    """One fold's documents with the tables that know neither their sources nor their campaigns."""

    tables: Tables
    documents: list[Document]


Say = Callable[[str], None]


def train(
    corpus: Path, data: Path | None, out: Path, *, seed: int = 1, sizes: Sizes = FULL, say: Say = print
) -> dict[str, Any]:
    """Train, write the model's two files to `out`, and return the header."""
    loaded = corpora.load(corpus, data, per_word=sizes.per_word, seed=seed)
    if sizes.max_articles is not None:
        rng = Random(seed)
        loaded = loaded._replace(articles=rng.sample(loaded.articles, min(len(loaded.articles), sizes.max_articles)))
    say(
        f"{len(loaded.articles)} articles, {len(loaded.background)} background texts, {len(loaded.fragments)} fragments"
    )
    tables = fit_tables(loaded, seed, say)
    splits = [_split(loaded, tables[fold], fold, seed) for fold in range(FOLDS)]
    gate, gate_threshold = fit_gate(splits, sizes, seed)
    say(f"gate: {len(gate.roots)} trees, threshold {gate_threshold:.2f}")
    trades = fit_trades(loaded.fragments)
    bare = _model(tables[0], gate, gate_threshold, trades)
    rows = [_fold_rows(split, bare, Random(seed + 100 + fold)) for fold, split in enumerate(splits)]
    say(f"candidates: {sum(len(part.spam) for part in rows)}, exact {sum(part.exact.sum() for part in rows)}")
    held_out = [
        fit_verify([part for other, part in enumerate(rows) if other != fold], sizes, seed) for fold in range(FOLDS)
    ]
    stages = [_stages(trees, part) for trees, part in zip(held_out, rows, strict=True)]
    judging = [
        bare._replace(tables=split.tables, verify=trees, stages=steps)
        for split, trees, steps in zip(splits, held_out, stages, strict=True)
    ]
    places = [_places(split, model) for split, model in zip(splits, judging, strict=True)]
    say(f"places: {sum(len(part[1]) for part in places)}, spam {sum(part[1].sum() for part in places)}")
    accepts = [
        fit_accept([part for other, part in enumerate(places) if other != fold], sizes, seed) for fold in range(FOLDS)
    ]
    slope, intercept = calibrate(accepts, places)
    judged = [
        model._replace(accept=trees, slope=slope, intercept=intercept)
        for model, trees in zip(judging, accepts, strict=True)
    ]
    report = thresholds(splits, judged, say)
    final, accept = fit_verify(rows, sizes, seed), fit_accept(places, sizes, seed)
    figures = {
        "slope": slope,
        "intercept": intercept,
        "gate_threshold": gate_threshold,
        "gate_baseline": gate.baseline,
        "verify_baseline": final.baseline,
        "accept_baseline": accept.baseline,
        "scale": tables[FOLDS].scale,
        "hot": HOT[0],
        "hot_foreign_script": HOT[1],
        "hot_foreign_language": HOT[2],
        "remove": report["remove"],
        "review": report["review"],
    }
    header = {
        "figures": figures,
        "stages": [(n, min(steps[i][1] for steps in stages)) for i, n in enumerate(STAGES) if n < sizes.verify_trees],
        "window": WINDOW,
        "languages": ngram_fit.LANGUAGES,
        "trades": TRADES,
        "held_out": report,
        "counts": {
            "articles": len(loaded.articles),
            "background": len(loaded.background),
            "fragments": len(loaded.fragments),
            "candidates": sum(len(part.spam) for part in rows),
        },
        "seed": seed,
        "trained_on": loaded.manifest,
    }
    arrays = {"weights": tables[FOLDS].weights, "language": tables[FOLDS].language, "trades": trades}
    arrays |= models.tree_arrays("gate", gate) | models.tree_arrays("verify", final)
    arrays |= models.tree_arrays("accept", accept)
    header = models.save(out, arrays, header)
    (out / "README.md").write_text(card(header), encoding="utf-8")
    return header


def fit_tables(loaded: Corpus, seed: int, say: Say) -> list[Tables]:
    """The tables that leave out fold 0, 1, 2, and the ones that leave out nothing."""
    rng = Random(seed)
    by_fold: list[list[str]] = [[] for _ in range(FOLDS)]
    segments: list[list[str]] = [[] for _ in range(FOLDS)]
    for article in loaded.articles:
        fold = article.fold
        by_fold[fold].append(article.text)
        segments[fold] += ngram_fit.segments(article.text, rng, 1.0 if article.hard else SEGMENT_SHARE)
    for fold, text in loaded.background:
        by_fold[fold].append(text)
        segments[fold] += ngram_fit.segments(text, rng, SEGMENT_SHARE)
    counts = [ngram_fit.gram_counts(texts) for texts in by_fold]
    language = ngram_fit.language_table((article.lang, article.text) for article in loaded.articles if not article.hard)
    out = []
    for left_out in (*range(FOLDS), None):
        folds = [fold for fold in range(FOLDS) if fold != left_out]
        spam = [f.text for f in loaded.fragments if corpora.fold_of_fragment(f) in folds]
        clean = [segment for fold in folds for segment in segments[fold]]
        weights, scale = ngram_fit.fit(spam, clean, np.sum([counts[fold] for fold in folds], axis=0), seed=seed)
        say(f"n-grams without fold {left_out}: {len(spam)} fragments, {len(clean)} clean segments")
        out.append(Tables(weights, scale, language, WINDOW, HOT))
    return out


def _split(loaded: Corpus, tables: Tables, fold: int, seed: int) -> Split:
    rng = Random(seed + 10 + fold)
    articles = [a for a in loaded.articles if a.fold == fold]
    rng.shuffle(articles)
    fragments = [f for f in loaded.fragments if corpora.fold_of_fragment(f) == fold]
    return Split(tables, list(verify_fit.documents(articles, fragments, rng)))


def _boosted(n_trees: int, depth: int, leaves: int, seed: int, rate: float = 0.1) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=n_trees, max_depth=depth, max_leaf_nodes=leaves, learning_rate=rate, l2_regularization=1.0,
        min_samples_leaf=40, early_stopping=False, random_state=seed,
    )  # fmt: skip


def fit_gate(splits: Sequence[Split], sizes: Sizes, seed: int) -> tuple[Trees, float]:
    """Trees that tell hot runs on injections from others, and the threshold that loses few injections."""
    lots = [
        verify_fit.gate_rows(batch, split.tables) for split in splits for batch in verify_fit.batches(split.documents)
    ]
    matrix, touching = np.concatenate([lot[0] for lot in lots]), np.concatenate([lot[1] for lot in lots])
    trees = to_trees(_boosted(sizes.gate_trees, 5, 24, seed).fit(matrix, touching))
    return trees, float(np.quantile(scores(trees, matrix)[touching], GATE_LOSS))


def _fold_rows(split: Split, bare: Model, rng: Random) -> Rows:
    model = bare._replace(tables=split.tables)
    return verify_fit.concatenated(verify_fit.rows(batch, model, rng) for batch in verify_fit.batches(split.documents))


def fit_verify(parts: Sequence[Rows], sizes: Sizes, seed: int) -> Trees:
    """The second stage: is this candidate exactly an injection?"""
    rows = verify_fit.concatenated(parts)
    return to_trees(_boosted(sizes.verify_trees, 7, 40, seed).fit(rows.matrix, rows.exact, sample_weight=rows.weight))


Places = tuple[NDArray[np.float32], NDArray[np.bool_]]


def _places(split: Split, model: Model) -> Places:
    lots = [verify_fit.chosen_rows(batch, model) for batch in verify_fit.batches(split.documents)]
    return np.concatenate([lot[0] for lot in lots]), np.concatenate([lot[1] for lot in lots])


def fit_accept(places: Sequence[Places], sizes: Sizes, seed: int) -> Trees:
    """The last word: is the best candidate of this place injected?"""
    matrix, spam = np.concatenate([part[0] for part in places]), np.concatenate([part[1] for part in places])
    return to_trees(_boosted(sizes.accept_trees, 6, 24, seed, rate=0.06).fit(matrix, spam))


def calibrate(accepts: Sequence[Trees], places: Sequence[Places]) -> tuple[float, float]:
    """Slope and intercept that turn scores on unseen folds into probabilities (Platt 1999)."""
    score = np.concatenate([scores(trees, part[0]) for trees, part in zip(accepts, places, strict=True)])
    fitted = LogisticRegression(C=1e6).fit(score[:, None], np.concatenate([part[1] for part in places]))
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _stages(trees: Trees, rows: Rows) -> tuple[tuple[int, float], ...]:
    """For each stage the partial score that few good candidates fall below."""
    good = rows.matrix[rows.exact]
    good = good[scores(trees, good) >= GOOD]
    return tuple(
        (n, float(np.quantile(scores(trees, good, 0, n), STAGE_LOSS)))
        for n in STAGES
        if n < len(trees.roots) and len(good)
    )


def thresholds(splits: Sequence[Split], judged: Sequence[Model], say: Say) -> dict[str, Any]:
    """Thresholds by false-deletion budget on documents of unseen sources, and what they find of unseen campaigns."""
    clean: list[float] = []
    hard: list[float] = []
    found: list[float] = []
    for split, model in zip(splits, judged, strict=True):
        for batch in verify_fit.batches(split.documents):
            for document, items in zip(
                batch, judge([d.text for d in batch], model, verify_fit.protections(batch)), strict=True
            ):
                if not document.spans:
                    best = max((item.probability for item in items), default=0.0)
                    (hard if document.hard else clean).append(best)
                found += [_best_over(span.start, span.end, items) for span in document.spans]
    remove = max(_threshold(clean, CLEAN_BUDGET), _threshold(hard, HARD_BUDGET), 0.5)
    review = min(max(_threshold(clean, REVIEW_BUDGET), 0.2), remove)
    spans = np.array(found)
    curve = {
        str(budget): round(float((spans >= _threshold(clean, budget)).mean()), 4)
        for budget in (0.02, 0.01, 0.005, 0.002, 0.001, 0.0005)
    }
    report = {
        "clean_documents": len(clean),
        "hard_documents": len(hard),
        "injections": len(found),
        "remove": remove,
        "review": review,
        "clean_changed": float((np.array(clean) >= remove).mean()),
        "hard_changed": float((np.array(hard) >= remove).mean()),
        "recall_at_remove": float((spans >= remove).mean()),
        "recall_at_review": float((spans >= review).mean()),
        "recall_by_clean_budget": curve,
    }
    for name, value in report.items():
        say(f"held out: {name} {value}")
    return report


def _best_over(start: int, end: int, items: Sequence[Any]) -> float:
    """The probability of the best judged segment that covers most of a stretch."""
    return max(
        (i.probability for i in items if 2 * (min(end, i.end) - max(start, i.start)) > min(end - start, 4)), default=0.0
    )


def _threshold(values: Sequence[float], budget: float) -> float:
    """The lowest threshold that at most a share `budget` of the values reach."""
    ordered = np.sort(np.array(values))[::-1]
    allowed = int(budget * len(ordered))
    return float(np.nextafter(ordered[allowed], 2)) if len(ordered) else 0.5


def fit_trades(fragments: Sequence[Fragment]) -> NDArray[np.int8]:
    """n_trades x 2**16 table of trigram and word log-odds, a trade against all others, in 1/16 nats."""
    size = 1 << 16
    shift = ngram_fit.TABLE // size
    counts = np.zeros((len(TRADES), size))
    for number, trade in enumerate(TRADES):
        totals = ngram_fit.gram_counts(f.text for f in fragments if f.trade == trade)
        counts[number] = totals.reshape(size, shift).sum(axis=1)
    share = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    table = np.log(share) - np.log(share.mean(axis=0, keepdims=True))
    units: NDArray[np.int8] = np.clip(np.rint(table * 16), -127, 127).astype(np.int8)
    return units


def _model(tables: Tables, gate: Trees, gate_threshold: float, trades: NDArray[np.int8]) -> Model:
    """A model for proposing only, while the second stage is still to be fitted."""
    return Model(tables, gate, gate_threshold, gate, (), gate, 1.0, 0.0, 0.5, 0.5, trades, TRADES, "")

"""One training run: from the corpus (and external data, if given) to a model folder, the same bytes every time.

Every stage is fitted on scores that come from outside its training data: fragments are split by campaign and clean
text by source into three folds, the n-gram table a document is scored with has seen neither its source nor its
campaigns, and thresholds are set on documents of folds the trees were not fitted on. Behind the gate the model's trees are the
mean of the three folds': each knows two thirds of the documents, and the mean errs less than one fitted on all (cross-validation
committees, Parmanto, Munro and Doyle 1996).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from cleaner import model as models
from cleaner.cohesion import packed
from cleaner.features import NAMES, Matrix
from cleaner.model import Model
from cleaner.propose import WIDTHS_DENSE, WIDTHS_SPACED, alone, is_dense, stretch_sums, window_sums
from cleaner.reading import Tables, read
from cleaner.train import data as corpora
from cleaner.train import hosts_fit, lexicon_fit, ngram_fit, verify_fit
from cleaner.train.card import card
from cleaner.train.data import Corpus
from cleaner.train.export import fit_trees, mean
from cleaner.train.grammar import FOLDS, TRADES, Fragment, in_fold, is_line, is_made
from cleaner.train.verify_fit import Document, Places, Rows
from cleaner.trees import Trees, scores

HOT_SHARE = 0.01  # of the windows of unseen clean text that are hot, at each width
ALONE_SHARE = 0.06  # of the short pieces between spaces, in scripts without spaces, that are hot
# Shares of the injections with hot runs that may lose all of them at the gate: when the trees behind it are fitted, on more
# than they will have to judge, and when texts are cleaned.
FITTING_LOSS, GATE_LOSS = 0.007, 0.018
GATE_STAGES = (20, 60)  # trees a run is scored with before the gate may shut
GATE_STAGE_LOSS = 0.0005  # share of the runs that pass all its trees which each stage may drop
STAGES = (8, 24, 60, 220)  # trees a candidate is scored with before it may be dropped
STAGE_LOSS = 0.005  # share of the good candidates each stage may drop
GOOD = -3.0  # spam score from which an exact candidate is good: others do not decide anything
SEGMENT_SHARE = 0.5  # of the lines of a clean text the n-gram model is fitted on; all of one that looks like spam
# Shares of documents of unseen sources that the threshold `remove` may change: of clean ones, and of those that look like
# spam. They are measured with trees that lack a third of the sources; the mean of the folds' has seen them all.
CLEAN_BUDGET, HARD_BUDGET = 0.01, 0.0105
REVIEW_BUDGET = 0.05


class Sizes(NamedTuple):
    """How much a run reads and fits; tests use small ones."""

    per_word: int = 6
    gate_trees: int = 160
    spam_trees: int = 220
    exact_trees: int = 160
    accept_trees: int = 320
    max_articles: int | None = None


FULL = Sizes()


class Split(NamedTuple):
    """One fold's documents with the tables that know neither their sources nor their campaigns."""

    tables: Tables
    documents: list[Document]


Say = Callable[[str], None]
Stages = tuple[tuple[int, float], ...]
T = TypeVar("T")
R = TypeVar("R")


def train(
    corpus: Path, data: Path | None, out: Path, *, seed: int = 1, sizes: Sizes = FULL, say: Say = print
) -> dict[str, Any]:
    """Train, write the model's files to `out`, and return the header."""
    loaded = corpora.load(corpus, data, per_word=sizes.per_word, seed=seed)
    if sizes.max_articles is not None:
        rng = Random(seed)
        loaded = loaded._replace(articles=rng.sample(loaded.articles, min(len(loaded.articles), sizes.max_articles)))
    say(
        f"{len(loaded.articles)} articles, {len(loaded.background)} background texts, {len(loaded.fragments)} fragments"
    )
    hosts_fit.fit(corpus, (*loaded.articles, *loaded.background), out)
    return fit(loaded, fit_tables(loaded, seed, say), out, seed=seed, sizes=sizes, say=say)


def fit(loaded: Corpus, tables: Sequence[Tables], out: Path, *, seed: int, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Everything behind the tables of `fit_tables`."""
    splits = _each(lambda fold: _split(loaded, tables[fold], fold, seed), range(FOLDS))
    trades = fit_trades(loaded.fragments)
    hot = np.mean(_each(_hot, splits), axis=0).tolist()
    say(f"hot: {[round(bar, 2) for bar in hot]}")
    bare = [_bare(split.tables, hot, trades) for split in splits]
    gate, (loose, gate_threshold), gate_stages = fit_gate(splits, bare, sizes, seed)
    say(f"gate: {len(gate.roots)} trees, thresholds {loose:.2f}, {gate_threshold:.2f}")
    bare = [model._replace(gate=gate, gate_threshold=loose) for model in bare]
    rows = _each(lambda fold: _fold_rows(splits[fold], bare[fold], Random(seed + 100 + fold)), range(FOLDS))
    say(f"candidates: {sum(len(part.spam) for part in rows)}, exact {sum(part.exact.sum() for part in rows)}")
    held_out = [
        fit_stages([rows[other] for other in range(FOLDS) if other != fold], sizes, seed) for fold in range(FOLDS)
    ]
    steps = [_spam_stages(trees, part) for (trees, _), part in zip(held_out, rows, strict=True)]
    judging = [
        model._replace(spam=spam, exact=exact, stages=step)
        for model, (spam, exact), step in zip(bare, held_out, steps, strict=True)
    ]
    places = _each(lambda fold: _places(splits[fold], judging[fold]), range(FOLDS))
    say(f"places: {sum(len(part.spam) for part in places)}, spam {sum(part.spam.sum() for part in places)}")
    accepts = [
        fit_accept([part for other, part in enumerate(places) if other != fold], sizes, seed) for fold in range(FOLDS)
    ]
    slope, intercept = calibrate(accepts, places)
    probabilities = [
        1 / (1 + np.exp(-slope * scores(trees, part.matrix) - intercept))
        for trees, part in zip(accepts, places, strict=True)
    ]
    report = thresholds(splits, places, probabilities, say)
    spam, exact, accept = mean([trees for trees, _ in held_out]), mean([trees for _, trees in held_out]), mean(accepts)
    figures = {
        "slope": slope,
        "intercept": intercept,
        "gate_threshold": gate_threshold,
        "gate_baseline": gate.baseline,
        "spam_baseline": spam.baseline,
        "exact_baseline": exact.baseline,
        "accept_baseline": accept.baseline,
        "scale": tables[FOLDS].scale,
        "remove": report["remove"],
        "review": report["review"],
    }
    header = {
        "figures": figures,
        "hot": hot,
        "gate_stages": gate_stages,
        "stages": _spam_stages(spam, rows[0]),  # the first trees of the mean are those that do not know fold 0
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
    arrays: dict[str, NDArray[Any]] = {
        "weights": tables[FOLDS].weights,
        "odds": tables[FOLDS].odds,
        "known": tables[FOLDS].known,
        "language": tables[FOLDS].language,
        "seen": tables[FOLDS].seen,
    }
    arrays |= {"trades": trades}
    for name, trees in (("gate", gate), ("spam", spam), ("exact", exact), ("accept", accept)):
        arrays |= models.tree_arrays(name, trees)
    header = models.save(out, arrays, header)
    (out / "README.md").write_text(card(header), encoding="utf-8")
    return header


def _each(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """The results of some independent pieces of work, two at a time; NumPy and scikit-learn leave the interpreter's lock."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))


def fit_tables(loaded: Corpus, seed: int, say: Say) -> list[Tables]:
    """The tables that leave out fold 0, 1, 2, and the ones that leave out nothing.

    The weights are fitted on terms: with whole lines among the spam, whose words are those of any shop and clinic, they tell
    terms from honest text worse, and unseen lines, too.
    """
    rng = Random(seed)
    by_fold: list[list[str]] = [[] for _ in range(FOLDS)]
    segments: list[list[str]] = [[] for _ in range(FOLDS)]
    for article in (*loaded.articles, *loaded.background):
        by_fold[article.fold].append(article.text)
        segments[article.fold] += ngram_fit.segments(article.text, rng, 1.0 if article.hard else SEGMENT_SHARE)
    counts = _each(ngram_fit.gram_counts, by_fold)
    seen = _each(ngram_fit.seen_counts, by_fold)
    language = ngram_fit.language_table((article.lang, article.text) for article in loaded.articles if not article.hard)

    texts = [fragment.text for fragment in loaded.fragments]
    fold_of = np.array([corpora.fold_of_fragment(fragment) for fragment in loaded.fragments])
    spam_grams, *clean_grams = _each(ngram_fit.gram_matrix, (texts, *segments))
    lexicon = lexicon_fit.spam_grams(texts)
    campaigns = np.unique(np.array([f.campaign for f in loaded.fragments]), return_inverse=True)[1]
    made, lines = (np.array([ask(f) for f in loaded.fragments], dtype=bool) for ask in (is_made, is_line))
    exact = _each(lambda part: lexicon_fit.clean_counts(part, lexicon.vocabulary), by_fold)
    lengths = [np.array([len(text) for text in part]) for part in (texts, *segments)]
    say(f"n-grams of {len(texts)} fragments and {sum(map(len, segments))} clean segments counted")

    def without(left_out: int | None) -> Tables:
        folds = [fold for fold in range(FOLDS) if fold != left_out]
        chosen = np.isin(fold_of, folds)
        terms = np.flatnonzero(chosen & ~lines)
        spam, clean = spam_grams[terms], vstack([clean_grams[fold] for fold in folds], format="csr")
        size = np.concatenate([lengths[0][terms], *(lengths[fold + 1] for fold in folds)])
        clean_counts = np.sum([counts[fold] for fold in folds], axis=0)
        weights, scale = ngram_fit.fit(spam, clean, size, clean_counts, seed=seed)
        together = lexicon_fit.together([exact[fold] for fold in folds])
        odds, known = lexicon_fit.tables(lexicon, campaigns, made, chosen, together)
        say(f"tables without fold {left_out}")
        bits = packed(np.sum([seen[fold] for fold in folds], axis=0, dtype=np.int32), ngram_fit.SEEN_LOAD)
        return Tables(weights, scale, odds, known, language, bits)

    return _each(without, (*range(FOLDS), None))


def _split(loaded: Corpus, tables: Tables, fold: int, seed: int) -> Split:
    rng = Random(seed + 10 + fold)
    hosts = [a for a in loaded.articles if a.fold == fold]
    for article in loaded.background:
        if article.fold == fold and (not article.hard or in_fold(article.text, HAM_PART) == 0):
            hosts.append(article._replace(lang=ngram_fit.language_of(article.text, tables.language)))
    rng.shuffle(hosts)
    fragments = [f for f in loaded.fragments if corpora.fold_of_fragment(f) == fold]
    documents = [document for _ in range(SIMULATIONS) for document in verify_fit.documents(hosts, fragments, rng)]
    return Split(tables, documents)


SIMULATIONS = 3  # so often all articles are laid out and injected anew
HAM_PART = 4  # every fourth of the short messages is a document of its own, and a line in another


def _hot(split: Split) -> list[float]:
    """For each width of the sliding windows the score that HOT_SHARE of the windows of clean text pass, in logits.

    Behind them the one that ALONE_SHARE of what stands alone there passes.
    """
    shares = [HOT_SHARE] * len((*WIDTHS_DENSE, *WIDTHS_SPACED)) + [ALONE_SHARE]
    lots: list[list[NDArray[np.float32]]] = [[] for _ in shares]
    clean = [document for document in split.documents if not document.spans and not document.hard]
    for batch in verify_fit.batches(clean[::HOT_STEP]):
        reading = read([document.text for document in batch], split.tables)
        dense = is_dense(reading.classes)
        for number, width in enumerate((*WIDTHS_DENSE, *WIDTHS_SPACED)):
            of_kind = dense if number < len(WIDTHS_DENSE) else ~dense
            lots[number].append(window_sums(reading.total, width)[of_kind])
        lots[-1].append(stretch_sums(reading.total, *alone(reading)))
    values = [np.concatenate(lot) if lot else np.empty(0) for lot in lots]
    bars = [
        float(np.quantile(value, 1 - share)) if len(value) else 0.0 for value, share in zip(values, shares, strict=True)
    ]
    return [max(bar * split.tables.scale, HOT_LEAST) for bar in bars]


HOT_LEAST = 1.0  # logits; also where no clean text has a window
HOT_STEP = 5  # every fifth clean document is enough for the hot windows' thresholds


def _boosted(n_trees: int, depth: int, leaves: int, seed: int, rate: float) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=n_trees, max_depth=depth, max_leaf_nodes=leaves, learning_rate=rate, l2_regularization=1.0,
        min_samples_leaf=40, early_stopping=False, random_state=seed,
    )  # fmt: skip


def fit_gate(
    splits: Sequence[Split], bare: Sequence[Model], sizes: Sizes, seed: int
) -> tuple[Trees, tuple[float, float], Stages]:
    """Trees that tell hot runs on injections from others, the thresholds that few injections lose all their runs to, and the stages."""

    def lots(fold: int) -> list[tuple[Matrix, NDArray[np.int64]]]:
        found, first = [], fold << 32
        for batch in verify_fit.batches(splits[fold].documents):
            found.append(verify_fit.gate_rows(batch, bare[fold], first))
            first += sum(len(document.spans) for document in batch)
        return found

    found = [lot for part in _each(lots, range(len(splits))) for lot in part]
    matrix, touched = np.concatenate([lot[0] for lot in found]), np.concatenate([lot[1] for lot in found])
    trees = fit_trees(_boosted(sizes.gate_trees, 8, 64, seed, rate=0.1), matrix, touched >= 0)
    _, which = np.unique(touched[touched >= 0], return_inverse=True)
    best = np.full(which.max(initial=0) + 1, -np.inf)
    score = scores(trees, matrix)
    np.maximum.at(best, which, score[touched >= 0])
    loose, strict = np.quantile(best, (FITTING_LOSS, GATE_LOSS)).tolist()
    return trees, (loose, strict), _stages(trees, matrix[score >= strict], GATE_STAGES, GATE_STAGE_LOSS)


def _fold_rows(split: Split, bare: Model, rng: Random) -> Rows:
    return verify_fit.concatenated(verify_fit.rows(batch, bare, rng) for batch in verify_fit.batches(split.documents))


def fit_stages(parts: Sequence[Rows], sizes: Sizes, seed: int) -> tuple[Trees, Trees]:
    """The second stage: is all of this candidate spam, and if it touches spam, is it exactly what was injected?"""
    rows = verify_fit.concatenated(parts)
    boosted = _boosted(sizes.spam_trees, 10, 100, seed, rate=0.18)
    spam = fit_trees(boosted, rows.matrix[:, : len(NAMES)], rows.spam, rows.weight)
    at = rows.touches
    exact = fit_trees(
        _boosted(sizes.exact_trees, 9, 80, seed, rate=0.15), rows.matrix[at], rows.exact[at], rows.weight[at]
    )
    return spam, exact


def _places(split: Split, model: Model) -> Places:
    first = 0
    lots = []
    for batch in verify_fit.batches(split.documents):
        lots.append(verify_fit.places(batch, model, first))
        first += len(batch)
    return verify_fit.concatenated(lots)


def fit_accept(places: Sequence[Places], sizes: Sizes, seed: int) -> Trees:
    """The last word: is the best candidate of this place injected?"""
    together = verify_fit.concatenated(places)
    boosted = _boosted(sizes.accept_trees, 7, 32, seed, rate=0.07)
    return fit_trees(boosted, together.matrix, together.spam, together.weight)


def calibrate(accepts: Sequence[Trees], places: Sequence[Places]) -> tuple[float, float]:
    """Slope and intercept that turn scores on unseen folds into probabilities (Platt 1999)."""
    score = np.concatenate([scores(trees, part.matrix) for trees, part in zip(accepts, places, strict=True)])
    fitted = LogisticRegression(C=1e6).fit(score[:, None], np.concatenate([part.spam for part in places]))
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _spam_stages(trees: Trees, rows: Rows) -> Stages:
    """For each stage the partial score that few good candidates fall below."""
    good = rows.matrix[rows.exact, : len(NAMES)]
    good = good[scores(trees, good) >= GOOD]
    return _stages(trees, good, STAGES, STAGE_LOSS)


def _stages(trees: Trees, good: Matrix, counts: Sequence[int], loss: float) -> Stages:
    """For each number of trees the sum of their values that a share `loss` of the good rows fall below."""
    return tuple(
        (n, float(np.quantile(scores(trees, good, 0, n), loss))) for n in counts if n < len(trees.roots) and len(good)
    )


def thresholds(
    splits: Sequence[Split], places: Sequence[Places], probabilities: Sequence[NDArray[np.float64]], say: Say
) -> dict[str, Any]:
    """Thresholds by false-deletion budget on documents of unseen sources, and what they find of unseen campaigns."""
    clean: list[float] = []
    hard: list[float] = []
    found: list[float] = []
    new: list[bool] = []
    for split, part, probability in zip(splits, places, probabilities, strict=True):
        bounds = np.searchsorted(part.docs, np.arange(len(split.documents) + 1)).tolist()
        for document, (begin, end) in zip(split.documents, pairwise(bounds), strict=True):
            mine = probability[begin:end]
            if not document.spans:
                (hard if document.hard else clean).append(float(mine.max(initial=0.0)))
            for span in document.spans:
                shared = np.minimum(span.end, part.ends[begin:end]) - np.maximum(span.start, part.starts[begin:end])
                touched = mine[2 * shared > min(span.end - span.start, 4)]
                found.append(float(touched.max(initial=0.0)))
                new.append(not corpora.is_known(span.fragment))
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
        "recall_at_remove_new_campaigns": float((spans[np.array(new, dtype=bool)] >= remove).mean())
        if any(new)
        else 0.0,
        "recall_at_review": float((spans >= review).mean()),
        "recall_by_clean_budget": curve,
    }
    for name, value in report.items():
        say(f"held out: {name} {value}")
    return report


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


def _bare(tables: Tables, hot: Sequence[float], trades: NDArray[np.int8]) -> Model:
    """A model for reading only, while its trees are still to be fitted."""
    zero = np.zeros(1, dtype=np.int32)
    none = Trees(zero, zero.astype(np.uint8), np.full(1, np.inf, dtype=np.float32), zero, np.zeros(1), 0.0, 0)
    return Model(tables, tuple(hot), none, (), 0.0, none, (), none, none, 1.0, 0.0, 0.5, 0.5, trades, TRADES, "")

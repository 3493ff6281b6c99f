"""Make the rows the second stage is trained on: candidates of injected and of clean articles, with the truth about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.features import EXACT_NAMES, Matrix, seam_features
from cleaner.judge import Proposals, choose_batch, hot_runs, propose_batch, source_spans
from cleaner.model import Model
from cleaner.propose import Candidates
from cleaner.readers.markdown import protected
from cleaner.reading import source_ends
from cleaner.train.data import PAGE, Article
from cleaner.train.grammar import Fragment, is_made
from cleaner.train.inject import NETWORK, ON_PAGES, Dirty, Injected, inject, manner, open_lines
from cleaner.train.vary import vary

INJECTED_SHARE = 0.9  # of ordinary articles; of those that look like spam themselves HARD_SHARE
HARD_SHARE = 0.6
TIMES, OWN_TIMES = 1, 5  # so often an article is injected, and one of our own corpus
NETWORK_SHARE = 0.4  # of the injected articles of our own in Chinese and English: they are what a real network fills
SAME_LANGUAGE, CHINESE, ENGLISH = 0.4, 0.15, 0.15  # languages of the fragments put into an article; the rest: any
REAL_SHARE, REAL_PIECES = 0.35, 300  # of the fragments that were collected, where there are so many in a language
ONE_TRADE, ONE_TEXT = 0.35, 0.3  # of the articles are injected with fragments of one trade, with one fragment alone
TERM = 16  # characters a term of the network has at most
SHORT = 400  # characters: a text that is but a line or two
MAX_HOST = 12_000  # characters of an article that are used
FEW_SHARE = 0.12  # of the articles only a few lines are used: records of a corpus, comments, abstracts
FEW = (1, 2, 3, 5, 8)  # lines
CLEAN_WEIGHT = 2.0  # of a place of a document without injections: an article cut by mistake is the worst error
MAX_NEGATIVES = 10  # candidates kept per text that are not spam
MAX_PARTS = 8  # candidates kept per text that are parts of an injection, or several


class Document(NamedTuple):
    """A text to learn from, with its injections (none: it is clean), its language, source and format, and whether it looks like spam."""

    text: str
    spans: tuple[Injected, ...]
    lang: str
    source: str
    format: str
    hard: bool


class Rows(NamedTuple):
    """Candidates: features, whether each is spam, whether it touches spam, is exactly an injection, and how many it stands for."""

    matrix: Matrix
    spam: NDArray[np.bool_]
    touches: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    weight: NDArray[np.float32]


class Places(NamedTuple):
    """The best candidate of each place: features, whether it is spam, its document's number, where it stands there, its weight."""

    matrix: Matrix
    spam: NDArray[np.bool_]
    docs: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weight: NDArray[np.float32]


def documents(articles: Sequence[Article], fragments: Sequence[Fragment], rng: Random) -> Iterator[Document]:
    """Every article as it is and some injected; short texts that look like spam also inside an article of their language."""
    supply = _Supply(fragments)
    hosts: dict[str, list[Article]] = {}
    for article in articles:
        if not article.hard:
            hosts.setdefault(_short(article.lang), []).append(article)
    plain = [article for lot in hosts.values() for article in lot]
    for article in articles:
        text = _excerpt(article.text, article.format, rng)
        if not article.hard and rng.random() < FEW_SHARE:
            text = _few_lines(text, rng)
        other = rng.choice(plain) if plain else article
        text = vary(text, article.format, other.text if _short(other.lang) != _short(article.lang) else "", rng)
        yield Document(text, (), article.lang, article.source, article.format, article.hard)
        for _ in range(OWN_TIMES if article.source.startswith("own:") else TIMES):
            if rng.random() < (INJECTED_SHARE if not article.hard else HARD_SHARE if len(text) > SHORT else 0):
                if article.source.startswith("own:") and rng.random() < NETWORK_SHARE and supply.network(article.lang):
                    dirty = inject(text, rng.sample(supply.terms, 4), rng, NETWORK, disguised=0.0)
                else:
                    how = manner(rng, ON_PAGES) if article.format == PAGE else manner(rng)
                    dirty = inject(text, supply.choose(_short(article.lang), rng), rng, how)
                yield Document(dirty.text, dirty.spans, article.lang, article.source, article.format, article.hard)
        if article.hard and len(text) <= SHORT and _short(article.lang) in hosts:
            host = rng.choice(hosts[_short(article.lang)])
            mixed = _with_line(_excerpt(host.text, host.format, rng), text.strip(), rng)
            yield Document(mixed, (), host.lang, article.source, host.format, True)


def protections(batch: Sequence[Document]) -> list[list[tuple[int, int]]]:
    """What is never judged of each document."""
    return [protected(document.text) if document.format == "md" else [] for document in batch]


def _short(lang: str) -> str:
    return lang.split("-")[0]


def _excerpt(text: str, format: str, rng: Random) -> str:
    """At most MAX_HOST characters, from a line's start; of Markdown the first, so that code blocks stay whole."""
    if len(text) <= MAX_HOST:
        return text
    start = text.find("\n", rng.randrange(len(text) - MAX_HOST)) + 1 if format != "md" else 0
    return text[start : text.rfind("\n", start, start + MAX_HOST) + 1 or start + MAX_HOST]


def _few_lines(text: str, rng: Random) -> str:
    """A few neighbouring lines outside code."""
    starts = open_lines(text)
    first = rng.randrange(len(starts))
    stop = first + rng.choice(FEW) * (1 + ("\n\n" in text))
    return text[starts[first] : starts[stop] if stop < len(starts) else len(text)].strip("\n") + "\n"


def _with_line(text: str, line: str, rng: Random) -> str:
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines) + 1), line)
    return "\n".join(lines)


class _Supply:
    """The fragments of a fold, by language, by trade, and by whether they were collected or come from a grammar."""

    def __init__(self, fragments: Sequence[Fragment]) -> None:
        self.real: dict[str, list[Fragment]] = {}
        self.made: dict[str, list[Fragment]] = {}
        self.trades: dict[tuple[bool, str, str], list[Fragment]] = {}
        for fragment in fragments:
            made, lang = is_made(fragment), _short(fragment.lang)
            (self.made if made else self.real).setdefault(lang, []).append(fragment)
            self.trades.setdefault((made, lang, fragment.trade), []).append(fragment)
        self.terms = [f for f in fragments if f.trade == "escort" and f.lang == "zh-Hans" and len(f.text) <= TERM]

    def network(self, lang: str) -> bool:
        """Whether a real network's terms can go into an article of a language."""
        return _short(lang) in ("zh", "en") and len(self.terms) >= 4

    def choose(self, lang: str, rng: Random) -> list[Fragment]:
        """One to four fragments for one article: often all in one language, of one trade, as one spammer would."""
        draw = rng.random()
        if SAME_LANGUAGE <= draw < SAME_LANGUAGE + CHINESE + ENGLISH:
            lang = "zh" if draw < SAME_LANGUAGE + CHINESE else "en"
        if draw >= SAME_LANGUAGE + CHINESE + ENGLISH or lang not in self.made:
            lang = rng.choice(sorted(self.made))
        real, made = self.real.get(lang, []), self.made.get(lang, [])
        is_made = rng.random() >= REAL_SHARE * min(len(real) / REAL_PIECES, 1.0)
        pool = made if is_made else real
        draw = rng.random()
        if draw < ONE_TEXT:
            return [rng.choice(pool)]
        if draw < ONE_TEXT + ONE_TRADE:
            pool = self.trades[is_made, lang, rng.choice(pool).trade]
        return [rng.choice(pool) for _ in range(rng.randint(1, 4))]


def gate_rows(batch: Sequence[Document], model: Model, first: int) -> tuple[Matrix, NDArray[np.int64]]:
    """The features of all hot runs, and the number of the injection each touches, counted from `first`; -1: none."""
    reading, runs, _, matrix = hot_runs([document.text for document in batch], model, protections(batch))
    starts = reading.source[runs.starts] - reading.doc_base[runs.docs]
    ends = source_ends(reading, runs.ends - 1) - reading.doc_base[runs.docs]
    touched = np.full(len(starts), -1, dtype=np.int64)
    for number, document in enumerate(batch):
        mine = np.flatnonzero(runs.docs == number)
        for span in document.spans:
            touched[mine[(starts[mine] < span.end) & (ends[mine] > span.start)]] = first
            first += 1
    return matrix, touched


def rows(batch: Sequence[Document], model: Model, rng: Random) -> Rows | None:
    """The candidates of the documents behind the gate; of those that are not exact a sample."""
    proposals = propose_batch([document.text for document in batch], model, protections(batch))
    if proposals is None:
        return None
    found = proposals.found
    starts, ends = source_spans(proposals)
    spam, touches, exact = (np.zeros(len(starts), dtype=bool) for _ in range(3))
    weight = np.ones(len(starts), dtype=np.float32)
    keep: list[int] = []
    for number in np.unique(found.docs).tolist():
        mine = np.flatnonzero(found.docs == number)
        document = batch[number]
        spam[mine], exact[mine] = labels(document, starts[mine], ends[mine])
        for span in document.spans:
            touches[mine] |= (starts[mine] < span.end) & (ends[mine] > span.start)
        for group, most in (
            (mine[exact[mine]], len(mine)),
            (mine[spam[mine] & ~exact[mine]], MAX_PARTS),
            (mine[touches[mine] & ~spam[mine]], MAX_NEGATIVES),
            (mine[~touches[mine]], MAX_NEGATIVES),
        ):
            kept = group.tolist() if len(group) <= most else rng.sample(group.tolist(), most)
            weight[kept] = len(group) / max(len(kept), 1)
            keep += kept
    at = np.array(sorted(keep), dtype=np.int64)
    return Rows(_with_seams(proposals, touches, at, model), spam[at], touches[at], exact[at], weight[at])


def _with_seams(proposals: Proposals, touches: NDArray[np.bool_], at: NDArray[np.int64], model: Model) -> Matrix:
    """The features of some candidates, those of the seams too where they touch spam: the trees over them are fitted on these."""
    matrix = np.zeros((len(at), len(EXACT_NAMES)), dtype=np.float32)
    matrix[:, : proposals.matrix.shape[1]] = proposals.matrix[at]
    asked = touches[at]
    if asked.any():
        found = Candidates(*(column[at[asked]] for column in proposals.found))
        seam = seam_features(proposals.reading, proposals.part, model.tables, found)
        matrix[asked, proposals.matrix.shape[1] :] = seam
    return matrix


def places(batch: Sequence[Document], model: Model, first: int) -> Places | None:
    """The best candidates of the documents' places by a model that has not seen them; documents count from `first`."""
    chosen = choose_batch([document.text for document in batch], model, protections(batch))
    if chosen is None:
        return None
    spam = np.zeros(len(chosen.at), dtype=bool)
    starts, ends = source_spans(chosen.proposals, chosen.at)
    docs = chosen.proposals.found.docs[chosen.at]
    for number, doc in enumerate(docs.tolist()):
        if batch[doc].spans:
            place = slice(number, number + 1)
            spam[number] = labels(batch[doc], starts[place], ends[place])[0][0]
    clean = np.array([not document.spans for document in batch])
    weight = np.where(clean[docs], CLEAN_WEIGHT, 1.0).astype(np.float32)
    return Places(chosen.matrix, spam, docs + first, starts, ends, weight)


Lot = TypeVar("Lot", Rows, Places)


def concatenated(parts: Iterable[Lot | None]) -> Lot:
    """Several lots of rows, or of places, as one."""
    lots = [part for part in parts if part is not None]
    return type(lots[0])(*(np.concatenate(column) for column in zip(*lots, strict=True)))


def batches(items: Sequence[Document], size: int = 16) -> Iterator[Sequence[Document]]:
    """The documents, `size` at a time."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def labels(
    document: Document | Dirty, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For candidates of a document: is it spam (at least 95 % of its ink), and is it exactly the injections it touches.

    Exactly: no ink of the article, and of the lines injected no letter, no digit, and at the end nothing at all left out
    (a marker in front goes along with the cut: `cleaner.seams`).
    """
    text = document.text
    n = len(text)
    ink = np.fromiter((not c.isspace() for c in text), dtype=bool, count=n)
    solid = np.fromiter((c.isalnum() for c in text), dtype=bool, count=n)
    piece = np.zeros(n, dtype=np.int64)  # number of the injected line a character is in, 0 outside
    stops = [0]  # where each injected line ends
    number = 0
    for span in document.spans:
        at = span.start
        for line in text[span.start : span.end].split("\n"):
            number += 1
            piece[at : at + len(line)] = number
            stops.append(at + len(line))
            at += len(line) + 1
    inked, spam = _sums(ink), _sums(ink & (piece > 0))
    pure = (spam[ends] - spam[starts]) / np.maximum(inked[ends] - inked[starts], 1)
    sizes = np.bincount(piece[solid], minlength=number + 1)
    solids = _sums(solid & (piece > 0))
    firsts = piece[np.minimum(starts, max(n - 1, 0))] if n else starts
    lasts = piece[np.maximum(ends - 1, 0)] if n else ends
    expected = _sums(sizes[1:])  # letters and digits of the injected lines before number i + 1
    touched = np.where((firsts > 0) & (lasts > 0), expected[lasts] - expected[np.maximum(firsts - 1, 0)], -1)
    left_behind = inked[np.maximum(np.array(stops)[lasts], ends)] - inked[ends]
    exact = (pure > 0.999) & (touched == solids[ends] - solids[starts]) & (left_behind == 0)
    return pure >= 0.95, exact


def _sums(values: NDArray[np.generic]) -> NDArray[np.int64]:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values, dtype=np.int64)))

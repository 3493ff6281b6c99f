"""The first look over the documents of a run: which texts are spam in several of them (`cleaner.campaigns`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cleaner.campaigns import Census
from cleaner.document import UNCHANGED, At, Outcome, identity
from cleaner.engine.batch import Pool, run
from cleaner.engine.jobs import Job
from cleaner.engine.journal import Log
from cleaner.engine.walk import Source
from cleaner.readers import Document

MOST_BYTES = 1 << 26  # of documents that are looked at first: what a crawl repeats, it repeats there
MOST_SETTLED = 200_000  # documents that are remembered, some 20 MB


class Counting(Log):
    """Keeps nothing of a run but what its documents have in common."""

    keeps = False

    def __init__(self) -> None:
        self.census = Census()

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Count what was found in a document."""
        self.census.add(finding.span for finding in outcome.findings)


class Survey(NamedTuple):
    """What a first look found: the campaigns, and the identities of documents in which there is nothing to be found."""

    campaigns: tuple[str, ...]
    settled: frozenset[bytes]


def first_look(jobs: Iterable[Job], pool: Pool, log: Counting) -> Survey:
    """Look at the first documents of some jobs, which write nothing and tell `log`."""
    first = _First(pool)
    for _ in run(jobs, first):
        pass
    return Survey(log.census.campaigns(), frozenset(first.settled))


class _First:
    """A pool that takes the first documents and then no more, and remembers those that nothing is found in."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self.use = pool, pool.use
        self.settled: set[bytes] = set()

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        """The outcomes of the batches, until they hold MOST_BYTES."""
        given: deque[Sequence[Document]] = deque()
        for outcomes in self._pool.map(_first(batches, given)):
            for document, outcome in zip(given.popleft(), outcomes, strict=True):
                if _is_nothing(outcome) and len(self.settled) < MOST_SETTLED:
                    self.settled.add(identity(document))
            yield outcomes


def _is_nothing(outcome: Outcome) -> bool:
    return outcome.status == UNCHANGED and not outcome.reason and not outcome.findings


def _first(batches: Iterable[Sequence[Document]], given: deque[Sequence[Document]]) -> Iterator[Sequence[Document]]:
    size = 0
    for batch in batches:
        given.append(batch)
        yield batch
        size += sum(len(document.data) for document in batch)
        if size >= MOST_BYTES:
            return

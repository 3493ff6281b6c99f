"""The first look over the documents of a run: which texts are spam in several of them (`cleaner.campaigns`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cleaner.campaigns import Census
from cleaner.document import At, Outcome
from cleaner.engine.batch import Pool, run
from cleaner.engine.jobs import Job
from cleaner.engine.journal import Log
from cleaner.engine.walk import Source
from cleaner.readers import Document

MOST_BYTES = 1 << 26  # of documents that are looked at first: what a crawl repeats, it repeats there


class Counting(Log):
    """Keeps nothing of a run but what its documents have in common."""

    def __init__(self) -> None:
        self.census = Census()

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Count what was found in a document."""
        self.census.add(finding.span for finding in outcome.findings)


def first_look(jobs: Iterable[Job], pool: Pool, log: Counting) -> tuple[str, ...]:
    """The campaigns of the first documents of some jobs, which write nothing and tell `log`."""
    for _ in run(jobs, _First(pool)):
        pass
    return log.census.campaigns()


class _First:
    """A pool that takes the first documents and then no more."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self.use = pool, pool.use

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        """The outcomes of the batches, until they hold MOST_BYTES."""
        return self._pool.map(_first(batches))


def _first(batches: Iterable[Sequence[Document]]) -> Iterator[Sequence[Document]]:
    size = 0
    for batch in batches:
        yield batch
        size += sum(len(document.data) for document in batch)
        if size >= MOST_BYTES:
            return

"""The engine: sources in, their documents through the workers, results in the same order to where they belong.

A source becomes a job. A job gives its documents, takes their outcomes in the same order, and ends with an entry that says
what became of the source. Everything here runs in one process; only `pool` knows others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from cleaner.api import Cleaner
from cleaner.document import Outcome
from cleaner.engine.jobs import Item, Job
from cleaner.engine.journal import Entry
from cleaner.readers import Document

BATCH_BYTES = 1 << 20  # of documents that go to a worker together: each batch costs some 10 ms whatever it holds
BATCH_ITEMS = 1024
AHEAD = 64  # parts prepared at a time; each file is two, of which up to three descriptors are open
FEW = 2  # parts: one file, which has nobody to wait with


class Pool(Protocol):
    """Maps batches of documents to batches of outcomes, in their order."""

    def use(self, cleaner: Cleaner) -> None:
        """From now on clean with this one."""
        ...

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        """The outcomes, as they are asked for."""
        ...


class _Settled(NamedTuple):
    """A part of a job with its outcome, which is None when there is no document in it."""

    job: Job
    item: Item | None
    outcome: Outcome | None


class _Event(NamedTuple):
    """A part of a job to be accepted, or, without one, its end."""

    job: Job
    item: Item | None


def run(jobs: Iterable[Job], pool: Pool) -> Generator[tuple[Job, Entry], None, None]:
    """Do the jobs; each with its entry, in their order."""
    waiting: deque[list[_Event]] = deque()
    begun: dict[Job, None] = {}  # may have something half-written
    try:
        for outcomes in pool.map(_batches(jobs, waiting)):
            for job, item, outcome in _prepared(_settled(waiting.popleft(), outcomes), begun):
                if item is None:
                    entry = job.finish()
                    begun.pop(job, None)
                    yield job, entry
                else:
                    begun[job] = None
                    job.accept(item, outcome)
    finally:
        for job in begun:
            job.abandon()


def _settled(lot: Sequence[_Event], outcomes: Sequence[Outcome]) -> list[_Settled]:
    results = iter(outcomes)
    return [_Settled(job, item, next(results) if item and item.document else None) for job, item in lot]


def _prepared(parts: Sequence[_Settled], begun: dict[Job, None]) -> Iterator[_Settled]:
    """The parts, a few of them prepared before the first of those comes."""
    for start in range(0, len(parts), AHEAD):
        some = parts[start : start + AHEAD]
        for job, _, outcome in some:
            if outcome is not None and len(some) > FEW:
                begun[job] = None
                job.prepare(outcome)
        yield from some


def _batches(jobs: Iterable[Job], waiting: deque[list[_Event]]) -> Iterator[list[Document]]:
    """The documents of the jobs in batches; what each batch belongs to is put into `waiting`."""
    for lot in _lots(_events(jobs)):
        waiting.append(lot)
        yield [item.document for _, item in lot if item and item.document]


def _events(jobs: Iterable[Job]) -> Iterator[_Event]:
    for job in jobs:
        for item in job.items():
            yield _Event(job, item)
        yield _Event(job, None)


def _lots(events: Iterable[_Event]) -> Iterator[list[_Event]]:
    lot: list[_Event] = []
    size = 0
    for event in events:
        lot.append(event)
        size += len(event.item.data) if event.item else 0
        is_last = event.item is None and event.job.holds_files
        if size >= BATCH_BYTES or len(lot) >= BATCH_ITEMS or is_last:
            yield lot
            lot, size = [], 0
    if lot:
        yield lot

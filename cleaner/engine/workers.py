"""A supervised pool of worker processes: one bad document costs one document, whatever it does to its worker."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self

from cleaner.api import Cleaner
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, Outcome, process, without
from cleaner.engine import wire
from cleaner.engine.confined import CHUNK, Answer, Limits, Process, Work, start
from cleaner.readers import Document, Options
from cleaner.span import CleanerError

TICK = 0.5  # seconds between looks at the clock
TIME = "time"
MALFORMED = "crash: the worker's answer was malformed"
START_TRIES, START_PAUSE = 20, 0.1  # seconds between tries to make the only worker
STATUSES = (UNCHANGED, CLEANED, SKIPPED, FAILED)
NO_SIGPIPE = getattr(socket, "MSG_NOSIGNAL", 0)


class Pool:
    """Workers with a loaded model in them, ended and waited for when the context is left.

    >>> with Pool(Cleaner(), Options(), workers=2) as pool:
    ...     for outcomes in pool.map([[Document(b"An honest line.", "txt")], [Document(b"a,b", None)]]):
    ...         print(outcomes[0].status)
    unchanged
    skipped

    `work` is what is done with the documents of a batch; it must treat each as if it were alone.
    """

    def __init__(
        self,
        cleaner: Cleaner,
        options: Options,
        workers: int,
        limits: Limits = Limits(),  # noqa: B008
        work: Work = process,
    ) -> None:
        if workers < 1:
            raise CleanerError(f"{workers} workers can do nothing: ask for one or more")
        self._count, self._limits = workers, limits
        self._arguments = (work, cleaner, options, limits)
        self._workers: list[_Worker] = []
        self._tasks: deque[_Task] = deque()
        self._selector = selectors.PollSelector()  # unlike epoll it shares nothing with a forked child

    def use(self, cleaner: Cleaner) -> None:
        """From now on clean with another cleaner; between two maps."""
        self._end_all()
        work, _, options, limits = self._arguments
        self._arguments = (work, cleaner, options, limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_all()
        self._selector.close()

    def _end_all(self) -> None:
        for worker in list(self._workers):
            self._end(worker)

    def map(self, batches: Iterable[Sequence[Document]]) -> Iterator[list[Outcome]]:
        """The outcomes of each batch, in order. Batches are taken as results are: two for each worker are under way.

        A document that kills its worker, hangs or takes too much is tried again alone, and skipped when that
        fails too, in a worker that did nothing before if it is not a matter of time.
        Only one map may run at a time. Raises `CleanerError` when the system does not let it make a single worker.
        """
        source, jobs = iter(batches), deque[_Job]()
        try:
            while True:
                batch = next(source, None) if len(jobs) < 2 * self._count else None
                if batch is not None:
                    jobs.append(self._job(batch))
                elif not jobs:
                    return
                self._step(0 if batch is not None or self._is_ready(jobs[0]) else TICK)
                if batch is None and self._is_ready(jobs[0]):
                    yield jobs.popleft().finished
        finally:
            self._forget()

    def _job(self, documents: Sequence[Document]) -> _Job:
        job = _Job(documents)
        if documents:
            self._tasks.append(_Task(job, range(len(documents))))
        return job

    def _is_ready(self, job: _Job) -> bool:
        """Whether a job can be handed over: it is done, and no worker lacks input while the caller is busy with it."""
        return job.is_done and not any(worker.outbox for worker in self._workers)

    def _forget(self) -> None:
        """Drop what is under way: the caller wants no more results, or all are there."""
        self._tasks.clear()
        for worker in [worker for worker in self._workers if worker.task]:
            self._end(worker)

    def _step(self, timeout: float) -> None:
        """Wait for something to come or go, and give out the tasks there are workers for."""
        began = time.monotonic()
        for key, events in self._selector.select(timeout):
            worker = key.data
            try:
                if events & selectors.EVENT_WRITE:
                    self._send(worker)
                if events & selectors.EVENT_READ:
                    self._receive(worker)
            except OSError:
                self._lose(worker)
            except wire.WireError:
                self._lose(worker, MALFORMED)
        self._stop_late(time.monotonic() - began)
        while self._tasks and (free := self._worker_for(self._tasks[0])):
            self._give(free, self._tasks.popleft())

    def _worker_for(self, task: _Task) -> _Worker | None:
        """A worker that is free for a task, a new one if possible when it needs that; None when it must wait."""
        free = next((worker for worker in self._workers if worker.task is None), None)
        if (free is None or task.needs_fresh) and len(self._workers) < self._count:
            return self._start() or free
        return free

    def _start(self) -> _Worker | None:
        """A new worker, or None when the system lets us have no more than there are."""
        for _ in range(START_TRIES):
            try:
                with _signals_blocked():
                    worker = _Worker(start(*self._arguments))
                    self._workers.append(worker)
                self._selector.register(worker.process.channel, selectors.EVENT_READ, worker)
                return worker
            except OSError as error:
                if self._workers:
                    return None
                problem = error.strerror
            time.sleep(START_PAUSE)
        raise CleanerError(f"no worker process can be made ({problem}): allow more processes, memory or open files")

    def _give(self, worker: _Worker, task: _Task) -> None:
        worker.task, worker.given, worker.watched = task, worker.given + 1, 0.0
        worker.outbox = memoryview(wire.pack(tuple(task.documents)))
        self._selector.modify(worker.process.channel, selectors.EVENT_READ | selectors.EVENT_WRITE, worker)

    def _send(self, worker: _Worker) -> None:
        with suppress(BlockingIOError):
            worker.outbox = worker.outbox[worker.process.channel.send(worker.outbox, NO_SIGPIPE) :]
        if not worker.outbox:
            self._selector.modify(worker.process.channel, selectors.EVENT_READ, worker)

    def _receive(self, worker: _Worker) -> None:
        data = worker.process.channel.recv(CHUNK)
        if not data:
            raise ConnectionResetError("it died")
        worker.inbox += data
        if worker.task is None or worker.outbox:
            raise wire.WireError("an answer to nothing")
        if frame := wire.take(worker.inbox):
            self._settle(worker, worker.task, wire.unpack(Answer, frame))

    def _settle(self, worker: _Worker, task: _Task, answer: Answer) -> None:
        if answer.problem:
            self._lose(worker, answer.problem)
            return
        task.settle(_checked(task.documents, answer.outcomes))
        worker.task = None

    def _lose(self, worker: _Worker, reason: str = "") -> None:
        """End a worker; its task is done again, or its document skipped when it had failed alone before."""
        code = self._end(worker)
        task = worker.task
        if task is None:
            return
        reason = reason or self._reason(code)
        if not task.is_alone:
            self._tasks.extendleft(_Task(task.job, [number], True) for number in reversed(task.numbers))
        elif worker.given > 1 and not reason.startswith(TIME):  # memory or damage may be left from what it did before
            self._tasks.appendleft(task._replace(needs_fresh=True))
        else:
            task.settle([Outcome(SKIPPED, reason, document.data, (), ()) for document in task.documents])

    def _reason(self, code: int | None) -> str:
        """Why a worker died, as its exit code says it."""
        if code is None:
            return "crash: the worker died"
        if code == -signal.SIGPROF:
            return f"{TIME}: over {self._limits.processor:g} s and {self._limits.processor_per_mb:g} s per MB"
        return f"crash: the worker died ({f'signal {-code}' if code < 0 else f'exit {code}'})"

    def _end(self, worker: _Worker) -> int | None:
        """End a worker and say its exit code. Interrupted, it can be done again."""
        with suppress(KeyError):
            self._selector.unregister(worker.process.channel)
        code = _reap(worker.process.pid)
        worker.process.channel.close()
        worker.process.lifeline.close()
        self._workers.remove(worker)
        return code

    def _stop_late(self, spent: float) -> None:
        """End workers that are over the clock, which counts only while we look: a stopped parent blames nobody."""
        for worker in [worker for worker in self._workers if worker.task]:
            worker.watched += min(spent, 2 * TICK)
            if worker.watched > self._limits.clock:
                self._lose(worker, f"{TIME}: over {self._limits.clock:g} s")


@dataclass
class _Job:
    """A batch on its way, and the outcomes that are there, by the number of their document."""

    documents: Sequence[Document]
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return len(self.outcomes) == len(self.documents)

    @property
    def finished(self) -> list[Outcome]:
        return [self.outcomes[number] for number in range(len(self.documents))]


class _Task(NamedTuple):
    """Documents of a job, by number, that one worker gets at once."""

    job: _Job
    numbers: Sequence[int]
    is_alone: bool = False
    needs_fresh: bool = False

    @property
    def documents(self) -> list[Document]:
        return [self.job.documents[number] for number in self.numbers]

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        self.job.outcomes.update(zip(self.numbers, outcomes, strict=True))


@dataclass
class _Worker:
    """A process, its task, how many it was given, the bytes on their way to and from it, and how long we watched it work."""

    process: Process
    task: _Task | None = None
    given: int = 0
    outbox: memoryview = field(default_factory=lambda: memoryview(b""))
    inbox: bytearray = field(default_factory=bytearray)
    watched: float = 0.0


def _checked(documents: Sequence[Document], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with their bytes. Raises `WireError` for any that cannot be one of its document."""
    try:
        return [_with_bytes(*pair) for pair in zip(documents, outcomes, strict=True)]
    except ValueError as error:
        raise wire.WireError("not the outcomes of these documents") from error


def _with_bytes(document: Document, outcome: Outcome) -> Outcome:
    if outcome.status not in STATUSES or outcome.data or bool(outcome.cuts) != (outcome.status == CLEANED):
        raise ValueError(f"no such outcome: {outcome.status}")
    for finding in outcome.findings:
        if not 0 <= finding.byte_start <= finding.byte_end <= len(document.data):
            raise ValueError("a finding outside the document")
    return outcome._replace(data=without(document, outcome.cuts))


def _reap(pid: int) -> int | None:
    """End a child, wait for it and say its exit code; None when it was waited for elsewhere, or SIGCHLD is ignored."""
    with suppress(ChildProcessError):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)
    return None


@contextmanager
def _signals_blocked() -> Iterator[None]:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

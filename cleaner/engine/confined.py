"""A worker: a process forked with the model in it, bounded in time, memory and files, that turns documents into outcomes."""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from io import FileIO
from itertools import pairwise
from typing import NamedTuple, NoReturn, TextIO

from cleaner.api import Cleaner
from cleaner.document import Outcome, without
from cleaner.engine import wire
from cleaner.readers import Document, Options

MEMORY = "memory: over the limit"
HIGHEST_DESCRIPTOR = 1 << 16
CHUNK = 1 << 18  # bytes asked of a socket at once

Work = Callable[[Sequence[Document], Cleaner, Options], Sequence[Outcome]]


class Limits(NamedTuple):
    """What a document may cost: seconds of processor time, seconds by the clock, and bytes on top of the loaded model.

    A batch may take the processor time of its documents together, and as long by the clock as one document.
    """

    processor: float = 2.0
    processor_per_mb: float = 8.0  # a megabyte of nothing but spam takes 5.5 s
    clock: float = 30.0
    memory: int = 512 << 20
    files: int = 32

    def processor_time(self, documents: Sequence[Document]) -> float:
        """The seconds of processor time that some documents may take.

        >>> Limits().processor_time([Document(bytes(1_500_000), "txt")] * 2)
        28.0
        """
        return sum(self.processor + self.processor_per_mb * len(document.data) / 1e6 for document in documents)


class Answer(NamedTuple):
    """What a worker sends back: outcomes without their bytes, or the problem it had with one of the documents.

    The bytes need not travel: they are the document's without the cuts, so that whatever a worker says, the result is
    the document minus some of it.
    """

    outcomes: tuple[Outcome, ...]
    problem: str = ""


class Process(NamedTuple):
    """A worker as its parent sees it: `channel` takes documents and gives answers, it lives as long as `lifeline` is open."""

    pid: int
    channel: socket.socket
    lifeline: FileIO


def start(work: Work, cleaner: Cleaner, options: Options, limits: Limits) -> Process:
    """Fork a worker, with all signals blocked, so that no handler of the parent runs in it.

    Raises `OSError` when the system has no process, memory or descriptors left for one.
    """
    with ExitStack() as ours, ExitStack() as theirs:
        channel, far_channel = socket.socketpair()
        ours.callback(channel.close)
        theirs.callback(far_channel.close)
        far_lifeline, near_lifeline = os.pipe()
        lifeline = FileIO(near_lifeline, "w")
        ours.callback(lifeline.close)
        theirs.callback(os.close, far_lifeline)
        channel.setblocking(False)
        pid = os.fork()
        if pid == 0:
            _live(
                far_channel.detach(), far_lifeline, limits, lambda frame: _answer(frame, work, cleaner, options, limits)
            )
        ours.pop_all()
    return Process(pid, channel, lifeline)


def _live(channel: int, lifeline: int, limits: Limits, answer: Callable[[bytes], bytes]) -> NoReturn:
    """All of a worker's life; nothing of the parent that it is a copy of is run or flushed when it ends."""
    try:
        gc.freeze()  # what is shared with the parent stays so: the collector would touch, hence copy, all of it
        channel, lifeline = _keep_only(channel, lifeline)
        _reset_signals()
        _die_with(lifeline)
        _confine(limits)
        _serve(socket.socket(fileno=channel), answer)
    finally:
        os._exit(0)


def _keep_only(*descriptors: int) -> list[int]:
    """Close every other descriptor: files of the parent, its ends of the other workers' sockets, the standard streams."""
    for low, high in pairwise([2, *sorted({number for number in descriptors if number > 2}), HIGHEST_DESCRIPTOR]):
        os.closerange(low + 1, high)
    kept = [
        fcntl.fcntl(number, fcntl.F_DUPFD, 3) for number in descriptors
    ]  # in case they have a standard stream's place
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    for number in (nothing, *descriptors):
        if number > 2:
            os.close(number)
    sys.stdin, sys.stdout, sys.stderr = map(_stream, range(3))
    return kept


def _stream(descriptor: int) -> TextIO:
    return open(descriptor, "r+", encoding="utf-8", errors="backslashreplace", closefd=False)


def _reset_signals() -> None:
    """The parent decides about SIGINT; other handlers go, but what is ignored (SIGHUP under nohup) stays ignored."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGPIPE, signal.SIGIO, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _die_with(lifeline: int) -> None:
    """Have the kernel end this process (SIGIO) when the parent's end is closed, even if it hangs in foreign code."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # closed before that
        os._exit(0)


def _confine(limits: Limits) -> None:
    sys.dont_write_bytecode = True
    with suppress(OSError):  # only Linux tells
        with open("/proc/self/statm", "rb") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, size + limits.memory)
    _lower(resource.RLIMIT_NOFILE, limits.files)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    lowest = min([value, *(limit for limit in resource.getrlimit(which) if limit != resource.RLIM_INFINITY)])
    resource.setrlimit(which, (lowest, lowest))


def _serve(channel: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    inbox = bytearray()
    while data := channel.recv(CHUNK):
        inbox += data
        while frame := wire.take(inbox):
            channel.sendall(answer(frame))


def _answer(frame: bytes, work: Work, cleaner: Cleaner, options: Options, limits: Limits) -> bytes:
    documents = wire.unpack(tuple[Document, ...], frame)
    signal.setitimer(signal.ITIMER_PROF, limits.processor_time(documents))  # unhandled, its signal ends the process
    try:
        outcomes = work(documents, cleaner, options)
        return wire.pack(Answer(tuple(_without_bytes(*pair) for pair in zip(documents, outcomes, strict=True))))
    except MemoryError:
        problem = MEMORY
    except BaseException as error:
        problem = f"crash: {type(error).__name__}"  # not its message: that may quote the document
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return wire.pack(Answer((), problem))


def _without_bytes(document: Document, outcome: Outcome) -> Outcome:
    if without(document, outcome.cuts) != outcome.data:
        raise ValueError("the outcome is not the document without the cuts")
    return outcome._replace(data=b"")

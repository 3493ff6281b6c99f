"""A pool of workers gives what one process gives, and a bad document costs one document, whatever it does."""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from samples import DIRTY

from cleaner import Cleaner, CleanerError
from cleaner.document import CLEANED, SKIPPED, UNCHANGED, Outcome, process
from cleaner.engine.confined import Answer, Limits
from cleaner.engine.wire import PREFIX, pack
from cleaner.engine.workers import MALFORMED, Pool
from cleaner.readers import Document, Options

OPTIONS = Options()
SMALL = Limits(processor=0.5, processor_per_mb=0.0, clock=10.0, memory=64 << 20)
GOOD = [Document(f"good {number}".encode(), "txt") for number in range(40)]


def exhaust_memory() -> None:
    hoard = []
    while True:
        hoard.append(bytes(1 << 20))


def run_forever() -> None:
    while True:
        pass


def overflow() -> None:
    overflow()


def stop_for_a_while() -> None:
    """By the clock, twice the processor time that a document may take."""
    worker = os.getpid()
    if os.fork() == 0:
        time.sleep(1)
        os.kill(worker, signal.SIGCONT)
        os._exit(0)
    os.kill(worker, signal.SIGSTOP)


def answer_by_hand(answer: bytes) -> None:
    """Send bytes of one's own as the answer, on the socket that the worker has."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, answer)
        except OSError:
            continue
        time.sleep(60)


def forge(outcome: Outcome) -> Callable[[], None]:
    return lambda: answer_by_hand(pack(Answer((outcome,))))


def raise_error(error: BaseException) -> None:
    raise error


FORGED = Outcome(CLEANED, "", b"", (), ((0, 1),))
DEATHS: dict[str, tuple[Callable[[], object], str]] = {
    "kill": (lambda: os.kill(os.getpid(), signal.SIGKILL), "crash: the worker died (signal 9)"),
    "segfault": (lambda: ctypes.string_at(0), "crash: the worker died (signal 11)"),
    "bus": (lambda: os.kill(os.getpid(), signal.SIGBUS), "crash: the worker died (signal 7)"),
    "abort": (os.abort, "crash: the worker died (signal 6)"),
    "exit": (lambda: os._exit(3), "crash: the worker died (exit 3)"),
    "exit with 0": (lambda: os._exit(0), "crash: the worker died (exit 0)"),
    "sys.exit": (sys.exit, "crash: SystemExit"),
    "error": (lambda: raise_error(ValueError("the secret text of the document")), "crash: ValueError"),
    "interrupt": (lambda: raise_error(KeyboardInterrupt()), "crash: KeyboardInterrupt"),
    "recursion": (overflow, "crash: RecursionError"),
    "memory": (exhaust_memory, "memory: over the limit"),
    "one large array": (lambda: bytes(1 << 40), "memory: over the limit"),
    "loop": (run_forever, "time: over 0.5 s and 0 s per MB"),
    "noise": (lambda: answer_by_hand(b"\xff" * 40), MALFORMED),
    "no JSON": (lambda: answer_by_hand(PREFIX.pack(1, 0) + b"x"), MALFORMED),
    "no outcomes": (lambda: answer_by_hand(pack(Answer(()))), MALFORMED),
    "bytes of its own": (forge(FORGED._replace(data=b"x")), MALFORMED),
    "cuts outside": (forge(FORGED._replace(cuts=((0, 1000),))), MALFORMED),
    "cuts, yet unchanged": (forge(FORGED._replace(status=UNCHANGED)), MALFORMED),
    "no such status": (forge(FORGED._replace(status="done", cuts=())), MALFORMED),
    "files": (lambda: [os.open("/", os.O_RDONLY) for _ in range(64)], "crash: OSError"),
}
HANGS: dict[str, tuple[Callable[[], object], str]] = {
    "sleep": (lambda: time.sleep(60), "time: over 2 s"),
    "stop": (lambda: os.kill(os.getpid(), signal.SIGSTOP), "time: over 2 s"),
}
BAD = DEATHS | HANGS
HARMLESS: dict[str, Callable[[], object]] = {
    "SIGINT": lambda: os.kill(os.getpid(), signal.SIGINT),
    "stopped": stop_for_a_while,
    "nap": lambda: time.sleep(1),
    "output": lambda: sys.stdout.write("noise on the terminal" * 1000),
    "input": lambda: sys.stdin.read(),
}


def work(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
    """Cut the first byte off each document; those with a name above do what it says."""
    return [_work(document) for document in documents]


def _work(document: Document) -> Outcome:
    if document.record in BAD:
        BAD[document.record][0]()
    if document.record in HARMLESS:
        HARMLESS[document.record]()
    return Outcome(CLEANED, "", document.data[1:], (), ((0, 1),))


def bad(name: str) -> Document:
    return Document(b"bad", "txt", name)


def batches(documents: Sequence[Document], size: int) -> list[Sequence[Document]]:
    return [documents[start : start + size] for start in range(0, len(documents), size)]


def outcomes(
    cleaner: Cleaner, given: Sequence[Sequence[Document]], workers: int = 2, limits: Limits = SMALL
) -> list[list[Outcome]]:
    with Pool(cleaner, OPTIONS, workers, limits, work) as pool:
        return list(pool.map(given))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_gives_what_one_process_gives(cleaner: Cleaner, workers: int) -> None:
    documents = [
        Document(DIRTY.encode(), "md"),
        Document(DIRTY.encode(), "txt"),
        Document(b"An honest line.", "txt"),
        Document("caf\xe9 ".encode("latin-1") + DIRTY.encode(), "txt"),
        Document("\ud800 and ".encode("utf-8", "surrogatepass") + DIRTY.encode(), "txt"),
        Document(b"", "txt"),
        Document(b"\0", "txt"),
        Document(b"a,b", None),
        Document(b"An honest line.\n" * 20_000, "txt"),
    ]
    given = [*batches(documents, 3), [], documents]
    expected = [process(batch, cleaner, OPTIONS) for batch in given]
    assert {outcome.status for outcome in expected[-1]} == {CLEANED, UNCHANGED, SKIPPED}
    with Pool(cleaner, OPTIONS, workers) as pool:
        assert list(pool.map(given)) == expected


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_costs_one_document(cleaner: Cleaner, name: str) -> None:
    documents = [*GOOD[:5], bad(name), *GOOD[5:]]
    expected = [
        Outcome(SKIPPED, BAD[name][1], document.data, (), ()) if document.record else _work(document)
        for document in documents
    ]
    limits = SMALL._replace(clock=2.0) if name in HANGS else SMALL
    assert outcomes(cleaner, batches(documents, 4), limits=limits) == batches(expected, 4)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm_costs_nothing(cleaner: Cleaner, name: str) -> None:
    assert outcomes(cleaner, [[bad(name)], GOOD[:2]]) == [[_work(bad(""))], [_work(document) for document in GOOD[:2]]]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_batch_of_bad_documents_costs_each_of_them(cleaner: Cleaner, workers: int) -> None:
    reasons, good = outcomes(cleaner, [[bad(name) for name in DEATHS], GOOD], workers)
    assert [outcome.reason for outcome in reasons] == [reason for _, reason in DEATHS.values()]
    assert good == [_work(document) for document in GOOD]


def test_a_batch_that_needs_more_than_a_document_may_is_done_one_by_one(cleaner: Cleaner) -> None:
    """Each of them takes two thirds of the memory, and keeps it as long as its batch is not done."""
    held = []

    def hold(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
        held.extend(bytes(40 << 20) for _ in documents)
        return [_work(document) for document in documents]

    with Pool(cleaner, OPTIONS, 2, SMALL._replace(processor=5.0), hold) as pool:
        assert list(pool.map(batches(GOOD[:6], 3))) == batches([_work(document) for document in GOOD[:6]], 3)


def test_what_is_more_than_a_cut_is_refused(cleaner: Cleaner) -> None:
    def rewrite(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
        return [_work(document)._replace(data=document.data.upper()) for document in documents]

    with Pool(cleaner, OPTIONS, 1, SMALL, rewrite) as pool:
        assert list(pool.map([GOOD[:1]])) == [[Outcome(SKIPPED, "crash: ValueError", GOOD[0].data, (), ())]]


def test_what_a_worker_did_before_is_held_against_no_document(cleaner: Cleaner) -> None:
    """Here every document leaves so much behind that no worker can do two."""
    left = []

    def leak(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
        left.append(bytes(40 << 20))
        return [_work(document) for document in documents]

    with Pool(cleaner, OPTIONS, 2, SMALL, leak) as pool:
        assert list(pool.map(batches(GOOD[:9], 3))) == batches([_work(document) for document in GOOD[:9]], 3)


def test_a_parent_that_was_stopped_blames_no_document(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock goes on by an hour between any two looks at it."""
    monkeypatch.setattr(time, "monotonic", itertools.count(0.0, 3600.0).__next__)
    assert outcomes(cleaner, [[bad("nap")]], 1, SMALL._replace(clock=30.0)) == [[_work(bad(""))]]


def test_batches_are_taken_as_results_are(cleaner: Cleaner) -> None:
    documents, taken = [bad("nap"), *GOOD], 0

    def given() -> Iterator[Sequence[Document]]:
        nonlocal taken
        for document in documents:
            taken += 1
            yield [document]

    with Pool(cleaner, OPTIONS, 2, SMALL, work) as pool:
        for done, result in enumerate(pool.map(given()), 1):
            assert [outcome.data for outcome in result] == [documents[done - 1].data[1:]]
            assert taken - done < 4, "two for each worker are under way, and this is one of them"
    assert taken == len(documents)


def test_a_pool_can_be_left_at_any_moment_and_used_again(cleaner: Cleaner) -> None:
    with Pool(cleaner, OPTIONS, 2, SMALL, work) as pool:
        for _ in range(3):
            results = pool.map([[GOOD[0]], [bad("sleep")], [bad("loop")]])
            assert next(results) == [_work(GOOD[0])]
            assert children(os.getpid())
            results.close()
            assert not children(os.getpid()), "both were at work"
        assert list(pool.map([GOOD])) == [[_work(document) for document in GOOD]]


def pids(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
    return [Outcome(UNCHANGED, str(os.getpid()), document.data, (), ()) for document in documents]


def test_no_worker_outlives_the_pool(cleaner: Cleaner) -> None:
    with Pool(cleaner, OPTIONS, 3, SMALL, pids) as pool:
        workers = {int(outcome.reason) for result in pool.map(batches(GOOD, 1)) for outcome in result}
        assert os.getpid() not in workers
        assert all(map(is_alive, workers))
    assert not any(map(is_alive, workers)), "neither running nor a zombie"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_has_no_file_of_its_parent(cleaner: Cleaner, tmp_path: Path) -> None:
    """Only /dev/null, its socket and its lifeline; and it cannot write to a file it opens."""

    def look(documents: Sequence[Document], cleaner: Cleaner, options: Options) -> list[Outcome]:
        seen = [target(number) for number in range(64)]
        try:
            (tmp_path / "made").write_bytes(b"x")
        except OSError as error:
            seen.append(errno.errorcode[error.errno or 0])
        return [Outcome(UNCHANGED, " ".join(filter(None, seen)), document.data, (), ()) for document in documents]

    with (tmp_path / "report").open("wb"), Pool(cleaner, OPTIONS, 3, SMALL, look) as pool:
        seen = {outcome.reason for result in pool.map(batches(GOOD, 1)) for outcome in result}
    assert seen == {"/dev/null /dev/null /dev/null socket pipe EFBIG"}


def target(descriptor: int) -> str:
    """What a descriptor of this process is; empty when it is not open."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").split(":")[0]  # noqa: PTH115
    except FileNotFoundError:
        return ""


def fork_of(allowed: int) -> Callable[[], int]:
    """A fork that is refused from some call on, or while that many children live."""
    real, made = os.fork, []

    def fork() -> int:
        made[:] = [pid for pid in made if is_alive(pid)]
        if len(made) >= allowed:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        pid = real()
        made.append(pid)
        return pid

    return fork


def test_fewer_workers_do_when_no_more_can_be_made(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", fork_of(1))
    given = [[GOOD[0], bad("kill"), GOOD[1]], *batches(GOOD, 4)]
    results = outcomes(cleaner, given, 3)
    assert [[outcome.status for outcome in result] for result in results] == [
        [CLEANED, SKIPPED, CLEANED],
        *[[CLEANED] * 4] * 10,
    ]


def test_no_worker_at_all_is_an_error_that_says_so(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", fork_of(0))
    with pytest.raises(CleanerError, match=r"no worker process can be made \(Resource temporarily unavailable\)"):
        outcomes(cleaner, [GOOD])


def test_no_more_workers_is_an_error_once_all_are_dead(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless wait for a fresh one."""
    real, left = os.fork, [None] * 3

    def fork() -> int:
        if not left:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        left.pop()
        return real()

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(CleanerError):
        outcomes(cleaner, [*[[bad("nap")]] * 3, [bad("kill")]], 3)


def test_less_than_one_worker_is_an_error(cleaner: Cleaner) -> None:
    with pytest.raises(CleanerError):
        Pool(cleaner, OPTIONS, 0)


SCRIPT = """
import os, resource, sys, time
from cleaner import Cleaner
from cleaner.engine.confined import Limits
from cleaner.document import Outcome
from cleaner.readers import Document, Options
from cleaner.engine.workers import Pool

def work(documents, cleaner, options):
    if documents[0].data == b"kill":
        os.kill(os.getpid(), 9)
    if documents[0].data == b"loop":
        while True:
            pass
    if documents[0].data == b"sleep":
        time.sleep(600)
    return [Outcome("unchanged", str(os.getpid()), document.data, (), ()) for document in documents]

resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
cleaner = Cleaner()
with Pool(cleaner, Options(), 3, Limits(processor=600, clock=600), work) as pool:
    for (outcome,) in pool.map([[Document(word.encode(), "txt")] for word in sys.argv[1:]]):
        print(outcome.status, outcome.reason, flush=True)
"""


def script(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-O", "-c", SCRIPT, *words], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(number: signal.Signals) -> None:
    """Also those that loop or sleep in the middle of a document, which no end of file would reach."""
    with script("a", "loop", "sleep", "loop", "sleep") as parent:
        parent.stdout.readline()
        for _ in range(600):  # a minute
            if len(workers := children(parent.pid)) == 3:
                break
            time.sleep(0.1)
        assert len(workers) == 3
        parent.send_signal(number)
        parent.wait(60)
    assert gone(workers)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(workers: Sequence[int]) -> bool:
    for _ in range(50):  # five seconds
        if not any(map(is_alive, workers)):
            return True
        time.sleep(0.1)
    return False


def test_few_descriptors_and_no_asserts_are_enough() -> None:
    words = ["a", "kill", *"bcdefgh", "kill", "i"]
    with script(*words) as parent:
        lines = parent.stdout.read().splitlines()
    assert [line.split()[0] for line in lines] == ["skipped" if word == "kill" else "unchanged" for word in words]

"""The shell around the core: walk, read, clean in batches, write safely, count everything."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cleaner.api import Cleaner
from cleaner.decide import REMOVED, REVIEW
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, Outcome, process
from cleaner.encoding import MAX_BYTES
from cleaner.readers import Document, format_of
from cleaner.report import diff, page, removals
from cleaner.span import CleanerError

BATCH_BYTES = 1 << 22  # bytes of documents held at a time
PARTIAL = ".cleaner-"  # how the names of our temporary files begin


class Source(NamedTuple):
    """A file to clean: where it is, its name in the report and below the output folder, and why it cannot be read."""

    path: Path
    name: str
    problem: str = ""


class Result(NamedTuple):
    """A source, its bytes, and what became of them."""

    source: Source
    data: bytes
    outcome: Outcome


@dataclass
class Summary:
    """Counts of a run; `unchanged + cleaned + skipped + failed` are its inputs."""

    documents: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    trades: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    files: list[dict[str, str]] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count one result."""
        outcome = result.outcome
        self.documents[outcome.status] += 1
        if outcome.reason:
            self.problems[outcome.reason] += 1
        for finding in outcome.findings:
            self.spans[finding.span.action] += 1
            if finding.span.action == REMOVED:
                self.reasons[finding.span.reason] += 1
                self.trades[finding.span.trade] += 1
                self.characters += len(finding.text)
        if outcome.status != UNCHANGED:
            entry = {"path": result.source.name, "status": outcome.status}
            if outcome.reason:
                entry["reason"] = outcome.reason
            if outcome.status == CLEANED:
                entry |= {"before": sha256(result.data), "after": sha256(outcome.data)}
            self.files.append(entry)

    @property
    def return_code(self) -> int:
        """0, 3 when something was skipped or failed, 4 when a safety check stopped a write."""
        if any(problem.startswith("internal") for problem in self.problems):
            return 4
        return 3 if self.documents[SKIPPED] or self.documents[FAILED] else 0


def walk(paths: Sequence[Path]) -> list[Source]:
    """The files of some paths, each once, sorted by name; hidden files and folders are left out, symbolic links skipped.

    A folder's files are named by their path below it; when several paths are given, below the folder's own name.
    Raises `CleanerError` for a path that does not exist and for two files of one name.
    """
    sources: list[Source] = []
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise CleanerError(f"{path}: no such file or folder")
        if path.is_dir():
            prefix = f"{path.resolve().name}/" if len(paths) > 1 else ""
            sources += _walk_folder(path, prefix)
        else:
            sources.append(_source(path, path.name))
    sources.sort(key=lambda source: source.name)
    for one, other in pairwise(sources):
        if one.name == other.name:
            raise CleanerError(f"{one.path} and {other.path} would have one name in the output: clean them in two runs")
    return sources


def _walk_folder(folder: Path, prefix: str) -> Iterator[Source]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Source(folder, prefix.rstrip("/"), f"permission: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk_folder(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield _source(Path(entry.path), prefix + entry.name)


def _source(path: Path, name: str) -> Source:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return Source(path, name, f"vanished: {error.strerror}")
    if stat.S_ISLNK(mode):
        return Source(path, name, "symlink: give the file itself")
    return Source(path, name, "" if stat.S_ISREG(mode) else "not a regular file")


def run(sources: Iterable[Source], cleaner: Cleaner, deliver: Callable[[Result], Outcome]) -> Iterator[Result]:
    """Clean the sources in their order; `deliver` writes an outcome and says what became of that."""
    for batch in _batches(sources):
        outcomes = process([Document(data, format_of(source.name)) for source, data, _ in batch], cleaner)
        for (source, data, problem), outcome in zip(batch, outcomes, strict=True):
            if problem:
                outcome = Outcome(SKIPPED, problem, b"", (), ())
            result = Result(source, data, outcome)
            delivered = deliver(result)
            yield result._replace(outcome=delivered if delivered.status == CLEANED else uncut(delivered))


def _batches(sources: Iterable[Source]) -> Iterator[list[tuple[Source, bytes, str]]]:
    batch: list[tuple[Source, bytes, str]] = []
    size = 0
    for source in sources:
        data, problem = _read(source)
        batch.append((source, data, problem))
        size += len(data)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(source: Source) -> tuple[bytes, str]:
    if source.problem:
        return b"", source.problem
    try:
        descriptor = os.open(source.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_BYTES + 1), ""
    except OSError as error:
        return b"", f"unreadable: {error.strerror}"


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file so that at every moment it is either the old one or the whole new one.

    Temporary file in the same folder, fsync, rename, fsync of the folder.
    """
    partial = path.parent / f"{PARTIAL}{secrets.token_hex(8)}.tmp"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if mode is not None else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with suppress(FileNotFoundError):
            partial.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def to_folder(out: Path) -> Callable[[Result], Outcome]:
    """Deliver every outcome as a file of the same name below a folder; what was not read is copied as it is."""

    def deliver(result: Result) -> Outcome:
        target = out / result.source.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if result.outcome.status in (SKIPPED, FAILED):
                _copy(result.source, target)
            else:
                write_atomically(target, result.outcome.data)
        except OSError as error:
            return _kept(result, FAILED, f"write: {error.strerror}")
        return result.outcome

    return deliver


def _copy(source: Source, target: Path) -> None:
    """Copy a regular file byte for byte, whatever its size; links, devices and unreadable files have no copy."""
    if source.problem:
        return
    try:
        file = source.path.open("rb")
    except OSError:
        return
    with file:
        partial = target.parent / f"{PARTIAL}{secrets.token_hex(8)}.tmp"
        try:
            with partial.open("xb") as copy:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def in_place(result: Result) -> Outcome:
    """Deliver a changed document over its own file, unless that changed meanwhile or must not be replaced."""
    if result.outcome.status != CLEANED:
        return result.outcome
    path = result.source.path
    try:
        now = path.lstat()
        if now.st_nlink > 1:
            return _kept(result, SKIPPED, "hard link: replacing it would separate its names")
        if not os.access(path, os.W_OK):
            return _kept(result, SKIPPED, "read-only")
        if path.read_bytes() != result.data:
            return _kept(result, SKIPPED, "changed while it was being cleaned")
        write_atomically(path, result.outcome.data, stat.S_IMODE(now.st_mode))
    except OSError as error:
        return _kept(result, FAILED, f"write: {error.strerror}")
    return result.outcome


def nowhere(result: Result) -> Outcome:
    """Deliver nothing: a check."""
    return result.outcome


def uncut(outcome: Outcome) -> Outcome:
    """The outcome with nothing cut: what was found is for review."""
    findings = tuple(finding._replace(span=finding.span._replace(action=REVIEW)) for finding in outcome.findings)
    return outcome._replace(findings=findings, cuts=())


def _kept(result: Result, status: str, reason: str) -> Outcome:
    """The outcome of a document that stays as it was."""
    return result.outcome._replace(status=status, reason=reason, cuts=())


class Report:
    """The report folder of a run: ledger and diff are written as results come, page and summary at the end.

    `root`, the folder the cleaned files are in, is kept relative to the report, so that both can move together.
    """

    def __init__(self, folder: Path, root: Path, mode: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.mode = folder, mode
        self.root = os.path.relpath(root.resolve(), folder.resolve())
        self._ledger: BinaryIO = (folder / "removals.jsonl").open("wb")
        self._diff: BinaryIO = (folder / "changes.diff").open("wb")

    def add(self, result: Result) -> None:
        """Write the findings and the diff of one result."""
        name, outcome = result.source.name, result.outcome
        for finding in outcome.findings:
            self._ledger.write(removals.row(name, finding))
        if outcome.cuts:
            self._diff.write(diff.file_diff(os.fsencode(name), result.data, outcome.cuts))

    def close(self, summary: Summary, settings: dict[str, Any]) -> None:
        """Finish the ledger and the diff; write `summary.json` and `index.html`."""
        self._ledger.close()
        self._diff.close()
        counts = {name: summary.documents[name] for name in (UNCHANGED, CLEANED, SKIPPED, FAILED)}
        data: dict[str, Any] = {
            **settings,
            "mode": self.mode,
            "root": self.root,
            "documents": {"inputs": sum(counts.values()), **counts},
            "spans": dict(sorted(summary.spans.items())),
            "characters_removed": summary.characters,
            "by_reason": dict(sorted(summary.reasons.items())),
            "by_trade": dict(sorted(summary.trades.items())),
            "problems": dict(sorted(summary.problems.items())),
            "files": summary.files,
        }
        write_atomically(self.folder / "summary.json", json.dumps(data, indent=1).encode("ascii") + b"\n")
        with (self.folder / "removals.jsonl").open(encoding="utf-8") as lines:
            html = "".join(page.page(data, map(json.loads, lines)))
        write_atomically(self.folder / "index.html", html.encode("utf-8"))

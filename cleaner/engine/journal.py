"""What a run has done so far, kept on disk as it goes: a later run takes over what is still true, and does the rest.

A run works in a numbered folder inside the report folder and moves its files up when it is complete. A report folder thus
holds at most one complete run and runs that were stopped; each is read as it was left, up to its last whole line. Nothing
in them is believed: an entry counts only for the very input it names, and only with the bytes it names in the other files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.decide import REMOVED
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED, At, Outcome
from cleaner.engine.places import LOCK
from cleaner.engine.walk import Source
from cleaner.readers.compress import Sink
from cleaner.report import removals
from cleaner.site.ignore import GITIGNORE
from cleaner.span import CleanerError

JOURNAL, LEDGER, DIFF = "journal.jsonl", "removals.jsonl", "changes.diff"
STATUSES = (UNCHANGED, CLEANED, SKIPPED, FAILED)
TEMPORARY = "temporary.jsonl"
_RUN = ".run-"
MAX_LINE = 1 << 20  # bytes of one entry
_BLOCK = 1 << 20
_NOTHING = hashlib.sha256().hexdigest()


@dataclass
class Counts:
    """Documents by status, spans by action, cuts by reason and by trade, problems, characters cut."""

    documents: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    trades: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    characters: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one document."""
        self.documents[outcome.status] += 1
        if outcome.reason:
            self.problems[outcome.reason] += 1
        for finding in outcome.findings:
            self.spans[finding.span.action] += 1
            if finding.span.action == REMOVED:
                self.reasons[finding.span.reason] += 1
                self.trades[finding.span.trade] += 1
                self.characters += len(finding.text)

    def merge(self, other: Counts) -> None:
        """Add the counts of another part of the run."""
        for name in ("documents", "spans", "reasons", "trades", "problems"):
            if more := getattr(other, name):
                getattr(self, name).update(more)
        self.characters += other.characters

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, without what is zero."""
        return {name: value for name, value in vars(self).items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counts:
        """The reverse of `to_json`. Raises TypeError, ValueError or AttributeError for anything else."""
        names = ("documents", "spans", "reasons", "trades", "problems")
        counters = {name: Counter({str(k): int(v) for k, v in data[name].items()}) for name in names if name in data}
        return cls(**counters, characters=int(data.get("characters", 0)))


class Stat(NamedTuple):
    """How a file is recognised without reading it; all zero where there is none."""

    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Stat:
        """From what the operating system says."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    @classmethod
    def of_path(cls, path: Path | str) -> Stat:
        """Of a file by its path, all zero when there is none."""
        try:
            return cls.of(os.lstat(path))
        except OSError:
            return cls()


class Piece(NamedTuple):
    """Where in a file of the report the lines of one source stand, and their SHA-256."""

    start: int = 0
    end: int = 0
    sha256: str = ""


class Skip(NamedTuple):
    """A record that was left as it is: its name, "" where it is the file; the line it begins on, 0 where there is none; and why."""

    record: str
    line: int
    status: str
    reason: str


class Entry(NamedTuple):
    """What became of one source.

    before and after are the SHA-256 of its bytes as read and as written, content that of what was read, decompressed, where
    it was cleaned and can be restored; settled says that the input was old enough when
    it was read for its times to be trusted; written is the output file's state; skipped are the first of its records that were.
    """

    path: str
    status: str
    reason: str
    before: str
    after: str
    stat: Stat
    settled: bool
    written: Stat
    counts: Counts
    skipped: Sequence[Skip] = ()
    content: str = ""
    ledger: Piece = Piece()
    diff: Piece = Piece()

    def skips(self) -> Sequence[Skip]:
        """What of it was left as it is: the first of its records that were, or itself, or nothing."""
        if self.skipped or self.status not in (SKIPPED, FAILED):
            return self.skipped
        return (Skip("", 0, self.status, self.reason),)

    @property
    def is_cut(self) -> bool:
        """Whether something was cut from the file, also when it is skipped now because it was changed since."""
        return self.after not in ("", self.before)

    def to_json(self) -> bytes:
        """One line of the journal."""
        return json.dumps(self._asdict() | {"counts": self.counts.to_json()}).encode("ascii") + b"\n"

    @classmethod
    def from_json(cls, line: bytes) -> Entry:
        """The reverse of `to_json`. Raises ValueError, TypeError, LookupError, AttributeError or OverflowError otherwise."""
        data = json.loads(line)
        texts: list[str] = [data[name] for name in ("path", "status", "reason", "before", "after")]
        if not all(isinstance(text, str) for text in texts) or texts[1] not in STATUSES:
            raise TypeError("a text is missing, or the status is none")
        return cls(
            texts[0],
            texts[1],
            texts[2],
            texts[3],
            texts[4],
            Stat(*map(int, data["stat"])),
            bool(data["settled"]),
            Stat(*map(int, data["written"])),
            Counts.from_json(data["counts"]),
            [_skip(values) for values in data["skipped"]],
            str(data["content"]),
            _piece(data["ledger"]),
            _piece(data["diff"]),
        )


def _skip(data: Sequence[Any]) -> Skip:
    record, line, status, reason = data
    return Skip(str(record), int(line), str(status), str(reason))


def _piece(data: Sequence[Any]) -> Piece:
    start, end, digest = data
    return Piece(int(start), int(end), str(digest))


class Run(NamedTuple):
    """The files of an earlier run: where they are, what its results depended on, and the paths it was given.

    Of each path, the name it has in the output, and where it is from the report folder.
    """

    folder: Path
    settings: dict[str, Any]
    paths: frozenset[tuple[str, str]] = frozenset()

    def file(self, name: str) -> Path:
        """One of its files; a run stopped while it moved them up may have some in the folder above."""
        path = self.folder / name
        return path if path.exists() or not self.folder.name.startswith(_RUN) else self.folder.parent / name

    def entries(self) -> Iterator[Entry]:
        """Its entries in their order, as far as they can be read; of two for one source the second."""
        held: Entry | None = None
        for entry in self._lines():
            if held is not None and entry.path < held.path:
                break
            if held is not None and entry.path > held.path:
                yield held
            held = entry
        if held is not None:
            yield held

    def _lines(self) -> Iterator[Entry]:
        with self.file(JOURNAL).open("rb") as lines:
            lines.readline(MAX_LINE)
            while (line := lines.readline(MAX_LINE)).endswith(b"\n"):
                entry = _entry(line)
                if entry is None:
                    return
                yield entry

    def temporaries(self) -> Iterator[str]:
        """The temporary files it made, by their paths below its root."""
        with suppress(OSError), self.file(TEMPORARY).open("rb") as lines:
            for line in lines:
                with suppress(ValueError, RecursionError):
                    yield str(json.loads(line))

    def holds(self, entry: Entry) -> bool:
        """Whether what an entry says of its other files is still there."""
        return all(self.copy(name, piece, None) for name, piece in ((LEDGER, entry.ledger), (DIFF, entry.diff)))

    def copy(self, name: str, piece: Piece, sink: Sink | None) -> bool:
        """Copy a piece of one of its files (None: only check it); whether it is what it was."""
        left = piece.end - piece.start
        if not left:
            return True
        digest = hashlib.sha256()
        try:
            with self.file(name).open("rb") as file:
                file.seek(max(0, piece.start))
                while left > 0 and (block := file.read(min(left, _BLOCK))):
                    digest.update(block)
                    if sink is not None:
                        sink.write(block)
                    left -= len(block)
        except OSError:
            return False
        return left == 0 and digest.hexdigest() == piece.sha256


def _entry(line: bytes) -> Entry | None:
    try:
        return Entry.from_json(line)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return None


def earlier_runs(report: Path) -> list[Run]:
    """The runs that a report folder holds, the latest first."""
    folders = [report, *sorted(report.glob(f"{_RUN}*"), key=_number)] if report.is_dir() else []
    found = []
    for folder in reversed(folders):
        head = _head(folder / JOURNAL)
        if isinstance(settings := head.get("settings"), dict):
            found.append(Run(folder, settings, _pairs(head.get("paths"))))
    return found


def has_foreign(report: Path, runs: Sequence[Run], *, may_be_damaged: bool) -> bool:
    """Whether a report folder holds what none of the runs found there has left: what we write would replace it.

    may_be_damaged: a journal that cannot be read is taken for one of ours, of a run that can be done again.
    """
    there = {path.name for path in report.iterdir()} if report.is_dir() else set()
    if JOURNAL in there and all(run.folder != report for run in runs):
        return not may_be_damaged
    return not runs and any(name not in (LOCK, GITIGNORE) and not name.startswith(_RUN) for name in there)


def _number(folder: Path) -> int:
    digits = folder.name.removeprefix(_RUN)
    return int(digits) if digits.isdecimal() else -1


def _head(journal: Path) -> dict[str, Any]:
    try:
        with journal.open("rb") as file:
            data = json.loads(file.readline(MAX_LINE))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _pairs(data: Any) -> frozenset[tuple[str, str]]:
    """The paths in the first line of a journal; none where they are not what we write there."""
    try:
        return frozenset((str(name), str(path)) for name, path in data)
    except (TypeError, ValueError):
        return frozenset()


class Earlier:
    """Finds the entries of earlier runs for sources that come in the order of their names, as the entries do."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._cursors = [_Cursor(run) for run in runs]
        self.left_behind: list[Entry] = []  # of sources that did not come

    def of(self, name: str) -> list[tuple[Run, Entry]]:
        """The entries for a source, latest run first."""
        return [(cursor.run, entry) for cursor in self._cursors if (entry := cursor.advance(name, self._passed))]

    def finish(self) -> None:
        """No source comes any more."""
        for cursor in self._cursors:
            cursor.advance(None, self._passed)

    def _passed(self, entry: Entry) -> None:
        self.left_behind.append(entry)


class _Cursor:
    """A place in the entries of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._entries = run.entries()
        self._next = next(self._entries, None)

    def advance(self, name: str | None, passed: Callable[[Entry], None]) -> Entry | None:
        """Go on to a name (None: to the end); its entry, if there is one."""
        while self._next is not None and (name is None or self._next.path < name):
            passed(self._next)
            self._next = next(self._entries, None)
        if self._next is None or self._next.path != name:
            return None
        found, self._next = self._next, next(self._entries, None)
        return found


class Log:
    """Keeps the record of a run, source by source; this one keeps none.

    keeps says that what entries hold is used, their hashes above all.
    """

    keeps = True

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Take what was found in a document of a source."""

    def changes(self, diff: bytes) -> None:
        """Add to the diff."""

    def take_back(self) -> None:
        """Forget what was added since the last source was done."""

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Close a source; with sync, all of it is on the disk when this returns, before its file is replaced."""

    def undo(self) -> None:
        """Reopen the source that was closed last, without what was added for it."""

    def take_over(self, run: Run, entry: Entry) -> None:
        """Add what an earlier run found in a source, and close it."""


class Recorder(Log):
    """Writes the files of a run: findings and diff of one source after another, and an entry when a source is done."""

    def __init__(
        self, report: Path, settings: Mapping[str, Any], paths: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        report.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), (report / GITIGNORE).open("x", encoding="ascii") as file:
            file.write("*\n")  # a report quotes spam: what checks the repository must not take it for content
        self.report = report
        self.folder = report / f"{_RUN}{1 + max([0, *map(_number, report.glob(f'{_RUN}*'))])}"
        self.folder.mkdir()
        self.root = (report / settings["root"]).resolve()
        # The folder of the temporary file before, as it was given and from the root.
        self._parent: str | None = None
        self._below = ""
        self._journal = (self.folder / JOURNAL).open("wb")
        self._temporary = (self.folder / TEMPORARY).open("wb")
        self._ledger, self._diff = _Part(self.folder / LEDGER), _Part(self.folder / DIFF)
        self._journal.write(json.dumps({"settings": settings, "paths": sorted(paths)}).encode("ascii") + b"\n")
        self._journal.flush()

    def temporary(self, path: str) -> None:
        """Remember a temporary file before it is made, so that a later run can remove it."""
        folder, last = os.path.split(path)
        if folder != self._parent:  # it may be given by a link
            below = os.path.relpath(os.path.realpath(folder), self.root)
            self._parent, self._below = folder, "" if below == "." else f"{below}/"
        name = self._below + last
        self._temporary.write(json.dumps(name).encode("ascii") + b"\n")
        self._temporary.flush()

    def changes(self, diff: bytes) -> None:
        """Add to the diff."""
        self._diff.write(diff)

    def take_back(self) -> None:
        """Forget what was added since the last source was done."""
        self._ledger.cut()
        self._diff.cut()

    def done(self, entry: Entry, *, sync: bool = False) -> None:
        """Close a source; with sync, all of it is on the disk when this returns, before its file is replaced."""
        self._ledger.flush(sync=sync)
        self._diff.flush(sync=sync)
        self._journal.write(entry._replace(ledger=self._ledger.piece(), diff=self._diff.piece()).to_json())
        self._journal.flush()
        if sync:
            os.fsync(self._journal.fileno())

    def undo(self) -> None:
        """Reopen the source that was closed last, without what was added for it."""
        self._ledger.back()
        self._diff.back()

    def take_over(self, run: Run, entry: Entry) -> None:
        """Add what an earlier run found in a source, and close it.

        Raises `CleanerError` when that is no longer what `Run.holds` saw.
        """
        if not (run.copy(LEDGER, entry.ledger, self._ledger) and run.copy(DIFF, entry.diff, self._diff)):
            raise CleanerError(f"{run.folder} changed while it was read: somebody else works in the report folder")
        self.done(entry)

    def outcome(self, source: Source, outcome: Outcome, data: bytes, at: At = At()) -> None:  # noqa: B008
        """Add what was found in a document of a source."""
        for finding in outcome.findings:
            raw = data[finding.byte_start : finding.byte_end]
            self._ledger.write(removals.row(source.name, finding, at, raw))

    def close(self) -> None:
        """The run is stopped here; what it did can be taken over."""
        for file in (self._ledger, self._diff, self._journal, self._temporary):
            file.close()

    def complete(self, name_of_others: Sequence[str]) -> None:
        """The run is complete: move its files up, the journal last, and forget earlier runs."""
        for name in (LEDGER, DIFF, *name_of_others, JOURNAL):
            os.replace(self.folder / name, self.report / name)
        for folder in self.report.glob(f"{_RUN}*"):
            shutil.rmtree(folder)


class _Part:
    """A file of the report that grows source by source."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._last = self._start = self._end = 0
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._end += len(data)
        return self._file.write(data)

    def piece(self) -> Piece:
        """Where what was written since the last piece stands."""
        if self._end == self._start:
            self._last = self._start
            return Piece(self._start, self._end, _NOTHING)
        piece = Piece(self._start, self._end, self._digest.hexdigest())
        self._last, self._start = self._start, self._end
        self._digest = hashlib.sha256()
        return piece

    def flush(self, *, sync: bool) -> None:
        if self._end > self._start:
            self._file.flush()
        if sync:
            os.fsync(self._file.fileno())

    def cut(self) -> None:
        self._file.flush()
        self._file.truncate(self._start)
        self._file.seek(self._start)
        self._end = self._start
        self._digest = hashlib.sha256()

    def back(self) -> None:
        self._start = self._last
        self.cut()

    def close(self) -> None:
        self._file.close()

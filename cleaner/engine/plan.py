"""Which job a source gets: by what it is, and by what earlier runs have already done with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cleaner.document import FAILED
from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.engine.jobs import DoneSource, Job, Place, UnreadableSource, WholeSource
from cleaner.engine.journal import Earlier, Entry, Run, Stat
from cleaner.engine.streams import RecordsSource
from cleaner.engine.walk import Source
from cleaner.readers import WHOLE, compression_of, format_of

CHANGED_SINCE = "changed since an earlier run cleaned it: clean it in a run of its own"


def fresh(sources: Iterable[Source], place: Place) -> Iterator[Job]:
    """A job for every source."""
    return (job_of(source, place) for source in sources)


def job_of(source: Source, place: Place) -> Job:
    """The job that reads a source."""
    format = format_of(source.name)
    if not source.problem and (refusal := place.options.scope.refusal(str(source.path))):
        source = source._replace(problem=refusal)
    if source.problem or format is None:
        return UnreadableSource(source, place)
    if format in WHOLE and not compression_of(source.name)[1]:
        return WholeSource(source, place, format)
    if format == "parquet":
        from cleaner.engine.tables import TableSource  # it needs more than the others, and starts slower

        return TableSource(source, place)
    return RecordsSource(source, place, format)


class Continued:
    """Jobs that take over what earlier runs with the same settings did with the same sources."""

    def __init__(self, runs: Iterable[Run], settings: Mapping[str, Any], out: Path | None) -> None:
        self.settings = settings
        self.out = out  # where the results are; None: the sources themselves are replaced
        self.earlier = Earlier(list(runs))
        self.unseen: list[str] = []  # folders that could not be listed

    def gone(self) -> Iterator[Entry]:
        """The entries of sources that are there no more; what is in a folder that could not be listed may be."""
        unseen = tuple(name if name != "./" else "" for name in self.unseen)
        return (entry for entry in self.earlier.left_behind if not entry.path.startswith(unseen))

    def jobs(self, sources: Iterable[Source], place: Place) -> Iterator[Job]:
        """A job for every source; afterwards `earlier.left_behind` names those that are gone."""
        for source in sources:
            if source.problem and source.name.endswith("/"):
                self.unseen.append(source.name)
            earlier = self.earlier.of(source.name)
            entries = [entry for _, entry in earlier]
            done = self._done(source, place, earlier)
            job = done or job_of(source, place)
            job.left = _left(entries, "" if done else self._put_back(source, place, entries))
            yield job
        self.earlier.finish()

    def _done(self, source: Source, place: Place, earlier: Iterable[tuple[Run, Entry]]) -> Job | None:
        for run, entry in earlier:
            if run.settings != self.settings or not run.holds(entry):
                continue
            if self._is_valid(source, entry):
                return DoneSource(source, place, run, entry)
            if self.out is None and entry.is_cut and not self._is_unwritten(source, place, entry):
                return DoneSource(source, place, run, entry, CHANGED_SINCE)
        return None

    def _put_back(self, source: Source, place: Place, entries: Iterable[Entry]) -> str:
        """The hash of what stands in the output where a result was restored, compressed anew; empty when nothing does."""
        if self.out is not None and any(entry.is_cut and _is_encoded(entry) for entry in entries):
            there = source._replace(path=self.out / source.name)
            if any(_holds(there, place, entry) for entry in entries):
                return _digest(there.path)
        return ""

    def _is_valid(self, source: Source, entry: Entry) -> bool:
        """Whether the source is what it was, and the result is there."""
        if self.out is None and entry.is_cut:  # its stat is that of the file before
            return _digest(source.path) == entry.after
        if self.out is None:  # what failed may not fail again, when there is room on the disk
            return entry.status != FAILED and _is(source.path, entry.stat, entry, entry.before)
        if entry.written == Stat():  # nothing was written: a link, a device, a file nobody could read
            return bool(source.problem) and source.problem == entry.reason
        written = Stat.of_path(self.out / source.name)
        return written == entry.written and _is(source.path, entry.stat, entry, entry.before)

    def _is_unwritten(self, source: Source, place: Place, entry: Entry) -> bool:
        """Whether a run was stopped between the record and the file, or restored: that still is what the run read."""
        return _digest(source.path) == entry.before or _holds(source, place, entry)


def _is_encoded(entry: Entry) -> bool:
    """Whether a file is compressed, so that it may hold the same in other bytes."""
    return entry.content not in ("", entry.before)


def _holds(source: Source, place: Place, entry: Entry) -> bool:
    """Whether a compressed file holds what a run read, in whatever bytes."""
    job = job_of(source, place) if _is_encoded(entry) and source.path.is_file() else None
    if not isinstance(job, RecordsSource):
        return False
    for _ in job.items():
        pass
    return not job.problem and job.content.hexdigest() == entry.content


def _left(entries: Sequence[Entry], restored: str) -> files.Left:
    """What a result may be that earlier runs, with whatever settings, left: as they wrote it, or restored."""
    digests = {restored, *(digest for entry in entries for digest in (entry.before, entry.after))}
    return files.Left(frozenset(entry.written for entry in entries), frozenset(digests - {""}))


def _is(path: Path, stat: Stat, entry: Entry, digest: str) -> bool:
    """Whether a file is what an entry says; its times are believed when they were old enough then."""
    if entry.settled and Stat.of_path(path) == stat:
        return True
    return digest != "" and _digest(path) == digest


def _digest(path: Path) -> str:
    try:
        return files.digest(path)
    except (FileProblem, OSError):
        return ""

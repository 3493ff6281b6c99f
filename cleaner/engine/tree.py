"""A whole run: clean files and folders into an output folder or in place, with a report that can be read and undone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner import __version__
from cleaner.api import Cleaner
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED
from cleaner.engine import files, places
from cleaner.engine.batch import Pool, run
from cleaner.engine.handles import FileProblem
from cleaner.engine.jobs import Job, Output, Place, Threads
from cleaner.engine.journal import Counts, Entry, Log, Recorder, Run, Stat, earlier_runs, has_foreign
from cleaner.engine.plan import Continued, fresh
from cleaner.engine.walk import Source, count, walk
from cleaner.readers import Options
from cleaner.span import CleanerError

if TYPE_CHECKING:
    from concurrent.futures import Executor

IN_PLACE, OUTPUT = "in-place", "output"
MANY = 100  # changed files, from which on the share counts
SYNCS = 8  # files made durable at the same time: the file system does them together
MAX_CHANGED = 0.25  # of the files may be changed in place without being asked for


class Task(NamedTuple):
    """What a run is to do. `output` None: in place; `report` None: without a report."""

    paths: tuple[Path, ...]
    output: Path | None
    report: Path | None
    options: Options
    resume: bool = False
    anyway: bool = False


class FolderTarget:
    """Writes below an output folder, in the layout of the input."""

    copies, replaces = True, False

    def __init__(
        self, below: files.Below, tell: files.Tell | None, threads: Threads, sync_folder: files.SyncFolder
    ) -> None:
        self.out, self.below = below.root, below
        self.tell, self.threads, self.sync_folder = tell, threads, sync_folder

    def output(self, source: Source, status: os.stat_result) -> Output:
        """A new file of the source's name and mode, but one that its owner may write to: the run must be undoable."""
        writing = files.creating(
            self.out,
            source.name,
            mode=status.st_mode | stat.S_IWUSR,
            tell=self.tell,
            sync_folder=self.sync_folder,
            below=self.below,
        )
        return Output(writing, self.threads)

    def written(self, source: Source) -> Stat:
        """What the copy is."""
        return Stat.of_path(os.path.join(self.out, source.name))


class InPlaceTarget:
    """Overwrites the sources that change."""

    copies, replaces = False, True

    def __init__(self, tell: files.Tell | None, threads: Threads) -> None:
        self.tell, self.threads = tell, threads

    def output(self, source: Source, status: os.stat_result) -> Output:
        """A new file that takes the source's place."""
        return Output(files.replacing(source.path, status, tell=self.tell), self.threads)

    def written(self, source: Source) -> Stat:
        """What the source is now."""
        return Stat.of_path(source.path)


class NoTarget:
    """Writes nothing: a check."""

    copies, replaces = False, False

    def output(self, source: Source, status: os.stat_result) -> None:
        """Nowhere."""

    def written(self, source: Source) -> Stat:
        """Nothing."""
        return Stat()


class Tally:
    """The counts of a run: of documents, and of the files they came in."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.files: dict[str, int] = dict.fromkeys((UNCHANGED, CLEANED, SKIPPED, FAILED), 0)

    def add(self, entry: Entry) -> None:
        """Count a source."""
        self.counts.merge(entry.counts)
        self.files[entry.status] += 1

    @property
    def return_code(self) -> int:
        """0, 3 when something was skipped or failed, 4 when a safety check stopped a write."""
        if any(problem.startswith("internal") for problem in self.counts.problems):
            return 4
        documents = self.counts.documents
        return 3 if documents[SKIPPED] or documents[FAILED] or self.files[SKIPPED] or self.files[FAILED] else 0


def clean_tree(task: Task, cleaner: Cleaner, pool: Pool, seen: Callable[[Source, Entry], None]) -> Tally:
    """Do a run; `seen` is told of every source when it is done.

    Raises `CleanerError`, before anything is written, for what the caller must change, and for a run in place that would
    change more of the files than is likely.
    """
    sources = walk(task.paths)
    tally = Tally()
    with ExitStack() as stack:
        book = stack.enter_context(_Book(task, settings(task, cleaner))) if task.report else None
        tell = book.recorder.temporary if book else None
        threads = _Threads(stack)
        folders = stack.enter_context(files.FolderSync())
        below = files.Below(task.output or Path())
        stack.callback(below.close)
        target = FolderTarget(below, tell, threads, folders) if task.output else InPlaceTarget(tell, threads)
        place = Place(target, book.recorder if book else Log(), task.options)
        limit = None if task.output or task.anyway else max(MANY, int(MAX_CHANGED * count(task.paths)))
        for job, entry in run(book.jobs(sources, place) if book else fresh(sources, place), pool):
            tally.add(entry)
            seen(job.source, entry)
            if limit is not None and tally.files[CLEANED] > limit:
                raise CleanerError(
                    f"{tally.files[CLEANED]} files changed, more than {MAX_CHANGED:.0%}: stopped; see the report, then go on with --resume --yes"
                )
        tally.counts.problems.update(folders.finish())
        if book:
            book.complete(tally)
    return tally


class _Threads:
    """Threads that make files durable, several at a time; made when they are needed first, and ended with a context."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._executor: Executor | None = None

    def __call__(self) -> Executor:
        if self._executor is None:
            from concurrent.futures import ThreadPoolExecutor  # takes time to load, which one file has no use for

            self._executor = self._stack.enter_context(ThreadPoolExecutor(SYNCS))
        return self._executor


def settings(task: Task, cleaner: Cleaner) -> dict[str, Any]:
    """What the results depend on besides the documents."""
    return {
        "version": __version__,
        "model": cleaner.model.sha256,
        "level": cleaner.level,
        "fields": list(task.options.fields),
        "format": task.options.text_format,
        "mode": OUTPUT if task.output else IN_PLACE,
        "root": os.path.relpath((task.output or common_root(task.paths)).resolve(), _report(task).resolve()),
        **({} if task.output else {"paths": _paths(task)}),
    }


def _paths(task: Task) -> list[str]:
    """What is cleaned in place, below the root: a run that goes on with less would leave the rest out of the report."""
    root = common_root(task.paths).resolve()
    return sorted(os.path.relpath(path.resolve(), root) for path in task.paths)


def _report(task: Task) -> Path:
    return task.report or Path()


def common_root(paths: Sequence[Path]) -> Path:
    """The folder that the names in the report are relative to."""
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else paths[0].parent
    parents = {path.resolve().parent for path in paths}
    if len(parents) > 1:
        raise CleanerError("with --in-place and a report, give one folder, or paths that lie in one folder")
    return parents.pop()


class _Book:
    """The report folder during a run: locked, compared with what earlier runs left there, completed at the end."""

    def __init__(self, task: Task, settings: Mapping[str, Any]) -> None:
        self.task, self.settings, self.folder = task, settings, _report(task)

    def __enter__(self) -> _Book:
        with ExitStack() as stack:
            found = earlier_runs(self.folder)
            self._refuse(found)
            stack.enter_context(places.lock(self.folder))
            self.runs = earlier_runs(self.folder)
            self._refuse(self.runs)  # another run may have ended there before we had the lock
            for run in self.runs:
                files.sweep(self.folder / self.settings["root"], run.temporaries())
            self.continued = Continued(self.runs, self.settings, self.task.output)
            self.recorder = Recorder(self.folder, self.settings)
            stack.callback(self.recorder.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def jobs(self, sources: Iterator[Source], place: Place) -> Iterator[Job]:
        """The jobs of the run."""
        return self.continued.jobs(sources, place)

    def _refuse(self, runs: Sequence[Run]) -> None:
        if self.task.output is not None:
            root = self.settings["root"]
            ours = any(run.settings.get("root") == root and run.settings.get("mode") == OUTPUT for run in runs)
            places.refuse_foreign(self.task.output, self.folder, lambda report: ours)
            if runs and not ours:
                raise CleanerError(
                    f"{self.folder} is the report of another run, which it undoes: give another --report"
                )
        elif not self.task.resume:
            _refuse_used(self.folder)
        elif any(run.settings != self.settings for run in runs):
            raise CleanerError(
                f"{self.folder} is of a run with another version, model, level, fields or paths: it cannot be continued"
            )
        if has_foreign(self.folder, runs, may_be_damaged=self.task.output is not None):
            raise CleanerError(f"{self.folder} is not empty, and not a report that can be read: give another --report")

    def complete(self, tally: Tally) -> None:
        """Write what is made of all entries, and remove the results of sources that are gone."""
        from cleaner.report import folder as report_folder  # a check has no use for it

        self.recorder.close()
        if self.task.output is not None:
            _remove(self.task.output, self.continued.gone())
        done = Run(self.recorder.folder, dict(self.settings))
        report_folder.write(done, tally.counts, tally.files)
        self.recorder.complete([report_folder.SUMMARY, report_folder.PAGE])


def _refuse_used(folder: Path) -> None:
    """A report of an in-place run is what undoes it: it goes into a folder of its own, and replaces no other."""
    if folder.exists() and (not folder.is_dir() or places.has_files(folder)):
        raise CleanerError(
            f"{folder} is there already: give another --report, move that one away, use --no-report, or --resume to go on"
        )


def _remove(out: Path, entries: Iterator[Entry]) -> None:
    """Remove results of earlier runs whose sources are gone, if they still are what was written."""
    for entry in entries:
        with suppress(FileProblem):
            path = files.inside(out, entry.path)
            if entry.written != Stat() and entry.written == Stat.of_path(path):
                path.unlink(missing_ok=True)

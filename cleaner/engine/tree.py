"""A whole run: clean files and folders into an output folder or in place, with a report that can be read and undone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner import __version__
from cleaner.api import Cleaner
from cleaner.document import CLEANED, FAILED, SKIPPED, UNCHANGED
from cleaner.engine import files, places
from cleaner.engine.batch import Pool, run
from cleaner.engine.handles import SYMLINK, FileProblem
from cleaner.engine.jobs import DoneSource, Job, Output, Place
from cleaner.engine.journal import Counts, Earlier, Entry, Log, Recorder, Run, Stat, earlier_runs, has_foreign
from cleaner.engine.plan import Continued, fresh
from cleaner.engine.survey import Counting, Survey, first_look
from cleaner.engine.walk import ALL, Source, as_given, below, common_folder, count, roots, walk
from cleaner.readers import Options, has_no_article
from cleaner.site.ignore import Selection
from cleaner.span import CleanerError

if TYPE_CHECKING:
    from concurrent.futures import Executor

IN_PLACE, OUTPUT = "in-place", "output"
CAMPAIGNS = "campaigns"  # of the settings: `cleaner.campaigns`
MANY = 100  # changed files, from which on the share counts
SYNCS = 8  # files made durable at the same time: the file system does them together
MAX_CHANGED = 0.25  # of the files may be changed in place without being asked for


class Task(NamedTuple):
    """What a run is to do. `output` None: in place; `report` None: without a report.

    `together` has it look at all documents first, for what is spam in several of them (`cleaner.campaigns`).
    """

    paths: tuple[Path, ...]
    output: Path | None
    report: Path | None
    options: Options
    resume: bool = False
    anyway: bool = False
    selection: Selection = ALL
    ignoring: bool = False  # files with nothing to read in them
    together: bool = False

    @property
    def named(self) -> Callable[[Path], str] | None:
        """How the paths are named: as in the output, by their place in the folder a report is of, or as they are given."""
        if self.output is not None:
            return None
        return as_given if self.report is None else below(common_folder(self.paths))

    def number_of_files(self) -> int:
        """How many files there are."""
        return count(self.paths, self.selection, named=self.named)


class StoppedHalfWay(CleanerError):  # noqa: N818 - it is no error of anybody
    """A run ended with files that were not looked at."""

    exit_code = 3


class FolderTarget:
    """Writes below an output folder, in the layout of the input."""

    copies, replaces = True, False

    def __init__(
        self, below: files.Below, tell: files.Tell | None, syncs: files.Syncs, sync_folder: files.SyncFolder
    ) -> None:
        self.out, self.below = below.root, below
        self.tell, self.syncs, self.sync_folder = tell, syncs, sync_folder

    def output(self, source: Source, status: os.stat_result, left: files.Left) -> Output:
        """A new file of the source's name and mode, but one that its owner may write to: the run must be undoable."""
        writer = files.creating(
            self.out,
            source.name,
            mode=status.st_mode | stat.S_IWUSR,
            tell=self.tell,
            sync_folder=self.sync_folder,
            below=self.below,
            left=left,
        )
        return Output(writer, self.syncs)

    def written(self, source: Source) -> Stat:
        """What the copy is."""
        return Stat.of_path(os.path.join(self.out, source.name))


class InPlaceTarget:
    """Overwrites the sources that change."""

    copies, replaces = False, True

    def __init__(self, tell: files.Tell | None, syncs: files.Syncs) -> None:
        self.tell, self.syncs = tell, syncs

    def output(self, source: Source, status: os.stat_result, left: files.Left) -> Output:
        """A new file that takes the source's place."""
        return Output(files.replacing(source.path, status, tell=self.tell), self.syncs)

    def written(self, source: Source) -> Stat:
        """What the source is now."""
        return Stat.of_path(source.path)


class NoTarget:
    """Writes nothing: a check."""

    copies, replaces = False, False

    def output(self, source: Source, status: os.stat_result, left: files.Left) -> None:
        """Nowhere."""

    def written(self, source: Source) -> Stat:
        """Nothing."""
        return Stat()


def _has_nothing(reason: str) -> bool:
    """Whether a source is skipped because there is nothing to read in it; what a link leads to is read where it is itself."""
    return reason == SYMLINK or has_no_article(reason)


class Tally:
    """The counts of a run: of documents, and of the files they came in.

    `ignoring` says that files with nothing to read in them are as good as done.
    """

    def __init__(self, *, ignoring: bool = False) -> None:
        self.ignoring = ignoring
        self.counts = Counts()
        self.ignored = 0
        self.removed = 0  # results of earlier runs whose sources are gone
        self.files: dict[str, int] = dict.fromkeys((UNCHANGED, CLEANED, SKIPPED, FAILED), 0)

    def add(self, entry: Entry) -> None:
        """Count a source."""
        self.counts.merge(entry.counts)
        self.files[entry.status] += 1
        self.ignored += self.ignoring and entry.status == SKIPPED and _has_nothing(entry.reason)

    @property
    def return_code(self) -> int:
        """0, 3 when something was skipped or failed, 4 when a safety check stopped a write."""
        if any(problem.startswith("internal") for problem in self.counts.problems):
            return 4
        documents = self.counts.documents
        undone = [
            documents[SKIPPED] - self.ignored,
            documents[FAILED],
            self.files[SKIPPED] - self.ignored,
            self.files[FAILED],
        ]
        return 3 if any(undone) else 0


def clean_tree(
    task: Task, cleaner: Cleaner, pool: Pool, seen: Callable[[Source, Entry], None], log: Log | None = None
) -> Tally:
    """Do a run; `seen` is told of every source when it is done, `log` of what is found when there is no report.

    Raises `CleanerError`, before anything is written, for what the caller must change, and for a run in place that would
    change more of the files than is likely.
    """
    sources = walk(task.paths, task.selection, named=task.named)
    tally = Tally(ignoring=task.ignoring)
    with ExitStack() as stack:
        stack.enter_context(files.leaving_nothing())
        book = stack.enter_context(_Book(task, cleaner, pool)) if task.report else None
        tell = book.recorder.temporary if book else None
        syncs = files.Syncs(_Threads(stack))
        folders = stack.enter_context(files.FolderSync())
        below = files.Below(task.output or Path())
        stack.callback(below.close)
        target = FolderTarget(below, tell, syncs, folders) if task.output else InPlaceTarget(tell, syncs)
        place = Place(target, book.recorder if book else log or Log(), task.options)
        limit = None if task.output or task.anyway else max(MANY, int(MAX_CHANGED * task.number_of_files()))
        is_too_much = False
        with closing(run(book.jobs(sources, place) if book else fresh(sources, place), pool)) as done:
            for job, entry in done:
                tally.add(entry)
                seen(job.source, entry)
                if is_too_much := limit is not None and tally.files[CLEANED] > limit:
                    break
        if is_too_much:
            raise _too_much(tally, book)
        tally.counts.problems.update(folders.finish())
        if book:
            book.complete(tally)
    return tally


def _too_much(tally: Tally, book: _Book | None) -> StoppedHalfWay:
    """What is said of a run that changed more files than is likely, and where they can be looked at."""
    how = "look at them, then go on with --yes"
    if book:
        how = f"look at {book.show(tally)}, then undo it with `cleaner restore {book.folder}`, or go on with --resume --yes"
    return StoppedHalfWay(f"{tally.files[CLEANED]} files changed, more than {MAX_CHANGED:.0%}: stopped; {how}")


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
    """What the results depend on besides the document and what others have in common with it."""
    return {
        "version": __version__,
        "model": cleaner.model.sha256,
        "level": cleaner.level,
        "fields": list(task.options.fields),
        "format": task.options.text_format,
        **({"site": task.options.site} if task.options.site else {}),
        "mode": OUTPUT if task.output else IN_PLACE,
        "root": os.path.relpath((task.output or common_folder(task.paths)).resolve(), _report(task).resolve()),
        **({"scope": task.options.scope.key} if task.options.scope.key else {}),
        **({} if task.output else {"paths": _paths(task), **task.selection.said()}),
    }


def _with_campaigns(settings: Mapping[str, Any], campaigns: Sequence[str]) -> dict[str, Any]:
    return {**settings, **({CAMPAIGNS: list(campaigns)} if campaigns else {})}


def _campaigns(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of an earlier run, whose settings may be anything."""
    found = settings.get(CAMPAIGNS)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _without_campaigns(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != CAMPAIGNS}


def _paths(task: Task) -> list[str]:
    """What is cleaned in place, below the root: a run that goes on with less would leave the rest out of the report."""
    root = common_folder(task.paths).resolve()
    return sorted(os.path.relpath(path.resolve(), root) for path in task.paths)


def _given(task: Task) -> frozenset[tuple[str, str]]:
    """What is cleaned into a folder: the names of the paths there, and where they are from the report folder.

    A link counts as the path that it is: it may lead to another folder every day.
    """
    given = roots(task.paths, named=task.named)
    return frozenset((root.name, os.path.relpath(root.path, _report(task))) for root in given)


def _report(task: Task) -> Path:
    return task.report or Path()


class _Book:
    """The report folder during a run: locked, compared with what earlier runs left there, completed at the end.

    Entering it has the pool know the campaigns of the run.
    """

    def __init__(self, task: Task, cleaner: Cleaner, pool: Pool) -> None:
        self.task, self.cleaner, self.pool, self.folder = task, cleaner, pool, _report(task)
        self.settings = settings(task, cleaner)
        self.paths = _given(task) if task.output is not None else frozenset()

    def __enter__(self) -> _Book:
        with ExitStack() as stack:
            found = earlier_runs(self.folder)
            self._refuse(found)
            stack.enter_context(places.lock(self.folder))
            self.runs = earlier_runs(self.folder)
            self._refuse(self.runs)  # another run may have ended there before we had the lock
            self._refuse_other_paths()
            for run in self.runs:
                files.sweep(self.folder / self.settings["root"], run.temporaries())
            if self.task.together:
                self._take_campaigns()
            self.continued = Continued(self.runs, self.settings, self.task.output)
            self.recorder = Recorder(self.folder, self.settings, self.paths)
            stack.callback(self.recorder.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _take_campaigns(self) -> None:
        """Find the campaigns of the run, or take those of an earlier one that had the same files before it."""
        earlier = self._earlier_campaigns()
        if earlier is not None:
            found = Survey(earlier, frozenset())
        else:
            log = Counting()
            self.pool.use(self.cleaner.counting())
            found = first_look(fresh(self._sources(), Place(NoTarget(), log, self.task.options)), self.pool, log)
        self.settings = _with_campaigns(self.settings, found.campaigns)
        self.pool.use(self.cleaner.knowing(*found))

    def _earlier_campaigns(self) -> tuple[str, ...] | None:
        """Those of the latest run with the same settings that goes on in place, or after which nothing has changed."""
        for earlier in self.runs:
            campaigns = _campaigns(earlier.settings)
            if _without_campaigns(earlier.settings) != self.settings:
                continue
            if self.task.output is None or self._is_as_left(campaigns):
                return campaigns
        return None

    def _is_as_left(self, campaigns: tuple[str, ...]) -> bool:
        """Whether every source is as an earlier run with some campaigns left it, and its result is there."""
        continued = Continued(self.runs, _with_campaigns(self.settings, campaigns), self.task.output)
        place = Place(NoTarget(), Log(), self.task.options)
        return all(isinstance(job, DoneSource) for job in continued.jobs(self._sources(), place)) and not any(
            continued.gone()
        )

    def _sources(self) -> Iterator[Source]:
        return walk(self.task.paths, self.task.selection.uncounted(), named=self.task.named)

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
        elif any(_without_campaigns(run.settings) != self.settings for run in runs):
            raise CleanerError(
                f"{self.folder} is of a run with another version, model, level, fields, configuration or paths: it cannot be "
                f"continued, but `cleaner restore {self.folder}` undoes it"
            )
        if has_foreign(self.folder, runs, may_be_damaged=self.task.output is not None):
            raise CleanerError(f"{self.folder} is not empty, and not a report that can be read: give another --report")

    def _refuse_other_paths(self) -> None:
        """Results whose sources are gone go, but not those of paths that are not given this time."""
        others = [run for run in self.runs if not run.paths or run.paths - self.paths]
        if self.task.output is None or not others:
            return
        earlier = Earlier(others)
        for source in self._sources():
            earlier.of(source.name)
        earlier.finish()
        number = len({entry.path for entry in earlier.left_behind if entry.written != Stat()})
        if number:
            raise CleanerError(
                f"{self.task.output} holds results of paths that are not given now ({number}), and they would be removed: "
                f"give another folder, the same paths, or remove {self.task.output} and {self.folder}"
            )

    def show(self, tally: Tally) -> Path:
        """Write what is made of the entries so far, where the run works: the report may hold those of earlier ones."""
        from cleaner.report import folder as report_folder  # a check has no use for it

        self.recorder.close()
        report_folder.write(Run(self.recorder.folder, dict(self.settings)), tally.counts, tally.files)
        return self.recorder.folder / report_folder.PAGE

    def complete(self, tally: Tally) -> None:
        """Write what is made of all entries, and remove the results of sources that are gone."""
        from cleaner.report import folder as report_folder

        if self.task.output is not None:
            tally.removed = _remove(self.task.output, self.continued.gone())
        self.show(tally)
        self.recorder.complete([report_folder.SUMMARY, report_folder.PAGE])


def _refuse_used(folder: Path) -> None:
    """A report of an in-place run is what undoes it: it goes into a folder of its own, and replaces no other."""
    if folder.exists() and (not folder.is_dir() or places.has_files(folder)):
        raise CleanerError(
            f"{folder} is there already: give another --report, move that one away, use --no-report, or --resume to go on"
        )


def _remove(out: Path, entries: Iterator[Entry]) -> int:
    """Remove results of earlier runs whose sources are gone, if they still are what was written; how many there were."""
    removed = 0
    for entry in entries:
        with suppress(FileProblem):
            path = files.inside(out, entry.path)
            if entry.written != Stat() and entry.written == Stat.of_path(path):
                path.unlink(missing_ok=True)
                removed += 1
    return removed

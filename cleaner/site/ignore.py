"""Which files a run leaves out: by `exclude` of the configuration, and by the `.gitignore` files of a git work tree.

Both hold for what is found below a folder. A folder that is given is taken whatever they say, and so is a file, unless
excludes are to hold for those as well. Only files are read, no program is run.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleaner.engine.handles import FileProblem, closing, open_regular

if TYPE_CHECKING:
    from cleaner.site.patterns import Patterns

EXCLUDE, GITIGNORE = "exclude", ".gitignore"
MAX_FILE = 1 << 16  # bytes: a larger .gitignore leaves nothing out


class _Above(NamedTuple):
    """Patterns, and a folder as they see it: its path from where they stand, between slashes."""

    patterns: Patterns
    folder: str

    def verdict(self, name: str, is_folder: bool) -> bool | None:
        return self.patterns.verdict(f"{self.folder}{name}{'/' if is_folder else ''}")


class Rules(NamedTuple):
    """What is left out of one folder; those of git from the nearest file to the farthest, the first with a verdict decides."""

    exclude: _Above | None = None
    git: tuple[_Above, ...] = ()
    in_git: bool = False

    def leave_out(self, name: str, is_folder: bool) -> str:
        """Why something in the folder is left out; empty when it is not."""
        if self.exclude and self.exclude.verdict(name, is_folder):
            return EXCLUDE
        verdicts = (rules.verdict(name, is_folder) for rules in self.git)
        return GITIGNORE if next((verdict for verdict in verdicts if verdict is not None), False) else ""

    def entered(self, name: str) -> Rules:
        """The same rules for a folder in this one."""
        exclude = self.exclude and self.exclude._replace(folder=f"{self.exclude.folder}{name}/")
        return Rules(exclude, tuple(rules._replace(folder=f"{rules.folder}{name}/") for rules in self.git), self.in_git)

    def with_own(self, folder: str) -> Rules:
        """The rules with those of a .gitignore in the folder itself."""
        own = _patterns_in(os.path.join(folder, GITIGNORE)) if self.in_git else None
        return self._replace(git=(_Above(own, "/"), *self.git)) if own else self


class Selection(NamedTuple):
    """What a run leaves out; how often it did so is counted, a folder once.

    Patterns of exclude are relative to root; what lies elsewhere is matched by its whole path.
    """

    root: Path = Path()
    exclude: tuple[str, ...] = ()
    by_name: bool = False  # exclude also holds for paths that are given
    gitignore: bool = True
    counts: Counter[str] | None = None

    def said(self) -> dict[str, object]:
        """What it depends on, for a report; nothing when it leaves out no more than usual."""
        named = {"exclude": list(self.exclude), "force-exclude": self.by_name} if self.exclude else {}
        return named if self.gitignore else {**named, "gitignore": False}

    def uncounted(self) -> Selection:
        """The same, to look without counting."""
        return self._replace(counts=None)

    def takes(self, path: Path) -> bool:
        """Whether a path that is given is taken."""
        patterns = _compiled(self.exclude) if self.by_name else None
        if patterns is None:
            return True
        from cleaner.site.patterns import left_out

        seen = below(self.root, path)
        is_out = seen != "." and left_out(patterns, f"{seen}/" if path.is_dir() else seen)
        return not (is_out and self.note(EXCLUDE))

    def note(self, why: str) -> bool:
        """Count what was left out for a reason; whether there was one."""
        if why and self.counts is not None:
            self.counts[why] += 1
        return bool(why)

    def rules(self, folder: Path) -> Rules:
        """What is left out directly below a folder that is given."""
        patterns = _compiled(self.exclude)
        exclude = _Above(patterns, _folder(below(self.root, folder))) if patterns else None
        return _git_rules(folder)._replace(exclude=exclude) if self.gitignore else Rules(exclude)


def below(root: Path, path: str | Path) -> str:
    """A path from a root, "." for the root itself, wherever links on the way lead; one that lies elsewhere from the top."""
    folder, name = os.path.split(path)
    is_folder = os.path.isdir(path)  # noqa: PTH112 - it raises nothing
    real = os.path.realpath(path) if is_folder else os.path.join(os.path.realpath(folder), name)
    relative = os.path.relpath(real, root)
    return real.lstrip("/") if relative == ".." or relative.startswith("../") else relative


def _compiled(lines: tuple[str, ...]) -> Patterns | None:
    if not lines:
        return None
    from cleaner.site.patterns import compiled  # takes time to load, which most runs have no use for

    return compiled(lines)


def _folder(relative: str) -> str:
    return "/" if relative == "." else f"/{relative}/"


def _git_rules(folder: Path) -> Rules:
    """The rules of git from the top of the work tree down to a folder; none in a folder that git ignores itself."""
    real = os.path.realpath(folder)
    top = _work_tree(real)
    if top is None:
        return Rules()
    rules = Rules(in_git=True)
    exclude = _patterns_in(os.path.join(top, ".git", "info", "exclude"))
    if exclude:
        rules = rules._replace(git=(_Above(exclude, "/"),))
    at = top
    for name in [part for part in os.path.relpath(real, top).split("/") if part != "."]:
        rules = rules.with_own(at)
        if rules.leave_out(name, is_folder=True):
            return Rules()
        rules = rules.entered(name)
        at = os.path.join(at, name)
    return rules


def _work_tree(folder: str) -> str | None:
    above = (Path(folder), *Path(folder).parents)
    return next((str(at) for at in above if os.path.lexists(at / ".git")), None)


def _patterns_in(path: str) -> Patterns | None:
    """The patterns of a file; None when there is none, and for one that is no text of ours: that leaves nothing out."""
    try:
        with closing(open_regular(path)) as descriptor:
            data = os.read(descriptor, MAX_FILE + 1)
    except (OSError, FileProblem):
        return None
    if len(data) > MAX_FILE:
        return None
    text = data.decode("utf-8-sig", "surrogateescape")
    return _compiled(tuple(line.removesuffix("\r") for line in text.split("\n")))

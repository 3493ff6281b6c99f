"""The configuration of a repository: data only, found above the files that are cleaned, refused as a whole when wrong.

It stands in `[tool.cleaner]` of `pyproject.toml`, or at the top of `cleaner.toml` or `.cleaner.toml`. It can say which files
and findings count, and how much is cut. It can raise no limit, choose no model, run nothing, and name no file outside its folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.api import LEVELS
from cleaner.engine.handles import FileProblem, closing, open_regular, reading
from cleaner.readers import WHOLE
from cleaner.report.reasons import REASONS
from cleaner.site.ignore import below
from cleaner.span import CleanerError

NAMES = ("cleaner.toml", ".cleaner.toml", "pyproject.toml")  # in one folder the first of them wins
TABLE = ("tool", "cleaner")  # of pyproject.toml
ALLOW, BASELINE = ".cleaner-allow.toml", ".cleaner-baseline.toml"
MAX_FILE, MAX_TEXT, MAX_ITEMS = 1 << 17, 1000, 1000  # bytes of a file, characters of a string, members of an array
MAX_DOTS = 200  # on a line: tomllib takes two minutes for a key of 100,000 parts


class PathSettings(NamedTuple):
    """What holds for some paths only; None: what holds everywhere."""

    paths: tuple[str, ...]  # patterns as in .gitignore
    level: str | None = None
    ignore: tuple[str, ...] | None = None  # reasons that are not reported there


class Settings(NamedTuple):
    """What a configuration says; None and empty: nothing.

    Patterns are as in `.gitignore`, and relative to root, the folder of the configuration file or else the current one.
    The allow file and the baseline need not exist.
    """

    root: Path
    source: Path | None  # the configuration file
    allow: Path
    baseline: Path
    level: str | None = None
    fields: tuple[str, ...] = ()
    format: str | None = None
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()  # reasons that are not reported
    per_path: tuple[PathSettings, ...] = ()
    spam_phrases: tuple[str, ...] = ()
    honest_phrases: tuple[str, ...] = ()
    isolated: bool = False  # nothing of the repository counts, neither the allow file nor the baseline
    said: tuple[str, ...] = ()  # the keys that stand in the configuration file


def load(paths: Sequence[Path], config: Path | None = None, isolated: bool = False) -> Settings:
    """The configuration that holds for some paths: the given file, or else the next one above what they have in common.

    Raises `CleanerError` for one that cannot be read, and for every key, type and value that is not known.
    """
    if isolated:
        return _nothing()._replace(isolated=True)
    if config is not None:
        if not _is_there(config):
            raise CleanerError(f"{shown(config)}: no such file")
        table = _table(config)
        if table is None:
            raise CleanerError(f"{shown(config)}: has no [{'.'.join(TABLE)}]")
        return _parsed(config, table)
    for folder in _upwards(_common_folder(paths)):
        for source in (folder / name for name in NAMES):
            table = _table(source) if _is_there(source) else None
            if table is not None:
                return _parsed(source, table)
        if _is_there(folder / ".git"):
            break
    return _nothing()


def matches(settings: Settings, patterns: Sequence[str], path: str | Path) -> bool:
    """Whether patterns as in `.gitignore` match a file, or a folder that it lies in."""
    from cleaner.site.patterns import compiled, left_out  # takes time to load, which most runs have no use for

    rules = compiled(tuple(patterns))
    return rules is not None and left_out(rules, below(settings.root, path))


def at(settings: Settings, path: str | Path) -> PathSettings:
    """What holds for a file: of each key the last table of those that match it, else what holds everywhere."""
    level, ignore = settings.level, settings.ignore
    for table in settings.per_path:
        if matches(settings, table.paths, path):
            level = table.level or level
            ignore = ignore if table.ignore is None else table.ignore
    return PathSettings((), level, ignore)


def key_of(settings: Settings, key: str) -> str:
    """Where a key stands: the file, and its name in full."""
    source = settings.source or Path(NAMES[0])
    return f"{shown(source)}: {_top(source).below(key).key}"


def shown(source: Path) -> str:
    """A file as people would name it: from the current folder when it is in there."""
    relative = os.path.relpath(source, _nothing().root)
    return str(source) if relative.startswith("../") else relative


def digest(settings: Settings) -> str:
    """What the findings that count depend on, wherever the repository lies, as one short string."""
    import hashlib  # only where something is said

    said = (settings.ignore, settings.per_path, settings.spam_phrases, settings.honest_phrases)
    return hashlib.sha256(repr(tuple(map(_plain, said))).encode("utf-8", "surrogateescape")).hexdigest()


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _nothing() -> Settings:
    try:
        root = Path.cwd()
    except OSError:  # it was removed: what comes from standard input needs none
        root = Path("/")
    return Settings(root, None, root / ALLOW, root / BASELINE)


def _common_folder(paths: Sequence[Path]) -> Path:
    here = _nothing().root
    given = [here / path for path in paths if str(path) != "-"]
    folders = [path if os.path.isdir(path) else path.parent for path in given]  # noqa: PTH112 - it raises nothing
    return Path(os.path.commonpath([os.path.realpath(folder) for folder in folders or [here]]))


def _upwards(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _table(source: Path) -> dict[str, Any] | None:
    """What a file says to us; None for a pyproject.toml that says nothing."""
    with problems_of(shown(source)):
        data = _read(source)
        if source.name != "pyproject.toml":
            return parsed(data)
        return _tool(parsed(data)) if TABLE[-1].encode() in data else None  # most are not ours, and need not be parsed


@contextmanager
def problems_of(name: str) -> Iterator[None]:
    """Whatever goes wrong with reading a file of TOML becomes a `CleanerError` that begins with its name."""
    try:
        yield
    except FileProblem as problem:
        raise CleanerError(f"{name}: {problem}") from None
    except RecursionError:
        raise CleanerError(f"{name}: not TOML: nested too deep") from None
    except ValueError as error:
        raise CleanerError(f"{name}: not TOML in UTF-8: {error}") from None


def parsed(data: bytes) -> dict[str, Any]:
    """Some bytes read as TOML. Raises `FileProblem` for what would take minutes, `ValueError` and `RecursionError` for what is none."""
    import tomllib  # not needed where there is no such file

    if any(line.count(b".") > MAX_DOTS for line in data.splitlines()):
        raise FileProblem(f"a line with more than {MAX_DOTS} dots: break it up")
    return tomllib.loads(data.decode())


def _tool(table: Any) -> dict[str, Any] | None:
    for number, key in enumerate(TABLE):
        if key not in table:
            return None
        table = table[key]
        if not isinstance(table, dict):
            raise FileProblem(f"{'.'.join(TABLE[: number + 1])}: must be a table")
    return table  # type: ignore[no-any-return]


def _read(source: Path) -> bytes:
    with reading(), closing(open_regular(source)) as descriptor, open(descriptor, "rb", closefd=False) as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise FileProblem(f"larger than {MAX_FILE} bytes: a configuration is small")
    return data


class _Place(NamedTuple):
    """Where a value stands: its file, its key in full, and the folder that its paths are relative to."""

    source: Path
    key: str
    root: Path

    def below(self, key: str) -> _Place:
        return self._replace(key=f"{self.key}.{key}" if self.key else key)

    def error(self, problem: str) -> CleanerError:
        return CleanerError(f"{shown(self.source)}: {self.key}: {problem}")


def _parsed(source: Path, table: Mapping[str, Any]) -> Settings:
    place = _top(source)
    root = place.root
    values = {"allow": root / ALLOW, "baseline": root / BASELINE, **_values(table, _KEYS, place)}
    if values["allow"] == values["baseline"]:
        raise place.below("baseline").error("is the allow file: choose another name")
    return Settings(root, source, **values, said=tuple(table))


def _top(source: Path) -> _Place:
    key = ".".join(TABLE) if source.name == "pyproject.toml" else ""
    return _Place(source, key, Path(os.path.realpath(source.parent)))


def _values(table: Mapping[str, Any], kinds: Mapping[str, _Kind], place: _Place) -> dict[str, Any]:
    """The values of a table by the names of our fields, each as its kind says."""
    values = {}
    for key, value in table.items():
        if key not in kinds:
            raise place.below(key).error(f"unknown{_suggestion(key, kinds)}")
        values[key.replace("-", "_")] = kinds[key](value, place.below(key))
    return values


def _suggestion(word: str, known: Iterator[str] | Sequence[str] | Mapping[str, Any]) -> str:
    from difflib import get_close_matches  # only for a mistake

    close = get_close_matches(word[:MAX_TEXT], known, 1)
    return f', did you mean "{close[0]}"?' if close else f"; known are {', '.join(known)}"


_Kind = Callable[[Any, _Place], Any]


def _text(value: Any, place: _Place) -> str:
    if not isinstance(value, str):
        raise place.error("must be a string")
    if not value.strip() or len(value) > MAX_TEXT:
        raise place.error(f"must hold 1 to {MAX_TEXT} characters")
    return value


def _one_of(known: Sequence[str]) -> _Kind:
    def kind(value: Any, place: _Place) -> str:
        if _text(value, place) not in known:
            raise place.error(f'"{value}" is not known{_suggestion(value, known)}')
        return str(value)

    return kind


def _several(member: _Kind) -> _Kind:
    def kind(value: Any, place: _Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise place.error("must be an array")
        if len(value) > MAX_ITEMS:
            raise place.error(f"has more than {MAX_ITEMS} members")
        return tuple(member(item, place._replace(key=f"{place.key}[{number}]")) for number, item in enumerate(value))

    return kind


def _pattern(value: Any, place: _Place) -> str:
    from cleaner.site.patterns import problem

    pattern = _text(value, place)
    if wrong := problem(pattern):
        raise place.error(wrong)
    return pattern


def _file(value: Any, place: _Place) -> Path:
    """A file of our own below the root, wherever links lead. It is written to: so only what can be nothing else."""
    name = _text(value, place)
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or any(part in ("", ".", "..", "~") for part in parts):
        raise place.error("must be a path below the folder of the configuration, without `..`")
    if not name.endswith(".toml") or parts[-1] in NAMES or any(part.casefold() == ".git" for part in parts):
        raise place.error("must be a .toml file that is no configuration, and not in .git")
    path = place.root / name
    if Path(os.path.realpath(path)) != path:
        raise place.error("leads through a symbolic link: give the file itself")
    return path


def _path_table(value: Any, place: _Place) -> PathSettings:
    if not isinstance(value, dict):
        raise place.error("must be a table")
    values = _values(value, _PATH_KEYS, place)
    if not values.get("paths"):
        raise place.below("paths").error("is missing: which files is this for?")
    return PathSettings(**values)


_PATTERNS, _REASONS = _several(_pattern), _several(_one_of(tuple(REASONS)))
_PATH_KEYS: Mapping[str, _Kind] = {"paths": _PATTERNS, "level": _one_of(LEVELS), "ignore": _REASONS}
_KEYS: Mapping[str, _Kind] = {
    "level": _one_of(LEVELS),
    "fields": _several(_text),
    "format": _one_of(WHOLE),
    "exclude": _PATTERNS,
    "ignore": _REASONS,
    "per-path": _several(_path_table),
    "allow": _file,
    "baseline": _file,
    "spam-phrases": _several(_text),
    "honest-phrases": _several(_text),
}

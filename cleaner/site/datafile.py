"""The files in which exceptions are kept: TOML of one line for each entry, sorted, read with suspicion, written in one step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleaner.engine import files
from cleaner.engine.handles import FileProblem
from cleaner.site.settings import parsed, problems_of
from cleaner.span import CleanerError

MAX_BYTES = 1 << 24
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def load(path: Path) -> dict[str, Any]:
    """What a file says; nothing for one that is not there. Raises `CleanerError` for one that cannot be read as TOML."""
    if not os.path.lexists(path):
        return {}
    with problems_of(str(path)):
        return parsed(files.read(path, MAX_BYTES).data)


def save(root: Path, path: Path, text: str) -> None:
    """Write a file below a root, at once or not at all. Raises `CleanerError` when it leads elsewhere or cannot be written."""
    data = text.encode()
    if len(data) > MAX_BYTES:
        raise CleanerError(
            f"{path}: would be larger than {MAX_BYTES} bytes: exclude paths in the configuration instead"
        )
    try:
        place = files.inside(root, path.relative_to(root).as_posix())
        if os.path.lexists(place):
            before = files.read(place, MAX_BYTES)
            writing = files.replacing(place, before.stat, digest=files.sha256(before.data))
        else:
            writing = files.creating(root, path.relative_to(root).as_posix())
        with writing as writer:
            writer.write(data)
            writer.commit()
    except (FileProblem, ValueError) as problem:
        raise CleanerError(f"{path}: not written: {problem}") from None


def inline(values: Mapping[str, str]) -> str:
    """A table on one line, without what is empty.

    >>> print(inline({"key": "00ff", "why": 'a "quote"', "path": ""}))
    { key = "00ff", why = "a \\"quote\\"" }
    """
    return "{ " + ", ".join(f"{name} = {string(value)}" for name, value in values.items() if value) + " }"


def string(text: str) -> str:
    """A text as TOML writes it; all that could move something on a screen as an escape.

    >>> print(string("a\\u202eb"))
    "a\\u202Eb"
    """
    return '"' + "".join(map(_shown, text)) + '"'


def _shown(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    point = ord(character)
    return f"\\u{point:04X}" if point < 0x10000 else f"\\U{point:08X}"


def tables(path: Path, data: Mapping[str, Any], name: str, known: tuple[str, ...]) -> list[dict[str, str]]:
    """The tables of an array of tables, whose values are all strings. Raises `CleanerError` for anything else in them."""
    rows = data.get(name, [])
    if not isinstance(rows, list):
        raise CleanerError(f"{path}: {name}: must be an array of tables")
    for number, row in enumerate(rows):
        where = f"{path}: {name}[{number}]"
        if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
            raise CleanerError(f"{where}: must be a table of strings")
        for key in row.keys() - set(known):
            raise CleanerError(f"{where}: {key}: unknown; known are {', '.join(known)}")
        if not row.get(known[0]):
            raise CleanerError(f"{where}: {known[0]}: is missing")
    return rows


def refuse_unknown(path: Path, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Raise `CleanerError` for a key at the top of a file that is none of the known ones."""
    for key in sorted(data.keys() - set(known)):
        raise CleanerError(f"{path}: {key}: unknown; known are {', '.join(known)}")

"""The baseline: how often each finding was there, in each file, when the site took up cleaning; only what is new counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from cleaner.site import datafile
from cleaner.site.keys import is_key
from cleaner.span import CleanerError

FINDINGS = "findings"
_HEADER = """\
# What was found when this file was written, and passes until it is gone. Written by `cleaner baseline`: a line for each
# file, in it the key of each finding, as often as it stands in one text. Comments are lost.
"""

Accepted = Mapping[str, Counter[str]]  # by the written name of a file, how often each key counts in one of its texts


def load(path: Path) -> dict[str, Counter[str]]:
    """A baseline; empty when there is no such file. Raises `CleanerError` for a wrong one."""
    data = datafile.load(path)
    datafile.refuse_unknown(path, data, (FINDINGS,))
    found = data.get(FINDINGS, {})
    if not isinstance(found, dict):
        raise CleanerError(f"{path}: {FINDINGS}: must be a table")
    for name, keys in found.items():
        if not isinstance(keys, list) or not all(isinstance(key, str) and is_key(key) for key in keys):
            raise CleanerError(f"{path}: {name}: must be an array of keys of 16 hexadecimal digits")
    return {name: Counter(keys) for name, keys in found.items()}


def dump(accepted: Accepted) -> str:
    """The text of a baseline.

    >>> print(dump({"a.md": Counter({"00000000000000ff": 2})}).partition("\\n\\n")[2])
    [findings]
    "a.md" = ["00000000000000ff", "00000000000000ff"]
    <BLANKLINE>
    """
    lines = [
        f"{datafile.string(name)} = [{', '.join(map(datafile.string, sorted(keys.elements())))}]\n"
        for name, keys in sorted(accepted.items())
    ]
    return f"{_HEADER}\n[{FINDINGS}]\n" + "".join(lines)


def in_any(texts: Iterable[Counter[str]]) -> Counter[str]:
    """How often each key counts in a file, of whose texts each has these.

    It is as often as in the text that has most of it: in another one more is new.

    >>> in_any([Counter("aab"), Counter("a")])
    Counter({'a': 2, 'b': 1})
    """
    found: Counter[str] = Counter()
    for keys in texts:
        found |= keys
    return found

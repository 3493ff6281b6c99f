"""The forms `check` can print findings in, one module each; only the one that is asked for is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from cleaner.report.found import Found
from cleaner.report.left import Left

# `diff` is made by the run itself: see `cleaner.report.diff`.
_MODULES = {
    "text": "text",
    "json": "jsonlines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "rdjson": "rdjson",
}
DIFF = "diff"
NAMES = (*_MODULES, DIFF)


class Totals(NamedTuple):
    """How a run ended: whether it came to its end, the files, those with findings, what was wrong how often, and the first
    of what was left as it is for that.
    """

    is_complete: bool = True
    files: int = 0
    with_findings: int = 0
    problems: Mapping[str, int] = {}
    left: Sequence[Left] = ()


def _nothing(totals: Totals) -> str:
    return ""


class Form(NamedTuple):
    """How findings are written, as they come: each of them, what stands between two, before the first and at the end.

    With `head` and `tail` the output is whole also when there is no finding, and when the run was stopped.
    """

    each: Callable[[Found], str]
    head: str = ""
    between: str = ""
    tail: Callable[[Totals], str] = _nothing


def form(name: str, *, has_colour: bool = False) -> Form:
    """A form by its name, for one run: some of them count.

    >>> form("gitlab").head, form("gitlab").tail(Totals())
    ('[', ']\\n')
    """
    make: Callable[..., Form] = import_module(f"cleaner.report.{_MODULES[name]}").form
    return make(has_colour=has_colour) if name == "text" else make()

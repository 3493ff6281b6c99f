"""The arguments of the command before anything reads them: which are options, and which are files."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from cleaner.report.quote import quote

_ONLY_ADDED = "--only-added"


def separated(arguments: Sequence[str]) -> list[str]:
    """The arguments of the command, so that an option's value is never taken from the next one, which may be a file.

    >>> separated(["check", "--only-added", "posts"]), separated(["check", "--", "--only-added"])
    (['check', '--only-added=', 'posts'], ['check', '--', '--only-added'])

    Raises `click.UsageError` for what could be an option and a file: without `--`, nobody knows what was meant.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if end == len(arguments):
        for argument in arguments:
            if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
                raise click.UsageError(f"{quote(argument)} is an option, or a file: put -- in front of the files")
    return [f"{_ONLY_ADDED}=" if item == _ONLY_ADDED else item for item in arguments[:end]] + [*arguments[end:]]

"""The command line: words to standard error, data to standard output, an exit code that says what happened."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click

from cleaner import __version__
from cleaner.cli.arguments import separated
from cleaner.progress import Stopped
from cleaner.report.quote import quote
from cleaner.span import CleanerError

HOMES = {  # of the commands: each is loaded when it is called
    "allow": "allow",
    "baseline": "baseline",
    "check": "check",
    "clean": "clean",
    "config": "config",
    "evaluate": "measure",
    "explain": "explain",
    "phrases": "phrases",
    "restore": "undo",
    "train": "measure",
    "verify": "undo",
}


class _Commands(click.Group):
    """Turns what a caller did wrong into one line and its exit code, and what the system refused into one and 3."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if ctx.resilient_parsing else separated(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(HOMES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in HOMES:
            return None
        if name != "train":  # others multiply no matrices, and threads that wait for some cost a start 0.1 s
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        with _uncollected():
            command: click.Command = getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        _keep_numbers()
        try:
            return super().invoke(ctx)
        except CleanerError as error:
            click.echo(f"cleaner: {quote(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except Stopped as stopped:
            ctx.exit(128 + stopped.signal)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has seen enough
                raise
            _give_up_output()
            click.echo(f"cleaner: {quote(str(error))}", err=True)
            ctx.exit(3)


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is loaded stays: looking for garbage among it, again and again, takes a twelfth of a start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def _keep_numbers() -> None:
    """A file that is opened while a standard stream is closed gets its number, and what others print goes into it."""
    for number in range(3):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _give_up_output() -> None:
    """What standard output did not take would be written again at the end, and fail again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cleaner")
def main() -> None:
    """Find spam that somebody injected into articles, and cut exactly that.

    \b
    cleaner clean scraped/ -o clean/      clean copies, and a report beside them
    cleaner clean posts/ --in-place       rewrite the files
    cleaner check posts/                  only print what would be cut
    cleaner explain posts/a.md:12         why was this removed, why was that not
    cleaner restore clean-report/         undo a run
    cleaner config posts/                 what is configured for them, and where
    """


def run() -> None:
    """`main` as a process of its own, which ends at once: to take down all modules one by one takes an eighth of a short run."""
    try:
        main()
    except SystemExit as end:
        if end.code is not None and not isinstance(end.code, int):
            raise
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):  # said as the interpreter says it when it ends
            raise end from None
        os._exit((end.code or 0) & 0xFF)

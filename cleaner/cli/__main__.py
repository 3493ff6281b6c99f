"""`python -m cleaner.cli`: the command."""

from cleaner.cli import run

run()

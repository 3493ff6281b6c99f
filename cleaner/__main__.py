"""`python -m cleaner`: the command."""

from cleaner.cli import run

run()

"""Git repositories for tests, that know nothing of the settings of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from samples import write_files

IDENTITY = {f"GIT_{who}_{what}": f"{who}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **IDENTITY}


def environment(**more: str) -> dict[str, str]:
    """The environment without what git tells its hooks, should the tests run in one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | ALONE | more


def git(folder: Path, *arguments: str | bytes, check: bool = True, **more: str) -> bytes:
    """What a git command says."""
    command = ["git", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(**more), capture_output=True, check=False)
    assert not (check and done.returncode), done.stderr
    return done.stdout


def new_repository(folder: Path, committed: dict[str, bytes] | None = None) -> Path:
    """A repository with some files in its first commit, or without a commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    if committed is not None:
        stage(folder, committed)
        commit(folder)
    return folder


def stage(folder: Path, files: dict[str, bytes]) -> None:
    """Write some files, and stage them."""
    write_files(folder, files)
    git(folder, "add", "--", *files)


def commit(folder: Path, *arguments: str) -> None:
    """Commit what is staged, without a hook."""
    git(folder, "commit", "-q", "-m", "x", "--no-verify", "--allow-empty", *arguments)

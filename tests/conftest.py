"""What all tests share: the shipped model, loaded once, and reproducible random tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cleaner import Cleaner

collect_ignore = ["cases", "commands"]  # data, also the Markdown in there

settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def cleaner() -> Cleaner:
    return Cleaner()


@pytest.fixture
def as_root() -> None:
    """Needs root: it makes files of other users."""
    if os.getuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder of a user without the rights of root, who we are meanwhile."""
    folder = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    user, group, groups = os.geteuid(), os.getegid(), os.getgroups()
    if user == 0:
        os.chown(folder, 65534, 65534)
        os.setgroups([])
        os.setegid(65534)
        os.seteuid(65534)
    yield folder
    if user == 0:
        os.seteuid(user)
        os.setegid(group)
        os.setgroups(groups)
    shutil.rmtree(folder)

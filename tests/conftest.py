"""What all tests share: the shipped model, loaded once, and reproducible random tests."""

from __future__ import annotations

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

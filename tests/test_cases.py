"""Every file below `cases` is a case: an article whose injected stretches stand between ⟦ and ⟧."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import marked

from cleaner import Cleaner
from cleaner.readers import format_of
from cleaner.span import minus

CASES = Path(__file__).parent / "cases"
INJECTED, CLEAN, FAILING = ("in-the-wild", "synthetic"), "negative", "known-failures"


def _cases() -> Iterator[object]:
    for folder in (*INJECTED, CLEAN, FAILING):
        for path in sorted((CASES / folder).glob("*")):
            marks = [pytest.mark.xfail(strict=True)] if folder == FAILING else []
            yield pytest.param(path, id=f"{folder}/{path.name}", marks=marks)


@pytest.mark.parametrize("folder", [*INJECTED, CLEAN])
def test_folder_has_cases(folder: str) -> None:
    texts = [path.read_bytes().decode("utf-8") for path in (CASES / folder).iterdir()]
    assert texts
    assert all(("⟦" in text) == (folder != CLEAN) for text in texts)


@pytest.mark.parametrize("path", list(_cases()))
def test_case(path: Path, cleaner: Cleaner) -> None:
    dirty, spans = marked(path.read_bytes().decode("utf-8"))
    result = cleaner.clean(dirty, format=format_of(path.name) or "")
    assert result.text == minus(dirty, spans)
    assert bool(result.cuts) == bool(spans)

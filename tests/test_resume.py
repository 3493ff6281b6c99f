"""What a run that goes on may believe of the one before it, and what of that one's record it must keep."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import ARTICLE, DIRTY, files_below, write_files

from cleaner.cli import main
from cleaner.engine import files

CLEAN, SPAMMED = ARTICLE.encode(), DIRTY.encode()


def _clean(*arguments: str | Path) -> int:
    return CliRunner().invoke(main, ["clean", *map(str, arguments), "-j", "1"]).exit_code


def test_a_file_that_was_recorded_but_not_replaced_is_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the record and the rename: the file is old enough for its times to be trusted, and not clean."""
    write_files(tmp_path / "in", {"a.txt": SPAMMED})
    command = (tmp_path / "in", "--in-place", "--report", tmp_path / "report")
    with monkeypatch.context() as patch:
        patch.setattr(files, "SETTLED", -1)

        def killed(writer: files.Writer) -> None:
            raise SystemExit(9)

        patch.setattr(files.Writer, "commit", killed)
        assert _clean(*command) == 9
    assert files_below(tmp_path / "in") == {"a.txt": SPAMMED}
    assert _clean(*command, "--resume") == 0
    assert files_below(tmp_path / "in") == {"a.txt": CLEAN}

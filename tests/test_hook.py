"""The hooks under the real `pre-commit`, in git repositories made for it.

One test installs the repository as pre-commit does. The others run the command lines of `.pre-commit-hooks.yaml` with the
Python that runs the tests, so that they need no network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repositories import commit, environment, git, new_repository, stage
from samples import ARTICLE, DIRTY, ROOT

pytest.importorskip("pre_commit")
yaml = pytest.importorskip("yaml")

from identify.identify import ALL_TAGS  # noqa: E402

from cleaner.readers import COMPRESSIONS, FORMATS  # noqa: E402

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
CONFIG = ".git/hooks.yaml"  # out of the way of the files that are committed
SPAM, CLEAN = DIRTY.encode(), ARTICLE.encode()
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0a" * 32 + b"\nsize 9\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a commit, and the hook that fixes."""
    made = new_repository(tmp_path / "site", {"old.md": CLEAN})
    use(made, "cleaner")
    return made


def use(folder: Path, *names: str, **changes: Any) -> None:
    """Use hooks of ours in a repository."""
    ours = f"{sys.executable} -P -m cleaner "
    hooks = [
        hook | changes | {"language": "system", "entry": hook["entry"].replace("cleaner ", ours, 1)}
        for hook in HOOKS
        if hook["id"] in names
    ]
    (folder / CONFIG).write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}), encoding="utf-8")


def pre_commit(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a run over what is staged, and what it says."""
    return _said(folder, sys.executable, "-m", "pre_commit", *(arguments or ("run", "--verbose")), "-c", CONFIG)


def _said(folder: Path, *command: str) -> tuple[int, str]:
    env = environment(PYTHONPATH=str(ROOT), PRE_COMMIT_HOME=str(folder.parent / "home"))
    env["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), env["PATH"]))
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def test_what_the_hooks_are_given() -> None:
    [names] = {hook["files"] for hook in HOOKS}
    texts = [suffix for suffix, format in FORMATS.items() if format not in ("warc", "parquet")]
    assert [suffix for suffix in (*FORMATS, *COMPRESSIONS) if re.search(names, f"a{suffix.upper()}")] == texts
    assert all(set(hook["types_or"]) <= ALL_TAGS and hook["args"] == ["--"] for hook in HOOKS)


def test_from_commit_to_commit(folder: Path) -> None:
    assert pre_commit(folder, "install")[0] == 0
    stage(folder, {"posts/a.md": SPAM, "posts/b.html": f"<p>{ARTICLE}</p>".encode()})
    code, said = _said(folder, "git", "commit", "-m", "x")
    assert code == 1, said
    assert "files were modified by this hook" in said
    assert "a.md:4:1: removed promo-line (escort) 1.00 爱上海龙凤419论坛" in said
    assert (folder / "posts/a.md").read_bytes() == CLEAN
    stage(folder, {"posts/a.md": CLEAN})
    code, said = _said(folder, "git", "commit", "-m", "x")
    assert code == 0, said
    assert git(folder, "show", "HEAD:posts/a.md") == CLEAN


def test_the_hook_that_reports(folder: Path) -> None:
    use(folder, "cleaner-check")
    stage(folder, {"a.md": SPAM})
    code, said = pre_commit(folder)
    assert (code, "a.md:4:1: removed" in said, "- exit code: 1" in said) == (1, True, True), said
    assert (folder / "a.md").read_bytes() == SPAM
    stage(folder, {"a.md": CLEAN})
    assert pre_commit(folder)[0] == 0


def test_names(folder: Path) -> None:
    names = [
        "-w.md",
        "--config=x.md",
        "@x.md",
        "new\nline.md",
        "two words.md",
        "$(id) `id`.md",
        "-",
        "--",
        "-.md",
        "中.md",
    ]
    stage(folder, dict.fromkeys(names, SPAM))
    code, said = pre_commit(folder)
    assert code == 1, said
    assert {name: (folder / name).read_bytes() == CLEAN for name in names} == {
        name: name.endswith(".md") for name in names
    }
    assert r"new\nline.md:4:1: removed" in said
    git(folder, "add", "--", *names)
    assert pre_commit(folder)[0] == 0


def test_one_name_in_several_folders(folder: Path) -> None:
    (folder / "cleaner.toml").write_text('exclude = ["drafts/"]\n')
    stage(folder, dict.fromkeys(["posts/index.md", "pages/index.md", "drafts/index.md"], SPAM))
    code, said = pre_commit(folder)
    assert (code, "pages/index.md:4:1: removed" in said, "posts/index.md:4:1: removed" in said) == (1, True, True), said
    kept = [(folder / name / "index.md").read_bytes() == SPAM for name in ("posts", "pages", "drafts")]
    assert kept == [False, False, True]


def test_names_of_options(folder: Path) -> None:
    names = ["-w", "-q", "--config=evil.toml", "@x", "--in-place", "--level=review"]
    use(folder, "cleaner", files="")
    stage(folder, dict.fromkeys(names, SPAM) | {"a.md": SPAM})
    code, said = pre_commit(folder)
    assert code == 1, said
    assert "6 × format: no reader for it" in said
    assert [(folder / name).read_bytes() for name in (*names, "a.md")] == [SPAM] * 6 + [CLEAN]
    use(folder, "cleaner", files="", args=["-j", "1"])  # forgot the --
    code, said = pre_commit(folder)
    assert (code, "is an option, or a file: put -- in front of the files" in said) == (1, True)


def test_a_name_that_is_no_utf_8_is_cleaned(folder: Path) -> None:
    """It is pre-commit itself that cannot pass it on."""
    name = os.fsdecode(b"caf\xe9.md")
    stage(folder, {name: SPAM})
    hook = HOOKS[0]
    command = [*hook["entry"].replace("cleaner", f"{sys.executable} -P -m cleaner", 1).split(), *hook["args"], name]
    code, said = _said(folder, *command)
    assert (code, r"caf\udce9.md:4:1: removed" in said) == (0, True), said
    assert (folder / name).read_bytes() == CLEAN


def test_hunks_that_are_not_staged(folder: Path) -> None:
    stage(folder, {"a.md": SPAM, "b.md": SPAM})
    more, near = SPAM + b"\nNot staged.\n", SPAM.replace(b"Fishermen", b"Sailors")
    for name, data in {"a.md": more, "b.md": near, "old.md": SPAM, "new.md": SPAM}.items():
        (folder / name).write_bytes(data)
    code, said = pre_commit(folder)
    assert code == 1, said
    assert "Rolling back fixes" in said  # one of them touches the line that is cut
    assert [(folder / name).read_bytes() for name in ("a.md", "b.md", "old.md", "new.md")] == [more, near, SPAM, SPAM]
    git(folder, "add", "b.md")
    code, said = pre_commit(folder)
    assert code == 1, said
    assert (folder / "a.md").read_bytes() == CLEAN + b"\nNot staged.\n"
    assert (folder / "b.md").read_bytes() == CLEAN.replace(b"Fishermen", b"Sailors")
    assert [(folder / name).read_bytes() for name in ("old.md", "new.md")] == [SPAM, SPAM]


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends(folder: Path, setting: str) -> None:
    git(folder, "config", "core.autocrlf", setting)
    stage(folder, {"a.md": SPAM.replace(b"\n", b"\r\n")})
    assert pre_commit(folder)[0] == 1
    assert (folder / "a.md").read_bytes() == CLEAN.replace(b"\n", b"\r\n")
    git(folder, "add", "a.md")
    assert pre_commit(folder)[0] == 0


def test_where_nothing_is_wrong(folder: Path, tmp_path: Path) -> None:
    """Renamed, deleted, intended, linked files, a submodule, a pointer of Git LFS, a table without texts."""
    new_repository(tmp_path / "inner", {"a.md": SPAM})
    stage(folder, {"gone.md": SPAM, "before.md": CLEAN})
    commit(folder)
    git(folder, "rm", "-q", "gone.md")
    git(folder, "mv", "before.md", "after.md")
    git(folder, "submodule", "add", "-q", str(tmp_path / "inner"), "inner.md")
    stage(folder, {"film.md": POINTER, "film.csv": POINTER, "data.csv": b"id,amount\n1,2\n", "empty.md": b""})
    (folder / "link.md").symlink_to("inner.md/a.md")
    (folder / "intended.md").write_bytes(SPAM)
    git(folder, "add", "link.md")
    git(folder, "add", "-N", "intended.md")
    code, said = pre_commit(folder)
    assert code == 0, said
    for words in ("film.md: skipped: Git LFS", "film.csv: skipped: Git LFS", "data.csv: skipped: no column"):
        assert words in said
    assert [(folder / name).read_bytes() for name in ("inner.md/a.md", "intended.md", "film.md")] == [
        SPAM,
        SPAM,
        POINTER,
    ]


def test_renamed_and_changed(folder: Path) -> None:
    git(folder, "mv", "old.md", "new.md")
    stage(folder, {"new.md": SPAM})
    assert pre_commit(folder)[0] == 1
    assert (folder / "new.md").read_bytes() == CLEAN


def test_what_cannot_be_read_fails(folder: Path) -> None:
    stage(folder, {"a.md": b"a\0b"})
    code, said = pre_commit(folder)
    assert (code, "- exit code: 3" in said, "a.md: skipped: binary" in said) == (1, True, True), said


def test_in_a_merge(folder: Path) -> None:
    for branch, text in (("one", b"one\n"), ("two", b"two\n")):
        git(folder, "checkout", "-q", "-b", branch, "main")
        stage(folder, {"old.md": text + CLEAN})
        commit(folder)
    git(folder, "merge", "one", check=False)
    stage(folder, {"old.md": b"both\n" + SPAM})
    assert pre_commit(folder)[0] == 1
    assert (folder / "old.md").read_bytes() == b"both\n" + CLEAN
    git(folder, "add", "old.md")
    assert pre_commit(folder)[0] == 0


def test_only_what_the_commit_adds(folder: Path) -> None:
    archive = b"An old page.\n\n" + SPAM
    stage(folder, {"archive.md": archive})
    commit(folder)
    use(folder, "cleaner", args=["--only-added", "--"])
    assert pre_commit(folder, "run", "--all-files")[0] == 0
    stage(folder, {"archive.md": archive + b"\n" + SPAM, "new.md": SPAM})
    (folder / "archive.md").write_bytes(archive + b"\n" + SPAM + b"\nNot staged.\n")
    code, said = pre_commit(folder)
    assert code == 1, said
    assert (folder / "archive.md").read_bytes() == archive + b"\n" + CLEAN + b"\nNot staged.\n"
    assert (folder / "new.md").read_bytes() == CLEAN
    git(folder, "add", "new.md", "archive.md")
    assert pre_commit(folder)[0] == 0


def test_it_installs_from_a_clone(tmp_path: Path) -> None:
    """With nothing but what it needs to run; pip must have somewhere to take that from."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(tmp_path / "pip"), "click>=8.1"]
    if subprocess.run(pip, capture_output=True, check=False).returncode:
        pytest.skip("pip has no index to install from")
    hooks = tmp_path / "hooks"
    for name in ("cleaner", "models"):
        shutil.copytree(ROOT / name, hooks / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, hooks)
    new_repository(hooks)
    git(hooks, "add", ".")
    commit(hooks)
    folder = new_repository(tmp_path / "site")
    revision = git(hooks, "rev-parse", "HEAD").decode().strip()
    uses = {"repo": str(hooks), "rev": revision, "hooks": [{"id": hook["id"]} for hook in HOOKS]}
    (folder / CONFIG).write_text(yaml.safe_dump({"repos": [uses]}), encoding="utf-8")
    stage(folder, {"a.md": SPAM})
    code, said = pre_commit(folder)
    assert code == 1, said
    assert (folder / "a.md").read_bytes() == CLEAN
    git(folder, "add", "a.md")
    assert pre_commit(folder)[0] == 0
    [site] = (tmp_path / "home").glob("repo*/py_env-*/lib/python*/site-packages")
    installed = {path.name.partition("-")[0] for path in site.glob("*.dist-info")}
    assert installed - {"pip", "setuptools", "wheel"} == {"article_cleaner", "click", "numpy", "regex"}

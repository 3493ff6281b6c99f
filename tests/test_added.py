"""Only what touches an added line counts: which lines that are, in which files, and what git is not let do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from repositories import ALONE, commit, git, new_repository, stage
from samples import ARTICLE, DIRTY, SPAM

from cleaner.cli import main
from cleaner.site.git import added_lines

OLD = f"{SPAM}\n\n{ARTICLE}".encode()  # spam of old in the first line
NEW = f"{SPAM}\n\n{DIRTY}".encode()  # and some that is added
KEPT = OLD  # what is to be left of NEW


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT_"))]:
        monkeypatch.delenv(name)
    for name, value in ALONE.items():
        monkeypatch.setenv(name, value)


def _clean(folder: Path, *paths: str, since: str = "") -> Result:
    """Clean what is added in place, from within the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        option = f"--only-added={since}" if since else "--only-added"
        return CliRunner().invoke(main, ["clean", "--in-place", "--no-report", option, "--", *(paths or ["."])])
    finally:
        os.chdir(before)


def test_the_spam_of_old_stays(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD, "b.md": OLD})
    stage(folder, {"a.md": NEW, "c.md": DIRTY.encode()})
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert [(folder / name).read_bytes() for name in ("a.md", "b.md", "c.md")] == [KEPT, OLD, ARTICLE.encode()]
    assert "a.md:6:1: removed" in done.stderr
    assert "2 spans removed" in done.stderr


def test_check_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD, "b.md": OLD})
    monkeypatch.chdir(folder)
    assert CliRunner().invoke(main, ["check", "--only-added", "a.md", "b.md"]).exit_code == 0
    stage(folder, {"a.md": NEW})
    done = CliRunner().invoke(main, ["check", "--only-added", "a.md", "b.md"])
    assert (done.exit_code, done.stdout.count("removed")) == (1, 1)
    assert CliRunner().invoke(main, ["check", "a.md", "b.md"]).stdout.count("removed") == 3


@pytest.mark.parametrize("ids", ["sha1", "sha256"])
def test_everything_is_new_in_the_first_commit(tmp_path: Path, ids: str) -> None:
    folder = new_repository(tmp_path)
    git(folder, "init", "-q", f"--object-format={ids}", "other")
    folder = folder / "other"
    stage(folder, {"a.md": DIRTY.encode()})
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == ARTICLE.encode()


def test_nothing_is_added(tmp_path: Path) -> None:
    done = _clean(new_repository(tmp_path, {"a.md": DIRTY.encode()}))
    assert (done.exit_code, "nothing is added, so nothing counts" in done.stderr) == (0, True)


def test_the_revision_that_pre_commit_runs_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    stage(folder, {"a.md": NEW})
    commit(folder)
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == KEPT


def test_a_line_next_to_an_added_one_is_not_added(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": DIRTY.encode()})
    stage(folder, {"a.md": DIRTY.replace(SPAM, f"{SPAM}\nA gull cries.").encode()})
    assert _clean(folder).exit_code == 0
    assert SPAM.encode() in (folder / "a.md").read_bytes()


def test_the_line_end_that_goes_along_is_not_the_line(tmp_path: Path) -> None:
    old = f"{ARTICLE}Nobody knows.\n{SPAM}".encode()  # with the last line goes the line end before it
    folder = new_repository(tmp_path, {"a.md": old, "b.md": old})
    stage(folder, {"a.md": old.replace(b"Nobody knows", b"Somebody knows"), "b.md": old + b"\n"})
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes().endswith(SPAM.encode())
    assert (folder / "b.md").read_bytes() == f"{ARTICLE}Nobody knows.\n".encode()


def test_a_link_to_the_repository(tmp_path: Path) -> None:
    folder = new_repository(tmp_path / "site", {"posts/a.md": OLD})
    (tmp_path / "link").symlink_to("site")
    stage(folder, {"posts/a.md": NEW})
    assert _clean(tmp_path, "link").exit_code == 0
    assert (folder / "posts/a.md").read_bytes() == KEPT


def test_a_revision_counts_from_where_the_branch_began(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD, "b.md": DIRTY.encode()})
    git(folder, "checkout", "-q", "-b", "topic")
    stage(folder, {"a.md": NEW})
    commit(folder)
    git(folder, "checkout", "-q", "main")
    stage(folder, {"b.md": ARTICLE.encode()})  # cleaned on main only: the branch has not added it
    commit(folder)
    git(folder, "checkout", "-q", "topic")
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == NEW
    assert _clean(folder, since="main").exit_code == 0
    assert (folder / "a.md").read_bytes() == KEPT
    assert (folder / "b.md").read_bytes() == DIRTY.encode()


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("nowhere", "there is no commit nowhere here: fetch it"),
        ("--output=made", "there is no commit --output=made here"),
        ("-p", "there is no commit -p here"),
        ("a\nb\x1b[2J", r"there is no commit a\nb\x1b[2J here"),
        ("HEAD:a.md", "there is no commit HEAD:a.md here"),
        ("orphan", "HEAD and orphan have no common ancestor here: fetch more"),
    ],
)
def test_a_revision_that_is_none(tmp_path: Path, since: str, words: str) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    git(folder, "checkout", "-q", "--orphan", "orphan")
    commit(folder, "-m", "of its own")
    git(folder, "checkout", "-q", "main")
    done = _clean(folder, since=since)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (folder / "made").exists()


def test_outside_of_a_repository(tmp_path: Path) -> None:
    inside = new_repository(tmp_path / "inside", {"a.md": OLD})
    (tmp_path / "b.md").write_bytes(NEW)
    done = _clean(tmp_path, "b.md")
    assert (done.exit_code, "not a git repository" in done.stderr) == (2, True)
    done = _clean(inside, "a.md", "../b.md")
    assert (done.exit_code, "is not in the git repository" in done.stderr) == (2, True)


@pytest.mark.parametrize("path", ["nowhere/a.md", "a.md/b.md"])
def test_a_path_that_is_not_there(tmp_path: Path, path: str) -> None:
    done = _clean(new_repository(tmp_path, {"a.md": OLD}), path)
    assert (done.exit_code, "git" in done.stderr, done.stderr.count("\n")) == (2, False, 1), done.stderr


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    monkeypatch.setenv("PATH", str(tmp_path))
    done = _clean(folder)
    assert (done.exit_code, "needs git" in done.stderr) == (2, True)


def test_work_that_is_not_staged_is_refused(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD, "b.md": OLD})
    stage(folder, {"a.md": NEW, "b.md": NEW})
    unstaged = NEW.replace(b"gulls", b"seals")
    (folder / "a.md").write_bytes(unstaged)
    done = _clean(folder)
    assert done.exit_code == 3
    assert "a.md: skipped: not as it is staged" in done.stderr
    assert [(folder / name).read_bytes() for name in ("a.md", "b.md")] == [unstaged, KEPT]


def test_what_is_not_in_the_commit_does_not_count(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    for name in ("untracked.md", "intended.md", "a.md"):
        (folder / name).write_bytes(NEW)
    git(folder, "add", "-N", "intended.md")
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert [(folder / name).read_bytes() for name in ("untracked.md", "intended.md", "a.md")] == [NEW] * 3


def test_renamed_deleted_and_of_another_mode(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD * 3, "b.md": OLD * 2 + b"b", "c.md": OLD, "d.md": OLD})
    git(folder, "mv", "a.md", "moved.md")
    git(folder, "mv", "b.md", "moved, and more.md")
    stage(folder, {"moved, and more.md": OLD * 2 + b"b\n" + DIRTY.encode()})
    git(folder, "rm", "-q", "c.md")
    git(folder, "update-index", "--chmod=+x", "d.md")
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert (folder / "moved.md").read_bytes() == OLD * 3
    assert (folder / "moved, and more.md").read_bytes() == OLD * 2 + b"b\n" + ARTICLE.encode()
    assert (folder / "d.md").read_bytes() == OLD


def test_names(tmp_path: Path) -> None:
    names = ["-w.md", "--config=x.md", "new\nline.md", 'quo"te\\.md', " b.md ", os.fsdecode(b"caf\xe9.md"), "@x.md"]
    names = [name if name.endswith(".md") else f"{name}.md" for name in names]
    folder = new_repository(tmp_path, dict.fromkeys(names, OLD))
    stage(folder, dict.fromkeys(names, NEW))
    done = _clean(folder, *names)
    assert done.exit_code == 0, done.output
    assert {name: (folder / name).read_bytes() for name in names} == dict.fromkeys(names, KEPT)


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends(tmp_path: Path, setting: str) -> None:
    folder = new_repository(tmp_path)
    git(folder, "config", "core.autocrlf", setting)
    stage(folder, {"a.md": OLD.replace(b"\n", b"\r\n")})
    commit(folder)
    stage(folder, {"a.md": NEW.replace(b"\n", b"\r\n")})
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert (folder / "a.md").read_bytes() == KEPT.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    old, new, kept = (text.decode().encode(encoding) for text in (OLD, NEW, KEPT))
    folder = new_repository(tmp_path, {"a.md": old, "b.md": old})
    stage(folder, {"a.md": new})
    assert _clean(folder).exit_code == 0
    everything = ARTICLE.encode(encoding)  # of a file that git calls binary, all lines are added
    assert (folder / "a.md").read_bytes().endswith(everything[2:] if encoding == "utf-16" else kept[3:])
    assert (SPAM.encode(encoding)[2:] in (folder / "a.md").read_bytes()) == (encoding != "utf-16")
    assert (folder / "b.md").read_bytes() == old


def test_half_of_a_character_is_no_line_end(tmp_path: Path) -> None:
    """UTF-16 that git takes for text, since it is all Chinese as far as git looks, with bytes 0x0A in it."""
    old = "山水" * 2100 + "\n" + "\u0a0a" * 20 + "\n"
    folder = new_repository(tmp_path, {"a.md": b"\xff\xfe" + old.encode("utf-16-le")})
    stage(folder, {"a.md": b"\xff\xfe" + (old + DIRTY).encode("utf-16-le")})
    assert b"Binary" not in git(folder, "diff", "--cached")
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == b"\xff\xfe" + (old + ARTICLE).encode("utf-16-le")


def test_records_count_by_their_lines(tmp_path: Path) -> None:
    rows = [
        json.dumps({"text": f"{text}{number}"}, ensure_ascii=False)
        for number, text in enumerate([DIRTY, DIRTY, ARTICLE])
    ]
    table = ["id,text", f'1,"{DIRTY.replace(chr(34), chr(39))}"', f'2,"{ARTICLE}"']
    old = {"a.jsonl": rows[:1] + rows[2:], "a.csv": table[:2]}
    new = {"a.jsonl": rows, "a.csv": [*table[:2], table[1].replace("1,", "3,").replace("dog", "cat"), table[2]]}
    folder = new_repository(
        tmp_path, {name: "".join(f"{row}\n" for row in some).encode() for name, some in old.items()}
    )
    stage(folder, {name: "".join(f"{row}\n" for row in some).encode() for name, some in new.items()})
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert [SPAM in row for row in (folder / "a.jsonl").read_text("utf-8").splitlines()] == [True, False, False]
    assert (folder / "a.csv").read_text("utf-8").count(SPAM) == 1
    assert (folder / "a.csv").read_text("utf-8").startswith("\n".join(table[:2]))


def test_a_conflict_is_refused(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    for branch, text in (("one", b"one\n"), ("two", b"two\n")):
        git(folder, "checkout", "-q", "-b", branch, "main")
        stage(folder, {"a.md": text + NEW})
        commit(folder)
    git(folder, "merge", "one", check=False)
    before = (folder / "a.md").read_bytes()
    done = _clean(folder)
    assert (done.exit_code, "a.md: skipped: in conflict" in done.stderr) == (3, True)
    assert (folder / "a.md").read_bytes() == before
    stage(folder, {"a.md": b"both\n" + NEW})
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == b"both\n" + NEW  # it was in HEAD, so the merge does not add it


def test_a_merge_adds_what_the_other_branch_brings(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    git(folder, "checkout", "-q", "-b", "other")
    stage(folder, {"a.md": NEW})
    commit(folder)
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "--no-commit", "other")
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == KEPT


def test_the_index_that_git_tells_its_hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD, "b.md": OLD})
    git(folder, "read-tree", "HEAD", GIT_INDEX_FILE=".git/other")
    (folder / "a.md").write_bytes(NEW)
    git(folder, "add", "a.md", GIT_INDEX_FILE=".git/other")  # as `git commit a.md` does
    stage(folder, {"b.md": NEW})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    assert _clean(folder, "a.md", "b.md").exit_code == 0
    assert [(folder / name).read_bytes() for name in ("a.md", "b.md")] == [KEPT, NEW]


def test_a_linked_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(new_repository(tmp_path / "one", {"posts/a.md": OLD}), "worktree", "add", "-q", "../two")
    folder = tmp_path / "two"
    stage(folder, {"posts/a.md": NEW})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one/.git/worktrees/two"))  # as git tells a hook there
    assert _clean(folder, "posts").exit_code == 0
    assert (folder / "posts/a.md").read_bytes() == KEPT


def test_nothing_of_the_repository_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_repository(tmp_path / "in", {"a.md": OLD, ".gitattributes": b"*.md diff=evil filter=evil\n"})
    made = tmp_path / "made"
    stage(folder, {"a.md": NEW})
    run = f"touch '{made}'; cat"
    for name in [
        "core.fsmonitor",
        "diff.external",
        "core.pager",
        "pager.diff-index",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.sshCommand",
        "core.editor",
        "core.hooksPath",
    ]:
        git(folder, "config", name, run)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", run)
    monkeypatch.setenv("GIT_PAGER", run)
    monkeypatch.setenv("GIT_TRACE", str(made))
    done = _clean(folder)
    assert done.exit_code == 0, done.output
    assert (folder / "a.md").read_bytes() == KEPT
    assert not made.exists()


def test_settings_that_change_what_git_prints(tmp_path: Path) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    for setting in [
        "color.ui=always",
        "color.diff=always",
        "diff.noprefix=true",
        "diff.context=9",
        "diff.interHunkContext=9",
        "diff.renames=copies",
        "diff.wordRegex=.",
        "core.quotePath=false",
        "diff.algorithm=patience",
        "diff.ignoreSubmodules=all",
        "core.abbrev=4",
    ]:
        git(folder, "config", *setting.split("="))
    stage(folder, {"a.md": NEW.replace(b"gulls", b"seals")})
    assert _clean(folder).exit_code == 0
    assert (folder / "a.md").read_bytes() == KEPT.replace(b"gulls", b"seals")


def test_a_repository_of_somebody_else(tmp_path: Path, as_root: None) -> None:
    folder = new_repository(tmp_path, {"a.md": OLD})
    for path in (folder, folder / ".git"):
        os.chown(path, 65534, 65534)
    done = _clean(folder)
    assert (done.exit_code, "dubious ownership" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_a_submodule_is_another_repository(tmp_path: Path) -> None:
    new_repository(tmp_path / "inner", {"a.md": DIRTY.encode()})
    folder = new_repository(tmp_path / "outer", {"b.md": OLD})
    git(folder, "submodule", "add", "-q", str(tmp_path / "inner"), "inner")
    assert _clean(folder).exit_code == 0
    assert (folder / "inner/a.md").read_bytes() == DIRTY.encode()


def test_only_in_place(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["clean", "--only-added", "-o", str(tmp_path / "out"), str(tmp_path)])
    assert (done.exit_code, "--only-added goes with --in-place" in done.stderr) == (2, True)


def test_what_looks_like_a_header_in_a_hunk() -> None:
    first = [
        b"index 1..2 100644\n",
        b"--- a/x\n",
        b"+++ b/x\n",
        b"@@ -1 +1,2 @@\n",
        b"-index 3..4\n",
        b"+++ b/y\n",
        b"+@@ -1 +9 @@\n",
    ]
    more = [b"@@ -5,0 +7 @@ index\n", b"+x\n", b"@@ -9 +10,0 @@\n", b"-x\n"]
    last = [b"diff --git a/z b/z\n", b"index 5..6\n", b"Binary files a/z and b/z differ\n"]
    assert added_lines([*first, *more, *last]) == {("1", "2"): [(1, 3), (7, 8)]}

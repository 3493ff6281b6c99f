"""What a configuration says, where it is found, and that a hostile one is refused without any effect."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from samples import DIRTY, files_below, write_files

from cleaner.cli import main
from cleaner.readers import WHOLE
from cleaner.site.settings import REASONS, PathSettings, Settings, at, digest, load, matches
from cleaner.span import CleanerError

HERE = Path(__file__).parent
HOSTILE = tomllib.loads((HERE / "hostile_settings.toml").read_text(encoding="utf-8"))["case"]
FULL = """
level = "review"
fields = ["body", "meta.title"]
format = "md"
exclude = ["drafts/", "*.log", "!keep.log"]
ignore = ["promo-tag"]
allow = "site/allow.toml"
baseline = "site/baseline.toml"
spam-phrases = ["buy now"]
honest-phrases = ["casino royale"]

[[per-path]]
paths = ["archive/"]
ignore = ["spam-link"]

[[per-path]]
paths = ["archive/*.html"]
level = "remove"
ignore = []
"""


def _write(folder: Path, files: dict[str, str]) -> None:
    write_files(folder, {name: text.encode() for name, text in files.items()})


def _source(folder: Path, start: str) -> str | None:
    source = load([folder / start]).source
    return None if source is None else source.relative_to(folder).as_posix()


def test_every_key(tmp_path: Path) -> None:
    _write(tmp_path, {"cleaner.toml": FULL})
    root = tmp_path.resolve()
    assert load([tmp_path])._replace(said=()) == Settings(
        root=root,
        source=root / "cleaner.toml",
        allow=root / "site/allow.toml",
        baseline=root / "site/baseline.toml",
        level="review",
        fields=("body", "meta.title"),
        format="md",
        exclude=("drafts/", "*.log", "!keep.log"),
        ignore=("promo-tag",),
        per_path=(
            PathSettings(("archive/",), None, ("spam-link",)),
            PathSettings(("archive/*.html",), "remove", ()),
        ),
        spam_phrases=("buy now",),
        honest_phrases=("casino royale",),
    )


def test_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    root = tmp_path.resolve()
    nothing = Settings(root, None, root / ".cleaner-allow.toml", root / ".cleaner-baseline.toml")
    assert load([Path()]) == load([]) == load([Path("-")]) == load([Path("missing/a.md")]) == nothing
    _write(tmp_path, {"cleaner.toml": FULL})
    assert load([Path()], isolated=True) == nothing._replace(isolated=True)


OURS, OTHERS = "[tool.cleaner]\n", "[tool.black]\n"


@pytest.mark.parametrize(
    ("files", "start", "found"),
    [
        ({"cleaner.toml": "", "a/b/x.md": ""}, "a/b/x.md", "cleaner.toml"),
        ({"cleaner.toml": "", "a/cleaner.toml": "", "a/b/x.md": ""}, "a/b", "a/cleaner.toml"),
        ({"cleaner.toml": "", "pyproject.toml": OURS, ".cleaner.toml": ""}, ".", "cleaner.toml"),
        ({"pyproject.toml": OURS, ".cleaner.toml": ""}, ".", ".cleaner.toml"),
        ({"pyproject.toml": OURS, "a/pyproject.toml": OTHERS}, "a", "pyproject.toml"),
        ({"pyproject.toml": OTHERS}, ".", None),
        ({"pyproject.toml": "no TOML of ours ["}, ".", None),
        ({"pyproject.toml": "# cleaner\n[tool]\n"}, ".", None),
        ({"cleaner.toml": "", "a/.git/HEAD": "", "a/x.md": ""}, "a", None),
        ({"cleaner.toml": "", "a/.git": "gitdir: elsewhere", "a/x.md": ""}, "a", None),
        ({"a/cleaner.toml": "", "a/.git/HEAD": "", "a/x.md": ""}, "a/x.md", "a/cleaner.toml"),
    ],
)
def test_found_upwards(tmp_path: Path, files: dict[str, str], start: str, found: str | None) -> None:
    _write(tmp_path, {".git/HEAD": ""} | files)  # nothing above the test's folder counts
    assert _source(tmp_path.resolve(), start) == found


def test_several_paths_have_what_their_common_folder_has(tmp_path: Path) -> None:
    _write(tmp_path, dict.fromkeys(["cleaner.toml", "a/cleaner.toml", "a/x.md", "a/y.md", "b/z.md"], ""))
    sources = {
        names: load([tmp_path / name for name in names]).source
        for names in (("a/x.md", "a/y.md"), ("a/x.md", "b/z.md"), ("a", "b"))
    }
    root = tmp_path.resolve()
    assert list(sources.values()) == [root / "a/cleaner.toml", root / "cleaner.toml", root / "cleaner.toml"]


def test_a_given_file_is_the_configuration(tmp_path: Path) -> None:
    _write(tmp_path, {"cleaner.toml": "", "etc/mine.toml": 'level = "review"', "etc/pyproject.toml": OTHERS})
    settings = load([tmp_path], tmp_path / "etc/mine.toml")
    assert (settings.level, settings.root) == ("review", tmp_path.resolve() / "etc")
    with pytest.raises(CleanerError, match=r"has no \[tool.cleaner\]"):
        load([tmp_path], tmp_path / "etc/pyproject.toml")
    with pytest.raises(CleanerError, match=r"nowhere.toml: no such file"):
        load([tmp_path], tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("path", "level", "ignore"),
    [
        ("a.md", "review", ("promo-tag",)),
        ("archive/a.md", "review", ("spam-link",)),
        ("archive/old/a.html", "review", ("spam-link",)),
        ("archive/a.html", "remove", ()),
    ],
)
def test_the_last_table_that_matches_wins_for_each_key(
    tmp_path: Path, path: str, level: str, ignore: tuple[str, ...]
) -> None:
    _write(tmp_path, {"cleaner.toml": FULL, path: ""})
    assert at(load([tmp_path]), tmp_path / path) == PathSettings((), level, ignore)


def test_paths_are_known_however_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"cleaner.toml": "", "a/b/x.md": ""})
    (tmp_path / "link").symlink_to("a/b")
    settings = load([tmp_path])
    monkeypatch.chdir(tmp_path / "a")
    written = ["b/x.md", "./b/../b/x.md", "../a/b/x.md", "../link/x.md", str(tmp_path / "a/b/x.md")]
    assert [matches(settings, ["/a/b/x.md"], path) for path in written] == [True] * len(written)
    assert not matches(settings, ["/a/b/x.md"], "x.md")
    assert matches(settings, ["*.md"], tmp_path.parent / "x.md")


def test_the_digest_is_of_what_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    digests = set()
    texts = ["", 'ignore = ["promo-tag"]', 'spam-phrases = ["x"]', 'honest-phrases = ["x"]']
    texts += ['[[per-path]]\npaths = ["a"]\nlevel = "review"', '[[per-path]]\npaths = ["a"]\nignore = []']
    for number, text in enumerate(texts):
        _write(tmp_path, {f"{number}/cleaner.toml": text, f"other/{number}/cleaner.toml": text})
        digests.add(digest(load([tmp_path / str(number)])))
        assert digest(load([tmp_path / str(number)])) == digest(load([tmp_path / "other" / str(number)]))
    assert len(digests) == len(texts)


def test_every_documented_reason_is_known() -> None:
    text = (HERE.parent / "docs" / "reasons.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert set(documented) == set(REASONS)


def test_the_documentation_has_every_key_and_its_example_is_read(tmp_path: Path) -> None:
    text = (HERE.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    _write(
        tmp_path,
        {"cleaner.toml": "unheard-of = 1", "pyproject.toml": re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]},
    )
    with pytest.raises(CleanerError) as unknown:
        load([tmp_path])
    known = str(unknown.value).partition("known are ")[2].split(", ")
    assert known == re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert re.findall('"([a-z]+)"', text.partition("\n| `format` |")[2].partition("|")[0]) == list(WHOLE)
    (tmp_path / "cleaner.toml").unlink()
    settings = load([tmp_path])
    assert (settings.level, settings.per_path[1].ignore) == ("remove", ("promo-tag", "spam-link"))
    levels = {path: at(settings, tmp_path / path).level for path in ("archive/2023/a.md", "archive/2024/a.md")}
    assert levels == {"archive/2023/a.md": "review", "archive/2024/a.md": "remove"}


def _text(case: dict[str, Any]) -> str:
    return re.sub(r"<(.+?)\[(\d+)\]>", lambda found: found[1] * int(found[2]), case["text"], flags=re.DOTALL)


def _hostile(folder: Path, text: str, source: str) -> dict[str, bytes]:
    outside = folder / "outside"
    _write(folder, {"repository/posts/a.md": DIRTY, f"repository/{source}": text, "outside/x.toml": ""})
    (folder / "repository" / "out").symlink_to(outside)
    (folder / "repository" / "link.toml").symlink_to(outside / "x.toml")
    return files_below(folder)


COMMANDS = [
    ["check", "posts"],
    ["clean", "posts", "--in-place"],
    ["clean", "posts", "--in-place", "--no-report"],
    ["clean", "posts", "-o", "clean"],
    ["explain", "posts/a.md"],
    ["config"],
]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["text"][:40])
def test_a_hostile_configuration_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Any) -> None:
    """Promise P24."""
    before = _hostile(tmp_path, _text(case), "cleaner.toml")
    monkeypatch.chdir(tmp_path / "repository")
    for started in ("system", "Popen"):
        monkeypatch.setattr(os if started == "system" else subprocess, started, None)
    for command in COMMANDS:
        done = CliRunner().invoke(main, command)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("cleaner: cleaner.toml: ")
        assert done.stderr.count("\n") == 1
        assert done.stderr.removesuffix("\n").isprintable()
        assert [name for name in case["names"] if name not in done.stderr] == []
        assert files_below(tmp_path) == before


def test_a_key_is_named_by_its_table(tmp_path: Path) -> None:
    _write(tmp_path, {"pyproject.toml": "[tool.cleaner]\nexclud = []\n"})
    with pytest.raises(CleanerError, match=r'/pyproject.toml: tool.cleaner.exclud: unknown, did you mean "exclude"\?'):
        load([tmp_path])
    _write(tmp_path, {"pyproject.toml": "[tool]\ncleaner = 1\n"})
    with pytest.raises(CleanerError, match=r"/pyproject.toml: tool.cleaner: must be a table"):
        load([tmp_path])


@pytest.mark.parametrize("name", ["cleaner.toml", ".cleaner.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("link", "symlink: give the file itself"),
        ("dead link", "symlink: give the file itself"),
        ("folder", "not a regular file"),
        ("pipe", "not a regular file"),
        ("bytes", "not TOML in UTF-8"),
    ],
)
def test_what_is_no_file_of_text_is_no_configuration(tmp_path: Path, name: str, kind: str, problem: str) -> None:
    path = tmp_path / name
    if kind == "link":
        _write(tmp_path, {"real": ""})
        path.symlink_to("real")
    elif kind == "dead link":
        path.symlink_to("nowhere")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"[tool.cleaner]\n# \xff")
    with pytest.raises(CleanerError, match=f"{name}: {problem}"):
        load([tmp_path])
    assert load([tmp_path], isolated=True).source is None


def test_hostile_keys_are_printed_as_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"cleaner.toml": '"\\u001b[2J\\u202e" = 1'})
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["check", "."])
    assert done.stderr.startswith("cleaner: cleaner.toml: \\x1b[2J\\u202e: unknown; known are level, ")


SHOWN = [["config"], ["config", "archive"], ["config", "--level", "remove"], ["config", "--config", "cleaner.toml"]]


@pytest.mark.parametrize("command", SHOWN, ids=" ".join)
def test_what_config_prints_is_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    text = FULL + '[[per-path]]\npaths = ["\\u202e\\u001b \\"\\\\\\\\x", "😀é"]\n'
    _write(tmp_path, {"cleaner.toml": text, "archive/a.md": ""})
    monkeypatch.chdir(tmp_path)
    expected = load([tmp_path])
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, done.stderr) == (0, "")
    (tmp_path / "cleaner.toml").write_text(done.stdout, encoding="utf-8")
    if "--level" in command:
        tables = tuple(table._replace(level=None) for table in expected.per_path)
        expected = expected._replace(level="remove", per_path=tables)
    assert load([tmp_path])._replace(said=()) == expected._replace(said=())
    assert done.stdout.replace("\n", "").isprintable()

"""Exceptions: keys that outlive wrapping, hosts that cannot be disguised, files that are read with suspicion."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY, SPAM, write_files
from test_properties import any_text

from cleaner.cli import main
from cleaner.site import allow, baseline, datafile, ledger
from cleaner.site.allow import for_domain, for_path, for_text
from cleaner.site.hosts import hosts_in
from cleaner.site.keys import key_of, normalised
from cleaner.site.names import below, written
from cleaner.site.settings import load
from cleaner.span import CleanerError

PLAIN_KEY = "00000000000000ff"


@given(any_text, st.sampled_from(["\n", "\r\n", " ", "\t", "\u3000", "\u200b", "\u2028", ""]))
def test_a_text_wrapped_anew_has_the_same_key(text: str, gap: str) -> None:
    assert key_of(gap.join(text.split())) == key_of(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Casino Royale", "  CASINO\n\troyale"),
        ("ｃａｓｉｎｏ", "casino"),
        ("🔖 Casino Royale", "Casino Royale |"),
        ("<p>Casino</p>", "Casino"),
        ("nai\u0308ve", "na\u00efve"),
        ("Straße", "STRASSE"),
        ("爱上海龙凤", "爱上\n海龙凤"),
    ],
)
def test_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Casino Royale", "Casino Royal"),
        ("casino", "c4sino"),
        ("casino", "cаsino"),
        ("[Casino](https://example.org)", "[Casino](https://example.com)"),
        ("<a href='//a.example'>Casino</a>", "Casino"),
        ("!!!", "???"),
    ],
)
def test_two_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_the_key_is_what_is_documented() -> None:
    """It stands in files that people check in: it must never change."""
    assert normalised("• Ｃａｓｉｎｏ\r\n  Royale!") == "casinoroyale"
    assert key_of("Casino Royale") == "693c16a180c9504e"


COVERED = [
    "[a](https://example.org/b) and [c](http://www.example.org/d.e)",
    "<a href='//EXAMPLE.org./x'>casino</a>",
    "example.org",
    "https://user:pass@example.org:8080/other.example/x",
    "https://ex\u00e4mple.example.org/",
]
NOT_COVERED = [
    "no address at all",
    "https://example.org.evil.example/",
    "https://anexample.org/",
    "https://example.org@evil.example/",
    "https://example.org%40evil.example/",
    "https://example.org and evil.example",
    "https://example.org/a,https://evil.example/",
    "https://example.org/?to=https://evil.example/",
    "https:\\\\evil.example\\ https://example.org",
    "http&#58;//evil.example https://example.org",
    "<a href=//evil.example>https://example.org</a>",
    "https://example.org mailto:a@example.org",
    "https://example.org javascript:x",
    "ｈttps://ｅvil.example https://example.org",
]


@pytest.mark.parametrize(("text", "is_covered"), [(t, True) for t in COVERED] + [(t, False) for t in NOT_COVERED])
def test_a_domain_covers_what_leads_there_only(text: str, is_covered: bool) -> None:
    rules = allow.rules(load([], isolated=True), [for_domain("example.org")])("a.md")
    assert bool(rules.covering(text)) == is_covered, hosts_in(text)


@pytest.mark.parametrize(
    "name", ["", "org", "co.uk", "https://example.org", "example.org/path", "127.0.0.1", "*.org", "a b.c"]
)
def test_no_domain_of_one_owner(name: str) -> None:
    with pytest.raises(CleanerError):
        for_domain(name)


def test_an_entry_may_be_limited_to_paths(tmp_path: Path) -> None:
    settings = load([tmp_path], isolated=True)._replace(root=tmp_path)
    (tmp_path / "posts").mkdir()
    rules = allow.rules(settings, [for_text("Casino")._replace(path="posts/*.md"), for_path("/old/")])
    held = {
        name: len(rules(str(tmp_path / name)).covering("casino")) for name in ("posts/a.md", "posts/a.txt", "old/a.md")
    }
    assert held == {"posts/a.md": 1, "posts/a.txt": 0, "old/a.md": 1}


@given(st.lists(st.tuples(any_text, any_text), max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("allow") / "allow.toml"
    entries = [for_text(text, why) for text, why in pairs if normalised(text)]
    datafile.save(path.parent, path, allow.dump(entries))
    assert allow.load(path) == sorted(set(entries))
    assert all(line.isprintable() for line in path.read_text(encoding="utf-8").split("\n"))


def test_the_file_does_not_depend_on_the_order() -> None:
    entries = [for_text("b"), for_domain("a.example"), for_text("a"), for_path("x/*"), for_domain("b.example")]
    assert allow.dump(entries) == allow.dump(entries[::-1])
    assert all(allow.dump(entries).count(entry.value) == 1 for entry in entries)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("text = 1", "text: must be an array of tables"),
        ("text = [1]", r"text\[0\]: must be a table of strings"),
        ('text = [{ key = "00" }]', r"text\[0\]: key: must be 16 hexadecimal digits"),
        ('text = [{ hint = "x" }]', r"text\[0\]: key: is missing"),
        ('text = [{ key = "00000000000000ff", line = "3" }]', "line: unknown; known are key, hint, path, why"),
        ('texts = [{ key = "00000000000000ff" }]', "texts: unknown"),
        ('domain = [{ name = "org" }]', r"domain\[0\]: org: not a domain"),
        ('path = [{ pattern = "!x" }]', r"path\[0\]: '!x': takes back"),
        ('why = "\\ud800"', "not TOML"),
        ("x = " + "[" * 5000, "not TOML"),
        ("a." * 100_000 + "b = 1", "more than 200 dots"),
        ("\ud800", "not TOML in UTF-8"),
    ],
)
def test_a_wrong_allow_file(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "allow.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(CleanerError, match=problem):
        allow.load(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("findings = 1", "must be a table"),
        ("[findings]\n'a.md' = 1", "a.md: must be an array of keys"),
        ("[findings]\n'a.md' = ['xyz']", "a.md: must be an array of keys"),
        ("[found]", "found: unknown"),
    ],
)
def test_a_wrong_baseline(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CleanerError, match=problem):
        baseline.load(path)


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    name = written("odd \udce9\n\"%'é\u202e.md")
    accepted = {name: Counter({PLAIN_KEY: 3}), "a.md": Counter({PLAIN_KEY: 1})}
    datafile.save(tmp_path, path, baseline.dump(accepted))
    assert baseline.load(path) == accepted


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "outside.toml").write_text("")
    (root / "link.toml").symlink_to(tmp_path / "outside.toml")
    for name in ("folder/a.toml", "link.toml", "../a.toml"):
        with pytest.raises(CleanerError, match="not written"):
            datafile.save(root, root / name, "x")
    with pytest.raises(CleanerError, match="symlink"):
        datafile.load(root / "link.toml")
    assert (tmp_path / "outside.toml").read_text() == ""
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "folder",
        "link.toml",
        "outside",
        "outside.toml",
        "root",
    ]


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"text": 1}', '"x"', "[" * 9999, "\0"])
def test_a_report_is_not_believed(tmp_path: Path, line: str) -> None:
    (tmp_path / "removals.jsonl").write_text('{"text": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(CleanerError, match="line 2 is no finding"):
        list(ledger.texts(tmp_path))


def test_names_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    names = ["real/a.md", "link/a.md", "real/../b.md", "../c.md", ""]
    assert [below(tmp_path, name and str(tmp_path / name)) for name in names] == [
        "real/a.md",
        "real/a.md",
        "b.md",
        "",
        "",
    ]


def test_a_finding_is_selected_by_its_number_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    other = "best online casino no deposit bonus real money slots"
    write_files(tmp_path, {"in/a.txt": DIRTY.encode(), "in/b.txt": ARTICLE.replace("\n\n", f"\n{other}\n\n").encode()})
    run = CliRunner().invoke
    assert run(main, ["clean", "in", "-o", "out", "-q"]).exit_code == 0
    page = (tmp_path / "out-report" / "index.html").read_text(encoding="utf-8")
    found = [
        json.loads(line)["text"].strip() for line in (tmp_path / "out-report" / "removals.jsonl").open(encoding="utf-8")
    ]
    numbered = dict(re.findall(r"<tr><td>([0-9]+)</td>.*?<del>(.*?)</del>", page))
    assert {SPAM, other} <= set(found)
    assert list(numbered) == [str(number) for number in range(1, len(found) + 1)]
    for number, text in zip(numbered, found, strict=True):
        assert text in numbered[number]
        assert text in run(main, ["allow", "--from", "out-report", "--select", number]).stdout

"""What `check` prints for programs: each form is read back, checked against its schema, and undoes the injection."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft4Validator, Draft202012Validator
from samples import ARTICLE, DIRTY, ROOT, SPAM, write_files

from cleaner.cli import main
from cleaner.report import forms, reasons
from cleaner.report.quote import quote

UNDECODABLE = os.fsdecode(b"caf\xe9.md")
INLINE = "The ferry leaves at seven and [cheap viagra online][1] nobody hurries on board.\n\n[1]: http://cheap-viagra-online.top/\n"
FILES = {
    "in/a.txt": DIRTY.encode(),
    "in/b.txt": ARTICLE.encode(),
    "in/bom.md": b"\xef\xbb\xbf" + (SPAM + "\n" + ARTICLE).encode(),
    "in/crlf.txt": DIRTY.replace("\n", "\r\n").encode(),
    "in/c.jsonl": json.dumps({"id": 1, "text": ARTICLE}).encode()
    + b"\n"
    + json.dumps({"id": 2, "text": DIRTY}).encode(),
    "in/d.csv": f'id,text\n1,"{ARTICLE}"\n2,"{DIRTY}"\n'.encode(),
    f"in/{UNDECODABLE}": DIRTY.encode(),
    "in/:: 50%,x\n.txt": DIRTY.encode(),
    "in/hostile.txt": DIRTY.replace("龙凤", "\x1b[2J\u202e龙`凤`[x](y)").encode(),
    "in/last.txt": f"{ARTICLE}{SPAM}".encode(),
    "in/u16.txt": b"\xff\xfe" + DIRTY.encode("utf-16-le"),
}
JSON_FORMS = ("json", "sarif", "gitlab", "rdjson")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _check(form: str, *paths: str, code: int = 1) -> Result:
    done = CliRunner().invoke(main, ["check", "--output-format", form, *(paths or ("in",))])
    assert done.exit_code == code, done.output
    return done


def _rows(form: str, output: str) -> list[Any]:
    if form == "json":
        return [json.loads(line) for line in output.splitlines()]
    data = json.loads(output)
    return {"sarif": lambda: data["runs"][0]["results"], "gitlab": lambda: data, "rdjson": lambda: data["diagnostics"]}[
        form
    ]()


@pytest.mark.parametrize("form", forms.NAMES)
def test_the_same_every_time(folder: Path, form: str) -> None:
    assert _check(form).stdout_bytes == _check(form, str(folder / "in")).stdout_bytes


@pytest.mark.parametrize("form", set(forms.NAMES) - {"diff"})
def test_nothing_in_it_does_anything(folder: Path, form: str) -> None:
    lines = _check(form).stdout_bytes.decode("utf-8").splitlines()
    if form == "github":
        lines = [re.sub("^::(notice|warning) ", "", line) for line in lines]
    assert [line for line in lines if quote(line) != line] == []


@pytest.mark.parametrize("form", JSON_FORMS)
def test_as_many_as_there_are(folder: Path, form: str) -> None:
    done = _check(form)
    assert len(_rows(form, done.stdout)) == 10
    assert done.stderr == "10 findings in 10 of 11 files\n"


@pytest.mark.parametrize("form", JSON_FORMS)
@pytest.mark.parametrize("path", ["in/b.txt", "empty.txt"])
def test_nothing_found(folder: Path, form: str, path: str) -> None:
    (folder / "empty.txt").touch()
    assert _rows(form, _check(form, path, code=0).stdout) == []


@pytest.mark.parametrize("form", ["text", "github", "diff"])
def test_nothing_said_of_nothing(folder: Path, form: str) -> None:
    assert _check(form, "in/b.txt", code=0).stdout == ""


def test_json_is_what_the_schema_says_and_what_the_ledger_has(folder: Path) -> None:
    schema = json.loads((ROOT / "docs/schemas/finding.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    rows = _rows("json", _check("json").stdout)
    for row in rows:
        Draft202012Validator(schema | {"additionalProperties": False}).validate(row)
    CliRunner().invoke(main, ["clean", "in", "-o", "out"])
    ledger = [json.loads(line) for line in (folder / "out-report/removals.jsonl").read_bytes().splitlines()]
    assert [row | {"path": row["path"].removeprefix("in/")} for row in rows] == ledger


def test_json_covers_what_a_finding_may_have(folder: Path) -> None:
    named = set(json.loads((ROOT / "docs/schemas/finding.schema.json").read_bytes())["properties"])
    assert set().union(*_rows("json", _check("json").stdout)) == named


def _sarif(*paths: str, code: int = 1) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(_check("sarif", *paths, code=code).stdout)
    schema = json.loads((ROOT / "tests/schemas/sarif-2.1.0-rtm.5.json").read_bytes())
    Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER).validate(log)
    return log


@pytest.mark.parametrize(("paths", "code"), [(["in"], 1), (["in/b.txt"], 0), (["in", "image.png"], 3)])
def test_sarif_is_valid(folder: Path, paths: list[str], code: int) -> None:
    (folder / "image.png").touch()
    [run] = _sarif(*paths, code=code)["runs"]
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == (["1 × format: no reader for it"] if code == 3 else [])
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(reasons.REASONS)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_says_where_what_was_skipped_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = b'{"text": "An honest line."}\n{"text":\n'
    files = {"a.jsonl": broken, "b.jsonl.gz": gzip.compress(broken), "c.bin": b"", "d.txt": b"a\0b"}
    write_files(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    [invocation] = _sarif(".", code=3)["runs"][0]["invocations"]
    seen = []
    for note in invocation["toolExecutionNotifications"]:
        [place] = [one["physicalLocation"] for one in note.get("locations", [])] or [{}]
        file, line = place.get("artifactLocation", {}).get("uri"), place.get("region", {}).get("startLine")
        seen.append((file, line, note["message"]["text"]))
    assert seen == [
        ("a.jsonl", 2, "skipped: invalid JSON"),
        ("b.jsonl.gz", None, "skipped: invalid JSON"),
        ("d.txt", None, "skipped: binary: it holds NUL bytes"),
        (None, None, "1 × format: no reader for it"),
    ]


def _without(content: Any, cuts: list[tuple[tuple[int, int], tuple[int, int]]]) -> Any:
    """Text or bytes without what stands between lines and columns."""
    newline = "\n" if isinstance(content, str) else b"\n"
    begins = [0]
    for line in content.split(newline):
        begins.append(begins[-1] + len(line) + 1)
    for (first, start), (last, end) in sorted(cuts, reverse=True):
        content = content[: begins[first - 1] + start - 1] + content[begins[last - 1] + end - 1 :]
    return content


def test_sarif_fixes_give_what_clean_gives(folder: Path) -> None:
    CliRunner().invoke(main, ["clean", "in", "-o", "out"])
    cuts: dict[str, list[Any]] = {}
    for result in _sarif()["runs"][0]["results"]:
        for fix in result.get("fixes", []):
            [change] = fix["artifactChanges"]
            name = os.fsdecode(unquote_to_bytes(change["artifactLocation"]["uri"]))
            [region] = [replacement["deletedRegion"] for replacement in change["replacements"]]
            edges = [(region[f"{edge}Line"], region[f"{edge}Column"]) for edge in ("start", "end")]
            cuts.setdefault(name, []).append(edges)
    assert set(cuts) == set(FILES) - {"in/b.txt", "in/u16.txt"}
    for name in cuts:
        clean = (folder / "out" / name.removeprefix("in/")).read_bytes().decode("utf-8-sig")
        assert _without(FILES[name].decode("utf-8-sig"), cuts[name]) == clean


def test_sarif_texts_hold_no_links(folder: Path) -> None:
    texts = [result["message"]["text"] for result in _sarif("in/hostile.txt")["runs"][0]["results"]]
    assert texts
    assert not any(re.search(r"(?<!\\)\[", text) for text in texts)


def test_rdjson_suggestions_give_what_clean_gives(folder: Path) -> None:
    CliRunner().invoke(main, ["clean", "in", "-o", "out"])
    cuts: dict[str, list[Any]] = {}
    for item in _rows("rdjson", _check("rdjson").stdout):
        for suggestion in item.get("suggestions", []):
            assert suggestion["text"] == ""
            places = [suggestion["range"][edge] for edge in ("start", "end")]
            cuts.setdefault(item["location"]["path"], []).append([(place["line"], place["column"]) for place in places])
    del cuts["in/caf\ufffd.md"]
    assert set(cuts) == set(FILES) - {"in/b.txt", "in/u16.txt", f"in/{UNDECODABLE}"}
    for name in cuts:
        assert _without(FILES[name], cuts[name]) == (folder / "out" / name.removeprefix("in/")).read_bytes()


def test_rdjson_comments_name_nobody(folder: Path) -> None:
    messages = [item["message"] for item in _rows("rdjson", _check("rdjson", "in/hostile.txt").stdout)]
    assert any("`" in message for message in messages)
    for message in messages:
        fence, text = re.fullmatch(r"[^`]*?: (`+) ?([^`].*?) ?\1", message).groups()  # type: ignore[union-attr]
        assert fence not in text


def test_gitlab_fingerprints(folder: Path) -> None:
    issues = _rows("gitlab", _check("gitlab").stdout)
    assert all(set(issue) == {"description", "check_name", "fingerprint", "severity", "location"} for issue in issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert all(re.fullmatch("[0-9a-f]{32}", issue["fingerprint"]) for issue in issues)


def test_gitlab_fingerprints_stay_when_lines_move(folder: Path) -> None:
    twice = DIRTY + "\nThe last boat goes back at nine, and nobody has ever missed it twice.\n" + SPAM + "\n"
    (folder / "in/a.txt").write_text(twice, encoding="utf-8")
    before = _rows("gitlab", _check("gitlab", "in/a.txt").stdout)
    (folder / "in/a.txt").write_text("A new first line about the harbour and its boats.\n" + twice, encoding="utf-8")
    after = _rows("gitlab", _check("gitlab", "in/a.txt").stdout)
    assert len(before) == 2
    assert [issue["fingerprint"] for issue in before] == [issue["fingerprint"] for issue in after]
    assert [issue["location"]["lines"]["begin"] for issue in before] != [i["location"]["lines"]["begin"] for i in after]


_ANNOTATION = re.compile(r"::(warning|notice) ((?:\w+=[^,:\n]*,)*\w+=[^,:\n]*)::([^\n]*)\n")


def _decoded(text: str) -> str:
    return re.sub("%(0D|0A|3A|2C|25)", lambda match: chr(int(match[1], 16)), text)


def _annotations(output: str) -> list[tuple[str, dict[str, str], str]]:
    """Annotations as the runner reads them."""
    found = []
    for match in _ANNOTATION.finditer(output):
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        found.append((match[1], {key: _decoded(value) for key, value in pairs.items()}, _decoded(match[3])))
    return found


def test_github_reads_its_annotations(folder: Path) -> None:
    output = _check("github").stdout
    found = _annotations(output)
    assert len(found) == output.count("\n") == 10
    assert {"file": "in/a.txt", "line": "4", "col": "1", "title": "cleaner: promo-line"} in [
        pairs for _, pairs, _ in found
    ]
    assert "in/:: 50%,x\n.txt" in [pairs["file"] for _, pairs, _ in found]


def test_github_shows_ten_files_and_counts_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(
        tmp_path, {f"{number:02}.txt": (DIRTY + DIRTY if number == 12 else DIRTY).encode() for number in range(13)}
    )
    monkeypatch.chdir(tmp_path)
    output = _check("github", ".").stdout
    found = _annotations(output)
    assert len(found) == 10
    assert [pairs["title"] for _, pairs, _ in found if pairs["file"] == "12.txt"] == ["cleaner: 2 findings"]
    assert output.endswith("cleaner: 3 more findings in 3 more files\n")


def test_the_diff_is_taken_by_git(folder: Path) -> None:
    CliRunner().invoke(main, ["clean", "in", "-o", "out"])
    patch = _check("diff").stdout_bytes
    subprocess.run(["git", "apply", "-"], input=patch, cwd=folder, check=True)
    assert all((folder / name).read_bytes() == (folder / "out" / name[3:]).read_bytes() for name in FILES)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("in/c.jsonl", (2, FILES["in/c.jsonl"].split(b"\n")[1].index(b"\\u7231") + 1)),
        ("in/d.csv", (13, 1)),
        ("in/a.txt", (4, 1)),
        ("in/bom.md", (1, 1)),
        ("in/last.txt", (8, 1)),
        ("in/u16.txt", (4, 1)),
    ],
)
def test_places_are_those_of_the_file(folder: Path, name: str, place: tuple[int, int]) -> None:
    [result] = _sarif(name)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == place
    assert _check("text", name).stdout.startswith(f"{name}:{place[0]}:{place[1]}: ")


def test_records_are_named(folder: Path) -> None:
    [issue] = _rows("gitlab", _check("gitlab", "in/c.jsonl").stdout)
    assert issue["location"]["lines"]["begin"] == 2
    assert issue["description"].endswith(" in record 2, field text")
    [result] = _sarif("in/d.csv")["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "2/text"}]


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {}, False),
    ],
)
def test_colour(folder: Path, options: list[str], environment: dict[str, str], is_coloured: bool) -> None:
    done = CliRunner().invoke(main, ["check", "in/hostile.txt", *options], env=environment, color=True)
    assert ("\x1b[7m" in done.stdout) == is_coloured
    assert ("⟦" in done.stdout) != is_coloured
    assert "\x1b[2J" not in done.stdout


def test_colour_of_terminals(folder: Path) -> None:
    def on_terminal(*arguments: str, **environment: str) -> str:
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "cleaner", "check", "--quiet", *arguments]
        clear = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
        subprocess.run(command, env=clear | {"PYTHONPATH": str(ROOT)} | environment, stdout=theirs, check=False)
        shown = os.read(ours, 1 << 16).decode()
        os.close(theirs)
        os.close(ours)
        return shown

    assert "\x1b[7m" in on_terminal("in/a.txt", TERM="xterm")
    assert "\x1b" not in on_terminal("in/a.txt", TERM="xterm", NO_COLOR="1")
    assert "\x1b" not in on_terminal("in/a.txt", TERM="dumb")
    diff = on_terminal("in/hostile.txt", "--output-format", "diff", TERM="xterm")
    assert "\\x1b[2J" in diff
    assert "\x1b" not in diff


@pytest.mark.parametrize("form", ["sarif", "gitlab", "rdjson"])
def test_whole_when_it_is_stopped(tmp_path: Path, form: str) -> None:
    lines = json.dumps({"text": DIRTY}) + "\n" + f"{json.dumps({'text': ARTICLE})}\n" * 15_000
    (tmp_path / "a.jsonl").write_text(lines)
    command = [sys.executable, "-m", "cleaner", "check", "--output-format", form, "a.jsonl"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    head = b""
    while b"Injected" not in head:
        head += process.stdout.read(1)
    time.sleep(0.3)  # it may still be writing that
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert len(_rows(form, (head + rest).decode())) == 1
    if form == "sarif":
        assert json.loads(head + rest)["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_no_place_in_what_is_compressed(folder: Path) -> None:
    (folder / "in/a.txt.gz").write_bytes(gzip.compress(DIRTY.encode()))
    assert _check("text", "in/a.txt.gz").stdout.startswith("in/a.txt.gz:4:1: removed")
    [result] = _sarif("in/a.txt.gz")["runs"][0]["results"]
    assert set(result["locations"][0]["physicalLocation"]) == {"artifactLocation"}
    assert "fixes" not in result
    [item] = _rows("rdjson", _check("rdjson", "in/a.txt.gz").stdout)
    assert set(item["location"]) == {"path"}
    assert "suggestions" not in item
    [(_, pairs, _)] = _annotations(_check("github", "in/a.txt.gz").stdout)
    assert set(pairs) == {"file", "title"}


def test_a_file_that_breaks_off_has_no_diff(folder: Path) -> None:
    rows = "".join(f'{number},"{DIRTY}"\n' for number in range(3))
    (folder / "a.csv.gz").write_bytes(gzip.compress(f"id,text\n{rows}".encode())[:-9])
    done = _check("diff", "a.csv.gz", code=3)
    assert done.stdout == ""
    assert "a.csv.gz: skipped: " in done.stderr


def test_every_reason_is_described_and_documented() -> None:
    table = (ROOT / "docs/reasons.md").read_text(encoding="utf-8").partition("`trade`")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == list(reasons.REASONS)

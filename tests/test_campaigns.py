"""What documents of a run have in common: counted once, then the same for every document, worker and order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import ARTICLE, files_below, write_files

from cleaner import Cleaner, model
from cleaner.campaigns import RULES, Census, Rule, raised
from cleaner.cli import main
from cleaner.decide import ALLOWED, REMOVED, REVIEW
from cleaner.document import UNCHANGED, Outcome, identity, process
from cleaner.engine import survey
from cleaner.evidence import ELSEWHERE
from cleaner.judge import judge
from cleaner.readers import Document
from cleaner.span import Span
from cleaner.wording import key_of

TERM = "cheap replica watches"
PLAIN = ARTICLE.replace("Fishermen load", f"{TERM}\nFishermen load")
DOUBTFUL = ARTICLE.replace("islands\n", f"islands {TERM}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Cheap  replica watches",
        "• cheap replica watches!",
        "[cheap replica watches](https://a.example/b)",
        "сhеар replica watсhеs",
        "cheap rep\u200blica watches https://a.example",
        "ｃｈｅａｐ replica watches",
    ],
)
def test_one_text_has_one_key(text: str) -> None:
    assert key_of(text) == key_of(TERM) != ""


@pytest.mark.parametrize("text", ["cheap watches", "cheap replica watches now", "", "→", "https://a.example"])
def test_other_texts_have_other_keys(text: str) -> None:
    assert key_of(text) != key_of(TERM)


def test_addresses_alone_have_keys_of_their_own() -> None:
    assert len({key_of("https://a.example"), key_of("https://b.example"), ""}) == 3


def _span(action: str, key: str = "k") -> Span:
    return Span(0, 1, 0.9, "promo-line", "replica", (), action, key)


@pytest.mark.parametrize(
    ("documents", "is_campaign"),
    [
        ([[REMOVED]], False),
        ([[REMOVED, REMOVED, REMOVED]], False),  # one document
        ([[REMOVED], [REMOVED]], True),
        ([[REMOVED], [REVIEW]], False),
        ([[ALLOWED], [ALLOWED], [ALLOWED]], False),
        ([[REVIEW], [REVIEW], [REVIEW]], False),
        ([[REMOVED], [REMOVED], [REVIEW], [REVIEW], [REVIEW], [REVIEW]], True),
        ([[REMOVED], [REMOVED], *[[REVIEW]] * 5], False),  # a line of the publisher's, cut by mistake twice
        ([[REMOVED, REVIEW], [REMOVED, REVIEW]], True),
    ],
)
def test_a_campaign_is_cut_from_several_documents_and_mostly(documents: list[list[str]], is_campaign: bool) -> None:
    census = Census()
    for actions in documents:
        census.add([_span(action) for action in actions])
    assert bool(census.campaigns()) == is_campaign


@pytest.mark.parametrize(
    ("key", "score", "is_campaign"),
    [("cheapwatches", 0.9, True), ("cheapwatches", 0.89, False), ("watches", 0.99, False), ("龙凤论坛", 0.95, True)],
)
def test_a_telling_text_cut_for_sure_from_one_document_is_one_where_another_is_doubtful(
    key: str, score: float, is_campaign: bool
) -> None:
    census = Census()
    census.add([_span(REMOVED, key)._replace(score=score)])
    assert census.campaigns() == ()
    census.add([_span(REVIEW, key)._replace(score=0.1)])
    assert census.campaigns() == ((key,) if is_campaign else ())
    for _ in range(2):
        census.add([_span(REVIEW, key)._replace(score=0.1)])
    assert census.campaigns() == ()  # one of four


def test_the_first_look_sees_all_that_may_be_raised_and_cuts_what_is_sure(cleaner: Cleaner) -> None:
    review, remove = cleaner.model.review, cleaner.model.remove
    counting = Cleaner(level="review").counting()
    assert counting.model.review == RULES[0].lowest < review
    for text in (PLAIN, DOUBTFUL):
        for span in counting.find(text):
            assert span.action == (REMOVED if span.score >= remove else REVIEW)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("campaigns", [(), (key_of(TERM),)])
def test_where_nothing_was_found_is_not_judged_again(
    cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch, campaigns: tuple[str, ...]
) -> None:
    page = f"<html><body><p>{ARTICLE}</p></body></html>".encode()
    documents = [Document(ARTICLE.encode(), "txt", path="a.txt"), Document(page, "html", path="b.html")]
    assert not any(outcome.findings for outcome in process(documents, cleaner.counting()))
    again = cleaner.knowing(campaigns, map(identity, documents))
    judged: list[str] = []
    monkeypatch.setattr("cleaner.api.judge", lambda texts, *_: [judged.append(text) or [] for text in texts])
    for outcome, document in zip(process(documents, again), documents, strict=True):
        assert outcome == Outcome(UNCHANGED, "", document.data, (), ())
    assert judged == []
    with_term = Document(DOUBTFUL.encode(), "txt", path="a.txt")
    others = [documents[0]._replace(path="c.txt"), documents[0]._replace(format="md"), with_term]
    process(others, again)
    assert len(judged) == 3
    process([with_term], cleaner.knowing(campaigns, [identity(with_term)]))
    assert len(judged) == 3 + len(campaigns)  # a campaign stands in it


def test_what_is_cut_in_one_place_of_a_document_counts_in_the_others(cleaner: Cleaner) -> None:
    """Inside sentences some are doubtful by themselves; each text has what it has on its own."""
    words = ARTICLE.split(" ")
    for at in range(len(words) - 2, 2, -5):
        words.insert(at, "cheap essay writers")
    text = " ".join(words)
    alone = [item for item in judge([text], cleaner.model, [[]])[0] if item.probability >= cleaner.model.remove]
    cleaned = cleaner.clean(text)
    assert len(cleaned.cuts) > len(alone) > 0
    assert cleaner.clean(cleaned.text).text == cleaned.text
    assert any(name == ELSEWHERE for span in cleaned.spans for name, _ in span.evidence)
    assert cleaner.clean_many([ARTICLE, text, PLAIN], ["txt"] * 3)[1] == cleaned


def test_an_article_on_the_subject_may_say_the_same(cleaner: Cleaner) -> None:
    text = PLAIN.replace(TERM, "casino bonus offers")
    start = text.index("casino bonus offers")
    [[best, *_]] = judge([PLAIN], cleaner.model, [[]])
    item = best._replace(start=start, end=start + len("casino bonus offers"), probability=0.3)
    campaigns = frozenset([key_of("casino bonus offers")])
    assert raised(text, [item], campaigns, cleaner.model) != [item]
    assert raised(f"{text}Two casinos closed, and no casino opened.", [item], campaigns, cleaner.model) == [item]


def test_what_has_no_key_is_no_campaign() -> None:
    census = Census()
    for _ in range(3):
        census.add([_span(REMOVED, "")])
    assert census.campaigns() == ()


@pytest.mark.parametrize(("term", "rule"), list(zip((TERM, "casino"), RULES, strict=True)))
def test_only_what_is_doubtful_by_itself_is_raised(cleaner: Cleaner, term: str, rule: Rule) -> None:
    text = PLAIN.replace(TERM, term)
    start = text.index(term)
    [[best, *_]] = judge([PLAIN], cleaner.model, [[]])
    best = best._replace(start=start, end=start + len(term))
    for before in (0.0, rule.lowest - 0.01, rule.lowest, 0.3, cleaner.model.remove, 0.999):
        [after] = raised(text, [best._replace(probability=before)], frozenset([key_of(term)]), cleaner.model)
        is_doubtful = rule.lowest <= before < cleaner.model.remove
        assert (after.probability > before) == is_doubtful == (after.elsewhere == rule.weight / cleaner.model.slope)
    assert raised(text, [best._replace(probability=0.3)], frozenset(), cleaner.model)[0].probability == 0.3


def _score(cleaner: Cleaner, text: str) -> float:
    return max((span.score for span in cleaner.find(text) if text[span.start : span.end].strip() == TERM), default=0.0)


@pytest.fixture
def strict(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cleaner cuts TERM on a line of its own, and doubts it behind a title: its threshold lies between them."""
    low, high = _score(cleaner, DOUBTFUL), _score(cleaner, PLAIN)
    assert cleaner.model.review <= low < high
    changed = cleaner.model._replace(remove=(low + high) / 2)
    monkeypatch.setattr(model, "load", lambda folder=None: changed)


def _run(folder: Path, *arguments: str) -> int:
    command = ["clean", str(folder / "in"), "-o", str(folder / "out"), "-q", *(arguments or ("-j", "1"))]
    return CliRunner().invoke(main, command).exit_code


FOLDER = {"a.txt": PLAIN, "b.txt": DOUBTFUL, "c.txt": PLAIN, "d.txt": ARTICLE}
DATA = {name: text.encode() for name, text in FOLDER.items()}


@pytest.mark.usefixtures("strict")
def test_what_is_spam_in_two_documents_is_cut_from_a_third(tmp_path: Path) -> None:
    write_files(tmp_path / "in", DATA)
    assert _run(tmp_path) == 0
    out = files_below(tmp_path / "out")
    assert set(out.values()) == {ARTICLE.encode()}
    rows = [json.loads(line) for line in (tmp_path / "out-report" / "removals.jsonl").read_bytes().splitlines()]
    [row] = [row for row in rows if row["path"] == "b.txt"]
    assert row["evidence"][0][0] == "the same text is spam elsewhere"
    summary = json.loads((tmp_path / "out-report" / "summary.json").read_bytes())
    assert summary["campaigns"] == [key_of(TERM)]


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("is_sure", [True, False])
def test_one_other_document_is_enough_if_it_is_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_sure: bool
) -> None:
    monkeypatch.setattr("cleaner.campaigns.SURE", 0.0 if is_sure else 2.0)
    write_files(tmp_path / "in", {name: DATA[name] for name in ("a.txt", "b.txt", "d.txt")})
    assert _run(tmp_path) == 0
    assert files_below(tmp_path / "out")["b.txt"] == (ARTICLE.encode() if is_sure else DATA["b.txt"])


@pytest.mark.usefixtures("strict")
def test_records_of_one_file_are_documents(tmp_path: Path) -> None:
    lines = [json.dumps({"text": text}) for text in FOLDER.values()]
    write_files(tmp_path / "in", {"all.jsonl": "\n".join(lines).encode()})
    assert _run(tmp_path) == 0
    out = files_below(tmp_path / "out")["all.jsonl"].splitlines()
    assert [json.loads(line)["text"] for line in out] == [ARTICLE] * 4


@pytest.mark.usefixtures("strict")
def test_the_first_look_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MOST_BYTES", 1)
    monkeypatch.setattr("cleaner.engine.batch.BATCH_BYTES", len(DATA["a.txt"]))
    write_files(tmp_path / "in", DATA)
    assert _run(tmp_path) == 0
    assert files_below(tmp_path / "out")["b.txt"] == DATA["b.txt"]


@pytest.mark.usefixtures("strict")
def test_a_second_run_takes_all_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "in", DATA)
    assert _run(tmp_path) == 0
    before = files_below(tmp_path / "out"), files_below(tmp_path / "out-report")
    with monkeypatch.context() as patch:
        patch.setattr("cleaner.engine.workers.process", None)  # nothing may be judged
        patch.setattr("cleaner.engine.tree.first_look", None)
        assert _run(tmp_path) == 0
    assert (files_below(tmp_path / "out"), files_below(tmp_path / "out-report")) == before


@pytest.mark.usefixtures("strict")
def test_a_new_file_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.campaigns.SURE", 2.0)
    write_files(tmp_path / "in", {name: DATA[name] for name in ("a.txt", "b.txt", "d.txt")})
    assert _run(tmp_path) == 0
    write_files(tmp_path / "in", {"c.txt": DATA["c.txt"]})
    assert _run(tmp_path) == 0
    assert set(files_below(tmp_path / "out").values()) == {ARTICLE.encode()}


@pytest.mark.usefixtures("strict")
def test_in_place_it_goes_on_with_what_was_counted_first(tmp_path: Path) -> None:
    """The files that were cut from are clean by then: counted again, there would be no campaign."""
    write_files(tmp_path / "in", DATA)
    command = ["clean", str(tmp_path / "in"), "--in-place", "--report", str(tmp_path / "report"), "-q", "-j", "1"]
    assert CliRunner().invoke(main, command).exit_code == 0
    write_files(tmp_path / "in", {"e.txt": DOUBTFUL.encode()})
    assert CliRunner().invoke(main, [*command, "--resume"]).exit_code == 0
    assert set(files_below(tmp_path / "in").values()) == {ARTICLE.encode()}
    assert CliRunner().invoke(main, ["restore", str(tmp_path / "report")]).exit_code == 0
    assert files_below(tmp_path / "in") == {**DATA, "e.txt": DOUBTFUL.encode()}


@pytest.mark.usefixtures("strict")
def test_every_number_of_workers_gives_the_same(tmp_path: Path) -> None:
    trees = []
    for workers in ("1", "2"):
        folder = tmp_path / workers
        write_files(folder / "in", DATA)
        assert _run(folder, "-j", workers) == 0
        trees.append((files_below(folder / "out"), (folder / "out-report" / "removals.jsonl").read_bytes()))
    assert trees[0] == trees[1]


@pytest.mark.usefixtures("strict")
def test_without_a_report_each_file_stands_alone(tmp_path: Path) -> None:
    """The hook, and a check: what is judged must not depend on which files happen to be staged."""
    write_files(tmp_path / "in", DATA)
    command = ["clean", str(tmp_path / "in"), "--in-place", "--no-report", "-q", "-j", "1"]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert files_below(tmp_path / "in")["b.txt"] == DATA["b.txt"]


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("campaigns", [5, None, {"a": 1}, [5, None], "x"])
def test_settings_of_another_hand_are_no_campaigns(tmp_path: Path, campaigns: object) -> None:
    write_files(tmp_path / "in", DATA)
    assert _run(tmp_path) == 0
    for journal in (tmp_path / "out-report").rglob("journal.jsonl"):
        first, rest = journal.read_text().split("\n", 1)
        changed = {"settings": json.loads(first)["settings"] | {"campaigns": campaigns}}
        journal.write_text(json.dumps(changed) + "\n" + rest)
    assert _run(tmp_path) == 0
    assert set(files_below(tmp_path / "out").values()) == {ARTICLE.encode()}

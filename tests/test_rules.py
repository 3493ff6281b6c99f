"""What a site says about findings: nothing it allows is cut, whatever the rounds of cleaning find around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY, SPAM
from test_properties import dirty_text, format_

from cleaner.api import Cleaner
from cleaner.decide import ALLOWED, REMOVED, REVIEW
from cleaner.document import CLEANED, process
from cleaner.engine.jobs import uncut
from cleaner.engine.journal import Counts
from cleaner.policy import Policy
from cleaner.readers import Document, Options
from cleaner.report.page import page
from cleaner.site import allow, baseline, datafile
from cleaner.site.allow import for_domain, for_path, for_text
from cleaner.site.comments import ignored
from cleaner.site.keys import key_of
from cleaner.site.rules import policies, uncut_rules, with_rules
from cleaner.site.settings import PathSettings, Settings, load
from cleaner.site.usage import Usage
from cleaner.span import Span

HTML = "<html><body>" + "".join(f"<p>{line}</p>\n" for line in DIRTY.split("\n")) + "</body></html>"
HIDDEN = (
    "<html><body><p>"
    + ARTICLE.replace("\n\n", "</p><p>")
    + '</p><div style="display:none"><a href="http://slotgacor.example/casino">casino online bonus</a> '
    '<a href="http://viagra.example/buy">buy cheap viagra online</a></div></body></html>'
)


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return load([tmp_path])._replace(root=tmp_path, allow=tmp_path / "allow.toml", baseline=tmp_path / "baseline.toml")


def _spans(
    cleaner: Cleaner, settings: Settings, text: str, name: str = "a.txt", *, trust: bool = False
) -> tuple[Span, ...]:
    policy = policies(settings, trust_comments=trust)(str(settings.root / name))
    return cleaner.clean(text, format=name.rpartition(".")[2], policy=policy).spans


def _actions(cleaner: Cleaner, settings: Settings, text: str, name: str = "a.txt", *, trust: bool = False) -> list[str]:
    return [span.action for span in _spans(cleaner, settings, text, name, trust=trust)]


def _allow(settings: Settings, *entries: allow.Entry) -> None:
    datafile.save(settings.root, settings.allow, allow.dump(entries))


EXCEPTIONS = {
    "text": (for_text(SPAM), ALLOWED),
    "other text": (for_text("something else"), REMOVED),
    "path": (for_path("*.txt"), ALLOWED),
    "other path": (for_path("posts/*"), REMOVED),
    "domain": (for_domain("example.org"), REMOVED),
    "text elsewhere": (for_text(SPAM)._replace(path="posts/"), REMOVED),
    "text here": (for_text(SPAM)._replace(path="/a.txt"), ALLOWED),
}


@pytest.mark.parametrize("case", EXCEPTIONS)
def test_an_exception(cleaner: Cleaner, site: Settings, case: str) -> None:
    entry, action = EXCEPTIONS[case]
    _allow(site, entry)
    assert _actions(cleaner, site, DIRTY) == [action]


def test_an_isolated_run_knows_no_exceptions(cleaner: Cleaner, site: Settings) -> None:
    _allow(site, for_text(SPAM))
    assert _actions(cleaner, site._replace(isolated=True), DIRTY) == [REMOVED]


def test_line_ends_do_not_matter(cleaner: Cleaner, site: Settings) -> None:
    _allow(site, for_text(SPAM))
    assert _actions(cleaner, site, DIRTY.replace("\n", "\r\n")) == [ALLOWED]


def test_a_text_of_a_page(cleaner: Cleaner, site: Settings) -> None:
    _allow(site, for_text(SPAM))
    assert _actions(cleaner, site, HTML, "a.html") == [ALLOWED]


def test_the_definition_of_what_is_allowed_stays(cleaner: Cleaner, site: Settings) -> None:
    link = f"[{SPAM}][1]"
    text = ARTICLE.replace("Fishermen", f"{link} Fishermen") + "\n[1]: http://slotgacor-casino.example/\n"
    assert "[1]" not in cleaner.clean(text, format="md").text
    _allow(site, for_text(link))
    policy = policies(site)(str(site.root / "a.md"))
    assert cleaner.clean(text, format="md", policy=policy).text == text


def test_the_tags_of_what_is_allowed_stay(cleaner: Cleaner, site: Settings) -> None:
    found = _spans(cleaner, site, HIDDEN, "a.html")
    assert any(span.action == REMOVED for span in found)
    texts = [HIDDEN[span.start : span.end] for span in found]
    _allow(site, *(for_text(text) for text in texts if "href" in text))
    assert REMOVED not in _actions(cleaner, site, HIDDEN, "a.html")


@pytest.mark.parametrize(
    ("settings", "action"),
    [
        ({"ignore": ("promo-line",)}, ALLOWED),
        ({"ignore": ("promo-block",)}, REMOVED),
        ({"per_path": (PathSettings(("*.txt",), ignore=("promo-line",)),)}, ALLOWED),
        ({"per_path": (PathSettings(("*.md",), ignore=("promo-line",)),)}, REMOVED),
        ({"honest_phrases": ("龙凤419",)}, ALLOWED),
        ({"honest_phrases": ("tea on board",)}, REMOVED),
    ],
)
def test_what_the_configuration_says(
    cleaner: Cleaner, site: Settings, settings: dict[str, object], action: str
) -> None:
    assert _actions(cleaner, site._replace(**settings), DIRTY) == [action]


def test_a_level_of_some_paths(site: Settings) -> None:
    policy_of = policies(site._replace(per_path=(PathSettings(("*.md",), level="review"),)))
    assert [policy_of(str(site.root / name)).level for name in ("a.md", "a.txt")] == ["review", None]


def test_nothing_said_is_the_plain_policy(site: Settings) -> None:
    assert policies(site) is Options().policy_of
    assert with_rules(Options(), site) == Options()


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_a_baseline_counts(cleaner: Cleaner, site: Settings, copies: int) -> None:
    datafile.save(site.root, site.baseline, baseline.dump({"a.txt": Counter({key_of(SPAM): 2})}))
    assert Counter(_actions(cleaner, site, DIRTY * copies)) == Counter(
        {ALLOWED: min(copies, 2)} | ({REMOVED: copies - 2} if copies > 2 else {})
    )
    assert _actions(cleaner, site, DIRTY, "b.txt") == [REMOVED]


@given(text=dirty_text, format=format_)
def test_what_is_in_the_baseline_is_never_cut(
    cleaner: Cleaner, tmp_path_factory: pytest.TempPathFactory, text: str, format: str
) -> None:
    root = tmp_path_factory.mktemp("site")
    site = load([root])._replace(root=root, allow=root / "allow.toml", baseline=root / "baseline.toml")
    name = f"a.{format}"
    found = cleaner.clean(text, format=format, policy=uncut_rules(Options(), site).policy_of(str(root / name))).spans
    keys = Counter(key_of(text[span.start : span.end]) for span in found)
    datafile.save(root, site.baseline, baseline.dump({name: keys}))
    again = _spans(cleaner, site, text, name)
    assert {span.action for span in again} <= {ALLOWED}
    assert [(span.start, span.end) for span in again] == [(span.start, span.end) for span in found]


@given(text=dirty_text, format=format_, chosen=st.sets(st.integers(0, 5)))
def test_what_is_allowed_is_never_cut(cleaner: Cleaner, text: str, format: str, chosen: set[int]) -> None:
    """Some findings of any round are allowed by their text, as an allow file does it."""
    found = cleaner.clean(text, format=format).spans
    keys = {key_of(text[span.start : span.end]) for number, span in enumerate(found) if number in chosen}

    def settle(text: str, spans: Sequence[Span]) -> list[Span]:
        return [
            span._replace(action=ALLOWED) if key_of(text[span.start : span.end]) in keys else span for span in spans
        ]

    result = cleaner.clean(text, format=format, policy=Policy(settle=settle))
    kept = {at for span in result.spans if span.action == ALLOWED for at in range(span.start, span.end)}
    assert not kept & {at for start, end in result.cuts for at in range(start, end)}
    assert all(span.action != REMOVED for span in result.spans if key_of(text[span.start : span.end]) in keys)


@given(text=dirty_text)
def test_an_unused_entry_changes_nothing(cleaner: Cleaner, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.mktemp("site")
    site = load([root])._replace(root=root, allow=root / "allow.toml", baseline=root / "baseline.toml")
    found = cleaner.clean(text).spans
    said = [for_text(text[span.start : span.end]) for span in found[::2]]
    _allow(site, *said, for_text("nobody says this"), for_domain("nobody.example"), for_path("other/"))
    path = str(root / "a.txt")
    options, usage = with_rules(Options(), site), Usage(site)
    [before] = process([Document(text.encode(), "txt", path=path)], cleaner, options)
    usage.see(path, before)
    assert {"other/", "nobody.example"} <= {entry.value for entry in usage.unused()}
    _allow(site, *(set(usage.entries) - set(usage.unused())))
    [after] = process([Document(text.encode(), "txt", path=path)], cleaner, with_rules(Options(), site))
    assert after == before


# The first round cuts or allows text[4:7] and cuts the end, the next ones find text[0:13].
LINE = "one two three four five six seven eight nine ten eleven twelve\n"
END = LINE.index(" eleven")


@pytest.mark.parametrize(
    ("allowed", "actions", "left"),
    [
        ((4, 7), [REVIEW, ALLOWED, REMOVED], LINE[:END]),  # what reaches into it is not cut
        ((0, 13), [ALLOWED, ALLOWED, REMOVED], LINE[:END]),  # what was cut in it before comes back
        (None, [REMOVED, REMOVED], LINE[13:END]),
    ],
)
def test_rounds_keep_what_is_allowed(
    cleaner: Cleaner, allowed: tuple[int, int] | None, actions: list[str], left: str
) -> None:
    def settle(text: str, spans: Sequence[Span]) -> list[Span]:
        rounds.append(1)
        places = [(4, 7) if len(rounds) == 1 else (0, 13), (END, len(text))]
        return [
            Span(*place, 1.0, "promo-inline", "unknown", (), ALLOWED if place == allowed else REMOVED)
            for place in places
        ]

    rounds: list[int] = []
    result = cleaner.clean(LINE, policy=Policy(settle=settle))
    assert ([span.action for span in result.spans], result.text) == (actions, left)


def test_what_is_given_up_stays_allowed(cleaner: Cleaner) -> None:
    def settle(text: str, spans: Sequence[Span]) -> list[Span]:
        return [
            Span(0, 20, 1.0, "promo-inline", "unknown", (), ALLOWED),
            Span(20, len(text), 1.0, "promo-inline", "unknown", (), REMOVED),
        ]

    result = cleaner.clean(ARTICLE, policy=Policy(settle=settle))
    assert [span.action for span in result.spans] == [ALLOWED, REVIEW]
    assert result.problem.startswith("more than 60%")


def test_an_outcome_that_is_not_cut_stays_allowed(cleaner: Cleaner) -> None:
    options = Options(
        policy_of=lambda _: Policy(
            settle=lambda text, spans: [
                span._replace(action=ALLOWED) if span.start < len(DIRTY) else span for span in spans
            ]
        )
    )
    [outcome] = process([Document((DIRTY * 2).encode(), "txt")], cleaner, options)
    assert outcome.status == CLEANED
    assert [finding.span.action for finding in uncut(outcome).findings] == [ALLOWED, REVIEW]
    counts = Counts()
    counts.add(outcome)
    assert (counts.spans, counts.reasons) == ({ALLOWED: 1, REMOVED: 1}, {"promo-line": 1})


def test_the_page_marks_what_is_allowed() -> None:
    row = {
        "path": "a", "line": 1, "column": 1, "text": "T", "context": ["", ""], "evidence": [], "reason": "promo-line",
        "trade": "seo", "score": 1.0, "action": ALLOWED,
    }  # fmt: skip
    documents = dict.fromkeys(("inputs", "cleaned", "unchanged", "skipped", "failed"), 0)
    assert "<u>T</u>" in "".join(page({"documents": documents}, [], [row]))


COMMENTS = {
    "same line": (f"a\n{SPAM} <!-- cleaner: ignore -->\nb", True),
    "line before": (f"a\n<!-- cleaner: ignore -->\n{SPAM}\nb", True),
    "line before, CRLF": (f"a\r\n<!--cleaner:ignore-->\r\n{SPAM}\r\nb", True),
    "two lines before": (f"<!-- cleaner: ignore -->\n\n{SPAM}\nb", False),
    "behind other text": (f"a <!-- cleaner: ignore -->\n{SPAM}\nb", False),
    "line behind": (f"{SPAM}\n<!-- cleaner: ignore -->\nb", False),
    "stretch": (f"<!-- cleaner: ignore-start -->\na\n{SPAM}\n<!-- cleaner: ignore-end -->", True),
    "ended stretch": (f"<!-- cleaner: ignore-start -->\na\n<!-- cleaner: ignore-end -->\n{SPAM}", False),
    "open stretch": (f"<!-- cleaner: ignore-start -->\na\n{SPAM}", True),
    "end only": (f"a\n{SPAM}\n<!-- cleaner: ignore-end -->", False),
    "misspelt": (f"{SPAM} <!-- cleaner: ignored -->", False),
    "hash": (f"# cleaner: ignore\n{SPAM}", False),
}


@pytest.mark.parametrize("case", COMMENTS)
def test_comments(case: str) -> None:
    text, is_ignored = COMMENTS[case]
    start = text.index(SPAM)
    span = Span(start, start + len(SPAM), 1.0, "promo-line", "unknown", (), REMOVED)
    assert ignored(text).covers(text, span) == is_ignored


@pytest.mark.parametrize(("trust", "action"), [(True, ALLOWED), (False, REMOVED)])
def test_comments_count_when_they_are_trusted(cleaner: Cleaner, site: Settings, trust: bool, action: str) -> None:
    text = DIRTY.replace(SPAM, f"<!-- cleaner: ignore -->\n{SPAM}")
    assert action in _actions(cleaner, site, text, "a.md", trust=trust)


def test_what_a_run_depends_on(site: Settings) -> None:
    def digest(settings: Settings = site, *, trust: bool = False) -> str:
        return with_rules(Options(), settings, trust_comments=trust).site

    seen = [digest(), digest(trust=True), digest(site._replace(spam_phrases=("online casino",)))]
    seen.append(digest(site._replace(honest_phrases=("online casino",))))
    _allow(site, for_text("a"))
    seen.append(digest())
    _allow(site, for_text("a", "a reason"))
    assert digest() == seen[-1]
    datafile.save(site.root, site.baseline, baseline.dump({"a.md": Counter({key_of("a"): 1})}))
    seen.append(digest())
    datafile.save(site.root, site.baseline, baseline.dump({"a.md": Counter({key_of("a"): 2})}))
    seen.append(digest())
    assert len(set(seen)) == len(seen)

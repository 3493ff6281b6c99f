"""The spam grammars expand the same way every time, and without a slot left over."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from random import Random

import pytest
import regex
from samples import CORPUS

from cleaner.train.grammar import EVERYWHERE, TRADES, Grammar, expand, in_fold, load_grammars, part, random_url

GRAMMARS = load_grammars(CORPUS / "spam")
SLOT = regex.compile(r"\{(\w+)\}")
BUILT_IN = {"digits", "phone", "handle", "domain", "url", "year", "percent", "money", "brand", "count"}
each_grammar = pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.lang)


def test_languages() -> None:
    assert [grammar.lang for grammar in GRAMMARS] == sorted(path.name for path in (CORPUS / "articles").iterdir())


@each_grammar
def test_trades(grammar: Grammar) -> None:
    assert len(grammar.trades) >= 10
    assert set(grammar.trades) <= set(TRADES)
    assert all(lists["head"] and lists["patterns"] for lists in grammar.trades.values())


@each_grammar
def test_every_slot_has_a_list(grammar: Grammar) -> None:
    missing = [
        (trade, form, name)
        for trade, lists in grammar.trades.items()
        for form in chain.from_iterable(lists.values())
        for name in SLOT.findall(form)
        if name not in BUILT_IN and not (grammar.place if name == "place" else lists.get(name))
    ]
    assert missing == []


@each_grammar
def test_expansion(grammar: Grammar) -> None:
    fragments = list(expand(grammar, 1, seed=1))
    assert fragments == list(expand(grammar, 1, seed=1))
    assert fragments != list(expand(grammar, 1, seed=2))
    assert len({(fragment.trade, fragment.text) for fragment in fragments}) == len(fragments)
    assert {fragment.trade for fragment in fragments} == set(grammar.trades)
    assert [fragment.text for fragment in fragments if SLOT.search(fragment.text) or not fragment.text.strip()] == []


@each_grammar
def test_slots_end(grammar: Grammar) -> None:
    """What a line's slots hold, and what the slots in that hold, is plain text but for places and what is built in."""
    for lists in grammar.trades.values():
        inner = {
            name for form in (*lists.get("staple", ()), *lists["head"], *lists["slang"]) for name in SLOT.findall(form)
        }
        assert inner <= BUILT_IN | {"place"}


@each_grammar
def test_brands(grammar: Grammar) -> None:
    """Morphemes have stems to be glued to, and every trade makes brands of its own."""
    assert all(lists.get("stem") for lists in grammar.trades.values() if lists.get("morpheme"))
    brands = {trade: _brands(grammar, trade) for trade in grammar.trades}
    assert all(len(found) > 50 for found in brands.values())
    assert not set.intersection(*brands.values())


def _brands(grammar: Grammar, trade: str) -> set[str]:
    lists = {**grammar.trades[trade], "patterns": ["{brand}"], "lines": []}
    lists["slang"] = []
    lists["head"] = ["x"] * 80
    return {fragment.text for fragment in expand(Grammar(grammar.lang, grammar.place, {trade: lists}), 1, seed=1)}


def test_common_lists_are_added_to_every_trade(tmp_path: Path) -> None:
    text = 'lang = "xx"\nplace = []\n[common]\nlines = ["c {call}"]\ncall = ["d"]\n'
    text += (
        '[loans]\nhead = ["a"]\npatterns = ["b"]\nlines = []\n[essay]\nhead = ["a"]\npatterns = ["b"]\nlines = ["e"]\n'
    )
    (tmp_path / "xx.toml").write_text(text, encoding="utf-8")
    [grammar] = load_grammars(tmp_path)
    assert {trade: lists["lines"] for trade, lists in grammar.trades.items()} == {
        "loans": ["c {call}"],
        "essay": ["e", "c {call}"],
    }
    assert grammar.trades["loans"]["call"] == ["d"]


def test_names_are_added_to_every_language(tmp_path: Path) -> None:
    for lang in ("xx", "yy"):
        text = f'lang = "{lang}"\nplace = []\n[loans]\nhead = ["a"]\npatterns = ["b {{name}}"]\nlines = []\n'
        (tmp_path / f"{lang}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "names.toml").write_text('[loans]\nname = ["n"]\n', encoding="utf-8")
    fragments = [fragment for grammar in load_grammars(tmp_path) for fragment in expand(grammar, 1, seed=1)]
    assert [(fragment.text, fragment.lang, fragment.campaign) for fragment in fragments] == [
        ("b n", "xx", "n"),
        ("b n", "yy", "n"),
    ]


def test_campaign_is_what_is_sold_not_the_brand() -> None:
    lists = {"head": ["loan"], "patterns": ["{brand} {head}"], "lines": []}
    [fragment] = expand(Grammar("xx", [], {"loans": lists}), 1, seed=1)
    assert fragment.campaign == "loan"
    assert fragment.text.endswith(" loan")


def test_a_third_of_the_heads_are_staples() -> None:
    lists = {"staple": [f"staple{n}" for n in range(30)], "head": [f"head{n}" for n in range(30)]}
    lists |= {"patterns": ["{head} {digits}"], "lines": []}
    fragments = list(expand(Grammar("xx", [], {"loans": lists}), 20, seed=1))
    assert len(fragments) > 500
    assert 0.3 < sum(f.text.startswith("staple") for f in fragments) / len(fragments) < 0.4
    assert {f.campaign for f in fragments} == {*lists["staple"], *lists["head"]}


def test_some_hosts_are_numbers() -> None:
    hosts = [random_url(Random(seed), "").split("/")[2] for seed in range(2000)]
    numbered = [host for host in hosts if regex.fullmatch(r"(?:www\.)?[a-z]{0,3}\d{3,6}\.\w+", host)]
    assert 200 < len(numbered) < 400


def test_a_line_is_known_by_its_wording_and_names_no_goods_of_another_fold() -> None:
    """No fold sees the wording of a line, or goods, that stand in one other fold alone."""
    goods = [f"goods{number}x" for number in range(60)]
    wordings = [f"wording{number}x {{head}} and {{head}}, {{slang}}" for number in range(40)]
    lists = {"head": goods[:30], "slang": goods[30:], "patterns": ["{slang} {head}"], "lines": wordings}
    fragments = list(expand(Grammar("en", [], {"loans": lists}), 40, seed=1))
    assert len({fragment.campaign for fragment in fragments if "wording" in fragment.text}) > 10
    for fragment in fragments:
        own = part(fragment.campaign)
        assert all(part(word) in (EVERYWHERE, own) for word in fragment.text.replace(",", "").split() if word in goods)
    where = {word: {part(f.campaign) for f in fragments if word in f.text} for word in ("wording1x", "wording2x")}
    assert all(len(parts) == 1 for parts in where.values())


def test_folds() -> None:
    folds = [in_fold(fragment.campaign, 3) for fragment in expand(GRAMMARS[0], 1, seed=1)]
    assert set(folds) == {0, 1, 2}
    assert in_fold("\ud800", 3) in (0, 1, 2)

"""The spam grammars expand the same way every time, and without a slot left over."""

from __future__ import annotations

import pytest
import regex
from samples import CORPUS

from cleaner.train.grammar import TRADES, Grammar, expand, in_fold, load_grammars

GRAMMARS = load_grammars(CORPUS / "spam")
SLOT = regex.compile(r"\{(\w+)\}")
BUILT_IN = {"digits", "phone", "handle", "domain", "url", "year", "percent", "money", "brand"}
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
        for form in (*lists["patterns"], *lists["lines"], *lists.get("suffix", []))
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


def test_folds() -> None:
    folds = [in_fold(fragment.campaign, 3) for fragment in expand(GRAMMARS[0], 1, seed=1)]
    assert set(folds) == {0, 1, 2}
    assert in_fold("\ud800", 3) in (0, 1, 2)

"""Cuts that would make markup or take half a pair of brackets, and cuts that would not."""

from __future__ import annotations

import pytest
from samples import marked

from cleaner.structure import leaves_item, makes_markup, splits_code, splits_pair


@pytest.mark.parametrize(
    ("text", "makes"),
    [
        ("one ⟦SPAM ⟧two", False),
        ("<scr⟦SPAM⟧ipt>alert(1)", True),
        ("<⟦SPAM⟧script>", True),
        ("a < b ⟦SPAM⟧ c > d", False),
        ("<b>one⟦SPAM⟧</b>", False),
        ("&am⟦SPAM⟧p;", True),
        ("&⟦SPAM⟧lt;", True),
        ("fish & ⟦SPAM⟧chips;", False),
        ("<!-⟦SPAM⟧- one", True),
        ("<!-- one ⟦SPAM ⟧two -->", False),
        ("<!-- one -⟦SPAM ⟧-> two", True),
        ("``⟦SPAM⟧`\none", True),
        ("~~⟦SPAM⟧~\none", True),
        ("one\n⟦SPAM⟧===\n", True),
        ("one\n⟦SPAM⟧---\n", True),
        ("\n⟦SPAM⟧---\n", False),
        ("one\n⟦SPAM\n⟧two", False),
        ("⟦SPAM⟧", False),
        ('a <a href="⟦SPAM">SPAM⟧</a> b', True),
        ('a ⟦<a href="SPAM⟧">one</a> b', True),
        ('a ⟦<a href="SPAM">SPAM</a>⟧ b', False),
        ("a <3 ⟦SPAM⟧ > b", False),
    ],
    ids=repr,
)
def test_makes_markup(text: str, makes: bool) -> None:
    dirty, [(start, end)] = marked(text)
    assert makes_markup(dirty, start, end) == makes


@pytest.mark.parametrize(
    ("text", "splits"),
    [
        ("no effect ⟦(my SPAM⟧ file) at all", True),
        ("no effect (my ⟦SPAM file)⟧ at all", True),
        ("no effect (my ⟦SPAM⟧ file) at all", False),
        ("no effect ⟦(SPAM)⟧ at all", False),
        ("⟦SPAM :) SPAM⟧ at all", False),
        ("⟦SPAM (SPAM⟧ at all", False),
        ("⟦SPAM (SPAM⟧ at all\n1) one", False),
        ("⟦【SPAM⟧】one", True),
        ("see ⟦[SPAM](http://spam.example⟧)", True),
        ("⟦SPAM⟧", False),
    ],
    ids=repr,
)
def test_splits_pair(text: str, splits: bool) -> None:
    dirty, [(start, end)] = marked(text)
    assert splits_pair(dirty, start, end) == splits


@pytest.mark.parametrize(
    ("text", "cut", "is_split"),
    [
        ("run `cheap viagra` here", "cheap viagra", True),
        ("run `cheap viagra` here", "`cheap viagra", True),
        ("run ``a ` cheap`` here", "cheap", True),
        ("run `cheap viagra` here", "`cheap viagra`", False),
        ("run `ls` cheap viagra `ls` here", "cheap viagra", False),
        ("a ` alone, cheap viagra here", "cheap viagra", False),
        ("`ls`\ncheap viagra\n`ls`", "cheap viagra", False),
    ],
)
def test_code_between_backticks(text: str, cut: str, is_split: bool) -> None:
    start = text.index(cut)
    assert splits_code(text, start, start + len(cut)) == is_split


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("Mud.\n\n⟦- SPAM\n⟧\n  The quay.\n", True),
        ("Mud.\n\n⟦1. SPAM\r\n⟧\r\n   The quay.\r\n", True),
        ("Mud.\n\n⟦* SPAM\n⟧\tThe quay.\n", True),
        ("Mud.\n\n⟦[^1]: SPAM\n⟧\n    The quay.\n", True),
        ("Mud.\n\n⟦- SPAM\n⟧\nThe quay.\n", False),
        ("Mud.\n\n⟦SPAM\n⟧\n    the_quay()\n", False),
        ("- Mud.\n⟦- SPAM\n⟧\n  The quay.\n", False),
        ("- Mud.\n\n  Sand.\n\n⟦- SPAM\n⟧\n  The quay.\n", False),
        ("Mud.\n- ⟦SPAM⟧ and more\n  The quay.\n", False),
        ("Mud.\n⟦- SPAM\n⟧", False),
    ],
    ids=repr,
)
def test_leaves_item(text: str, leaves: bool) -> None:
    dirty, [(start, end)] = marked(text)
    assert leaves_item(dirty, start, end) == leaves

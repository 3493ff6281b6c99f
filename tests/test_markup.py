"""Tokens tile any source, in linear time, and elements are matched as browsers match them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import MARKUP

from cleaner.pages.markup import COMMENT, END, START, TEXT, Element, attributes, elements, tokenize

SOURCES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(MARKUP), max_size=40).map("".join))


@given(SOURCES)
def test_tokens_tile_the_source(source: str) -> None:
    tokens = tokenize(source)
    assert [token.start for token in tokens] == [0, *(token.end for token in tokens)][: len(tokens)]
    assert not source or tokens[-1].end == len(source)
    assert all(token.start < token.end for token in tokens)


@given(SOURCES)
def test_elements_nest(source: str) -> None:
    found = elements(source, tokenize(source))
    assert [item.start for item in found] == sorted({item.start for item in found})
    for item in found:
        assert item.start < item.open_end <= item.close_start <= item.end <= len(source)
        assert item.depth == (0 if item.parent < 0 else found[item.parent].depth + 1)


@given(SOURCES)
def test_attributes_stand_in_their_tag(source: str) -> None:
    for token in tokenize(source):
        if token.kind is START:
            for item in attributes(source, token):
                assert token.start < item.value_start <= item.value_end < token.end
                assert "&" in source[item.value_start : item.value_end] or (
                    item.value == source[item.value_start : item.value_end]
                )


KINDS = [
    ("a < b", [TEXT]),
    ("<p>x</p>", [START, TEXT, END]),
    ("<p title='a>b'>", [START]),
    ('<p title="x<p>y', [START, TEXT]),
    ("<a ", ["unfinished"]),
    ("</", ["unfinished"]),
    ("</ x>", [COMMENT]),
    ("<!-->x", [COMMENT, TEXT]),
    ("<!--a-->x", [COMMENT, TEXT]),
    ("<!--a--!>x", [COMMENT, TEXT]),
    ("<!-- a > b", [COMMENT]),
    ("<!doctype html>", ["declaration"]),
    ("<!doctype", ["unfinished"]),
    ("<?xml version='1.0'?>x", ["processing", TEXT]),
    ("<?php if ($a > 1) echo '<b>'; ?>x", ["processing", TEXT]),
    ("<?php echo 1 > x", ["processing", TEXT]),
    ("<script>if (a<b) '</p>'</script>", [START, "raw", END]),
    ("<SCRIPT></SCRIPTS></script >", [START, "raw", END]),
    ("<textarea><b>", [START, "raw"]),
    ("<style></style>", [START, END]),
]


@pytest.mark.parametrize(("source", "kinds"), KINDS)
def test_kinds(source: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokenize(source)] == kinds


VALUES = [
    ("<a href=x/y>", [("href", "x/y")]),
    ("<a HREF = 'x' href=y>", [("href", "x"), ("href", "y")]),
    ("<br/>", []),
    ("<a b/c>", [("b", ""), ("c", "")]),
    ("<a title='&lt;&eacute;'>", [("title", "<é")]),
    ("<a =x>", [("=x", "")]),
    ('<a "b">', [('"b"', "")]),
    ("<a b= >", [("b", "")]),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_attributes(source: str, expected: list[tuple[str, str]]) -> None:
    assert [(item.name, item.value) for item in attributes(source, tokenize(source)[0])] == expected


NESTED = [
    ("<p>a<p>b", ["<p>a", "<p>b"]),
    ("<p>a<div>b</div>", ["<p>a", "<div>b</div>"]),
    ("<p>a<b>c</p>d", ["<p>a<b>c</p>", "<b>c"]),
    ("<ul><li>a<ul><li>b</ul><li>c</ul>", [
        "<ul><li>a<ul><li>b</ul><li>c</ul>", "<li>a<ul><li>b</ul>", "<ul><li>b</ul>", "<li>b", "<li>c",
    ]),
    ("<table><tr><td>a<td>b<tr><td>c</table>", [
        "<table><tr><td>a<td>b<tr><td>c</table>", "<tr><td>a<td>b", "<td>a", "<td>b", "<tr><td>c", "<td>c",
    ]),
    ("<td></div>x</td>", ["<td></div>x</td>"]),
    ("<div><td></div>x</td></div>", ["<div><td></div>x</td></div>", "<td></div>x</td>"]),
    ("<b><div>a</b>c</div>", ["<b><div>a</b>", "<div>a</b>c</div>"]),
    ("<a>b<a>c</a>", ["<a>b", "<a>c</a>"]),
    ("<br>a</br>", ["<br>"]),
    ("<svg><path/>a</svg>", ["<svg><path/>a</svg>", "<path/>"]),
    ("<dl><dt>a<dd>b<dt>c</dl>", ["<dl><dt>a<dd>b<dt>c</dl>", "<dt>a", "<dd>b", "<dt>c"]),
    ("<select><option>a<option>b</select>", ["<select><option>a<option>b</select>", "<option>a", "<option>b"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), NESTED)
def test_elements(source: str, expected: list[str]) -> None:
    assert [source[item.start : item.end] for item in elements(source, tokenize(source))] == expected


def test_an_element_knows_its_content() -> None:
    source = "<div><p class=x>a</p></div>"
    assert elements(source, tokenize(source))[1] == Element("p", 5, 16, 17, 21, 0, 1)


REPEATED = ["<a ", "<!--", '<a b="', "<a b='\"", "<b>", "<?php ", "<tr><td>1", "</p", "<script>", "<li>", "<b><p></b>"]


@pytest.mark.parametrize("piece", REPEATED)
def test_hostile_repetition_ends(piece: str) -> None:
    source = piece * 20_000
    tokens = tokenize(source)
    assert sum(token.end - token.start for token in tokens) == len(source)
    assert len(elements(source, tokens)) <= 40_000

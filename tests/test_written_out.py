"""Letters written out by their numbers, and what stands between letters for nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Cleaner
from cleaner import charclass as cc
from cleaner.occurrences import sought, stands_in
from cleaner.view import fold
from cleaner.written_out import written_out


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("&#99;&#97;&#115;&#105;&#110;&#111; now", "casino now"),
        ("&#x63;&#X61;&#115;h", "cash"),
        ("&amp;#21152;&amp;#24494;&amp;#20449;", "加微信"),
        (r"\u52a0\u5fae\u4fe1", "加微信"),
        ("U+52A0 U+5FAE U+4FE1 U+4E70 now", "加微信买 now"),
        ("from U+0041 to U+0042 and U+0043 U+0044", "from u+0041 to u+0042 and u+0043 u+0044"),
        ("&#99&#97&#115&#105&#110&#111 now", "casino now"),
        ("ca&zwnj;si&zwj;no b&lrm;on&rlm;us", "casino bonus"),
        ("%62%75%79%20%63%61%73%68", "buy cash"),
        ("a%20b%2Fc%3D%26%25 /%E4%B8%8A%E6%B5%B7", "a%20b%2fc%3d%26%25 /%e4%b8%8a%e6%b5%b7"),
        ("%E4%B8%8A%e6%b5%b7 %FF%FF%FF%FF", "上海 %ff%ff%ff%ff"),
        (r"\x63\x61\x73\x68 \x00\x01\x02\x03", r"cash \x00\x01\x02\x03"),
        ("<b>c</b><b>a</b><b>s</b><b>h</b>, <b>a</b>", "cash, <b>a</b>"),
        ("ca<wbr>si<wbr/>no c**a**s**h** __init__", "casino cash** __init__"),
        ("it&#39;s &#8220;so&#8221;", "it&#39;s &#8220;so&#8221;"),
        ("&#109;&#97;&#105;&#108;&#116;&#111;&#58;me", "&#109;&#97;&#105;&#108;&#116;&#111;&#58;me"),
        ("&#106;&#64;&#97;&#46;&#98;", "&#106;&#64;&#97;&#46;&#98;"),
        ("&#1;&#2;&#3;&#0010;", "&#1;&#2;&#3;&#0010;"),
        ("ca<!-- x -->si<b></b>no b<i></i>onus", "casino bonus"),
        ("ca&shy;si&ZeroWidthSpace;no", "casino"),
        ("one<!-- more -->two", "one<!-- more -->two"),
        ("Map<K></K>, vector<int>", "map<k></k>, vector<int>"),
        (r"c\*a\*s\*i\*n\*o", "casino"),
        (r"C:\dir\*.txt and \*this\*", r"c:\dir\*.txt and \*this\*"),
    ],
)
def test_what_is_read(text: str, read: str) -> None:
    lines = f"\n{text}\n"
    assert "".join(map(chr, fold(cc.code_points(lines), written_out(lines)).codes)) == f"\n{read}\n"


def test_a_campaign_is_sought_in_what_is_written_by_numbers() -> None:
    text = "".join(f"&#{ord(letter)};" for letter in "replicawatches")
    assert stands_in(f"Buy {text} now.", sought(["replicawatches"]))


def test_what_is_shown_from_right_to_left_is_read_so() -> None:
    view = fold(cc.code_points("\nthe \u202eonisac\u202c is open\n"))
    assert "".join(map(chr, view.codes)) == "\nthe casino is open\n"
    assert view.disguised.sum() >= 6


@given(st.text(alphabet="ab&#;x1096\\u<>!-/ ", max_size=60))
def test_stretches_are_sorted_and_disjoint(text: str) -> None:
    items = written_out(text)
    assert all(0 <= item.start < item.end <= len(text) for item in items)
    assert all(a.end <= b.start for a, b in pairwise(items))


def test_a_cut_takes_all_that_a_letter_is_written_with(cleaner: Cleaner) -> None:
    spam = "".join(f"&#{ord(letter)};" for letter in "best online casino bonus")
    article = "The canal was dug by hand.\n\nIt took nine years and two floods.\n"
    dirty = article.replace("\n\n", f"\n\n{spam}\n\n")
    cuts = cleaner.clean(dirty).cuts
    assert len(cuts) == 1
    assert spam in dirty[slice(*cuts[0])]
    assert cleaner.clean(dirty).text.split() == article.split()


def test_a_part_of_what_is_turned_round_is_never_cut(cleaner: Cleaner) -> None:
    """There the view is read from the other end: a cut would take the other part."""
    turned = "\u202esunob onisac enilno tseb , dnah yb gud saw lanac eht\u202c"
    dirty = f"The canal was dug by hand.\n\n{turned}\n\nIt took nine years and two floods.\n"
    cleaned = cleaner.clean(dirty)
    assert cleaned.spans
    assert not any(dirty.index(turned) < at < dirty.index(turned) + len(turned) for cut in cleaned.cuts for at in cut)

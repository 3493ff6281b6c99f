"""Pages are judged by the text readers see, and cut in their source without halving or making a tag."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner
from cleaner.api import MAX_TAGS
from cleaner.decide import REMOVED, REVIEW
from cleaner.document import process
from cleaner.explain import explain_bytes
from cleaner.pages import weigh
from cleaner.pages.carve import carve, keeps_markup, parse
from cleaner.pages.markup import tokenize
from cleaner.pages.opened import OpenPage, shown
from cleaner.pages.page import lay_out
from cleaner.pages.site import is_own, label, own_labels
from cleaner.readers import Document
from cleaner.span import Span, minus

CASES = Path(__file__).parent / "cases"

SHOWN = [
    ("<p>one<p>two", "one\ntwo\n"),
    ("ca<b></b>si<i></i>no", "casino\n"),
    ("a\n  b\t<b> c</b>", "a b c\n"),
    ("a &lt;b&gt; &eacute;&#233;&#xe9; &nosuch; &amp", "a <b> ééé &nosuch; &\n"),
    ("a<br>b", "a\nb\n"),
    ("<title>T &amp; U</title><h1>x</h1>", "T & U\nx\n"),
    ("<script>x</script><style>y</style><pre>z</pre>a", "a\n"),
    ("<table><tr><td>1<td>2</table>", "1\n2\n"),
    ("see <a href='http://x.example/a b'>this</a>.", "see [this](http://x.example/ab).\n"),
    ("<a href=//x.example> this </a>here", "[this](//x.example) here\n"),
    ("<a href='/own'>own</a> <a name=x>y</a>", "own y\n"),
    ("<a href=http://x.example><img src=y></a>z", "z\n"),
    ("<a href=http://x.example><p>block</p></a>z", "block\nz\n"),
    ("<img alt='a cat'><p>b<meta name=description content='c d'>", "b\na cat\nc d\n"),
    ("<img alt=unquoted>b", "b\n"),
    ("<!-- a --><p>b", "b\n"),
    ("<p title='a b'>c<!-- there is something in a comment --><!-- <b>and there is markup in it</b> -->", "c\na b\nthere is something in a comment\n"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text"), SHOWN)
def test_text_of_a_page(source: str, text: str) -> None:
    assert lay_out(source, tokenize(source)).text == text


PARTS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<a|href='http://x.example/'>",
        "</a>",
        "<div>",
        "</div>",
        "<li>",
        "<ul>",
        "</ul>",
        "<td>",
        "a",
        "bc",
        "&amp;",
        "&eacute;",
        "&#97;",
        "|",
        "\n",
        "é",
        "<!--x-->",
        "<script>s</script>",
        "<img|alt='q'>",
        "<",
        "&",
        "<title>t</title>",
        "<pre>",
        "</pre>",
    ]
).map(lambda piece: piece.replace("|", " "))
SOURCES = st.lists(PARTS, max_size=30).map("".join)


@given(SOURCES)
def test_every_character_has_a_place_in_the_source(source: str) -> None:
    page = lay_out(source, tokenize(source))
    for offset, character in enumerate(page.text):
        start, end = page.source_start(offset), page.source_end(offset)
        assert 0 <= start <= end <= len(source)
        if end - start == 1 and not character.isspace():
            assert source[start] == character


CARVED = [
    ("<p>a</p><p>[b]</p><p>c</p>", "<p>a</p><p>c</p>"),
    ("<p>a</p>\n<p>[b]</p>\n<p>c</p>", "<p>a</p>\n<p>c</p>"),
    ("<ul><li>[a]</li><li>[b]</li></ul>c", "c"),
    ("<ul><li>[a]</li><li>b</li></ul>", "<ul><li>b</li></ul>"),
    ("<p>x <a href=y>[b]</a> z</p>", "<p>x z</p>"),
    ("<p>x <a href=y><img src=z> [b]</a></p>", "<p>x</p>"),
    ("<p>x. [b]</p>", "<p>x.</p>"),
    ("<div><img src=y> [b]</div>", "<div><img src=y></div>"),
    ("<table><tr><td>[a]</td><td>b</td></tr></table>", "<table><tr><td></td><td>b</td></tr></table>"),
    ("<table><tr><td>[a]</td></tr></table>b", "<table><tr><td></td></tr></table>b"),
    ("<p>a <b>x [y</b> z] w</p>", "<p>a <b>x </b>w</p>"),
    ("<p>a [x <b>y] z</b> w</p>", "<p>a <b>z</b> w</p>"),
    ("<p>a [<b>y</b> x] w</p>", "<p>a w</p>"),
    ("<p>   [a]</p>", "<p>  </p>"),
    ("<p>[a]<p>b", "<p>b"),
    ("[a]<p>b", "<p>b"),
    ("<title>a [b]</title>", "<title>a</title>"),
    ("a <[x]b> c", "a <[x]b> c"),
    ("&am[x]p;", "&am[x]p;"),
    ("<p>[a] b</p>", "<p>b</p>"),
    ("a -[b]", "a -"),
    ("<?php a ?[b]> c", "<?php a ?b> c"),
    ("a<!-- b -[c]-> d -->", "a<!-- b -c-> d -->"),
    ("<p><b>a</b>[b] c</p>", "<p><b>a</b> c</p>"),
    ("<p>a<br>[b]</p>", "<p>a</p>"),
    ("<p>a<br>[b]<br>c</p>", "<p>a<br>c</p>"),
    ("<p>[a]<br>b</p>", "<p>b</p>"),
    ("a<!-- [b] -->c", "ac"),
    ("a<!-- [b] d -->c", "a<!-- d -->c"),
    ("<p title='[a]'>b", "<p title=''>b"),
    ("<title>a </t[b]itle>c", "<title>a </t[b]itle>c"),
    ("<title>a </t[b] c</title>", "<title>a </t c</title>"),
    ("<ul><li><a href=b><i class=c></i></a><li>[a]</ul>", "<ul><li><a href=b><i class=c></i></a></ul>"),
    ("<ul><li><a href=b></a><li>[a]</ul>d", "d"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), CARVED)
def test_carve(marked: str, expected: str) -> None:
    text, spans, at = "", [], 0
    for piece in marked.replace("]", "[").split("["):
        text += piece
        spans.append((at, len(text)))
        at = len(text)
    if expected == marked:
        expected = text
    source = parse(text, tokenize(text))
    cuts = [cut for ranges in carve(source, spans[1::2]) for cut in ranges]
    assert minus(text, cuts) == expected
    assert keeps_markup(text, cuts, minus(text, cuts))


@given(SOURCES, st.lists(st.integers(0, 80), max_size=6))
def test_carving_keeps_the_markup(source: str, places: list[int]) -> None:
    page = lay_out(source, tokenize(source))
    edges = sorted({place % (len(page.text) or 1) for place in places})
    stretches = sorted({page.stretch(low, high) for low, high in zip(edges[::2], edges[1::2], strict=False)})
    stretches = [
        item
        for number, item in enumerate(stretches)
        if item[0] < item[1] and (not number or stretches[number - 1][1] <= item[0])
    ]
    cuts = [cut for ranges in carve(parse(source, tokenize(source)), stretches) for cut in ranges]
    assert cuts == sorted(cuts)
    assert all(low[1] <= high[0] for low, high in pairwise(cuts))
    assert keeps_markup(source, cuts, minus(source, cuts))


NOT_KEPT = [
    ("<scr<b>ipt>", [(4, 7)]),
    ("a <x b> c", [(3, 4)]),
    ("<!-x- y -->", [(3, 4)]),
    ("<p title=a b=c>", [(9, 10)]),
]


@pytest.mark.parametrize(("source", "cuts"), NOT_KEPT)
def test_other_markup_is_noticed(source: str, cuts: list[tuple[int, int]]) -> None:
    before = len(tokenize(source))
    kept = keeps_markup(source, cuts, minus(source, cuts))
    assert not kept or len(tokenize(minus(source, cuts))) <= before


OWN = [
    ("<link rel=canonical href=https://www.paper.example/a>", {"paper"}),
    ("<meta property=og:url content=http://paper.example>", {"paper"}),
    ("<base href=http://blog.someone.example/>", {"someone"}),
    ("<img src=//cdn.paper.example/a><img src=//cdn.paper.example/b>", {"paper"}),
    ("<img src=//one.example/a><a href=http://two.example>x</a>", set()),
    ("<link rel=stylesheet href=//fonts.example/x>", set()),
]


@pytest.mark.parametrize(("source", "expected"), OWN)
def test_own_labels(source: str, expected: set[str]) -> None:
    assert own_labels(source, tokenize(source)) == expected


def test_own_addresses() -> None:
    own = frozenset({"paper", "abc"})
    assert is_own("https://shop.paper.example/", own)
    assert is_own("https://social.example/paper", own)
    assert not is_own("https://social.example/abcdef", own)  # too short to say something
    assert not is_own("/local", frozenset())
    assert label("www.example.co") == "example"


HEAD = "<html><head><link rel=canonical href=https://gardenclub.example/news><title>News of the garden club</title></head><body>"
TEXT = (
    "<h1>News of the garden club</h1>\n<p>The summer fair drew more than two hundred guests, and the brass band played until"
    " eleven.</p>\n<p>We thank everyone who baked cakes and put up the tents, and those who swept the paths on Sunday.</p>\n"
    "<p>On the twelfth of September we cut the hedges together. Please bring gloves and a pair of shears.{}</p>\n"
    "<p>The next meeting is in the old school, where there is room for all of us and for the coffee.</p>\n{}</body></html>\n"
)
LINK = ' <a href="http://pills88.example/">buy cheap viagra online no prescription</a>'
PARAGRAPH = "<p>buy cheap viagra online no prescription</p>\n"


def test_links_and_paragraphs_go(cleaner: Cleaner) -> None:
    clean = HEAD + TEXT.format("", "")
    result = cleaner.clean(HEAD + TEXT.format(LINK, PARAGRAPH), format="html")
    assert result.text == clean
    assert cleaner.clean(clean, format="html").spans == ()


OWN_WORDS = [
    ' <a href="https://gardenclub.example/viagra">buy cheap viagra online no prescription</a>',
    ' <a href="/viagra">buy cheap viagra online no prescription</a>',
    " buy cheap viagra online no prescription</p><p>buy cheap viagra online no prescription",
]


@pytest.mark.parametrize("piece", OWN_WORDS)
def test_the_words_of_the_site_itself_are_not_cut(cleaner: Cleaner, piece: str) -> None:
    source = HEAD + TEXT.format(piece, "")
    result = cleaner.clean(source, format="html")
    assert result.text == source
    assert {span.action for span in result.spans} <= {REVIEW}


def test_what_is_no_page_text_is_left_alone(cleaner: Cleaner) -> None:
    for piece in (
        "<script>//{}</script>",
        "<style>/*{}*/</style>",
        "<pre>{}</pre>",
        "<!-- <b>{}</b> -->",
        "<p data-x='{}'>x</p>",
    ):
        source = HEAD + TEXT.format("", piece.format("buy cheap viagra online no prescription"))
        assert cleaner.clean(source, format="html").text == source


def test_a_page_of_spam_is_left_alone(cleaner: Cleaner) -> None:
    links = "".join(f'<p><a href="http://x{n}.example/">buy cheap viagra {n} online</a></p>' for n in range(40))
    result = cleaner.clean(f"{HEAD}<p>Welcome.</p>{links}", format="html")
    assert not result.cuts


@pytest.mark.parametrize("path", sorted(CASES.glob("synthetic/*.html")), ids=lambda path: path.name)
def test_extracted_text_is_that_of_the_clean_page(cleaner: Cleaner, path: Path) -> None:
    trafilatura = pytest.importorskip("trafilatura")
    source = path.read_text(encoding="utf-8")
    pieces = [piece.split("⟧") for piece in source.split("⟦")]
    cleaned = cleaner.clean(source.replace("⟦", "").replace("⟧", ""), format="html").text
    assert trafilatura.extract(cleaned) == trafilatura.extract("".join(piece[-1] for piece in pieces))


def test_too_many_tags_are_skipped(cleaner: Cleaner) -> None:
    [outcome] = process([Document(b"<b>" * (MAX_TAGS + 1), "html")], cleaner)
    assert (outcome.status, outcome.reason) == ("skipped", f"more than {MAX_TAGS} tags")


@settings(max_examples=25, deadline=None)
@given(SOURCES, SOURCES)
def test_cutting_is_exact_stable_and_keeps_the_markup(cleaner: Cleaner, one: str, other: str) -> None:
    source = HEAD + one + TEXT.format(LINK + other, PARAGRAPH)
    result = cleaner.clean(source, format="html")
    assert result.text == minus(source, result.cuts)
    assert keeps_markup(source, result.cuts, result.text)
    assert not cleaner.clean(result.text, format="html").cuts


ENCODINGS = [
    ("utf-8", "charset=gbk", "ä爱"),  # valid UTF-8 wins over the label
    ("utf-8-sig", "charset=windows-1251", "ä爱"),
    ("utf-16", "charset=utf-8", "ä爱"),
    ("cp1251", "charset=windows-1251", "Спасибо"),
    ("gbk", "http-equiv=content-type content='text/html; charset=gb2312'", "图书馆"),
    ("cp932", "charset=Shift_JIS", "表示ソ"),
    ("cp950", "charset=big5", "許功蓋"),
    ("cp949", "charset=euc-kr", "도서관"),
    ("latin-1", "charset=iso-8859-1", "\x81é"),
]


@pytest.mark.parametrize(("codec", "meta", "words"), ENCODINGS)
def test_bytes_outside_the_cuts_stay(cleaner: Cleaner, codec: str, meta: str, words: str) -> None:
    head = HEAD.replace("<head>", f"<head><meta {meta}>")
    body = TEXT.replace("The next", words + " The next")
    [outcome] = process([Document((head + body.format(LINK, PARAGRAPH)).encode(codec), "html")], cleaner)
    assert outcome.status == "cleaned"
    assert outcome.data == (head + body.format("", "")).encode(codec)


SKIPPED = [
    (b"<meta charset=shift_jis>\x87\x90", "encoding: shift_jis"),
    (b"<p>a\0b", "binary"),
    (b"<meta charset=iso-2022-jp>\x1b$B", "encoding: stateful"),
    (bytes(range(0x80, 0xC0)), "encoding: not UTF-8"),
]


@pytest.mark.parametrize(("data", "reason"), SKIPPED)
def test_unsafe_encodings_are_skipped(cleaner: Cleaner, data: bytes, reason: str) -> None:
    [outcome] = process([Document(data, "html")], cleaner)
    assert outcome.status == "skipped"
    assert outcome.reason.startswith(reason)
    assert outcome.data == data


def test_findings_have_their_place_in_the_source(cleaner: Cleaner) -> None:
    source = HEAD + TEXT.format("", PARAGRAPH)
    [outcome] = process([Document(source.encode(), "html")], cleaner)
    [finding] = [item for item in outcome.findings if item.span.action == REMOVED]
    assert source[finding.span.start : finding.span.end] == PARAGRAPH
    assert (finding.line, finding.column) == (source.count("\n", 0, finding.span.start) + 1, 1)


def test_explain_reads_pages(cleaner: Cleaner) -> None:
    lines = list(explain_bytes((HEAD + TEXT.format(LINK, "")).encode(), "html", cleaner))
    assert any("removed" in line and "spam-link" in line for line in lines[1:])


def test_shown_has_no_addresses() -> None:
    assert shown('<p>one <a href="http://x.example/y">two</a>') == "one two\n"


def test_what_is_known_for_spam_goes_wherever_it_stands(cleaner: Cleaner) -> None:
    block = (
        "<div>" + " | ".join(f'<a href="http://x{n}.example/">{text}</a>' for n, text in enumerate(SOLD)) + "</div>\n"
    )
    source = HEAD + TEXT.format(" " + SOLD[0], f"<h3>{SOLD[1]}</h3>\n{block}")
    assert cleaner.clean(source, format="html").text == HEAD + TEXT.format("", "")


SOLD = ("buy cheap viagra online no prescription", "order generic cialis overnight", "canadian pharmacy viagra pills")


def test_bytes_outside_utf_8_stay_in_a_page(cleaner: Cleaner) -> None:
    spoilt = PARAGRAPH.encode().replace(b"online", b"\xe9 online")
    data = (HEAD + TEXT).encode().replace(b"coffee", b"caf\xe9").replace(b"{}", b"", 1).replace(b"{}", spoilt)
    [outcome] = process([Document(data, "html")], cleaner)
    assert outcome.data == data.replace(spoilt, b"")


def test_a_word_whose_link_was_hijacked_is_for_review(cleaner: Cleaner) -> None:
    link = '<p>The <a href="http://pills-viagra-online.example/buy-cialis">meeting</a> is on Monday at eight.</p>'
    source = HEAD + TEXT.format("", link)
    result = cleaner.clean(source, format="html")
    assert result.text == source
    assert [(span.action, span.reason) for span in result.spans] == [(REVIEW, "spam-link")]


@pytest.mark.parametrize(
    ("attributes", "bar"),
    [
        ("rel='external nofollow' class='url'", weigh.SIGNED_LINK),
        ("class='url fn' rel='Nofollow'", weigh.SIGNED_LINK),
        ("rel='nofollow ugc'", weigh.SIGNED_LINK),
        ("rel=nofollow class='comment-author-link'", weigh.SIGNED_LINK),
        ("rel='nofollow'", weigh.LINK),
        ("class='url'", weigh.LINK),
        ("", weigh.LINK),
    ],
)
def test_the_name_a_comment_is_signed_with_needs_more(attributes: str, bar: float) -> None:
    opened = OpenPage(
        f"<link rel=canonical href='https://paper.example/a'><p>A river.</p><p><a href='http://shop.example/a' {attributes}>second</a></p>"
    )
    [link] = opened.page.links
    span = Span(link.start, link.end, 0.5, "spam-link", "unknown", (), REMOVED)
    assert weigh._bar(opened, span, set()) == bar

"""HTML inside Markdown and plain text: hidden spam goes as a whole, and all else is judged as if it were text."""

from __future__ import annotations

import pytest

from cleaner import Cleaner
from cleaner.pages import embedded
from cleaner.readers.markdown import code_spans, may_hide

FRONT = """# The old harbour

The harbour was dug by hand in three winters, and the town has paid for it since.
"""
BACK = """
Its two cranes were built in the yard of a local smith. They are still in use every spring.
"""
SPAM = "slot gacor online casino"
LINKS = (
    f'<a href="http://slots-bonus.example">{SPAM}</a> <a href="http://pills.test">buy cheap viagra online</a> '
    '<a href="http://essays.invalid">write my essay cheap</a>'
)
IN_MARKDOWN = (
    f"- [{SPAM}](http://slots-bonus.example)\n- [buy cheap viagra online](http://pills.test)\n"
    "- [write my essay cheap](http://essays.invalid)\n"
)

HIDDEN = {
    "links": f'<div style="display:none">{LINKS}</div>\n',
    "capitals": f"<DIV STYLE='DISPLAY:NONE'>{LINKS}</DIV>\n",
    "attribute": f"<p hidden>{LINKS}</p>\n",
    "lines": '<div style="display:none">\n' + LINKS.replace("> ", ">\n") + "\n</div>\n",
    "off the screen": f'<span style="position:absolute;left:-9999px">{LINKS}</span>\n',
    "rule beside it": f"<style>.zx1{{position:absolute;left:-9000px}}</style><div class=zx1>{LINKS}</div>\n",
    "script beside it": f"<div id=zx1>{LINKS}</div><script>document.getElementById('zx1').style.display='none';</script>\n",
    "links of Markdown": f'<div style="display:none">\n\n{IN_MARKDOWN}\n</div>\n',
    "words alone": '<div style="display:none">爱上海龙凤419论坛</div>\n',
    "nested": f'<div style="display:none"><div><p>{LINKS}</p></div></div>\n',
    "code inside a line of it": f'<div style="display:none">`a` {LINKS}</div>\n',
}


@pytest.mark.parametrize("format_", ["md", "txt"])
@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_spam_goes_whole(name: str, format_: str, cleaner: Cleaner) -> None:
    for before, behind in (("", FRONT + BACK), (FRONT + "\n", BACK), (FRONT + BACK + "\n", "")):
        cleaned = cleaner.clean(before + HIDDEN[name] + behind, format=format_)
        assert cleaned.text == FRONT + BACK
        assert {span.reason for span in cleaned.spans} == {"hidden-block"}


def test_hidden_span_goes_out_of_its_line(cleaner: Cleaner) -> None:
    text = FRONT.replace("three winters,", f'three winters,<span style="font-size:0">{LINKS}</span>')
    assert cleaner.clean(text + BACK, format="md").text == FRONT + BACK


def test_what_is_mostly_hidden_may_go(cleaner: Cleaner) -> None:
    cleaned = cleaner.clean(f"{FRONT}\n{HIDDEN['links'] * 9}{BACK}", format="md")
    assert (cleaned.text, cleaned.problem) == (FRONT + BACK, "")


KEPT = {
    "fence": f'```html\n<div style="display:none">{LINKS}</div>\n```\n',
    "indented": f'    <div style="display:none">{LINKS}</div>\n',
    "code in a line": f'Write `<div style="display:none">{LINKS}</div>` for that.\n',
    "a fence inside": f'<div style="display:none">\n\n```html\n{LINKS}\n```\n\n</div>\n',
    "honest": '<div style="display:none"><a href="https://archive.example/1">Harbour records</a></div>\n',
    "badges": '<p align="center" style="color:white"><a href="https://build.example/"><img src="https://build.example/1.svg" alt="build"></a></p>\n',
    "form": '<div class="modal" style="display:none"><h2>Newsletter</h2><p>News from the harbour every month.</p></div>\n',
    "details": '<details><summary>More</summary>\n\nThe smith had <a href="https://smith.example/">two sons</a>.\n\n</details>\n',
    "never closed": '<div style="display:none">\n',
    "escaped": '\\<div style="display:none">The cranes are grey.\\</div>\n',
    "named": "The attribute `hidden`, and style: a < b in `<style>`.\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_code_and_honest_parts_stay(name: str, cleaner: Cleaner) -> None:
    text = f"{FRONT}\n{KEPT[name]}{BACK}"
    assert cleaner.clean(text, format="md").text == text


def test_never_closed_takes_nothing_along(cleaner: Cleaner) -> None:
    text = f'<div style="display:none">\n\n{FRONT}{BACK}\n{LINKS}\n'
    assert (FRONT + BACK) in cleaner.clean(text, format="md").text


@pytest.mark.parametrize("text", [FRONT, f"{FRONT}\n<b>Bold</b>\n", f"{FRONT}\n爱上海龙凤419论坛\n"])
def test_text_without_such_tags_is_not_looked_at(text: str, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "embedded_spans", None)
    cleaner.clean(text, format="md")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p style=x>", True),
        ("<P HIDDEN>", True),
        ("<a\nhref=x>", True),
        ("<p title='>' style=x>", True),
        ("<br>", False),
        ("style < href", False),
        ("</p style>", False),
        ("<https://example.org/a>", False),
    ],
)
def test_may_hide(text: str, expected: bool) -> None:
    assert may_hide(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c `d`", ["`b`", "`d`"]),
        ("`` a ` b `` `", ["`` a ` b ``"]),
        ("`a\nb`", ["`a\nb`"]),
        ("`a\n\nb`", []),
        ("`a\n \t\nb` `c`", ["` `"]),
        ("``a`", []),
        ("", []),
    ],
)
def test_code_spans(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in code_spans(text)] == expected


@pytest.mark.parametrize(
    "text", ["`" * 50_000, "` `` ``` " * 5_000, "<a style" * 5_000, "<p hidden>" * 5_000 + "</p>" * 5_000]
)
def test_hostile_texts_end(text: str, cleaner: Cleaner) -> None:
    assert cleaner.clean(text + "<p style=x>", format="md").text.startswith(text[:5])

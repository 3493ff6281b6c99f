"""What a cut takes along: ⟦spam⟧ in a text, and the text that is left."""

from __future__ import annotations

import pytest
from samples import marked

from cleaner.seams import blank_line, orphaned, still_used, whole_link, widen, with_last_contact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("⟦SPAM⟧", ""),
        ("one\n⟦SPAM⟧\ntwo\n", "one\ntwo\n"),
        ("one\r\n⟦SPAM⟧\r\ntwo\r\n", "one\r\ntwo\r\n"),
        ("one\r⟦SPAM⟧\rtwo", "one\rtwo"),
        ("one\n⟦SPAM⟧", "one"),
        ("one\r\n⟦SPAM⟧", "one"),
        ("one\n  ⟦SPAM⟧  \ntwo", "one\ntwo"),
        ("one\n* ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one\n12. ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one\nTags: ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one\n标签：⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one\n[^1]: ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one\n[1]: ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one ⟦SPAM⟧ two", "one two"),
        ("one⟦SPAM⟧two", "onetwo"),
        ("one ⟦SPAM⟧. Two", "one. Two"),
        ("one ⟦SPAM⟧, two", "one, two"),
        ("⟦SPAM⟧ one", "one"),
        ("⟦SPAM⟧　one", "one"),
        ("one ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one | ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one - ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one_⟦SPAM⟧\ntwo", "one\ntwo"),
        ("well-⟦SPAM⟧\ntwo", "well-\ntwo"),
        ('<img src="a"> ⟦SPAM⟧\ntwo', '<img src="a">\ntwo'),
        ("one > ⟦SPAM⟧\ntwo", "one\ntwo"),
        ("one (⟦SPAM⟧) two", "one two"),
        ("one【⟦SPAM⟧】two", "onetwo"),
        ("one **⟦SPAM⟧** two", "one two"),
        ("one (⟦SPAM)⟧ two", "one two"),
        ("one (⟦SPAM (SPAM)⟧ two)", "one ( two)"),
        ("one [⟦SPAM]⟧(http://own.example) two", "one [(http://own.example) two"),
        ("one [⟦SPAM⟧](http://own.example) two", "one [](http://own.example) two"),
        ("✔ 12:30 🔖 ⟦SPAM⟧ 📢 0", "✔ 12:30 📢 0"),
        ("one 💋⟦SPAM⟧💋 two", "one two"),
        ("one #⟦SPAM⟧ two", "one two"),
        ("C# ⟦SPAM⟧ two", "C# two"),
        ("one \u200b⟦SPAM⟧\u200b two", "one two"),
        ("\ufeff⟦SPAM⟧ one", "\ufeffone"),
        ("one\n⟦SPAM⟧ spam.example\ntwo", "one\ntwo"),
        ("one\n⟦SPAM：⟧www.spam.example/a。\ntwo", "one\ntwo"),
        ("one\n* ⟦SPAM⟧ @spam_account\r\ntwo", "one\ntwo"),
        ("one\n⟦SPAM⟧ LINE @spam\ntwo", "one\ntwo"),
        ("one\n⟦SPAM⟧: spam_77\ntwo", "one\ntwo"),
        ("One. ⟦SPAM⟧ https://spam.example/a\ntwo", "One.\ntwo"),
        ("one\n⟦SPAM⟧ spam.example/a | two\nthree", "one\ntwo\nthree"),
        ("one\n⟦SPAM at⟧ t.me/spam！ 二\nthree", "one\n二\nthree"),
        ("one\n- ⟦S P A M⟧ → L I N E:@ s p a m 0 5\ntwo", "one\ntwo"),
        ("one\n⟦S P A M⟧, 電 话 0 0 0 0 - 8 8 2 4 1 5 6\ntwo", "one\ntwo"),
        ("one\n⟦S P A M⟧ 1 a 2 b 3 c\ntwo", "one\n1 a 2 b 3 c\ntwo"),
        ("one\n⟦SPAM⟧ two.example is two\nthree", "one\ntwo.example is two\nthree"),
        ("one\n⟦SPAM⟧ 9.二十一\nthree", "one\n9.二十一\nthree"),
        ("one ⟦SPAM⟧ one.example\ntwo", "one one.example\ntwo"),
        ("one\n⟦SPAM⟧ account\ntwo", "one\naccount\ntwo"),
        ("one\n⟦SPAM⟧ Read on at one.example\ntwo", "one\nRead on at one.example\ntwo"),
        ("one\n⟦SPAM at once, within the first 30⟧ days, on spam.example\ntwo", "one\ntwo"),
        ("one\n⟦SPAM at once⟧ and so it is one.\ntwo", "one\nand so it is one.\ntwo"),
        (
            "one\n⟦SPAM⟧ and a line that is longer, at one.example\ntwo",
            "one\nand a line that is longer, at one.example\ntwo",
        ),
        ("one\n⟦SPAM⟧ a_file.py\n* b_file.py\ntwo", "one\na_file.py\n* b_file.py\ntwo"),
        ("one（⟦SPAM，加微信⟧ spam_520）二", "one二"),
        ("one, ⟦SPAM call⟧ +82 10 5550 2291, two", "one, two"),
        ("one, ⟦SPAM call +82⟧ 10 5550 2291, two", "one, two"),
        ("one, ⟦SPAM 911 90 45⟧ 28. Two", "one. Two"),
        ("一，⟦SPAM 請洽⟧ spam@mailbox.example，二", "一，二"),
        ("one; ⟦SPAM⟧, two", "one;, two"),
        ("one\n⟦SPAM 419⟧ - 360-degree views\ntwo", "one\n- 360-degree views\ntwo"),
        ("one\n⟦SPAM 2024⟧ 12 months\ntwo", "one\n12 months\ntwo"),
        ("one ⟦SPAM in line⟧ two", "one two"),
        ("one ⟦SPAM contact⟧ Ann Two", "one Ann Two"),
        ("one\n⟦SPAM text, and more of it⟧ ☎ 010-0000-5959\ntwo", "one\ntwo"),
        ("one\n⟦SPAM text, and more of it⟧ Léa, 06 39 98 71 45.\ntwo", "one\ntwo"),
        ("one\n⟦SPAM text, and more of it⟧ Now, 위커 green_0\ntwo", "one\ntwo"),
        ("one\n⟦SPAM text, and more of it⟧ Join! Call 06 39 98 71 45\ntwo", "one\nJoin! Call 06 39 98 71 45\ntwo"),
        ("one\n⟦SPAM text⟧ The office is at 06 39 98 71 45\ntwo", "one\nThe office is at 06 39 98 71 45\ntwo"),
        ("one ⟦SPAM text, and more of it⟧ Léa, 06 39 98 71 45.\ntwo", "one Léa, 06 39 98 71 45.\ntwo"),
        ("One. ⟦SPAM text,⟧ Léa, 24, Tel. 06 39 98 71 45, all day. Two", "One. Two"),
        ("One. ⟦SPAM text⟧ Léa, 24, Tel. 06 39 98 71 45\nTwo", "One.\nTwo"),
        ("One. ⟦SPAM text.⟧ Office: 06 39 98 71 45. Two", "One. Office: 06 39 98 71 45. Two"),
        ("One. ⟦SPAM text⟧ Two. Office: 06 39 98 71 45.", "One. Two. Office: 06 39 98 71 45."),
        ("One. ⟦SPAM text⟧ Two (tel. 06 39 98 71 45) is", "One. Two (tel. 06 39 98 71 45) is"),
        ("One. ⟦SPAM text⟧ Two on 12.10.2015 10:30.", "One. Two on 12.10.2015 10:30."),
        ("one, see also ⟦[SPAM](a.example)⟧, two", "one, two"),
        ("One. Siehe auch ⟦[SPAM](a.example)⟧.\n\nTwo", "One.\n\nTwo"),
        ("一。参见⟦[SPAM](a.example)⟧。", "一。"),
        ("one (lihat juga ⟦[SPAM](a.example)⟧) two", "one two"),
        ("One. Read more ⟦https://spam.example/a⟧\nTwo", "One.\nTwo"),
        ("One: see ⟦[SPAM](a.example)⟧ two", "One: see two"),
        ("For more see ⟦[SPAM](a.example)⟧.", "For more see."),
        ("One. See also ⟦[SPAM](a.example)⟧, [two](b.example).", "One. See also, [two](b.example)."),
        ("See also: ⟦[SPAM](a.example)⟧\n- two", "See also:\n- two"),
        ("One, see ⟦SPAM⟧, two", "One, see, two"),
        ("一。⟦SPAM 威信⟧ spam-688，二", "一。，二"),
        ("one ⟦SPAM signal⟧ well-known two", "one well-known two"),
        ("one\n⟦SPAM number⟧ 1\ntwo", "one\ntwo"),
        ("one\n* ⟦SPAM number⟧ 1\n* two", "one\n* two"),
        ("One. ⟦SPAM sure⟧ 100%!\ntwo", "One.\ntwo"),
        ("one ⟦SPAM number⟧ 1\ntwo", "one 1\ntwo"),
        ("⟦SPAM number⟧ 1 of two", "1 of two"),
        ("one\n⟦SPAM.⟧ 12\ntwo", "one\n12\ntwo"),
        ("one\n⟦SPAM in⟧ 12000\ntwo", "one\n12000\ntwo"),
        (
            "one\n⟦SPAM⟧ https://one.example\n\nhttps://two.example\n",
            "one\nhttps://one.example\n\nhttps://two.example\n",
        ),
    ],
    ids=repr,
)
def test_seam(text: str, left: str) -> None:
    dirty, [(start, end)] = marked(text)
    start, end = widen(dirty, start, end)
    assert dirty[:start] + dirty[end:] == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("one\n\n⟦SPAM\nSPAM\n⟧Write: @spam_account", "one\n"),
        ("one\n\n⟦SPAM\nSPAM\n⟧WhatsApp +44 7700 900 415\n", "one\n\n"),
        ("one\n⟦SPAM\n\nSPAM\n\n⟧詢 LINE：spam_77\n\n", "one\n"),
        ("one\n⟦SPAM\nSPAM\n⟧order at spam.example\n", "one\n"),
        ("one\n⟦SPAM\n⟧Write: @one_account", "one\nWrite: @one_account"),
        ("one\n\n⟦SPAM\n⟧spam.example\n@spam_account", "one\n"),
        ("one\n⟦SPAM\n⟧Two.\nWrite: @one_account", "one\nTwo.\nWrite: @one_account"),
        ("one\n⟦SPAM\nSPAM\n⟧Two and three.\nWrite: @one_account", "one\nTwo and three.\nWrite: @one_account"),
        (
            "one\n⟦SPAM\nSPAM\n⟧The committee thanks all its members, @one_account",
            "one\nThe committee thanks all its members, @one_account",
        ),
        ("one\n⟦SPAM\nSPAM\n⟧Printed 2024", "one\nPrinted 2024"),
    ],
    ids=repr,
)
def test_the_last_line_goes_with_several_of_spam_if_it_is_a_contact(text: str, left: str) -> None:
    dirty, [(start, end)] = marked(text)
    start, end = with_last_contact(dirty, start, end)
    assert dirty[:start] + dirty[end:] == left


def test_a_definition_goes_with_the_last_of_its_references() -> None:
    text = "A [SPAM][1] and [more][1] and [honest][2].\n\n [1]: http://a.example\r\n[2]: http://b.example\n"
    first, second = text.index("[SPAM]"), text.index("[more]")
    assert orphaned(text, [(first, first + 9)]) == []
    assert orphaned(text, [(0, 3)]) == []
    [(start, end, number)] = orphaned(text, [(first, first + 10), (second, second + 10)])
    assert text[start:end] == " [1]: http://a.example\r\n"
    assert number == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_a_definition_ends_with_its_line(end: str) -> None:
    text = f"A [SPAM][1] b.{end}{end}[1]: http://s.example{end}More of the article.{end}"
    [(start, stop, _)] = orphaned(text, [(2, 11)])
    assert text[start:stop] == f"[1]: http://s.example{end}"


@pytest.mark.parametrize(
    ("definition", "behind"),
    [
        ("[1]: http://s.example\n     'a title'\n", "'no title'\n"),
        ("[1]:\r\n http://s.example (a title)\r\n", "More.\r\n"),
        ("[1]: http://s.example\n", "  'no title' at all\n"),
        ("[^1]: One line.\n    It goes on.\n\n\t> And on.\n", "More.\n\n    code\n"),
        ("[^1]: One line.\n", "\n\nMore.\n"),
    ],
)
def test_a_definition_of_several_lines(definition: str, behind: str) -> None:
    label = definition[: definition.index("]") + 1]
    text = f"A [SPAM]{label} b.\n\n{definition}{behind}"
    [(start, stop, _)] = orphaned(text, [(2, text.index(" b."))])
    assert text[start:stop] == definition


@pytest.mark.parametrize("left", ["see [1]", "see [more][ 1 ]", "see [1][]"])
def test_a_definition_that_is_still_named_stays(left: str) -> None:
    assert orphaned(f"A [SPAM][1] b, {left}.\n\n[1]: http://s.example\n", [(2, 11)]) == []


def test_a_definition_is_used_while_a_reference_stays() -> None:
    text = "A [river][1] and [SPAM][2].\n\n[1]: http://a.example\n[2]: http://s.example\n[3]: http://s.example\n"
    first, second, third = (text.index(f"[{n}]: ") for n in (1, 2, 3))
    definitions = [(first, second), (second, third), (third, len(text))]
    assert still_used(text, definitions) == [0, 1]  # nothing names the third
    reference = text.index("[SPAM]")
    assert still_used(text, [(reference, reference + 9), *definitions]) == [1]
    assert still_used(text, [(0, 1)]) == []


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        ("see [⟦SPAM](http://s.example)⟧ here", "[SPAM](http://s.example)"),
        ("see ⟦[SPAM](http://s.example⟧) here", "[SPAM](http://s.example)"),
        ("see [⟦SPAM][7]⟧ here", "[SPAM][7]"),
        ("see ⟦[SPAM][7⟧] here", "[SPAM][7]"),
        ("see [⟦SPAM⟧](http://a.example) here", "SPAM"),
        ("⟦SPAM][7]⟧ here", "SPAM][7]"),
    ],
    ids=repr,
)
def test_a_link_goes_whole(found: str, whole: str) -> None:
    text, [(start, end)] = marked(found)
    start, end = whole_link(text, start, end)
    assert text[start:end] == whole


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("one\n\n⟦SPAM\n⟧\ntwo\n", "one\n\ntwo\n"),
        ("one\r\n\r\n⟦SPAM\r\n⟧\r\ntwo\r\n", "one\r\n\r\ntwo\r\n"),
        ("one\n \n⟦SPAM\nSPAM\n⟧ \ntwo\n", "one\n \ntwo\n"),
        ("⟦SPAM\n⟧\none\n", "one\n"),
        ("one\n\n⟦SPAM\n⟧", "one\n"),
        ("one\n\n⟦SPAM⟧", "one\n"),
        ("one\n⟦SPAM\n⟧\ntwo\n", "one\n\ntwo\n"),
        ("one\n\n⟦SPAM\n⟧two\n", "one\n\ntwo\n"),
        ("one\n\n⟦SPAM ⟧two\n\nthree\n", "one\n\ntwo\n\nthree\n"),
        ("one\n\none⟦ SPAM\n⟧\ntwo\n", "one\n\none\ntwo\n"),
        ("⟦SPAM⟧", ""),
        ("a sentence that is broken\n⟦SPAM\n⟧\ninto two lines.\n", "a sentence that is broken\ninto two lines.\n"),
        ("a sentence that is broken,\r\n⟦SPAM\r\n⟧\r\ninto two.\r\n", "a sentence that is broken,\r\ninto two.\r\n"),
        ("a sentence that has ended.\n⟦SPAM\n⟧\nlower case\n", "a sentence that has ended.\n\nlower case\n"),
        ("a sentence that is broken\n⟦SPAM\n⟧\nA capital\n", "a sentence that is broken\n\nA capital\n"),
        ("# a heading of many words\n⟦SPAM\n⟧\nlower case\n", "# a heading of many words\n\nlower case\n"),
        ("a short one\n⟦SPAM\n⟧\nlower case\n", "a short one\n\nlower case\n"),
        ("a sentence that is broken\n⟦SPAM\n⟧\n\nlower case\n", "a sentence that is broken\n\n\nlower case\n"),
        ("> * one\n> * two\n⟦SPAM\n⟧\n> * three\n", "> * one\n> * two\n> * three\n"),
        ("- one\n⟦SPAM\n⟧\n- two\n- three\n", "- one\n- two\n- three\n"),
        ("- one\n⟦SPAM\n⟧\n- two\n\n- three\n", "- one\n\n- two\n\n- three\n"),
        ("- one\n⟦SPAM\n⟧\n- two", "- one\n\n- two"),
        ("* one\n* two\n⟦SPAM\n⟧\n- three\n", "* one\n* two\n\n- three\n"),
    ],
    ids=repr,
)
def test_one_blank_line_is_left_where_a_paragraph_was(text: str, left: str) -> None:
    dirty, [(start, end)] = marked(text)
    start, end = blank_line(dirty, start, end)
    assert dirty[:start] + dirty[end:] == left

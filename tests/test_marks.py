"""Marks of the article at the edges of a cut: they stay with their other half, cells keep their places, nothing empty is left."""

from __future__ import annotations

import pytest

from cleaner import Cleaner
from cleaner.marks import in_cell, inner, splits_marks, with_element
from cleaner.structure import breaks

SPAM = "爱上海龙凤419论坛"
BEFORE = (
    "The towpath begins behind the old gasworks, where a gap in the fence has been widened by generations of children."
)
BEHIND = "Horses pulled coal along this path until 1948. The ropes cut grooves into the iron corners of the bridges."
HEAD = "| Stop | Remark | Minutes |\n|---|---|---|\n"


def _cleaned(middle: str) -> str:
    text = f"# Canal walk\n\n{BEFORE}\n\n{middle}\n\n{BEHIND}\n"
    return Cleaner(level="review").clean(text, format="md").text.split(BEFORE, 1)[1].split(BEHIND, 1)[0].strip("\n")


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        ("<div class='note'>{}</div>", ""),
        ("<ul>\n<li>{}</li>\n<li>Boots</li>\n</ul>", "<ul>\n<li>Boots</li>\n</ul>"),
        ("<table><tr>\n<td>{}</td>\n<td>25</td>\n</tr></table>", "<table><tr>\n<td></td>\n<td>25</td>\n</tr></table>"),
        ("<p>The lock is old. {}</p>", "<p>The lock is old.</p>"),
        ("**The path is closed. {}**", "**The path is closed.**"),
        ("Lock **two. {}** is old.", "Lock **two.** is old."),
        ("**{} Herons stand** in the pool.", "**Herons stand** in the pool."),
        (HEAD + "| {} | in the shade | 25 |\n| Lock two | dry | 30 |", HEAD + "|  | in the shade | 25 |\n| Lock two | dry | 30 |"),
        ("![{}](http://casino-777.example/a.png)", ""),
        ("The lock is old. ![{}](http://casino-777.example/a.png) It is wide.", "The lock is old. It is wide."),
    ],
)  # fmt: skip
def test_what_is_left(middle: str, expected: str) -> None:
    assert _cleaned(middle.format(SPAM)) == expected


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [
        ("<p>The quay. SPAM</p>", "SPAM</p>", "SPAM"),
        ("<li>SPAM</li>", "li>SPAM</li>", "SPAM"),
        ("<li class='a'>SPAM</li>", "class='a'>SPAM</l", "SPAM"),
        ("see <b>SPAM", "SPAM", "SPAM"),
        ("<div><p>The quay. SPAM</p></div>", "SPAM</p></div>", "SPAM"),
        ("<p>SPAM the quay</p>", "<p>SPAM", "SPAM"),
        ("<p>SPAM</p>", "<p>SPAM</p>", "<p>SPAM</p>"),
        ("The quay <br> SPAM", "<br> SPAM", "<br> SPAM"),
        ("The quay </p> SPAM", "</p> SPAM", "</p> SPAM"),  # nothing opened it
        ("* SPAM *quay*", "* SPAM", "* SPAM"),
        ("snake__case SPAM__x", "SPAM__x", "SPAM__x"),
        ("a \\*b SPAM*", "SPAM*", "SPAM*"),
        ("| a | SPAM | c |", "| SPAM |", "| SPAM |"),  # no table without a line of dashes
        ("| a | b |\n|---|---|\n| SPAM | c |", "| SPAM |", "SPAM"),
        ("a | b\n---|---\nc | SPAM", "| SPAM", "SPAM"),
    ],
)  # fmt: skip
def test_edges(text: str, piece: str, expected: str) -> None:
    start = text.index(piece)
    first, last = inner(text, start, start + len(piece))
    assert text[first:last] == expected


@pytest.mark.parametrize(
    ("text", "piece", "is_broken"),
    [
        ("<p>The quay <b>wide SPAM</b> SPAM", "wide SPAM</b> SPAM", True),
        ("The quay <b>SPAM</b> is", "<b>SPAM</b>", False),
        ("the **SPAM quay** is", "**SPAM", True),
        ("the **SPAM** quay", "**SPAM**", False),
        ("| a | b |\n|---|---|\n| SPAM | c |", "SPAM | c", False),  # the whole row
        ("| a | b | c |\n|---|---|---|\n| SPAM | c | d |", "SPAM | c", True),
        ("| SPAM | b |\n|---|---|\n| a | c |", "SPAM | b", True),
        ("| SPAM | b |\n|---|---|\n| a | c |", "SPAM", False),
        ("a | b\n---|---\nSPAM | c", "SPAM", True),  # its border would be one at the left
        ("a | b\n---|---\nc | SPAM", "SPAM", False),
        ("a | SPAM", "a | SPAM", False),
    ],
)
def test_broken(text: str, piece: str, is_broken: bool) -> None:
    start = text.index(piece)
    assert splits_marks(text, start, start + len(piece)) == is_broken
    assert breaks(text, start, start + len(piece)) == is_broken


@pytest.mark.parametrize(
    ("row", "piece", "expected"),
    [
        ("| a | b | SPAM", "SPAM", "| a | b |\n"),
        ("SPAM | a | b |", "SPAM", "| a | b |\n"),
        ("| SPAM | SPAM |", "SPAM | SPAM", ""),
        ("| `SPAM` | b |", "SPAM", "|  | b |\n"),
    ],
)
def test_rows(row: str, piece: str, expected: str) -> None:
    head = "| x | y |\n|---|---|\n"
    text = f"{head}{row}\nThe quay.\n"
    start = text.index(piece)
    cut = in_cell(text, start, start + len(piece))
    assert cut is not None
    assert text[: cut[0]] + text[cut[1] :] == f"{head}{expected}The quay.\n"


@pytest.mark.parametrize(
    ("rows", "piece", "expected"),
    [
        ("   * - a\n     - SPAM\n   * - c\n     - d\n", "SPAM", "   * - a\n     -\n   * - c\n     - d\n"),
        ("   * - SPAM\r\n     - b\r\n", "SPAM", "   * -\r\n     - b\r\n"),
        ("   * - SPAM\n     - b\n", "* - SPAM", "   * -\n     - b\n"),
        ("   * - a SPAM\n     - b\n", "SPAM", None),
        ("   * - SPAM\n     - SPAM\n", "SPAM\n     - SPAM", None),
    ],
)
def test_cells_of_a_list_table(rows: str, piece: str, expected: str | None) -> None:
    text = f"Mud.\n\n.. list-table:: Tides\n   :header-rows: 1\n\n{rows}\nThe quay.\n\n* - SPAM\n"
    start = text.index(piece)
    cut = in_cell(text, start, start + len(piece))
    assert (cut and text[: cut[0]] + text[cut[1] :]) == (expected and text.replace(rows, expected))
    behind = text.rindex("SPAM")
    assert in_cell(text, behind, behind + 4) is None


def test_a_table_of_dashes_is_one() -> None:
    """Every line of dashes below one is a row: looked for once, not from each line to the end."""
    text = "a | b\n" + "---|---\n" * 100_000 + "SPAM | c\n"
    start = text.index("SPAM")
    assert inner(text, start, start + 6) == (start, start + 4)
    assert splits_marks(text, start, start + 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <i>SPAM</i> b", "<i>SPAM</i>"),
        ("a <b><i class='x'>SPAM</i></b> b", "<b><i class='x'>SPAM</i></b>"),
        ("<td>SPAM</td>", "SPAM"),
        ('<a href="http://honest.example">SPAM</a>', "SPAM"),
        ("<i>SPAM</b>", "SPAM"),
        ("<i>the SPAM</i>", "SPAM"),
        ("SPAM</i>", "SPAM"),
    ],
)
def test_elements(text: str, expected: str) -> None:
    start = text.index("SPAM")
    first, last = with_element(text, start, start + 4)
    assert text[first:last] == expected

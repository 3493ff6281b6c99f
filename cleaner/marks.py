"""Marks of the article that a cut leaves where they are: tags and emphasis whose other half stays, borders and signs of a table's cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from cleaner.patterns import pattern

if TYPE_CHECKING:
    import regex

TAG = pattern(r"""<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_EMPHASIS = pattern(r"(?<![*\\])\*{1,3}(?!\*)|(?<![_\\\w])__(?!_)|(?<![_\\])__(?![_\w])")
_BORDER = pattern(r"(?<!\\)\|")
_DELIMITER = pattern(r"(?m)^[ >]{0,8}\|?[ ]*:?-+:?[ ]*\|[-:| ]*\r?$")
_EMPHATIC = '*_`"'  # signs that stand empty around nothing
# Elements that stay when they are empty: cells hold others in their places, links lead somewhere.
_STAYING = frozenset(("td", "th", "a"))
_REACH = 2000  # characters outside a cut in which the other half of a tag is looked for

Stretch = tuple[int, int]


def inner(text: str, start: int, end: int) -> Stretch:
    """The span without the article's marks at its edges, and without halves of tags.

    >>> text = "<p>The quay is <b>wide. SPAM</b></p>"
    >>> text[slice(*inner(text, 24, 32))]
    'SPAM'
    >>> text = "| a | b |\\n|---|---|\\n| SPAM | wide |\\n"
    >>> text[slice(*inner(text, 20, 28))]
    'SPAM'
    """
    first, last = _out_of_tags(text, start, end)
    for _ in range(ROUNDS):  # what is left may have other halves of emphasis
        before = first, last
        strays = _strays(text, first, last)
        while strays and not text[strays[-1][1] : last].strip():
            last = strays.pop()[0]
        while strays and not text[first : strays[0][0]].strip():
            first = strays.pop(0)[1]
        if (first, last) == before:
            break
        piece = text[first:last]
        first, last = first + len(piece) - len(piece.lstrip()), last - len(piece) + len(piece.rstrip())
    return (first, last) if first < last else (start, end)


ROUNDS = 4


def _out_of_tags(text: str, start: int, end: int) -> Stretch:
    """The span from behind a tag that it begins in, up to a tag that it ends in, if something is left."""
    first, last = tag_around(text, start), tag_around(text, end)
    begin, stop = first.end() if first else start, last.start() if last else end
    return (begin, stop) if begin < stop else (start, end)


def tag_around(text: str, at: int) -> regex.Match[str] | None:
    """The HTML tag whose inside a place is in."""
    begin = text.rfind("<", max(0, at - _REACH), at)
    tag = TAG().match(text, begin, begin + 2 * _REACH) if begin >= 0 else None
    return tag if tag and at < tag.end() else None


def with_element(text: str, start: int, end: int) -> Stretch:
    """The span with the tags of an element in which nothing else stands, and of one around that.

    >>> text = "A <b class=x><i>SPAM</i></b> quay"
    >>> text[slice(*with_element(text, 16, 20))]
    '<b class=x><i>SPAM</i></b>'
    """
    while text.startswith("</", end) and text[start - 1 : start] == ">":
        closing = TAG().match(text, end)
        opening = TAG().match(text, max(text.rfind("<", max(0, start - _REACH), start), 0), start)
        if not closing or not opening or opening.end() != start or opening[1] or closing[2].lower() in _STAYING:
            break
        if closing[2].lower() != opening[2].lower():
            break
        start, end = opening.start(), closing.end()
    return start, end


def splits_marks(text: str, start: int, end: int) -> bool:
    """True if text[start:end] holds one half of a pair of tags or signs of emphasis, a border of cells that stay, or a table's head.

    >>> splits_marks("the **SPAM quay** is", 4, 10), splits_marks("the **SPAM** quay is", 4, 12)
    (True, False)
    """
    return bool(_strays(text, start, end)) or _loses_cell(text, start, end)


def in_cell(text: str, start: int, end: int) -> Stretch | None:
    """What to cut for spam in a table: the words and not their cell, or the whole row; None for what stands in none.

    >>> text = "| a | b |\\n|---|---|\\n| SPAM | wide |\\n"
    >>> in_cell(text, 22, 26), in_cell(text, 22, 33), in_cell("| SPAM | wide |", 2, 6)
    ((22, 26), (20, 36), None)
    >>> text = ".. list-table::\\n\\n   * - SPAM\\n     - wide\\n"
    >>> text[slice(*in_cell(text, 24, 28))]
    ' SPAM'
    """
    row = _row(text, start, end)
    if row is None:
        return _in_list_table(text, start, end)
    if _is_whole(text, row, start, end):
        return text.rfind("\n", 0, row.start) + 1, text.find("\n", row.end) + 1 or len(text)
    while start > row.start and text[start - 1] == text[end : end + 1] and text[end] in _EMPHATIC:
        start, end = start - 1, end + 1
    if not text[end : row.end].strip():
        return start - (text[start - 1 : start] == " "), row.end
    return start, end + (start == row.start and text.startswith(" ", end))


def fills_cell(text: str, start: int, end: int) -> bool:
    """Whether a span is all that a cell of a Markdown table says, and not its row.

    >>> text = "| a | b |\\n|---|---|\\n| SPAM | wide |\\n"
    >>> fills_cell(text, 22, 26), fills_cell(text, 29, 31), fills_cell(text, 20, 35)
    (True, False, False)
    """
    row = _row(text, start, end)
    if row is None or _is_whole(text, row, start, end):
        return False
    before, behind = text[row.start : start].rstrip(), text[end : row.end].lstrip()
    return (not before or before.endswith("|")) and (not behind or behind.startswith("|"))


_LIST_TABLE = pattern(r"(?m)^([ ]{0,40})\.\. list-table::.*\n(?:[ ]*+\r?\n|\1[ ]++[^ ].*\n?)*+")
_LIST_CELL = pattern(r"[ ]*(?:\*[ ]+)?-[ ]")


def _in_list_table(text: str, start: int, end: int) -> Stretch | None:
    """What to cut for spam that is all of a cell's line in a list table of reStructuredText: what stands behind the cell's sign."""
    if "list-table::" not in text or "\n" in text[start:end]:
        return None
    tables = _list_tables(text)
    at = bisect_right(tables, start, key=itemgetter(0)) - 1
    line, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    stop = stop - text.endswith("\r", 0, stop) if stop >= 0 else len(text)
    cell = _LIST_CELL().match(text, line, stop)
    if at < 0 or tables[at][1] <= start or cell is None or text[cell.end() : start].strip() or text[end:stop].strip():
        return None
    return cell.end() - 1, stop


@lru_cache(maxsize=1)
def _list_tables(text: str) -> list[Stretch]:
    return [table.span() for table in _LIST_TABLE().finditer(text)]


def _strays(text: str, start: int, end: int) -> list[Stretch]:
    """The marks in a span that belong to what stands outside, sorted."""
    found = [*_stray_tags(text, start, end), *_stray_emphasis(text, start, end), *_stray_borders(text, start, end)]
    return sorted(found)


def _stray_tags(text: str, start: int, end: int) -> Iterator[Stretch]:
    closing, opening = _unpaired(text, start, end) if "<" in text[start:end] else ({}, {})
    if closing:
        opened = _unpaired(text, max(0, start - _REACH), start)[1]
        yield from (tag for name in closing.keys() & opened.keys() for tag in closing[name])
    if opening:
        closed = _unpaired(text, end, end + _REACH)[0]
        yield from (tag for name in opening.keys() & closed.keys() for tag in opening[name])


def _unpaired(text: str, start: int, end: int) -> tuple[dict[str, list[Stretch]], dict[str, list[Stretch]]]:
    """By name, the end tags and the start tags of a stretch whose other half is not in it."""
    closing: dict[str, list[Stretch]] = {}
    opening: dict[str, list[Stretch]] = {}
    for tag in TAG().finditer(text, start, end):
        name = tag[2].lower()
        if name in _VOID or tag[0].endswith("/>"):
            continue
        if not tag[1]:
            opening.setdefault(name, []).append(tag.span())
        elif name in opening:
            opening[name].pop()
            if not opening[name]:
                del opening[name]
        else:
            closing.setdefault(name, []).append(tag.span())
    return closing, opening


def _stray_emphasis(text: str, start: int, end: int) -> Iterator[Stretch]:
    """Signs of emphasis without a partner in the span, where the rest of their line has one such as well."""
    if not any(sign in text[start:end] for sign in ("*", "__")):
        return
    line, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    stop = stop if stop >= 0 else len(text)
    inside: dict[str, list[Stretch]] = {}
    outside: dict[str, int] = {}
    for sign in _EMPHASIS().finditer(text, line, stop):
        if text[sign.end() : sign.end() + 1].isspace() and not text[line : sign.start()].strip():
            continue  # a bullet
        if start <= sign.start() < end:
            inside.setdefault(sign[0], []).append(sign.span())
        else:
            outside[sign[0]] = outside.get(sign[0], 0) + 1
    for kind, places in inside.items():
        if len(places) % 2 and outside.get(kind, 0) % 2:
            yield places[0] if not text[start : places[0][0]].strip() else places[-1]


class _Row(NamedTuple):
    """A row of a table, without white space at its ends; whether it is the head, and whether the table has borders at its left."""

    start: int
    end: int
    is_head: bool
    is_bordered: bool


def _stray_borders(text: str, start: int, end: int) -> Iterator[Stretch]:
    row = _row(text, start, end)
    if row is not None and not _is_whole(text, row, start, end):
        yield from (border.span() for border in _BORDER().finditer(text, start, end))


def _loses_cell(text: str, start: int, end: int) -> bool:
    """True if the head of a table goes, or the first cell of a row in a table that has no borders at its left."""
    row = _row(text, start, end)
    if row is None:
        return False
    if _is_whole(text, row, start, end):
        return row.is_head
    is_first = not text[row.start : start].strip()
    return is_first and not row.is_bordered and text[end : row.end].lstrip().startswith("|")


def _is_whole(text: str, row: _Row, start: int, end: int) -> bool:
    """Whether nothing of a row but its outer borders stands outside a span."""
    return not (text[row.start : start] + text[end : row.end]).strip(" |")


def _row(text: str, start: int, end: int) -> _Row | None:
    """The row of a table that a span lies in; None when it lies in none, or in several lines."""
    if "|" not in text or "\n" in text[start:end].strip():
        return None
    tables = _tables(text)
    at = bisect_right(tables, start, key=itemgetter(0)) - 1
    if at >= 0:
        _, delimiter, last = tables[at]
        if start < last and not delimiter[0] <= start < delimiter[1]:
            line, stop = text.rfind("\n", 0, start + 1) + 1, text.find("\n", max(start, end - 1))
            stop = stop if stop >= 0 else len(text)
            bare = text[line:stop]
            is_bordered = text[delimiter[0] : delimiter[1]].lstrip(" >").startswith("|")
            begin = line + len(bare) - len(bare.lstrip(" >"))
            return _Row(begin, line + len(bare.rstrip()), start < delimiter[0], is_bordered)
    return None


@lru_cache(maxsize=1)
def _tables(text: str) -> list[tuple[int, Stretch, int]]:
    """The Markdown tables of a text, found once for all spans in it: where each begins, its line of dashes, where it ends."""
    found: list[tuple[int, Stretch, int]] = []
    for dashes in _DELIMITER().finditer(text):
        head = text.rfind("\n", 0, max(dashes.start() - 1, 0)) + 1
        if "|" not in text[head : dashes.start()] or (found and head < found[-1][2]):  # a row of the table before
            continue
        end = dashes.end() + 1
        while end < len(text):
            stop = text.find("\n", end)
            stop = stop if stop >= 0 else len(text)
            if "|" not in text[end:stop]:
                break
            end = stop + 1
        found.append((head, dashes.span(), min(end, len(text))))
    return found

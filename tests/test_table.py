"""CSV and TSV: rows tile the file, and cells lead back to their bytes."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY

from cleaner import Cleaner, splice
from cleaner.document import CLEANED, SKIPPED, UNCHANGED, process
from cleaner.readers import Document, Field, Options, Record, UnreadableError, format_of, records, table
from cleaner.readers.lines import BLOCK

CLASH = "row: quotes at the end of a cell without quotes, which a cut could turn into its own"
BLOCKS = (1, 7, 4096, BLOCK)
HEADER = b"id,text\n"
CELLS = st.lists(st.text(st.sampled_from('ab ,;"\n\r\té爱💋=\u2028'), max_size=8), min_size=1, max_size=4)


def split(data: bytes, *names: str, block: int = BLOCK, limit: int = 1000, delimiter: bytes = b"") -> list[Record]:
    options = Options(names or ("text",))
    found = list(table.records(io.BytesIO(data), options, block=block, limit=limit, delimiter=delimiter))
    assert b"".join(record.data for record in found) == data
    return found


def cells(data: bytes, *names: str, **how: bytes) -> list[list[tuple[str, str]] | str]:
    """The wanted cells of every row, or why it is skipped."""
    return [
        record.problem or _cells(Document(record.data, "csv", record.record, record.hint), names)
        for record in split(data, *names, **how)  # type: ignore[arg-type]
        if record.record
    ]


def _cells(row: Document, names: tuple[str, ...]) -> list[tuple[str, str]] | str:
    try:
        return [(field.name, field.text) for field in table.fields(row, Options(names))]
    except UnreadableError as error:
        return str(error)


def one_field(row: bytes, columns: str = '[1, "text"]', size: int = 2) -> Field:
    [field] = table.fields(Document(row, "csv", hint=f'[",", {size}, [{columns}]]'), Options())
    return field


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"1,a\n2,b\n", [b"1,a\n", b"2,b\n"]),
        (b"1,a\r\n2,b", [b"1,a\r\n", b"2,b"]),
        (b'1,"a\nb"\n2,"c\r\n\r\n"\n', [b'1,"a\nb"\n', b'2,"c\r\n\r\n"\n']),
        (b'1,"a"",\n"" b"\n2,""\n', [b'1,"a"",\n"" b"\n', b'2,""\n']),
        (b'1,5" disk\n2,b"\n', [b'1,5" disk\n', b'2,b"\n']),
        (b'"1","a"\n"2","\n"\n', [b'"1","a"\n', b'"2","\n"\n']),
        (b'1,"a"b"\n2,"a" "b"\n', [b'1,"a"b"\n', b'2,"a" "b"\n']),
        (b'1,"a', [b'1,"a']),
        (b'1,"""\n"""', [b'1,"""\n"""']),
        (b'1,a"b,"\n,"\n', [b'1,a"b,"\n,"\n']),
        (b"\n1,a\n\r\n2,b\n\n", [b"1,a\n", b"2,b\n"]),
        (b"", []),
    ],
)
def test_rows(data: bytes, rows: list[bytes]) -> None:
    for block in BLOCKS:
        found = split(HEADER + data, block=block)
        assert [record.data for record in found if record.record] == rows
        assert [record.record for record in found if record.record] == [str(n + 1) for n in range(len(rows))]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize(
    "long",
    [
        b'9,"' + b"a\n" * 30 + b'"\n',
        b'9,"' + b'""' * 30 + b',\n"\n',
        b"9," + b"a" * 60 + b"\n",
        b"9" + b',"a"' * 30 + b"\n",
        b"9," + b'"a\n",' * 30 + b'"\n"\n',
    ],
)
def test_a_row_over_the_limit_is_one_skipped_record(block: int, long: bytes) -> None:
    found = split(HEADER + b"1,a\n" + long + b"3,c\n", block=block, limit=40)
    assert [(record.record, record.problem) for record in found if record.record] == [
        ("1", ""),
        ("2", "larger than 40 bytes"),
        ("3", ""),
    ]
    assert found[-1].data == b"3,c\n"


@given(st.text(st.sampled_from('a,"\n'), max_size=60))
def test_blocks_do_not_matter(data: str) -> None:
    expected = split(HEADER + data.encode(), limit=20)
    for block in BLOCKS:
        found = split(HEADER + data.encode(), limit=20, block=block)
        assert [record[1:] for record in found if record.record] == [record[1:] for record in expected if record.record]
        assert [record.data for record in found if record.hint and not record.problem] == [
            record.data for record in expected if record.hint and not record.problem
        ]


@pytest.mark.parametrize(
    ("data", "names", "expected"),
    [
        (b"id,text\n1,a b\n", ["text"], [[("text", "a b")]]),
        (b"text;id,x;y\na,b;1;2\n", ["text"], [[("text", "a,b")]]),
        (b"id\ttext\n1\ta,b\n", ["text"], [[("text", "a,b")]]),
        (b"id|text|c;d;e;f\n1|a|2\n", ["text"], [[("text", "a")]]),
        (b"text\na b\n", ["text"], [[("text", "a b")]]),
        (b"\xef\xbb\xbftext,id\na,1\n", ["text"], [[("text", "a")]]),
        (b'\xef\xbb\xbf"text","id"\r\n"a","1"\r\n', ["text"], [[("text", "a")]]),
        (b'\n\r\n"te\nxt",text\n1,2\n', ["te\nxt"], [[("te\nxt", "1")]]),
        (b"a,b,a\n1,2,3\n", ["b", "a"], [[("a", "1"), ("b", "2"), ("a", "3")]]),
        (b'id,text\n1,"say ""a"", b\r\nc"\r\n', ["text"], [[("text", 'say "a", b\r\nc')]]),
        (b'id,text\n1,5" disk\n"2", "b"\n', ["text"], [[("text", '5" disk')], CLASH]),
        (
            b'id,text\n1,a"b" c\n2,a"\n3,a"b"\n"4",""\n',
            ["text"],
            [[("text", 'a"b" c')], [("text", 'a"')], CLASH, [("text", "")]],
        ),
        (b'text\n"a ""b"""\n""""""\n', ["text"], [[("text", 'a "b"')], [("text", '""')]]),
        (b'id,text\n,\n"",""', ["text"], [[("text", "")], [("text", "")]]),
        (b"Text,text \na,b\n", ["text "], [[("text ", "b")]]),
        (
            b"id,text\n1\n1,a,b\n2,b\n",
            ["text"],
            ["row: 1 cells where the header has 2", "row: more than 2 cells", [("text", "b")]],
        ),
        (b'id,text\n1,"a"b\n2,"a" ,\n', ["text"], ["row: text behind a quote", "row: text behind a quote"]),
        (b'id,text\n1,"a\n2,b\n', ["text"], ["a quote is never closed"]),
        (b'id,text\n1,a\rb\n2,"a"\r\r\n', ["text"], ["row: a lone carriage return"] * 2),
        (b"id,text\n1,a\0\n", ["text"], ["binary: it holds NUL bytes"]),
        (b"id,text\n1,caf\xe9\n2,b\n", ["text"], ["encoding: a table must be UTF-8", [("text", "b")]]),
    ],
)
def test_cells(data: bytes, names: list[str], expected: list[object]) -> None:
    assert cells(data, *names) == expected


def test_tsv_has_tabs_whatever_its_header() -> None:
    assert cells(b"text\tb,c,d\na\t2\n", "text", delimiter=b"\t") == [[("text", "a")]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"id, text\n1,a\n", 'no column named text: give --field; it has "id", " text"$'),
        (b"x" * 500 + b",y\n", r'it has "x{199} \.\.\.$'),
        (b"id,TEXT\n", "no column named text"),
        (b"id\rtext\r1\ra\r", "row: a lone carriage return"),
        ("id,text\n1,a\n".encode("utf-16"), "must be UTF-8"),
        ("id,text\n1,a\n".encode("utf-16-be"), "NUL"),
        ("标题,text\n".encode("gbk"), "must be UTF-8"),
        (b'id,"text\n1,a\n', "header: a quote is never closed"),
        (b"id,text," + b"x" * 1000 + b"\n", "header: larger than 1000 bytes"),
        (b"text" + b",text" * 100, "more than 100 columns"),
        (b"text" + b"," * 900, "no column named x"),
    ],
)
def test_a_file_that_cannot_be_split(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        split(data, "x" if reason.endswith("x") else "text")


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"text,id"])
def test_a_file_without_rows(data: bytes) -> None:
    assert [record.record for record in split(data)] == ([""] if data else [])


def test_rows_wider_than_any_table_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_CELLS", 3)
    assert cells(b"text,a,b\n1,2,3\n") == [[("text", "1")]]
    with pytest.raises(UnreadableError, match="more than 3 cells"):
        split(b"text,a,b,c\n1,2,3,4\n")


@pytest.mark.parametrize("row", [b"\n", b"\r\n", b""])
def test_a_cut_never_makes_a_blank_line(row: bytes) -> None:
    with pytest.raises(UnreadableError, match="blank line"):
        one_field(row, '[0, "text"]', 1)


def test_a_row_needs_its_header() -> None:
    with pytest.raises(UnreadableError, match="no header"):
        table.fields(Document(b"1,a\n", "csv"), Options())


def _written(rows: list[list[str]], **dialect: object) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue().encode()


@given(
    CELLS.flatmap(
        lambda row: st.lists(st.lists(st.sampled_from(row), min_size=len(row), max_size=len(row)), max_size=4)
    ),
    # With "\n" at the ends and minimal quotes, Python 3.11 writes a cell of "\r" bare.
    st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n")]),
    st.sampled_from(",;\t|"),
)
def test_reads_what_csv_writes(rows: list[list[str]], dialect: tuple[int, str], delimiter: str) -> None:
    quoting, end = dialect
    names = [f"n{index}" for index in range(len(rows[0]) if rows else 1)]
    data = _written([names, *rows], quoting=quoting, lineterminator=end, delimiter=delimiter)
    assert cells(data, *names, delimiter=delimiter.encode()) == [list(zip(names, row, strict=True)) for row in rows]


@given(st.text(st.sampled_from('ab,"\n'), max_size=30))
def test_agrees_with_csv(text: str) -> None:
    """Every file that the standard library takes as strict CSV gives its cells, and no other is taken without a problem."""
    data = "n,n\n" + text
    found = cells(data.encode(), "n")
    try:
        rows = [row for row in csv.reader(io.StringIO(data, newline=""), strict=True) if row][1:]
    except csv.Error:
        assert any(isinstance(row, str) for row in found)
        return
    assert len(found) == len(rows)
    for row, expected in zip(found, rows, strict=True):
        if isinstance(row, str):
            assert len(expected) != 2 or row == CLASH
        else:
            assert [cell for _, cell in row] == expected


@given(st.text(st.sampled_from('ab"é'), max_size=8), st.data())
def test_no_cut_makes_another_cell_of_one_without_quotes(text: str, data: st.DataObject) -> None:
    row = f"é,{text}\n".encode()
    try:
        field = one_field(row)
    except UnreadableError:
        return
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(field.text))] * 2)))
    cut_start, cut_end = field.byte_offsets([start, end])
    clean = splice.cut(row, [(cut_start, cut_end)] if start < end else [])
    try:
        assert one_field(clean).text == field.text[:start] + field.text[end:]
    except UnreadableError as error:
        assert "quote" in str(error)  # noqa: PT017


@given(
    st.text(st.sampled_from('ab ,"\né爱💋'), max_size=12),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.data(),
)
def test_any_cut_of_a_text_is_that_cut_of_its_cell(text: str, quoting: int, data: st.DataObject) -> None:
    row = _written([["é", text, 'x"y']], quoting=quoting)
    field = one_field(row, size=3)
    assert field.text == text
    offsets = field.byte_offsets(range(len(text) + 1))
    assert [row[a:b].decode().replace('""', '"') for a, b in pairwise(offsets)] == list(text)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    clean = splice.cut(row, [(offsets[start], offsets[end])] if start < end else [])
    assert one_field(clean, size=3).text == text[:start] + text[end:]
    assert next(csv.reader(io.StringIO(clean.decode(), newline=""))) == ["é", text[:start] + text[end:], 'x"y']


def test_a_file_is_its_rows(cleaner: Cleaner) -> None:
    rows = [["id", "text"], ["1", DIRTY + '"'], ["2", ARTICLE], ["3"], ["4", DIRTY]]
    for name, delimiter in (("a.CSV", ","), ("b.tsv", "\t")):
        format = format_of(name) or ""
        found = list(records(format, io.BytesIO(_written(rows, delimiter=delimiter)), Options()))
        documents = [Document(record.data, format, record.record, record.hint) for record in found if record.record]
        outcomes = process(documents, cleaner)
        assert [outcome.status for outcome in outcomes] == [CLEANED, UNCHANGED, SKIPPED, CLEANED]
        assert b"".join(outcome.data for outcome in outcomes) == _written(
            [["1", ARTICLE + '"'], ["2", ARTICLE], ["3"], ["4", ARTICLE]], delimiter=delimiter
        )

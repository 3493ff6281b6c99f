"""JSON Lines: lines tile the file, and texts lead back to the bytes of their members."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY

from cleaner import Cleaner, splice
from cleaner.document import CLEANED, SKIPPED, UNCHANGED, process
from cleaner.readers import Document, Options, Record, UnreadableError, format_of, jsonl, records
from cleaner.readers.lines import BLOCK

BLOCKS = (1, 7, 4096, BLOCK)
GROUND = st.text(st.sampled_from('ab é爱💋\\"/\n\t\ud800\udc00\u2028\x85'), max_size=30)


def split(data: bytes, block: int = BLOCK, limit: int = 1000) -> list[Record]:
    found = list(jsonl.records(io.BytesIO(data), Options(), block=block, limit=limit))
    assert b"".join(record.data for record in found) == data
    return found


def texts(line: str | bytes, *names: str) -> list[tuple[str, str]]:
    data = line.encode() if isinstance(line, str) else line
    return [(field.name, field.text) for field in jsonl.fields(Document(data, "jsonl"), Options(names or ("text",)))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"1\n2\r\n3", [(b"1\n", "1"), (b"2\r\n", "2"), (b"3", "3")]),
        (b"1\n\n \t\r\n4\n", [(b"1\n", "1"), (b"\n", ""), (b" \t\r\n", ""), (b"4\n", "4")]),
        (b"\xef\xbb\xbf\n2", [(b"\xef\xbb\xbf\n", ""), (b"2", "2")]),
        ('"\u2028\x85\r\x0b"'.encode(), [('"\u2028\x85\r\x0b"'.encode(), "1")]),
        (b"\x0c\n", [(b"\x0c\n", "1")]),
    ],
)
def test_lines(data: bytes, expected: list[tuple[bytes, str]]) -> None:
    for block in BLOCKS:
        assert [(record.data, record.record) for record in split(data, block)] == expected


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("long", [b"x" * 11 + b"\n", b" " * 50 + b"\n", b"x" * 50 + b"\n", b"x" * 50])
def test_a_line_over_the_limit_is_one_skipped_record(block: int, long: bytes) -> None:
    found = split(b"{}\n" + long + b"[1, 2, 3]"[: 9 * long.endswith(b"\n")], block, limit=10)
    counted = [(record.record, record.problem) for record in found if record.record]
    assert counted == [("1", ""), ("2", "larger than 10 bytes"), ("3", "")][: 2 + long.endswith(b"\n")]
    assert all(len(record.data) <= 10 + block for record in found if block < BLOCK)


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"{}", b'"a"', b"x" * 9, b"\xef\xbb\xbf"]), max_size=12))
def test_blocks_do_not_matter(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    expected = [record for record in split(data, limit=12) if record.record and not record.problem]
    for block in BLOCKS:
        assert [record for record in split(data, block, limit=12) if record.record and not record.problem] == expected


@pytest.mark.parametrize(
    ("line", "names", "expected"),
    [
        ('{"text": "a", "id": "b"}\n', ["text"], [("text", "a")]),
        ('\ufeff{"text":"a"}\r\n', ["text"], [("text", "a")]),
        (' {"b":"1" , "a":"2"} ', ["a", "b", "a"], [("b", "1"), ("a", "2")]),
        ('{"text":"a","text":"b"}', ["text"], [("text", "a"), ("text", "b")]),
        ('{"text":"a","text":null}', ["text"], [("text", "a")]),
        ('{"te\\u0078t":"a"}', ["text"], [("text", "a")]),
        ('{"a":{"text":"x"}, "text":""}', ["text"], [("text", "")]),
        ('{"a":{"b":"1","c":{"b":"2"}},"b":"3"}', ["a.b", "a.c.b"], [("a.b", "1"), ("a.c.b", "2")]),
        ('{"a.b":"1","a":{"b":"2"}}', ["a.b"], [("a.b", "1"), ("a.b", "2")]),
        ('{"a":[{"b":"1"},5,{"b":["2",["3"],{"b":"4"}]}]}', ["a.b"], [("a.b", "1"), ("a.b", "2"), ("a.b", "3")]),
        ('[{"text":"a"},[],{},{"text":"b"}]', ["text"], [("text", "a"), ("text", "b")]),
        ('{"text":"\\ud83d\\ude00\\u4e2d\\/\\n\\"\\\\ \\ud800"}', ["text"], [("text", '😀中/\n"\\ \ud800')]),
        ('{"n":' + "9" * 5000 + ',"f":[1.10,1e400,-0,NaN,-Infinity],"text":"a"}', ["text"], [("text", "a")]),
        ('{"text":"' + "[{" * 300 + '"}', ["text"], [("text", "[{" * 300)]),
        ('{"l":[' + "[]," * 300 + '[]],"text":"\\"["}', ["text"], [("text", '"[')]),
        ('{"__proto__":1,"text":"a","id":"../../etc"}', ["text"], [("text", "a")]),
        ('{"text":null}', ["text"], []),
        ('{"text":5}', ["text"], []),
        ('{"text":[1,null]}', ["text"], []),
        ('{"text":{"a":"x"}}', ["text"], []),
        ('{"other":"x"}', ["text"], []),
        ("{ }", ["text"], []),
        ("[]", ["text"], []),
        ("null", ["text"], []),
        ('"text"', ["text"], []),
    ],
)
def test_texts(line: str, names: list[str], expected: list[tuple[str, str]]) -> None:
    assert texts(line, *names) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "invalid JSON"),
        (b'{"text":"a\x01"}', "invalid JSON"),
        (b'{"text":"a"}{"text":"b"}', "invalid JSON"),
        (b'{"text":"a"', "invalid JSON"),
        (b'{"text":"a', "invalid JSON"),
        (b'{"text":"a\\"}', "invalid JSON"),
        (b"{'text':1}", "invalid JSON"),
        (b'{"text":"a",}', "invalid JSON"),
        (b'\0{"text":"a"}', "invalid JSON"),
        (b'{"text":"caf\xe9"}', "not UTF-8"),
        (b'{"text":"\xed\xa0\x80"}', "not UTF-8"),
        ('{"text":"a"}'.encode("utf-16"), "not UTF-8"),
        (b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper than 200"),
        (b"[" * 201 + b'"' + b"]" * 201, "deeper than 200"),
        (b'"' + b'\\"' * 100_000 + b"[" * 300, "invalid JSON"),
        (b'{"text":"\\ud800 a \\udc00"}', "surrogates"),
        (b'{"text":[' + b'"",' * 10_000 + b'""]}', "more than 10000 texts"),
    ],
)
def test_refused(line: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        texts(line)


def test_the_deepest_that_is_read() -> None:
    assert texts("[" * 199 + '{"text":"a"}' + "]" * 199) == [("text", "a")]


@st.composite
def lines_with_texts(draw: st.DrawFn) -> tuple[bytes, str]:
    """A line of JSON and the text of its member, escaped as different writers do."""
    text = draw(GROUND)
    pieces = [draw(st.sampled_from([json.dumps(c)[1:-1], f"\\u{ord(c):04X}" if ord(c) < 65_536 else c])) for c in text]
    plain = [
        c if c.isprintable() and c not in '"\\' else piece
        for c, piece in zip(text, pieces, strict=True)  # as ensure_ascii=False
    ]
    string = "".join(draw(st.sampled_from([pieces, plain])))
    before, behind = draw(st.sampled_from([('{"é":[1],"text":"', '","x":"y"}\r\n'), ('\ufeff{"text" : "', '"}')]))
    return f"{before}{string}{behind}".encode(), json.loads(f'"{string}"')


@given(lines_with_texts(), st.data())
def test_any_cut_of_a_text_is_that_cut_of_its_member(line: tuple[bytes, str], data: st.DataObject) -> None:
    content, text = line
    try:
        [field] = jsonl.fields(Document(content, "jsonl"), Options())
    except UnreadableError as error:
        assert "surrogates" in str(error)  # noqa: PT017
        return
    assert field.text == text
    offsets = field.byte_offsets(range(len(text) + 1))
    assert [json.loads(b'"' + content[start:end] + b'"') for start, end in pairwise(offsets)] == list(text)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    clean = splice.cut(content, [(offsets[start], offsets[end])] if start < end else [])
    assert texts(clean) == [("text", text[:start] + text[end:])]
    before, after = json.loads(content.decode("utf-8-sig")), json.loads(clean.decode("utf-8-sig"))
    assert before | {"text": ""} == after | {"text": ""}


ONE = json.dumps({"id": 1.10, "text": DIRTY, "more": "é"}, ensure_ascii=False).encode()
ESCAPED = json.dumps({"text": DIRTY, "more": "é"}).encode()
LONE = b'{"text":"\\ud800'


def test_documents(cleaner: Cleaner) -> None:
    clean = json.dumps({"id": 1.10, "text": ARTICLE, "more": "é"}, ensure_ascii=False).encode()
    cases = {
        ONE + b"\r\n": (CLEANED, "", clean + b"\r\n"),
        ESCAPED + b"\n": (CLEANED, "", json.dumps({"text": ARTICLE, "more": "é"}).encode() + b"\n"),
        clean: (UNCHANGED, "", clean),
        b'{"text":5}\n': (UNCHANGED, "no text in it: no field text", b'{"text":5}\n'),
        ONE[:-1]: (SKIPPED, "invalid JSON", ONE[:-1]),
        LONE + ESCAPED[10:]: (CLEANED, "", LONE + json.dumps({"text": ARTICLE, "more": "é"}).encode()[10:]),
    }
    outcomes = process([Document(data, "jsonl") for data in cases], cleaner)
    assert [(outcome.status, outcome.reason, outcome.data) for outcome in outcomes] == list(cases.values())


def test_a_file_is_its_lines(cleaner: Cleaner) -> None:
    data = b"\xef\xbb\xbf" + b"\n".join([ONE, b"", b'{"text":"caf\xe9"}', ESCAPED])
    found = list(records(format_of("a.JSONL") or "", io.BytesIO(data), Options()))
    outcomes = process([Document(record.data, "jsonl", record.record) for record in found if record.record], cleaner)
    assert [record.record for record in found] == ["1", "", "3", "4"]
    assert [outcome.status for outcome in outcomes] == [CLEANED, SKIPPED, CLEANED]

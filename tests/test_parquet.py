"""Parquet: cells come out as documents, and the table that is written is the same but for them."""

from __future__ import annotations

import datetime
import resource
import struct
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from samples import ARTICLE, SPAM

from cleaner.api import Cleaner
from cleaner.document import process
from cleaner.readers import Options, UnreadableError, parquet
from cleaner.readers.parquet import ParquetRewriter, logical_hash, restore

DAY = datetime.datetime(2024, 2, 29, 12, 30, 1, 123456)
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False, metadata={"PARQUET:field_id": "7", "unit": "none"}),
        ("text", pa.string()),
        ("large", pa.large_string()),
        ("words", pa.dictionary(pa.int32(), pa.string())),
        (
            "meta",
            pa.struct([("text", pa.string()), ("size", pa.int32()), ("deep", pa.struct([("text", pa.string())]))]),
        ),
        ("tags", pa.list_(pa.string())),
        ("pairs", pa.map_(pa.string(), pa.int64())),
        ("score", pa.float64()),
        ("ok", pa.bool_()),
        ("when", pa.timestamp("ns", "UTC")),
        ("price", pa.decimal128(9, 2)),
        ("raw", pa.binary()),
        ("hash", pa.binary(4)),
        ("vector", pa.list_(pa.float32(), 2)),
        ("nothing", pa.null()),
    ],
    metadata={"pandas": '{"index_columns": []}', "made by": "a test é"},
)


def row(number: int) -> dict[str, object]:
    """A row in which every third cell, another one in every row, is null."""
    values = {
        "text": f"text {number}",
        "large": f"large {number} é",
        "words": f"word {number % 2}",
        "meta": {"text": f"inner {number}", "size": number, "deep": {"text": f"deep {number}"} if number % 2 else None},
        "tags": [f"tag {number}", None],
        "pairs": [("a", number), ("b", None)],
        "score": number / 3,
        "ok": bool(number % 2),
        "when": DAY,
        "price": Decimal(number),
        "raw": b"\xff\0" * number,
        "hash": b"hash",
        "vector": [1.5, -0.0],
        "nothing": None,
    }
    return {"id": number, **{name: None if (number + i) % 3 == 0 else v for i, (name, v) in enumerate(values.items())}}


TABLE = pa.Table.from_pylist([row(number) for number in range(11)], SCHEMA)


def write(path: Path, table: pa.Table = TABLE, **settings: object) -> Path:
    pq.write_table(table, path, **{"row_group_size": 4, **settings})
    return path


def rewrite(source: Path, sink: Path, change: Callable[[bytes], bytes], *fields: str) -> list[tuple[str, str, bytes]]:
    rewriter = ParquetRewriter(source, sink, Options(fields=fields or ("text",)))
    seen = []
    for document in rewriter.documents():
        seen.append((document.record, document.hint, document.data))
        rewriter.accept(change(document.data))
    rewriter.close()
    return seen


def same(data: bytes) -> bytes:
    return data


TEXTS = ("text", "large", "words", "meta.text", "meta.deep.text")


@pytest.mark.parametrize("codec", ["NONE", "SNAPPY", "GZIP", "ZSTD", "BROTLI", "LZ4"])
def test_changed_and_restored(codec: str, tmp_path: Path) -> None:
    source = write(tmp_path / "in.parquet", compression={"text": codec, "id": "ZSTD", "tags.list.element": "GZIP"})
    seen = rewrite(source, tmp_path / "out.parquet", lambda data: data[:2] + data[3:], *TEXTS)
    before, after = pq.read_table(source), pq.read_table(tmp_path / "out.parquet")
    assert after.schema.equals(before.schema, check_metadata=True)
    for old, new in zip(before.to_pylist(), after.to_pylist(), strict=True):
        for name in ("text", "large", "words"):
            assert new.pop(name) == (old[name] and old[name][:2] + old[name][3:])
            del old[name]
        for holder, other in (
            (old["meta"], new["meta"]),
            ((old["meta"] or {}).get("deep"), (new["meta"] or {}).get("deep")),
        ):
            if holder is not None:
                assert other.pop("text") == holder["text"][:2] + holder["text"][3:]
                del holder["text"]
        assert new == old
    groups = [pq.ParquetFile(tmp_path / name).metadata for name in ("in.parquet", "out.parquet")]
    assert [[meta.row_group(i).num_rows for i in range(meta.num_row_groups)] for meta in groups] == [[4, 4, 3]] * 2
    assert [meta.row_group(0).column(1).compression for meta in groups] == [codec.replace("NONE", "UNCOMPRESSED")] * 2

    pieces = {(record, name): [(2, data[2:3])] for record, name, data in seen}
    restore(tmp_path / "out.parquet", tmp_path / "back.parquet", Options(fields=TEXTS), pieces)
    assert pq.read_table(tmp_path / "back.parquet").to_pylist() == before.to_pylist()
    assert logical_hash(tmp_path / "back.parquet") == logical_hash(source) != logical_hash(tmp_path / "out.parquet")


def test_documents_in_order_of_rows(tmp_path: Path) -> None:
    table = pa.table({"text": ["a", None, "c"], "title": ["A", "B", None]})
    seen = rewrite(write(tmp_path / "in", table, row_group_size=2), tmp_path / "out", same, "title", "text")
    assert seen == [("0", "title", b"A"), ("0", "text", b"a"), ("1", "title", b"B"), ("2", "text", b"c")]


def test_one_of_the_columns_is_enough(tmp_path: Path) -> None:
    table = pa.table({"text": ["a", "b"], "meta": [{"title": "A"}, {"title": "B"}]})
    seen = rewrite(write(tmp_path / "in", table), tmp_path / "out", same, "body", "text", "meta.body", "meta.title")
    assert [name for _, name, _ in seen] == ["text", "meta.title"] * 2


def test_accepted_late(tmp_path: Path) -> None:
    rewriter = ParquetRewriter(write(tmp_path / "in"), tmp_path / "out", Options())
    for document in list(rewriter.documents()):
        rewriter.accept(document.data.upper())
    rewriter.close()
    assert pq.read_table(tmp_path / "out")["text"].to_pylist()[1:4] == ["TEXT 1", "TEXT 2", None]


def test_closed_early(tmp_path: Path) -> None:
    rewriter = ParquetRewriter(write(tmp_path / "in"), tmp_path / "out", Options())
    documents = rewriter.documents()
    next(documents)
    with pytest.raises(ValueError, match="not every document"):
        rewriter.close()


@pytest.mark.parametrize(
    ("table", "settings"),
    [
        (TABLE.slice(0, 0), {}),
        (pa.table({"text": pa.array([None, None], pa.string())}), {"row_group_size": 1}),
        (TABLE, {"version": "1.0"}),
        (TABLE, {"data_page_version": "2.0", "write_page_checksum": True}),
        (TABLE, {"use_dictionary": False, "write_statistics": False}),
        (TABLE, {"use_compliant_nested_type": False}),
        (TABLE.drop_columns(["words"]), {"store_schema": False}),
        (TABLE, {"use_deprecated_int96_timestamps": True}),
        (pa.table({"text": ["a"] * 5000}), {"row_group_size": 3000}),
    ],
)
def test_written_as_it_was(table: pa.Table, settings: dict[str, object], tmp_path: Path) -> None:
    source = write(tmp_path / "in", table, **settings)
    rewrite(source, tmp_path / "out", same)
    assert pq.read_table(tmp_path / "out").equals(pq.read_table(source), check_metadata=True)
    assert logical_hash(tmp_path / "out") == logical_hash(source)
    old, new = pq.ParquetFile(source), pq.ParquetFile(tmp_path / "out")
    assert new.schema.equals(old.schema)
    assert new.num_row_groups == old.num_row_groups


def test_struct_with_required_text(tmp_path: Path) -> None:
    kind = pa.struct([pa.field("text", pa.string(), nullable=False)])
    table = pa.table({"meta": pa.array([{"text": "a1"}, None, {"text": "b2"}], kind)})
    rewrite(write(tmp_path / "in", table), tmp_path / "out", lambda data: data[:1], "meta.text")
    assert pq.read_table(tmp_path / "out").to_pylist() == [
        {"meta": {"text": "a"}},
        {"meta": None},
        {"meta": {"text": "b"}},
    ]


def test_dotted_name_comes_first(tmp_path: Path) -> None:
    table = pa.table({"a": [{"b": "inner"}], "a.b": ["outer"]})
    assert rewrite(write(tmp_path / "in", table), tmp_path / "out", same, "a.b") == [("0", "a.b", b"outer")]


def test_bytes_outside_utf8_stay(tmp_path: Path) -> None:
    cells = pa.array([b"caf\xe9 one", b"two"], pa.binary()).cast(pa.string(), safe=False)
    rewrite(write(tmp_path / "in", pa.table({"text": cells})), tmp_path / "out", lambda data: data[:-2])
    out = pq.read_table(tmp_path / "out")["text"].cast(pa.binary())
    assert out.to_pylist() == [b"caf\xe9 o", b"t"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a Parquet file"),
        (b"PAR1", "not a Parquet file"),
        (b"PAR1" + b"\0" * 100 + b"PAR1", "parquet: "),
        (b"PAR1" + b"x" * 50 + struct.pack("<I", 0x7FFFFFFF) + b"PAR1", "footer"),
        (b"PAR1" + b"x" * 500, "truncated"),
        (b"PARE" + b"x" * 500 + b"PARE", "not a Parquet file"),
    ],
)
def test_not_parquet(data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(data)
    with pytest.raises(UnreadableError, match=reason):
        ParquetRewriter(tmp_path / "in", tmp_path / "out", Options())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_cell_repeated_by_a_dictionary(kind: pa.DataType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_GROUP", 1 << 22)
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 50_000]))
    source = write(
        tmp_path / "in", pa.table({"text": cells}), store_schema=pa.types.is_dictionary(kind), row_group_size=1000
    )
    assert source.stat().st_size < 20_000
    with pytest.raises(UnreadableError, match=r"parquet: .*(larger|alloc|MemoryError)"):
        rewrite(source, tmp_path / "out", same)
    with pytest.raises(UnreadableError, match=r"parquet: .*(larger|alloc|MemoryError)"):
        logical_hash(source)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_damaged_pages_are_an_error(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "in", write_page_checksum=True).read_bytes())
    data[data.index(b"text 1")] ^= 1
    (tmp_path / "in").write_bytes(data)
    with pytest.raises(UnreadableError, match="parquet: "):
        rewrite(tmp_path / "in", tmp_path / "out", same)


def test_no_byte_of_the_footer_ends_the_process(tmp_path: Path) -> None:
    data = write(
        tmp_path / "in", pa.table({"text": ["a", "b"]}), store_schema=False, write_statistics=False
    ).read_bytes()
    (size,) = struct.unpack("<I", data[-8:-4])
    refused = 0
    for at in range(len(data) - 8 - size, len(data) - 8):
        (tmp_path / "in").write_bytes(data[:at] + b"\x40" + data[at + 1 :])
        try:
            rewrite(tmp_path / "in", tmp_path / "out", same)
        except UnreadableError:
            refused += 1
    assert 20 < refused < size


def test_any_cut_is_an_error(tmp_path: Path) -> None:
    data = write(tmp_path / "in").read_bytes()
    for size in range(0, len(data), 97):
        (tmp_path / "cut").write_bytes(data[:size])
        with pytest.raises(UnreadableError):
            ParquetRewriter(tmp_path / "cut", tmp_path / "out", Options())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("body",), 'no column named body: give --field; it has "id", "text", "large"'),
        (("meta.body", "body"), 'no column named meta.body or body: give --field; it has "id"'),
        (("text", "id"), "id is int64, not text"),
        (("meta",), "not text"),
        (("raw",), "raw is binary, not text"),
        (("tags",), "not text"),
    ],
)
def test_no_such_column(fields: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=reason):
        ParquetRewriter(write(tmp_path / "in"), tmp_path / "out", Options(fields=fields))


def test_columns_of_one_name(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    with pytest.raises(UnreadableError, match="several columns"):
        ParquetRewriter(write(tmp_path / "in", table), tmp_path / "out", Options())


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "in")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnreadableError, match=r"article-cleaner\[parquet\]"):
        ParquetRewriter(path, tmp_path / "out", Options())


def test_hash_sees_every_value(tmp_path: Path) -> None:
    known = {logical_hash(write(tmp_path / "in"))}
    for name in SCHEMA.names[:-1]:
        rows = TABLE.to_pylist()
        at = next(number for number in range(1, 11) if rows[number][name] is not None)
        rows[at][name], rows[at - 1][name] = rows[at - 1][name], rows[at][name]
        known.add(logical_hash(write(tmp_path / "in", pa.Table.from_pylist(rows, SCHEMA))))
    assert len(known) == len(SCHEMA.names)


def test_hash_is_that_of_the_values(tmp_path: Path) -> None:
    one = write(tmp_path / "one", row_group_size=2, compression="ZSTD")
    other = write(tmp_path / "other", row_group_size=11, use_dictionary=False, data_page_version="2.0")
    assert logical_hash(one) == logical_hash(other)


def test_cells_are_cleaned(tmp_path: Path, cleaner: Cleaner) -> None:
    table = pa.table({"text": [ARTICLE, f"{ARTICLE}{SPAM}\n", None], "other": [SPAM] * 3})
    rewriter = ParquetRewriter(write(tmp_path / "in", table), tmp_path / "out", Options())
    for document in rewriter.documents():
        rewriter.accept(process([document], cleaner)[0].data)
    rewriter.close()
    assert pq.read_table(tmp_path / "out").to_pydict() == {"text": [ARTICLE, ARTICLE, None], "other": [SPAM] * 3}

"""WARC and WET: records tile the file, damage is reported and costs no whole record, and what is cut fits its header."""

from __future__ import annotations

import gzip
import hashlib
import random
import re
import zlib
from base64 import b32encode
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLE, DIRTY, SPAM, write_files
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaner import splice
from cleaner.api import Cleaner
from cleaner.cli import main
from cleaner.document import CLEANED, SKIPPED, UNCHANGED, process
from cleaner.readers import Document, Options, Record, UnreadableError, format_of, restored, warc
from cleaner.readers.warc import compressed

PLAIN = ["Content-Type: text/plain"]
HTML = "text/html; charset=utf-8"


def record(
    block: bytes, kind: str = "conversion", length: object = None, extra: Sequence[str] = (), name: str = ""
) -> bytes:
    size = len(block) if length is None else length
    lines = ["WARC/1.0", f"WARC-Type: {kind}", *([f"WARC-Record-ID: {name}"] if name else []), *extra]
    return "\r\n".join([*lines, f"Content-Length: {size}", "", ""]).encode() + block + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *headers, "", ""]).encode() + body


def digest(data: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def read(data: bytes) -> list[Record]:
    """The records of a file, which they must be."""
    found = list(warc.records(BytesIO(data), Options()))
    assert b"".join(part.raw or part.data for part in found) == data
    assert [part.hint for part in found if part.record] == [
        f"#{n + 1}" for n in range(sum(bool(p.record) for p in found))
    ]
    assert all(part.record for part in found if part.problem)
    return found


def counted(data: bytes) -> list[tuple[str, str]]:
    return [(part.record, part.problem) for part in read(data) if part.record]


def texts(data: bytes) -> list[tuple[str, str]]:
    return [(field.format, field.text) for field in warc.fields(Document(data, "warc"), Options())]


def written(*articles: str, gzipped: bool) -> bytes:
    """A file of warcio's: a warcinfo record, and a request, a response and a conversion for every article."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    writer.write_record(writer.create_warcinfo_record("test.warc", {"software": "a test"}))
    for number, article in enumerate(articles):
        uri = f"http://example.org/{number}"
        body = article.encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("X-Odd", "kept"), ("Content-Length", str(len(body)))]
        http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.0")
        page = writer.create_warc_record(uri, "response", payload=BytesIO(body), http_headers=http)
        ask = StatusAndHeaders("GET / HTTP/1.0", [("Host", "example.org")], is_http_request=True)
        writer.write_record(writer.create_warc_record(uri, "request", http_headers=ask))
        writer.write_record(page)
        writer.write_record(
            writer.create_warc_record(uri, "conversion", payload=BytesIO(body), warc_content_type="text/plain")
        )
    return out.getvalue()


def checked(data: bytes) -> list[tuple[str, bytes]]:
    """Type and payload of every record as warcio reads them, its digests and lengths verified by that."""
    out = []
    for item in ArchiveIterator(BytesIO(data), check_digests="raise"):
        payload = item.content_stream().read()
        is_encoded = item.http_headers and item.http_headers.get_header("Content-Encoding")
        if item.http_headers and not is_encoded and item.http_headers.get_header("Content-Length"):
            assert int(item.http_headers.get_header("Content-Length")) == len(payload)
        out.append((item.rec_type, payload))
    return out


def cleaned(data: bytes, cleaner: Cleaner) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """A file with its articles cleaned, and each changed record as it was and as it is."""
    out, changed = [], []
    for part in read(data):
        result = part.data
        if part.record and not part.problem:
            [outcome] = process([Document(part.data, "warc", part.record)], cleaner)
            assert outcome.status in (UNCHANGED, CLEANED), outcome.reason
            result = outcome.data
            pieces = [(start, part.data[start:end]) for start, end in outcome.cuts]
            assert restored("warc", result, pieces) == part.data
        if result == part.data:
            out.append(part.raw or part.data)
        else:
            out.append(compressed(result) if part.raw else result)
            changed.append((part.data, result))
    return b"".join(out), changed


@pytest.mark.parametrize("gzipped", [True, False])
def test_cleaned_file_is_one_for_warcio(gzipped: bool, cleaner: Cleaner) -> None:
    dirty = written(ARTICLE, DIRTY, f"{ARTICLE * 3}{SPAM}\n", gzipped=gzipped)
    clean, changed = cleaned(dirty, cleaner)
    kinds = [kind for kind, _ in checked(dirty)]
    assert [kind for kind, _ in checked(clean)] == kinds == ["warcinfo", *["request", "response", "conversion"] * 3]
    assert len(changed) == 4
    assert [payload.decode() for kind, payload in checked(clean) if kind == "conversion"] == [
        ARTICLE,
        ARTICLE,
        ARTICLE * 3,
    ]
    assert [payload.decode() for kind, payload in checked(clean) if kind == "response"] == [
        ARTICLE,
        ARTICLE,
        ARTICLE * 3,
    ]


def test_warcio_files_come_back_to_the_byte() -> None:
    data = written(ARTICLE, DIRTY, gzipped=True)
    assert b"".join(compressed(part.data) for part in read(data)) == data


def test_a_clean_file_is_itself(cleaner: Cleaner) -> None:
    data = written(ARTICLE, gzipped=True)
    assert cleaned(data, cleaner) == (data, [])


@pytest.mark.parametrize("name", ["a.warc", "a.WET"])
def test_names(name: str) -> None:
    assert format_of(name) == "warc"


NOT_GZIP = "http content encoding gzip: the body is not in it, or not whole"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (record(b"a"), [("#1", "")]),
        (record(b"a", name="<urn:uuid:1>"), [("<urn:uuid:1>", "")]),
        (record(b"a", name="<urn:\x1b[2J>"), [("#1", "")]),
        (record(b"a", name="u" * 201), [("#1", "")]),
        (
            record(b"a", "warcinfo") + record(b"a", "metadata") + record(b"a", "revisit") + record(b"a", "unheard-of"),
            [],
        ),
        (record(b"a", "resource", extra=["Content-Type: image/png"]), []),
        (record(b"a", "resource", extra=["Content-Type: Text/Plain;x=y"]), [("#1", "")]),
        (record(b"\x89PNG\0", "resource"), []),
        (record(b"ns1 A", "response", extra=["Content-Type: text/dns"]), []),
        (record(response(b"a", "content-type:image/png"), "response"), []),
        (record(response(b"a", "content-type:text/html"), "response"), [("#1", "")]),
        (record(response(b"\x1f\x8b\0", "content-encoding: gzip"), "response"), [("#1", NOT_GZIP)]),
        (record(response(b"\x1f\x8b\0", "Content-Encoding: br", "Content-Type: image/png"), "response"), []),
        (record(response(gzip.compress(b"\x89PNG\0"), "Content-Encoding: gzip"), "response"), []),
        (record(response(gzip.compress(b"text"), "Content-Encoding: gzip"), "response"), [("#1", "")]),
        (record(b"HTTP/1.1 200 OK\r\n", "response"), [("#1", "")]),
        (record(b"no http", "response", extra=["Content-Type: application/http"]), [("#1", "")]),
    ],
)
def test_what_counts(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert counted(data) == expected
    assert counted(compressed(data)) == expected or data.count(b"WARC/1.0") != 1


LENGTH = "damaged: truncated, or its Content-Length is wrong"
NUMBER = "damaged: bad header: no Content-Length, or not a number"
LINE = "damaged: bad header: a line is not one, or it does not end"
VERSION = "damaged: bad header: not WARC/1.0 or WARC/1.1"
GOOD = record(b"good")


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (record(b"text", length=3), LENGTH),
        (record(b"text", length=5), LENGTH),
        (record(b"text", length=99_999_999_999_999), LENGTH),
        (record(b"text", length=21_000_000), LENGTH),
        (record(b"text", length=10**30), NUMBER),
        (record(b"text", length=-5), NUMBER),
        (record(b"text", length="04"), NUMBER),
        (record(b"text", length="+4"), NUMBER),
        (record(b"text", length="4, 4"), NUMBER),
        (record(b"text", length="4\r\n 0"), NUMBER),
        (record(b"text", length=""), NUMBER),
        (record(b"text", extra=["Content-Length: 4"]), "damaged: bad header: content-length is there twice"),
        (record(b"text", kind=""), "damaged: bad header: no WARC-Type"),
        (record(b"text", extra=["no colon"]), LINE),
        (record(b"text").replace(b"\r\n\r\n", b"\r\n"), LINE),
        (record(b"text")[:-1], LENGTH),
        (record(b"text").replace(b"WARC/1.0", b"WARC/9.0"), VERSION),
        (record(b"text").replace(b"\r\n", b"\n"), VERSION),
        (record(b"text", extra=["X: " + "x" * 70_000]), LINE),
        (b"garbage\r\n", VERSION),
        (b"\r\n", VERSION),
        (b"W" * 3_000_000, VERSION),
    ],
)
def test_damage_costs_one_record(damaged: bytes, problem: str) -> None:
    at = f"at byte {len(GOOD)}"
    assert counted(GOOD + damaged + GOOD) == [("#1", ""), (f"#2 {at}", problem), ("#3", "")]
    assert counted(GOOD + damaged) == [("#1", ""), (f"#2 {at}", problem)]
    assert counted(damaged + GOOD) == [("#1 at byte 0", problem), ("#2", "")]


def test_damage_across_pieces() -> None:
    for short in range(12):
        junk = b"W" * (warc.PIECE - short)
        assert counted(junk + GOOD) == [("#1 at byte 0", VERSION), ("#2", "")]


@pytest.mark.parametrize("extra", [1, 1 << 20])
def test_large_record_is_passed_through_in_pieces(extra: int) -> None:
    large = record(random.Random(1).randbytes(warc.MAX_BYTES // 2 + extra).hex().encode())
    for data in (GOOD + large + GOOD, compressed(GOOD) + gzip.compress(large, 1) + compressed(GOOD)):
        found = read(data)
        assert [part.problem for part in found if part.record] == ["", "larger than 20000000 bytes", ""]
        assert max(len(part.raw or part.data) for part in found) <= warc.PIECE


def test_gzip_bomb() -> None:
    bomb = compressed(b"\0" * (warc.MAX_RECORD + (2 << 20)))
    expected = "damaged: expansion limit: over 200 times or 1073741824 bytes"
    assert [problem for _, problem in counted(bomb + compressed(GOOD))] == [expected, ""]


def test_empty_and_foreign_members() -> None:
    assert counted(compressed(b"") + compressed(GOOD)) == [("#1", "")]
    assert counted(compressed(b"hello") + compressed(GOOD)) == [("#1 at byte 0", VERSION), ("#2", "")]
    assert counted(compressed(b"W" * 3_000_000)) == [("#1 at byte 0", VERSION)]
    assert counted(compressed(record(b"a", "warcinfo") * 2)) == []


@pytest.mark.parametrize("size", [10, 10_100_000])
def test_one_member_with_all_records(size: int) -> None:
    noise = random.Random(1).randbytes(size)
    text = record(noise, name="one", extra=PLAIN)
    inside = text + record(b"x", "metadata") + text.replace(b"one", b"two") + b"junk"
    found = list(warc.records(BytesIO(gzip.compress(inside, 1)), Options()))
    assert [part.record.partition(" ")[0] for part in found] == ["one", "", "two", "#3"]
    assert b"".join(part.data for part in found) == inside
    assert gzip.decompress(b"".join(part.raw for part in found)) == inside


def test_damage_in_a_member_with_all_records() -> None:
    data = gzip.compress(GOOD * 3)
    assert counted(data[:-5]) == [("#1 at byte 0", "damaged: truncated gzip member")]


def articles(number: int) -> list[bytes]:
    random_ = random.Random(number)
    return [
        record(
            random_.randbytes(random_.randrange(10, 300)).hex().encode() + b"text " * random_.randrange(100),
            name=f"id-{n}",
        )
        for n in range(30)
    ]


@pytest.mark.parametrize("number", range(25))
def test_cut_anywhere(number: int) -> None:
    whole = articles(number)
    members = [compressed(data) for data in whole]
    at = random.Random(number).randrange(1, sum(map(len, members)))
    found = read(b"".join(members)[:at])
    left = next(n for n in range(31) if sum(map(len, members[: n + 1])) > at)
    assert [part.data for part in found if not part.problem] == whole[:left]
    assert sum(bool(part.problem) for part in found) == (at > sum(map(len, members[:left])))


@pytest.mark.parametrize("number", range(50))
def test_flipped_anywhere(number: int) -> None:
    whole = articles(number)
    members = [compressed(data) for data in whole]
    random_ = random.Random(number)
    hit = random_.randrange(30)
    at = random_.randrange(len(members[hit]))
    damaged = bytearray(members[hit])
    damaged[at] ^= 1 << random_.randrange(8)
    found = read(b"".join([*members[:hit], damaged, *members[hit + 1 :]]))
    if 4 <= at < 10:  # time and system in the header of gzip: nothing depends on them, and nothing vouches for them
        assert [part.data for part in found] == whole
    else:
        assert [part.data for part in found if not part.problem] == whole[:hit] + whole[hit + 1 :]
        assert sum(bool(part.problem) for part in found) == 1


TOKENS = [
    GOOD,
    compressed(GOOD),
    compressed(b""),
    b"WARC/1.0\r\n",
    b"Content-Length: 9\r\n",
    b"WARC-Type: resource\r\n",
]
TOKENS += [
    b"\r\n\r\n",
    b"\x1f\x8b\x08\0",
    b"\n x",
    b"HTTP/1.1 200 OK\r\n",
    compressed(GOOD)[:-3],
    record(b"x", length=70),
    b":\0",
]


@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=5)), max_size=12).map(b"".join))
def test_any_bytes_are_tiled_and_read_or_refused(data: bytes) -> None:
    for part in read(data):
        if part.record and not part.problem:
            with suppress(UnreadableError):
                texts(part.data)


def test_two_members_damaged() -> None:
    members = [bytearray(compressed(data)) for data in articles(0)]
    for number in (3, 4, 17):
        members[number][len(members[number]) // 2] ^= 0xFF
    found = read(b"".join(members))
    assert [part.data for part in found if not part.problem] == [
        d for n, d in enumerate(articles(0)) if n not in (3, 4, 17)
    ]
    assert sum(bool(part.problem) for part in found) >= 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (record("é text".encode()), ("txt", "é text")),
        (record(b""), ("txt", "")),
        (record(b"<p>x", "resource"), ("html", "<p>x")),
        (record(b"x", "resource", extra=["content-type: text/html"]), ("html", "x")),
        (record(response(b"x", f"Content-Type: {HTML}"), "response"), ("html", "x")),
        (record(response(b"x", "Content-Type: application/xhtml+xml"), "response"), ("html", "x")),
        (record(response(b"x", *PLAIN, "Transfer-Encoding: identity", "Content-Length: 1"), "response"), ("txt", "x")),
        (record(b"HTTP/1.0 200\nContent-Type: text/plain\nodd line\n folded\n\nx", "response"), ("txt", "x")),
        (record(response(b"x", *PLAIN, status="HTTP/1.1 404 a: b"), "response"), ("txt", "x")),
        (record(response("é爱".encode(), "Content-Type: text/plain; charset=gbk"), "response"), ("txt", "é爱")),
        (
            record(response("爱a上".encode("gbk"), "Content-Type: text/plain; charset=GB2312"), "response"),
            ("txt", "爱a上"),
        ),
        (
            record(response(b"\x80 caf\xe9", "Content-Type: text/plain;charset='latin-1'"), "response"),
            ("txt", "€ café"),
        ),
        (
            record(response("愛".encode("sjis"), "Content-Type: text/plain; charset=Shift_JIS"), "response"),
            ("txt", "愛"),
        ),
        (record(response(b"caf\xe9 au lait", *PLAIN), "response"), ("txt", "caf\udce9 au lait")),
        (record("\ufeffbom".encode()), ("txt", "bom")),
    ],
)
def test_text(data: bytes, expected: tuple[str, str]) -> None:
    assert texts(data) == [expected]


@pytest.mark.parametrize(
    ("block", "headers", "reason"),
    [
        (response(b"x", *PLAIN, "Content-Length: 2"), [], "Content-Length of HTTP"),
        (response(b"x", *PLAIN, "Content-Length: 1", "Content-Length: 1"), [], "twice"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", [], "bad HTTP header"),
        (response(b"\xd2\xff", "Content-Type: text/plain; charset=windows-1253"), [], "do not come out"),
        (response(b"\x87\x90", "Content-Type: text/plain; charset=cp932"), [], "do not come out"),
        (response(b"\xff", "Content-Type: text/plain; charset=zip"), [], "not UTF-8"),
        (response(b"\xff", "Content-Type: text/plain; charset=../../x"), [], "not UTF-8"),
        (response(b"\xff", "Content-Type: text/plain; charset=utf-7"), [], "not UTF-8"),
        (response(b"a\0b", *PLAIN), [], "binary"),
        (response(b"x", *PLAIN), ["WARC-Segment-Number: 1"], "segment"),
        (response(b"x", *PLAIN), ["WARC-Block-Digest: sha1:" + "A" * 32], "digest: it is not that of the bytes"),
        (response(b"x", *PLAIN), ["WARC-Payload-Digest: sha1:"], "digest: it is not that of the bytes"),
        (response(b"x", *PLAIN), ["WARC-Payload-Digest: crc32:00"], "digest: algorithm crc32"),
    ],
)
def test_unreadable(block: bytes, headers: list[str], reason: str, cleaner: Cleaner) -> None:
    data = record(block, "response", extra=headers)
    with pytest.raises(UnreadableError, match=reason):
        texts(data)
    [(_, problem)] = counted(data)
    [outcome] = process([Document(data, "warc")], cleaner)
    assert (problem, outcome.status, outcome.data) == ("", SKIPPED, data)


def chunked(body: bytes, size: int = 1000) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%X;x=y\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def deflated(body: bytes, form: int) -> bytes:
    deflater = zlib.compressobj(1, zlib.DEFLATED, form)
    return deflater.compress(body) + deflater.flush()


CHUNKED = "Transfer-Encoding: chunked"
ENCODED = {
    "gzip": (["Content-Encoding: gzip"], gzip.compress),
    "zlib": (["Content-Encoding: deflate"], lambda body: deflated(body, 15)),
    "deflate": (["Content-Encoding: deflate"], lambda body: deflated(body, -15)),
    "chunked": ([CHUNKED], chunked),
    "both": (["Content-Encoding: gzip", CHUNKED], lambda body: chunked(gzip.compress(body))),
}


def encoded_response(how: str, text: str, *, of_entity: bool = False) -> bytes:
    """A response with right digests, of the payload as it is sent or out of its chunks, and a length where HTTP has one."""
    headers, encode = ENCODED[how]
    body = encode(text.encode())
    length = [] if CHUNKED in headers else [f"Content-Length: {len(body)}"]
    block = response(body, *PLAIN, *headers, "X-Odd:  kept ", *length)
    payload = gzip.compress(text.encode()) if of_entity else body
    digests = [f"WARC-Block-Digest: {digest(block)}", f"WARC-Payload-Digest: {digest(payload)}"]
    return record(block, "response", extra=[*digests, "WARC-Target-URI: http://example.org/"], name="<urn:1>")


@pytest.mark.parametrize("gzipped", [False, True])
@pytest.mark.parametrize("how", ENCODED)
def test_an_encoded_body_is_cut_and_encoded_again(tmp_path: Path, how: str, gzipped: bool) -> None:
    clean, dirty = encoded_response(how, ARTICLE), encoded_response(how, DIRTY)
    name = "a.warc.gz" if gzipped else "a.warc"
    data = b"".join(compressed(part) if gzipped else part for part in (clean, dirty, GOOD))
    write_files(tmp_path / "in", {name: data})
    run = CliRunner().invoke(main, ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    written = (tmp_path / "out" / name).read_bytes()
    assert written.startswith(compressed(clean) if gzipped else clean)
    assert [payload for _, payload in checked(written)] == [ARTICLE.encode()] * 2 + [b"good"]
    plain = gzip.decompress(written) if gzipped else written
    changed = plain[len(clean) : -len(GOOD)]
    assert head_lines(changed) == head_lines(dirty)
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "out-report")]).exit_code == 0
    assert CliRunner().invoke(main, ["restore", str(tmp_path / "out-report")]).exit_code == 0
    restored = (tmp_path / "out" / name).read_bytes()
    assert [payload for _, payload in checked(restored)] == [payload for _, payload in checked(data)]
    assert [(part.record, part.data) for part in read(restored)] == [(part.record, part.data) for part in read(data)]


def head_lines(data: bytes) -> list[bytes]:
    """The lines of both headers without the values that tell of the body."""
    lines = b"\r\n".join(data.split(b"\r\n\r\n")[:2]).split(b"\r\n")
    return [re.sub(rb"(Length|Digest): .*", rb"\1", line) for line in lines]


def test_a_digest_of_what_is_in_the_chunks_stays_one() -> None:
    original = encoded_response("both", DIRTY, of_entity=True)
    [part] = read(original)
    back = warc.stored(part, part.data)
    [again] = read(back)
    assert (again.problem, again.data) == ("", part.data)
    body = back.partition(b"X-Odd:  kept \r\n\r\n")[2].removesuffix(b"\r\n\r\n")
    entity = body.partition(b"\r\n")[2].removesuffix(b"\r\n0\r\n\r\n")
    assert gzip.decompress(entity) == DIRTY.encode()
    assert f"WARC-Payload-Digest: {digest(entity)}".encode() in back


def test_a_body_may_have_several_members_and_an_old_name() -> None:
    body = gzip.compress(DIRTY.encode()[:70]) + gzip.compress(DIRTY.encode()[70:])
    [part] = read(record(response(body, *PLAIN, "content-encoding: X-GZip"), "response"))
    assert texts(part.data) == [("txt", DIRTY)]
    assert (
        gzip.decompress(warc.stored(part, part.data).partition(b"\r\n\r\nHTTP")[2].partition(b"\r\n\r\n")[2][:-4])
        == DIRTY.encode()
    )


@pytest.mark.parametrize(
    ("body", "header", "problem"),
    [
        (gzip.compress(b"a" * 99)[:-1], "Content-Encoding: gzip", NOT_GZIP),
        (gzip.compress(b"a" * 99) + b"x", "Content-Encoding: gzip", NOT_GZIP),
        (b"no longer compressed", "Content-Encoding: gzip", NOT_GZIP),
        (b"", "Content-Encoding: gzip", NOT_GZIP),
        (deflated(b"a", 15) + b"x", "Content-Encoding: deflate", NOT_GZIP.replace("gzip", "deflate")),
        (gzip.compress(b"") * 400_000, "Content-Encoding: gzip", NOT_GZIP),
        (gzip.compress(bytes(12_000_000)), "Content-Encoding: gzip", "expansion: more than 200 times"),
        (gzip.compress(bytes(21_000_000)), "Content-Encoding: gzip", "larger than 20000000 bytes"),
        (b"x", "Content-Encoding: br", "http content encoding br: not supported"),
        (b"x", "Content-Encoding: gzip, gzip", "http content encoding gzip, gzip: not supported"),
        (b"x", "Transfer-Encoding: gzip, chunked", "http transfer encoding gzip, chunked: not supported"),
        (b"1\r\nx", CHUNKED, "http transfer encoding chunked: the body is not in it"),
        (b"FFFFFFFF\r\nabc\r\n0\r\n\r\n", CHUNKED, "http transfer encoding chunked: the body is not in it"),
        (b"text that came in chunks", CHUNKED, "http transfer encoding chunked: the body is not in it"),
        (b"1\r\nx\r\n0\r\nTrailer: 1\r\n\r\n", CHUNKED, "http transfer encoding chunked: the body is not in it"),
        (b"1\r\nx\r\n0\r\n\r\nmore", CHUNKED, "http transfer encoding chunked: there is something behind"),
    ],
)
def test_a_body_that_is_not_in_its_encoding_is_passed_through(body: bytes, header: str, problem: str) -> None:
    data = record(response(body, *PLAIN, header), "response", name="<urn:1>") + GOOD
    found = counted(data)
    assert [name for name, _ in found] == ["<urn:1>", "#2"]
    assert found[0][1].startswith(problem)


def test_several_records_are_no_document() -> None:
    with pytest.raises(UnreadableError, match="length"):
        texts(GOOD * 2)


def sha256(form: str, data: bytes) -> str:
    value = hashlib.sha256(data).digest()
    return {"hex": value.hex(), "HEX": value.hex().upper(), "base32": b32encode(value).decode()}[form]


@pytest.mark.parametrize("form", ["hex", "HEX", "base32"])
def test_header_but_for_lengths_and_digests_stays(form: str) -> None:
    def page(body: str, extra: str) -> bytes:
        http = response(body.encode(), "content-LENGTH:  " + str(len(body)) + " ", "X: 1", " folded", *PLAIN)
        lines = [
            f"Warc-Block-Digest:sha-256:{sha256(form, http)}",
            f"X-{extra}:  é \t",
            "WARC-Payload-Digest: " + digest(body.encode()),
        ]
        return record(http, "response", extra=lines)

    body = "honest " * 20 + "spam" + " text" * 10
    original, expected = page(body, "odd"), page(body.replace("spam", "") * 1, "odd")
    start = original.index(b"spam")
    clean = warc.finish(original, splice.cut(original, [(start, start + 4)]))
    assert clean == expected
    assert warc.restored(clean, [(start, b"spam")]) == original


@pytest.mark.parametrize(("size", "cut"), [(12, 3), (110, 11), (1005, 1000), (10, 10)])
def test_restored_when_the_header_got_shorter(size: int, cut: int) -> None:
    block = response(b"x" * size, *PLAIN, f"Content-Length: {size}")
    original = record(block, "response", extra=["WARC-Target-URI: http://e/", f"WARC-Block-Digest: {digest(block)}"])
    start = original.index(b"x" * size)
    clean = warc.finish(original, splice.cut(original, [(start, start + cut)]))
    assert len(original) - len(clean) >= cut
    assert warc.restored(clean, [(start, b"x" * cut)]) == original
    assert [payload for _, payload in checked(clean)] == [b"x" * (size - cut)]


def test_offsets_are_those_of_the_record() -> None:
    data = record(response("爱 café x".encode("gbk", "ignore"), "Content-Type: text/plain; charset=gbk"), "response")
    [field] = warc.fields(Document(data, "warc"), Options())
    [start, end] = field.byte_offsets([2, 5])
    assert data[start:end] == b"caf"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
def test_places_in_a_body_of_any_encoding_are_those_in_the_file(encoding: str, tmp_path: Path) -> None:
    """`check` names the line of the file, and `explain` finds what stands there."""
    page = f"<html><head></head><body>\n<p>{ARTICLE.splitlines()[0]} 一条河。</p>\n<p>爱上海龙凤419论坛</p>\n</body></html>\n"
    head = f"Content-Type: text/html; charset={encoding}"
    data = b"".join(record(response(page.encode(encoding), head), "response", name=f"<urn:x:{n}>") for n in range(2))
    (tmp_path / "a.warc").write_bytes(data)
    runner = CliRunner()
    found = runner.invoke(main, ["check", "--isolated", str(tmp_path / "a.warc")]).stdout.splitlines()
    lines = [n + 1 for n, line in enumerate(data.split(b"\n")) if "爱上海".encode(encoding)[-4:] in line]
    assert len(lines) == 2
    assert [line.split("a.warc:")[1].split(" ")[0] for line in found] == [f"{n}:1:" for n in lines]
    for n in lines:
        done = runner.invoke(main, ["explain", "--isolated", f"{tmp_path / 'a.warc'}:{n}:1"])
        assert f"{n}:1: removed" in done.stdout

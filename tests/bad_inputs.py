"""153 inputs that broke other tools, each built from our own texts, with what must become of it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import struct
import tarfile
import unicodedata
import warnings
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_LE, BOM_UTF32_LE
from collections.abc import Callable
from typing import NamedTuple

from samples import ARTICLE, DIRTY, SPAM

BOMB = 12_000_000  # bytes of nothing in a compressed file
CLEANED, UNCHANGED = "cleaned", "unchanged"
BINARY, NO_READER = "skipped: binary: it holds NUL bytes", "skipped: format: no reader for it"
NOT_UTF8 = "skipped: encoding: not UTF-8, nor UTF-16 with a byte-order mark"
STATEFUL = "skipped: encoding: stateful (ISO-2022 or HZ)"
EXPANSION = "skipped: expansion: more than 200 times its compressed size"
NO_TEXT = "unchanged: no text in it: no field text"
INVALID_JSON = "skipped: invalid JSON"

LINE = f"{SPAM}\n"  # what is cut of DIRTY
CHINESE = "渡船每天早上六点半离开港口，海鸥还在屋顶上睡觉。渔夫装上木箱，两位老师读着昨天的报纸。"
SENTENCE = "The first boat leaves the harbour at half past six, when the gulls are still asleep on the sheds. "


class Bad(NamedTuple):
    """A row: a file, what becomes of its documents, what it is about, and the pieces cut wherever they stand in it.

    Large data are a function, called where they are needed. `after` is the result where cutting the pieces is not all.
    """

    id: str
    name: str
    data: bytes | Callable[[], bytes]
    ends: str  # one status for each document, with its reason or remark, in any order, with ` | ` between them
    must: str
    cut: tuple[bytes, ...] = ()
    after: bytes | None = None

    @property
    def path(self) -> str:
        """Below the folder of all rows: each has one of its own, because some names would clash."""
        return f"{self.id}/{self.name}"

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.data if isinstance(self.data, bytes) else self.data()

    def cleaned(self, content: bytes) -> bytes:
        """What must be left of the file's bytes, decompressed if they are compressed."""
        for piece in self.cut:
            content = content.replace(piece, b"")
        return content if self.after is None else self.after


def flipped(data: bytes, at: int) -> bytes:
    """The data with one bit of a byte turned."""
    changed = bytearray(data)
    changed[at] ^= 0x10
    return bytes(changed)


def zipped(*members: tuple[str, str]) -> bytes:
    """A zip archive, in which a name may stand twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            with archive.open(zipfile.ZipInfo(name), "w") as member:
                member.write(text.encode())
    return out.getvalue()


def link_in_tar() -> bytes:
    """A tar archive with a link to a folder and a file behind it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("l")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("l/passwd"), io.BytesIO())
    return out.getvalue()


def warc(block: bytes, kind: str = "conversion", length: int | None = None, extra: str = "") -> bytes:
    """A WARC record."""
    size = len(block) if length is None else length
    mime = "application/http; msgtype=response" if kind == "response" else "text/plain"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Type: {mime}\r\n{extra}Content-Length: {size}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def http(body: bytes, header: str) -> bytes:
    """A WARC record with an HTTP response."""
    return warc(f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{header}\r\n\r\n".encode() + body, "response")


def laughs(first: str, link: Callable[[str, str], str]) -> str:
    """A chain of eight definitions, each of which repeats the one before."""
    return first + "".join(link(chr(98 + n), chr(97 + n)) for n in range(8))


def page(inner: str, article: str = ARTICLE) -> str:
    """An HTML page: the article's paragraphs, with something behind the first."""
    first, *rest = article.strip().split("\n\n")
    return f"<html><body><p>{first}</p>\n{inner}<p>{'</p><p>'.join(rest)}</p></body></html>\n"


def row(text: str, **others: object) -> str:
    """A line of JSON."""
    return json.dumps({"text": text, **others}, ensure_ascii=False) + "\n"


def quoted(text: str) -> str:
    """A text inside a JSON string, with escapes only where they must be."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


IN_JSON = quoted(LINE)
JSON_TEXT = quoted(DIRTY)
PARAGRAPH = f"<p>{SPAM}</p>"
HIDDEN = "".join(chr(0xE0000 + ord(c)) for c in "cheap pills at spam88.example")
ZERO_WIDTH = "\u200b".join(SPAM)
REVERSED = f"\u202e{SPAM[::-1]}\u202c\n"
OVERWRITING = "\r" + SPAM + "\x08" * 20
OTHER = "<p>澳门新葡京娱乐城真人荷官在线发牌</p>"

TEXTS = [
    Bad("E01", "empty.txt", b"", UNCHANGED, "counts as a document"),
    Bad("E02", "one_nul.txt", b"\0", BINARY, "not cut"),
    Bad("E03", "bom_only.txt", BOM_UTF8, UNCHANGED, "the mark stays"),
    Bad("E04", "bom8_spam.md", BOM_UTF8 + DIRTY.encode(), CLEANED, "the mark stays first, offsets count from byte 0", (LINE.encode(),)),
    Bad("E05", "two_boms.txt", BOM_UTF8 * 2 + ARTICLE.encode(), UNCHANGED, "the second mark is content"),
    Bad("E06", "bom_middle.txt", DIRTY.replace("Fish", "\ufeffFish").encode(), CLEANED, "only the spam goes", (LINE.encode(),)),
    Bad("E07", "utf16le_bom.txt", BOM_UTF16_LE + DIRTY.encode("utf-16-le"), CLEANED, "stays UTF-16", (LINE.encode("utf-16-le"),)),
    Bad("E08", "utf16be_nobom.txt", DIRTY.encode("utf-16-be"), BINARY, "never written as UTF-8"),
    Bad("E09", "utf16_odd.txt", BOM_UTF16_LE + DIRTY.encode("utf-16-le") + b"A", "skipped: encoding: truncated UTF-16", "not cut"),
    Bad("E10", "utf16_lone_surrogate.txt", BOM_UTF16_LE + b"\x00\xd8x\0" + DIRTY.encode("utf-16-le"), CLEANED, "00 D8 stays", (LINE.encode("utf-16-le"),)),
    Bad("E11", "utf32.txt", BOM_UTF32_LE + DIRTY.encode("utf-32-le"), "skipped: encoding: UTF-32 is not supported", "not read as UTF-16"),
    Bad("E12", "invalid_utf8_byte.txt", b"caf\xe9 na\xefve\n" + DIRTY.encode(), CLEANED, "E9 and EF stay", (LINE.encode(),)),
    Bad("E13", "truncated_utf8_end.txt", CHINESE.encode()[:-1], UNCHANGED, "the first bytes of a character stay"),
    Bad("E14", "overlong.txt", b"\xc0\xaf\xe0\x80\xaf" + DIRTY.encode(), CLEANED, "is no slash", (LINE.encode(),)),
    Bad("E15", "cesu8_surrogates.txt", b"\xed\xa0\xbd\xed\xb8\x80" + DIRTY.encode(), CLEANED, "six bytes that stay", (LINE.encode(),)),
    Bad("E16", "above_10ffff.txt", b"\xf4\x90\x80\x80" + ARTICLE.encode(), UNCHANGED, "no character, stays"),
    Bad("E17", "gbk.txt", (CHINESE * 3 + SPAM).encode("gbk"), NOT_UTF8, "no guess is good enough to cut by"),
    Bad("E18", "gbk_short.txt", SPAM.encode("gbk"), NOT_UTF8, "detection takes it for Korean"),
    Bad("E19", "gb18030_4byte.txt", f"{CHINESE}𠮷{SPAM}".encode("gb18030"), NOT_UTF8, "no sequence is split"),
    Bad("E20", "big5_non_roundtrip.txt", b"\xa1\xfe" + "愛上海龍鳳論壇".encode("big5"), NOT_UTF8, "A1 FE would come back as A2 41"),
    Bad("E21", "cp932_non_roundtrip.txt", b"\x87\x90" + "船は毎朝六時半に出ます".encode("cp932"), NOT_UTF8, "87 90 would come back as another pair"),
    Bad("E22", "iso2022jp.txt", "船は毎朝六時半に出ます".encode("iso2022_jp"), STATEFUL, "no cut inside a run of shifted bytes"),
    Bad("E23", "hz.txt", CHINESE.encode("hz"), STATEFUL, "as ISO-2022"),
    Bad("E24", "utf7.txt", f"x {LINE}".encode("utf-7"), UNCHANGED, "ASCII, never decoded"),
    Bad("E25", "mixed_utf8_gbk.txt", DIRTY.encode() + CHINESE[:24].encode("gbk"), CLEANED, "the foreign bytes stay", (LINE.encode(),)),
    Bad("E26", "mojibake.txt", DIRTY.encode().decode("latin-1").encode(), UNCHANGED, "never repaired"),
    Bad("E27", "charset_lie.html", f"<meta charset=gbk>{page(PARAGRAPH)}".encode(), CLEANED, "valid UTF-8 wins over the label", (PARAGRAPH.encode(),)),
    Bad("E28", "ebcdic.txt", "The first boat leaves at six".encode("cp500"), NOT_UTF8, "not cut"),
    Bad("E29", "latin1_c1.txt", bytes(range(0x80, 0xA0)) + ARTICLE.encode(), UNCHANGED, "bytes stay"),
    Bad("N01", "crlf.txt", DIRTY.replace("\n", "\r\n").encode(), CLEANED, "CRLF stays", (f"{SPAM}\r\n".encode(),)),
    Bad("N02", "mixed_eol.txt", (DIRTY.replace("\n", "\r\n") + "\n\r" + DIRTY + ARTICLE.replace("\n", "\r")).encode(), CLEANED, "each line end as it was", (f"{SPAM}\r\n".encode(), LINE.encode())),
    Bad("N03", "cr_only.txt", DIRTY.replace("\n", "\r").encode(), CLEANED, "no LF appears", (f"{SPAM}\r".encode(),)),
    Bad("N04", "cut_between_cr_lf.txt", ARTICLE.replace("sheds.\nFish", f"sheds.\r{SPAM}\nFish").encode(), CLEANED, "CR and LF do not become one line end", (LINE.encode(),)),
    Bad("N05", "no_final_newline.txt", (ARTICLE + SPAM).encode(), CLEANED, "none is added", (f"\n{SPAM}".encode(),)),
    Bad("N06", "only_newlines.txt", b"\n" * 100_000, UNCHANGED, "ends in time"),
    Bad("N07", "unicode_separators.txt", ("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n" + DIRTY).encode(), CLEANED, "only LF counts as a line", (LINE.encode(),)),
    Bad("N08", "one_long_line.txt", (SENTENCE * 6000 + SPAM + " " + SENTENCE * 6000).encode(), CLEANED, "the page does not show it all", (f"{SPAM} ".encode(),)),
    Bad("N09", "many_short_lines.txt", b"a\n" * 300_000, UNCHANGED, "ends in time"),
    Bad("N10", "trailing_spaces.md", DIRTY.replace("\n", "  \n").encode(), CLEANED, "the spaces that break lines stay", (f"{SPAM}  \n".encode(),)),
    Bad("T01", "zero_width.txt", ("\u200b" + DIRTY.replace(SPAM, ZERO_WIDTH)).encode(), CLEANED, "invisible characters elsewhere stay", (f"{ZERO_WIDTH}\n".encode(),)),
    Bad("T02", "zwj_emoji.txt", f"👨\u200d👩\u200d👧\u200d👦 {ARTICLE}".encode(), UNCHANGED, "the family stays together"),
    Bad("T03", "zwnj_persian.txt", "کشتی هر روز می\u200cرود".encode(), UNCHANGED, "stays"),
    Bad("T04", "zalgo.txt", ("a" + "\u0301" * 200_000).encode(), UNCHANGED, "ends in time"),
    Bad("T05", "nfkc_bomb.txt", ("\ufdfa" * 100_000).encode(), UNCHANGED, "18 characters each in a compatibility form"),
    Bad("T06", "rlo.txt", f"{REVERSED}{DIRTY}".encode(), CLEANED, "found too, shown as escapes", (REVERSED.encode(), LINE.encode())),
    Bad("T07", "unbalanced_bidi.txt", ("\u2066" * 1000 + DIRTY).encode(), CLEANED, "what is shown stays left to right", (LINE.encode(),)),
    Bad("T08", "tag_chars.txt", (ARTICLE + HIDDEN).encode(), UNCHANGED, "hidden text goes as a span or stays"),
    Bad("T09", "noncharacters.txt", f"\ufffe\uffff\U0001fffe{ARTICLE}".encode(), UNCHANGED, "stays"),
    Bad("T10", "private_use.txt", f"\ue000\uf8ff{ARTICLE}".encode(), UNCHANGED, "stays"),
    Bad("T11", "all_bmp.txt", "".join(chr(c) for c in range(1, 0x30D40) if not 0xD800 <= c < 0xE000).encode(), UNCHANGED, "no character is too odd"),
    Bad("T12", "turkish_i.txt", ("İ" * 50 + "\n" + DIRTY + "ß" * 50).encode(), CLEANED, "folding changes lengths, not the span", (LINE.encode(),)),
    Bad("T13", "nfd_hangul.txt", unicodedata.normalize("NFD", f"배는 여섯 시 반에 떠난다\n{DIRTY}").encode(), CLEANED, "not composed", (LINE.encode(),)),
    Bad("T14", "cjk_compat.txt", f"\uf900\ufa0e\U0002f800{DIRTY}".encode(), CLEANED, "not normalised", (LINE.encode(),)),
    Bad("T15", "ansi.txt", b"\x1b[2J\x1b]0;pwned\x07\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\\n" + DIRTY.encode(), CLEANED, "no escape sequence is printed", (LINE.encode(),)),
    Bad("T16", "c1_csi.txt", ("\x9b31mred\x9d0;t\x9c\n" + DIRTY).encode(), CLEANED, "nor one of C1", (LINE.encode(),)),
    Bad("T17", "cr_overwrite.txt", (DIRTY + "harmless" + OVERWRITING).encode(), CLEANED, "CR and BS are shown as escapes", (LINE.encode(), OVERWRITING.encode())),
    Bad("T18", "rich_markup.txt", f"see [/etc/passwd] [bold]x[/] [link=http://evil.example]y[/link]\n{DIRTY}".encode(), CLEANED, "printed as it is", (LINE.encode(),)),
    Bad("T19", "percent_braces.txt", f"%s %(x)s {{0}} {{x!r}} ${{HOME}} $(id) `id`\n{DIRTY}".encode(), CLEANED, "nothing is expanded", (LINE.encode(),)),
]  # fmt: skip

PAGES = [
    Bad("H01", "deep_div.html", ("<div>" * 300 + page(PARAGRAPH) + "</div>" * 300).encode(), CLEANED, "the article is still there", (PARAGRAPH.encode(),)),
    Bad("H02", "deep_100k.html", ("<b>" * 100_000 + page(PARAGRAPH)).encode(), CLEANED, "no recursion, and read to the end", (PARAGRAPH.encode(),)),
    Bad("H03", "big_text_node.html", lambda: b"<p>" + b"a" * 11_000_000 + f"</p>{page(PARAGRAPH)}".encode(), CLEANED, "what is behind it is still there", (PARAGRAPH.encode(),)),
    Bad("H04", "open_tags.html", b"<a " * 20_000, UNCHANGED, "ends in time"),
    Bad("H05", "open_comments.html", b"<!--" * 20_000, UNCHANGED, "ends in time"),
    Bad("H06", "active_formatting.html", ("".join(f"<b {n}>" for n in range(2000)) + "".join(f"<i {n}>" for n in range(2000)) + "x</b>" * 2000).encode(), UNCHANGED, "ends in time"),
    Bad("H07", "unclosed_attr.html", page(f'<p title="{SPAM}>').encode(), UNCHANGED, "no tag changes"),
    Bad("H08", "split_script.html", page(f"<scr{SPAM}ipt>alert(1)</scr{SPAM}ipt>").encode(), UNCHANGED, "a cut makes no tag"),
    Bad("H09", "split_entity.html", page(f"<p>&am{SPAM}p;lt;script&am{SPAM}p;gt;</p>").encode(), UNCHANGED, "a cut makes no entity"),
    Bad("H10", "split_comment.html", page(f"<!-{SPAM}- x -->").encode(), UNCHANGED, "a cut opens no comment"),
    Bad("H11", "conditional_comment.html", page(f"<!--[if IE]>{PARAGRAPH}<![endif]-->").encode(), UNCHANGED, "the comment stays well-formed"),
    Bad("H12", "script_json.html", page(f'<script type="application/ld+json">{{"d":"{SPAM}"}}</script>').encode(), UNCHANGED, "scripts are not cut"),
    Bad("H13", "svg_cdata.html", page(f"<svg><![CDATA[{SPAM}]]></svg>").encode(), UNCHANGED, "no crash"),
    Bad("H14", "nul_in_tag.html", page(f"<p\0>{SPAM}</p>").encode(), BINARY, "NUL stays"),
    Bad("H15", "xxe.html", b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', UNCHANGED, "no file is read"),
    Bad("H16", "laughs.xhtml", laughs(f'<!DOCTYPE r [<!ENTITY a "{"lol" * 10}">', lambda one, other: f'<!ENTITY {one} "{f"&{other};" * 10}">').encode() + b"]><r>&i;</r>", UNCHANGED, "not expanded"),
    Bad("H17", "meta_refresh_base.html", ('<base href=http://evil.example><meta http-equiv=refresh content="0;url=http://evil.example">' + page(PARAGRAPH)).encode(), CLEANED, "inert in the report", (PARAGRAPH.encode(),)),
    Bad("H18", "report_xss.html", page(f"<p><img src=x onerror=alert(1)></p>{PARAGRAPH}<script>alert(1)</script>\u2028").encode(), CLEANED, "inert in the report", (PARAGRAPH.encode(),)),
    Bad("H19", "attr_megabyte.html", page(f'<p data-x="{"a" * 3_000_000}"></p>{PARAGRAPH}').encode(), CLEANED, "the attribute stays", (PARAGRAPH.encode(),)),
    Bad("H20", "many_entities.html", b"&#97;" * 200_000, UNCHANGED, "ends in time"),
    Bad("H21", "table_50k_cells.html", b"<table>" + b"<tr><td>1" * 50_000, UNCHANGED, "ends in time"),
    Bad("H22", "template_noscript.html", page(f"<template>{PARAGRAPH}</template><noscript>{OTHER}</noscript>").encode(), CLEANED, "found there too, an element goes as a whole", (f"<template>{PARAGRAPH}</template><noscript>{OTHER}</noscript>".encode(),)),
    Bad("M01", "quotes.md", ("> " * 5000 + "x\n\n" + DIRTY).encode(), CLEANED, "no recursion", (LINE.encode(),)),
    Bad("M02", "brackets.md", b"[" * 50_000 + b"x" + b"]()" * 50_000, UNCHANGED, "ends in time"),
    Bad("M03", "backticks.md", "".join("`" * n + "a" for n in range(1, 1000)).encode(), UNCHANGED, "ends in time"),
    Bad("M04", "front_matter_python_tag.md", f'---\nx: !!python/object/apply:os.system ["touch /tmp/pwned"]\n---\n{DIRTY}'.encode(), CLEANED, "nothing runs", (LINE.encode(),)),
    Bad("M05", "front_matter_laughs.md", (laughs('---\na: &a ["lol"]\n', lambda one, other: f"{one}: &{one} [{','.join([f'*{other}'] * 9)}]\n") + f"---\n{DIRTY}").encode(), CLEANED, "not expanded", (LINE.encode(),)),
    Bad("M06", "front_matter_no_close.md", f"---\ntitle: x\n{DIRTY}".encode(), CLEANED, "read as text", (LINE.encode(),)),
    Bad("M07", "front_matter_types.md", f"---\ndate: 2024-01-01\nno: no\noct: 0777\n---\n{DIRTY}".encode(), CLEANED, "not written anew", (LINE.encode(),)),
    Bad("M08", "fence_span.md", f"```\n{SPAM}\n```\n{ARTICLE}".encode(), UNCHANGED, "code stays, the fence stays balanced"),
    Bad("M09", "cut_makes_heading.md", f"{ARTICLE}{SPAM}\n===\n".encode(), UNCHANGED, "the last line does not become a heading"),
    Bad("M10", "ref_links.md", f'{ARTICLE}\n[x]: http://spam88.example "{SPAM}"\n'.encode(), UNCHANGED, "a definition goes as a whole or stays"),
    Bad("M11", "html_in_md.md", f'<div style="display:none">{SPAM}</div>\n\n{ARTICLE}'.encode(), CLEANED, "the block goes with its tags", (f'<div style="display:none">{SPAM}</div>\n\n'.encode(),)),
]  # fmt: skip

ROWS = [
    Bad("J01", "trunc_last.jsonl", (row(ARTICLE) + row(DIRTY)[:-40]).encode(), f"{UNCHANGED} | {INVALID_JSON}", "the whole record counts, the other is reported"),
    Bad("J02", "u2028.jsonl", row(f"a\u2028{DIRTY}\u0085b").encode(), CLEANED, "one record, not three", (IN_JSON.encode(),)),
    Bad("J03", "lone_surrogate.jsonl", f'{{"text":"\\ud800 {JSON_TEXT}"}}\n'.encode(), CLEANED, "the escape stays", (IN_JSON.encode(),)),
    Bad("J04", "escaped.jsonl", (json.dumps({"text": f"é {DIRTY}"}) + "\n").encode(), CLEANED, "the style of escapes stays", (json.dumps(LINE)[1:-1].encode(),)),
    Bad("J05", "dup_keys.jsonl", f'{{"text":"{JSON_TEXT}","id":1,"text":"{JSON_TEXT}"}}\n'.encode(), CLEANED, "both members are read", (IN_JSON.encode(),)),
    Bad("J06", "big_int.jsonl", f'{{"id":{"9" * 5000},"text":"{JSON_TEXT}"}}\n'.encode(), CLEANED, "no number is converted", (IN_JSON.encode(),)),
    Bad("J07", "floats.jsonl", f'{{"a":1.10,"b":1e400,"c":-0,"d":NaN,"text":"{JSON_TEXT}"}}\n'.encode(), CLEANED, "numbers stay as they are written", (IN_JSON.encode(),)),
    Bad("J08", "deep.jsonl", b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "skipped: JSON nested deeper than 200", "no recursion"),
    Bad("J09", "not_object.jsonl", b'[]\nnull\n3\n"x"\n\n   \n', f"{NO_TEXT} | {NO_TEXT} | {NO_TEXT} | {NO_TEXT}", "a blank line is no record"),
    Bad("J10", "wrong_type.jsonl", b'{"text":null}\n{"text":5}\n{"text":["a"]}\n{"other":"x"}\n', f"{NO_TEXT} | {NO_TEXT} | {UNCHANGED} | {NO_TEXT}", "arrays give their strings"),
    Bad("J11", "bom.jsonl", BOM_UTF8 + row(ARTICLE).encode(), UNCHANGED, "the mark is no error"),
    Bad("J12", "control_char.jsonl", b'{"text":"a\x01b"}\n', INVALID_JSON, "passed through"),
    Bad("J13", "crlf.jsonl", row(DIRTY).replace("}\n", "}\r\n").encode() * 2, f"{CLEANED} | {CLEANED}", "CRLF stays", (IN_JSON.encode(),)),
    Bad("J14", "bad_utf8.jsonl", b'{"text":"caf\xe9"}\n' + row(DIRTY).encode(), f"skipped: encoding: not UTF-8 | {CLEANED}", "one record costs one record", (IN_JSON.encode(),)),
    Bad("J15", "concat_no_newline.jsonl", b'{"text":"a"}{"text":"b"}', INVALID_JSON, "passed through"),
    Bad("J16", "huge_line.jsonl", lambda: b'{"text":"' + b"a" * 20_000_000 + b'"}\n' + row(DIRTY).encode(), f"skipped: larger than 20000000 bytes | {CLEANED}", "the line behind is read", (IN_JSON.encode(),)),
    Bad("J17", "keys_hostile.jsonl", f'{{"__proto__":1,"text":"{JSON_TEXT}","id":"../../etc/cron.d/x"}}\n'.encode(), CLEANED, "no member is a path", (IN_JSON.encode(),)),
    Bad("J18", "formula.jsonl", row(f'=HYPERLINK("http://evil.example","x")\n{DIRTY}').encode(), CLEANED, "no report is a spreadsheet", (IN_JSON.encode(),)),
]  # fmt: skip

CONTAINERS = [
    Bad("P01", "not_parquet.parquet", b"PAR1" + bytes(100) + b"PAR1", "skipped: parquet", "copied"),
    Bad("P02", "footer_lies.parquet", b"PAR1" + b"x" * 50 + struct.pack("<I", 0x7FFFFFFF) + b"PAR1", "skipped: parquet", "no 2 GB are allocated"),
    Bad("P03", "truncated.parquet", b"PAR1" + b"x" * 500, "skipped: parquet", "copied"),
    Bad("W01", "good.warc", warc(ARTICLE.encode()) + warc(DIRTY.encode()), f"{UNCHANGED} | {CLEANED}", "only what changed has another length", (), warc(ARTICLE.encode()) * 2),
    Bad("W02", "trunc_record.warc.gz", gzip.compress(warc(b"a"), mtime=0) + gzip.compress(warc(os.fsencode(CHINESE * 9)), mtime=0)[:-40], f"{UNCHANGED} | skipped: damaged: truncated gzip member", "reported, not shortened"),
    Bad("W03", "bitflip.warc.gz", b"".join((gzip.compress(warc(b"a" * 99), mtime=0), flipped(gzip.compress(warc(bytes(range(256)) * 40), mtime=0), 200), gzip.compress(warc(b"c" * 99), mtime=0))), f"{UNCHANGED} | skipped: damaged | {UNCHANGED}", "the record behind is read"),
    Bad("W04", "one_member.warc.gz", gzip.compress(warc(b"a") + warc(b"b"), mtime=0), f"{UNCHANGED} | {UNCHANGED}", "both records count"),
    Bad("W05", "length_lie_big.warc", warc(b"abc", length=99_999_999_999_999), "skipped: damaged: truncated", "nothing is allocated"),
    Bad("W06", "length_negative.warc", warc(b"abc", length=-5), "skipped: damaged: bad header", "reported"),
    Bad("W07", "header_5mb.warc", b"WARC/1.0" + b"A" * 5_000_000, "skipped: damaged: bad header", "ends in time"),
    Bad("W08", "garbage_between.warc", warc(b"a") + b"XXXX\r\n" + warc(b"b"), f"{UNCHANGED} | skipped: damaged | {UNCHANGED}", "reported with its place"),
    Bad("W09", "digest_wrong.warc", warc(DIRTY.encode(), extra=f"WARC-Block-Digest: sha1:{'A' * 32}\r\n"), "skipped: digest: it is not that of the bytes", "reported, not dropped"),
    Bad("W10", "uri_traversal.warc", warc(b"x", extra="WARC-Target-URI: http://e.example/../../../../etc/passwd\r\n"), UNCHANGED, "is no path"),
    Bad("W11", "http_gzip_bomb.warc", http(gzip.compress(bytes(BOMB), mtime=0), "Content-Encoding: gzip"), "skipped: expansion: more than 200 times its compressed size", "not held"),
    Bad("W12", "chunked_lie.warc", http(b"FFFFFFFF\r\nabc", "Transfer-Encoding: chunked"), "skipped: http transfer encoding chunked: the body is not in it, or not whole", "nothing is allocated"),
    Bad("Z01", "bomb.txt.gz", gzip.compress(bytes(BOMB), mtime=0), EXPANSION, "copied"),
    Bad("Z02", "bomb.gz.gz", gzip.compress(gzip.compress(bytes(BOMB), mtime=0), mtime=0), NO_READER, "only one layer is ever opened"),
    Bad("Z03", "truncated.gz", gzip.compress(ARTICLE.encode() * 100, mtime=0)[:-30], "skipped: gzip: truncated", "copied"),
    Bad("Z04", "crc_wrong.gz", flipped(gzip.compress(ARTICLE.encode(), mtime=0), -6), "skipped: gzip: wrong checksum", "copied"),
    Bad("Z05", "trailing_garbage.gz", gzip.compress(ARTICLE.encode(), mtime=0) + b"JUNK" * 10, "unchanged: gzip: bytes behind the end", "reported"),
    Bad("Z06", "multi_member.gz", gzip.compress(ARTICLE.encode(), mtime=0) + gzip.compress(DIRTY.encode(), mtime=0), CLEANED, "both members are read", (LINE.encode(),)),
    Bad("Z07", "not_gz.gz", ARTICLE.encode(), "skipped: not gzip", "copied"),
    Bad("Z08", "gz_named_txt.txt", gzip.compress(bytes(range(256)), mtime=0), BINARY, "the name decides, not the content"),
    Bad("Z09", "bz2_bomb.txt.bz2", bz2.compress(bytes(BOMB)), NO_READER, "not opened"),
    Bad("Z10", "xz_bomb.txt.xz", lzma.compress(bytes(BOMB), preset=0), NO_READER, "not opened"),
    Bad("Z11", "zip_slip.zip", zipped(("../../evil.txt", "x"), ("/abs.txt", "x"), ("C:\\x.txt", "x"), ("a/../../b", "x")), NO_READER, "no file outside of the output folder"),
    Bad("Z12", "tar_symlink.tar", link_in_tar(), NO_READER, "no link is made"),
    Bad("Z13", "zip_dup_names.zip", zipped(("a.txt", ARTICLE), ("a.txt", DIRTY)), NO_READER, "neither is lost"),
    Bad("Z14", "zip_expansion.zip", zipped(*((f"{n}.txt", "\0" * 1_000_000) for n in range(10))), NO_READER, "not opened"),
    Bad("Z15", "polyglot.html", b"<!--" + zipped(("x", "y")).replace(b"\0", b" ") + b"-->" + page(PARAGRAPH).encode(), CLEANED, "the name decides, not the content", (PARAGRAPH.encode(),)),
]  # fmt: skip

NAMES = [
    Bad("F01", "--config=evil.toml", DIRTY.encode(), NO_READER, "a file, not an option"),
    Bad("F02", "-w", DIRTY.encode(), NO_READER, "a file, not an option"),
    Bad("F03", "@args.txt", DIRTY.encode(), CLEANED, "a file, not a list of arguments", (LINE.encode(),)),
    Bad("F04", "a\nb.txt", DIRTY.encode(), CLEANED, "one line wherever it is named", (LINE.encode(),)),
    Bad("F05", "<img src=x onerror=alert(1)>.txt", DIRTY.encode(), CLEANED, "inert in the report", (LINE.encode(),)),
    Bad("F06", "\x1b[2Jx.txt", DIRTY.encode(), CLEANED, "escaped on the terminal", (LINE.encode(),)),
    Bad("F07", "=cmd|calc.txt", DIRTY.encode(), CLEANED, "no report is a spreadsheet", (LINE.encode(),)),
    Bad("F08", os.fsdecode(b"caf\xe9.txt"), DIRTY.encode(), CLEANED, "the report names it exactly", (LINE.encode(),)),
    Bad("F09", "船" * 83 + ".txt", DIRTY.encode(), CLEANED, "a temporary name is not made from it", (LINE.encode(),)),
    Bad("F10", "CON.txt", DIRTY.encode(), CLEANED, "a device on Windows", (LINE.encode(),)),
    Bad("F11", "Article.TXT", DIRTY.encode(), CLEANED, "stands beside article.txt", (LINE.encode(),)),
    Bad("F12", "é.txt", DIRTY.encode(), CLEANED, "stands beside the same name in another Unicode form", (LINE.encode(),)),
    Bad("F13", " .txt", DIRTY.encode(), CLEANED, "a name like any other", (LINE.encode(),)),
    Bad("F14", "a.txt.tmp", DIRTY.encode(), NO_READER, "not taken for a temporary file of ours"),
]  # fmt: skip

BAD_INPUTS = [*TEXTS, *PAGES, *ROWS, *CONTAINERS, *NAMES]
BESIDE = {"F11/article.txt": ARTICLE.encode(), f"F12/{unicodedata.normalize('NFD', 'é')}.txt": ARTICLE.encode()}

"""`index.html`: the findings for people. Self-contained, inert: no script, no link, no address that a browser would load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from cleaner.report.left import Left
from cleaner.report.quote import quote

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>cleaner report</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222; background: #fff }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid #ddd; padding: .4rem .6rem; text-align: left; vertical-align: top }
td.text { overflow-wrap: anywhere; unicode-bidi: isolate } del { background: #fdd; text-decoration: none } mark { background: #ffedb3 }
small { color: #666 }
</style></head><body>
"""
LISTED = 200  # of what was left as it is: `summary.json` has the rest
_TAGS = {"removed": "del", "review": "mark", "allowed": "u"}


def page(summary: Mapping[str, Any], left: Sequence[Left], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The page, piece by piece, from `summary.json`, the first of what was left as it is, and the rows of the ledger."""
    documents = summary["documents"]
    yield _HEAD
    yield "<h1>cleaner report</h1><p>"
    yield ", ".join(f"{documents[name]} {name}" for name in ("inputs", "cleaned", "unchanged", "skipped", "failed"))
    yield "</p>\n"
    if left:
        yield from _skipped(left, documents["skipped"] + documents["failed"])
    yield "<table><tr><th>No.</th><th>Where</th><th>Found</th><th>Why</th></tr>\n"
    for number, row in enumerate(rows, 1):  # as `cleaner allow --from` counts them
        yield _row(number, row)
    yield "</table></body></html>\n"


def _skipped(left: Sequence[Left], number: int) -> Iterator[str]:
    yield f"<details><summary>{number} skipped or failed: left as they are</summary>\n<table><tr><th>Where</th><th>Why</th></tr>\n"
    for one in left:
        places = [f"line {one.line}"] * bool(one.line) + [f"record {quote(one.record)}"] * bool(one.record)
        yield (
            f'<tr><td class="text">{escape(quote(one.path))}<br><small>{escape(", ".join(places))}</small></td>'
            f'<td class="text">{escape(quote(f"{one.status}: {one.reason}"))}</td></tr>\n'
        )
    yield "</table>\n"
    if number > len(left):
        yield f"<p>and {number - len(left)} more; see summary.json</p>\n"
    yield "</details>\n"


def _row(number: int, row: Mapping[str, Any]) -> str:
    tag = _TAGS.get(row["action"], "mark")
    before, after = (escape(quote(text)) for text in row["context"])
    why = "; ".join(f"{words} {value:+.1f}" for words, value in row["evidence"][:4])
    return (
        f"<tr><td>{number}</td><td>{escape(quote(row['path']))}<br><small>line {row['line']}, column {row['column']}</small></td>"
        f'<td class="text">{before}<{tag}>{escape(quote(row["text"]))}</{tag}>{after}</td>'
        f"<td>{escape(row['reason'])}, {escape(row['trade'])}, {row['score']:.2f} ({escape(row['action'])})"
        f"<br><small>{escape(why)}</small></td></tr>\n"
    )

"""Findings for people: one line each, the place first, the spam marked in a little of its line."""

from __future__ import annotations

from cleaner.report.forms import Form
from cleaner.report.found import SHOWN, Found, where
from cleaner.report.quote import quote

AROUND = 20  # characters of the line on either side
_PATH, _REMOVED, _REVIEW, _SPAM, _END = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[7m", "\x1b[0m"


def form(*, has_colour: bool) -> Form:
    """Lines; with colour the spam is reversed, else it stands between ⟦ and ⟧."""
    return Form(_coloured if has_colour else _plain)


def line(found: Found) -> str:
    """A finding and where it is seen, without what stands beside it: what is cut may do without."""
    return f"{_place(found)} {_what(found)}{where(found)} {quote(found.finding.text.strip(), SHOWN)}"


def _plain(found: Found) -> str:
    before, spam, behind = _snippet(found)
    return f"{_place(found)} {_what(found)}{where(found)} {before}⟦{spam}⟧{behind}\n"


def _coloured(found: Found) -> str:
    before, spam, behind = _snippet(found)
    colour = _REMOVED if found.is_sure else _REVIEW
    return (
        f"{_PATH}{_place(found)}{_END} {colour}{_what(found)}{_END}{where(found)} "
        f"{before}{colour}{_SPAM}{spam}{_END}{behind}\n"
    )


def _place(found: Found) -> str:
    return quote(f"{found.path}:{found.seen.line}:{found.seen.column}:")


def _what(found: Found) -> str:
    span = found.finding.span
    return f"{span.action} {span.reason} ({span.trade}) {span.score:.2f}"


def _snippet(found: Found) -> tuple[str, str, str]:
    """The text of a finding with what stands beside it on its lines."""
    finding = found.finding
    text = finding.text.strip()
    lead = finding.text[: len(finding.text) - len(finding.text.lstrip())]
    tail = finding.text[len(finding.text.rstrip()) :] if text else ""
    before = (finding.before + lead).rpartition("\n")[2].lstrip()
    behind = (tail + finding.after).partition("\n")[0].rstrip()
    return quote(before[-AROUND:]), quote(text, SHOWN), quote(behind[:AROUND])

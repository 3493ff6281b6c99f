"""reStructuredText: which stretches are code and left alone."""

from __future__ import annotations

from cleaner.patterns import pattern

_DIRECTIVE = pattern(r"[ \t]*+\.\. (?:\|[^|\n]++\| )?[\w+-]++(?::[\w+-]++)*+::(?!\S)")
_MARKER = pattern(r"(?:[-*+•]|(?:\d{1,9}|[a-zA-Z#])[.)])[ \t]++")
_CODE = pattern(
    r"[ \t]*\.\. (?:[\w-]+:)?(?:code|code-block|sourcecode|parsed-literal|math|raw|doctest|testcode|testsetup|testoutput|ipython"
    r"|prompt|graphviz|productionlist)::"
)
_INLINE = pattern(r"``[^\n]*?``")


def protected(text: str) -> list[tuple[int, int]]:
    """Stretches that are never judged: literal blocks behind `::`, code directives and doctests, sorted.

    >>> text = "A::\\n\\n    x\\n\\nB\\n"
    >>> [text[a:b] for a, b in protected(text)]
    ['    x\\n']
    """
    if "::" not in text and ">>>" not in text:
        return []
    found: list[tuple[int, int]] = []
    at, outer, start, is_doctest = 0, -1, -1, False
    for line in text.splitlines(keepends=True):
        end, indent = at + len(line), len(line) - len(line.lstrip(" \t"))
        if line.isspace():
            is_doctest = False
        elif is_doctest or 0 <= outer < indent or line.startswith(">>>", indent):
            is_doctest = is_doctest or not 0 <= outer < indent
            if start >= 0:
                found.pop()
            start = at if start < 0 else start
            found.append((start, end))
        else:
            start, outer = -1, _code_indent(line, indent)
        at = end
    return found


def _code_indent(line: str, indent: int) -> int:
    """How far a line of text is indented behind which code is indented further, -1 when none follows."""
    if not _opens(line):
        return -1
    marker = _MARKER().match(line, indent)
    return marker.end() if marker else indent


def _opens(line: str) -> bool:
    """Whether the lines indented below a line are code."""
    if _DIRECTIVE().match(line):
        return bool(_CODE().match(line))
    return line.rstrip().endswith("::")


def code_spans(text: str) -> list[tuple[int, int]]:
    """Code inside lines, sorted.

    >>> text = "a ``b`` c"
    >>> [text[a:b] for a, b in code_spans(text)]
    ['``b``']
    """
    return [match.span() for match in _INLINE().finditer(text)]

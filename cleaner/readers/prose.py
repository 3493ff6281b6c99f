"""Which stretches of a text are no prose and left alone, by its format."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.readers import markdown, rst


def protected(text: str, format: str) -> list[tuple[int, int]]:
    """Stretches that are never judged, sorted: code of Markdown and reStructuredText, and front matter.

    >>> protected(">>> 1 + 1", "rst"), protected(">>> 1 + 1", "txt")
    ([(0, 9)], [])
    """
    if format == "md":
        return markdown.protected(text)
    return rst.protected(text) if format == "rst" else []


def without_front_matter(text: str, format: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The protected stretches of a text that are code."""
    behind = markdown.front_matter_end(text) if stretches and format == "md" else 0
    return [(start, end) for start, end in stretches if start >= behind]


def code(text: str, format: str) -> list[tuple[int, int]]:
    """Code in blocks and inside lines, sorted by where it starts.

    >>> code("a `b` c", "md"), code("a ``b`` c", "rst")
    ([(2, 5)], [(2, 7)])
    """
    inside = {"md": markdown.code_spans, "rst": rst.code_spans}.get(format)
    blocks = without_front_matter(text, format, protected(text, format))
    return sorted(blocks + inside(text)) if inside else []

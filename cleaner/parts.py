"""A long text in parts that are judged one after the other, so that memory has a bound: a whole book is one text."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.reading import Stretches

MOST = 1 << 19  # characters of a part: judging takes up to 330 bytes for each of them, in a text of one line
_ENDS = ("\n\n", "\n", "。", ". ", " ")  # where a part ends best comes first


def parts(text: str, most: int = MOST) -> Iterator[tuple[int, int]]:
    """Start and end of each part, together the whole text; they end with a paragraph, a line, a sentence or a word, if that is near.

    >>> list(parts("One line.\\nAnother one.\\n", 14)), list(parts("short", 14))
    ([(0, 10), (10, 23)], [(0, 5)])
    """
    start = 0
    while len(text) - start > most:
        half, stop = start + most // 2, start + most
        found = ((text.rfind(end, half, stop), end) for end in _ENDS)
        end = next((at + len(end) for at, end in found if at >= 0), stop)
        yield start, end
        start = end
    yield start, len(text)


def within(stretches: Stretches, start: int, end: int) -> list[tuple[int, int]]:
    """What of some stretches lies in text[start:end], in offsets of that.

    >>> within([(0, 3), (5, 9), (20, 30)], 2, 7)
    [(0, 1), (3, 5)]
    """
    inside = ((max(first, start) - start, min(stop, end) - start) for first, stop in stretches)
    return [(first, stop) for first, stop in inside if first < stop]

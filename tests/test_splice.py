"""Cutting and restoring bytes, and what is refused."""

from __future__ import annotations

import pytest

from cleaner import splice

DATA = b"0123456789"


@pytest.mark.parametrize(
    ("ranges", "clean"),
    [([], DATA), ([(0, 10)], b""), ([(0, 1), (9, 10)], b"12345678"), ([(2, 4), (4, 5)], b"0156789")],
)
def test_round_trip(ranges: list[tuple[int, int]], clean: bytes) -> None:
    assert splice.cut(DATA, ranges) == clean
    assert splice.restore(clean, [(start, DATA[start:end]) for start, end in ranges]) == DATA


@pytest.mark.parametrize("ranges", [[(3, 3)], [(4, 3)], [(-1, 2)], [(8, 11)], [(4, 6), (2, 3)], [(2, 5), (4, 6)]])
def test_cut_refuses(ranges: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="empty, out of order or out of bounds"):
        splice.cut(DATA, ranges)


@pytest.mark.parametrize("pieces", [[(-1, b"x")], [(11, b"x")], [(4, b"xx"), (5, b"y")], [(4, b"x"), (2, b"y")]])
def test_restore_refuses(pieces: list[tuple[int, bytes]]) -> None:
    with pytest.raises(ValueError, match="nothing can be put back"):
        splice.restore(DATA, pieces)

"""The folded view of a text: what it says once disguises are taken off, with the way back to the source offsets.

Lower case, compatibility forms (`ｃａｓｉｎｏ`), invisible characters, letters set apart (`爱 上 海`, `c-a-s-i-n-o`), drawn out
(`casssiiino`), with marks on all of them (`c̣ạṣịṇọ`), borrowed from another alphabet (`сasinо`) or from many (`ᑕᗩᔕIᑎO`), with accents all over (`çàśíñö`),
upside down (`ouᴉsɐɔ`), and digits and signs standing for letters (`c4$ino`). The view is only ever judged; it is never written, and a difference to the
source is evidence, not a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.accents import resolve_accents
from cleaner.respell import (
    resolve_flags,
    resolve_leet,
    resolve_lookalikes,
    turn_back,
    turned_over,
)
from cleaner.spaced import drawn_out, gaps_in_spaced_words, marked_all_over
from cleaner.styles import resolve_styles
from cleaner.written_out import Written

CHUNK = 1 << 15  # characters a pass
LONGEST_TURNED = 1000  # characters that one sign turns round
_CR, _LF = ord("\r"), ord("\n")
_RIGHT_TO_LEFT, _AS_BEFORE = 0x202E, 0x202C  # the next letters, up to the second sign, are shown from right to left
IS_LETTER = np.zeros(cc.N_CLASSES, dtype=bool)
IS_LETTER[[cc.OTHER_LETTER, *range(cc.SCRIPT0, cc.N_CLASSES)]] = True
IS_WORD = IS_LETTER.copy()
IS_WORD[[cc.DIGIT, cc.MARK]] = True


class View(NamedTuple):
    """A folded text of `n` characters.

    codes      folded code points, uint32
    classes    their classes (`cleaner.charclass`), uint8
    points     the code points of the source that they stand for, uint32
    source     offset of each in the source text, int64; `source[n]` would be the source's length
    disguised  True where folding undid more than a letter's case, bool
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    points: NDArray[np.uint32]
    source: NDArray[np.int64]
    disguised: NDArray[np.bool_]


def fold(points: NDArray[np.uint32], written: Sequence[Written] = ()) -> View:
    """The folded view of an array of code points; `written` says what is not to be read as it stands (`cleaner.written_out`).

    What several characters stand for is where the first of them is.

    >>> view = fold(cc.code_points("Bеst cаsi\\u200bno"))
    >>> "".join(map(chr, view.codes)), int(view.source[-1])
    ('best casino', 11)
    """
    if written:
        points = points.copy()
        points[[item.start for item in written if item.code]] = [item.code for item in written if item.code]
    classes, codes, disguised = _looked_up(points)
    resolve_flags(points, codes, classes, disguised)
    turned = turned_over(points)
    if len(turned):
        points = points.copy()  # it may be a text's own
        turn_back(points, codes, classes, turned)
    dropped = classes == cc.INVISIBLE
    for item in written:
        dropped[item.start + (item.code > 0) : item.end] = True
    dropped[marked_all_over(points, classes)] = True
    hiding = np.flatnonzero(dropped)
    backwards = np.concatenate((_backwards(points, hiding[points[hiding] == _RIGHT_TO_LEFT]), turned))
    dropped[:-1] |= (points[:-1] == _CR) & (points[1:] == _LF)  # a line ends the same way everywhere
    gone = np.flatnonzero(dropped)
    gaps, wide = gaps_in_spaced_words(classes[~dropped] if len(gone) else classes)
    between = _before_dropping(np.concatenate((gaps, wide)), gone)
    disguised[_before_dropping(gaps - 1, gone)] = True  # the letter in front of each gap
    again = drawn_out(codes, classes)
    disguised[again] = dropped[again] = dropped[between] = True
    if len(gone) or len(between) or len(again):
        kept = ~dropped  # a mask copies the long stretches between what is dropped much faster than indices do
        source, points, classes = np.flatnonzero(kept), points[kept], classes[kept]
        codes, disguised = codes[kept], disguised[kept]
    else:
        source = np.arange(len(points))
    if len(source):
        disguised[np.maximum(np.searchsorted(source, hiding) - 1, 0)] = True
    for start, end in np.searchsorted(source, backwards).tolist():
        for column in (codes, classes, points):
            column[start:end] = column[start:end][::-1].copy()
        disguised[start:end] = True
    resolve_styles(codes, classes, disguised)
    resolve_lookalikes(codes, classes, disguised)
    resolve_leet(codes, classes, disguised)
    resolve_accents(codes, classes, disguised)
    return View(codes, classes, points, source, disguised)


def _backwards(points: NDArray[np.uint32], signs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Starts and ends, n x 2, of what is shown from right to left from some signs on, up to the next sign or the line's end."""
    stretches = []
    for sign in signs.tolist():
        near = points[sign + 1 : sign + LONGEST_TURNED]
        ends = np.flatnonzero((near == _AS_BEFORE) | (near == _LF) | (near == _RIGHT_TO_LEFT))
        stretches.append((sign + 1, sign + 1 + (int(ends[0]) if len(ends) else len(near))))
    return np.array(stretches, dtype=np.int64).reshape(-1, 2)


def _before_dropping(at: NDArray[np.int64], gone: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions among what is kept as positions in all."""
    return at + np.searchsorted(gone - np.arange(len(gone)), at, side="right")


def _looked_up(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """Classes, folded forms, and where these differ by more than case: chunk after chunk, so that all arrays stay in the cache."""
    tables, n = cc.tables(), len(points)
    classes, codes, disguised = np.empty(n, np.uint8), np.empty(n, np.uint32), np.empty(n, np.bool_)
    for first in range(0, n, CHUNK):
        part = slice(first, first + CHUNK)
        index = points[part].astype(np.intp)  # once: a look-up converts what it is given, and takes three times as long
        tables.classes.take(index, out=classes[part], mode="wrap")
        tables.fold.take(index, out=codes[part], mode="wrap")
        np.not_equal(codes[part], points[part], out=disguised[part])
        disguised[part] &= points[part] > 0x20FF
    return classes, codes, disguised

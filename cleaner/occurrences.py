"""Where the texts of campaigns (`cleaner.campaigns`) stand in a batch, word for word: each is worth a second look there.

A campaign's text is its letters, digits and marks alone (`cleaner.wording.key_of`); so is what it is sought in, so that other
signs, other gaps and other disguises between them do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner.propose import closed
from cleaner.reading import UNSPACED, Ints, Reading, Stretches, sums
from cleaner.view import IS_WORD, View, fold
from cleaner.wording import LONGEST, size_of
from cleaner.written_out import written_out

TELLING = 8  # size (`cleaner.wording.size_of`) from which a text says the same wherever it stands
ANCHOR = 4  # characters a text is looked up by
TABLE_BITS = 20
_STEP, _MIX = np.uint32(0x01000193), np.uint32(0x9E3779B1)  # as in `cleaner.ngrams`


class Sought(NamedTuple):
    """The texts of campaigns; by the hash of their first ANCHOR characters, how long they are, the longest first; and which hashes there are: 2**20 of bool."""

    texts: frozenset[str]
    lengths: dict[int, list[int]]
    anchors: NDArray[np.bool_]


NOTHING = Sought(frozenset(), {}, np.zeros(0, dtype=bool))


def sought(texts: Iterable[str], others: Sought = NOTHING) -> Sought:
    """What to look for: the texts that are long enough to mean something wherever they stand, and what is sought already.

    >>> sorted(sought(["buycialisonline", "link", "龙凤论坛"]).texts)
    ['buycialisonline', '龙凤论坛']
    """
    new = {text for text in texts if len(text) < LONGEST and size_of(text) >= TELLING} - others.texts
    if not new:
        return others
    lengths = dict(others.lengths)
    anchors = others.anchors.copy() if others.texts else np.zeros(1 << TABLE_BITS, dtype=bool)
    for text in new:
        anchor = int(_anchors(cc.code_points(text))[0])
        lengths[anchor] = sorted({*lengths.get(anchor, ()), len(text)}, reverse=True)
        anchors[anchor] = True
    return Sought(others.texts | new, lengths, anchors)


def _anchors(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The hash of each ANCHOR characters of some code points."""
    rolling = codes
    for order in range(1, ANCHOR):
        rolling = rolling[:-1] * _STEP + codes[order:]
    mixed = rolling * _MIX
    mixed ^= mixed >> np.uint32(15)
    return (mixed * _MIX) >> np.uint32(32 - TABLE_BITS)


def occurrences(reading: Reading, wanted: Sought, protected: Sequence[Stretches]) -> tuple[Ints, Ints]:
    """Starts and ends, in view offsets, of the texts of campaigns in a batch: whole words, the longest of those that begin at one place.

    None is in a text's protected stretches.
    """
    starts: list[int] = []
    ends: list[int] = []
    for places in _places(reading, wanted):
        for start, end in places:
            if _is_free(reading, start, end):
                starts.append(start)
                ends.append(end)
                break
    shut = np.zeros(len(reading.codes), dtype=bool)
    for stretch in closed(reading, protected) if starts else ():
        shut[stretch] = True
    first, last = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    inside = sums(shut)
    free = inside[first] == inside[last]
    return first[free], last[free]


def _places(view: View | Reading, wanted: Sought) -> Iterator[list[tuple[int, int]]]:
    """For each place where something wanted begins, starts and ends of all that does, the longest first."""
    at = np.flatnonzero(IS_WORD.take(view.classes))
    codes = view.codes[at]
    if len(codes) < ANCHOR:
        return
    hashes = _anchors(codes)
    words = codes.tobytes().decode("utf-32-le")
    for number in np.flatnonzero(wanted.anchors.take(hashes)).tolist():
        sizes = [size for size in wanted.lengths[int(hashes[number])] if number + size <= len(words)]
        some = [size for size in sizes if words[number : number + size] in wanted.texts]
        if some:
            yield [(int(at[number]), int(at[number + size - 1]) + 1) for size in some]


def stands_in(text: str, wanted: Sought) -> bool:
    """Whether something that is wanted may stand in a text: without a look at where words begin and lines end.

    >>> stands_in("Buy replica watches!", sought(["replicawatches"])), stands_in("Buy replicas.", sought(["replicawatches"]))
    (True, False)
    """
    lines = f"\n{text}\n"
    return any(True for _ in _places(fold(cc.code_points(lines), written_out(lines)), wanted))


def _is_free(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch is in one line and cuts no word that is written between spaces."""
    classes = reading.classes
    for edge in (start, end):
        before, behind = int(classes[edge - 1]), int(classes[edge])
        if IS_WORD[before] and IS_WORD[behind] and before == behind and not UNSPACED[before]:
            return False
    return bool((classes[start:end] != cc.NEWLINE).all())

"""The words that host names are read with: load `models/hosts.npz`, checked before anything is used, and write it.

It holds words of trades with their points (`corpus/hosts.toml`), and hashes of words of clean text with what it costs to take
a stretch of letters for one of them: the commoner, the less.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from cleaner.model import default_folder
from cleaner.patterns import pattern
from cleaner.span import CleanerError

FORMAT = 1
FILE = "hosts.npz"
PITCH = "pitch"
LONGEST = 20  # letters of a word
MOST_WORDS, MOST_HASHES = 20_000, 200_000
_ARRAYS = ("words", "points", "trade", "hashes", "costs")
_JOINTS = b"-_+. ~"
_SIGNS = pattern(r"[^\p{L}\p{N}]+")
_BEGINNING = 7  # letters of a word of goods by which a name is looked at, all of a shorter one
_TABLE_BITS = 20
_LOW = 31
_ODD = 128  # octets from which letters are not those of ASCII
_END = ord("\n")


class Hosts:
    """Words of trades with points and trade, clean words by hash with their cost, and how words of goods begin.

    Two are never equal, so that what was read with one is not taken for what the other says.
    """

    def __init__(self, words: Mapping[str, tuple[float, str]], clean: Mapping[int, int]) -> None:
        self.words = words
        self.clean = clean
        self.cheapest = min(clean.values(), default=0)
        self._starts: dict[bytes, list[str]] = {}  # the words of goods by how they begin
        for word, (_, trade) in words.items():
            if trade != PITCH:
                self._starts.setdefault(word.encode()[:_BEGINNING], []).append(word)
        self._sizes = sorted({len(start) for start in self._starts})
        self._table = np.zeros(1 << _TABLE_BITS, dtype=np.uint8)  # one bit a size
        keys = np.array([int.from_bytes(start, "little") for start in self._starts], np.uint64)
        sizes = np.array([1 << (len(start) - 1) for start in self._starts], np.uint8)
        np.bitwise_or.at(self._table, _slots(keys), sizes)
        self._threes = np.zeros(1 << 15, dtype=bool)  # by the lower five bits of the first three octets
        for start in self._starts:
            number = 0
            for octet in start[:3]:
                number = number << 5 | octet & _LOW
            free = 5 * max(3 - len(start), 0)
            self._threes[number << free : (number + 1) << free] = True

    def most_points(self, name: str) -> float:
        """The points of all words of goods that a name holds, whatever signs stand in it: it is read for no more, and for most names that is 0."""
        data = name.encode("utf-8", "replace").translate(None, _JOINTS)
        pieces = (data[at : at + size] for size in self._sizes for at in range(len(data)))
        begun = self._starts.keys() & set(pieces)
        bare = _SIGNS().sub("", name) if begun else ""
        return sum(self.words[word][0] for start in begun for word in self._starts[start] if word in bare)

    def which_may_sell(self, addresses: Sequence[str]) -> NDArray[np.bool_]:
        """For each of some addresses without line ends whether it may hold the beginning of a word of goods, or has odd letters.

        Joined and hashed all at once: the answer for most of them is what a text of links costs.
        """
        joined = "\n".join(map(_plain, addresses))
        data = joined.lower().encode("utf-8", "replace").translate(None, _JOINTS) + b"\n" * _BEGINNING
        octets = np.frombuffer(data, np.uint8)
        low = octets & np.uint8(_LOW)
        threes = low[:-2].astype(np.intp) << 10 | low[1:-1].astype(np.int16) << 5 | low[2:]
        places = np.flatnonzero(self._threes.take(threes[: len(octets) - _BEGINNING + 1], mode="wrap"))
        hits, key = np.zeros(len(places), dtype=bool), np.zeros(len(places), np.uint64)
        for at in range(_BEGINNING):
            key |= octets[places + at].astype(np.uint64) << np.uint64(8 * at)
            if at + 1 in self._sizes:
                hits |= (self._table[_slots(key)] >> np.uint8(at)) & 1 > 0
        found = np.zeros(len(addresses), dtype=bool)
        ends = np.flatnonzero(octets == _END)[: len(addresses)]
        found[np.searchsorted(ends, places[hits])] = True
        found[np.searchsorted(ends, np.flatnonzero(octets >= _ODD))] = True
        return found


def _plain(address: str) -> str:
    """An address without escapes, on one line, odd letters in the place of punycode."""
    if "%" in address:
        address = " ".join(unquote(address).split())
    return address.replace("xn--", "\x80") if "--" in address else address


def _slots(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _TABLE_BITS)


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Hosts:
    """The words of a model's folder, those that are shipped by default and for a folder without any.

    >>> load().words["gacor"]
    (3.0, 'gambling')

    Raises `CleanerError` for a file that is missing, damaged, of another format or out of range.
    """
    path = (folder or default_folder()) / FILE
    if folder is not None and not path.is_file():
        return load()
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            return _build({name: arrays[name] for name in arrays.files})
    except OSError as error:
        raise CleanerError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise CleanerError(f"{path} cannot be used: {error}; reinstall the package or run `cleaner train`") from None


def _build(arrays: Mapping[str, NDArray[Any]]) -> Hosts:
    header = json.loads(_checked(arrays["header"], np.uint8).tobytes())
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(f"it is not of format {FORMAT}")
    if header["sha256"] != _sha256(arrays):
        raise ValueError("it is damaged: its SHA-256 is not the one its header states")
    words = _checked(arrays["words"], np.uint8).tobytes().decode("utf-8").split("\n")
    points, trade = (_checked(arrays[name], np.uint8, len(words)) for name in ("points", "trade"))
    hashes = _checked(arrays["hashes"], np.uint32)
    costs = _checked(arrays["costs"], np.uint8, len(hashes))
    names = [str(name) for name in header["trades"]]
    if not 0 < len(words) <= MOST_WORDS or len(hashes) > MOST_HASHES or not all(words):
        raise ValueError("it holds too many words, or none")
    if trade.max() >= len(names) or not points.all() or points.max() > PLAIN_UNITS or not costs.all():
        raise ValueError("a word has no trade, or points or costs that are out of range")
    pairs = zip((points / POINT).tolist(), (names[number] for number in trade.tolist()), strict=True)
    return Hosts(dict(zip(words, pairs, strict=True)), dict(zip(hashes.tolist(), costs.tolist(), strict=True)))


POINT = 2  # units of a point
PLAIN_UNITS = 6


def _checked(array: NDArray[Any], dtype: Any, size: int | None = None) -> NDArray[Any]:
    if array.dtype != dtype or array.ndim != 1 or size not in (None, len(array)):
        raise ValueError(f"an array is {array.dtype}{array.shape}")
    return array


def _sha256(arrays: Mapping[str, NDArray[Any]]) -> str:
    return hashlib.sha256(b"".join(arrays[name].tobytes() for name in _ARRAYS)).hexdigest()


def save(folder: Path, words: Mapping[str, tuple[float, str]], costs: Mapping[int, int]) -> None:
    """Write the file of a folder; the same words give the same bytes."""
    trades = sorted({trade for _, trade in words.values()})
    ordered = sorted(words)
    arrays: dict[str, NDArray[Any]] = {
        "words": np.frombuffer("\n".join(ordered).encode(), np.uint8),
        "points": np.array([round(words[word][0] * POINT) for word in ordered], np.uint8),
        "trade": np.array([trades.index(words[word][1]) for word in ordered], np.uint8),
        "hashes": np.array(sorted(costs), np.uint32),
        "costs": np.array([costs[number] for number in sorted(costs)], np.uint8),
    }
    header = {"format": FORMAT, "sha256": _sha256(arrays), "trades": trades}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

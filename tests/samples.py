"""Texts and helpers that several tests use."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import regex

from cleaner.model import ARRAYS, HEADER, default_folder, tree_arrays
from cleaner.trees import Trees

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
SPAM = "爱上海龙凤419论坛"
ARTICLE = """The ferry to the islands

The first boat leaves the harbour at half past six, when the gulls are still asleep on the sheds.
Fishermen load their boxes, two teachers read yesterday's paper, and the dog of the ticket seller inspects everybody.

In winter the crossing takes an hour longer, because the captain keeps close to the shore.
Nobody complains: there is tea on board, and the windows of the saloon were cleaned last week.
"""
DIRTY = ARTICLE.replace("Fishermen load", f"{SPAM}\nFishermen load")
MARKUP = [  # what sources of HTML are put together from
    "<", ">", "/", "!", "?", "-", "--", "=", '"', "'", "&", ";", "&amp;", "&am", "p;", "x=1", "é", "爱",
    "a", "b", "p", "li", "td", "br", "title", "script", "style", "svg", "\x00", "\n", "\r", "\t",
    "<a", "</a>", "<p>", "</p>", "<b>", "</b>", "<br>", "<pre>", "<li>", "<ul>", "</ul>",
    "<table>", "</table>", "<tr>", "<td>", "</td>", "<script>", "</script>", "<title>", "</title>",
    "<!--", "-->", "<![CDATA[", "]]>", "<?php", "?>", "<a href='http://x.example'>", "<img alt='b'>",
]  # fmt: skip

_MARKED = regex.compile("[⟦⟧]")


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its marks ⟦…⟧, and the stretches they enclose.

    >>> marked("one ⟦two ⟧three")
    ('one two three', [(4, 8)])
    """
    pieces = _MARKED.split(text)
    assert _MARKED.findall(text) == ["⟦", "⟧"] * (len(pieces) // 2)
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return "".join(pieces), list(zip(ends[0:-1:2], ends[1::2], strict=True))


def files_below(folder: Path) -> dict[str, bytes]:
    """The regular files of a folder by name, with what they hold."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """The reverse of `files_below`."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


STUMP = Trees(
    roots=np.array([0], "i4"),
    feature=np.array([0, 0, 0], "u1"),
    threshold=np.array([0.5, np.inf, np.inf], "f4"),
    left=np.array([1, 1, 2], "i4"),
    value=np.array([0.0, -1.0, 1.0]),
    baseline=0.25,
    depth=1,
)


def tiny_model() -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and header of a model that knows nothing, made like the shipped one: what `cleaner.model.save` takes."""
    arrays, header = _blank_arrays(), _header()
    header["figures"] |= {"remove": 0.9, "review": 0.5}
    header["figures"] |= {f"{name}_baseline": STUMP.baseline for name in ("gate", "spam", "exact", "accept")}
    return arrays, header


def _header() -> dict[str, Any]:
    header: dict[str, Any] = json.loads((default_folder() / HEADER).read_text(encoding="utf-8"))
    return {name: value for name, value in header.items() if name not in ("format", "sha256")}


@lru_cache(maxsize=1)
def _blank_arrays() -> dict[str, Any]:
    with np.load(default_folder() / ARRAYS, allow_pickle=False) as shipped:
        trees = {name.removesuffix("_roots") for name in shipped.files if name.endswith("_roots")}
        flat = {name: np.zeros_like(shipped[name]) for name in shipped.files if name.partition("_")[0] not in trees}
    return flat | {name: array for tree in sorted(trees) for name, array in tree_arrays(tree, STUMP).items()}

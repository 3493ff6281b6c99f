"""Load the trained model: arrays in `cleaner.npz`, everything said about them in `cleaner.json`.

The header carries the SHA-256 of the arrays; sizes, ranges and finiteness are checked before anything is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import ngrams
from cleaner.cohesion import TABLE_BITS as SEEN_BITS
from cleaner.features import ACCEPT_NAMES, EXACT_NAMES, NAMES, RUN_NAMES
from cleaner.lexicon import KNOWN_BITS, ODDS_BITS
from cleaner.propose import WIDTHS_DENSE, WIDTHS_SPACED
from cleaner.reading import Tables
from cleaner.span import CleanerError
from cleaner.trees import Trees

FORMAT = 7
MAX_STEP = 255  # nodes between a node and its left child: a tree of 128 leaves always has fewer
HEADER, ARRAYS = "cleaner.json", "cleaner.npz"
_HEAD = re.compile(
    rb"\x93NUMPY\x01\0..\{'descr': '([<|][iuf][1248])', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n",
    re.DOTALL,
)
# Of trees in a file; `step` is how far behind a node its left child stands, 0 for a leaf.
_TREE_FIELDS = {"roots": np.int32, "feature": np.uint8, "threshold": np.float32, "step": np.uint8, "value": np.float32}


class Model(NamedTuple):
    """Everything scoring needs.

    hot       for each width of the sliding windows, and for what stands alone, the score that makes a place hot, in logits
              (`cleaner.propose.window_scores`)
    gate      trees over the features of a hot run; runs under `gate_threshold` are not looked at again
    spam      trees over the features of a candidate, which say whether all of it is spam;
              `gate_stages` and `stages` are pairs (n, threshold): what the first n trees score lower is dropped
    exact     trees which say whether a candidate that touches spam is exactly what was injected
    accept    trees over the features of the best candidate of a place, which say whether it is injected at all
    slope, intercept   calibration: probability = sigmoid(slope * score + intercept)
    remove, review     the two thresholds on that probability
    trades    n_trades x 2**16 table of n-gram weights that say what is sold
    """

    tables: Tables
    hot: tuple[float, ...]
    gate: Trees
    gate_stages: tuple[tuple[int, float], ...]
    gate_threshold: float
    spam: Trees
    stages: tuple[tuple[int, float], ...]
    exact: Trees
    accept: Trees
    slope: float
    intercept: float
    remove: float
    review: float
    trades: NDArray[np.int8]
    trade_names: tuple[str, ...]
    sha256: str


def default_folder() -> Path:
    """Where the shipped model is: in the installed package, else in the checkout the package runs from.

    Raises `CleanerError` when it is in neither.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "models", here.parent / "models"):
        if (folder / HEADER).is_file():
            return folder
    raise CleanerError(
        f"no model in {here / 'models'} or {here.parent / 'models'}: reinstall the package or run `cleaner train`"
    )


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Model:
    """The model of a folder, the shipped one by default.

    >>> load().remove > load().review
    True

    Raises `CleanerError` for files that are missing, damaged, of another format or out of range.
    """
    folder = folder or default_folder()
    try:
        header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        raw = (folder / ARRAYS).read_bytes()
    except (OSError, ValueError) as error:
        raise CleanerError(f"model in {folder} cannot be read: {error}") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise CleanerError(f"model in {folder} is not of format {FORMAT}: train it again with this version")
    if hashlib.sha256(raw).hexdigest() != header.get("sha256"):
        raise CleanerError(f"model in {folder} is damaged: the SHA-256 of {ARRAYS} is not the one {HEADER} states")
    try:
        return _build(_arrays(raw), header)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        NotImplementedError,
        zipfile.BadZipFile,
    ) as error:
        raise CleanerError(f"model in {folder} cannot be used: {error}") from None


def _arrays(raw: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an archive that `save` wrote, as they stand in it: `numpy.load` copies them, which takes 40 ms.

    Raises `ValueError`, `zipfile.BadZipFile` or `NotImplementedError` for any other; nothing in it is ever unpickled.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {member.filename.removesuffix(".npy"): _array(raw, member) for member in archive.infolist()}


def _array(raw: bytes, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename} is compressed")
    at = member.header_offset + 26  # a local header of 30 bytes ends with the lengths of a name and of something more
    start = at + 4 + int.from_bytes(raw[at : at + 2], "little") + int.from_bytes(raw[at + 2 : at + 4], "little")
    head = _HEAD.match(raw, start, start + member.file_size)
    if head is None:
        raise ValueError(f"{member.filename} is no array of numbers, row by row")
    shape = tuple(int(size) for size in head[2].split(b",") if size.strip())
    data = np.frombuffer(raw, head[1].decode(), math.prod(shape), head.end())
    return np.require(data.reshape(shape), requirements="A")


def _build(arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> Model:
    figures = {name: float(value) for name, value in header["figures"].items()}
    if not all(np.isfinite(value) for value in figures.values()):
        raise ValueError("a figure is not finite")
    tables = Tables(
        _checked(arrays["weights"], np.int8, (1 << ngrams.TABLE_BITS,)),
        figures["scale"],
        _checked(arrays["odds"], np.int8, (1 << ODDS_BITS,)),
        _checked(arrays["known"], np.uint16, (1 << KNOWN_BITS,)),
        _checked(arrays["language"], np.int8, (len(header["languages"]), 1 << 16)),
        _checked(arrays["seen"], np.uint8, (1 << (SEEN_BITS - 3),)),
    )
    names = tuple(header["trades"])
    return Model(
        tables=tables,
        hot=_hot(header["hot"]),
        gate=_trees(arrays, "gate", len(RUN_NAMES), figures["gate_baseline"]),
        gate_stages=_stages(header["gate_stages"]),
        gate_threshold=figures["gate_threshold"],
        spam=_trees(arrays, "spam", len(NAMES), figures["spam_baseline"]),
        stages=_stages(header["stages"]),
        exact=_trees(arrays, "exact", len(EXACT_NAMES), figures["exact_baseline"]),
        accept=_trees(arrays, "accept", len(ACCEPT_NAMES), figures["accept_baseline"]),
        slope=figures["slope"],
        intercept=figures["intercept"],
        remove=figures["remove"],
        review=figures["review"],
        trades=_checked(arrays["trades"], np.int8, (len(names), 1 << 16)),
        trade_names=names,
        sha256=header["sha256"],
    )


def _stages(pairs: Any) -> tuple[tuple[int, float], ...]:
    return tuple((int(n), float(threshold)) for n, threshold in pairs)


def _hot(values: Any) -> tuple[float, ...]:
    hot = tuple(float(value) for value in values)
    if len(hot) != len(WIDTHS_DENSE) + len(WIDTHS_SPACED) + 1 or not all(0 < value < np.inf for value in hot):
        raise ValueError("hot does not hold a threshold above 0 for every window")
    return hot


def _checked(array: NDArray[Any], dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(f"an array is {array.dtype}{array.shape} where {np.dtype(dtype)}{shape} is meant")
    return array


def _trees(arrays: Mapping[str, NDArray[Any]], name: str, n_features: int, baseline: float) -> Trees:
    """Trees whose every index is in range and whose paths end, so that scoring can neither fail nor hang."""
    n_nodes = len(arrays[f"{name}_feature"])
    shapes = dict.fromkeys(_TREE_FIELDS, (n_nodes,)) | {"roots": arrays[f"{name}_roots"].shape}
    fields = {field: _checked(arrays[f"{name}_{field}"], dtype, shapes[field]) for field, dtype in _TREE_FIELDS.items()}
    depth = int(arrays[f"{name}_depth"])
    is_inner = fields["step"] > 0
    left = np.arange(n_nodes, dtype=np.int32) + fields.pop("step")
    if not n_nodes or fields["roots"].min() < 0 or fields["roots"].max() >= n_nodes:
        raise ValueError(f"{name} points outside its nodes")
    if (left + is_inner).max() >= n_nodes or not np.isinf(fields["threshold"][~is_inner]).all():
        raise ValueError(f"{name} points outside its nodes")
    sizes = np.diff(fields["roots"], append=n_nodes)
    if fields["roots"][0] != 0 or sizes.min() < 1:
        raise ValueError(f"{name} has a tree without nodes, or nodes in front of its first tree")
    tree = np.repeat(np.arange(len(sizes)), sizes)
    if (tree[left + is_inner] != tree).any():
        raise ValueError(f"{name} leads from one tree into another")
    if not 0 <= fields["feature"].min() <= fields["feature"].max() < n_features:
        raise ValueError(f"{name}_feature names a feature that does not exist")
    if np.isnan(fields["threshold"]).any() or not np.isfinite(fields["value"]).all() or not 0 <= depth < 64:
        raise ValueError(f"{name} holds figures that are not finite")
    fields["value"] = fields["value"].astype(np.float64)
    return Trees(**fields, left=left, baseline=baseline, depth=depth)


def save(folder: Path, arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> dict[str, Any]:
    """Write a model's two files, and return the header with format and hash; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    raw = buffer.getvalue()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARRAYS).write_bytes(raw)
    full = {"format": FORMAT, "sha256": hashlib.sha256(raw).hexdigest(), **header}
    (folder / HEADER).write_text(json.dumps(full, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return full


def tree_arrays(name: str, trees: Trees) -> dict[str, NDArray[Any]]:
    """The arrays a model file holds of some trees, whose leaf values it rounds. Raises `ValueError` for trees that are too large."""
    step = trees.left - np.arange(len(trees.left))
    if not 0 <= step.min(initial=0) <= step.max(initial=0) <= MAX_STEP:
        raise ValueError(f"{name} has a left child that does not stand within {MAX_STEP} nodes behind its parent")
    columns = trees._asdict() | {"step": step}
    fields = {f"{name}_{field}": columns[field].astype(dtype) for field, dtype in _TREE_FIELDS.items()}
    return fields | {f"{name}_depth": np.array(trees.depth, dtype=np.int64)}

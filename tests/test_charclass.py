"""The shipped table of character classes, against a rebuild and a few characters one knows."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from cleaner import charclass as cc
from cleaner.train import charclass_table

# Characters that every version of Unicode agrees about: they were assigned long ago.
SAMPLE = [
    code for code in (*range(0x3000), *range(0x3000, 0x30000, 37)) if unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"
]


def test_classes_agree_with_a_rebuild() -> None:
    assert len(SAMPLE) > 8000
    assert (cc.tables().classes[SAMPLE] == charclass_table.class_table()[SAMPLE]).all()


def test_folds_agree_with_a_rebuild() -> None:
    rebuilt = np.arange(cc.MAX_CODE_POINT + 1, dtype=np.uint32)
    source, target = charclass_table.fold_pairs()
    rebuilt[source] = target
    assert (cc.tables().fold[SAMPLE] == rebuilt[SAMPLE]).all()


def test_lookalikes_agree_with_a_rebuild() -> None:
    look, latin = charclass_table.lookalike_pairs()
    assert (cc.tables().latin[look] == latin).all()


@pytest.mark.parametrize(
    ("characters", "name"),
    [
        ("aÅſⅣ", "latin"),
        ("爱愛々〇", "han"),
        ("カー", "katakana"),
        ("0٣①", "digit"),
        ("\n\r\x85\u2028", "newline"),
        (" \t\u00a0\u3000", "space"),
        ("\u200b\u00ad\ufeff\u202e\0", "invisible"),
        (".。！", "sentence-end"),
        ("|•★", "separator"),
        ("💋€", "symbol"),
        ("\ud800\U0010ffff", "other"),
    ],
)
def test_class(characters: str, name: str) -> None:
    classes = cc.tables().classes[cc.code_points(characters)]
    assert [cc.CLASS_NAMES[number] for number in classes] == [name] * len(characters)

"""What may have been injected: where words are written alike, what stands alone, and starts and ends at its edges."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import Cleaner, features, propose
from cleaner import charclass as cc
from cleaner import judge as judging
from cleaner.judge import hot_units, judge, propose_batch, source_spans
from cleaner.propose import FOREIGN_LANGUAGE, SHOUT, TITLE, WIDTHS_DENSE, WIDTHS_SPACED, alone, styles, window_sums
from cleaner.reading import read
from cleaner.view import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buy Now", [0, 0, 0, 0, TITLE, TITLE, TITLE]),
        ("BUY it", [TITLE | SHOUT] * 3 + [0] * 3),
        ("A day", [TITLE, 0, 0, 0, 0]),
        ("ｂｕｙ it", [TITLE | SHOUT] * 3 + [0] * 3),
        ("爱上 a", [TITLE, TITLE, 0, 0]),
        ("", []),
    ],
)
def test_styles(text: str, expected: list[int]) -> None:
    points = cc.code_points(text)
    view = fold(points)
    assert styles(view.codes, view.classes, view.points, view.disguised).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("龙凤会所 站在堤岸上，可以看到江。", ["龙凤会所"]),
        ("一行。\n桑拿\n又一行。", ["桑拿"]),
        ("用 git 提交", ["提交"]),
        ("一二三四五六七八九十一二三 长", []),
        ("no words of a dense script", []),
        ("", []),
    ],
)
def test_what_stands_alone(text: str, expected: list[str], cleaner: Cleaner) -> None:
    reading = read([text], cleaner.model.tables)
    starts, ends = (reading.source[at] - reading.doc_base[0] for at in alone(reading))
    assert [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)] == expected


@pytest.mark.parametrize(
    ("before", "piece", "behind"),
    [
        ("Git does not manage ", "ACHETER VIAGRA EN LIGNE SANS ORDONNANCE", " empty folders, so we add a file."),
        (
            "The ferry leaves ",
            "Ｂｕｙ Ｃｈｅａｐ Ｖｉａｇｒａ Ｏｎｌｉｎｅ Ｎｏｗ",
            " from the pier at the old market.",
        ),
        ("首先要记得在导出之前", "爱上海龙凤419论坛", "让它们可见，然后再保存一次。"),
    ],
)
def test_a_piece_inside_a_sentence_is_proposed(before: str, piece: str, behind: str, cleaner: Cleaner) -> None:
    proposals = propose_batch([before + piece + behind], cleaner.model, [[]])
    assert proposals is not None
    starts, ends = source_spans(proposals)
    assert (len(before), len(before) + len(piece)) in set(zip(starts.tolist(), ends.tolist(), strict=True))
    assert np.isfinite(proposals.matrix).all()


def test_candidates_are_the_same_alone_and_in_a_batch(cleaner: Cleaner) -> None:
    """Nothing at a line's end comes from the text behind it: the last line here ends where spam of the next one begins."""
    texts = [
        "The tide comes in.\nkripto bahis ### 一只“宝贝”怎么读",
        "casino bonus bahis",
        "爱上海龙凤419论坛",
        "quiet water",
    ]
    batch = propose_batch(texts, cleaner.model, [[]] * len(texts))
    assert batch is not None
    starts, ends = source_spans(batch)
    for number, text in enumerate(texts):
        alone = propose_batch([text], cleaner.model, [[]])
        spans = set() if alone is None else set(zip(*(at.tolist() for at in source_spans(alone)), strict=True))
        mine = np.flatnonzero(batch.found.docs == number)
        assert set(zip(starts[mine].tolist(), ends[mine].tolist(), strict=True)) == spans


SPAM = ["casino bonus bahis", "爱上海龙凤419论坛", "The tide comes in. Buy cheap viagra online now. It goes out."]


@pytest.mark.parametrize("text", [*SPAM, "quiet water", "", "x"])
def test_every_window_over_the_threshold_is_looked_at(text: str, cleaner: Cleaner) -> None:
    reading, hot = read([text], cleaner.model.tables), hot_units(cleaner.model)
    dense = propose.is_dense(reading.classes)
    over = np.zeros(len(dense), dtype=bool)
    for number, (width, bar) in enumerate(zip((*WIDTHS_DENSE, *WIDTHS_SPACED), hot, strict=False)):
        of_kind = dense if number < len(WIDTHS_DENSE) else ~dense
        over |= of_kind & (window_sums(reading.total, width) / bar > FOREIGN_LANGUAGE)
    assert not (over & ~propose.warm_places(reading, hot)).any()
    assert over.any() == (text in SPAM)


def test_lots_change_nothing(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    def judged() -> list[list[tuple[int, int, float]]]:
        found = judge(SPAM, cleaner.model, [[]] * len(SPAM))
        return [[(item.start, item.end, item.score) for item in items] for items in found]

    whole = judged()
    assert all(whole)
    for module, name in ((judging, "RUNS_TOGETHER"), (propose, "LOT"), (propose, "CHUNK"), (features, "LOT")):
        monkeypatch.setattr(module, name, 1)
    assert judged() == whole

"""Latin words in letters of many alphabets, and texts in those alphabets, which stay what they are."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import charclass as cc
from cleaner.reading import PAD
from cleaner.view import fold

LATIN = "abcdefghijklmnopqrstuvwxyz"
STYLES = {
    "Greek and Cyrillic": "αв¢∂єƒgнιנкℓмησρqяѕтυνωχуz",
    "currencies": "₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦Ø₱QⱤ₴₮ɄV₩ӾɎⱫ",
    "Canadian syllables": "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭Yᘔ",
    "Han and Bopomofo": "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙",
    "Cherokee and Ethiopic": "ᏗᏰፈᎴᏋᎦᎶᏂᎥᏠᏦᏝᎷᏁᎧᎮᎤᏒᏕᏖᏬᏉᏇጀᎩፚ",
    "Thai and Hebrew": "ค๒ς๔єŦﻮђเןкl๓ภ๏קợгรtยשฬאץz",
    "Armenian": "ǟɮƈɖɛʄɢɦɨʝӄʟʍռօքզʀֆȶʊʋաӼʏʐ",
    "Yi": "ꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ",
    "Coptic": "ⲁⲃⲥⲇⲉϝⳋⲏⲓϳⲕⳑⲙⲛⲟⲣⲑⲅⲋⲧⳙⲩⲱⲭⲩⲍ",
    "strokes": "ȺɃȻĐɆꞘǤĦƗɈꝀŁMꞤØⱣꝖɌꞨŦɄꝞWӾɎƵ",
}


@pytest.mark.parametrize("style", STYLES)
def test_words_in_a_style_are_read_as_latin(style: str) -> None:
    text = "Rain: " + "online casino bonuses".translate(str.maketrans(LATIN, STYLES[style])) + ", and sun."
    view = fold(cc.code_points(text))
    assert "".join(map(chr, view.codes)) == "rain: online casino bonuses, and sun."
    changed = np.array([a != b for a, b in zip(text.lower(), "rain: online casino bonuses, and sun.", strict=True)])
    assert view.disguised[changed].mean() > 0.9
    assert not view.disguised[: len("Rain: ")].any()
    assert view.source.tolist() == list(range(len(text)))


@pytest.mark.parametrize(
    "text",
    [
        "ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖅ ᑲᓇᑕᒥ",
        "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᎠᏂᏴᏫᏯ",
        "ኢትዮጵያ አማርኛ ጀግና",
        "ꆈꌠꉙ ꌺꉙꇐꀊ",
        "հայաստան երևան",
        "千山万水，山千几尺，乙卯年",
        "ㄅㄆㄇㄈ ㄓㄨㄥㄨㄣˊ",
        "שקל אחד ועוד",
        "รายการ เครื่อง ภาษา line @shop",
        "ελλάδα и россия, usb-порт, ph-wert",
        "a×b×c, ∂u∂x, 5¢, €5, ₹99, ฿300, us$, 3×4",
        "μmol σ-algebra βeta",
        "ⲁⲛⲟⲕ ⲡⲉ ϣⲏⲣⲉ",
        "10 ₽ за штуку, 20 ₴ за кг",
    ],
)
def test_texts_in_these_alphabets_stay(text: str) -> None:
    points = cc.code_points(text)
    view = fold(points)
    assert view.codes.tolist() == cc.tables().fold[points].tolist()
    assert view.classes.tolist() == cc.tables().classes[points].tolist()


def test_a_long_word_that_ends_in_other_letters_stays() -> None:
    text = "ᑕᗩᔕᗩ" * 20 + "한국어" + " ᑕᗩᔕᗩ" * 3
    assert "".join(map(chr, fold(cc.code_points(text)).codes)) == "ᑕᗩᔕᗩ" * 20 + "한국어" + " casa" * 3


@pytest.mark.parametrize(
    "texts",
    [("ᏗᏰᏋᎦᏗ", "ᏣᎳᎩ"), ("ᏣᎳᎩ", "ᏗᏰᏋᎦᏗ"), ("ónlíné cásínó", "được"), ("được", "ónlíné cásínó"), ("ᑕᗩᔕᗩ", "ᑕᗩᔕᗩ")],
    ids=repr,
)
def test_a_text_reads_the_same_beside_any_other(texts: tuple[str, str]) -> None:
    together = fold(cc.code_points("\n" * PAD + ("\n" * PAD).join(texts) + "\n" * PAD))
    alone = [fold(cc.code_points("\n" * PAD + text + "\n" * PAD)) for text in texts]
    read = ["".join(map(chr, view.codes)).strip("\n") for view in alone]
    assert "".join(map(chr, together.codes)).split("\n" * PAD)[1:-1] == read

"""Build `cleaner/charclass.npz`: the class and the folded form of every code point, from the `regex` package's Unicode data.

Run `python -m cleaner.train.charclass_table` after a change here; the file is committed, so that the cleaning path
needs neither the property look-ups nor the Python version's own Unicode tables.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import regex

from cleaner.charclass import (
    CLOSE,
    COMMA,
    DIGIT,
    INVISIBLE,
    LETTER_SCRIPTS,
    MARK,
    MAX_CODE_POINT,
    NEWLINE,
    OPEN,
    OTHER,
    OTHER_LETTER,
    PUNCT,
    SCRIPT0,
    SENTENCE_END,
    SEPARATOR,
    SPACE,
    SYMBOL,
)

NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
SENTENCE_ENDS = ".!?。！？…．｡؟۔।॥‼⁇⁈⁉"
COMMAS = ",;:，；：、､،؛"
OPENS = "([{<（【《「『〔［｛〈“‘«‹＜"
CLOSES = ")]}>）】》」』〕］｝〉”’»›＞"
SEPARATORS = "|•·▪▸►‣◦●○■□◆◇★☆※→⇒~～–—―-_=/\\*#+｜／＿＝＋＊＃﹣－▌▎▏♦♥♠♣❖✦✧➤➔"
# Letters that look like a Latin one (a selection of the everyday confusables of Unicode TS #39): used inside words of mixed script.
LOOKALIKES = {
    "Cyrillic": ("аеорсухіјѕһԁԛԝӏүԍҽѵ", "aeopcyxijshdqwlygev"),
    "Greek": ("αορυχικνηετωσγϲ", "aopuxikvnetwoyc"),
    "Armenian": ("ազլհյոսցքօ", "wqlhjnugfo"),
    "Cherokee": ("ꭰꭱꭲꭵꮖꭹꭺꭻꭼꮃꮇꮋꮍꮐꮓꮟꮢꮤꮩꮪꮮꮯꮲꮶᏼ", "drtiiyajewmhygzbrwvslcpkb"),
}
# Whole alphabets that are known from disguises only, or from phonetics, in which their letters stand alone.
SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
PHONETIC = dict(zip("ɑɡɩ", "agi", strict=True))
LISU = dict(zip("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "abcdefghijklmnoprstuvwxyz", strict=True))
ENCLOSED = (
    0x249C,
    0x1F110,
    0x1F130,
    0x1F150,
    0x1F170,
    0x24B6,
    0x24D0,
)  # alphabets of letters in brackets, circles, squares
OVERLAYS = r"\u0305\u0332-\u0338\u033f\u20d2\u20d3\u20e5\u20e6\u20eb"  # lines through or along letters
INVISIBLES = (
    r"[\p{Cf}\p{Variation_Selector}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\p{Cc}"
    + OVERLAYS
    + r"&&[^\t\n\r\x0b\x0c\x1c-\x1e\x85]]"
)


def _ranges(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and values of the runs of equal values."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    return starts.astype(np.uint32), values[starts]


def class_table() -> np.ndarray:
    """The class of each of the 0x110000 code points, uint8."""
    text = "".join(map(chr, range(MAX_CODE_POINT + 1)))
    table = np.full(MAX_CODE_POINT + 1, OTHER, dtype=np.uint8)

    def mark(pattern: str, value: int) -> None:
        for found in regex.finditer(f"(?:{pattern})+", text, flags=regex.V1):
            table[found.start() : found.end()] = value

    mark(r"\p{L}|\p{Nl}", OTHER_LETTER)
    for number, script in enumerate(LETTER_SCRIPTS):
        mark(rf"[\p{{L}}\p{{Nl}}\p{{Lm}}&&\p{{Script={script}}}]", SCRIPT0 + number)
    mark(r"\p{M}", MARK)
    mark(r"\p{Nd}|\p{No}", DIGIT)
    mark(r"\p{P}", PUNCT)
    mark(r"\p{S}", SYMBOL)
    mark(r"\p{Zs}|\t", SPACE)
    mark(INVISIBLES, INVISIBLE)
    for first in ENCLOSED:
        table[first : first + 26] = OTHER_LETTER  # as the bold and double-struck ones of mathematics
    for characters, value in (
        (SENTENCE_ENDS, SENTENCE_END),
        (COMMAS, COMMA),
        (OPENS, OPEN),
        (CLOSES, CLOSE),
        (SEPARATORS, SEPARATOR),
        (NEWLINES, NEWLINE),
    ):
        for character in characters:
            table[ord(character)] = value
    for character in "ー々〆〇":
        table[ord(character)] = SCRIPT0 + LETTER_SCRIPTS.index("Katakana" if character == "ー" else "Han")
    return table


def fold_pairs() -> tuple[np.ndarray, np.ndarray]:
    """Code points that fold to another single one (compatibility form, then lower case), and what they fold to."""
    own = {chr(first + number): chr(ord("a") + number) for first in ENCLOSED for number in range(26)}
    own |= SMALL_CAPITALS | LISU | PHONETIC
    source, target = [], []
    for code in range(MAX_CODE_POINT + 1):
        character = chr(code)
        if 0xD800 <= code < 0xE000 or 0xAC00 <= code < 0xD7A4:
            continue
        folded = own.get(character) or unicodedata.normalize("NFKC", character)
        if len(folded) != 1:
            folded = character
        lowered = folded.lower()
        folded = lowered if len(lowered) == 1 else folded
        if folded != character and unicodedata.category(folded) != "Cn":
            source.append(code)
            target.append(ord(folded))
    return np.array(source, dtype=np.uint32), np.array(target, dtype=np.uint32)


def lookalike_pairs() -> tuple[np.ndarray, np.ndarray]:
    """Lower-case letters of another script that pass for a Latin one, and that Latin one."""
    pairs = sorted((ord(a), ord(b)) for look, latin in LOOKALIKES.values() for a, b in zip(look, latin, strict=True))
    table = np.array(pairs, dtype=np.uint32)
    return table[:, 0], table[:, 1]


def main() -> None:
    """Write the table beside the module that reads it."""
    starts, classes = _ranges(class_table())
    source, target = fold_pairs()
    look, latin = lookalike_pairs()
    path = Path(__file__).parents[1] / "charclass.npz"
    np.savez_compressed(
        path, starts=starts, classes=classes, fold_from=source, fold_to=target, look=look, look_latin=latin
    )
    print(f"{path}: {len(starts)} ranges, {len(source)} folds, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

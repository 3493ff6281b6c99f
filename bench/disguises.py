"""How much of the same spam is found in each of many disguises, half of which no training has seen.

    python bench/disguises.py INJECTED.jsonl [--model DIR] [--places N] [--seed N]

Fragments of a benchmark that it states to be plain are put into its clean articles, each on a line of its own and in front of
a line, once as they are and once in every disguise: the same fragments at the same places. Prints a Markdown table of the
share of which at least 90 % is gone, for Latin and for Chinese letters, and of the articles that lost a word of their own.
A disguise that `cleaner.train.disguise` has too is marked.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from quality import table

from cleaner import Cleaner
from cleaner.evaluate import FOUND, read_bench

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST, LONGEST = 4, 60  # characters of a fragment
Disguise = Callable[[str], str]


def _alphabet(first: int) -> dict[int, int]:
    return {ord(letter): first + number for number, letter in enumerate(LETTERS)}


def _between(mark: str) -> Disguise:
    """A mark between all characters, in Latin text between those of each word."""
    return lambda text: " ".join(mark.join(word) for word in text.split(" "))


def _behind(mark: str) -> Disguise:
    return lambda text: "".join(letter if letter == " " else letter + mark for letter in text)


def _mapped(table: dict[int, int]) -> Disguise:
    return lambda text: text.lower().translate(table)


def _accented_once(word: str) -> str:
    at = next((n for n, letter in enumerate(word) if letter in "aeiou"), len(word))
    return word[:at] + word[at : at + 1].translate(str.maketrans("aeiou", "áéíóú")) + word[at + 1 :]


def _letters(source: str, target: str) -> Disguise:
    return _mapped(str.maketrans(source, target))


BOTH: dict[str, Disguise] = {
    "zero-width spaces *": _between("\u200b"),
    "soft hyphens *": _between("\u00ad"),
    "word joiners *": _between("\u2060"),
    "tag characters": _behind("\U000e0078"),
    "control characters": _between("\x01"),
    "braille blanks": _between("\u2800"),
    "lines through letters *": _behind("\u0336"),
    "set apart by spaces *": lambda text: "  ".join(" ".join(word) for word in text.split(" ")),
    "set apart by wide spaces": _between("\u3000"),
    "set apart by dots": _between("·"),
    "set apart by pictures": _between("🔥"),
    "set apart by lines": _between("|"),
    "shown from right to left": lambda text: f"\u202e{text[::-1]}\u202c",
    "numbers of HTML *": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "numbers of HTML, twice": lambda text: "".join(f"&amp;#{ord(letter)};" for letter in text),
    "numbers of a program": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "letters in elements of their own": lambda text: "".join(c if c == " " else f"<b>{c}</b>" for c in text),
    "letters in brackets": lambda text: "".join(c if c == " " else f"[{c}]" for c in text),
    "every letter twice": lambda text: "".join(c if c == " " else c * 2 for c in text),
    "comments between letters *": _between("<!-- -->"),
    "entities between letters": _between("&zwnj;"),
    "code points": lambda text: " ".join(f"U+{ord(letter):04X}" for letter in text),
}
LATIN: dict[str, Disguise] = {
    "full width *": _mapped({code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}),
    "mathematical bold *": _mapped(_alphabet(0x1D41A)),
    "fraktur *": _mapped(_alphabet(0x1D586)),
    "in circles *": _mapped(_alphabet(0x24D0)),
    "in black squares": _mapped(_alphabet(0x1F170)),
    "in brackets": _mapped(_alphabet(0x249C)),
    "letters of flags": _mapped(_alphabet(0x1F1E6)),
    "upside down": lambda text: text.lower().translate(str.maketrans(LETTERS, "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz"))[::-1],
    "small capitals": _letters("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"),
    "Lisu letters": _letters("abcdefghijklmnoprstuvwxyz", "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ"),
    "Cyrillic look-alikes *": _letters("aeopcyx", "аеорсух"),
    "Greek look-alikes *": _letters("aeopuvxn", "αεορυνχη"),
    "Armenian look-alikes": _letters("ghjlnou", "ցհյլոօս"),
    "Cherokee look-alikes": _letters("abdehklmprstvwyz", "ᎪᏴᎠᎬᎻᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ"),
    "signs of accents on all letters": lambda text: "".join(c if c == " " else f"{c}\u0323\u0301" for c in text),
    "numbers of an address": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "@ and ! for letters": _letters("aio", "@!0"),
    "accents on vowels *": _letters("aeiou", "áèîöü"),
    "one accent in each word": lambda text: " ".join(map(_accented_once, text.split(" "))),
    "strokes, tails and rings": _letters("acdelnosuyz", "åçđęłñøşůýż"),
    "hooks and tails": _letters("abcdefghijklmnoprstuvwyz", "ąɓƈɗęƒɠɦįʝƙłɱɳǫƥɽʂƭųʋⱳƴȥ"),
    "dots below": _letters("abdehiklmnorstuvwyz", "ạḅḍẹḥịḳḷṃṇọṛṣṭụṿẉỵẓ"),
    "Greek and Cyrillic letters": _letters(LETTERS, "αв¢∂єƒgнιנкℓмησρqяѕтυνωχуz"),
    "signs of currencies": _letters(LETTERS, "₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦Ø₱QⱤ₴₮ɄV₩ӾɎⱫ"),
    "Canadian syllables": _letters(LETTERS, "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭Yᘔ"),
    "Han and Bopomofo": _letters(LETTERS, "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙"),
    "Cherokee and Ethiopic": _letters(LETTERS, "ᏗᏰፈᎴᏋᎦᎶᏂᎥᏠᏦᏝᎷᏁᎧᎮᎤᏒᏕᏖᏬᏉᏇጀᎩፚ"),
    "Thai, Hebrew and Cyrillic": _letters(LETTERS, "ค๒ς๔єŦﻮђเןкl๓ภ๏קợгรtยשฬאץz"),
    "Armenian and phonetics": _letters(LETTERS, "ǟɮƈɖɛʄɢɦɨʝӄʟʍռօքզʀֆȶʊʋաӼʏʐ"),
    "Yi": _letters(LETTERS, "ꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ"),
    "strokes through all letters": _letters(LETTERS, "ȺɃȻĐɆꞘǤĦƗɈꝀŁMꞤØⱣꝖɌꞨŦɄꝞWӾɎƵ"),
    "accents of many languages": _letters(LETTERS, "áßčďĕŧğĥĩĵķĺмńőрqŕśťúvŵжŷź"),
    "letters of phonetics": _letters("agi", "ɑɡɩ"),
    "accents on most letters *": _letters("aeioucnsyzrtlgd", "áèîöüçñšýžřťľğď"),
    "capitals in turn *": lambda text: "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(text)),
    "digits and signs for letters *": _letters("aeios", "4310$"),
    "drawn out *": lambda text: "".join(letter * 3 if letter in "aeiou" else letter for letter in text.lower()),
    "words in one": lambda text: text.replace(" ", ""),
    "letters swapped": lambda text: " ".join(w[:2] + w[3] + w[2] + w[4:] if len(w) > 4 else w for w in text.split(" ")),
    "backwards": lambda text: text[::-1],
}
HAN: dict[str, Disguise] = {
    "variation selectors": _behind("\ufe00"),
    "Hangul fillers": _between("\u3164"),
    "set apart by single spaces *": _between(" "),
}


class Place(NamedTuple):
    """A fragment, the article it goes into, the number of the line it goes before, and whether it takes a line of its own."""

    fragment: str
    article: str
    format: str
    line: int
    is_own: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--places", type=int, default=100, help="of each alphabet  [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    items = list(read_bench(options.bench, ("txt", "md")))
    cleaner, rng = Cleaner(options.model), Random(options.seed)
    latin, han = (places(items, rng, is_han, options.places) for is_han in (False, True))
    rows = [("as it is", *measured(cleaner, latin, str), *measured(cleaner, han, str))]
    for name, how in {**BOTH, **LATIN, **HAN}.items():
        of_latin = measured(cleaner, latin, how) if name not in HAN else (None, None)
        of_han = measured(cleaner, han, how) if name not in LATIN else (None, None)
        rows.append((name, *of_latin, *of_han))
    print(table(["disguise", "Latin letters", "harmed", "Chinese", "harmed"], rows))


def places(items: Sequence[dict[str, Any]], rng: Random, is_han: bool, count: int) -> list[Place]:
    """So many places for fragments of one alphabet, in articles of any language."""
    said = {
        item["dirty"][s["start"] : s["end"]].strip()
        for item in items
        for s in item["spans"]
        if s["obfuscated"] == "none"
    }
    fragments = sorted(text for text in said if SHORTEST <= len(text) <= LONGEST and _is_of(text, is_han))
    found = []
    for fragment in rng.sample(fragments, min(count, len(fragments))):
        item = rng.choice(items)
        lines = item["clean"].split("\n")
        line = rng.choice([number for number, line in enumerate(lines) if line.strip()])
        found.append(Place(fragment, item["clean"], item["format"], line, rng.random() < 0.5))
    return found


def _is_of(text: str, is_han: bool) -> bool:
    """Whether a text has only Chinese letters, or only small and capital Latin ones and spaces."""
    return all("一" <= c <= "鿿" if is_han else c == " " or (c.isascii() and c.isalpha()) for c in text)


def measured(cleaner: Cleaner, some: Sequence[Place], how: Disguise) -> tuple[str, str]:
    """The share found, and the share of articles that lost something of their own."""
    texts, stretches = [], []
    for place in some:
        lines = place.article.split("\n")
        written = how(place.fragment) + ("\n" if place.is_own else " ")
        start = sum(map(len, lines[: place.line])) + place.line
        texts.append(place.article[:start] + written + place.article[start:])
        stretches.append((start, start + len(written)))
    found = harmed = 0
    results = cleaner.clean_many(texts, [place.format for place in some])
    for text, (start, end), result in zip(texts, stretches, results, strict=True):
        inside = [(max(first, start), min(stop, end)) for first, stop in result.cuts if first < end and stop > start]
        found += _ink(text, inside) >= FOUND * _ink(text, [(start, end)])
        harmed += _ink(text, result.cuts) > _ink(text, inside)
    return f"{found / len(some):.2f}", f"{harmed / len(some):.2f}"


def _ink(text: str, stretches: Sequence[tuple[int, int]]) -> int:
    """The characters of some stretches that are no white space."""
    return sum(len("".join(text[start:end].split())) for start, end in stretches)


if __name__ == "__main__":
    main()

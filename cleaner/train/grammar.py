"""Expand the spam grammars of `corpus/spam` into fragments: terms and promotional lines of eleven trades."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import regex

TRADES = (
    "escort",
    "gambling",
    "pharma",
    "loans",
    "documents",
    "essay",
    "seo",
    "replica",
    "download",
    "crypto",
    "contraband",
)
NAMES = "names.toml"  # the one file of names that spam of every language uses
LINE_SHARE = 0.3  # of the fragments are whole lines, and of those PARAGRAPH_SHARE several in a row
PARAGRAPH_SHARE = 0.2
NUMBERED_SHARE = 0.15  # of the made-up hosts are a number behind up to three letters, as those of gambling sites that move every week
STAPLE_SHARE = 0.35  # of the heads are what a trade is known by: real spam says the same few things over and over
LINE_GROUPS = 16  # the lines of a trade are split into so many campaigns, by their wording
FOLDS = 3
EVERYWHERE = -1
_MADE, _LINES = "grammar:", "/lines "  # in the source of fragments of a grammar, in the campaign of lines
_SLOT = regex.compile(r"\{(\w+)\}")
_LATIN_WORD = regex.compile(r"[a-z0-9]+")
_OUR_HOST = regex.compile(r"(?<![\w-])([\w-]+)\.example(?![\w-]|\.\w)")
_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "ca",
    "ce",
    "da",
    "di",
    "do",
    "fa",
    "fi",
    "ga",
    "go",
    "ha",
    "jo",
    "ka",
    "ki",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mi",
    "na",
    "no",
    "pa",
    "pe",
    "ra",
    "ri",
    "ro",
    "sa",
    "si",
    "ta",
    "to",
    "va",
    "vi",
    "xo",
    "za",
]
# How made-up hosts end: those of our own honest texts, whose files say `.example` so that they are nobody's, as common ones do, and
# of those of spam all but SHADY_SHARE; one in 16 of either is left `.example`, so that it is no sign of honesty.
_SHADY = (
    ".top", ".xyz", ".club", ".cc", ".vip", ".shop", ".ru", ".site", ".online", ".info", ".me", ".live", ".win", ".bet", ".icu", ".buzz",
    ".co", ".example",
)  # fmt: skip
_COMMON = (
    ".com", ".com", ".com", ".com", ".com", ".com", ".net", ".net", ".org", ".org", ".info", ".de", ".fr", ".es", ".it", ".ru", ".cn", ".jp",
    ".kr", ".in", ".co.uk", ".com.br", ".com.tr", ".vn", ".co.id", ".in.th", ".io", ".app", ".example", ".example",
)  # fmt: skip
SHADY_SHARE = 0.5
BRANDED_SHARE = 0.5  # of the other made-up hosts, and of the accounts, say what is sold
MAIL_SHARE = 0.1  # of the accounts are addresses of mail
_MONEY = ("${}", "€{}", "{} USD", "£{}", "{}元", "₽{}", "Rp{}.000", "{} TL", "₹{}", "{}฿", "{}만원", "R${}")


class Fragment(NamedTuple):
    """A piece of spam: its text, language, trade, where it comes from, and the campaign it is split by."""

    text: str
    lang: str
    trade: str
    source: str
    campaign: str


@dataclass(frozen=True)
class Grammar:
    """The lists of one language: names of places, and per trade the lists of `corpus/README.md`, the common ones added."""

    lang: str
    place: Sequence[str]
    trades: Mapping[str, Mapping[str, Sequence[str]]]


def load_grammars(folder: Path) -> list[Grammar]:
    """All grammars of a folder, sorted by language, the names that all use added to each.

    >>> grammars = load_grammars(Path("corpus/spam"))
    >>> len(grammars) >= 16
    True
    """
    grammars = []
    names = _toml(folder / NAMES) if (folder / NAMES).exists() else {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == NAMES:
            continue
        data = _toml(path)
        trades = {
            trade: _joined(data[trade], data.get("common", {}), names.get(trade, {}))
            for trade in TRADES
            if trade in data
        }
        grammars.append(Grammar(data["lang"], data["place"], trades))
    return grammars


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _joined(*tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The lists of several tables, those of the same name one after the other."""
    joined: dict[str, list[str]] = {}
    for table in tables:
        for name, words in table.items():
            joined.setdefault(name, []).extend(words)
    return joined


def expand(grammar: Grammar, per_word: int, seed: int) -> Iterator[Fragment]:
    """About `per_word` fragments for every head and slang word, all distinct; that word is the fragment's campaign.

    >>> grammar = Grammar("en", ["york"], {"loans": {"head": ["payday loan"], "patterns": ["{head} {place}"], "lines": []}})
    >>> [fragment.text for fragment in expand(grammar, 1, seed=0)]
    ['payday loan york']
    """
    for trade, lists in grammar.trades.items():
        rng = Random(f"{seed}/{grammar.lang}/{trade}")
        seen: set[str] = set()
        groups = _groups(f"{grammar.lang}/{trade}", lists["lines"])
        for _ in range(per_word * sum(len(lists.get(name, ())) for name in ("head", "slang"))):
            text, campaign = _text(grammar, trade, groups, rng)
            if text not in seen:
                seen.add(text)
                yield Fragment(text, grammar.lang, trade, _MADE + grammar.lang, campaign)


def _groups(name: str, lines: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The lines by campaign: their wording, not the goods they name, is what nobody has seen yet of a new one."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        groups.setdefault(f"{name}{_LINES}{in_fold(line, LINE_GROUPS)}", []).append(line)
    return sorted(groups.items())


def is_line(fragment: Fragment) -> bool:
    """Whether a fragment is a promotional line of a grammar, or several; the others are terms, or were collected.

    >>> is_line(Fragment("Call us", "en", "loans", "grammar:en", "en/loans/lines 3"))
    True
    """
    return is_made(fragment) and _LINES in fragment.campaign


def is_made(fragment: Fragment) -> bool:
    """Whether a fragment comes from a grammar; the others were collected.

    >>> is_made(Fragment("payday loans", "en", "loans", "grammar:en", "payday loans"))
    True
    """
    return fragment.source.startswith(_MADE)


def _text(grammar: Grammar, trade: str, groups: Sequence[tuple[str, Sequence[str]]], rng: Random) -> tuple[str, str]:
    """A term, a promotional line or a paragraph of two to four such lines, and its campaign."""
    if not groups or rng.random() >= LINE_SHARE:
        return _fill(rng.choice(grammar.trades[trade]["patterns"]), grammar, trade, rng)
    campaign, lines = rng.choices(groups, weights=[len(lines) for _, lines in groups])[0]
    gap = "" if grammar.lang in ("zh-Hans", "zh-Hant", "ja") else " "
    count = rng.randint(2, 4) if rng.random() < PARAGRAPH_SHARE else 1
    form = gap.join(rng.sample(lines, min(count, len(lines))))
    return _fill(form, grammar, trade, rng, part(campaign))[0], campaign


def random_url(rng: Random, goods: str) -> str:
    """A made-up address, half the time with Latin words of what it sells in it.

    >>> random_url(Random(3), "online casino").startswith("http")
    True
    """
    return _url(rng, rng.choice(TRADES)) if rng.random() < 0.5 else spam_url(rng, goods)


def spam_url(rng: Random, goods: str) -> str:
    """A made-up address with Latin words of what it sells in it, where there are any (`has_latin_words`)."""
    words = _latin_words(goods)[:3]
    if not words:
        return _url(rng, rng.choice(TRADES))
    host = rng.choice(["", "-"]).join(words) + rng.choice(["", _digits(rng)[:3], _name(rng, 1, 2)]) + _tld(rng)
    return (
        rng.choice(["http://", "https://", "http://www.", "https://www."])
        + host
        + rng.choice(["", "/", "/" + _name(rng, 1, 3)])
    )


def innocent_url(rng: Random, words: Sequence[str]) -> str:
    """The address of a page on a site that somebody broke into: it speaks of something else.

    >>> innocent_url(Random(1), ["river", "walk"]).count("/") > 2
    True
    """
    host = rng.choice(["http://", "http://www.", "https://", "https://www."]) + _name(rng, 2, 5) + _tld(rng)
    date = rng.choice(["", "", f"{rng.randint(2008, 2024)}/{rng.randint(1, 12):02}/"])
    return f"{host}/{date}{'-'.join(words).lower() or _name(rng, 2, 3)}" + rng.choice(["", "/", "/", ".html"])


def with_real_hosts(text: str, rng: Random) -> str:
    """An honest text whose hosts end as hosts do, not in `.example`; the same host always the same way.

    >>> with_real_hosts("Write to a@b.example or www.b.example.", Random(1))
    'Write to a@b.com or www.b.com.'
    """
    endings: dict[str, str] = {}
    return str(_OUR_HOST.sub(lambda match: match[1] + endings.setdefault(match[1].lower(), rng.choice(_COMMON)), text))


def has_latin_words(goods: str) -> bool:
    """Whether an address can say what is sold."""
    return bool(_latin_words(goods))


def _latin_words(goods: str) -> list[str]:
    return [word for word in _LATIN_WORD.findall(goods.lower()) if len(word) > 2]


def in_fold(campaign: str, folds: int) -> int:
    """The fold a campaign belongs to: a stable hash of its name."""
    return zlib.crc32(campaign.encode("utf-8", "surrogatepass")) % folds


def part(campaign: str) -> int:
    """The one fold that knows a campaign of a grammar, or EVERYWHERE for the half of them that all know.

    >>> {part(str(number)) for number in range(99)} == {EVERYWHERE, 0, 1, 2}
    True
    """
    return EVERYWHERE if in_fold(f"known/{campaign}", 2) == 0 else in_fold(campaign, FOLDS)


def _fill(form: str, grammar: Grammar, trade: str, rng: Random, within: int | None = None) -> tuple[str, str]:
    """A form with its slots filled, and the campaign: the first head or slang word, else the name or brand, else the form itself.

    Goods and sentences are of the part `within`, None for that of the first of them, or of EVERYWHERE: no fold learns those
    of another one from what they stand beside.
    """
    lists = grammar.trades[trade]
    chosen: dict[str, str] = {}

    def known(name: str) -> str:
        nonlocal within
        if name == "head" and "staple" in lists and rng.random() < STAPLE_SHARE:
            name = "staple"
        for _ in range(TRIES):
            words = rng.choice(lists[name])
            where = part(words)
            if within is None:
                within = where
            if where in (EVERYWHERE, within):
                break
        return words

    def pick(match: regex.Match[str]) -> str:
        name = match[1]
        if name in _BUILT_IN:
            return _BUILT_IN[name](rng, trade)
        if name in _SENTENCES:
            return known(name)
        if name not in _GOODS:
            return rng.choice(grammar.place if name == "place" else lists[name])
        # A line that names its goods three times names the same campaign's goods, so that folds do not leak.
        if name not in chosen:
            chosen[name] = _brand(rng, trade, lists) if name == "brand" else known(name)
        return chosen[name]

    text = form
    for _ in range(DEPTH):
        text = _SLOT.sub(pick, text)
    sold = [word for name, word in chosen.items() if name in ("head", "slang")]
    return " ".join(text.split()), (sold or [*chosen.values(), form])[0]


def _digits(rng: Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 11)))


def _phone(rng: Random) -> str:
    groups = [
        str(rng.randint(10 ** (n - 1), 10**n - 1)) for n in rng.choice([(3, 3, 4), (3, 4, 4), (11,), (2, 4, 4), (10,)])
    ]
    return rng.choice(["", "", "+"]) + rng.choice([" ", "-", ""]).join(groups)


def _name(rng: Random, low: int, high: int) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(low, high)))


def _branded(rng: Random, trade: str, joint: str) -> str:
    """What those who sell call themselves in an address or an account: words of the trade, and words that praise or made-up ones."""
    words = [rng.choice(_BRAND_STEMS) if rng.random() < 0.5 else _name(rng, 1, 3), rng.choice(_BRAND_WORDS[trade])]
    if rng.random() < 0.3:
        words.append(rng.choice(_BRAND_WORDS[trade]))
    rng.shuffle(words)
    return joint.join(words)


def _handle(rng: Random, trade: str) -> str:
    if rng.random() < MAIL_SHARE:
        return f"{_branded(rng, trade, rng.choice(['', '.', '_']))}@{_domain(rng, trade)}"
    name = _branded(rng, trade, rng.choice(["", "_"])) if rng.random() < BRANDED_SHARE else _name(rng, 2, 4)
    return rng.choice(["@", "", ""]) + name + rng.choice(["", _digits(rng)[:4], "_" + _digits(rng)[:3]])


_SERVICES = (
    "WhatsApp", "WhatsApp:", "Telegram", "Telegram:", "TG:", "LINE", "LINE ID:", "WeChat:", "微信：", "加微信", "QQ：", "VX:", "Skype:", "Viber:",
    "Zalo:", "카톡", "텔레그램", "Тел.", "Tel.", "Tel:", "☎", "📞", "👉", "→", "Email:", "E-mail:", "Call", "Contact:", "",
)  # fmt: skip


def contact(rng: Random, trade: str) -> str:
    """A line that only says how to reach those who sell something of a trade; of an unknown one, anything.

    >>> contact(Random(1), "pharma"), contact(Random(2), "unknown")
    ('WhatsApp 532-1475-9644', 'WhatsApp escortsmalajo@tonoviro.shop')
    """
    trade = trade if trade in _BRAND_WORDS else rng.choice(TRADES)
    ways = [
        rng.choice([_handle(rng, trade), _phone(rng), _domain(rng, trade), _url(rng, trade)])
        for _ in range(rng.choice([1, 1, 1, 2]))
    ]
    return " ".join([rng.choice(_SERVICES), rng.choice([" | ", ", ", " / ", " - "]).join(ways)]).strip()


def _domain(rng: Random, trade: str) -> str:
    if rng.random() < NUMBERED_SHARE:
        name = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.choice([0, 1, 1, 2, 3]))) + _digits(rng)[:6]
    elif rng.random() < BRANDED_SHARE:
        name = _branded(rng, trade, rng.choice(["", "-"])) + rng.choice(["", "", _digits(rng)[:3]])
    else:
        name = _name(rng, 2, 4) + rng.choice(["", "", _digits(rng)[:3]])
    return rng.choice(["", "www.", ""]) + name + _tld(rng)


def _tld(rng: Random) -> str:
    return rng.choice(_SHADY if rng.random() < SHADY_SHARE else _COMMON)


def _url(rng: Random, trade: str) -> str:
    path = rng.choice(
        ["", "/", f"/{_name(rng, 2, 3)}", f"/?p={_digits(rng)}", f"/{_name(rng, 1, 2)}/{_name(rng, 2, 3)}.html"]
    )
    return rng.choice(["http://", "https://"]) + _domain(rng, trade) + path


_BRAND_WORDS = {
    "gambling": (
        "toto", "bet", "bets", "slot", "slots", "casino", "poker", "win", "wins", "88", "777", "4d", "togel", "jackpot", "play",
        "bahis", "gacor", "lotto", "vip", "game", "spin", "club", "jp", "303", "138", "99", "asia", "hoki", "cuan", "vegas", "zeus",
        "luck", "bingo", "roulette", "odds", "sport", "live",
    ),
    "crypto": (
        "coin", "fx", "trade", "trader", "swap", "chain", "token", "bit", "btc", "invest", "capital", "markets", "wallet", "option",
        "mining", "finance", "pips", "signals", "ex", "profit", "vault", "yield",
    ),
    "pharma": (
        "meds", "pharm", "pharma", "rx", "pills", "drugstore", "pharmacy", "cure", "slim", "keto", "cbd", "hemp", "vape", "biotics",
        "health", "steroids", "gummies", "labs",
    ),
    "essay": (
        "essay", "essays", "paper", "papers", "writer", "writers", "thesis", "assignment", "homework", "dumps", "tutor", "grade",
        "scholar", "edu", "dissertation", "exam",
    ),
    "escort": (
        "escort", "escorts", "girls", "babes", "models", "cams", "date", "dating", "sugar", "massage", "spa", "lux", "angels",
        "hookup", "sex", "xxx", "tube", "flirt",
    ),
    "download": (
        "iptv", "stream", "streams", "tv", "movie", "movies", "crack", "cracks", "keygen", "torrent", "apk", "mod", "vpn", "proxy",
        "flix", "soft", "warez", "cheats", "hd", "mp3",
    ),
    "replica": (
        "watch", "watches", "replica", "replicas", "outlet", "bags", "lux", "luxury", "kicks", "shoes", "sneakers", "store", "shop",
        "sale", "boutique", "time", "mall", "jerseys",
    ),
    "loans": (
        "cash", "loan", "loans", "credit", "lend", "lending", "money", "payday", "fund", "funding", "kredit", "debt", "pay",
        "finance", "advance", "borrow",
    ),
    "seo": (
        "rank", "seo", "boost", "links", "followers", "smm", "likes", "views", "traffic", "media", "digital", "agency", "backlinks",
        "leads", "web", "fans", "panel", "social",
    ),
    "documents": (
        "docs", "documents", "diploma", "diplomas", "id", "ids", "visa", "passport", "license", "certs", "legal", "papers",
        "registry", "immigration", "permit",
    ),
    "contraband": (
        "cvv", "dumps", "cards", "carding", "market", "store", "shop", "darknet", "hack", "spy", "arms", "notes", "logs", "drop",
    ),
}  # fmt: skip
_BRAND_STEMS = (
    "royal", "golden", "lucky", "mega", "king", "star", "prime", "elite", "express", "smart", "easy", "pro", "top", "best",
    "ultra", "nova", "alpha", "rapid", "fast", "super", "max", "global", "euro", "asia", "dragon", "tiger", "lion", "diamond",
    "silver", "grand", "bravo", "magic", "happy", "cheap", "master", "direct", "true", "vip", "city", "world",
)  # fmt: skip
_GOODS = ("head", "slang", "name", "brand")
_SENTENCES = ("opener", "claim", "call")
TRIES = 20  # words drawn until one is of the part that is asked for
DEPTH = 3  # a line may hold an opener, that a head, that the name of a place


def _brand(rng: Random, trade: str, lists: Mapping[str, Sequence[str]]) -> str:
    """A made-up name of a firm of a trade, as `lanatoto` or `royalmeds24`; half of them of the language's own morphemes, if given.

    >>> _brand(Random(1), "escort", {"stem": ["夜"], "morpheme": ["茶坊"]}), _brand(Random(1), "pharma", {})
    ('夜茶坊', 'KingSlim76')
    """
    if lists.get("morpheme") and rng.random() < 0.5:
        stems = "".join(rng.choice(lists["stem"]) for _ in range(rng.choice([1, 1, 1, 2])))
        return stems + rng.choice(lists["morpheme"]) + rng.choice(["", "", "", _digits(rng)[:3]])
    name = rng.choice(_BRAND_STEMS) if rng.random() < 0.3 else _name(rng, 1, 3)
    word = rng.choice(_BRAND_WORDS[trade])
    cut = name.title() + word.title() if rng.random() < 0.2 else name + word
    glued = rng.choice([cut, cut, word + name, cut + _digits(rng)[:2], f"{name}-{word}"])
    return rng.choice([glued, glued, glued, glued.title(), glued.upper()])


_BUILT_IN: dict[str, Callable[[Random, str], str]] = {
    "digits": lambda rng, _: _digits(rng),
    "phone": lambda rng, _: _phone(rng),
    "count": lambda rng, _: str(rng.choice([7, 12, 18, 20, 35, 50, 75, 100, 150, 200, 500, 1000, 2500, 5000, 12000])),
    "handle": _handle,
    "domain": _domain,
    "url": _url,
    "year": lambda rng, _: str(rng.randint(2015, 2027)),
    "percent": lambda rng, _: f"{rng.choice([5, 10, 20, 30, 50, 70, 80, 100, 150, 200, 300, 500])}%",
    "money": lambda rng, _: rng.choice(_MONEY).format(
        rng.choice([5, 20, 50, 99, 100, 199, 300, 500, 1000, 5000, 100000])
    ),
}

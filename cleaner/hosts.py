"""What the host and the path of an address say: whether they plainly sell what spam sells, and in which words.

A name is cut into known words at the least cost: words of trades and of praise, which carry points, and words of clean text,
which carry none, so that nothing is found in `essex` or `specialist`. Praise (`cheap`, `online`, `88`) counts only beside goods.
Nothing is looked up anywhere.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from cleaner import charclass as cc
from cleaner.hostwords import LONGEST, PITCH, Hosts
from cleaner.patterns import pattern
from cleaner.view import fold

# Points of words by which spam is known, of goods few others name, of goods, and of goods many honest sites name.
PLAIN, STRONG, GOODS, WEAK = 3.0, 2.5, 2.0, 1.0
HINT = 0.5  # points of a number or of letters that are no word, beside goods
CHEAP = 1.0  # points of a last label that costs little, beside goods
BAR = 3.0  # points from which an address is plainly spam
PATH = -1.0  # for a path: encyclopedias and newspapers name goods in theirs
DOUBTFUL = 1.0  # for a path in a folder that holds no pages, or a name of its own in front of that of a university
NEUTRAL, MOST_NEUTRAL = 0.5, 1.0  # points that words without any take away: each behind the first, and all together
PATH_SHARE = 0.6  # of the words of one part of a path that must have points
MAX_WORDS = 13  # words of one part of a path; more are a headline
NAMED = 3  # times that goods are named by a text on the subject
SHORT = 5  # letters from which goods may stand beside letters that are no word
MAX_NAME, MAX_PATH = 253, 200  # characters of a host and of a path that are read
MAX_ADDRESS = 2000  # of an address
MAX_NESTED = 3  # addresses inside an address that are read
_UNKNOWN, _OWN, _DIGIT = 5, 7, 1  # costs of a letter outside words, of a word with points, and of a digit

_WORD = pattern(r"\p{L}[\p{L}\p{M}]*+")
_ADDRESS = pattern(r"(?is)(?:[a-z][a-z0-9+.-]*+:)?//([^/?#\\\s]*+)([^?#]*+)(.*+)")
_NESTED = pattern(r"(?i)(?:https?:/{1,2}|=(?=[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}(?:[/&]|\Z)))([^&\s]++)")
_GENERIC = frozenset((
    "www", "com", "co", "net", "org", "gov", "edu", "ac", "mil", "or", "go", "ne", "gob", "gouv", "sch",
    "info", "biz",
))  # fmt: skip
_LENT = frozenset(("gambling", "pharma"))  # trades whose goods are no name for a faculty's machine
_SHARED = frozenset(("ac", "edu", "gov", "go", "gob", "gouv", "sch", "mil"))  # under them nobody sells anything
_CHEAP = frozenset((
    "bet", "buzz", "cf", "club", "fun", "ga", "gq", "host", "icu", "info", "life", "live", "ml", "monster",
    "online", "quest", "rest", "sbs", "shop", "site", "space", "store", "tk", "today", "top", "vip",
    "website", "win", "work", "world", "xyz",
))  # fmt: skip
_FOLDERS = pattern(
    r"(?i)/(?:wp-(?:content|includes|admin)|\.well-known|cgi-bin|assets|cache|components|config|css|files?|fonts|images?|img|includes?"
    r"|js|media|modules|plugins|scripts|styles|templates?|themes|tmp|uploads|vendor)/"
)
_FILE = pattern(
    r"(?i)\.(?:avif|css|docx?|epub|gif|ico|jpe?g|js|json|mp[34]|pdf|png|pptx?|svg|webm|webp|xlsx?|xml|zip)$"
)
_SUFFIX = pattern(r"\.(?:aspx?|cfm|html?|jsp|php\d?)\Z")
_GLUED = pattern(r"\p{L}{8,}\d*")
_PARTS = pattern(r"[^\p{L}\p{N}]+")


class Piece(NamedTuple):
    """A piece of a name: its points, its trade (PITCH for praise, "" for all other), and whether it is a word or a number."""

    text: str
    points: float = 0.0
    trade: str = ""
    is_word: bool = True


class Reading(NamedTuple):
    """What a name says.

    words are those with points, and numbers; trade is that of most of them; goods are the points of trades alone; sells is
    whether it praises them or has words by which spam is known; share is that of the words with points among all.
    """

    words: str
    points: float
    trade: str
    goods: float
    sells: bool
    share: float


class Verdict(NamedTuple):
    """What speaks for an address being spam, in words and points, and what it sells."""

    seen: tuple[tuple[str, float], ...]
    trade: str

    @property
    def points(self) -> float:
        """All points together; from BAR on it is plainly spam."""
        return sum(points for _, points in self.seen)


NOTHING = Reading("", 0.0, "", 0.0, False, 0.0)


def judge_address(address: str, hosts: Hosts) -> Verdict | None:
    """What an address sells, and how plainly; None for one that names no goods.

    >>> from cleaner.hostwords import load
    >>> judge_address("https://slotgacor88.example/x", load()).seen
    (('host reads "slot gacor 88"', 6.0),)
    >>> judge_address("https://www.essex.example/", load()) is None
    True
    """
    found = [*_own(address, hosts), *(verdict for item in _inside(address) for verdict in _nested(item, hosts))]
    return max(found, key=lambda verdict: verdict.points, default=None)


def host_of(address: str) -> str:
    """The host of an address as it reads: no user, no port, small letters, look-alikes and punycode resolved.

    >>> host_of("https://google.com@xn--80aswg.EXAMPLE:8080/a"), host_of("//www.ca%73ino.example")
    ('сайт.example', 'casino.example')
    """
    match = _ADDRESS().match(address)
    return _host(match[1]) if match else ""


def _host(authority: str) -> str:
    name = unquote(authority).rpartition("@")[2].rstrip(".")[-MAX_NAME:].lower()
    if not name.startswith("["):
        name = name.partition(":")[0]
    labels = [_label(part) for part in name.split(".")]
    return ".".join(labels[1:] if labels[0] == "www" and len(labels) > 2 else labels)


def _label(label: str) -> str:
    """A label with punycode decoded and letters borrowed from another alphabet taken for what they look like."""
    if label.startswith("xn--"):
        try:
            label = label[4:].encode("ascii").decode("punycode")
        except (UnicodeError, OverflowError):
            return label
    if label.isascii():
        return label
    codes = fold(cc.code_points(label)).codes
    return codes.tobytes().decode("utf-32-le", "replace").strip()


def _own(address: str, hosts: Hosts) -> Iterator[Verdict]:
    match = _ADDRESS().match(address)
    if match:
        verdicts = _of_host(_host(match[1]), hosts), _of_path(match[2][:MAX_PATH], hosts)
        yield from (verdict for verdict in verdicts if verdict is not None)


def _inside(address: str) -> Iterator[str]:
    """The addresses that an address leads on to, as those of redirectors do."""
    rest = address[8:MAX_ADDRESS]
    if "=" in rest or "//" in rest or "%2f" in rest.lower():
        for match in islice(_NESTED().finditer(unquote(unquote(rest))), MAX_NESTED):
            yield f"http://{match[1]}"


def _nested(address: str, hosts: Hosts) -> Iterator[Verdict]:
    for verdict in _own(address, hosts):
        (why, points), *more = verdict.seen
        yield Verdict(((f"it leads on to an address whose {why}", points), *more), verdict.trade)


@lru_cache(maxsize=4096)
def _of_host(host: str, hosts: Hosts) -> Verdict | None:
    labels = host.split(".")
    if len(labels) < 2 or not any(map(hosts.most_points, labels)):
        return None
    own = [label for label in labels[:-1] if label not in _GENERIC]
    lent = _lent(own, hosts) if len(own) > 1 and _is_shared(labels) else None
    if lent is not None:
        return lent
    reading = read_name(own + _telling(labels[-1], hosts), hosts)
    if reading.goods < GOODS and reading.points < BAR:
        return None
    seen = (f'host reads "{reading.words}"', reading.points)
    cheap = ((f"host ends with .{labels[-1]}", CHEAP),) if labels[-1] in _CHEAP else ()
    return Verdict((seen, *cheap), reading.trade)


def _lent(labels: Sequence[str], hosts: Hosts) -> Verdict | None:
    """What a name says that stands in front of that of a university, school or authority."""
    reading = read_name(labels[:1], hosts)
    if reading.goods < GOODS or reading.share < 1 or reading.trade not in _LENT:
        return None
    seen = (f'host reads "{reading.words}"', reading.points)
    return Verdict((seen, ("in front of the name of a university, school or authority", DOUBTFUL)), reading.trade)


def _is_shared(labels: Sequence[str]) -> bool:
    """Whether a host ends as those of universities, schools and authorities do."""
    return labels[-1] in _SHARED or (len(labels[-1]) == 2 and labels[-2] in _SHARED)


def _telling(last: str, hosts: Hosts) -> list[str]:
    """The last label of a host, if it is a word of a trade, such as `casino`, and no country."""
    return [last] if len(last) > 2 and last in hosts.words else []


def _of_path(path: str, hosts: Hosts) -> Verdict | None:
    path = (unquote(path) if "%" in path else path).lower()
    if _FILE().search(path):
        return None
    verdicts = [
        _of_part(part, hosts, bool(_FOLDERS().search(path)))
        for part in path.split("/")
        if hosts.most_points(part) >= GOODS
    ]
    found = [verdict for verdict in verdicts if verdict is not None]
    return max(found, key=lambda verdict: verdict.points, default=None)


def _of_part(part: str, hosts: Hosts, is_in_folder: bool) -> Verdict | None:
    if len(_PARTS().findall(part)) >= MAX_WORDS:
        return None
    reading = read_name([_SUFFIX().sub("", part)], hosts)
    if reading.goods < GOODS or not reading.sells or reading.share < PATH_SHARE:
        return None
    seen = [(f'path reads "{reading.words}"', reading.points + PATH)]
    if is_in_folder:
        seen.append(("in a folder that holds no pages", DOUBTFUL))
    elif _GLUED().fullmatch(part) and " " in reading.words:
        seen.append(("in one word", DOUBTFUL))
    return Verdict(tuple(seen), reading.trade)


def read_name(labels: Sequence[str], hosts: Hosts) -> Reading:
    """What some labels say together.

    >>> from cleaner.hostwords import load
    >>> read_name(["buy-cheap-viagra"], load())[:3], read_name(["expertsexchange"], load()).points
    (('buy cheap viagra', 4.5, 'pharma'), 0.0)
    """
    cuts = [[*_joined(_cut_label(label, hosts), hosts)] for label in labels]
    pieces = [piece for pieces in cuts if any(piece.points for piece in pieces) for piece in pieces]
    said = {piece.text: piece for piece in pieces if piece.points}
    goods: Counter[str] = Counter()
    for piece in said.values():
        if piece.trade != PITCH:
            goods[piece.trade] += int(piece.points / HINT)
    if not goods:
        return NOTHING
    others = [piece for piece in pieces if not piece.points]
    numbers = sum(piece.text.isdecimal() for piece in others)
    words = sum(piece.is_word for piece in others) - numbers
    points = sum(piece.points for piece in said.values()) - min(NEUTRAL * max(words - 1, 0), MOST_NEUTRAL)
    points += HINT * ((numbers > 0) + (words + numbers < len(others)))
    share = 1 - (len(others) - numbers) / len(pieces)
    shown = " ".join(piece.text for piece in pieces if piece.points or piece.text.isdecimal())
    sells = any(piece.trade == PITCH or piece.points >= PLAIN for piece in said.values())
    return Reading(shown, points, goods.most_common(1)[0][0], goods.total() * HINT, sells, share)


def names_goods(text: str, trade: str, hosts: Hosts, times: int = NAMED) -> bool:
    """Whether a text names goods of a trade several times, or as often as asked."""
    count = 0
    for match in _WORD().finditer(text.lower()):
        points, of = hosts.words.get(match[0], (0.0, ""))
        count += of == trade and points > 1
        if count >= times:
            return True
    return False


def _cut_label(label: str, hosts: Hosts) -> list[Piece]:
    return [piece for part in _PARTS().split(label) if part for piece in _sound(cut(part, hosts))]


def _joined(pieces: Sequence[Piece], hosts: Hosts) -> Iterator[Piece]:
    """The pieces, two in a row as one where they are known together (`call-girls`)."""
    number = 0
    while number < len(pieces):
        two = pieces[number : number + 2]
        points, trade = hosts.words.get("".join(piece.text for piece in two), (0.0, ""))
        is_pair = len(two) > 1 and points > 0 and points >= sum(piece.points for piece in two)
        yield Piece(" ".join(piece.text for piece in two), points, trade) if is_pair else pieces[number]
        number += 1 + is_pair


def _sound(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, praise and short words for goods without their points where they may be part of a word nobody knows."""
    out = []
    for number, piece in enumerate(pieces):
        beside = pieces[max(number - 1, 0) : number + 2]
        is_weak = piece.points < PLAIN and (len(piece.text) < SHORT or piece.trade == PITCH)
        is_doubtful = piece.points > 0 and is_weak and not all(other.is_word for other in beside)
        out.append(Piece(piece.text, is_word=False) if is_doubtful else piece)
    return out


def cut(part: str, hosts: Hosts) -> list[Piece]:
    """A name without signs cut into words at the least cost; letters that are no word stand together.

    >>> from cleaner.hostwords import load
    >>> [piece.text for piece in cut("slotgacor88", load())]
    ['slot', 'gacor', '88']
    """
    part = part[:MAX_PATH]
    cost, came, cheapest = [0.0], [0], min(hosts.cheapest, _OWN)
    for end in range(1, len(part) + 1):
        letter = part[end - 1]
        best, start = cost[end - 1] + (_DIGIT if letter.isdecimal() else _UNKNOWN), end - 1
        for begin in range(max(end - LONGEST, 0), end - 1):
            if cost[begin] + cheapest >= best:  # nothing is to be looked up
                continue
            word = part[begin:end]
            price = _OWN if word in hosts.words else hosts.clean.get(zlib.crc32(word.encode()), 0)
            if price and cost[begin] + price < best:
                best, start = cost[begin] + price, begin
        cost.append(best)
        came.append(start)
    return _pieces(part, came, hosts)


def _pieces(part: str, came: Sequence[int], hosts: Hosts) -> list[Piece]:
    edges = [len(part)]
    while edges[-1] > 0:
        edges.append(came[edges[-1]])
    out: list[Piece] = []
    for end, start in zip(edges[-2::-1], edges[:0:-1], strict=True):
        text = part[start:end]
        if text in hosts.words:
            out.append(Piece(text, *hosts.words[text]))
        elif end - start > 1:
            out.append(Piece(text))
        elif out and _is_loose(out[-1]) and out[-1].text[-1].isdecimal() == text.isdecimal():
            out[-1] = out[-1]._replace(text=out[-1].text + text)
        else:
            out.append(Piece(text, is_word=text.isdecimal()))
    return [Piece(piece.text, *hosts.words.get(piece.text, (0.0, "")), piece.is_word) for piece in out]


def _is_loose(piece: Piece) -> bool:
    return not piece.points and (not piece.is_word or piece.text.isdecimal())

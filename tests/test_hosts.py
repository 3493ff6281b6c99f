"""Hosts and paths that are plainly spam, and many more that are not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from cleaner.hosts import BAR, judge_address, read_name
from cleaner.hostwords import FILE, Hosts, load, save
from cleaner.span import CleanerError

SPAM = {
    # names
    "https://slotgacor88.example/": 'host reads "slot gacor 88"',
    "//slot-gacor.example": 'host reads "slot gacor"',
    "http://buy-cheap-viagra-online.test/order": 'host reads "buy cheap viagra online"',
    "https://cialisorderonline.test": 'host reads "cialis order online"',
    "https://online-casino-bonus.test/": 'host reads "online casino bonus"',
    "https://royal-kazino.site": 'host reads "royal kazino"',
    "https://bandarqq-resmi.test": 'host reads "bandarqq resmi"',
    "https://situs-judi-slot.test": 'host reads "situs judi slot"',
    "https://bestpornvideos.test": 'host reads "best pornvideos"',
    "https://mumbai-escort-service.test": 'host reads "escort service"',
    "https://write-my-essay-now.test": 'host reads "essay now"',
    "https://replica-watches-outlet.test": 'host reads "replica watches outlet"',
    "https://казино-онлайн-ставки.рф/": 'host reads "казино ставки"',
    # below the names of others
    "https://slot.univ.ac.id/": 'host reads "slot"',
    "https://judi-slot.history.college.edu/": 'host reads "judi slot"',
    "https://casino-bonus.blog.example/": 'host reads "casino bonus"',
    "https://slotgacor88.ac.id/": 'host reads "slot gacor 88"',
    # paths
    "https://parish.example/wp-content/judi-online/": 'path reads "judi online"',
    "https://parish.example/images/cheap-viagra-online.html": 'path reads "cheap viagra online"',
    "https://parish.example/slot-gacor-maxwin": 'path reads "slot gacor maxwin"',
    "https://short.example/onlinecasino239362": 'path reads "online casino 239362"',
    "http://203.0.113.9/slot-gacor-hari": 'path reads "slot gacor"',
    "http://[2001:db8::1]/slot-gacor": 'path reads "slot gacor"',
    # what is disguised
    "https://google.com@slotgacor88.example/": 'host reads "slot gacor 88"',
    "https://user:secret@slotgacor88.example:8443/": 'host reads "slot gacor 88"',
    "HTTPS://WWW.SLOTGACOR88.EXAMPLE/": 'host reads "slot gacor 88"',
    "https://sl%6ftgacor88.example/": 'host reads "slot gacor 88"',
    "https://cаsinо-bonus-online.example/": 'host reads "casino bonus online"',
    "https://xn--csin-bonus-online-s4n5r.example/": 'host reads "casino bonus online"',
    "https://parish.example/wp-content/%6audi-online": 'path reads "judi online"',
    # what leads on
    "https://www.google.com/url?q=https://slotgacor88.example/&sa=U": "it leads on to an address whose host reads",
    "https://go.example/?url=https%3A%2F%2Fslotgacor88.example%2F": "it leads on to an address whose host reads",
    "https://go.example/out.php?d=slotgacor88.example": "it leads on to an address whose host reads",
    "https://archive.example/web/2024/http://slotgacor88.example/": "it leads on to an address whose host reads",
}

HONEST = [
    "https://www.essex.ac.uk/",
    "https://scunthorpe.example/",
    "https://www.sussex.example/sextant",
    "https://middlesex-hospital.example",
    "https://expertsexchange.com/",
    "https://penisland.net/",
    "https://therapistfinder.com/",
    "https://whorepresents.com/",
    "https://speedofart.com/",
    "https://molestationnursery.example/",
    "https://specialistinfo.com/",
    "https://socialist-review.example/",
    "https://casino.org/",
    "https://www.bet365.com/",
    "https://www.pokerstars.com/",
    "https://www.viagra.com/",
    "https://www.cialis.com/",
    "https://en.wikipedia.org/wiki/Casino",
    "https://en.wikipedia.org/wiki/Online_casino",
    "https://en.wikipedia.org/wiki/Slot_machine",
    "https://id.wikipedia.org/wiki/Perjudian",
    "https://en.wikipedia.org/wiki/Casino_Royale_(2006_film)",
    "https://pharmacy.unc.edu/",
    "https://www.pharmacy.example/",
    "https://loans.gov/",
    "https://studentloans.gov/",
    "https://www.fafsa.gov/loans",
    "https://slotcar-racing.com/",
    "https://docs.rs/slotmap/latest/slotmap/",
    "https://timeslot-booking.example/",
    "https://slot.example/",
    "https://library.example/events/poker-night",
    "https://casino-royale-film.example/",
    "https://montecarlo-casino.example/",
    "https://www.drugs.com/cialis.html",
    "https://medlineplus.gov/druginfo/meds/a699015.html",
    "https://www.nhs.uk/medicines/sildenafil-viagra/",
    "https://news.example/2024/05/police-raid-online-casino-in-manila",
    "https://news.example/tag/judi-online",
    "https://news.example/women-dies-after-taking-diet-pills-she-bought-online",
    "https://news.example/cheap-flights-and-hotels",
    "https://shop.example/buy-cheap-shoes-online",
    "https://www.bestbuy.com/",
    "https://www.namecheap.com/",
    "https://www.freecodecamp.org/",
    "https://crypto.stackexchange.com/",
    "https://www.cryptologie.net/",
    "https://bitcoin.org/",
    "https://seoul.go.kr/",
    "https://www.museo.example/",
    "https://betterprogramming.pub/",
    "https://www.alphabet.com/",
    "https://www.diabetes.org/",
    "https://tibet.example/",
    "https://betty.example/",
    "https://judith.example/",
    "https://judiciary.gov/",
    "https://togelius.blogspot.com/",
    "https://en.wikipedia.org/wiki/Togo",
    "https://escort-ford.example/",
    "https://www.fordescortclub.example/",
    "https://rolex.com/",
    "https://www.louisvuitton.com/",
    "https://www.nike.com/air-max",
    "https://essay.example/",
    "https://www.paulgraham.com/essay.html",
    "https://dissertations.university.example/",
    "https://parish.example/wp-content/uploads/2015/04/cheap-viagra.jpg",
    "https://parish.example/images/casino.png",
    "https://github.com/someone/poker-solver",
    "https://github.com/someone/casino-bot",
    "https://pokemon.example/",
    "https://hitchcock.example/",
    "https://vulkan.org/",
    "https://www.vulkaneifel.de/",
    "https://www.steiermark.com/Thermen-Vulkanland",
    "https://roulette-tutorial.example/",
    "https://search.example/?q=slot+gacor",
    "https://www.google.com/search?q=buy+cheap+viagra",
    "https://localhost:8080/",
    "http://127.0.0.1/slot",
    "https://[::1]/",
    "https://%/",
    "https://",
    "//",
    "https://xn--/",
    "https://xn--a.example/",
    "https://..../",
    "https://@/",
    "https://:80/",
    "mailto:slot@gacor",
]


@pytest.mark.parametrize("address", SPAM)
def test_plainly_spam(address: str) -> None:
    verdict = judge_address(address, load())
    assert verdict is not None
    assert verdict.points >= BAR
    assert verdict.seen[0][0].startswith(SPAM[address])


@pytest.mark.parametrize("address", HONEST)
def test_honest(address: str) -> None:
    verdict = judge_address(address, load())
    assert verdict is None or verdict.points < BAR


def test_honest_ones_outnumber_the_others() -> None:
    assert len(HONEST) >= 2 * len(SPAM)


def test_what_is_spam_is_looked_at() -> None:
    assert load().which_may_sell(list(SPAM)).all()
    assert not load().which_may_sell(["https://harbour.example/", "//museum.example/a\nb".replace("\n", " ")]).any()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_address_gets_its_own_answer(count: int) -> None:
    addresses = ["//harbour.example/%0A%0D", "//slotgacor88.example"] * count
    assert load().which_may_sell(addresses).tolist() == [False, True] * count


@pytest.mark.parametrize(
    ("name", "expected"),
    [("buy-cas-ino", True), ("ca/si/no", False), ("casin", False), ("a-xy-b", True), ("cheap", False), ("", False)],
)
def test_a_name_is_cut_only_where_it_holds_a_word_of_goods(name: str, expected: bool) -> None:
    hosts = Hosts({"casino": (2.0, "gambling"), "xy": (2.0, "pharma"), "cheap": (1.0, "pitch")}, {})
    assert (hosts.most_points(name) > 0) is expected


@pytest.mark.parametrize("word", ["x", "xy", "xyz", "казино", "longerthanseven"])
def test_a_word_of_goods_of_any_length_is_found_in_an_address(word: str) -> None:
    hosts = Hosts({word: (2.0, "gambling")}, {})
    assert hosts.which_may_sell(["//museum.test", f"//a{word}", "//harbour.test"]).tolist() == [False, True, False]


def test_long_addresses_are_read_in_time() -> None:
    for piece in ("slot", "slot-", "slot.", "a/slot/", "=http://slot.test", "%25", "[", "://"):
        judge_address("https://" + piece * 20_000, load())


def test_written_and_read_again(tmp_path: Path) -> None:
    words = {"casino": (2.0, "gambling"), "cheap": (1.0, "pitch"), "казино": (2.5, "gambling")}
    save(tmp_path, words, {7: 6, 3: 12})
    first = (tmp_path / FILE).read_bytes()
    hosts = load(tmp_path)
    assert (hosts.words, hosts.clean) == (words, {3: 12, 7: 6})
    save(tmp_path, dict(reversed(words.items())), {3: 12, 7: 6})
    assert (tmp_path / FILE).read_bytes() == first


def test_a_folder_without_words_has_the_shipped_ones(tmp_path: Path) -> None:
    assert load(tmp_path) is load()


def _with(**changed: np.ndarray) -> bytes:
    with np.load(io.BytesIO(SHIPPED.read_bytes())) as arrays:
        held = {name: arrays[name] for name in arrays.files} | changed
    file = io.BytesIO()
    np.savez(file, **held)
    return file.getvalue()


SHIPPED = Path(__file__).parent.parent / "models" / FILE
DAMAGED = {
    "empty": lambda: b"",
    "no archive": lambda: b"slot",
    "cut short": lambda: SHIPPED.read_bytes()[:-100],
    "other bytes": lambda: SHIPPED.read_bytes().replace(b"hashes", b"hashed"),
    "other format": lambda: _with(header=np.frombuffer(b'{"format": 0}', np.uint8)),
    "no header": lambda: _with(header=np.frombuffer(b"[]", np.uint8)),
    "other hashes": lambda: _with(hashes=np.zeros(4, np.uint32)),
    "other type": lambda: _with(costs=np.zeros(4, np.int64)),
    "objects": lambda: _with(costs=np.array([{}], dtype=object)),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_refused(damage: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(DAMAGED[damage]())
    with pytest.raises(CleanerError, match=FILE):
        load(tmp_path)


def test_it_is_small() -> None:
    assert SHIPPED.stat().st_size < 1_000_000
    assert isinstance(load(), Hosts)


@pytest.mark.parametrize(
    "name", ["slotgacor88", "buy-cheap-viagra", "call-girls-delhi", "essays", "artificial-intelligence", "writing"]
)
def test_a_name_is_read_for_no_more_goods_than_its_words_have(name: str) -> None:
    assert read_name([name], load()).goods <= load().most_points(name)

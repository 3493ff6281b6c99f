"""Second stage, what is looked at: each candidate in its host, as a row of numbers.

Everything is read off cumulative sums, so that a candidate costs the same however long it is. Names say what is
measured; `host` is the article, `rest` the candidate's line without it, `left` and `right` the eight characters outside,
`bare` the candidate without the addresses in it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import charclass as cc
from cleaner import lexicon
from cleaner.cohesion import seams
from cleaner.distinct import groups
from cleaner.kin import KIN_NAMES, text_keys
from cleaner.links import Links, References, addresses, link_columns
from cleaner.propose import Boundaries, Candidates, Excerpt, Runs, Surroundings, is_upper, ranges
from cleaner.reading import Ints, Reading, Tables
from cleaner.view import IS_LETTER

Matrix = NDArray[np.float32]
EDGE = 8  # characters looked at on either side of a start or an end
STRONG = 90  # summed table units of one character's n-grams that count as strong evidence

# Counted over a stretch, by `_columns`; those of HOST_SUMMED also over the whole article, by `host_sums`.
HOST_SUMMED = (
    "evidence",
    "fit",
    "strong",
    "letter",
    "foreign",
    "disguised",
    "upper",
    "latin",
    "han",
    "unique",
    "url",
    "link",
)
_SUMMED = (*HOST_SUMMED, "positive", "own_script", "digit", "space", "symbol", "at", "mixed", "novel", "exclaim", "price")  # fmt: skip
_EXCLAIMS = np.array(sorted(map(ord, "!¡")), dtype=np.uint32)
_PRICES = np.array(sorted(map(ord, "%$€£¥₽₹฿₺₩₫₴元円원")), dtype=np.uint32)
_MARKS = np.array(sorted(map(ord, "#>*-|`+•=[!<")), dtype=np.uint32)

RUN_NAMES = (
    "peak", "ngram_score", "length", "ngram_line", "line_length", "ngram_host", "host_length", "language_fit",
    "language_line", "language_host", "foreign_script", "foreign_script_host", "host_runs", "line_share",
    "at_line_start", "at_line_end", "is_reference", "spam_addresses", *lexicon.NAMES, "odds_before", "odds_behind",
    "known_before", "known_behind", "covered_before", "covered_behind",
)  # fmt: skip
NAMES = (
    "ngram_score", "ngram_mean", "ngram_weakest_third", "ngram_first", "ngram_last", "ngram_left", "ngram_right",
    "ngram_rest", "ngram_host", "ngram_above_host", "ngram_positive", "ngram_strong", "ngram_novel", "ngram_start_step",
    "ngram_end_step", "peak", "host_hot", "host_runs", "language_fit", "language_host", "language_below_host",
    "language_first", "language_last", "language_left", "language_right", "language_rest", "foreign_script",
    "foreign_script_host", "foreign_script_rest", "foreign_script_left", "foreign_script_right", "own_script",
    "own_script_rest", "letters", "digits", "digit_count", "letter_digit_changes", "spaces", "symbols", "disguised",
    "disguised_host", "disguised_count", "upper", "upper_host", "latin", "han", "latin_host", "han_host", "length",
    "host_length", "unique_trigrams", "unique_trigrams_host", "repeats", "urls", "urls_host", "links", "links_host",
    "at_signs", "line_length", "line_share", "at_line_start", "at_line_end", "boundary_left", "boundary_right",
    "class_before", "class_after", "class_first", "class_last", "spaces_before", "spaces_after", "next_is_lower",
    "line_mark", "indented", "blank_before", "blank_after", "position", "to_end", "ngram_previous_line",
    "ngram_next_line", "host_language", "link_share", "link_text", "link_target", "is_reference", "spam_addresses",
    *lexicon.NAMES, "odds_weakest_third", "odds_first", "odds_last", "odds_left", "odds_right", "odds_rest",
    "known_weakest_third", "known_first", "known_last", "known_left", "known_right", "known_rest",
    "covered_weakest_third", "covered_first", "covered_last", "covered_left", "covered_right", "covered_rest",
    "style_before", "style_first", "style_last", "style_after", "reference_gain", "reference_words",
    "bare_length", "bare_score", "bare_mean", "bare_novel", "bare_unique", "bare_odds", "bare_known", "bare_covered",
    "address_score", "address_unique", "exclamations", "price_signs",
)  # fmt: skip
# What only the candidates that are left after the first trees are asked: does the text read on, with them and without.
SEAM_NAMES = (
    "reads_on_at_start", "reads_on_at_end", "reads_on_without", "reads_on_gain", "reads_on_at_start_short",
    "reads_on_at_end_short", "reads_on_without_short", "words_at_start", "words_at_end", "words_without",
)  # fmt: skip
CLUSTER_NAMES = (
    "spam_score", "exact_score", "holds_spam", "segment_probability", "place_probability", "best_rival", "best_spam_rival", "rivals",
    "others_best", "others_likely", "others_possible", *KIN_NAMES,
)  # fmt: skip
EXACT_NAMES = (*NAMES, *SEAM_NAMES)
ACCEPT_NAMES = (*EXACT_NAMES, *CLUSTER_NAMES)


class Hosts(NamedTuple):
    """What is known of whole articles: sums over each (n_texts x len(HOST_SUMMED)), its main script, its trigrams' counts.

    Rows of texts without hot runs are empty.
    """

    sums: NDArray[np.int64]
    main_script: NDArray[np.uint8]
    counts: dict[int, NDArray[np.uint8]]


def run_features(reading: Reading, around: Surroundings, tables: Tables, runs: Runs, references: References) -> Matrix:
    """n_runs x len(RUN_NAMES) matrix: what the gate looks at before any candidate is made."""
    scale = tables.scale
    fit, strange = reading.fit_total, np.flatnonzero(reading.foreign)
    number = np.searchsorted(reading.newlines, runs.starts)
    line, line_end = reading.newlines[number - 1] + 1, reading.newlines[number]
    first, stop = reading.doc_first[runs.docs], reading.doc_stop[runs.docs]
    length, line_length, host_length = runs.ends - runs.starts, line_end - line, np.maximum(stop - first, 1)

    def foreign(begin: Ints, end: Ints) -> Ints:
        return np.searchsorted(strange, end) - np.searchsorted(strange, begin)

    columns: dict[str, NDArray[np.generic]] = {
        "peak": runs.peaks,
        "ngram_score": (reading.total[runs.ends] - reading.total[runs.starts]) * scale / np.sqrt(length + 2),
        "length": length,
        "ngram_line": (reading.total[line_end] - reading.total[line]) * scale / np.sqrt(line_length + 2),
        "line_length": line_length,
        "ngram_host": (reading.total[stop] - reading.total[first]) * scale / host_length,
        "host_length": host_length,
        "language_fit": (fit[runs.ends] - fit[runs.starts]) / length,
        "language_line": (fit[line_end] - fit[line]) / line_length,
        "language_host": (fit[stop] - fit[first]) / host_length,
        "foreign_script": foreign(runs.starts, runs.ends) / length,
        "foreign_script_host": foreign(first, stop) / host_length,
        "host_runs": np.bincount(runs.docs, minlength=len(reading.doc_first))[runs.docs] * 1000 / host_length,
        "line_share": length / line_length,
        "at_line_start": runs.starts - line,
        "at_line_end": line_end - runs.ends,
        "is_reference": runs.references,
        "spam_addresses": references.n_spam[runs.docs],
    }
    columns |= _run_lexicon(around)
    return np.stack([columns[name] for name in RUN_NAMES], axis=1).astype(np.float32)


_AROUND = 4  # characters a hot run is widened by, since it is where windows have their middle
_REACH = 16  # characters looked at before and behind a run


def _run_lexicon(around: Surroundings) -> dict[str, NDArray[np.float64]]:
    """What is known of the n-grams in and around runs."""
    table = lexicon.sums(around.lexicon)
    a, b = np.maximum(around.starts - _AROUND, around.first), np.minimum(around.ends + _AROUND, around.stop)
    return (
        lexicon.means(table, a, b)
        | lexicon.totals(table, "before", np.maximum(a - _REACH, around.first), a)
        | lexicon.totals(table, "behind", b, np.minimum(b + _REACH, around.stop))
    )


OFTEN = 255  # how often a trigram stands in a text is counted up to here
TRIGRAM_SHIFT = 2  # of a trigram's 16-bit row, so that a text's counts stay in the cache


def hosts(reading: Reading, docs: Ints) -> Hosts:
    """What is known of the texts `docs` as wholes."""
    sums = np.zeros((len(reading.doc_first), len(HOST_SUMMED)), dtype=np.int64)
    scripts = np.zeros(len(reading.doc_first), dtype=np.uint8)
    counts = {}
    first, stop = reading.doc_first[docs], reading.doc_stop[docs]
    codes = reading.codes[ranges(first, stop + 1)]  # with a line end behind each text
    ends = np.cumsum(stop + 1 - first)
    urls, links = (
        np.diff(np.searchsorted(np.flatnonzero(at), ends), prepend=0) for at in (_urls(codes), _links(codes))
    )
    for number, (doc, begin, end) in enumerate(zip(docs.tolist(), first.tolist(), stop.tolist(), strict=True)):
        part = slice(begin, end)
        classes, evidence, disguised = reading.classes[part], reading.evidence[part], reading.disguised[part]
        letters = np.bincount(classes, minlength=cc.N_CLASSES) * IS_LETTER
        rows = reading.trigrams[part] >> np.uint16(TRIGRAM_SHIFT)
        often = np.bincount(rows, minlength=1 << (16 - TRIGRAM_SHIFT))
        counts[doc] = np.minimum(often, OFTEN).astype(np.uint8)
        scripts[doc] = letters.argmax()
        sums[doc] = (
            np.add.reduce(evidence, dtype=np.int64), np.add.reduce(reading.fit[part], dtype=np.int64),
            np.count_nonzero(evidence > STRONG), letters.sum(), np.count_nonzero(reading.foreign[part]),
            np.count_nonzero(disguised), np.count_nonzero(is_upper(reading.points[part], reading.codes[part], classes, disguised)),
            letters[cc.LATIN], letters[cc.HAN], np.count_nonzero(counts[doc] == 1), urls[number], links[number],
        )  # fmt: skip
    return Hosts(sums, scripts, counts)


def _urls(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """True where `://` or `www.` begins."""
    url = np.zeros(len(codes), dtype=bool)
    for sign, rest in ((":", "//"), ("w", "ww.")):
        at = np.flatnonzero(codes[: len(codes) - len(rest)] == ord(sign))
        for distance, character in enumerate(rest, 1):
            at = at[codes[at + distance] == ord(character)]
        url[at] = True
    return url


def _links(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """True where the text of a Markdown link ends and its target begins."""
    link = np.zeros(len(codes), dtype=bool)
    at = np.flatnonzero(codes[:-1] == ord("]"))
    link[at[(codes[at + 1] == ord("(")) | (codes[at + 1] == ord("["))]] = True
    return link


LOT = 1 << 14  # candidates whose features are made at a time


def features(
    reading: Reading,
    part: Excerpt,
    host: Hosts,
    linked: Links,
    references: References,
    tables: Tables,
    runs: Runs,
    edges: Boundaries,
    found: Candidates,
) -> Matrix:
    """n_candidates x len(NAMES) matrix; every value is finite."""
    sums, known, repeats = _cumulative(part, host), lexicon.sums(part.lexicon), _repeats(part, found)
    totals, addressed = _with_addresses(part, sums, known)
    matrix = np.empty((len(found.starts), len(NAMES)), dtype=np.float32)
    for first in range(0, len(matrix), LOT):  # a text full of spam has very many
        lot = slice(first, first + LOT)
        some = Candidates(*(column[lot] for column in found))
        columns = _columns(reading, part, host, linked, references, tables, runs, edges, some, sums, known)
        columns["repeats"] = repeats[lot]
        columns |= _bare(totals, addressed, some.starts, some.ends, tables.scale)
        for number, name in enumerate(NAMES):
            matrix[lot, number] = columns[name]
    return matrix


def _columns(
    reading: Reading,
    part: Excerpt,
    host: Hosts,
    linked: Links,
    references: References,
    tables: Tables,
    runs: Runs,
    edges: Boundaries,
    found: Candidates,
    sums: NDArray[np.int32],
    known: NDArray[np.int32],
) -> dict[str, NDArray[np.generic]]:
    """The features of some candidates by name, all but `repeats`; `sums` from `_cumulative`, `known` from `lexicon.sums`."""
    a, b, doc = found.starts, found.ends, found.docs
    origin = part.origin[a]
    first, stop = reading.doc_first[doc], reading.doc_stop[doc]
    line_number = np.searchsorted(part.newlines, a)
    line, line_end = part.newlines[line_number - 1] + 1, part.newlines[line_number]
    left_at, right_at = np.maximum(a - EDGE, line), np.minimum(b + EDGE, line_end)
    head_at, tail_at = np.minimum(a + EDGE, b), np.maximum(b - EDGE, a)
    at_a, at_b = sums[:, a], sums[:, b]
    inside, whole_line = at_b - at_a, sums[:, line_end] - sums[:, line]
    left, right = at_a - sums[:, left_at], sums[:, right_at] - at_b
    head, tail = sums[:, head_at] - at_a, at_b - sums[:, tail_at]
    length, host_length, line_length = b - a, np.maximum(stop - first, 1), line_end - line
    rest, rest_length = whole_line - inside, line_length - length
    n_left, n_right = a - left_at, right_at - b
    n_edge = np.minimum(EDGE, length)
    outside, outside_length = host.sums[doc].T - inside[: len(HOST_SUMMED)], np.maximum(host_length - length, 1)
    col = {name: number for number, name in enumerate(_SUMMED)}
    scale = tables.scale

    def share(table: NDArray[np.integer], name: str, size: Ints) -> NDArray[np.float64]:
        result: NDArray[np.float64] = table[col[name]] / np.maximum(size, 1)
        return result

    mean, host_mean = share(inside, "evidence", length) * scale, share(outside, "evidence", outside_length) * scale
    fit, host_fit = share(inside, "fit", length), share(outside, "fit", outside_length)
    first_mean, last_mean = share(head, "evidence", n_edge) * scale, share(tail, "evidence", n_edge) * scale
    left_mean, right_mean = share(left, "evidence", n_left) * scale, share(right, "evidence", n_right) * scale
    out: dict[str, NDArray[np.generic]] = {
        "ngram_score": inside[col["evidence"]] * scale / np.sqrt(length + 2),
        "ngram_mean": mean,
        "ngram_weakest_third": _weakest_third(part.total, a, b) * scale,
        "ngram_first": first_mean,
        "ngram_last": last_mean,
        "ngram_left": left_mean,
        "ngram_right": right_mean,
        "ngram_rest": rest[col["evidence"]] * scale / np.sqrt(rest_length + 2),
        "ngram_host": host_mean,
        "ngram_above_host": mean - host_mean,
        "ngram_positive": share(inside, "positive", length),
        "ngram_strong": share(inside, "strong", length),
        "ngram_novel": inside[col["novel"]] * scale / np.sqrt(length + 2),
        "ngram_start_step": first_mean - left_mean,
        "ngram_end_step": last_mean - right_mean,
        "peak": runs.peaks[found.runs],
        "host_hot": share(outside, "strong", outside_length),
        "host_runs": np.bincount(runs.docs[~runs.campaigns], minlength=len(reading.doc_first))[doc]
        * 1000
        / host_length,
        "language_fit": fit,
        "language_host": host_fit,
        "language_below_host": fit - host_fit,
        "language_first": share(head, "fit", n_edge),
        "language_last": share(tail, "fit", n_edge),
        "language_left": share(left, "fit", n_left),
        "language_right": share(right, "fit", n_right),
        "language_rest": share(rest, "fit", rest_length),
        "foreign_script": share(inside, "foreign", length),
        "foreign_script_host": share(outside, "foreign", outside_length),
        "foreign_script_rest": share(rest, "foreign", rest_length),
        "foreign_script_left": share(left, "foreign", n_left),
        "foreign_script_right": share(right, "foreign", n_right),
        "own_script": share(inside, "own_script", inside[col["letter"]]),
        "own_script_rest": share(rest, "own_script", rest[col["letter"]]),
        "letters": share(inside, "letter", length),
        "digits": share(inside, "digit", length),
        "digit_count": inside[col["digit"]],
        "letter_digit_changes": share(inside, "mixed", length),
        "spaces": share(inside, "space", length),
        "symbols": share(inside, "symbol", length),
        "disguised": share(inside, "disguised", length),
        "disguised_host": share(outside, "disguised", outside_length),
        "disguised_count": inside[col["disguised"]],
        "upper": share(inside, "upper", inside[col["letter"]]),
        "upper_host": share(outside, "upper", outside[col["letter"]]),
        "latin": share(inside, "latin", inside[col["letter"]]),
        "han": share(inside, "han", inside[col["letter"]]),
        "latin_host": share(outside, "latin", outside[col["letter"]]),
        "han_host": share(outside, "han", outside[col["letter"]]),
        "length": length,
        "host_length": np.log1p(host_length),
        "unique_trigrams": share(inside, "unique", length),
        "unique_trigrams_host": host.sums[doc, HOST_SUMMED.index("unique")] / host_length,
        "urls": inside[col["url"]],
        "urls_host": share(outside, "url", outside_length) * 1000,
        "links": inside[col["link"]],
        "links_host": share(outside, "link", outside_length) * 1000,
        "at_signs": inside[col["at"]],
        "exclamations": inside[col["exclaim"]],
        "price_signs": inside[col["price"]],
        "line_length": line_length,
        "line_share": length / np.maximum(line_length, 1),
        "boundary_left": edges.left[a],
        "boundary_right": edges.right[b],
        "position": (origin - first) / host_length,
        "to_end": np.minimum(stop - origin - length, 400),
        "host_language": reading.languages[doc],
        "is_reference": runs.references[found.runs],
        "spam_addresses": references.n_spam[doc],
    }
    link_share, link_text, link_target = link_columns(linked, a, b)
    out |= {"link_share": link_share, "link_text": link_text * scale, "link_target": link_target * scale}
    out |= _layout(part, a, b, line, line_end)
    out |= _lexicon(known, (line, left_at, a, head_at, tail_at, b, right_at, line_end))
    out |= _neighbour_lines(reading, origin, scale)
    return out | _reference_seams(reading, part, tables, found, runs.references[found.runs] > 0)


def _lexicon(table: NDArray[np.int32], at: tuple[Ints, ...]) -> dict[str, NDArray[np.float64]]:
    """What is known of the n-grams of candidates and at their edges.

    table from `lexicon.sums`
    at    offsets of the line, of what is left of the start, the start, the first and the last characters inside, the end,
          what is right of it, and the line's end
    """
    line, left, a, head, tail, b, right, line_end = at
    out = lexicon.means(table, a, b)
    for name, low, high in (("first", a, head), ("last", tail, b), ("left", left, a), ("right", b, right)):
        out |= lexicon.totals(table, name, low, high)
    outside = np.maximum(line_end - line - (b - a), 1)
    for name, (total, unit) in lexicon.total_rows(table).items():
        out[f"{name}_weakest_third"] = _weakest_third(total, a, b) / unit
        out[f"{name}_rest"] = ((total[line_end] - total[line]) - (total[b] - total[a])) / (outside * unit)
    return out


def _cumulative(part: Excerpt, host: Hosts) -> NDArray[np.int32]:
    """len(_SUMMED) x (n + 1) cumulative counts; differences of columns are counts of a stretch.

    Sums may wrap around 2**32 in a long text; their differences do not.
    """
    classes, codes = part.classes, part.codes
    letter, digit = IS_LETTER.take(classes), classes == cc.DIGIT
    mixed = np.zeros(len(codes), dtype=bool)
    mixed[1:] = (digit[1:] & letter[:-1]) | (letter[1:] & digit[:-1])
    count = _trigram_counts(part, host)
    columns = {
        "evidence": part.evidence,
        "fit": part.fit,
        "strong": part.evidence > STRONG,
        "letter": letter,
        "foreign": part.foreign,
        "disguised": part.disguised,
        "upper": is_upper(part.points, codes, classes, part.disguised),
        "latin": classes == cc.LATIN,
        "han": classes == cc.HAN,
        "unique": count <= 1,
        "url": _urls(codes),
        "link": _links(codes),
        "positive": part.evidence > 0,
        "own_script": letter & (classes == host.main_script[part.doc_of]),
        "digit": digit,
        "space": classes == cc.SPACE,
        "symbol": classes == cc.SYMBOL,
        "at": codes == ord("@"),
        "mixed": mixed,
        "novel": np.where(count <= NOVEL, part.evidence, 0),
        "exclaim": _is_one_of(codes, _EXCLAIMS),
        "price": _is_one_of(codes, _PRICES),
    }
    sums = np.zeros((len(_SUMMED), len(codes) + 1), dtype=np.int32)
    for number, name in enumerate(_SUMMED):
        np.cumsum(columns[name], out=sums[number, 1:], dtype=np.int32)
    return sums


def _with_addresses(
    part: Excerpt, sums: NDArray[np.int32], known: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Running sums of characters, evidence, novel evidence, unique trigrams, odds, strength in known spam and what is covered.

    First of all characters, then of those of addresses alone.
    """
    n = len(part.codes)
    rows = [sums[_SUMMED.index(name)] for name in ("evidence", "novel", "unique")]
    rows += [total for total, _ in lexicon.total_rows(known).values()]
    totals = np.stack((np.arange(n + 1, dtype=np.int32), *rows))
    addressed = np.zeros_like(totals)
    if any(sums[_SUMMED.index(name), -1] for name in ("url", "link")):
        inside = addresses(part)
        np.cumsum(np.diff(totals, axis=1) * inside, axis=1, dtype=np.int32, out=addressed[:, 1:])
    return totals, addressed


def _bare(
    totals: NDArray[np.int32], addressed: NDArray[np.int32], a: Ints, b: Ints, scale: float
) -> dict[str, NDArray[np.generic]]:
    """What candidates say without the addresses in them, and what these say: an innocent one hides the words that it is behind."""
    in_address = addressed[:, b] - addressed[:, a]
    length, evidence, novel, unique, odds, strength, covered = totals[:, b] - totals[:, a] - in_address
    size, address_size = np.maximum(length, 1), np.maximum(in_address[0], 1)
    return {
        "bare_length": length,
        "bare_score": evidence * scale / np.sqrt(length + 2),
        "bare_mean": evidence * scale / size,
        "bare_novel": novel * scale / np.sqrt(length + 2),
        "bare_unique": unique / size,
        "bare_odds": odds / (size * lexicon.ODDS_UNIT),
        "bare_known": strength / (size * lexicon.KNOWN_UNIT),
        "bare_covered": covered / (size * lexicon.KNOWN_UNIT),
        "address_score": in_address[1] * scale / np.sqrt(in_address[0] + 2),
        "address_unique": in_address[3] / address_size,
    }


def _is_one_of(codes: NDArray[np.uint32], signs: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which characters are among some sorted ones."""
    found: NDArray[np.bool_] = signs[np.minimum(np.searchsorted(signs, codes), len(signs) - 1)] == codes
    return found


NOVEL = 3  # a trigram that stands so often in its article at most is not of the article's own vocabulary


def _trigram_counts(part: Excerpt, host: Hosts) -> NDArray[np.uint8]:
    """How often each character's trigram stands in its article."""
    rows = part.trigrams >> np.uint16(TRIGRAM_SHIFT)
    counts = np.empty(len(rows), dtype=np.uint8)
    bounds = np.flatnonzero(np.diff(part.doc_of, prepend=-1, append=-1)).tolist()
    for begin, end in pairwise(bounds):
        counts[begin:end] = host.counts[int(part.doc_of[begin])][rows[begin:end]]
    return counts


def _weakest_third(total: NDArray[np.int32], a: Ints, b: Ints) -> NDArray[np.float64]:
    """The lowest mean evidence of the candidate's three thirds: no honest part rides along."""
    cuts = [a, a + (b - a) // 3, a + 2 * (b - a) // 3, b]
    means = [(total[high] - total[low]) / np.maximum(high - low, 1) for low, high in pairwise(cuts)]
    weakest: NDArray[np.float64] = np.minimum.reduce(means)
    return np.where(b - a < 3, (total[b] - total[a]) / np.maximum(b - a, 1), weakest)


def _repeats(part: Excerpt, found: Candidates) -> Ints:
    """How often the candidate's very text is a candidate of the same article, at most 5."""
    which = groups(text_keys(part, found)).which
    repeats: Ints = np.minimum(np.bincount(which)[which], 5)
    return repeats


def _layout(part: Excerpt, a: Ints, b: Ints, line: Ints, line_end: Ints) -> dict[str, NDArray[np.generic]]:
    """What stands at the candidate's edges and at its line's."""
    classes, codes = part.classes, part.codes
    n = len(classes)
    inked = np.flatnonzero(classes != cc.SPACE)  # line ends among them: an excerpt begins and ends with one
    ink_before = inked[np.searchsorted(inked, a - 1, side="right") - 1]
    ink_after, first_ink = inked[np.searchsorted(inked, b)], inked[np.searchsorted(inked, line)]
    mark = np.minimum(np.searchsorted(_MARKS, codes[first_ink]), len(_MARKS) - 1)
    after = part.points[np.minimum(ink_after, n - 1)]
    return {
        "at_line_start": ink_before < line,
        "at_line_end": ink_after >= line_end,
        "class_before": classes[ink_before],
        "class_after": classes[ink_after],
        "class_first": classes[a],
        "class_last": classes[b - 1],
        "style_before": part.style[ink_before],
        "style_first": part.style[a],
        "style_last": part.style[b - 1],
        "style_after": part.style[ink_after],
        "spaces_before": np.minimum(a - 1 - ink_before, 4),
        "spaces_after": np.minimum(ink_after - b, 4),
        "next_is_lower": IS_LETTER[classes[ink_after]] & (after == codes[ink_after]),
        "line_mark": np.where(_MARKS[mark] == codes[first_ink], mark + 1, 0),
        "indented": np.minimum(first_ink - line, 8),
    }


def _neighbour_lines(reading: Reading, origin: Ints, scale: float) -> dict[str, NDArray[np.generic]]:
    """The n-gram scores of the nearest lines with text before and behind the candidate's, and whether the next ones are blank."""
    newlines = reading.newlines
    starts, ends = newlines[:-1] + 1, newlines[1:]
    lines = np.searchsorted(newlines, origin) - 1
    blank = ends == starts
    written = np.flatnonzero(~blank)
    at = np.searchsorted(written, lines)
    before, behind = written[np.maximum(at - 1, 0)], written[np.minimum(at + 1, len(written) - 1)]
    own = np.searchsorted(reading.doc_first, origin, side="right")
    scores = (reading.total[ends] - reading.total[starts]) * scale / np.sqrt(ends - starts + 2)
    has_before = (at > 0) & (np.searchsorted(reading.doc_first, starts[before], side="right") == own)
    has_behind = (at + 1 < len(written)) & (np.searchsorted(reading.doc_first, starts[behind], side="right") == own)
    return {
        "ngram_previous_line": np.where(has_before, scores[before], 0.0),
        "ngram_next_line": np.where(has_behind, scores[behind], 0.0),
        "blank_before": blank[np.maximum(lines - 1, 0)],
        "blank_after": blank[np.minimum(lines + 1, len(blank) - 1)],
    }


def _reference_seams(
    reading: Reading, part: Excerpt, tables: Tables, found: Candidates, which: NDArray[np.bool_]
) -> dict[str, NDArray[np.float32]]:
    """Whether the text reads on without a reference, 0 for all else: its words may be as innocent as those around it."""
    columns = {name: np.zeros(len(which), dtype=np.float32) for name in ("reference_gain", "reference_words")}
    if which.any():
        seam = seam_features(reading, part, tables, Candidates(*(column[which] for column in found)))
        for column, name in zip(columns.values(), ("reads_on_gain", "words_without"), strict=True):
            column[which] = seam[:, SEAM_NAMES.index(name)]
    return columns


def seam_features(reading: Reading, part: Excerpt, tables: Tables, found: Candidates) -> Matrix:
    """n_candidates x len(SEAM_NAMES) matrix: how well the text reads on into, out of and without each candidate."""
    starts, _, at_start = groups(part.origin[found.starts])
    ends, _, at_end = groups(part.origin[found.ends - 1] + 1)

    places = (starts, starts), (ends, ends), (starts[at_start], ends[at_end])
    left, right = (np.concatenate(side) for side in zip(*places, strict=True))
    looks = seams(reading.codes, reading.classes, left, right, tables.seen)
    begin, end, without = zip(*(np.split(look, (len(starts), len(starts) + len(ends))) for look in looks), strict=True)
    short, long, pair = (
        (one[at_start], other[at_end], joined) for one, other, joined in zip(begin, end, without, strict=True)
    )
    gain = 2.0 * long[2] - long[0] - long[1] + 4.0 * pair[2] - 2.0 * pair[0] - 2.0 * pair[1]
    return np.stack((*long, gain, *short, *pair), axis=1).astype(np.float32)

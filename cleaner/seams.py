"""What a cut takes along: one adjoining space or its own line, and a marker or bracket that only held the spam."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaner import charclass as cc
from cleaner.patterns import pattern

if TYPE_CHECKING:
    import regex

_LEAD = pattern(r"\s+(?:([-–—*+>#|•·‣◦\p{So}\p{Sm}]{1,2})\uFE0F?(?:\s*\d{1,4}(?:[.,]\d{1,3})?%?)?|\d{1,2}[.、)])$")
_GLUED = pattern(r"\s+\p{So}\uFE0F?$")
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_TAG_WORDS = (
    "tags",
    "tag",
    "标签",
    "標籤",
    "关键词",
    "關鍵詞",
    "keywords",
    "теги",
    "метки",
    "タグ",
    "태그",
    "etiquetas",
    "mots-clés",
    "etiketler",
)
_PAIRS = {"(": ")", "[": "]", "{": "}", "（": "）", "【": "】", "《": "》", "「": "」", "『": "』", "〔": "〕", "［": "］", "“": "”", "‘": "’", "«": "»", '"': '"', "*": "*", "_": "_", "~": "~"}  # fmt: skip


def widen(text: str, start: int, end: int) -> tuple[int, int]:
    """The span to cut for spam at text[start:end].

    >>> text = "✔ 12:30 🔖 SPAM 📢 0"
    >>> start, end = widen(text, 10, 14)
    >>> text[:start] + text[end:]
    '✔ 12:30 📢 0'
    """
    start, end = _with_invisible(text, start, end)
    end = _with_number(text, start, end)
    start, end = _with_announcer(text, start, end)
    start, end = _with_brackets(text, start, end)
    start, end = _with_marker(text, start, end)
    line_start, line_end = _line(text, start, end)
    end = _with_contact(text, start, end, line_start, line_end)
    if _is_only_marker(text[line_start:start]) and not _has_ink(text[end:line_end]):
        return _whole_line(text, line_start, line_end)
    if _has_ink(text[line_start:start]):
        if not _has_ink(text[end:line_end]):
            return _at_line_end(text, start, line_start), line_end
        return _inside_line(text, start, end)
    return start, _before_indent(text, end)


def trim(text: str, start: int, end: int) -> int:
    """The end of a span without a sign that belongs to what stands behind it.

    That is the bullet or number that begins the article's own line, behind a span at the line's start, and a symbol glued
    to the article's next word. A symbol that the span begins with, too, is the span's own.

    >>> text = "SPAM • 50% of all"
    >>> text[:trim(text, 0, 10)]
    'SPAM'
    >>> text = "12:30 SPAM 📢0"
    >>> text[6:trim(text, 6, 12)]
    'SPAM'
    """
    glued = _GLUED().search(text, start, end) if _has_ink(text[end : end + 1]) else None
    if glued is not None and glued.start() > start and glued[0].strip() != text[start : start + 1]:
        return int(glued.start())
    line_start, line_end = _line(text, start, end)
    lead = _LEAD().search(text, start, end)
    if lead is None or lead.start() == start or _has_ink(text[line_start:start]) or not _has_ink(text[end:line_end]):
        return end
    return end if lead[1] and text.startswith(lead[1], start) else int(lead.start())


_END = pattern(f"[{_LINE_ENDS}]")
_LABEL = pattern(r"\[([^\[\]\n]{1,100})\]")
# A footnote goes on in lines that are set in; the address of a link, or its title, may stand in the next line.
_DEFINITION = pattern(
    rf"(?<![^{_LINE_ENDS}])[ >]{{0,8}}\[((\^)?[^\[\]\n]{{1,100}})\]:(?(2)"
    rf"[^{_LINE_ENDS}]*+(?:\r?\n(?:[ \t]*+\r?\n)*+(?:[ ]{{4}}|\t)[^\n]*+)*+"
    rf"|(?:[ ]*+\r?\n[ ]{{0,3}}[^\s:]{{1,9}}://)?[^{_LINE_ENDS}]*+"
    r"""(?:\r?\n[ \t]++(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\))[ \t]*+(?=\r?(?:\n|$)))?)"""
)


def orphaned(text: str, cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The lines of the reference definitions all of whose references lie in the sorted cuts, each with the first one's cut's number.

    Any `[label]` outside the cuts counts as a reference that is left.

    >>> text = "The [SPAM][1] river.\\n\\n[1]: http://spam.example\\n"
    >>> [text[a:b] for a, b, _ in orphaned(text, [(4, 14)])]
    ['[1]: http://spam.example\\n']
    """
    found = []
    for line, held in _definitions(text, cuts):
        if held and min(held) >= 0:
            found.append((*_whole_line(text, *line.span()), held[0]))
    return found


def still_used(text: str, cuts: Sequence[tuple[int, int]]) -> list[int]:
    """The numbers of the sorted cuts that hold a definition which a reference outside the cuts still needs.

    >>> text = "The [river][1] is wide.\\n\\n[1]: http://spam.example\\n"
    >>> still_used(text, [(25, 50)])
    [0]
    >>> text = "The `river`_ is wide.\\n\\n.. _river: http://spam.example\\n"
    >>> still_used(text, [(34, 53)])
    [0]
    """
    starts = [start for start, _ in cuts]
    found = _used_targets(text, cuts)
    for line, held in _definitions(text, cuts):
        at = bisect(starts, line.start(1)) - 1
        if held and min(held) < 0 and at >= 0 and line.start(1) < cuts[at][1]:
            found.add(at)
    return sorted(found)


# In reStructuredText: a target or a substitution, and what refers to one.
_TARGET = pattern(r"[ ]{0,40}\.\. (?:_(?:`([^`\n]{1,100})`|([^:`\n]{1,100})):|\|([^|\n]{1,100})\| )")
_REFERENCE = pattern(
    r"`(?:[^`\n]{0,200}<)?([^`<>\n]{1,100}?)_?>?`_|(?<![\w`])(\w[\w.:+-]{0,99}?)__?(?!\w)|\|([^|\s][^|\n]{0,99})\|"
)


def _used_targets(text: str, cuts: Sequence[tuple[int, int]]) -> set[int]:
    """The numbers of the cuts in targets and substitutions of reStructuredText to which something outside the cuts refers."""
    targets: dict[int, regex.Match[str]] = {}
    for number, (start, end) in enumerate(cuts):
        line = text.rfind("\n", 0, start + text.startswith("\n", start)) + 1
        target = _TARGET().match(text, line) if text.startswith((" ", ".."), line) else None
        if target is not None and target.start() < end:
            targets[number] = target
    if not targets:
        return set()
    own = {target.start(3) - 1 for target in targets.values()}
    starts = [start for start, _ in cuts]
    referred = set()
    for match in _REFERENCE().finditer(text):
        at = bisect(starts, match.start()) - 1
        if match.start() not in own and not (at >= 0 and match.start() < cuts[at][1]):
            referred.add(_name(match[1] or match[2] or match[3]))
    return {number for number, target in targets.items() if _name(target[1] or target[2] or target[3]) in referred}


def _definitions(text: str, cuts: Sequence[tuple[int, int]]) -> list[tuple[regex.Match[str], list[int]]]:
    """The definitions of a text, each with the numbers of the cuts its references lie in, -1 for one outside them.

    None are looked for where no cut holds a bracket.
    """
    if not any("]" in text[start:end] for start, end in cuts):
        return []
    definitions = {match.start(1): match for match in _DEFINITION().finditer(text)}
    starts = [start for start, _ in cuts]
    holders: dict[str, list[int]] = {}
    for label in _LABEL().finditer(text) if definitions else ():
        if label.start(1) not in definitions:
            at = bisect(starts, label.start()) - 1
            inside = at >= 0 and label.end() <= cuts[at][1]
            holders.setdefault(_name(label[1]), []).append(at if inside else -1)
    return [(line, holders.get(_name(line[1]), [])) for line in definitions.values()]


def _name(label: str) -> str:
    """A label as Markdown compares it."""
    return " ".join(label.split()).casefold()


def _class(character: str) -> int:
    return int(cc.tables().classes[ord(character)])


def _has_ink(text: str) -> bool:
    return any(_class(c) not in (cc.SPACE, cc.NEWLINE, cc.INVISIBLE) for c in text)


def _with_invisible(text: str, start: int, end: int) -> tuple[int, int]:
    """Invisible characters at the seam go along; a byte-order mark at the very start stays."""
    while _is_hidden(text, start - 1):
        start -= 1
    while end < len(text) and _class(text[end]) in (cc.INVISIBLE, cc.MARK):
        end += 1
    return start, end


_IMAGE_SIGN = pattern(r"[\s(\[|>]?!")  # a sign that ends a sentence stands behind a letter
_HOST = pattern(r"(?a)(?:[\w-]+\.)+[a-z]{2,12}(?![\w-])")
_ADDRESS = pattern(r"(?a)https?://[\w.~:/?#@!$&*+,;=%-]*(?<![.,;:!?*])")


def whole_link(text: str, start: int, end: int) -> tuple[int, int]:
    """A link goes whole: of one in Markdown the first bracket with its target, and the last with its text; no half an address.

    >>> text = "the `quay <http://spam-here.example/>`_ is"
    >>> text[slice(*whole_link(text, 10, 23))]
    '<http://spam-here.example/'
    >>> text = "the quay ![SPAM](http://spam.example/a.png) is"
    >>> text[slice(*whole_link(text, 10, 43))]
    '![SPAM](http://spam.example/a.png)'
    """
    if "://" in text[start:end]:
        address = _ADDRESS().match(text, text.rfind("http", start, end))
        end = max(end, address.end() if address else end)
    elif "." in text[end - 1 : end + 1]:
        end = _whole_host(text, start, end)
    for joint, close in (("](", ")"), ("][", "]")):
        at = text.find(joint, start, end)
        if at >= 0:
            if text.rfind("[", start, at) < 0 and start > 0 and text[start - 1] == "[":
                start -= 1
            if text.find(close, at + 1, end) < 0 and text.startswith(close, end):
                end += 1
            if text.startswith("[", start) and _IMAGE_SIGN().fullmatch(text, max(start - 2, 0), start):
                start -= 1
            break
    return start, end


def _whole_host(text: str, start: int, end: int) -> int:
    """Where a stretch ends without half a host: `spam-bonus.` takes the rest of `spam-bonus.example` along.

    >>> _whole_host("SPAM at spam-bonus.example now", 0, 19), _whole_host("SPAM here.Next one", 0, 10)
    (26, 10)
    """
    begin = end
    while begin > start and text[begin - 1].isascii() and (text[begin - 1].isalnum() or text[begin - 1] in "-._"):
        begin -= 1
    host = _HOST().match(text, begin)
    return max(end, host.end()) if host else end


def _with_number(text: str, start: int, end: int) -> int:
    """Where spam ends whose last word announces an account or a number, or that ends within a telephone number.

    >>> text = "SPAM, WeChat: fx520, SPAM text +82 10 5550 2291."
    >>> text[: _with_number(text, 0, 12)], text[21 : _with_number(text, 21, 34)]
    ('SPAM, WeChat: fx520', 'SPAM text +82 10 5550 2291')
    """
    lead = text[max(start, end - _LONGEST_LEAD) : end]
    if not any(map(str.isdecimal, lead)):
        announced = _ANNOUNCER().search(lead)
        behind = _ANNOUNCED().match(text, end) if announced else None
        return int(behind.end()) if behind else end
    part = _NUMBER_SO_FAR().search(lead)
    whole = _NUMBER().match(text, end - len(part[0])) if part else None
    return max(end, whole.end()) if whole else end


def _is_hidden(text: str, at: int) -> bool:
    """An invisible character, but not a byte-order mark at the very start."""
    return at > 0 and _class(text[at]) == cc.INVISIBLE


# What only leads to a link, where a clause begins with it: without the link it says nothing.
_LEADS_TO = pattern(
    r"(?i)(?:^|(?<=[.!?…。！？,،，、;；:：(（—–-])|(?<=[.!?…,;:(—–-]\s))"
    r"(?:(?:see|see also|read|read also|read more|more at|learn more|visit|check out|siehe|siehe auch|s\. auch|mehr dazu|mehr unter|"
    r"voir|voir aussi|lire aussi|en savoir plus|v[ée]ase|v[ée]ase también|ver|ver también|más en|veja|veja também|leia também|ver também|"
    r"mais em|saiba mais|см\.|см\. также|смотри также|смотрите также|подробнее|читайте также|bkz\.|ayrıca bkz\.|bakınız|ayrıca bakın|"
    r"lihat|lihat juga|baca juga|selengkapnya di|xem|xem thêm|đọc thêm|انظر|انظر أيضا|انظر أيضًا|اقرأ أيضا|اقرأ أيضًا|راجع|देखें|यह भी देखें|"
    r"참고|참조|더 보기|자세히)\s+|(?:ดู|ดูเพิ่มเติม|อ่านเพิ่มเติม|参见|另见|详见|另请参阅|參見|另見|詳見|延伸閱讀)\s*)$"
)
_LONGEST_LEADER = 30
_LINK_BEHIND = pattern(r"[,،，、]\s*(?:\w{1,4}\s)?[\[<]|[,،，、]\s*https?:")


def _with_announcer(text: str, start: int, end: int) -> tuple[int, int]:
    """A link with the words that only lead to it, if they begin a clause that ends with it; with its full stop if that was all.

    >>> text = "It works, see also [SPAM](a.example), on most. See also [SPAM](a.example)."
    >>> [text[slice(*_with_announcer(text, at, at + 17))] for at in (19, 56)]
    ['see also [SPAM](a.example)', 'See also [SPAM](a.example).']
    """
    if not text.startswith(("[", "<a", "http"), start):
        return start, end
    line_start, line_end = _line(text, start, end)
    first = max(line_start, start - _LONGEST_LEADER)
    leader = _LEADS_TO().search(text[first:start])
    behind = text[end:line_end].lstrip()
    if leader is None or (leader.start() == 0 and first > line_start) or _LINK_BEHIND().match(behind):
        return start, end
    begin = first + leader.start()
    if not behind or _class(behind[0]) in (cc.COMMA, cc.CLOSE):
        return begin, end
    if _class(behind[0]) != cc.SENTENCE_END:
        return start, end
    before = text[line_start:begin].rstrip()
    is_all = not before or _class(before[-1]) == cc.SENTENCE_END
    return begin, text.index(behind[0], end) + 1 if is_all else end


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Brackets and quotation marks that would stand empty or without the other one; not those of a link, whose target stays."""
    opening = text[start - 1 : start]
    close = _PAIRS.get(opening, opening)
    is_closed = close != opening and text[end - 1] == close and text[end : end + 1] not in ("(", "[")
    if is_closed and text.count(close, start, end) > text.count(opening, start, end):
        return start - 1, end
    while start > 0 and end < len(text) and _PAIRS.get(text[start - 1]) == text[end]:
        if text[end] == "]" and text[end + 1 : end + 2] in ("(", "["):
            break
        start, end = start - 1, end + 1
    return start, end


def _with_marker(text: str, start: int, end: int) -> tuple[int, int]:
    """A symbol or hash directly before the spam marks it as a tag; the same symbol behind closes it."""
    at = start
    while at > 0 and text[at - 1] == " ":
        at -= 1
    first = at
    while first > 0 and (_class(text[first - 1]) == cc.SYMBOL or _is_hidden(text, first - 1)):
        first -= 1
    if first == at == start and _is_hash_tag(text, start):
        first -= 1
    if first == at or (start - at > 1):
        return start, end
    marker = text[first:at]
    if first > 0 and _class(text[first - 1]) not in (cc.SPACE, cc.NEWLINE) and at != start:
        return start, end
    behind = end
    while behind < len(text) and text[behind] == " ":
        behind += 1
    if marker.strip("#") and text.startswith(marker, behind):
        end = behind + len(marker)
    return first, end


def _is_hash_tag(text: str, start: int) -> bool:
    """A single hash sign before text[start:]; more of them, or one with a space behind it, mark a heading."""
    return text.endswith("#", 0, start) and not text.endswith("##", 0, start)


@lru_cache(maxsize=1)
def _line_ends(text: str) -> list[int]:
    """Where the lines of a text end, found once for all the cuts in it."""
    return [match.start() for match in _END().finditer(text)]


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    ends = _line_ends(text)
    before, behind = bisect_left(ends, start), bisect_left(ends, end)
    return ends[before - 1] + 1 if before else 0, ends[behind] if behind < len(ends) else len(text)


_SITE = r"(?:https?://)?(?:[\p{L}\p{N}-]{1,40}\.){1,4}[a-zа-я]{2,12}(?:/[^\s()<>]{0,80})?"
_HANDLE = r"(?:(?:line|vx|v|qq|tg|wx|wechat|telegram|whatsapp|wa|id)[\s:：]{0,2})?@[\w.]{3,40}"
_ACCOUNT = r"(?a:(?=[a-z_]*\d|[a-z\d]*_)[a-z]\w{4,40})"  # of an account: Latin letters with digits or low lines
_ENDS = r"[\s!！。.)）]*"
_PHONE = r"\+?\(?\d(?:[ .()/-]{0,2}\d){7,14}(?![\w%]|[.,]\d| ?- ?\w)"
# What stands in front of an account or a number, nearly the same in all languages: names of services, and words for a call.
_SERVICES = (
    r"(?:wechat|weixin|微信|薇信|威信|v信|vx|wx|qq|telegram|телеграмм?|тг|tg|飞机|飛機|电报|電報|텔레그램|텔레|카톡|카카오톡|"
    r"line|ライン|ไลน์|whats ?app|вотсап|ватсап|wa|واتساب|تيليغرام|تلغرام|تليجرام|واتس|व्हाट्सऐप|व्हाट्सएप|टेलीग्राम|viber|вайбер|skype|скайп|zalo|"
    r"kakao|wickr|위커|라인|signal|시그널|сигнал|سيجنال|snap(?:chat)?|سناب|加赖|加賴|discord|instagram|insta|ig|call|text|sms|tel|phone|hotline|тел|[电電][话話]|手机|手機|โทร|전화|문의|contact|contacto|contato|kontakt|hubungi|liên hệ|ติดต่อ|联系|聯絡|聯繫|联络|洽|咨询|諮詢|連絡|связь|пишите|iletişim)"
    r"(?:\s?(?:id|号|號|ไอดี|아이디))?\.?"
)
_LONGEST_LEAD = 30
_ANNOUNCER = pattern(rf"(?i)(?<![a-zа-я]){_SERVICES}[\s:：]*$")
_MAIL = r"[\w.+-]{2,40}@(?:[\w-]{1,40}\.){1,3}[a-z]{2,12}"
_ANNOUNCED = pattern(
    rf"(?i)[\s:：]*(?:{_PHONE}|(?a:{_MAIL}|{_SITE})(?![\w@-])|(?a:(?=[a-z_.-]*\d|[a-z\d.]*_|@)@?[a-z\d][\w-]{{3,30}})(?![\w@.-]*\w))"
)
_NUMBER_SO_FAR = pattern(r"(?:\+\d{1,3}|\d(?:[ .()/-]{0,2}\d){3,})[ .()/-]{0,2}$")
_NUMBER = pattern(_PHONE)
_LONGEST_REST = 200  # characters behind a cut in which a contact is looked for
# What a rest of a line is that only says where to go, one that begins within a sentence and ends so, and a contact set apart
# from what is behind it.
_CONTACT = pattern(rf"(?i)[\s:：,，、>→–—-]*(?:{_SERVICES}[\s:：]*{_PHONE}|{_SITE}|{_HANDLE}|{_ACCOUNT}){_ENDS}")
_LAST_NUMBER = pattern(rf"\s*\d{{1,4}}[%+]?{_ENDS}")  # of a rank, a year, a share
_CLAUSE = pattern(
    rf"\s*(?:[\p{{Ll}},，、;:：%+&)][^\n]{{0,120}}?(?<![\p{{L}}\p{{N}}./@-])(?i:{_SITE}|{_HANDLE})"
    rf"|[^\n!?。！？]{{0,60}}?(?<![\p{{L}}\p{{N}}./@-])(?i:{_PHONE}|@[\w.]{{3,40}}|{_SERVICES}[\s:：]*{_ACCOUNT})){_ENDS}"
)
# What is left of a sentence in which a telephone number follows.
_CALL = pattern(
    rf"(?:[^\n.!?。！？(（]|\.(?!\s+\p{{L}})){{0,60}}?(?<![\p{{L}}\p{{N}}./@-])(?!\d\d?[./-]\d\d?[./-]\d){_PHONE}[^\n.!?。！？]{{0,30}}(?:[.!。！]+(?=\s|$)|$)"
)
_SET_APART = pattern(rf"(?i)[\s:：,，、>→–—-]*(?:{_SITE}|{_HANDLE})\s*(?:(?:[|»—–!]|>>)(?=\s|$)|[｜！])")
_LAST_CONTACT = pattern(
    rf"(?i)\s*+[^\n@]{{0,30}}?(?<![\w.@-])(?:{_SERVICES}[\s:：]*(?:{_PHONE}|{_ACCOUNT})|{_MAIL}|{_SITE}|{_HANDLE}){_ENDS}"
)
_CONTACTS = pattern(rf"(?im)^[ \t*>•·-]*(?:{_SITE}|{_HANDLE}|{_ACCOUNT})[ \t\r]*$")


def _with_contact(text: str, start: int, end: int, line_start: int, line_end: int) -> int:
    """Where spam ends of which only the contact is left, in its line or in front of a sign that sets it apart, or a number in its line.

    Hardly any line of clean text is, or begins with, a bare address or account (docs/quality.md), unless others of the same
    text are. The spam stands first in its line, or behind the end of a sentence.

    >>> text = "SPAM, order at spam.example"
    >>> text[: _with_contact(text, 0, 14, 0, 27)]
    'SPAM, order at spam.example'
    >>> text = "Some text. SPAM, number 1"
    >>> _with_contact(text, 11, 23, 0, 25)
    25
    """
    rest, before = text[end : min(line_end, end + _LONGEST_REST)], text[line_start:start].rstrip()
    if not _has_ink(rest) or not ("." in rest or "@" in rest or "_" in rest or any(map(str.isdecimal, rest))):
        return end
    is_first = _is_only_marker(before)
    if not is_first and _class(before[-1]) != cc.SENTENCE_END:
        return end
    is_whole = end + len(rest) == line_end
    if is_whole and text[start:end].rstrip()[-1:].isalpha() and _LAST_NUMBER().fullmatch(rest):
        return line_end
    if is_whole and is_first and _is_spelled_out(rest) and _CONTACT().fullmatch("".join(rest.split())):
        return line_end
    contact = (_CONTACT().fullmatch(rest) if is_whole else None) or _SET_APART().match(rest)
    if contact is None and is_whole and is_first and len(rest) < end - start:
        contact = _CLAUSE().fullmatch(rest)
    if contact is None and not is_first and _class(text[start:end].rstrip()[-1]) != cc.SENTENCE_END:
        contact = _CALL().match(rest)
    if contact is None or any(not line_start <= at < line_end for at in _contact_lines(text)):
        return end
    return end + int(contact.end())


SPELLED_LEAST, SPELLED_SHARE = 5, 0.7  # words, and the share of them that are one sign


def _is_spelled_out(text: str) -> bool:
    """Whether a text is written with a space behind each sign: `L I N E : @ s p a m`."""
    words = text.split()
    return len(words) >= SPELLED_LEAST and sum(len(word) == 1 for word in words) >= SPELLED_SHARE * len(words)


@lru_cache(maxsize=1)
def _contact_lines(text: str) -> list[int]:
    """Where lines of a text begin that are a contact and nothing else, found once for all the cuts in it."""
    return [match.start() for match in _CONTACTS().finditer(text)]


def with_last_contact(text: str, start: int, end: int) -> tuple[int, int]:
    """A cut of whole lines with the text's last ones, if these only say how to reach those who wrote them, and all are several.

    >>> text = "One.\\nSPAM\\nSPAM\\nWrite to @spam_account"
    >>> start, end = with_last_contact(text, 5, 15)
    >>> text[:start] + text[end:]
    'One.'
    """
    rest = text[end : end + _LONGEST_REST]
    is_last = end + len(rest) == len(text) and _has_ink(rest)
    if not is_last or text[end - 1] not in _LINE_ENDS or (start > 0 and text[start - 1] not in _LINE_ENDS):
        return start, end
    cut, left = ([line for line in _END().split(piece) if _has_ink(line)] for piece in (text[start:end], rest))
    if len(cut) + len(left) < LINES_WITH_CONTACT or not all(map(_LAST_CONTACT().fullmatch, left)):
        return start, end
    return (start if rest[-1] in _LINE_ENDS else _whole_line(text, start, len(text))[0]), len(text)


LINES_WITH_CONTACT = 3
_MARKER_LENGTH = 40  # characters; what is longer marks nothing
_BULLETS = frozenset("*-+•·>#‣◦▪|")
_LABELLED = pattern(r"\[[^\[\]]+\]:")


def _is_only_marker(text: str) -> bool:
    """Nothing but white space, a bullet, a number with a dot, the label of a definition, or a word that announces tags."""
    if len(text.strip()) > _MARKER_LENGTH:
        return False
    bare = "".join(c for c in text if _class(c) not in (cc.SPACE, cc.INVISIBLE, cc.SYMBOL))
    if not bare or all(c in _BULLETS for c in bare):
        return True
    if bare[:-1].isdecimal() and bare[-1] in ".)":
        return True
    return bare.rstrip(":：").casefold() in _TAG_WORDS or bool(_LABELLED().fullmatch(bare))


def _whole_line(text: str, line_start: int, line_end: int) -> tuple[int, int]:
    """The line and its line end; the last line of a text without a final one takes the one before it."""
    if line_end < len(text):
        return line_start, line_end + (2 if text.startswith("\r\n", line_end) else 1)
    if line_start > 0:
        return line_start - (2 if text.endswith("\r\n", 0, line_start) else 1), line_end
    return line_start, line_end


def blank_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a cut of whole lines begins and ends with the blank line that came with it, so that one is left between two paragraphs.

    That is the one behind it, if one stands in front of it, too, or nothing does, or if the lines around the two are of one
    sentence or one tight list; at the end of the text the one in front.
    A cut up to the end of a line leaves no spaces there, also where it is one behind another.

    >>> text = "One.\\n\\nSPAM\\n\\nTwo.\\n"
    >>> start, end = blank_line(text, 6, 11)
    >>> text[:start] + text[end:]
    'One.\\n\\nTwo.\\n'
    """
    if start > 0 and text[start - 1] not in _LINE_ENDS:
        at = start
        while at > 0 and text[at - 1] == " ":
            at -= 1
        is_last = end == len(text) or text[end] in _LINE_ENDS
        return (at if is_last and at > 0 and text[at - 1] not in _LINE_ENDS else start), end
    first = _line_start(text, start)
    is_parted = start == 0 or not _has_ink(text[first:start])
    if end == len(text):
        return (first if is_parted else start), end
    last = _line(text, end, end)[1]
    if text[end - 1] not in _LINE_ENDS or _has_ink(text[end:last]) or last == len(text):
        return start, end
    behind = _whole_line(text, end, last)[1]
    return start, behind if is_parted or _belong_together(text, first, start, behind) else end


_IN_SENTENCE = pattern(r"(?![ \t]*#)[^\n]{20,}[\p{L}\p{M}\p{N},;，；、]\s*$")
_ITEM = pattern(r"[ \t]*(?:(?:>[ \t]?)+(?:[-*+•·][ \t])?|[-*+•·][ \t])")


def _belong_together(text: str, first: int, stop: int, behind: int) -> bool:
    """Whether no blank line stands between the line text[first:stop] and the one at `behind`: a sentence or a list goes on.

    A list without blank lines is one whose item before or behind these two stands right beside them.
    """
    if _IN_SENTENCE().match(text, first, stop) and text[behind : behind + 1].islower():
        return True
    item = _ITEM().match(text, first, stop)
    if item is None or not text.startswith(item[0], behind):
        return False
    is_below_item = first > 0 and text.startswith(item[0], _line_start(text, first))
    return is_below_item or text.startswith(item[0], _next_line(text, behind))


def _next_line(text: str, at: int) -> int:
    return _whole_line(text, at, _line(text, at, at)[1])[1]


def _line_start(text: str, at: int) -> int:
    """Where the line begins that ends right before an offset."""
    behind = at - (2 if text.endswith("\r\n", 0, at) else 1)
    return _line(text, max(behind, 0), max(behind, 0))[0]


def _before_indent(text: str, end: int) -> int:
    """Behind the one space that parts a span at a line's start from the article's line, which may be indented itself."""
    return min(end + 1, _skip_spaces(text, end))


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and _class(text[at]) == cc.SPACE:
        at += 1
    return at


_JOINTS = frozenset("|-–—_·•｜/>»")


def _at_line_end(text: str, start: int, line_start: int) -> int:
    """Behind a line: the spaces before the spam go, and a separator that only led to it, but not the `>` that ends a tag."""
    at = start
    while at > line_start and _class(text[at - 1]) in (cc.SPACE, cc.INVISIBLE):
        at -= 1
    joint = at
    while joint > line_start and text[joint - 1] in _JOINTS:
        joint -= 1
    bare = joint
    while bare > line_start and _class(text[bare - 1]) == cc.SPACE:
        bare -= 1
    is_joint = (
        joint < at
        and at - joint <= 2
        and bare > line_start
        and (bare < joint or (at < start and text[at - 1] != ">") or text[joint:at] in "_|｜–—")
    )
    return bare if is_joint else at


_OPENED, _CLOSING = "*>", ("*", "</")  # what words stand right behind, and right before: signs of emphasis and tags


def _inside_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Inside a line: one of the two spaces goes, the one behind if there is one, and a comma that another sign would follow."""
    before = start - 1 - (_class(text[start - 1]) == cc.SPACE)
    if _class(text[before]) == cc.COMMA and (text[end] == text[before] or _class(text[end]) == cc.SENTENCE_END):
        return before, end
    space_before = _class(text[start - 1]) == cc.SPACE
    space_behind = _class(text[end]) == cc.SPACE
    if space_behind and (space_before or text[start - 1] in _OPENED):
        return start, end + 1
    if space_before and (_class(text[end]) in (cc.SENTENCE_END, cc.COMMA, cc.CLOSE) or text.startswith(_CLOSING, end)):
        return start - 1, end
    return start, end

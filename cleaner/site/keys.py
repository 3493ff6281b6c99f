"""The key of a finding: what its text says, whatever its line, its wrapping, its case and the marker in front of it."""

from __future__ import annotations

import hashlib
import unicodedata

import regex

KEY_DIGITS = 16
_UNSEEN = regex.compile(r"[\s\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]+")
_BARE_TAG = regex.compile(r"</?[a-z][a-z0-9]{0,20}\s{0,9}/?>")  # it adds nothing to what the text between says
_TAG = regex.compile(r"<[^<>]*+>")
_EDGES = regex.compile(r"\A[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+\Z")


def normalised(text: str) -> str:
    """What a text says: compatibility forms and case folded, without white space, invisible signs, and signs at its ends.

    Tags without attributes go, too: a tag with an address in it says where that leads.
    White space goes whole, since a line may be wrapped where there was none, as in Chinese. Look-alike letters are not
    resolved, as they are where text is judged (`cleaner.view`): an exception for a text is none for a disguise of it, and
    a key stays what it is when that module learns more.

    >>> normalised("• Ｃａｓｉｎｏ\\r\\n  Royal!")
    'casinoroyal'
    >>> normalised("<p><a href='//x.example'>Casino</a></p>")
    "ahref='//x.example'>casino"
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    bare = _UNSEEN.sub("", _BARE_TAG.sub("", folded))
    return str(_EDGES.sub("", bare)) or bare


def is_bare_markup(text: str) -> bool:
    """Whether a piece of a page is tags only, which say nothing without what they stood around.

    >>> is_bare_markup("<div hidden>"), is_bare_markup("<b>Casino</b>")
    (True, False)
    """
    return not any(map(str.isalnum, _TAG.sub("", text)))


def key_of(text: str) -> str:
    """The key of a text: the first 64 bits of the SHA-256 of what it says, as 16 hexadecimal digits.

    So short it can be read and compared. By chance one of a billion findings shares a key with one of a million entries
    once in 18,000 sites; who looks for two texts of one key on purpose gains one finding that is not cut, which he would
    have to talk a maintainer into allowing first.

    >>> key_of("Casino Royal") == key_of("  casino\\nroyal ")
    True
    """
    digest = hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:KEY_DIGITS]


def is_key(word: str) -> bool:
    """Whether a word has the form of a key.

    >>> is_key("0123456789abcdef"), is_key("12")
    (True, False)
    """
    return len(word) == KEY_DIGITS and all(digit in "0123456789abcdef" for digit in word)

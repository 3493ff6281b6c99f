"""What is code in reStructuredText: between ⟦ and ⟧."""

from __future__ import annotations

import pytest

from cleaner.readers import format_of
from cleaner.readers.rst import protected
from cleaner.seams import still_used

CODE = {
    "literal block": "Run::\n\n⟦    make\n\n    make test\n⟧\nText.\n",
    "literal block at the end": "Run::\n\n⟦    make⟧",
    "alone on its line": "Run:\n\n::\n\n⟦  make\n⟧\nText\n",
    "directive": ".. code-block:: python\n⟦   :linenos:\n\n   x = 1\n⟧\nText\n",
    "sourcecode": ".. sourcecode:: c\n\n⟦ int x;\n⟧",
    "nested": "* Item::\n\n⟦      x\n⟧\n  Text\n",
    "line ends of Windows": "Run::\r\n\r\n⟦    make\r\n⟧\r\nText\r\n",
    "doctest": "Try\n\n⟦>>> 1 + 1\n2\n⟧\nText\n",
    "two": "A::\n\n⟦  a\n⟧\nB::\n\n⟦  b\n⟧\nC\n",
}


@pytest.mark.parametrize("name", CODE)
def test_code(name: str) -> None:
    marked = CODE[name]
    text = marked.replace("⟦", "").replace("⟧", "")
    found = protected(text)
    for start, end in reversed(found):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    assert text == marked


PROSE = {
    "plain": "A line\n\n   a quotation\n",
    "note": ".. note::\n\n   Mind the gap.\n",
    "image": ".. image:: a.png\n   :alt: A boat at sea\n",
    "target": ".. _name: https://harbour.example\n",
    "colons inside": "a::b is a name\n  and more\n",
}


@pytest.mark.parametrize("name", PROSE)
def test_prose(name: str) -> None:
    assert protected(PROSE[name]) == []


def test_it_has_a_reader() -> None:
    assert format_of("docs/INDEX.RST") == format_of("a.rst.gz") == "rst"


@pytest.mark.parametrize(
    ("line", "reference", "is_used"),
    [
        (".. _river: http://spam.example", "the `river`_ is", True),
        (".. _river: http://spam.example", "the river_ is", True),
        (".. _the river: http://spam.example", "`wide <The River_>`_", True),
        (".. _`the river`: http://spam.example", "`the river`_ is", True),
        (".. |river| replace:: SPAM", "the |river| is", True),
        (".. _river: http://spam.example", "the river is", False),
        (".. _river: http://spam.example", "the_river_ is", False),
        (".. note:: SPAM", "the note_ is", False),
    ],
)
def test_targets_that_are_still_used(line: str, reference: str, is_used: bool) -> None:
    text = f"{line}\n\nHere {reference} wide.\n"
    assert bool(still_used(text, [(3, len(line))])) == is_used
    assert not still_used(text, [(0, len(text))])

"""Markdown with ⟦what is protected⟧ in it."""

from __future__ import annotations

import pytest
from samples import marked

from cleaner.readers import format_of
from cleaner.readers.markdown import protected
from cleaner.span import merged


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One.\n\nTwo.\n",
        "A\n⟦```\ncode\n```\n⟧B\n",
        "A\n⟦```python\ncode\n``\n```\n⟧B\n",
        "A\n⟦~~~\n```\n~~~\n⟧B\n",
        "A\n⟦````\n```\n````\n⟧B\n",
        "A\n⟦```\nnever closed\n⟧",
        "A ``` B\n",
        "```inline``` B\n",
        "> A\n⟦> ```\n> code\n> ```\n⟧B\n",
        "- A\n⟦  ```\n  code\n  ```\n⟧B\n",
        "A\n\n⟦    code\n    more\n⟧B\n",
        "A\n    a lazy line\n",
        "- A\n\n    a second paragraph\n",
        "⟦---\ntitle: A\n---\n⟧B\n",
        "⟦---\r\ntitle: A\r\n---\r\n⟧B\r\n",
        "⟦---\ntitle: A\n...\n⟧B\n",
        "⟦---\ntitle: A\n...more\n... \r\n⟧B\n",
        "⟦+++\ntitle = 1\n+++\n⟧B\n",
        "+++\nno end\n...\n",
        "---\nno end\n",
        "A\n---\nB\n---\n",
    ],
    ids=repr,
)
def test_protected(text: str) -> None:
    bare, stretches = marked(text)
    assert merged(protected(bare)) == stretches


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.txt", "txt"),
        ("a.TEXT", "txt"),
        ("a/b.md", "md"),
        ("a.Markdown", "md"),
        ("a.html", "html"),
        ("txt", None),
        ("a.b/c", None),
    ],
)
def test_format_of(name: str, format_: str | None) -> None:
    assert format_of(name) == format_

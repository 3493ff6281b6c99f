"""The name of a file as a site's files know it: below the root, with slashes, wherever a command is run."""

from __future__ import annotations

import os
from pathlib import Path

_KEPT = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '%"\\')


def below(root: Path, path: str) -> str:
    """A path below a root; empty for one that lies outside it. Links among its folders are followed, as the root's were.

    >>> below(Path.cwd(), "posts/./a.md"), below(Path.cwd(), "../b.md")
    ('posts/a.md', '')
    """
    folder, name = os.path.split(path)
    if not name:  # standard input
        return ""
    found = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))
    return "" if found == ".." or found.startswith("../") else found


def written(name: str) -> str:
    """A name as our files hold it: bytes that are no UTF-8, and what could move something on a screen, as %XX.

    >>> written("été %.md"), written("a\\udce9\\u202e")
    ('été %25.md', 'a%E9%E2%80%AE')
    """
    return "".join(
        character
        if character in _KEPT or (ord(character) > 0x7F and character.isprintable())
        else "".join(f"%{byte:02X}" for byte in os.fsencode(character))
        for character in name
    )

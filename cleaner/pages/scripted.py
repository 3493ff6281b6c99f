"""What scripts say about style, read off their text without running them: rules they set or write, and tags they write open.

A script that hides on a click says the same as one that hides at once: this only tells what may be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from cleaner.pages.sheets import Rule

MAX_SCRIPT = 200_000  # characters of a script that are read; what hides injected links is short

_JOIN = regex.compile(r"""(?<=[\w#.\-:;{}<>=/ !,("'])(["'])\s*\+\s*\1""")
_ESCAPED = regex.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\"'/]))")


def literal(script: str) -> str:
    """A script with strings that are only joined made one, and their escapes decoded.

    >>> literal(r"get('he'+'ad', '\\x3cdiv>')")
    "get('head', '<div>')"
    """
    script = _JOIN.sub("", script)
    return _ESCAPED.sub(_decoded, script) if "\\" in script else script


def _decoded(match: regex.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else str(match[3])


_QUOTED = r"""(?:"([^"\n]{0,300})"|'([^'\n]{0,300})')"""
_FIND = regex.compile(
    rf"(getElementById|querySelector(?:All)?|getElementsByClassName|getElementsByTagName|jQuery|\$)\(\s*{_QUOTED}\s*\)"
    rf"(?:\s*\[\s*0?\s*\]|\.item\(0\))?"
)
_NAMED = regex.compile(r"([\w$]{1,40})\s*=\s*(?:document\s*\.\s*)?$")
_USE = regex.compile(r"(?<![\w$.])([\w$]{1,40})(?=\s*\.)")
_SET = regex.compile(
    rf"""\s*\.\s*(?:style\s*\.\s*(?P<property>[a-zA-Z]{{1,40}})\s*=\s*{_QUOTED}|style\s*\[\s*{_QUOTED}\s*\]\s*=\s*{_QUOTED}"""
    rf"""|style\s*\.\s*setProperty\(\s*{_QUOTED}\s*,\s*{_QUOTED}|(?P<attribute>setAttribute|attr)\(\s*{_QUOTED}\s*,\s*{_QUOTED}"""
    rf"""|css\(\s*{_QUOTED}\s*,\s*{_QUOTED}|css\(\s*\{{(?P<map>[^{{}}]{{0,500}})\}}|(?P<gone>hide|remove|fadeOut|slideUp|empty)\(\s*0?\s*\)"""
    rf"""|(?P<hidden>hidden)\s*=\s*(?:true|!0|1))"""
)
_BRACES = regex.compile(r"\{([^{}]{1,2000})\}")
_BEFORE_SELECTOR = regex.compile(r"style[^<>]{0,100}>|[;{}<(\n\"']")
_INNER_CSS = regex.compile(r"[\w-]+\s*:\s*[^:;]")


def set_rules(script: str) -> list[Rule]:
    """Styles that a script gives to elements it finds by id, class, tag or selector, as rules.

    >>> set_rules("document.getElementById('x').style.display = 'none'; $('.y').hide()")
    [Rule(selectors='#x', body='display:none'), Rule(selectors='.y', body='display:none')]
    """
    text = literal(script[:MAX_SCRIPT])
    found: list[Rule] = []
    names: dict[str, str] = {}
    for match in _FIND.finditer(text):
        selector = _selector(match[1], match[2] or match[3] or "")
        named = _NAMED.search(text, max(0, match.start() - 60), match.start())
        if named:
            names[named[1]] = selector
        found += _settings(selector, text, match.end())
    for match in _USE.finditer(text) if names else ():
        if match[1] in names:
            found += _settings(names[match[1]], text, match.end())
    return found


def _selector(how: str, name: str) -> str:
    return {"getElementById": "#", "getElementsByClassName": "."}.get(how, "") + name


def _settings(selector: str, text: str, at: int) -> Iterator[Rule]:
    match = _SET.match(text, at)
    if match is None:
        return
    values = [
        value for number, value in enumerate(match.groups()) if value is not None and _is_plain(match, number + 1)
    ]
    if match["gone"] or match["hidden"]:
        yield Rule(selector, "display:none")
    elif match["map"]:
        body = regex.sub(
            r"([\w$]+)['\"]?\s*:", lambda key: _property(key[1]) + ":", match["map"].replace("'", "").replace('"', "")
        )
        yield Rule(selector, regex.sub(r",\s*(?=[\w-]+:)", ";", body))
    elif match["attribute"]:
        name, value = (*values, "")[:2]
        body = {"style": value, "hidden": "display:none", "class": ""}.get(name.lower(), "")
        if body:
            yield Rule(selector, body)
    elif match["property"]:
        value = values[0] if values else ""
        yield Rule(selector, value if match["property"] == "cssText" else f"{_property(match['property'])}:{value}")
    elif len(values) >= 2:
        yield Rule(selector, f"{_property(values[0])}:{values[1]}")


def _is_plain(match: regex.Match[str], number: int) -> bool:
    """Whether a group is a quoted value, not one of the named ones."""
    named: dict[str, int] = match.re.groupindex
    return number not in named.values()


def _property(name: str) -> str:
    """`marginLeft` as CSS writes it."""
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in name)


def written_rules(script: str) -> list[Rule]:
    """Rules in the strings of a script, which it may write into the page.

    >>> written_rules("x.innerHTML = '<style>#a{top:-999px}</style>'")
    [Rule(selectors='#a', body='top:-999px')]
    """
    text = literal(script[:MAX_SCRIPT])
    found = []
    for match in _BRACES.finditer(text):
        before = _BEFORE_SELECTOR.split(text[max(0, match.start() - 200) : match.start()])[-1].strip()
        if before and _INNER_CSS.match(match[1].strip()):
            found.append(Rule(before, match[1]))
    return found


_WRITE = regex.compile(r"document\s*(?:\.\s*|\[\s*[\"'])write(?:ln)?(?:[\"']\s*\])?\s*\(")


def written_markup(script: str) -> str:
    """What a script hands to `document.write`, its strings joined, "" when it writes nothing."""
    text = literal(script[:MAX_SCRIPT])
    out = []
    for match in _WRITE.finditer(text):
        value = _STRING.match(text, match.end())
        if value:
            out.append(_unpercented(value[1] or value[2] or "") if "%" in value[0] else value[1] or value[2] or "")
    return "".join(out)


_STRING = regex.compile(
    r"""\s*(?:unescape\(\s*|decodeURIComponent\(\s*)?(?:"((?:[^"\\\n]|\\.){0,50000})"|'((?:[^'\\\n]|\\.){0,50000})')"""
)


def _unpercented(text: str) -> str:
    return str(regex.sub(r"%([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text))

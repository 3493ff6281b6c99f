"""What others do with the same articles, for comparison: line filters, extractors from HTML, a linear classifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from common import reference

Work = Callable[[], object]
STOPLISTS = {"en": "English"}  # jusText has none for Chinese: it is given an empty one


def rivals(texts: Sequence[str], language: str) -> dict[str, Work | None]:
    """What is to be timed over the texts, by name; None for what is not installed."""
    pages = [as_page(text) for text in texts]
    return {
        "C4QualityFilter": _installed(lambda: c4(texts)),
        "C4QualityFilter, lines only": _installed(lambda: c4(texts, min_num_sentences=-1)),
        "trafilatura": _installed(lambda: trafilatura(pages)),
        "jusText": _installed(lambda: justext(pages, STOPLISTS.get(language, ""))),
        "scikit-learn": reference(texts),
    }


def as_page(text: str) -> str:
    """A text as the simplest page: a paragraph for each line that is not blank.

    >>> as_page("a < b\\n\\nc")
    '<!DOCTYPE html><html><head><title>Article</title></head><body><article><p>a &lt; b</p>\\n<p>c</p></article></body></html>'
    """
    paragraphs = "\n".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    head = "<!DOCTYPE html><html><head><title>Article</title></head>"
    return f"{head}<body><article>{paragraphs}</article></body></html>"


def c4(texts: Sequence[str], **settings: Any) -> Work:
    """Datatrove's C4 filter as it is set up by default, which needs spaCy to count sentences unless told not to."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    quality = C4QualityFilter(**settings)
    quality.filter(Document(text="One honest sentence about the weather. " * 6, id=""))  # loads what it needs
    return lambda: [quality.filter(Document(text=text, id="")) for text in texts]


def trafilatura(pages: Sequence[str]) -> Work:
    """Extraction of the main text, as it is set up by default."""
    from trafilatura import extract

    return lambda: [extract(page) for page in pages]


def justext(pages: Sequence[str], stoplist: str) -> Work:
    """Classification of paragraphs, as it is set up by default."""
    from justext import get_stoplist
    from justext import justext as classify

    words = get_stoplist(stoplist) if stoplist else frozenset()
    return lambda: [classify(page.encode(), words, encoding="utf-8") for page in pages]


def _installed(make: Callable[[], Work]) -> Work | None:
    try:
        return make()
    except ImportError:
        return None

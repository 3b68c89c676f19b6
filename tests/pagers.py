"""What the pager of a list says."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words, self._inside = list[str](), False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._inside = self._inside or (tag == "nav" and ("class", "pagination") in attrs)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "nav"

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.words.append(data.strip())


def words_of_pager(html: str) -> list[str]:
    """This will give them piece by piece; none where the page has no pager."""
    parser = _Words()
    parser.feed(html)
    return parser.words

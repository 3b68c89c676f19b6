"""The lines of a PDF put together to paragraphs and points, as our own texts write them. Pure."""

from __future__ import annotations

import re

# The last three are what a reader makes of a dot that its font has under a number of its own.
_POINT = re.compile("^[•●◦▪■‣∙·–—*\uf0b7\x7f\x95-]\\s+(?=\\S)")
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}|[a-z])[.)]\s+\S")
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?$", re.IGNORECASE)
_ENDS = (".", "!", "?", ":", ";", "。", "！", "？", "：")
SHORT = 0.6
"""A line that is much shorter than the longest ends its paragraph, or is a heading."""


def join_lines(pages: list[str]) -> str:
    """Give the words of the pages: a line that only was full goes on in the next one; "- " begins a point."""
    lines = [line for page in pages for line in (*_clean(page), "")]
    full = max((len(line) for line in lines), default=0) * SHORT
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        point = _POINT.match(line)
        begins = bool(point or _NUMBERED.match(line))
        text = f"- {line[point.end() :]}" if point else line
        if text and goes_on and not begins:
            paragraphs[-1] = _put_together(paragraphs[-1], text)
        elif text:
            paragraphs.append(text)
        goes_on = bool(text) and len(line) > full and not text.endswith(_ENDS)
    text = "\n\n".join(paragraphs)
    # Points of one list stand together.
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text)


def _clean(page: str) -> list[str]:
    lines = [" ".join(line.replace("\x00", "").split()) for line in page.splitlines()]
    return [line for line in lines if not _PAGE_NUMBER.match(line)]


def _put_together(before: str, line: str) -> str:
    """A word that was divided at the end of a line is one again."""
    if re.search(r"[^\W\d_]-$", before) and line[:1].islower():
        return before[:-1] + line
    return f"{before} {line}"

"""A plain-text body into what the recipient sees: safe HTML and a plain part.

The body is text that people and models write. All of it is escaped; the only markup is ours: paragraphs (blank
lines), points ("- "), line breaks and https links. Nothing is loaded from outside (promise 12).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from emails.rules.footers import Footer

_LINK = re.compile(r"https://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_POINT = re.compile(r"^\s*[-•*]\s+")

_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{subject}</title></head>"
    '<body style="margin:0;padding:24px 16px;background:#ffffff;color:#1d1c19;'
    "font:15px/1.6 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\">"
    '<div style="max-width:600px;margin:0 auto">{content}</div></body></html>'
)
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_LIST = '<ul style="margin:0 0 16px;padding:0 0 0 22px">{}</ul>'
_ITEM = '<li style="margin:0 0 4px">{}</li>'
_ANCHOR = '<a href="{0}" style="color:#1c5c45">{0}</a>'


@dataclass(frozen=True)
class Rendered:
    """Both parts of a mail."""

    html: str
    text: str


def render(*, subject: str, body: str, language: str = "en", footer: Footer | None = None) -> Rendered:
    """Render the body for the recipient, with the footer under it."""
    text = clean_text(body)
    blocks = [block for block in re.split(r"\n[ \t]*\n+", text.strip()) if block.strip()]
    content = "".join(_block(block) for block in blocks) + (footer.html if footer else "")
    html = _PAGE.format(language=escape(language), subject=escape(clean_line(subject)), content=content)
    return Rendered(html=html, text=text.strip() + "\n" + (f"\n{footer.text}" if footer else ""))


def clean_text(text: str) -> str:
    """Normalise line ends and drop control characters, which only serve to deceive."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str) -> str:
    """Make one line of it: a line break in a header would begin another header."""
    return " ".join(clean_text(text).split())


def has_line_break(text: str) -> bool:
    return bool(re.search(r"[\r\n\x0b\x0c\x85\u2028\u2029\x00]", text))


def _block(block: str) -> str:
    """A paragraph, a list, or a paragraph and a list where points follow a line of text."""
    html: list[str] = []
    lines: list[str] = []
    points: list[str] = []

    def close() -> None:
        if lines:
            html.append(_PARAGRAPH.format("<br>".join(lines)))
        if points:
            html.append(_LIST.format("".join(_ITEM.format(point) for point in points)))
        lines.clear()
        points.clear()

    for line in block.split("\n"):
        point = _POINT.match(line)
        if (point and lines) or (not point and points):
            close()
        (points if point else lines).append(_inline(line[point.end() :] if point else line))
    close()
    return "".join(html)


def _inline(line: str) -> str:
    parts: list[str] = []
    place = 0
    for match in _LINK.finditer(line):
        parts.append(escape(line[place : match.start()]))
        parts.append(_ANCHOR.format(escape(match.group())))
        place = match.end()
    parts.append(escape(line[place:]))
    return "".join(parts).strip()

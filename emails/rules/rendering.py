"""A plain-text body into what the recipient sees: safe HTML and a plain part.

The body is text that people and models write. All of it is escaped; the only markup is ours: paragraphs (blank
lines), points ("- "), line breaks, https links, and buttons where code has put a link of ours (`Button`). Nothing is
loaded from outside (promise 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

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
    '<div style="max-width:600px;overflow-wrap:break-word;word-break:break-word;margin:0 auto">{content}</div>'
    "</body></html>"
)
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_LIST = '<ul style="margin:0 0 16px;padding:0 0 0 22px">{}</ul>'
_ITEM = '<li style="margin:0 0 4px">{}</li>'
_ANCHOR = '<a href="{0}" style="color:#1c5c45">{0}</a>'
_BUTTON = (
    '<p style="margin:8px 0 20px"><a href="{url}" clicktracking="off" target="_blank" rel="noopener noreferrer"'
    ' style="display:inline-block;padding:11px 20px;border-radius:6px;background:#1c5c45;color:#ffffff;'
    'font-weight:600;text-decoration:none">{label}</a></p>'
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Button:
    """A link of ours that code has put into a body, as a line `[label](url)`; no other line becomes a button."""

    label: str
    url: str

    @property
    def line(self) -> str:
        return f"[{self.label}]({self.url})"

    @property
    def text(self) -> str:
        return f"{self.label}: {self.url}"

    @property
    def html(self) -> str:
        return _BUTTON.format(url=escape(self.url), label=escape(self.label))

    def leads_home(self, public_url: str) -> bool:
        """Whether it leads under our own address: https, or http on this machine."""
        parts = urlsplit(public_url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        return is_safe and self.url.startswith(f"{public_url.rstrip('/')}/")


@dataclass(frozen=True)
class Rendered:
    """Both parts of a mail."""

    html: str
    text: str


def render(
    *, subject: str, body: str, language: str = "en", footer: Footer | None = None, buttons: Iterable[Button] = ()
) -> Rendered:
    """Render the body for the recipient, with the footer under it. buttons: the lines that are to be some."""
    text = clean_text(body)
    blocks = [block for block in re.split(r"\n[ \t]*\n+", text.strip()) if block.strip()]
    by_line = {button.line: button for button in buttons}
    content = "".join(_block(block, by_line) for block in blocks) + (footer.html if footer else "")
    if by_line:
        lines = text.split("\n")
        text = "\n".join(button.text if (button := by_line.get(line.strip())) else line for line in lines)
    html = _PAGE.format(language=escape(language), subject=escape(clean_line(subject)), content=content)
    return Rendered(html=html, text=text.strip() + "\n" + (f"\n{footer.text}" if footer else ""))


def clean_text(text: str) -> str:
    """Normalise line ends and drop control characters, which only serve to deceive."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str) -> str:
    """Make one line of it: a line break in a header would begin another header."""
    # Nearly every name and title is printable, which is known at once.
    return " ".join((text if text.isprintable() else clean_text(text)).split())


def has_line_break(text: str) -> bool:
    return bool(re.search(r"[\r\n\x0b\x0c\x85\u2028\u2029\x00]", text))


def _block(block: str, buttons: Mapping[str, Button]) -> str:
    """A paragraph, a list, a button, or several of them where they follow each other without a blank line."""
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
        if button := buttons.get(line.strip()):
            close()
            html.append(button.html)
            continue
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

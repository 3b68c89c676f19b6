"""The words of a Word file: its paragraphs, headings and points as our own texts write them. Pure."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib

DOCUMENT = "word/document.xml"
MOST_XML = 20 * 1024 * 1024
"""Unpacked: a small file may claim to hold gigabytes."""

# Read by pattern and not by an XML parser: nothing is resolved, so that nothing in it can be made to grow. No pattern
# looks beyond its own tag, so that the time it takes grows with the text alone.
_STYLE = re.compile(r'<w:pStyle\s[^<>]*w:val="([^"<>]*)"')
_POINT = re.compile(r"<w:numPr[\s/>]")
_PIECE = re.compile(r"<w:t(?:\s[^<>]*)?>([^<]*)</w:t>|<w:(tab|br)(?:\s[^<>]*)?/>")


def read_word(content: bytes) -> str:
    """Give what the file says; "" where it cannot be read, so that only a person can."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(DOCUMENT) as part:
            xml = part.read(MOST_XML + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
        return ""
    if len(xml) > MOST_XML:
        return ""
    lines = [_line(paragraph) for paragraph in xml.decode("utf-8", errors="replace").split("</w:p>")]
    text = "\n\n".join(line for line in lines if line)
    # Points of one list stand together.
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text).replace("\x00", "")


def _line(paragraph: str) -> str:
    words = "".join(" " if gap else html.unescape(text) for text, gap in _PIECE.findall(paragraph))
    words = " ".join(words.split())
    if not words:
        return ""
    style = _STYLE.search(paragraph)
    if style and style[1].lower().startswith(("heading", "title")):
        return f"# {words}"
    return f"- {words}" if _POINT.search(paragraph) else words

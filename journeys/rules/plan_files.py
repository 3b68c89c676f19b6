"""The file of a business plan: which kinds are taken, and what can be read out of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from journeys.rules.word_files import read_word

MOST_FILE_BYTES = 5 * 1024 * 1024
MOST_TEXT = 100_000
TYPES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PLAIN = frozenset({"text/plain", "text/markdown"})
TAKEN = "A text (.txt, .md), a PDF or a Word file (.docx)"
_STARTS = {"application/pdf": b"%PDF-", TYPES["docx"]: b"PK\x03\x04"}


class UnfitFile(ValueError):
    """Raised for a file that is not taken; says why, for the person who chose it."""


@dataclass(frozen=True)
class PlanFile:
    """A file as it is kept. text: what it says, "" where only a person can read it, or a PDF is still to be read."""

    name: str
    content_type: str
    content: bytes
    text: str = ""

    @property
    def is_pdf(self) -> bool:
        return self.content_type == TYPES["pdf"]


def read_plan_file(name: str, content: bytes) -> PlanFile:
    """Look at an uploaded file; its name decides what it must be, its first bytes whether it is. Raises UnfitFile."""
    content_type = TYPES.get(name.rpartition(".")[2].lower(), "")
    if not content_type:
        raise UnfitFile(f"{TAKEN} is taken; “{name[-60:]}” is none.")
    if not content:
        raise UnfitFile("The file is empty.")
    if len(content) > MOST_FILE_BYTES:
        raise UnfitFile(f"A file may have at most {MOST_FILE_BYTES // 1024 // 1024} MB.")
    if content_type not in PLAIN and not content.lstrip(b"\xef\xbb\xbf \r\n").startswith(_STARTS[content_type]):
        raise UnfitFile("The file is not what its name says: it may be damaged.")
    text = _read(content_type, content)
    if len(text) > MOST_TEXT:
        raise UnfitFile(f"A text may have at most {MOST_TEXT:,} characters; this one has {len(text):,}.")
    return PlanFile(name, content_type, content, text)


def read_plain(name: str, content: bytes) -> str:
    """Read a file that is all text, whatever its name ends with. Raises UnfitFile."""
    return read_plan_file(f"{name}.txt", content).text


def _read(content_type: str, content: bytes) -> str:
    if content_type in PLAIN:
        return _decode(content)
    return read_word(content) if content_type == TYPES["docx"] else ""


def _decode(content: bytes) -> str:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return re.sub(r"\r\n?", "\n", text)
    raise UnfitFile("This is no text that can be read. Save it as UTF-8, or hand it in as PDF.")

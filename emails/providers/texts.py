"""Bytes of a stranger as text that every column takes."""

from __future__ import annotations

import codecs
import re
from email.header import decode_header

# They are no charsets of mail, and two of them take quadratic time.
_NO_CHARSETS = frozenset(
    {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
)
# Tab and line ends stay; so does nothing else that is invisible and that no person typed.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")
LONGEST_HEADER = 10_000


def decode(raw: bytes, charset: str = "") -> str:
    """Decode by the charset that is named; else, and where it is none, as UTF-8 or Windows-1252."""
    if named := _codec(charset):
        return clean(raw.decode(named, "replace"))
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(raw.decode("cp1252", "replace"))


def clean(text: str) -> str:
    """Take off what no column takes: NUL and other controls, halves of surrogate pairs; line ends become LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text.encode("utf-8", "replace").decode())


def clean_line(text: str, longest: int) -> str:
    """One line: nothing in it can begin another header."""
    return " ".join(clean(text).split())[:longest]


def decode_words(value: str) -> str:
    """Decode the encoded words of a header (RFC 2047); as it is where that fails."""
    value = value[:LONGEST_HEADER]
    if "=?" not in value:
        return clean(value)
    try:
        parts = decode_header(value)
    except Exception:  # whatever the garbage leads to
        return clean(value)
    return "".join(decode(part, charset or "") if isinstance(part, bytes) else clean(part) for part, charset in parts)


def _codec(charset: str) -> str:
    try:
        codec = codecs.lookup(charset.strip().lower()[:40])
    except (LookupError, ValueError):
        return ""
    name = codec.name
    if not getattr(codec, "_is_text_encoding", True):
        return ""
    # What is called ASCII or Latin-1 is Windows-1252 in practice.
    if name in ("ascii", "iso8859-1"):
        return "" if name == "ascii" else "cp1252"
    return "" if name.replace("_", "-") in _NO_CHARSETS else name

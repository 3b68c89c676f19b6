"""Names, addresses and free text of people and accounts."""

import re
from typing import NamedTuple

from customers.rules.book.reading import BadValue, shown, tidy

MAX_EMAIL = 254
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.UNICODE)
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?", re.UNICODE)
_SALESFORCE_15 = re.compile(r"00[0-9A-Za-z]{13}")
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class PersonRef(NamedTuple):
    """A colleague named in a cell, by address or by name; exactly one of the two may be empty."""

    email: str
    name: str


def read_text(cell: str, *, limit: int) -> str:
    """Read one line of text. Raises BadValue for control characters and for what is longer than the limit."""
    text = " ".join(_clean(cell).split())
    return _within(text, limit)


def read_long_text(cell: str, *, limit: int) -> str:
    """Read text that may have several lines. Raises BadValue as read_text does."""
    text = _clean(cell.replace("\r\n", "\n").replace("\r", "\n"))
    return _within(text, limit)


def read_list(cell: str, *, limit: int) -> tuple[str, ...]:
    """Read items parted by semicolons or line ends, each once, in order."""
    parts = re.split(r"[;\n]", _clean(cell.replace("\r\n", "\n")))
    items = [_within(" ".join(part.split()), limit) for part in parts]
    return tuple(dict.fromkeys(item for item in items if item))


def read_email(cell: str) -> str:
    """Read an address, lower-cased; a "Name <address>" gives the address. Raises BadValue."""
    text = tidy(cell)
    if match := re.fullmatch(r"[^<>]*<([^<>]+)>", text):
        text = match[1].strip()
    text = text.removeprefix("mailto:").lower()
    local, at, domain = text.rpartition("@")
    if not at or len(text) > MAX_EMAIL or len(local) > 64 or not _LOCAL.fullmatch(local) or not _is_domain(domain):
        raise BadValue(f"{shown(tidy(cell))} is not an email address")
    return text


def read_person_ref(cell: str) -> PersonRef:
    """Read a colleague: "Dana Fox", "dana@us.example" or "Dana Fox <dana@us.example>". Raises BadValue."""
    text = tidy(cell)
    if match := re.fullmatch(r"([^<>]*)<([^<>]+)>", text):
        return PersonRef(read_email(match[2]), read_text(match[1], limit=150))
    if "@" in text:
        return PersonRef(read_email(text), "")
    return PersonRef("", read_person_name(text))


def read_person_name(cell: str) -> str:
    """Read a person's name; "Fox, Dana" is turned round. Raises BadValue for a name without letters."""
    text = read_text(cell, limit=150)
    if not any(c.isalpha() for c in text):
        raise BadValue(f"{shown(text)} is not a name")
    last, comma, first = text.partition(",")
    if comma and first.strip() and last.strip() and "," not in first and not _is_suffix(first):
        return f"{first.strip()} {last.strip()}"
    return text


def read_external_id(cell: str) -> str:
    """Read the other system's id; a Salesforce id of 15 characters becomes the one of 18. Raises BadValue."""
    text = read_text(cell, limit=120)
    if ";" in text:
        raise BadValue(f"{shown(text)} names several; a row belongs to one account")
    if re.search(r"\s", text):
        raise BadValue(f"{shown(text)} is not an id")
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", text):
        raise BadValue(f"{shown(text)} was shortened by a spreadsheet; format the column as text and export again")
    return to_18_characters(text)


def to_18_characters(record_id: str) -> str:
    """Add Salesforce's checksum to an id of 15 characters, so that both spellings are one account."""
    if not _SALESFORCE_15.fullmatch(record_id):
        return record_id
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(record_id[start : start + 5]) if c.isascii() and c.isupper())
        suffix += _CHECKSUM[bits]
    return record_id + suffix


def _is_suffix(text: str) -> bool:
    return text.strip().rstrip(".").lower() in {"jr", "sr", "ii", "iii", "phd", "md", "mba", "cpa", "esq"}


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()


def _clean(cell: str) -> str:
    text = tidy(cell)
    if any((ord(c) < 32 and c not in "\n\t\r") or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise BadValue("holds control characters that no text has; export the column again")
    return text


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise BadValue(f"is {len(text):,} characters long; at most {limit:,} fit")
    return text

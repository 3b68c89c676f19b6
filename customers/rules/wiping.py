"""Somebody's name and address taken out of texts of any shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

ERASED = "[erased]"
SHORTEST_TERM = 4
"""What is shorter would be found inside other words."""
SHORTEST_OTHER = 7


def terms_of(*, name: str, addresses: Iterable[str], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Give what is looked for: the whole name, the addresses; a first name alone may be any word.

    others: what else leads to the person alone, such as a phone number; the longer ones.
    """
    words = name.split()
    names = [name.strip(), ", ".join([words[-1], " ".join(words[:-1])])] if len(words) > 1 else []
    alone = [one.strip() for one in others if len(one.strip()) >= SHORTEST_OTHER]
    return tuple(dict.fromkeys(term for term in [*addresses, *names, *alone] if len(term) >= SHORTEST_TERM))


def wipe_text(text: str, terms: Sequence[str]) -> str:
    return _pattern(tuple(terms)).sub(ERASED, text)


def speaks_of(text: str, terms: Sequence[str]) -> bool:
    return bool(terms) and _pattern(tuple(terms)).search(text) is not None


def wipe_json(value: Any, terms: Sequence[str]) -> Any:
    """Wipe every text inside, keys of objects among them."""
    if isinstance(value, str):
        return wipe_text(value, terms)
    if isinstance(value, list):
        return [wipe_json(one, terms) for one in value]
    if isinstance(value, dict):
        return {wipe_text(key, terms): wipe_json(one, terms) for key, one in value.items()}
    return value


def wipe_bytes(raw: bytes, terms: Sequence[str]) -> bytes:
    """Wipe the terms as any of the encodings that files and calls come in would write them."""
    for spelled in spellings(terms):
        raw = re.sub(re.escape(spelled), ERASED.encode(), raw, flags=re.IGNORECASE)
    return raw


def spellings(terms: Sequence[str]) -> tuple[bytes, ...]:
    """Give the bytes that a term may be written as: UTF-8, Latin-1, UTF-16, a form's and JSON's own escapes."""
    found: list[bytes] = []
    for term in terms:
        escaped = json.dumps(term)[1:-1]
        found += [term.encode(), escaped.encode(), term.encode("utf-16-le"), term.encode("utf-16-be")]
        found.append(term.replace("@", "%40").replace(" ", "+").encode())
        found.append(term.encode("latin-1", "ignore"))
    return tuple(dict.fromkeys(one for one in found if len(one) >= SHORTEST_TERM))


@lru_cache(maxsize=64)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first, so that none leaves half of another behind.
    return re.compile("|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)), re.IGNORECASE)

"""Who is inactive, where an alert tells it in its context. A sender may call it as they like; the words are few."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_NAMES = 20
LONGEST_NAME = 80
_KEY = re.compile(r"^(?:inactive|idle|dormant|unused)[_ ]?(?:users|seats|licen[cs]es|accounts)?$", re.I)
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class IdleFacts:
    """count: how many, where told. names: those told by name, at most twenty."""

    count: int | None
    names: tuple[str, ...]


def read_idle(context: Mapping[str, Any]) -> IdleFacts | None:
    """Read the first entry that names or counts who is inactive; None without one."""
    for key, value in context.items():
        if not _KEY.match(_SPLIT.sub("_", str(key))):
            continue
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return IdleFacts(value, ())
        if isinstance(value, list):
            names = [_name(one) for one in value]
            return IdleFacts(len(value), tuple(name for name in names if name)[:MOST_NAMES])
    return None


def _name(value: Any) -> str:
    """A text, or the name or address of an object; anything else has no name."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("email")
    return " ".join(value.split())[:LONGEST_NAME] if isinstance(value, str) else ""

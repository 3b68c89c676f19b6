"""How a language's phrases are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emails.enums import ReplyClass
from emails.rules.replies.words import phrases


@dataclass(frozen=True)
class Language:
    """One language: its phrases by class, what negates one, and words that give the language away."""

    code: str
    strong: Mapping[ReplyClass, tuple[str, ...]]
    weak: Mapping[ReplyClass, tuple[str, ...]]
    negators: frozenset[str]
    not_only: tuple[str, ...]
    common: frozenset[str] = field(repr=False)


def table(**blocks: str) -> dict[ReplyClass, tuple[str, ...]]:
    """Read a table: class by class, one phrase a line."""
    return {ReplyClass(name): phrases(block) for name, block in blocks.items()}


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())

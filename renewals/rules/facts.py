"""How the rules write what they weigh: one condition with its value, its threshold and whether it held."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from emails.rules.facts import format_percent

Number = int | Decimal
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Condition:
    """One thing that was checked. value, threshold: as shown to a person."""

    name: str
    value: str
    threshold: str
    held: bool


def percent_text(value: Decimal | None) -> str:
    """Write a percentage with one decimal at most, a decrease with its minus."""
    return NOT_KNOWN if value is None else format_percent(value)


def score_text(value: Number | None, *, out_of: int) -> str:
    return NOT_KNOWN if value is None else f"{value}/{out_of}"


def above(value: Number | None, limit: Number) -> bool:
    """Compare, where what is not known is never above."""
    return value is not None and value > limit


def below(value: Number | None, limit: Number) -> bool:
    """Compare, where what is not known is never below."""
    return value is not None and value < limit


def require_between(name: str, value: Number | None, least: int, most: int) -> None:
    """Raise ValueError when a known value lies outside its scale."""
    if value is not None and not least <= value <= most:
        raise ValueError(f"{name} lies between {least} and {most}, not {value}")


def list_words(words: tuple[str, ...] | list[str]) -> str:
    """Join as a sentence does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"

"""Small sums of the mails: a day moved, a month's place. Pure."""

from __future__ import annotations

from datetime import date, timedelta


def shifted(due: date, days: int) -> date:
    return due + timedelta(days=days)


def position_of(number: int, kept: list[int]) -> int:
    """Give the place of a month among those that are not skipped, from 1."""
    return kept.index(number) + 1 if number in kept else 0

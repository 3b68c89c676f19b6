"""The dates that a pause leaves behind. Pure."""

from __future__ import annotations

from datetime import date, timedelta


def held_days(*, since: date, until: date) -> int:
    """Count the days by which the open dates move when a hold of these days is over."""
    return max((until - since).days, 0)


def shifted(due: date, days: int) -> date:
    return due + timedelta(days=days)


def position_of(number: int, kept: list[int]) -> int:
    """Give the place of a month among those that are not skipped, from 1."""
    return kept.index(number) + 1 if number in kept else 0

"""When the weekly digest is due, and how its counts are said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from journeys.enums import JourneyKind

DIGEST_TIME = time(8, 0)  # on Mondays, where the reader is
LOOK_EVERY = timedelta(minutes=15)
"""Zones differ by quarters of an hour: in between it is nobody's hour."""
WEEK = timedelta(days=7)
LATE_UNTIL = timedelta(days=2)
"""After an outage of two days the week's digest tells nothing that the pages do not."""

MOST_FAILED = 20
NOTHING = "Nothing"


@dataclass(frozen=True)
class Week:
    """One week to tell of. monday: the day on which it is told, in the reader's zone; it looks at the seven before."""

    monday: date
    zone: tzinfo = UTC

    @property
    def code(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def due_at(self) -> datetime:
        return datetime.combine(self.monday, DIGEST_TIME, tzinfo=self.zone)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.monday, time(), tzinfo=self.zone)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.monday - WEEK, time(), tzinfo=self.zone)

    @property
    def last_day(self) -> date:
        return self.monday - timedelta(days=1)


@dataclass
class Tally:
    """What happened to one share of the accounts, by kind of automation. failed: a line each."""

    fired: dict[str, int] = field(default_factory=dict)
    upcoming: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.fired or self.upcoming or self.failed)

    def add(self, other: Tally) -> None:
        for mine, theirs in ((self.fired, other.fired), (self.upcoming, other.upcoming)):
            for kind, count in theirs.items():
                mine[kind] = mine.get(kind, 0) + count
        self.failed += other.failed


def due_week(now: datetime, zone: tzinfo = UTC) -> Week | None:
    """Give the week that is to be told now in this zone; None before Monday's hour and when it is too late."""
    today = now.astimezone(zone).date()
    week = Week(today - timedelta(days=today.weekday()), zone)
    return week if week.due_at <= now < week.due_at + LATE_UNTIL else None


def next_due(after: datetime, zone: tzinfo = UTC) -> datetime:
    """Give the moment at which the next week is to be told in this zone."""
    today = after.astimezone(zone).date()
    week = Week(today - timedelta(days=today.weekday()), zone)
    return week.due_at if week.due_at > after else Week(week.monday + WEEK, zone).due_at


def quarter(now: datetime) -> datetime:
    """Give the quarter of an hour that it is."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % LOOK_EVERY


def is_anywhere(now: datetime) -> bool:
    """Whether it may be time for the digest in some zone: they lie up to 14 hours before and 12 behind."""
    east, west = now + timedelta(hours=14), now - timedelta(hours=12)
    return any(due_week(moment) for moment in (east, now, west))


def say_counts(counts: Mapping[str, int]) -> list[str]:
    """Say counts by kind, the largest first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [f"{say_kind(kind)}: {count}" for kind, count in ordered] or [NOTHING]


def say_failed(lines: Iterable[str]) -> list[str]:
    return say_most(lines) or [NOTHING]


def say_most(lines: Iterable[str]) -> list[str]:
    """Say the first of many lines, and how many more there are."""
    lines = list(lines)
    more = len(lines) - MOST_FAILED
    return [*lines[:MOST_FAILED], *([f"and {more} more"] if more > 0 else [])]


def say_kind(kind: str) -> str:
    """Journey kinds have a name; of the others the code is read."""
    if kind in JourneyKind.values:
        return str(JourneyKind(kind).label)
    return kind.replace(".", ": ").replace("_", " ").capitalize()

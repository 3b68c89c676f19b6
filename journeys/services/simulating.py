"""Play accounts forward: read them once, and let the rules do the rest. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from journeys.queries.simulation import read_worlds
from journeys.rules.changes import local_day
from journeys.rules.simulated.play import play
from journeys.rules.simulated.world import Assumptions, Event, Happening

FURTHEST = timedelta(days=800)
"""How far "to the end" goes at most."""
BATCH = 500


@dataclass(frozen=True)
class Day:
    """What would happen on one of the customer's days."""

    date: date
    events: Sequence[Event]


@dataclass(frozen=True)
class Simulation:
    """What would happen, in order. names, zones: of the accounts, by id; mails: how many each person would get."""

    events: Sequence[Event]
    names: dict[UUID, str]
    zones: dict[UUID, str]

    @property
    def days(self) -> list[Day]:
        by_day: dict[date, list[Event]] = defaultdict(list)
        for event in self.events:
            by_day[local_day(event.at, self.zones[event.customer_id])].append(event)
        return [Day(day, by_day[day]) for day in sorted(by_day)]

    @property
    def mails(self) -> list[tuple[UUID, str, int]]:
        counts = Counter((event.customer_id, event.to) for event in self.events if _is_sent(event))
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], self.names[pair[0][0]], pair[0][1]))
        return [(customer_id, to, count) for (customer_id, to), count in ordered]

    @property
    def outcomes(self) -> dict[str, int]:
        return dict(Counter(f"{event.about}.{event.outcome}" for event in self.events))


def simulate(
    customer_ids: Collection[UUID], assume: Assumptions, *, now: datetime, days: int | None = None
) -> Simulation:
    """This will play the accounts forward from `now`, so many days or to the end."""
    until = now + (FURTHEST if days is None else timedelta(days=days))
    names: dict[UUID, str] = {}
    zones: dict[UUID, str] = {}
    events: list[Event] = []
    ids = list(customer_ids)
    for start in range(0, len(ids), BATCH):
        for world in read_worlds(ids[start : start + BATCH], now=now):
            names[world.customer_id], zones[world.customer_id] = world.customer_name, world.zone
            events += play(world, assume, now=now, until=until, is_open_end=days is None)
    events.sort(key=lambda event: event.at)
    return Simulation(events, names, zones)


def _is_sent(event: Event) -> bool:
    return event.about == Happening.MAIL and event.outcome == "sent"

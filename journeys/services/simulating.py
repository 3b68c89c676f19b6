"""Play accounts forward: read them once, and let the rules do the rest. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from journeys.queries.simulation import read_worlds
from journeys.rules.row_moves import local_day
from journeys.rules.simulated.book import is_sent, without_repeats
from journeys.rules.simulated.play import play
from journeys.rules.simulated.world import MOST_DAYS, Assumptions, Event

BATCH = 100


@dataclass(frozen=True)
class Day:
    """What would happen on one of the customer's days."""

    date: date
    events: Sequence[Event]


@dataclass(frozen=True)
class Simulation:
    """What would happen, in order. names, zones: of the accounts, by id.

    mails: how many each person would get, the most first.
    """

    events: Sequence[Event]
    names: dict[UUID, str]
    zones: dict[UUID, str]

    @property
    def days(self) -> list[Day]:
        """Day by day, without what is only said again: a row that waits is looked at every morning."""
        by_day: dict[date, list[Event]] = defaultdict(list)
        for event in without_repeats(self.events):
            by_day[local_day(event.at, self.zones[event.customer_id])].append(event)
        return [Day(day, by_day[day]) for day in sorted(by_day)]

    @property
    def mails(self) -> list[tuple[UUID, str, int]]:
        counts = Counter((event.customer_id, event.to) for event in self.events if is_sent(event))
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], self.names[pair[0][0]], pair[0][1]))
        return [(customer_id, to, count) for (customer_id, to), count in ordered]

    @property
    def outcomes(self) -> dict[str, int]:
        return dict(Counter(f"{event.about}.{event.outcome}" for event in self.events))


def simulate(
    customer_ids: Collection[UUID],
    assume: Assumptions,
    *,
    now: datetime,
    days: int | None = None,
) -> Simulation:
    """This will play the accounts forward from `now`, so many days or to the end, while one waits.

    More than a page of them are played by `simulation_runs`.
    """
    until = now + (timedelta(days=MOST_DAYS if days is None else days))
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

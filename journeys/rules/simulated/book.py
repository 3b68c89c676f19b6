"""Many accounts played forward, put together day by day as each is done, so that none need be kept in memory. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from journeys.rules.row_moves import local_day
from journeys.rules.simulated.world import Event, Happening

KEPT_A_DAY = 60
"""How many things of a day are kept by name; all are counted."""
KEPT_PEOPLE = 100


@dataclass
class BookDay:
    """What would happen on one day, at each customer's own."""

    count: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)


class Book:
    """The answer for all accounts. names: of the accounts, by id."""

    def __init__(self) -> None:
        self.days: dict[date, BookDay] = {}
        self.outcomes: Counter[str] = Counter()
        self.mails: Counter[tuple[UUID, str]] = Counter()
        self.names: dict[UUID, str] = {}

    def add(self, events: Iterable[Event], *, name: str, zone: str) -> None:
        """Put in what would happen to one account, in order."""
        events = list(events)
        for event in events:
            self.outcomes[f"{event.about}.{event.outcome}"] += 1
            if is_sent(event):
                self.mails[event.customer_id, event.to] += 1
                self.names[event.customer_id] = name
        for event in without_repeats(events):
            day = self.days.setdefault(local_day(event.at, zone), BookDay())
            day.count += 1
            if len(day.events) < KEPT_A_DAY:
                day.events.append(_as_json(event, name))

    def as_json(self) -> dict[str, Any]:
        """Give it as it is stored: the days in order, the people with the most mails first."""
        most = sorted(self.mails.items(), key=lambda pair: (-pair[1], self.names[pair[0][0]], pair[0][1]))
        return {
            "days": [
                {"date": day.isoformat(), "count": one.count, "events": sorted(one.events, key=_moment)}
                for day, one in sorted(self.days.items())
            ],
            "mails": [
                {"clientId": str(pk), "client": self.names[pk], "to": to, "count": count}
                for (pk, to), count in most[:KEPT_PEOPLE]
            ],
            "people": len(most),
            "mailCount": sum(self.mails.values()),
            "outcomes": dict(self.outcomes),
        }


def is_sent(event: Event) -> bool:
    return event.about == Happening.MAIL and event.outcome == "sent"


def without_repeats(events: Iterable[Event]) -> list[Event]:
    """Leave out what says of a thing the same as the last event about it did."""
    last: dict[tuple[object, ...], tuple[str, str]] = {}
    told = []
    for event in events:
        thing = (event.customer_id, event.about, event.kind, event.occurrence, event.month, event.words)
        said = (event.outcome, event.reason)
        if last.get(thing) != said:
            told.append(event)
        last[thing] = said
    return told


def event_from_json(kept: Mapping[str, Any]) -> Event:
    """Give the event back that `Book` has kept."""
    return Event(
        at=datetime.fromisoformat(kept["at"]),
        customer_id=UUID(kept["clientId"]),
        about=Happening(kept["about"]),
        kind=kept["kind"],
        occurrence=kept["occurrence"],
        outcome=kept["outcome"],
        words=kept["action"],
        reason=kept["reason"],
        month=kept["month"],
        to=kept["to"],
    )


def _as_json(event: Event, name: str) -> dict[str, Any]:
    return {
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "clientId": str(event.customer_id),
        "client": name,
        "about": event.about.value,
        "kind": event.kind,
        "occurrence": event.occurrence,
        "month": event.month,
        "action": event.words,
        "outcome": event.outcome,
        "reason": event.reason,
        "to": event.to,
    }


def _moment(kept: Mapping[str, Any]) -> tuple[str, str]:
    return kept["at"], kept["client"]

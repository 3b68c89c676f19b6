"""What the simulator plays with: one account as it stands, in memory. Pure; nothing of it is a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from customers.rules.sending import SendingRules
from emails.enums import DraftState, Lane, Purpose
from emails.rules.suppression import SuppressionFacts
from journeys.enums import JourneyKind
from journeys.rules.journeys import JourneyFacts
from journeys.rules.row_moves import RowFacts

MOST_DAYS = 800
"""How far an account is played forward at most."""

Key = tuple[UUID, str, str]
"""Journey, kind, occurrence: what an automation happens once for."""


class Opens(StrEnum):
    """What the client does with the deliverables: opens each when its mail arrives, or none."""

    ALL = "all"
    NONE = "none"


class Happening(StrEnum):
    """What an event of the simulation is about."""

    AUTOMATION = "automation"
    MAIL = "mail"
    PERSON = "person"


@dataclass(frozen=True)
class Assumptions:
    """What people do meanwhile. Days count from today where the customer is.

    opens: whether deliverables are opened. reply_on_day: somebody there answers, and nobody decides about it.
    hold: the journey is paused from the first day until the second. approve_after_days: how long a reviewer takes;
    None: nothing is approved.
    """

    opens: Opens = Opens.ALL
    reply_on_day: int | None = None
    hold: tuple[date, date] | None = None
    approve_after_days: int | None = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "opens": self.opens.value,
            "replyOnDay": self.reply_on_day,
            "hold": [day.isoformat() for day in self.hold] if self.hold else None,
            "approveAfterDays": self.approve_after_days,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Assumptions:
        first, last = map(date.fromisoformat, kept["hold"]) if kept["hold"] else (None, None)
        return cls(
            opens=Opens(kept["opens"]),
            reply_on_day=kept["replyOnDay"],
            hold=(first, last) if first and last else None,
            approve_after_days=kept["approveAfterDays"],
        )


@dataclass(frozen=True)
class Event:
    """One thing that would happen. outcome: as the log or the gate would say it; reason: why, in words."""

    at: datetime
    customer_id: UUID
    about: Happening
    kind: str
    occurrence: str
    outcome: str
    words: str
    reason: str = ""
    month: int | None = None
    to: str = ""


@dataclass(frozen=True)
class KindRules:
    """How the clock treats a kind. Source: `journeys.registry.Handler`."""

    expires_after: timedelta | None
    stopped_by: frozenset[str]


@dataclass(frozen=True)
class Person:
    """Who gets the mails. suppressions: open ones of the address, by lane."""

    id: UUID
    name: str
    email: str
    suppressions: Mapping[Lane, SuppressionFacts] = field(default_factory=dict)


@dataclass
class Pause:
    """An open hold."""

    id: UUID
    scope: str
    starts_at: datetime
    until: datetime | None
    reason: str = ""


@dataclass
class Letter:
    """A mail on its way out. stated: dates that it says, as (label, journey, month, day).

    expires_at: from when on it is not sent any more; lapses: it is then dropped without asking anybody. is_by_rule: a
    rule approved it, not a person.
    """

    journey_id: UUID | None
    kind: str
    occurrence: str
    title: str
    lane: Lane
    purpose: Purpose
    to: Person
    sender_email: str
    approved_at: datetime
    expires_at: datetime
    lapses: bool
    month: int | None = None
    state: DraftState = DraftState.QUEUED
    not_before: datetime | None = None
    scheduled_at: datetime | None = None
    blocked_by: str = ""
    stated: tuple[tuple[str, UUID, int, date], ...] = ()
    pause_id: UUID | None = None
    is_by_rule: bool = True


@dataclass(frozen=True)
class Gone:
    """A letter that has left. addresses: to whom, in lower case. part: of another system that sent it, else ""."""

    title: str
    lane: Lane
    at: datetime
    person_id: UUID | None
    addresses: frozenset[str]
    part: str = ""


@dataclass(frozen=True)
class House:
    """What is the same for every account. names: which names the text of a mail uses, by kind."""

    kinds: Mapping[str, KindRules]
    names: Mapping[str, frozenset[str]]
    undo: timedelta
    approval_lives: timedelta


@dataclass
class World:
    """One account and its journeys, moved on by the simulation.

    pinned: which names the older text uses that a journey keeps, by journey and kind. left_out: the kinds of mail that
    a journey goes without. notice_deadline: the last day of the contract's notice, there. open_keys: of the rows still
    to come, kept by `put`: most rows are over soon.
    """

    customer_id: UUID
    customer_name: str
    zone: str
    house: House
    rules_around: Callable[[datetime], SendingRules]
    journeys: dict[UUID, JourneyFacts]
    rows: dict[Key, RowFacts]
    recipient: Person | None
    sender_email: str
    holds: list[Pause] = field(default_factory=list)
    brake_reason: str | None = None
    letters: list[Letter] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    pinned: Mapping[tuple[UUID, str], frozenset[str]] = field(default_factory=dict)
    left_out: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    notice_deadline: date | None = None
    told_paused: dict[UUID, tuple[datetime, str]] = field(default_factory=dict)
    in_review: dict[tuple[UUID, int], datetime] = field(default_factory=dict)
    arrived: list[tuple[UUID | None, int]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    open_keys: dict[Key, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open_keys = {key: None for key, row in self.rows.items() if row.is_open}

    def note(
        self,
        at: datetime,
        about: Happening,
        outcome: str,
        words: str,
        *,
        kind: str = "",
        occurrence: str = "",
        reason: str = "",
        month: int | None = None,
        to: str = "",
    ) -> None:
        self.events.append(
            Event(at, self.customer_id, about, kind, occurrence, outcome, words, reason=reason, month=month, to=to)
        )

    def plan(self, journey_id: UUID, row: RowFacts) -> None:
        """Write an automation down, unless it is there: each happens once."""
        key = (journey_id, row.kind, row.occurrence)
        if key not in self.rows:
            self.put(key, row)

    def put(self, key: Key, row: RowFacts) -> None:
        """Write down how an automation stands now."""
        self.rows[key] = row
        if row.is_open:
            self.open_keys[key] = None
        else:
            self.open_keys.pop(key, None)

    def list_open(self) -> list[tuple[Key, RowFacts]]:
        """Give the automations that are still to come."""
        return [(key, self.rows[key]) for key in self.open_keys]

    def names_in(self, journey_id: UUID, kind: str) -> frozenset[str]:
        """Which names the text says that this journey's mail of the kind is written from."""
        return self.pinned.get((journey_id, kind), self.house.names.get(kind, frozenset()))

    @property
    def stops(self) -> set[str]:
        return {hold.scope for hold in self.holds} | ({"brake"} if self.brake_reason is not None else set())


CELEBRATING = frozenset({JourneyKind.READY, JourneyKind.CELEBRATE, JourneyKind.HALFWAY, JourneyKind.COMPLETED})
"""The mails that lead to a month's deliverable: with the first of them it is there to be opened."""

BEFORE_END = (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON)
"""The mails about a pause that say it is going on: they end with it."""

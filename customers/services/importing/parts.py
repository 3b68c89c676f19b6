"""The rows that hang on an account in a book: its people, and its usage, health and wins over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Model

from customers.models import Customer, HealthSample, Stakeholder, UsageSample, Win
from customers.rules.book.entries import AccountEntry, PersonEntry, account_key
from customers.rules.book.signs import Point
from customers.services.importing.lookup import Existing
from customers.services.importing.writes import Write

_PERSON = ("name", "email", "title", "relationship_strength", "timezone", "language", "history")


def plan_people(
    entry: AccountEntry, customer: Customer, known: Sequence[Stakeholder], *, now: datetime
) -> Iterable[Write]:
    """This will match the entry's people to those known, by address, else by name, and give what differs."""
    writes = []
    free = list(known)
    for person in entry.people:
        match = _match(person, free)
        if match is not None:
            free.remove(match)
        writes.append(_plan_person(person, match or Stakeholder(customer=customer), is_new=match is None, now=now))
    return [*_make_room(writes, known), *writes]


def _plan_person(person: PersonEntry, row: Stakeholder, *, is_new: bool, now: datetime) -> Write:
    write = Write("stakeholder", row, is_new=is_new, place=person.place)
    for name in _PERSON:
        if name in person.values:
            cell = person.values[name]
            write.set(name, cell.value, cell.place)
    if person.roles:
        write.set("roles", list(person.roles), person.place)
    if "left" in person.values:
        cell = person.values["left"]
        if cell.value != row.has_left:
            write.set("left_at", now if cell.value else None, cell.place)
    if "primary" in person.values:
        cell = person.values["primary"]
        write.set("primary", cell.value and not row.has_left, cell.place)
    return write


def _match(person: PersonEntry, known: Sequence[Stakeholder]) -> Stakeholder | None:
    if person.email:
        for row in known:
            if row.email.lower() == person.email:
                return row
    named = [row for row in known if account_key(row.name) == account_key(person.name)] if person.name else []
    # Two addresses are two people, though they share a name.
    named = [row for row in named if not (row.email and person.email)]
    return named[0] if len(named) == 1 else None


def _make_room(writes: Sequence[Write], known: Sequence[Stakeholder]) -> list[Write]:
    """An account has one primary contact: who had the mark gives it up, and is written first."""
    chosen = next((write for write in writes if write.row.primary and write.changes), None)  # type: ignore[attr-defined]
    if chosen is None or not any(change.label == "Primary" for change in chosen.changes):
        return []
    planned = {id(write.row) for write in writes}
    gives_up = []
    for row in known:
        if row.primary and row is not chosen.row:
            write = next((w for w in writes if w.row is row), None) or Write(
                "stakeholder", row, is_new=False, place=chosen.place
            )
            write.set("primary", False, chosen.place)
            if id(row) not in planned:
                gives_up.append(write)
    return gives_up


def plan_signs(entry: AccountEntry, customer: Customer, existing: Existing) -> Iterable[Write]:
    """This will give the usage, health and wins of the entry that are not known yet or known otherwise."""
    usage, health, wins = _Points("usagesample", customer), _Points("healthsample", customer), _Points("win", customer)
    for point in entry.signs.usage:
        key = (point.values["metric"], point.values["at"])
        usage.add(point, key, existing.usage.get((customer.pk, *key)))
    for point in entry.signs.health:
        at = point.values["at"]
        health.add(point, at, existing.health.get((customer.pk, at)))
    for point in entry.signs.wins:
        text = point.values["text"]
        wins.add(point, text, existing.wins.get((customer.pk, text)))
    return [*usage.writes.values(), *health.writes.values(), *wins.writes.values()]


def note_health(account: Write, entry: AccountEntry, *, now: datetime) -> list[Write]:
    """This will keep a score without a date as observed now, so that the picture over time has it."""
    customer = account.row
    if entry.signs.health or not isinstance(customer, Customer) or customer.health_score is None:
        return []
    if not account.changes_field("health_score"):
        return []
    sample = HealthSample(customer=customer, score=customer.health_score, at=now)
    return [Write("healthsample", sample, is_new=True, place=account.place)]


class _Points:
    """The rows of one kind of observation, each once; a later row about the same one corrects the earlier."""

    _MODELS: ClassVar[dict[str, type[UsageSample] | type[HealthSample] | type[Win]]] = {
        "usagesample": UsageSample,
        "healthsample": HealthSample,
        "win": Win,
    }

    def __init__(self, kind: str, customer: Customer) -> None:
        self.kind = kind
        self.customer = customer
        self.writes: dict[Any, Write] = {}

    def add(self, point: Point, key: Any, known: Model | None) -> None:
        write = self.writes.get(key)
        if write is None:
            row = known or self._MODELS[self.kind](customer=self.customer)
            write = self.writes[key] = Write(self.kind, row, is_new=known is None, place=point.place)
        for name, value in point.values.items():
            if value is not None:
                write.set(name, value, point.place)

"""What the actions share: a plan to be confirmed or carried out, and how things are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from config.desk.commands.answers import Answer, State
from customers.models import Customer, Stakeholder

ON_REQUEST = "confirm"


@dataclass(frozen=True)
class Plan:
    """A change that is understood. shown: what a person sees before they say yes; act: does it, by a service.

    pins: the rows it is about. stands: how they stand; a yes that was given to something else does nothing.
    asks: whether a yes is asked for each time; else only where something was guessed.
    """

    shown: Answer
    act: Callable[[], Answer]
    pins: dict[str, Any] = field(default_factory=dict)
    stands: str = ""
    asks: bool = True


def done(message: str, **more: Any) -> Answer:
    return Answer(State.DONE, message, **more)


def to_confirm(message: str, *, label: str, **more: Any) -> Answer:
    return Answer(State.NEEDS_CONFIRMATION, message, confirm_label=label, **more)


def account_url(customer: Customer) -> str:
    return f"/customers/{customer.pk}"


def account_link(customer: Customer) -> tuple[str, str]:
    return customer.name, account_url(customer)


def of_customer(customer: Customer) -> dict[str, Any]:
    return {"customer": customer.name, "customerId": str(customer.pk)}


def of_person(person: Stakeholder) -> dict[str, Any]:
    return {"stakeholder": person.name, "stakeholderId": str(person.pk)}


def say_day(day: date) -> str:
    """Write a date for a sentence: "Wed 4 Mar 2026"."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def in_days(days: int) -> str:
    """Say how far off: "in 3 days", "today", "2 days ago"."""
    if days in (0, 1, -1):
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def few(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"

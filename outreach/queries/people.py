"""Who at an account can be turned to, and who of us turns to them."""

from __future__ import annotations

from collections.abc import Iterable

from customers.enums import StakeholderRole
from customers.models import Customer, Stakeholder
from emails.enums import Lane
from emails.queries.suppression import list_suppressed

TOP_DOWN = (
    StakeholderRole.EXECUTIVE_SPONSOR,
    StakeholderRole.ECONOMIC_BUYER,
    StakeholderRole.DECISION_MAKER,
    StakeholderRole.CHAMPION,
    StakeholderRole.USER,
)


def list_reachable(customer: Customer, lane: Lane) -> list[Stakeholder]:
    """List those who are still there and may be written to, the primary contact first."""
    people = Stakeholder.objects.filter(customer=customer, left_at=None).exclude(email="")
    found = list(people.order_by("-primary", "name"))
    suppressed = list_suppressed([person.email for person in found], lane)
    return [person for person in found if person.email.lower() not in suppressed]


def find_champion(people: Iterable[Stakeholder], *, besides: Stakeholder | None) -> Stakeholder | None:
    """Find a champion other than the person it is about."""
    champions = (person for person in people if StakeholderRole.CHAMPION in person.roles)
    return next((person for person in champions if person != besides), None)


def find_highest(people: Iterable[Stakeholder]) -> Stakeholder | None:
    """Find whom an executive writes to: the one of the highest role."""
    return min(people, key=_rank, default=None)


def _rank(person: Stakeholder) -> int:
    ranks = [place for place, role in enumerate(TOP_DOWN) if role in person.roles]
    return min(ranks, default=len(TOP_DOWN))

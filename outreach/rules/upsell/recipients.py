"""To whom an expansion is introduced, and in which role. Source: DESIGN, section 5 (primary contact, else champion)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from customers.enums import StakeholderRole

ORDER = (
    StakeholderRole.CHAMPION,
    StakeholderRole.ECONOMIC_BUYER,
    StakeholderRole.DECISION_MAKER,
    StakeholderRole.EXECUTIVE_SPONSOR,
    StakeholderRole.USER,
)
"""Whose case it would be to make, first; a sponsor is not asked about limits before the others."""


@dataclass(frozen=True)
class Person:
    """Somebody at the account who may be written to. roles: codes of StakeholderRole, the first of them theirs."""

    id: UUID
    is_primary: bool
    roles: tuple[str, ...] = ()


def choose_recipient(people: Sequence[Person]) -> Person | None:
    """Choose the primary contact, else the first of the roles in order; None where nobody can be written to."""
    primary = next((person for person in people if person.is_primary), None)
    return primary or min(people, key=_rank, default=None)


def role_of(person: Person) -> str:
    """The role that decides the tone; of several, the one that the order names first. "" where none is known."""
    return next((role.value for role in ORDER if role in person.roles), "")


def _rank(person: Person) -> int:
    return min((place for place, role in enumerate(ORDER) if role in person.roles), default=len(ORDER))

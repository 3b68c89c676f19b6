"""What is missing before Engage opens, and what each gap costs. Source: Engage, "Integration with Prepare".

Only a missing contract and a wrong time keep Engage closed; every other gap is named and can be mended later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from customers.enums import StakeholderRole
from renewals.rules.facts import list_words

WANTED_ROLES = (
    StakeholderRole.CHAMPION,
    StakeholderRole.DECISION_MAKER,
    StakeholderRole.ECONOMIC_BUYER,
)


class GapKind(Enum):
    """What is missing; the page knows where each is mended."""

    TARGET_PRICE = "target_price"
    PRICE_LOCK = "price_lock"
    PEOPLE = "people"
    ROLE = "role"
    ADDRESS = "address"
    SCORES = "scores"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Contact:
    """A person who may be written to, as far as readiness asks."""

    name: str
    roles: tuple[str, ...]
    has_email: bool


@dataclass(frozen=True)
class ReadinessFacts:
    """What is looked at. stopped: why nothing may leave now, in words; empty when nothing stops it."""

    has_target_price: bool
    price_locked: bool
    contacts: tuple[Contact, ...]
    relationship_known: bool = True
    churn_risk_known: bool = True
    pressure_known: bool = True
    stopped: str = ""


@dataclass(frozen=True)
class Gap:
    """One thing that is missing. text: what; consequence: what happens as long as it is."""

    kind: GapKind
    text: str
    consequence: str


def find_gaps(facts: ReadinessFacts) -> tuple[Gap, ...]:
    """List what is missing, what weighs most first."""
    prices = find_price_gaps(has_target_price=facts.has_target_price, price_locked=facts.price_locked)
    return (*prices, *_people_gaps(facts), *_other_gaps(facts))


def find_price_gaps(*, has_target_price: bool, price_locked: bool) -> list[Gap]:
    """List what keeps the new price out of the emails."""
    if not has_target_price:
        return [
            Gap(GapKind.TARGET_PRICE, "No target price is set", "The emails speak of no price and carry no proposal.")
        ]
    if not price_locked:
        consequence = "Lock it: until then no proposal is attached and no email that states the price is sent."
        return [Gap(GapKind.PRICE_LOCK, "The target price is not locked", consequence)]
    return []


def _people_gaps(facts: ReadinessFacts) -> list[Gap]:
    if not facts.contacts:
        return [Gap(GapKind.PEOPLE, "Nobody is on record at this account", "There is nobody to write to.")]
    gaps = [_missing_role(role) for role in WANTED_ROLES if not any(role in c.roles for c in facts.contacts)]
    silent = [c.name for c in facts.contacts if not c.has_email and set(c.roles) & set(WANTED_ROLES)]
    if silent:
        verb = "has" if len(silent) == 1 else "have"
        gaps.append(
            Gap(GapKind.ADDRESS, f"{list_words(silent)} {verb} no email address", "No email can be sent to them.")
        )
    return gaps


def _missing_role(role: StakeholderRole) -> Gap:
    return Gap(GapKind.ROLE, f"No {role.label.lower()} is on record", "That step of the sequence is skipped.")


def _other_gaps(facts: ReadinessFacts) -> list[Gap]:
    known = {
        "relationship strength": facts.relationship_known,
        "churn risk": facts.churn_risk_known,
        "competitive pressure": facts.pressure_known,
    }
    unknown = [name for name, is_known in known.items() if not is_known]
    gaps = []
    if unknown:
        gaps.append(Gap(GapKind.SCORES, f"Not known: {list_words(unknown)}", "The cautious way is recommended."))
    if facts.stopped:
        gaps.append(Gap(GapKind.STOPPED, facts.stopped, "A plan can be made; nothing is sent."))
    return gaps

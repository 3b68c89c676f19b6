"""Whether a person fits a sequence: roles, segment, health with its direction, and what stands in the way.

Source: outreach-io-sequences, FR-4; DESIGN, section 5: at or below the threshold for a drop, at or above otherwise;
while an Engage plan is open the enrollment is made and waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from outreach.enums import TriggerType

DROPS = frozenset({TriggerType.HEALTH_DROP})
"""Triggers of which the threshold is a ceiling."""

PLAN_OPEN = "An Engage plan is open; it waits until the plan closes."


@dataclass(frozen=True)
class Wanted:
    """What a mapping asks for. roles, segment: empty for anybody. threshold: 0-100, None for any health."""

    roles: tuple[str, ...] = ()
    segment: str = ""
    threshold: int | None = None
    is_drop: bool = False


@dataclass(frozen=True)
class PersonFacts:
    """What is known of one person. enrolled: how they are in the sequence already; suppressed: why nothing is written
    to them; brake, hold: why the account stands still, None where it does not."""

    name: str
    email: str
    roles: tuple[str, ...] = ()
    has_left: bool = False
    segment: str = ""
    health: int | None = None
    enrolled: str = ""
    suppressed: str = ""
    is_plan_open: bool = False
    brake: str | None = None
    hold: str | None = None
    hold_until: datetime | None = None


@dataclass(frozen=True)
class Criterion:
    """One of them, weighed. waits: it says no for now, the enrollment is made and waits."""

    code: str
    label: str
    passed: bool
    reason: str
    waits: bool = False

    @property
    def refuses(self) -> bool:
        return not self.passed and not self.waits

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "label": self.label, "passed": self.passed, "waits": self.waits,
                "reason": self.reason}  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """All criteria of one person for one sequence."""

    lines: tuple[Criterion, ...]

    @property
    def would_enroll(self) -> bool:
        return not any(line.refuses for line in self.lines)

    @property
    def refusal(self) -> str:
        """This will give why not, all of it; "" where the person would be put forward."""
        return " ".join(line.reason for line in self.lines if line.refuses)

    @property
    def waits_for(self) -> str:
        return " ".join(line.reason for line in self.lines if line.waits and not line.passed)

    @property
    def because(self) -> str:
        """This will say what speaks for it."""
        return " ".join(line.reason for line in self.lines if line.passed and line.reason)


def weigh(wanted: Wanted, person: PersonFacts) -> Weighed:
    """This will weigh every criterion, so that a person sees all that stands in the way at once."""
    return Weighed(
        (
            _address(person),
            _roles(wanted, person),
            _segment(wanted, person),
            _health(wanted, person),
            _once(person),
            _suppressed(person),
            Criterion("plan", "Engage plan", not person.is_plan_open, PLAN_OPEN if person.is_plan_open else "", True),
            _hold(person),
            _brake(person),
        )
    )


def direction_words(wanted: Wanted) -> str:
    """This will say what health is asked for; "" for any."""
    if wanted.threshold is None:
        return ""
    return f"health at or {'below' if wanted.is_drop else 'above'} {wanted.threshold}"


def role_words(roles: Iterable[str]) -> str:
    return ", ".join(role.replace("_", " ") for role in roles)


def _address(person: PersonFacts) -> Criterion:
    if person.has_left:
        return Criterion("person", "Person", False, f"{person.name} has left the company.")
    if not person.email:
        return Criterion("person", "Person", False, f"There is no email address for {person.name}.")
    return Criterion("person", "Person", True, "")


def _roles(wanted: Wanted, person: PersonFacts) -> Criterion:
    if not wanted.roles:
        return Criterion("roles", "Role", True, "")
    fitting = [role for role in person.roles if role in wanted.roles]
    if fitting:
        return Criterion("roles", "Role", True, f"Is {role_words(fitting)}.")
    has = role_words(person.roles) or "no role"
    return Criterion("roles", "Role", False, f"Has {has}; asked for is {role_words(wanted.roles)}.")


def _segment(wanted: Wanted, person: PersonFacts) -> Criterion:
    if not wanted.segment:
        return Criterion("segment", "Segment", True, "")
    if wanted.segment.strip().casefold() == person.segment.strip().casefold():
        return Criterion("segment", "Segment", True, f"Segment {person.segment}.")
    return Criterion(
        "segment", "Segment", False, f"Segment is {person.segment or 'unknown'}, asked for is {wanted.segment}."
    )


def _health(wanted: Wanted, person: PersonFacts) -> Criterion:
    if wanted.threshold is None:
        return Criterion("health", "Health", True, "")
    if person.health is None:
        return Criterion("health", "Health", False, f"Health is unknown; asked for is {direction_words(wanted)}.")
    fits = person.health <= wanted.threshold if wanted.is_drop else person.health >= wanted.threshold
    said = f"Health is {person.health}"
    if fits:
        return Criterion("health", "Health", True, f"{said}.")
    return Criterion("health", "Health", False, f"{said}; asked for is {direction_words(wanted)}.")


def _once(person: PersonFacts) -> Criterion:
    return Criterion("once", "Only once", not person.enrolled, person.enrolled)


def _suppressed(person: PersonFacts) -> Criterion:
    return Criterion("opt_out", "Opt-out", not person.suppressed, person.suppressed)


def _hold(person: PersonFacts) -> Criterion:
    if person.hold is None:
        return Criterion("hold", "Hold", True, "", True)
    until = f" until {person.hold_until:%-d %b %Y}" if person.hold_until else ""
    why = f": {person.hold}" if person.hold else ""
    return Criterion("hold", "Hold", False, f"The account is on hold{until}{why}; it waits.", True)


def _brake(person: PersonFacts) -> Criterion:
    if person.brake is None:
        return Criterion("brake", "Brake", True, "", True)
    why = f": {person.brake}" if person.brake else ""
    return Criterion("brake", "Brake", False, f"Somebody there has replied and it waits for a decision{why}.", True)

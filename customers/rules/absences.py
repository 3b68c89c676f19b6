"""What an absence may be: its days, and who may stand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from customers.rules.handovers import PersonFacts, is_within_reach

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Span:
    """Days, both of them included."""

    first: date
    last: date

    def meets(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last


def refuse_days(span: Span, *, today: date) -> str:
    """This will say why nobody can be away in these days, or ""."""
    if span.last < span.first:
        return "The last day is before the first."
    if span.last < today:
        return "These days are over."
    if (span.last - span.first).days >= LONGEST_DAYS:
        return "At most a year; hand the accounts over instead."
    return ""


def refuse_setter(setter: PersonFacts, *, person: PersonFacts) -> str:
    """This will say why this person may not set the other's absence, or "". One's own, a lead's team, ops all."""
    if person.is_integration:
        return "An integration is never away."
    if setter.id == person.id or (setter.is_leader and is_within_reach(person, giver=setter)):
        return ""
    return "You may set your own absence; a lead sets the team's."


def refuse_delegate(delegate: PersonFacts, *, person: PersonFacts, setter: PersonFacts) -> str:
    """This will say why this person may not stand in, or ""."""
    if delegate.id == person.id:
        return "Choose somebody else: this is who is away."
    if not delegate.is_active or not delegate.is_worker:
        return "Choose somebody who works accounts and can sign in."
    if not setter.is_ops and (person.team is None or delegate.team != person.team):
        return "Choose somebody of the same team; ops may choose others."
    return ""

"""How a month stands, said as a state and as badges. Source: the journey spec, "Journey Timeline View"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from journeys.enums import DeliverableState, MonthState
from journeys.rules.journeys import JourneyFacts, MonthFacts

UNOPENED_DAYS = 3  # DESIGN, section 5: overdue is also what is delivered and not opened for 3 days
GENERATED = frozenset({DeliverableState.PENDING_REVIEW, DeliverableState.REJECTED, DeliverableState.DELIVERED})
KINDS = {
    MonthState.SCHEDULED: "",
    MonthState.WRITING: "info",
    MonthState.FAILED: "bad",
    MonthState.PENDING_REVIEW: "warn",
    MonthState.REJECTED: "warn",
    MonthState.DELIVERED: "good",
    MonthState.OPENED: "good",
    MonthState.SKIPPED: "",
}
"""Colours of the badges: see templates/components/badge.html."""


@dataclass(frozen=True)
class StateBadge:
    label: str
    kind: str
    icon: str = ""


def state_of(month: MonthFacts) -> MonthState:
    if month.is_skipped:
        return MonthState.SKIPPED
    if month.opened_at is not None:
        return MonthState.OPENED
    return MonthState(month.deliverable) if month.deliverable else MonthState.SCHEDULED


def badges_of(month: MonthFacts) -> tuple[StateBadge, ...]:
    """Generated ✓, Delivered ✓, Opened ✓ as far as it has come; else the one state it is in."""
    state = state_of(month)
    if state == MonthState.SKIPPED or month.deliverable not in GENERATED:
        return (StateBadge(str(state.label), KINDS[state]),)
    done = [StateBadge("Generated", "good", "check")]
    if month.deliverable != DeliverableState.DELIVERED:
        return (*done, StateBadge(str(state.label), KINDS[state]))
    done.append(StateBadge("Delivered", "good", "check"))
    if month.opened_at is not None:
        done.append(StateBadge("Opened", "good", "check"))
    return tuple(done)


def is_overdue(journey: JourneyFacts, month: MonthFacts, *, now: datetime) -> bool:
    """Say whether it is due and not delivered, or delivered and not opened for three days; not while it is held."""
    if month.is_skipped or journey.is_held:
        return False
    if month.delivered_at is not None:
        return month.opened_at is None and now - month.delivered_at >= timedelta(days=UNOPENED_DAYS)
    return month.due_date < now.astimezone(ZoneInfo(journey.zone)).date()

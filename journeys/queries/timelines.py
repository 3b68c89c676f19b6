"""A client's journey as its timeline shows it: months, what comes, who changed what."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from customers.enums import HoldScope
from customers.models import Customer, Hold
from journeys.enums import AutomationStatus, JourneyState, MonthState
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyChange
from journeys.queries.deliverables import deliverable_url
from journeys.queries.facts import facts_of, read_facts
from journeys.rules.journeys import JourneyFacts, MonthFacts
from journeys.rules.naming import name_automation
from journeys.rules.states import KINDS, StateBadge, badges_of, is_overdue, state_of

SHOWN_AHEAD = timedelta(days=30)  # the journey spec: "Scheduled Automations (Next 30 Days)"
MOST_CHANGES = 50


@dataclass(frozen=True)
class MonthRow:
    """One month as it is shown. deliverable_id: None while nothing is written."""

    facts: MonthFacts
    deliverable_id: uuid.UUID | None
    is_current: bool
    is_overdue: bool

    @property
    def number(self) -> int:
        return self.facts.number

    @property
    def title(self) -> str:
        return self.facts.title

    @property
    def due_date(self) -> date:
        return self.facts.due_date

    @cached_property
    def state(self) -> MonthState:
        return state_of(self.facts)

    @property
    def kind(self) -> str:
        """The colour of its state."""
        return KINDS[self.state]

    @property
    def badges(self) -> tuple[StateBadge, ...]:
        return badges_of(self.facts)

    @property
    def own_deliverable(self) -> MonthRow | None:
        """What stands for its deliverable; None while there is none."""
        return self if self.facts.deliverable else None

    @property
    def url(self) -> str:
        """The page of its deliverable, "" while there is none."""
        return deliverable_url(self.deliverable_id) if self.deliverable_id else ""

    @property
    def is_skipped(self) -> bool:
        return self.facts.is_skipped

    @property
    def is_done(self) -> bool:
        return self.facts.is_delivered


@dataclass(frozen=True)
class AheadRow:
    """One automation that comes, as it is shown."""

    row: AutomationSchedule

    @property
    def name(self) -> str:
        return name_automation(self.row.kind, self.row.occurrence)


@dataclass(frozen=True)
class Timeline:
    """facts: the journey's own words for it. holds: those that keep it, the account's among them."""

    journey: Journey
    facts: JourneyFacts
    months: Sequence[MonthRow]
    ahead: Sequence[AheadRow]
    changes: Sequence[JourneyChange]
    holds: Sequence[Hold]

    @property
    def hold(self) -> Hold | None:
        return self.holds[0] if self.holds else None

    @property
    def journey_hold(self) -> Hold | None:
        return next((hold for hold in self.holds if hold.scope == HoldScope.JOURNEY), None)

    @property
    def done_count(self) -> int:
        return sum(month.is_done for month in self.months)

    @property
    def kept_count(self) -> int:
        return sum(not month.is_skipped for month in self.months)

    @property
    def is_overdue(self) -> bool:
        return any(month.is_overdue for month in self.months)

    @property
    def last_change(self) -> JourneyChange | None:
        """The last one that has not been taken back."""
        return next((change for change in self.changes if change.undone_at is None), None)


def get_last_journey(customer: Customer) -> Journey | None:
    """This will give the journey under way, else the last one that was."""
    journeys = Journey.objects.filter(customer=customer).select_related("version__programme", "started_by")
    active = [journey for journey in journeys if journey.state == JourneyState.ACTIVE]
    return active[0] if active else journeys.order_by("-started_at").first()


def read_months(journey: Journey, *, now: datetime) -> list[MonthRow]:
    return list_months(journey, read_facts([journey.pk])[journey.pk], now=now)


def list_months(journey: Journey, facts: JourneyFacts, *, now: datetime) -> list[MonthRow]:
    """This will give the months with their deliverables, in one query."""
    ids = dict(Deliverable.objects.filter(journey=journey).values_list("month__number", "pk"))
    is_active = journey.state == JourneyState.ACTIVE
    return [
        MonthRow(
            month,
            ids.get(month.number),
            is_current=is_active and month.number == journey.current_month,
            is_overdue=is_active and is_overdue(facts, month, now=now),
        )
        for month in facts.months
    ]


def read_timeline(journey: Journey, *, now: datetime) -> Timeline:
    """This will read it in a fixed number of queries."""
    facts = facts_of([journey])[journey.pk]
    months = list_months(journey, facts, now=now)
    changes = JourneyChange.objects.filter(journey=journey).select_related("by", "undone_by")[:MOST_CHANGES]
    holds = Hold.objects.filter(customer=journey.customer_id, ended_at=None).order_by("-scope")
    return Timeline(journey, facts, months, _read_ahead(journey, now), list(changes), list(holds))


def _read_ahead(journey: Journey, now: datetime) -> list[AheadRow]:
    rows = AutomationSchedule.objects.filter(
        subject_kind="journey",
        subject_id=journey.pk,
        status=AutomationStatus.SCHEDULED,
        trigger_at__lte=now + SHOWN_AHEAD,
    )
    return [AheadRow(row) for row in rows]

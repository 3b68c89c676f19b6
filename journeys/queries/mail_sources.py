"""How the facts of a journey's mails are read again before one leaves: months, journeys, holds (promise 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from customers.models import Hold
from customers.queries.calendars import local_date
from emails.facts import register_source
from emails.queries.columns import uuids
from emails.queries.sources import Records
from journeys.enums import JourneyState
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.queries.mail_facts import MailMonth, last_to_end, open_holds
from journeys.rules.changes import held_days
from journeys.rules.mail_dates import position_of, shifted

MONTH = "journey_month"
JOURNEY = "journey"
HOLD = "hold"
YES, NO = "yes", "no"


def register_sources() -> None:
    register_source(MONTH, read_months)
    register_source(JOURNEY, read_journeys)
    register_source(HOLD, read_holds)


def read_months(ids: Collection[str]) -> Records:
    """Read months with their place among those that are not skipped. Four queries, however many months."""
    months = list(JourneyMonth.objects.filter(pk__in=uuids(ids)).select_related("step", "journey"))
    kept = _kept_numbers({month.journey_id for month in months})
    made = {one.month_id: one for one in _delivered(months)}
    holds = {customer: last_to_end(rows) for customer, rows in open_holds({m.customer_id for m in months}).items()}
    return {
        str(month.pk): month_record(
            month,
            kept=kept[month.journey_id],
            deliverable=made.get(month.pk),
            hold=holds.get(month.customer_id),
        )
        for month in months
    }


def month_record(
    month: JourneyMonth | MailMonth, *, kept: list[int], deliverable: Deliverable | None, hold: Hold | None
) -> dict[str, object]:
    """This will give what may be quoted of one month, and how it stands."""
    step, place = month.step, position_of(month.number, kept)
    return {
        "number": month.number,
        "title": step.title,
        "due_date": month.due_date,
        "due_after_hold": due_after_hold(month, hold),
        "position": place,
        "total": len(kept),
        "progress_pct": progress_pct(place, len(kept)),
        "skipped": YES if month.is_skipped else NO,
        "delivered": YES if deliverable and deliverable.delivered_at else NO,
        "opened": YES if deliverable and deliverable.opened_at else NO,
        **{f"item_{n}": text for n, text in enumerate(step.key_items, 1)},
        **{f"done_{n}": text for n, text in enumerate(step.achievements, 1)},
    }


def read_journeys(ids: Collection[str]) -> Records:
    rows = Journey.objects.filter(pk__in=uuids(ids)).values_list("pk", "state")
    return {str(pk): {"cancelled": YES if state == JourneyState.CANCELLED else NO} for pk, state in rows}


def read_holds(ids: Collection[str]) -> Records:
    """Read holds with their days where the customer is."""
    holds = Hold.objects.filter(pk__in=uuids(ids)).select_related("customer")
    return {str(hold.pk): hold_record(hold, zone=hold.customer.timezone) for hold in holds}


def hold_record(hold: Hold, *, zone: str) -> dict[str, object]:
    until = local_date(hold.until, zone) if hold.until else None
    return {
        "starts_on": local_date(hold.starts_at, zone),
        "ends_on": shifted(until, -1) if until else None,
        "resumes_on": until,
        "ended": YES if hold.ended_at else NO,
    }


def due_after_hold(month: JourneyMonth | MailMonth, hold: Hold | None) -> date | None:
    """The date that a month moves to when the open hold ends as planned; None while that is open."""
    if hold is None or hold.ended_at is not None:
        return month.due_date
    if hold.until is None:
        return None
    journey = month.journey
    return shifted(month.due_date, held_days(journey.held_since or hold.starts_at, hold.until, journey.zone))


def progress_pct(position: int, total: int) -> Decimal:
    """Source: the journey spec: month / months × 100."""
    return Decimal(position * 100) / total if total else Decimal(0)


def _kept_numbers(journeys: Collection[UUID]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = defaultdict(list)
    rows = JourneyMonth.objects.filter(journey__in=journeys, skipped_at=None).order_by("number")
    for journey, number in rows.values_list("journey_id", "number"):
        found[journey].append(number)
    return found


def _delivered(months: list[JourneyMonth]) -> Any:
    return Deliverable.objects.filter(month__in=months).only("month_id", "delivered_at", "opened_at")

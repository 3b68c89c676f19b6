"""What follows when a month is delivered, and when the plan that the first one builds on is approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from customers.models import User
from customers.services.activity import record
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey
from journeys.queries.facts import read_facts
from journeys.queries.rows import SUBJECT, as_facts, open_rows_of, rows_of
from journeys.rules.journeys import JourneyFacts, MonthFacts, choose_news
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import RowFacts, is_free, release_row
from journeys.rules.timeline import TYPES, occurrence_of, payload_of
from journeys.services.announcing import announce
from journeys.services.changing import Refused
from journeys.services.scheduling import LocalMoment, NewAutomation, end_rows
from journeys.services.shifting import NEAR, write_rows
from journeys.services.telling import tell_moved

REVIVED = (AutomationStatus.SCHEDULED, AutomationStatus.SKIPPED, AutomationStatus.EXPIRED)
"""What counts from delivery counts again, also where it was passed over before there was anything to open."""


def deliver_month(deliverable: Deliverable, *, now: datetime, by: User | None) -> None:
    """This will complete the month of a deliverable that has just become DELIVERED, and release the next one.

    Must be called in the transaction that delivered it, with its customer locked. Raises Refused for a month that is
    skipped, or of a journey that was cancelled.
    """
    journey = read_facts([deliverable.journey_id])[deliverable.journey_id]
    month = _month_of(journey, deliverable)
    delivered_at = deliverable.delivered_at or now
    _end_open(journey, month.number, now)
    _count_from_delivery(journey, month, delivered_at=journey.own_now(delivered_at), now=now)
    announce(_list_news(journey, month.number, at=journey.own_now(now)), now=now)
    release_months({journey.id: journey}, now=now)
    if all(kept.is_delivered for kept in journey.kept):
        complete_journey(journey.id, now=now)


def release_first_month(customer_id: UUID, *, now: datetime) -> None:
    """This will let the first month be written that waits for the customer's business plan, which is approved now."""
    journeys = Journey.objects.filter(customer=customer_id, state=JourneyState.ACTIVE)
    release_months(read_facts(list(journeys.values_list("pk", flat=True))), now=now)


def release_months(journeys: Mapping[UUID, JourneyFacts], *, now: datetime) -> list[tuple[UUID, RowFacts]]:
    """This will move the writing of every month that waits for nothing more up to its day, or to now where it is past.

    Gives the rows, as they were, that it moved, with their journeys.
    """
    waiting = open_rows_of(list(journeys)).filter(kind=JourneyKind.GENERATE, trigger_at__lte=now + NEAR)
    released = []
    for journey_id, row in as_facts(waiting):
        journey = journeys[journey_id]
        if row.month is not None and is_free(journey, row.month):
            moved = release_row(row, not_before=journey.own_now(now))
            if moved != row:
                released.append((journey_id, row, moved))
    write_rows([moved for _, _, moved in released], now=now)
    return [(journey_id, row) for journey_id, row, _ in released]


def complete_journey(journey_id: UUID, *, now: datetime) -> bool:
    """This will end a journey whose months are all done; False where it had ended already."""
    active = Journey.objects.filter(pk=journey_id, state=JourneyState.ACTIVE)
    done = active.update(state=JourneyState.COMPLETED, completed_at=now, updated_at=now)
    if done:
        journey = Journey.objects.select_related("version").get(pk=journey_id)
        record(
            "journey.completed",
            f"Journey completed: {journey.version}",
            customer=journey.customer_id,
            by=None,
            now=now,
            subject=journey,
        )
    return bool(done)


def news(journey: JourneyFacts, kind: JourneyKind, number: int, at: datetime) -> NewAutomation:
    """This will describe an automation of a month that is due at once."""
    return NewAutomation(
        type=TYPES[kind],
        kind=kind,
        customer_id=journey.customer_id,
        subject_kind=SUBJECT,
        subject_id=journey.id,
        at=at,
        occurrence=occurrence_of(number),
        payload=payload_of(kind, number),
    )


def _month_of(journey: JourneyFacts, deliverable: Deliverable) -> MonthFacts:
    month = journey.month(deliverable.month.number)
    if month is None or month.is_skipped:
        raise Refused("This month is skipped.")
    if journey.state == JourneyState.CANCELLED:
        raise Refused("The journey was cancelled.")
    return month


def _end_open(journey: JourneyFacts, number: int, now: datetime) -> None:
    rows = _rows(journey.id, number, (JourneyKind.GENERATE, JourneyKind.UPCOMING, JourneyKind.REVISION))
    end_rows(rows, status=AutomationStatus.SKIPPED, reason="It is delivered already.", now=now)


def _count_from_delivery(journey: JourneyFacts, month: MonthFacts, *, delivered_at: datetime, now: datetime) -> None:
    delivered_on = delivered_at.astimezone(ZoneInfo(journey.zone)).date()
    for kind, days in ((JourneyKind.OVERDUE, month.overdue_days), (JourneyKind.ESCALATE, month.escalation_days)):
        to = LocalMoment(delivered_on + timedelta(days=days), journey.local_time, journey.zone)
        rows = _rows(journey.id, month.number, (kind,)).filter(status__in=REVIVED)
        ids = list(rows.values_list("pk", flat=True))
        AutomationSchedule.objects.filter(pk__in=ids, status__in=REVIVED).update(
            status=AutomationStatus.SCHEDULED,
            trigger_at=moment_of(to.date, to.time, to.zone),
            local_date=to.date,
            local_time=to.time,
            zone=to.zone,
            reason="Counted from its delivery.",
            updated_at=now,
        )
        tell_moved([(kind, pk) for pk in ids], now=now)


def _list_news(journey: JourneyFacts, number: int, *, at: datetime) -> Iterable[NewAutomation]:
    for kind in choose_news(journey, number):
        yield news(journey, kind, number, at)
    if (following := journey.after(number)) is not None:
        yield news(journey, JourneyKind.STATUS, following.number, at)


def _rows(journey_id: UUID, number: int, kinds: Iterable[JourneyKind]) -> QuerySet[AutomationSchedule]:
    return rows_of([journey_id]).filter(kind__in=list(kinds), occurrence=occurrence_of(number))

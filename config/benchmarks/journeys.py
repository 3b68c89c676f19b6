"""A journey for every account of the book, at months spread over the programme, some of them late."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.benchmarks.book import FilledBook, write
from config.benchmarks.scratch import let_planner_know
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.rules.simulated.world import Assumptions
from journeys.services.bulk import start_journeys
from journeys.services.simulation_runs import ask_simulation, play_due

MONTHS_SPREAD = 6
DAYS_APART = 30
PLAYED = 60
OPENED_OF = 5
"""All but one of so many clients have opened what was delivered."""


def fill_journeys(book: FilledBook, *, now: datetime) -> None:
    """This will start a journey for every account, `k` months ago, and deliver the months before the present one."""
    for done in range(MONTHS_SPREAD):
        started = now - timedelta(days=DAYS_APART * done + 1)
        customers = book.customers[done::MONTHS_SPREAD]
        start_journeys(customers, start_date=started.date(), now=started, by=book.lead, include_past=True)
        # A planner that takes the tables for empty reads them once for each journey.
        let_planner_know()
        _deliver(done, now=now)


def fill_simulation(book: FilledBook, *, now: datetime) -> None:
    """This will have the lead play some accounts forward, as a worker would."""
    played = [customer.pk for customer in book.customers[:PLAYED]]
    ask_simulation(played, Assumptions(), days=DAYS_APART, now=now, by=book.lead)
    play_due(now=now)


def _deliver(done: int, *, now: datetime) -> None:
    fresh = Journey.objects.filter(current_month=1, started_at=now - timedelta(days=DAYS_APART * done + 1))
    months = JourneyMonth.objects.filter(journey__in=fresh, number__lte=done).select_related("step")
    write(Deliverable, (_deliverable(month, place, now) for place, month in enumerate(months)))
    rows = AutomationSchedule.objects.filter(
        subject_id__in=fresh.values("pk"), kind=JourneyKind.GENERATE, trigger_at__lt=now - timedelta(days=2)
    )
    write(AutomationLog, (_line(row) for row in rows))
    rows.update(status=AutomationStatus.COMPLETED, executed_at=now)
    fresh.update(current_month=done + 1)


def _deliverable(month: JourneyMonth, place: int, now: datetime) -> Deliverable:
    delivered_at = now - timedelta(days=DAYS_APART * month.number)
    return Deliverable(
        customer_id=month.customer_id,
        journey_id=month.journey_id,
        month=month,
        title=month.step.title,
        state=DeliverableState.DELIVERED,
        delivered_at=delivered_at,
        opened_at=now if place % OPENED_OF else None,
    )


def _line(row: AutomationSchedule) -> AutomationLog:
    return AutomationLog(
        customer_id=row.customer_id, automation=row, at=row.trigger_at, type=row.type, kind=row.kind,
        action="Written", status=LogStatus.SUCCESS, attempt=1,
    )  # fmt: skip

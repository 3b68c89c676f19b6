"""How the clock decides and carries out the rows of a journey; registered at start-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from customers.enums import HoldScope
from journeys.enums import DeliverableState, JourneyKind
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.queries.facts import load_steps
from journeys.registry import BRAKE, Handler, register_handler
from journeys.rules.effects import SendMail, SetMonth, TellStaff, WriteDeliverable
from journeys.rules.journeys import decide
from journeys.services.mailing import queue_journey_mails
from journeys.services.staff_news import tell_staff

EXPIRES_AFTER = timedelta(days=2)
"""DESIGN, "Defaults": reminders and celebrations expire after 2 days; deliverables, escalations, notices run late."""

HOLDS = frozenset({HoldScope.JOURNEY.value, HoldScope.ACCOUNT.value})
TOUCH = HOLDS | {BRAKE}

EXPIRING = frozenset({JourneyKind.UPCOMING, JourneyKind.OVERDUE, JourneyKind.CELEBRATE})
"""Halfway and the end say themselves what is too late: where they stand for “ready”, that must still be told."""

STOPPED_BY = {
    JourneyKind.GENERATE: HOLDS,
    JourneyKind.ESCALATE: HOLDS,
    JourneyKind.STATUS: HOLDS,
    JourneyKind.REVISION: HOLDS,
    JourneyKind.UPCOMING: TOUCH,
    JourneyKind.READY: TOUCH,
    JourneyKind.OVERDUE: TOUCH,
    JourneyKind.CELEBRATE: TOUCH,
    JourneyKind.HALFWAY: TOUCH,
    JourneyKind.COMPLETED: TOUCH,
    # About the hold of the journey itself; where the whole account is held besides, nothing leaves.
    JourneyKind.PAUSED: frozenset({HoldScope.ACCOUNT.value}),
    JourneyKind.RESUMES_SOON: frozenset({HoldScope.ACCOUNT.value}),
    JourneyKind.WELCOME_BACK: frozenset({HoldScope.ACCOUNT.value}),
}


def carry_out(effects: Sequence[Any], now: datetime) -> None:
    """This will write the effects down: deliverables to write, mails to queue, words to staff, the current month."""
    by_type: dict[type, list[Any]] = defaultdict(list)
    for effect in effects:
        by_type[type(effect)].append(effect)
    write_deliverables(by_type[WriteDeliverable], now=now)
    queue_journey_mails(by_type[SendMail], now=now)
    tell_staff(by_type[TellStaff], now=now)
    set_months(by_type[SetMonth], now=now)


def write_deliverables(effects: Sequence[WriteDeliverable], *, now: datetime) -> None:
    """This will make the deliverables that are to be written; the row is the job. One that exists stays as it is."""
    if not effects:
        return
    wanted = {(effect.journey_id, effect.month) for effect in effects}
    months = JourneyMonth.objects.filter(
        journey__in={journey_id for journey_id, _ in wanted}, number__in={number for _, number in wanted}
    ).select_related("step")
    Deliverable.objects.bulk_create(
        [
            Deliverable(
                customer_id=month.customer_id,
                journey_id=month.journey_id,
                month=month,
                title=month.step.title,
                state=DeliverableState.WRITING,
                due_at=now,
            )
            for month in months
            if (month.journey_id, month.number) in wanted
        ],
        ignore_conflicts=True,
    )


def set_months(effects: Sequence[SetMonth], *, now: datetime) -> None:
    """This will move the journeys on to their months; never back, whatever order the rows ran in."""
    by_month: dict[int, list[Any]] = defaultdict(list)
    for effect in effects:
        by_month[effect.month].append(effect.journey_id)
    for month, journey_ids in by_month.items():
        behind = Journey.objects.filter(pk__in=journey_ids, current_month__lt=month)
        behind.update(current_month=month, updated_at=now)


HANDLERS = tuple(
    Handler(
        kind=kind,
        load=load_steps,
        decide=decide(kind),
        apply=carry_out,
        expires_after=EXPIRES_AFTER if kind in EXPIRING else None,
        stopped_by=STOPPED_BY[kind],
    )
    for kind in JourneyKind
)


def register() -> None:
    """Tell the clock what to do for the kinds of a journey."""
    for handler in HANDLERS:
        register_handler(handler)

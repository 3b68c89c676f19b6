"""The cadence after a first letter, as rows on the clock: reminder, another channel, executive escalation.

The only engine of follow-ups: a plan's touches show these rows. Each letter has each row once, whatever happens to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from customers.base import lock_customer
from customers.queries.calendars import local_date
from customers.queries.moments import Waiting, When
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.windows import Window
from emails.enums import SENT_STATES, OriginKind, Purpose
from emails.models import Draft
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.services.scheduling import LocalMoment, NewAutomation, end_rows, schedule_automations
from outreach.enums import CHASERS, CadenceKind, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from outreach.queries.chasing import NO_MORE
from outreach.rules.cadence import ESCALATE_AFTER_DAYS, OTHER_CHANNEL_AFTER_DAYS, REMIND_AFTER_DAYS
from outreach.rules.slots import follow_up_slot
from outreach.services.touch_view import show_plan

LETTER = "draft"
PLAN = "plan"
TOUCH_OF = {
    CadenceKind.REMIND: TouchKind.REMINDER,
    CadenceKind.OTHER_CHANNEL: TouchKind.CALL,
    CadenceKind.ESCALATE: TouchKind.ESCALATION,
}
LADDER = ((CadenceKind.REMIND, REMIND_AFTER_DAYS), (CadenceKind.OTHER_CHANNEL, OTHER_CHANNEL_AFTER_DAYS))
LOST_NEWS_WITHIN = timedelta(days=2)


def start_cadence(draft_id: uuid.UUID, *, now: datetime) -> None:
    """Put the rows of a first letter that has left on the clock. Safe to repeat; other letters have no cadence."""
    letter = Draft.objects.select_related("customer").filter(pk=draft_id, purpose=Purpose.FIRST_TOUCH).first()
    if letter is None or letter.sent_at is None:
        return
    with transaction.atomic():
        lock_customer(letter.customer_id)
        plan = _plan_of(letter)
        schedule_automations(_rows(letter, letter.sent_at, plan))
        if plan is not None:
            _tie_touches(letter, plan, now=now)
            show_plan(plan, now=now)


def end_cadence(plan: OutreachPlan, *, reason: str, now: datetime) -> int:
    """Cancel what is still to come of a plan's chasers, and count it."""
    letters = Draft.objects.filter(origin_kind=OriginKind.ENGAGE, origin_id=plan.pk).values("pk")
    rows = AutomationSchedule.objects.filter(kind__in=sorted(CHASERS), customer=plan.customer_id)
    count = 0
    for subject in ({"subject_kind": LETTER, "subject_id__in": letters}, {"subject_kind": PLAN, "subject_id": plan.pk}):
        count += end_rows(rows.filter(**subject), status=AutomationStatus.CANCELLED, reason=reason, now=now)
    return count


def sweep_lost_news(now: datetime) -> int:
    """Start the cadence of letters whose news was lost, as when the worker died right after the letter had left."""
    (lost,) = lost_news_waiting(now)
    ids = list(lost.values_list("pk", flat=True)[:100])
    for pk in ids:
        start_cadence(pk, now=now)
    return len(ids)


def lost_news_waiting(now: When) -> Waiting:
    sent = Draft.objects.filter(purpose=Purpose.FIRST_TOUCH, sent_at__gte=now - LOST_NEWS_WITHIN)
    started = AutomationSchedule.objects.filter(subject_kind=LETTER, subject_id=OuterRef("pk"), kind=CadenceKind.REMIND)
    return (sent.filter(~Exists(started), state__in=sorted(SENT_STATES)).order_by("sent_at"),)


def window_of(letter: Draft, *, around: datetime) -> Window:
    return sending_rules(letter.customer, get_settings(), around=around).window


def _plan_of(letter: Draft) -> OutreachPlan | None:
    if letter.origin_kind != OriginKind.ENGAGE or letter.origin_id is None:
        return None
    return OutreachPlan.objects.select_related("customer").filter(pk=letter.origin_id).first()


def _rows(letter: Draft, sent_at: datetime, plan: OutreachPlan | None) -> Iterator[NewAutomation]:
    for kind, days in LADDER:
        yield _row(letter, sent_at, kind, days, plan, subject=(LETTER, letter.pk))
    if plan is not None:
        yield _row(letter, sent_at, CadenceKind.ESCALATE, ESCALATE_AFTER_DAYS, plan, subject=(PLAN, plan.pk))


def _row(
    letter: Draft,
    sent_at: datetime,
    kind: CadenceKind,
    days: int,
    plan: OutreachPlan | None,
    *,
    subject: tuple[str, uuid.UUID],
) -> NewAutomation:
    window, customer = window_of(letter, around=sent_at), letter.customer
    slot = follow_up_slot(
        local_date(sent_at, customer.timezone),
        after_days=days,
        calendar=window.calendar,
        deadline=plan.deadline if plan else None,
    )
    return NewAutomation(
        type=AutomationType.ESCALATE_TO_ADMIN if kind == CadenceKind.ESCALATE else AutomationType.FOLLOW_UP,
        kind=kind,
        customer_id=customer.pk,
        subject_kind=subject[0],
        subject_id=subject[1],
        occurrence=f"day-{days}",
        at=LocalMoment(slot.date, window.start, customer.timezone),
        payload={"moved_reason": slot.moved_reason} if slot.moved_reason else {},
    )


def _tie_touches(letter: Draft, plan: OutreachPlan, *, now: datetime) -> None:
    """Let the plan's touches show the rows; a contact that a person had settled before takes its row along."""
    rows = AutomationSchedule.objects.filter(
        kind__in=sorted(TOUCH_OF), subject_kind__in=(LETTER, PLAN), subject_id__in=(letter.pk, plan.pk)
    )
    for row in rows:
        kind = TOUCH_OF[CadenceKind(row.kind)]
        touches = plan.touches.filter(kind=kind)
        if row.subject_kind == LETTER:
            touches = touches.filter(stakeholder=letter.stakeholder_id)
        for touch in touches.filter(automation=None):
            Touch.objects.filter(pk=touch.pk).update(automation=row, updated_at=now)
            if touch.state in (TouchState.DONE, TouchState.SKIPPED):
                this = AutomationSchedule.objects.filter(pk=row.pk)
                end_rows(this, status=AutomationStatus.CANCELLED, reason=NO_MORE[TouchState(touch.state)], now=now)

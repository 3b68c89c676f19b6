"""What a choice after a reply does to rows and letters; each effect can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any

from customers.models import Customer, User
from customers.queries.calendars import local_date
from emails.enums import ReplyClass
from emails.models import Draft, Reply
from emails.services.drafts import delete_draft, revive_draft
from emails.services.editing import NotEditable
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.rules.moments import moment_of
from journeys.services.scheduling import LocalMoment, NewAutomation, end_rows, schedule_automations
from outreach.enums import CadenceKind, Choice, TargetKind, TouchState
from outreach.models import Reaction, Touch
from outreach.queries.reactions import Standing, slot_window
from outreach.rules.reactions import CHECK_BACK_AFTER_DAYS, RowChange
from outreach.rules.slots import follow_up_slot
from outreach.services.changes import Cause, change_row, move_fields

REPLY = "reply"


def apply_changes(standing: Standing, choice: Choice, cause: Cause, *, now: datetime) -> int:
    """Do exactly what was shown, and count it. Must be called under `lock_customer`."""
    customer = standing.customer
    hour = slot_window(customer, now=now).start
    done = 0
    for change in standing.changes(choice):
        if change.target == TargetKind.AUTOMATION:
            row = AutomationSchedule.objects.get(pk=change.id)
            fields = _automation_fields(change, customer, hour)
            done += change_row(row, cause=cause, customer_id=customer.pk, now=now, **fields)
        else:
            touch = Touch.objects.get(pk=change.id)
            done += change_row(touch, cause=cause, customer_id=customer.pk, now=now, **_touch_fields(change, touch))
    return done


def cancel_drafts(drafts: Iterable[Draft], *, now: datetime, by: User) -> list[str]:
    """Cancel the chasing letters that are no longer needed, and give their ids."""
    cancelled = []
    for draft in drafts:
        with suppress(NotEditable):
            delete_draft(draft, now=now, by=by)
            cancelled.append(str(draft.pk))
    return cancelled


def revive_drafts(ids: Iterable[str], *, now: datetime, by: User | None) -> None:
    """Bring the letters back, and tie them to the contacts of the plan again."""
    for draft in Draft.objects.filter(pk__in=list(ids)):
        if revive_draft(draft, now=now, by=by) and draft.parent_id:
            touches = Touch.objects.filter(automation__kind=CadenceKind.REMIND, automation__subject_id=draft.parent_id)
            touches.update(draft_id=draft.pk, updated_at=now)


def plan_check_backs(standing: Standing, *, now: datetime) -> None:
    """Go back in a week to those who said that they would think about it."""
    for reply in standing.replies:
        if reply.classification == ReplyClass.NEUTRAL and reply.stakeholder_id:
            _plan_check_back(reply, standing, now=now)


def drop_check_backs(reaction: Reaction, *, now: datetime) -> None:
    replies = Reply.objects.filter(customer=reaction.customer_id).values("pk")
    rows = AutomationSchedule.objects.filter(
        kind=CadenceKind.CHECK_BACK, subject_kind=REPLY, subject_id__in=replies, created_at__gte=reaction.created_at
    )
    end_rows(rows, status=AutomationStatus.CANCELLED, reason="The decision was taken back.", now=now)


def _plan_check_back(reply: Reply, standing: Standing, *, now: datetime) -> None:
    """A row that was dropped with an earlier decision is taken up again: rows are never made twice."""
    customer = standing.customer
    window = slot_window(customer, now=now)
    answered = local_date(reply.received_at, customer.timezone)
    slot = follow_up_slot(answered, after_days=CHECK_BACK_AFTER_DAYS, calendar=window.calendar)
    day = max(slot.date, standing.facts.next_day)
    moment = LocalMoment(day, window.start, customer.timezone)
    schedule_automations(
        [
            NewAutomation(
                type=AutomationType.FOLLOW_UP,
                kind=CadenceKind.CHECK_BACK,
                customer_id=customer.pk,
                subject_kind=REPLY,
                subject_id=reply.pk,
                at=moment,
                payload={"plan": str(standing.plan.pk)} if standing.plan else {},
            )
        ]
    )
    dropped = AutomationSchedule.objects.filter(
        kind=CadenceKind.CHECK_BACK, subject_id=reply.pk, status=AutomationStatus.CANCELLED
    )
    at = moment_of(day, window.start, customer.timezone)
    dropped.update(**move_fields(moment, at), status=AutomationStatus.SCHEDULED, reason="", updated_at=now)


def _automation_fields(change: RowChange, customer: Customer, hour: time) -> dict[str, Any]:
    if change.new is None:
        return {"status": AutomationStatus.CANCELLED, "reason": change.reason}
    moment = LocalMoment(change.new, hour, customer.timezone)
    return {**move_fields(moment, moment_of(change.new, hour, customer.timezone)), "reason": change.reason}


def _touch_fields(change: RowChange, touch: Touch) -> dict[str, Any]:
    """A contact of the plan that no row stands behind: skipped, or given a day that computing again leaves alone."""
    if change.new is None:
        return {"state": TouchState.SKIPPED, "note": change.reason}
    day = touch.day + (change.old - change.new) // timedelta(days=1) if touch.day is not None else None
    return {
        "due_date": change.new,
        "day": day,
        "moved_reason": change.reason,
        "fixed_date": change.new,
        "fixed_reason": change.reason,
    }

"""The verbs of outreach plans: written, computed again, opened by the first email, closed; touches done or skipped."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, UUIDField, Value
from django.db.models.functions import Coalesce

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Customer, Todo, User
from customers.models.prepared import Slot, prepared
from customers.queries.calendars import local_date
from customers.services.activity import record
from customers.services.todos import finish_todo
from customers.signals import send_after_commit
from emails.enums import EDITABLE_STATES, OriginKind, PriceApproach
from emails.models import Draft
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.services.scheduling import end_rows
from outreach.enums import LIVE_PLAN_STATES, PlanEnd, PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from outreach.queries.plans import Owners, owners_of
from outreach.rules.planning import Plan, PlannedTouch
from outreach.services.cadence import end_cadence
from outreach.services.touch_view import show_plan
from outreach.signals import plan_closed, plan_opened, touch_done

TOUCH = "touch"
KEPT_STATES = frozenset({TouchState.DONE, TouchState.SKIPPED})
"""A touch that a person or a sent email has settled is not computed again."""


@dataclass(frozen=True)
class PlanDecision:
    """What a plan says besides its touches. variations: stakeholder id → price approach."""

    approach: SequencingApproach
    pricing_approach: PriceApproach
    variations: dict[str, str]
    first_date: date


class TouchSettled(Exception):
    """Raised when a touch was done, skipped or cancelled before."""


def propose_plan(
    customer: Customer,
    *,
    renewal_id: uuid.UUID,
    decision: PlanDecision,
    computed: Plan,
    now: datetime,
    by: User | None,
) -> OutreachPlan:
    """Write a proposed plan with its touches.

    Raises IntegrityError when the customer has a live plan already; call it under `lock_customer`.
    """
    with transaction.atomic():
        plan = OutreachPlan.objects.create(
            customer=customer,
            renewal_id=renewal_id,
            approach=decision.approach,
            pricing_approach=decision.pricing_approach,
            variations=decision.variations,
            first_date=decision.first_date,
            deadline=computed.deadline,
        )
        owners = owners_of(customer)
        rows = [_fill(Touch(plan=plan, key=row.key), row, owners) for row in _rows(computed)]
        Touch.objects.bulk_create(rows)
        record(
            "plan.proposed",
            f"Outreach plan proposed: {decision.approach.label.lower()}, {len(computed.touches)} touches",
            customer=customer,
            by=by,
            now=now,
            subject=plan,
        )
    return plan


def revise_plan(plan: OutreachPlan, *, decision: PlanDecision, computed: Plan, now: datetime) -> None:
    """Write a plan that was computed again over the old one: by key, touches that are settled stay as they are.

    A touch that the new plan no longer has is cancelled, not removed. The caller records why.
    """
    with transaction.atomic():
        owners = owners_of(plan.customer)
        existing = {touch.key: touch for touch in plan.touches.all()}
        wanted = {row.key: row for row in _rows(computed)}
        open_ones = [touch for touch in existing.values() if touch.state not in KEPT_STATES]
        for touch in open_ones:
            if touch.key in wanted:
                _fill(touch, wanted[touch.key], owners)
            else:
                touch.state = TouchState.CANCELLED
            touch.updated_at = now
        Touch.objects.bulk_update(open_ones, [*FILLED_FIELDS, "updated_at"])
        fresh = [row for key, row in wanted.items() if key not in existing]
        Touch.objects.bulk_create([_fill(Touch(plan=plan, key=row.key), row, owners) for row in fresh])
        OutreachPlan.objects.filter(pk=plan.pk).update(
            approach=decision.approach,
            pricing_approach=decision.pricing_approach,
            variations=decision.variations,
            first_date=decision.first_date,
            deadline=computed.deadline,
            version=F("version") + 1,
            updated_at=now,
        )
        show_plan(plan, now=now)
    plan.refresh_from_db()


def attach_draft(plan: OutreachPlan, *, stakeholder_id: uuid.UUID, draft_id: uuid.UUID) -> None:
    """Tie the first email of a person to the draft that was written for it."""
    plan.touches.filter(kind=TouchKind.EMAIL, stakeholder_id=stakeholder_id).update(draft_id=draft_id)


def forget_draft(draft_id: uuid.UUID) -> None:
    """Untie a draft that was deleted, so that another can be written for its touch."""
    Touch.objects.filter(draft_id=draft_id).exclude(state=TouchState.DONE).update(draft_id=None)


def note_draft_sent(draft_id: uuid.UUID, *, sent_at: datetime) -> Touch | None:
    """Mark the touch of a draft that has left as done, and open its plan; None when no touch waits for it.

    Safe to repeat: a signal may come twice.
    """
    found: list[Touch] = _waiting_touch().ask(draft=draft_id)
    if not found:
        return None
    touch = found[0]
    with transaction.atomic():
        # Whatever the plan had come to think of it: the letter has left. One that had no day left gets this one.
        day = Coalesce(F("due_date"), Value(local_date(sent_at, touch.plan.customer.timezone)))
        done = {"state": TouchState.DONE, "due_date": day, "done_at": sent_at, "updated_at": sent_at}
        waiting = Touch.objects.filter(pk=touch.pk, draft_id=draft_id).exclude(state=TouchState.DONE)
        if not waiting.update(**done):
            return None
        open_plan(touch.plan, now=sent_at)
        customer_id = touch.plan.customer_id
        send_after_commit(touch_done, customer_id=customer_id, plan_id=touch.plan_id, touch_id=touch.pk)
    touch.refresh_from_db()
    return touch


@prepared
def _waiting_touch() -> Any:
    """Asked of every letter that leaves."""
    rows = Touch.objects.filter(draft_id=Slot("draft", UUIDField())).exclude(state=TouchState.DONE)
    return rows.select_related("plan__customer")[:1]


def note_draft_approved(plan_id: uuid.UUID, *, approved_at: datetime) -> bool:
    """Open the plan of a letter that a person approved; False when it is open already, or over."""
    plan = OutreachPlan.objects.filter(pk=plan_id).first()
    return plan is not None and open_plan(plan, now=approved_at)


def open_plan(plan: OutreachPlan, *, now: datetime) -> bool:
    """Move a proposed plan to open, as its first email was approved; False when it was not proposed."""
    with transaction.atomic():
        opened = OutreachPlan.objects.filter(pk=plan.pk, state=PlanState.PROPOSED).update(
            state=PlanState.OPEN, opened_at=now, updated_at=now
        )
        if opened:
            record("plan.opened", "Outreach has begun", customer=plan.customer_id, by=None, now=now, subject=plan)
            send_after_commit(plan_opened, customer_id=plan.customer_id, plan_id=plan.pk)
    return bool(opened)


def close_plan(plan: OutreachPlan, *, end: PlanEnd, reason: str = "", now: datetime, by: User | None) -> bool:
    """Close a live plan and cancel what it had still planned, letters among it; False when it was closed already.

    A letter that has been handed over cannot be called back.
    """
    with transaction.atomic():
        lock_customer(plan.customer_id)
        closed = OutreachPlan.objects.filter(pk=plan.pk, state__in=LIVE_PLAN_STATES).update(
            state=PlanState.CLOSED,
            closed_at=now,
            closed_by=by,
            end=end,
            end_reason=reason[:500],
            updated_at=now,
        )
        if closed:
            planned = plan.touches.filter(state=TouchState.PLANNED)
            _dismiss_todos(planned.values_list("pk", flat=True), now=now)
            planned.update(state=TouchState.CANCELLED, updated_at=now)
            end_cadence(plan, reason=f"The plan is closed: {end.label.lower()}.", now=now)
            _cancel_letters(plan, now=now, by=by)
            record(
                "plan.closed",
                f"Outreach plan closed: {end.label.lower()}" + (f" ({reason})" if reason else ""),
                customer=plan.customer_id,
                by=by,
                now=now,
                subject=plan,
                end=str(end),
            )
            send_after_commit(plan_closed, customer_id=plan.customer_id, plan_id=plan.pk, end=str(end))
    return bool(closed)


def _dismiss_todos(touch_ids: Iterable[uuid.UUID], *, now: datetime) -> None:
    """What a planned contact had asked of a person goes with it."""
    todos = Todo.objects.filter(source_kind=TOUCH, source_id__in=list(touch_ids), state=TodoState.OPEN)
    for todo in todos:
        finish_todo(todo, now=now, by=None, state=TodoState.DISMISSED)


def _cancel_letters(plan: OutreachPlan, *, now: datetime, by: User | None) -> None:
    for draft in Draft.objects.filter(origin_kind=OriginKind.ENGAGE, origin_id=plan.pk, state__in=EDITABLE_STATES):
        with suppress(NotEditable):
            delete_draft(draft, now=now, by=by)


def finish_touch(touch: Touch, *, state: TouchState, now: datetime, by: User) -> None:
    """Settle a planned touch as done or skipped. The notice done closes the plan. Raises TouchSettled."""
    if state not in KEPT_STATES:
        raise ValueError("a person sets a touch to done or skipped")
    with transaction.atomic():
        moved = Touch.objects.filter(pk=touch.pk, state=TouchState.PLANNED).update(
            state=state, done_at=now if state == TouchState.DONE else None, updated_at=now
        )
        if not moved:
            raise TouchSettled("This step was settled before; look again.")
        plan = touch.plan
        _settle_row(touch, reason=f"{state.label} by {by.display_name}.", now=now)
        record(
            f"touch.{state}",
            f"{state.label}: {touch.title}",
            customer=plan.customer_id,
            by=by,
            now=now,
            subject=touch,
        )
        if touch.kind == TouchKind.NOTICE and state == TouchState.DONE:
            close_plan(plan, end=PlanEnd.NOTICE_DELIVERED, now=now, by=by)


def follow_todo(touch_id: uuid.UUID, *, state: TouchState, now: datetime) -> bool:
    """Settle the contact whose to-do was closed: another channel, an escalation; False when it was settled before."""
    done_at = now if state == TouchState.DONE else None
    touches = Touch.objects.filter(pk=touch_id, state=TouchState.PLANNED)
    return bool(touches.update(state=state, done_at=done_at, note="", updated_at=now))


def _settle_row(touch: Touch, *, reason: str, now: datetime) -> None:
    """The clock's row that the touch shows, and the to-do that it made, are settled with it."""
    rows = AutomationSchedule.objects.filter(pk=touch.automation_id) if touch.automation_id else None
    if rows is not None:
        end_rows(rows, status=AutomationStatus.CANCELLED, reason=reason, now=now)
    for todo in Todo.objects.filter(source_kind=TOUCH, source_id=touch.pk, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=None)


FILLED_FIELDS = (
    "kind",
    "title",
    "order",
    "role",
    "stakeholder",
    "owner_kind",
    "owner",
    "wanted_date",
    "due_date",
    "day",
    "week",
    "condition",
    "moved_reason",
    "infeasible_reason",
    "state",
)


def _rows(computed: Plan) -> tuple[PlannedTouch, ...]:
    return (*computed.touches, *computed.infeasible)


def _fill(touch: Touch, row: PlannedTouch, owners: Owners) -> Touch:
    """Put what the planner says onto the row."""
    touch.kind = row.kind
    touch.title = row.title[:200]
    touch.order = row.order
    touch.role = row.role
    touch.stakeholder_id = uuid.UUID(row.person_key) if row.person_key else None
    touch.owner_kind = row.owner
    touch.owner = owners[row.owner]
    touch.wanted_date = row.wanted
    touch.due_date = row.date
    touch.day = row.day
    touch.week = row.week
    touch.condition = row.condition
    touch.moved_reason = row.moved_reason
    touch.infeasible_reason = row.infeasible
    touch.state = TouchState.PLANNED if row.date else TouchState.INFEASIBLE
    if touch.fixed_date is not None and row.date is not None:
        _keep_fixed(touch, touch.fixed_date, row.date)
    return touch


def _keep_fixed(touch: Touch, day: date, computed: date) -> None:
    """A day that a reply gave stands, whatever the plan computes; the days to renewal are counted from there."""
    touch.due_date, touch.moved_reason = day, touch.fixed_reason
    if touch.day is not None:
        touch.day += (computed - day).days

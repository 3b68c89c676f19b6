"""Fourteen days without a word from anybody at the account: an executive of ours takes it up."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from customers.models import User
from customers.queries.calendars import local_date
from customers.services.todos import add_todo
from emails.enums import DraftState, Lane, OriginKind, Purpose, Theme
from emails.models import Draft
from emails.rules.letters import Origin
from emails.services.following import FollowUp, write_follow_up
from outreach.enums import CadenceKind
from outreach.models import OutreachPlan, Touch
from outreach.queries.people import find_highest, list_reachable
from outreach.services.channels import TOUCH, copy_of

ESCALATION_TODO = "executive_escalation"
NO_EXECUTIVE = "The account has no executive on our side: name one, or speak to your lead."
NOBODY_THERE = "Nobody there can be written to: reach them another way."


def escalate_plans(plan_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Prepare the executive's letter for each plan, and ask them, or the owner, to take it up."""
    plans = OutreachPlan.objects.filter(pk__in=plan_ids).select_related(
        "customer__owner", "customer__executive", "customer__account_executive"
    )
    for plan in plans:
        _escalate(plan, now=now)


def _escalate(plan: OutreachPlan, *, now: datetime) -> None:
    customer = plan.customer
    letter, obstacle = _write_letter(plan, now=now)
    touch = Touch.objects.filter(automation__kind=CadenceKind.ESCALATE, automation__subject_id=plan.pk).first()
    if touch is not None and letter is not None:
        Touch.objects.filter(pk=touch.pk).update(draft_id=letter.pk, updated_at=now)
    prepared = f"A letter to {letter.to_name} is prepared: read, approve and follow it up." if letter else obstacle
    add_todo(
        f"Nobody at {customer.name} has answered in two weeks: take it up",
        customer=customer,
        now=now,
        by=None,
        owner=customer.executive or customer.owner,
        kind=ESCALATION_TODO,
        detail=prepared,
        due_date=local_date(now, customer.timezone),
        source_kind=TOUCH if touch else "plan",
        source_id=touch.pk if touch else plan.pk,
        key=f"escalate:{plan.pk}",
        metadata={"draft": str(letter.pk)} if letter else {},
    )


def _write_letter(plan: OutreachPlan, *, now: datetime) -> tuple[Draft | None, str]:
    """Write the letter; without one, say what stood in its way."""
    customer = plan.customer
    executive: User | None = customer.executive
    if executive is None:
        return None, NO_EXECUTIVE
    person = find_highest(list_reachable(customer, Lane.RENEWAL))
    if person is None:
        return None, NOBODY_THERE
    first = _first_letter(plan)
    sender = first.speaker if first else None
    wanted = FollowUp(
        customer=customer,
        stakeholder=person,
        sender=executive,
        theme=Theme.ESCALATION,
        origin=Origin(kind=OriginKind.ENGAGE, id=plan.pk, position=99, purpose=Purpose.FOLLOW_UP),
        about=first,
        cc=copy_of(sender) if sender != executive else (),
        other=sender.display_name if sender is not None and sender != executive else "",
    )
    return write_follow_up(wanted, now=now, by=None), ""


def _first_letter(plan: OutreachPlan) -> Draft | None:
    rows = Draft.objects.with_people().filter(origin_kind=OriginKind.ENGAGE, origin_id=plan.pk)
    sent = rows.filter(purpose=Purpose.FIRST_TOUCH, sent_at__isnull=False).exclude(state=DraftState.CANCELLED)
    letter: Draft | None = sent.order_by("sent_at").first()
    return letter

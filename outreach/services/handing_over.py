"""What of plans, sequences and upsell runs goes along when an account gets another owner."""

from __future__ import annotations

import uuid
from collections import Counter

from django.db.models import F, Q, QuerySet

from customers.queries.many import many
from customers.registry.handovers import Carried, Counts, Handing, register_carried
from outreach.enums import (
    ENDED_RUN_STATES,
    LIVE_PLAN_STATES,
    EnrollmentState,
    StepState,
    TouchState,
    UpsellStepName,
)
from outreach.models import Enrollment, Touch, UpsellRun, UpsellStep
from outreach.queries.outreach_io import find_mailbox
from outreach.services.upsell.moving import advance, lock_run

OPEN_TOUCHES = (TouchState.PLANNED, TouchState.INFEASIBLE)


def register() -> None:
    """Name outreach's kinds; called at start-up."""
    register_carried(
        Carried(
            "touches",
            ("planned contact", "planned contacts"),
            rows=lambda: Touch.objects.filter(state__in=OPEN_TOUCHES, plan__state__in=sorted(LIVE_PLAN_STATES)),
            account="plan__customer",
            person="owner",
            place=21,
        ),
        Carried(
            "enrollments",
            ("person put forward for a sequence", "people put forward for a sequence"),
            rows=not_yet_there,
            move=choose_mailboxes,
            place=40,
        ),
        Carried(
            "upsell_runs",
            ("upsell run", "upsell runs"),
            rows=lambda: UpsellRun.objects.exclude(state__in=sorted(ENDED_RUN_STATES)),
            move=ask_again,
            place=41,
        ),
    )


def not_yet_there() -> QuerySet[Enrollment]:
    rows: QuerySet[Enrollment] = Enrollment.objects.filter(
        state__in=[EnrollmentState.PENDING, EnrollmentState.APPROVED]
    )
    return rows


def choose_mailboxes(handing: Handing) -> Counts:
    """This will have those who are not in their sequence yet written to from the new owner's mailbox, once approved.

    One who is in a sequence at Outreach.io stays with the mailbox it began with.
    """
    rows = not_yet_there().filter(customer__in=many(handing.owned))
    counts = Counter(rows.order_by().values_list("customer_id", flat=True))
    if counts:
        choice = find_mailbox(handing.new)
        mailbox = choice.mailbox
        _void_approvals(handing, outcome=choice.why_not)
        rows.update(
            version=F("version") + 1,
            mailbox_id=mailbox.mailbox_id if mailbox else None,
            mailbox_email=mailbox.email if mailbox else "",
            updated_at=handing.now,
        )
    return counts


def _void_approvals(handing: Handing, *, outcome: str) -> None:
    approved = Enrollment.objects.filter(customer__in=many(handing.owned), state=EnrollmentState.APPROVED)
    approved.update(
        state=EnrollmentState.PENDING,
        approved_at=None,
        approved_by=None,
        approval_hash="",
        approval_expires_at=None,
        not_before=None,
        goes_anyway=False,
        receipt=[],
        outcome=outcome[:500],
    )


def ask_again(handing: Handing) -> Counts:
    """This will take back the yes to steps that nobody has begun, and have each run say for whom it waits."""
    runs = UpsellRun.objects.filter(customer__in=many(handing.owned)).exclude(state__in=sorted(ENDED_RUN_STATES))
    found = dict(runs.order_by("customer", "pk").values_list("pk", "customer_id"))
    if found:
        _void_steps(list(found), handing)
        for run_id in _touched(list(found)):
            advance(lock_run(run_id), now=handing.now)
    return Counter(found.values())


def _void_steps(run_ids: list[uuid.UUID], handing: Handing) -> None:
    given = UpsellStep.objects.filter(
        run__in=many(run_ids),
        needs_person=True,
        approved_at__isnull=False,
        state__in=[StepState.WAITING, StepState.QUEUED],
    )
    given.update(state=StepState.WAITING, approved_at=None, approved_by=None, not_before=None, updated_at=handing.now)


def _touched(run_ids: list[uuid.UUID]) -> list[uuid.UUID]:
    """Runs with a step that waits for a yes, whose state says so."""
    waits = Q(needs_person=True, approved_at=None) | Q(name=UpsellStepName.SEND_EMAIL_DRAFT)
    steps = UpsellStep.objects.filter(waits, run__in=many(run_ids), state=StepState.WAITING)
    return list(steps.order_by("run").values_list("run", flat=True).distinct())

"""What became of a run's mail: approved, left, or taken away. Everything here bears to hear its news twice."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from outreach.enums import ENDED_RUN_STATES, StepState, UpsellStepName
from outreach.models import UpsellRun, UpsellStep
from outreach.queries.upsell_runs import find_introduction
from outreach.services.upsell.moving import advance, lock_run

TAKEN_AWAY = "The mail was declined or taken away unsent: write it again, leave the step out, or cancel the run."


def note_mail_left(run_id: uuid.UUID, *, now: datetime) -> bool:
    """Note that the run's mail has left: the step is done. False where it was noted before."""
    with transaction.atomic():
        run = lock_run(run_id)
        step = _waiting(run)
        introduction = find_introduction(run)
        draft = introduction.draft if introduction else None
        if step is None or draft is None or draft.sent_at is None:
            return False
        approver = draft.approved_by
        who = approver.display_name if approver else ""
        if draft.approval_rule:
            who = f"{who}, by the rule “{draft.approval_rule}”".lstrip(", ")
        UpsellStep.objects.filter(pk=step.pk).update(
            state=StepState.SENT,
            done_at=draft.sent_at,
            approved_at=step.approved_at or draft.approved_at,
            approved_by=step.approved_by or approver,
            output={**step.output, "sentAt": draft.sent_at.isoformat(), "approvedBy": who},
            note="",
            updated_at=now,
        )
        advance(run, now=now)
    return True


def note_mail_changed(run_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the mail was approved, or that an approval is over: the run says for whom it waits."""
    with transaction.atomic():
        advance(lock_run(run_id), now=now)


def note_mail_gone(run_id: uuid.UUID, *, now: datetime) -> None:
    """Note that somebody took the mail away unsent; a person says how the run goes on."""
    with transaction.atomic():
        run = lock_run(run_id)
        step = _waiting(run)
        if step is None or find_introduction(run) is not None:
            return
        UpsellStep.objects.filter(pk=step.pk).update(
            state=StepState.NEEDS_REVIEW, outcome=TAKEN_AWAY, output={}, note="", updated_at=now
        )
        advance(run, now=now)


def _waiting(run: UpsellRun) -> UpsellStep | None:
    """The step of the mail, while it is written and has not left."""
    if run.state in ENDED_RUN_STATES:
        return None
    steps = UpsellStep.objects.filter(run=run, name=UpsellStepName.SEND_EMAIL_DRAFT, state=StepState.WAITING)
    step: UpsellStep | None = steps.exclude(output={}).first()
    return step

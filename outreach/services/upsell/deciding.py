"""What a person decides on a run: a step's yes, another try, leaving it out, an end to all of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import User
from customers.services.activity import record
from emails.enums import DraftState
from emails.services.approvals import approve_letter
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable
from journeys.services.scheduling import cancel_of_subject
from outreach.enums import UPSELL_TIMEOUT, RunState, StepState, UpsellStepName
from outreach.models import UpsellRun, UpsellStep
from outreach.queries.upsell_runs import find_introduction, read_windows
from outreach.rules.upsell.meeting_times import suits_all
from outreach.rules.upsell.running import IN_TROUBLE
from outreach.services.upsell.moving import SOURCE, advance, close_news, close_questions, lock_run
from outreach.services.upsell.starting import LONGEST_ID

CANCELLED = "Cancelled by a person."
LARGEST = Decimal(10) ** 12
LONGEST_REASON = LONGEST_ID


class NotPossible(Exception):
    """Raised when the step or the run does not stand where this could be done; says why."""


def approve_step(
    run: UpsellRun,
    name: UpsellStepName,
    *,
    now: datetime,
    by: User,
    estimated_value: Decimal | None = None,
    starts_at: datetime | None = None,
    undo_seconds: int = 0,
) -> UpsellRun:
    """Give the yes that a step waits for. Of a mail that is written it is the approval of its text, by the one gate.

    estimated_value: of the opportunity, instead of what was proposed. starts_at: of the meeting. undo_seconds: how long
    the mail can be taken back. Raises NotPossible, ValidationError by field, and what approving a mail raises.
    """
    step = _get(run, name)
    if name is UpsellStepName.SEND_EMAIL_DRAFT and step.state == StepState.WAITING and step.output:
        _approve_mail(run, now=now, by=by, undo_seconds=undo_seconds)
        return _fresh(run)
    with transaction.atomic():
        run = lock_run(run.pk)
        step = _get(run, name)
        if run.is_ended:
            raise NotPossible("The run is over.")
        if step.state != StepState.WAITING or not step.needs_person or step.approved_at is not None:
            raise NotPossible("This step does not wait for a yes.")
        if not _is_current(run, step):
            raise NotPossible("An earlier step comes first.")
        asked = _read_choices(run, name, estimated_value=estimated_value, starts_at=starts_at, now=now)
        UpsellStep.objects.filter(pk=step.pk).update(
            approved_at=now, approved_by=by, input={**step.input, **asked}, updated_at=now
        )
        _record(run, step, "approved", "Approved", now=now, by=by)
        close_questions(run, now=now, by=by)
        advance(run, now=now)
    return _fresh(run)


def retry_step(
    run: UpsellRun, name: UpsellStepName, *, now: datetime, by: User, starts_at: datetime | None = None
) -> UpsellRun:
    """Take a step in trouble again. Of one that may have been accepted a person says so knowingly: it is done anew.

    Raises NotPossible, ValidationError by field.
    """
    with transaction.atomic():
        run = lock_run(run.pk)
        step = _get(run, name)
        if run.is_ended:
            raise NotPossible("The run is over.")
        if step.state not in IN_TROUBLE:
            raise NotPossible("This step needs no other try.")
        asked = _read_choices(run, name, estimated_value=None, starts_at=starts_at, now=now)
        yes = {} if step.approved_at or not step.needs_person else {"approved_at": now, "approved_by": by}
        UpsellStep.objects.filter(pk=step.pk).update(
            state=StepState.WAITING,
            attempts=0,
            not_before=None,
            outcome="",
            output={},
            input={**step.input, **asked},
            updated_at=now,
            **yes,
        )
        _record(run, step, "retried", "Tried again", now=now, by=by)
        close_questions(run, now=now, by=by)
        advance(run, now=now)
    return _fresh(run)


def skip_step(run: UpsellRun, name: UpsellStepName, *, now: datetime, by: User, reason: str = "") -> UpsellRun:
    """Leave a step out that is not done, such as one that was done by hand. A mail that waits is taken away.

    Raises NotPossible, ValidationError by field.
    """
    reason = _read_reason(reason)
    with transaction.atomic():
        run = lock_run(run.pk)
        step = _get(run, name)
        if run.is_ended:
            raise NotPossible("The run is over.")
        if step.state in (StepState.SENT, StepState.SKIPPED, StepState.SENDING, StepState.CANCELLED):
            raise NotPossible("This step is done, left out, or under way.")
        if name is UpsellStepName.SEND_EMAIL_DRAFT:
            _take_mail_away(run, now=now, by=by, must=True)
        if name is UpsellStepName.WAIT_FOR_REPLY:
            _stop_clock(run, now=now)
        note = f"Left out by {by.display_name}" + (f": {reason}" if reason else ".")
        UpsellStep.objects.filter(pk=step.pk).update(
            state=StepState.SKIPPED, done_at=now, note=note[:300], outcome="", not_before=None, updated_at=now
        )
        _record(run, step, "left_out", "Left out", now=now, by=by, reason=reason)
        close_questions(run, now=now, by=by)
        advance(run, now=now)
    return _fresh(run)


def cancel_run(run: UpsellRun, *, now: datetime, by: User, reason: str = "") -> UpsellRun:
    """End the run: what is not done is not done any more, its unsent mail is taken away. Raises NotPossible.

    What is under way at a vendor cannot be called back; it is settled as it ends.
    """
    reason = _read_reason(reason)
    with transaction.atomic():
        run = lock_run(run.pk)
        if run.is_ended:
            raise NotPossible("The run is over.")
        words = reason or CANCELLED
        UpsellRun.objects.filter(pk=run.pk).update(
            state=RunState.CANCELLED, ended_at=now, end_reason=words[:300], updated_at=now
        )
        done = (StepState.SENT, StepState.SKIPPED, StepState.SENDING)
        UpsellStep.objects.filter(run=run).exclude(state__in=done).update(
            state=StepState.CANCELLED, not_before=None, updated_at=now
        )
        _take_mail_away(run, now=now, by=by, must=False)
        _stop_clock(run, now=now)
        record(
            "upsell.cancelled", f"Upsell run cancelled: {words}", customer=run.customer_id, by=by, now=now, subject=run
        )
        close_questions(run, now=now, by=by)
        close_news(run, now=now, by=by)
    return _fresh(run)


def _approve_mail(run: UpsellRun, *, now: datetime, by: User, undo_seconds: int) -> None:
    introduction = find_introduction(run)
    draft = introduction.draft if introduction else None
    if draft is None:
        raise NotPossible("The mail is gone.")
    if draft.state not in (DraftState.DRAFT, DraftState.BLOCKED, DraftState.FAILED):
        raise NotPossible("The mail does not wait for an approval.")
    approve_letter(draft.pk, version=draft.version, now=now, by=by, undo_seconds=undo_seconds)


def _take_mail_away(run: UpsellRun, *, now: datetime, by: User, must: bool) -> None:
    introduction = find_introduction(run)
    draft = introduction.draft if introduction else None
    if draft is None or draft.has_gone:
        if must and draft is not None:
            raise NotPossible("The mail has left already, or may have.")
        return
    with suppress(NotEditable):
        delete_draft(draft, now=now, by=by)
        return
    if must:
        raise NotPossible("The mail is just being handed over.")


def _stop_clock(run: UpsellRun, *, now: datetime) -> None:
    cancel_of_subject(
        subject_kind=SOURCE, subject_id=run.pk, kinds=[UPSELL_TIMEOUT], reason="A person decided.", now=now
    )


def _read_choices(
    run: UpsellRun,
    name: UpsellStepName,
    *,
    estimated_value: Decimal | None,
    starts_at: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if estimated_value is not None:
        if name is not UpsellStepName.LOG_OPPORTUNITY:
            raise ValidationError({"estimated_value": "Only the opportunity has a value."})
        if not 0 <= estimated_value < LARGEST:
            raise ValidationError({"estimated_value": "A value from 0 on, of at most twelve digits."})
        asked["estimatedValue"] = str(estimated_value)
    if starts_at is not None:
        if name is not UpsellStepName.CREATE_ZOOM_MEETING:
            raise ValidationError({"starts_at": "Only the meeting has a time."})
        if starts_at <= now:
            raise ValidationError({"starts_at": "Choose a moment in the future."})
        if not suits_all(starts_at, read_windows(run.customer, run.customer.owner, now=now)[:1]):
            raise ValidationError({"starts_at": "That is no working hour at the account."})
        asked["startsAt"] = starts_at.isoformat()
    return asked


def _read_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"At most {LONGEST_REASON} characters."})
    return reason


def _get(run: UpsellRun, name: UpsellStepName) -> UpsellStep:
    step: UpsellStep = UpsellStep.objects.get(run=run, name=name)
    return step


def _is_current(run: UpsellRun, step: UpsellStep) -> bool:
    """Whether every earlier step is done or left out."""
    earlier = UpsellStep.objects.filter(run=run, position__lt=step.position)
    return not earlier.exclude(state__in=[StepState.SENT, StepState.SKIPPED]).exists()


def _fresh(run: UpsellRun) -> UpsellRun:
    fresh: UpsellRun = UpsellRun.objects.select_related("customer__owner").get(pk=run.pk)
    return fresh


def _record(
    run: UpsellRun, step: UpsellStep, verb: str, words: str, *, now: datetime, by: User, reason: str = ""
) -> None:
    label = step.get_name_display().lower()
    because = f": {reason}" if reason else ""
    record(
        f"upsell.step_{verb}",
        f"Upsell run, {words.lower()} “{label}”{because}",
        customer=run.customer_id,
        by=by,
        now=now,
        subject=run,
        step=step.name,
    )

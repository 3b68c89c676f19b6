"""Taking the steps that are due: claim, do, settle; each once, whoever rings and whoever dies (promises 3 and 8)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from customers.base import claim, settle
from customers.queries.standstill import stands_still
from outreach.enums import ENDED_RUN_STATES, StepState, UpsellStepName
from outreach.models import UpsellStep
from outreach.queries.upsell_runs import is_stopped, news_waiting, steps_waiting
from outreach.rules.upsell.running import AT_VENDORS, MOST_ATTEMPTS, Again, after_failure
from outreach.services.upsell.mails import note_mail_left
from outreach.services.upsell.moving import advance, lock_run
from outreach.services.upsell.outcomes import Done, Doubtful, Failed, Outcome, Waits, Work
from outreach.services.upsell.starting import start_lost
from outreach.services.upsell.steps import contract, mail, meeting, opportunity, plan, slack, usage, waiting

BATCH = 50
MOST_ROUNDS = 20
"""A run takes a few steps in a row; more than that is left for the next ring."""

DIED = "The worker stopped during the step."
MAYBE = "The worker stopped during the call; it may have been accepted."

EXECUTORS: Mapping[UpsellStepName, Callable[[Work], Outcome]] = {
    UpsellStepName.FETCH_USAGE: usage.fetch_usage,
    UpsellStepName.FETCH_CONTRACT: contract.fetch_contract,
    UpsellStepName.ASK_CLAUDE_FOR_PLAN: plan.ask_for_plan,
    UpsellStepName.SEND_EMAIL_DRAFT: mail.write_mail,
    UpsellStepName.POST_SLACK_SUMMARY: slack.post_summary,
    UpsellStepName.WAIT_FOR_REPLY: waiting.wait_for_reply,
    UpsellStepName.CREATE_ZOOM_MEETING: meeting.create_meeting,
    UpsellStepName.LOG_OPPORTUNITY: opportunity.log_opportunity,
}

log = structlog.get_logger(__name__)


def sweep(now: datetime) -> int:
    """What the clock and the doorbell call: runs to start, mails that have left, steps to take; gives how many."""
    if stands_still():
        return 0
    return start_lost(now=now) + _note_lost_mails(now=now) + release_lost(now=now) + take_due(now=now)


def take_due(*, now: datetime) -> int:
    """Take every step that is due, and those that follow at once."""
    count = 0
    for _ in range(MOST_ROUNDS):
        *due, _ = steps_waiting(now)
        ids = [pk for rows in due for pk in rows.values_list("pk", flat=True)[:BATCH]]
        taken = sum(take(pk, now=now) for pk in ids)
        count += taken
        if not taken:
            break
    return count


def take(step_id: uuid.UUID, *, now: datetime) -> bool:
    """Take one step, unless another worker has it or it is not its turn. No vendor is called inside a transaction."""
    claimed = _claim(step_id, now=now)
    if claimed is None:
        return False
    work, token = claimed
    try:
        outcome = EXECUTORS[UpsellStepName(work.step.name)](work)
    except Exception as error:
        log.exception("upsell_step_failed", step=work.step.name, run=str(work.run.pk))
        outcome = _unforeseen(work, error)
    _settle(work, token, outcome)
    return True


def release_lost(*, now: datetime) -> int:
    """Settle the steps whose worker died: what a vendor may have taken waits for a person, the rest is taken again."""
    *_, lost = steps_waiting(now)
    return sum(_release(pk, now=now) for pk in list(lost.values_list("pk", flat=True)[:BATCH]))


def _claim(step_id: uuid.UUID, *, now: datetime) -> tuple[Work, uuid.UUID] | None:
    found = UpsellStep.objects.filter(pk=step_id).values_list("run_id", flat=True).first()
    if found is None:
        return None
    with transaction.atomic():
        run = lock_run(found)
        step = UpsellStep.objects.get(pk=step_id)
        if run.state in ENDED_RUN_STATES or is_stopped(step):
            return None
        token = claim(step, now=now)
        if token is None:
            return None
        step.refresh_from_db()
        step.receipt = [*step.receipt, {"at": now.isoformat(), "attempt": step.attempts}]
        UpsellStep.objects.filter(pk=step.pk).update(receipt=step.receipt)
    return Work(run, step, now), token


def _unforeseen(work: Work, error: Exception) -> Outcome:
    reason = f"{type(error).__name__} during the step."
    if work.step.name in AT_VENDORS:
        return Doubtful(f"{reason} It may have been accepted.")
    return Failed(reason, can_retry=True)


def _settle(work: Work, token: uuid.UUID, outcome: Outcome) -> None:
    """Record how the step ended and move the run on, in one transaction; nothing where the lease was lost."""
    step, now = work.step, work.now
    with transaction.atomic():
        run = lock_run(work.run.pk)
        if not UpsellStep.objects.filter(pk=step.pk, state=StepState.SENDING, claim_token=token).exists():
            return
        fields = _fields(work, outcome)
        settle(step, token=token, now=now, **fields, receipt=_told(step, outcome, now))
        advance(run, now=now)


def _fields(work: Work, outcome: Outcome) -> dict[str, Any]:
    now = work.now
    if isinstance(outcome, Done | Waits):
        output = {**outcome.output, **(outcome.finish() if outcome.finish else {})}
        is_done = isinstance(outcome, Done)
        return {
            "state": StepState.SENT if is_done else StepState.WAITING,
            "done_at": now if is_done else None,
            "input": outcome.input,
            "output": output,
            "note": outcome.note[:300],
            "outcome": "",
        }
    if isinstance(outcome, Doubtful):
        return {"state": StepState.UNKNOWN, "outcome": outcome.reason[:500]}
    next_try = after_failure(
        attempt=work.step.attempts,
        first_at=_first_at(work.step, now),
        now=now,
        reason=outcome.reason,
        can_retry=outcome.can_retry,
        after_s=outcome.after_s,
    )
    if isinstance(next_try, Again):
        return {"state": StepState.QUEUED, "not_before": next_try.at, "outcome": outcome.reason[:500]}
    return {"state": StepState.NEEDS_REVIEW, "outcome": next_try.reason[:500]}


def _told(step: UpsellStep, outcome: Outcome, now: datetime) -> list[dict[str, Any]]:
    words = outcome.reason if isinstance(outcome, Failed | Doubtful) else outcome.note or "Done."
    *before, last = step.receipt or [{"at": now.isoformat(), "attempt": step.attempts}]
    return [*before, {**last, "endedAt": now.isoformat(), "outcome": words[:300]}]


def _first_at(step: UpsellStep, now: datetime) -> datetime:
    """When the present series of attempts began: a person's retry begins another one."""
    series = step.receipt[-step.attempts :] if step.attempts else []
    return datetime.fromisoformat(series[0]["at"]) if series else now


def _release(step_id: uuid.UUID, *, now: datetime) -> bool:
    run_id = UpsellStep.objects.values_list("run_id", flat=True).get(pk=step_id)
    with transaction.atomic():
        run = lock_run(run_id)
        step = UpsellStep.objects.get(pk=step_id)
        if step.state != StepState.SENDING or step.leased_until is None or step.leased_until >= now:
            return False
        if step.name in AT_VENDORS:
            state, words = StepState.UNKNOWN, MAYBE
        elif step.attempts >= MOST_ATTEMPTS:
            state, words = StepState.NEEDS_REVIEW, f"{DIED} It was tried {step.attempts} times."
        else:
            state, words = StepState.QUEUED, DIED
        UpsellStep.objects.filter(pk=step.pk).update(
            state=state,
            claim_token=None,
            leased_until=None,
            not_before=None,
            outcome=words,
            receipt=_told(step, Doubtful(words), now),
            updated_at=now,
        )
        advance(run, now=now)
    return True


def _note_lost_mails(*, now: datetime) -> int:
    _, left = news_waiting(now)
    runs = list(left.values_list("run_id", flat=True)[:BATCH])
    return sum(note_mail_left(run_id, now=now) for run_id in runs)

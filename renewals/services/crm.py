"""The first email of Engage moves the renewal's opportunity to “Renewal Proposed”. Source: Engage, step 6.

Read first: never backwards, never opened again. Every call may be repeated, since a second one changes nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from customers.base import claim, lock_customer, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.choice import get_salesforce, why_salesforce_off
from customers.clients.salesforce import OpportunityRead, OpportunityWrite
from customers.enums import ClaimState, TodoState
from customers.models import Todo, User
from customers.queries.standstill import stands_still
from customers.rules.crm_stages import StageFact, StageMove, decide_stage
from customers.services.activity import record
from customers.services.budgets import within_budget
from customers.services.todos import finish_todo
from emails.enums import OriginKind, Purpose
from journeys.registry import Sweeper, register_sweeper
from outreach.queries.crm import get_crm_settings
from outreach.services.crm import Refusal, wait_after
from renewals.models import CrmStageMove, EngageRun, Renewal
from renewals.queries.crm import PROBLEMS, external_id_of, moves_waiting
from renewals.services.tasks import task_key

BATCH = 50
MOST_ATTEMPTS = 8
TASK = "ai.crm"
BY_HAND = "Set it there by hand."


@dataclass(frozen=True)
class Moved:
    """What became of it. is_done: whether the task is done with. note: for the task."""

    is_done: bool
    note: str
    opportunity_id: str = ""
    stage_before: str = ""


def register() -> None:
    register_sweeper(Sweeper("crm_stages", sweep, waiting=moves_waiting))


def sweep(now: datetime) -> int:
    """What the clock calls: lost news, moves that are due, and what a dead worker left."""
    if stands_still():
        return 0
    lost, new, later, _ = moves_waiting(now)
    freed = CrmStageMove.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).update(
        state=ClaimState.QUEUED, claim_token=None, leased_until=None, updated_at=now
    )
    asked = sum(ask_for_move(plan_id, draft_id=pk, now=now) for pk, plan_id in lost.values_list("pk", "origin_id"))
    ids = [pk for rows in (new, later) for pk in rows.values_list("pk", flat=True)[:BATCH]]
    return freed + asked + sum(move(pk, now=at) for pk, at in within_budget(ids, now=now))


def note_sent(
    *, draft_id: uuid.UUID, origin_kind: str, origin_id: uuid.UUID | None, purpose: str, now: datetime
) -> bool:
    """This will ask for the move if the email was the first of its Engage; said again, nothing happens."""
    if origin_kind != OriginKind.ENGAGE or purpose != Purpose.FIRST_TOUCH or origin_id is None:
        return False
    return ask_for_move(origin_id, draft_id=draft_id, now=now)


def ask_for_move(plan_id: uuid.UUID, *, draft_id: uuid.UUID, now: datetime) -> bool:
    """This will ask for the move once a renewal, by the email that left; False where it was asked for before."""
    run = EngageRun.objects.select_related("renewal").filter(plan=plan_id, renewal__closed_at=None).first()
    if run is None or CrmStageMove.objects.filter(renewal=run.renewal_id).exists():
        return False
    row = CrmStageMove(
        customer_id=run.customer_id, renewal=run.renewal, draft_id=draft_id, asked_at=now, state=ClaimState.QUEUED
    )
    CrmStageMove.objects.bulk_create([row], ignore_conflicts=True)
    return True


def move(move_id: uuid.UUID, *, now: datetime) -> bool:
    """This will move one opportunity; False when it is not its turn, or another worker has it."""
    with transaction.atomic():
        row = CrmStageMove.objects.filter(pk=move_id).first()
        if row is None:
            return False
        lock_customer(row.customer_id)
        token = claim(row, now=now)
        if token is None:
            return False
        row.refresh_from_db(fields=["attempts"])
        renewal = Renewal.objects.select_related("customer", "contract").get(pk=row.renewal_id)
        if not renewal.is_open:
            note = "The renewal had its outcome before."
            settle(row, token=token, state=ClaimState.CANCELLED, now=now, note=note)
            return True
    try:
        moved = _call(renewal, now=now)
    except (Refusal, NotAccepted, MaybeAccepted) as problem:
        _settle_problem(row, token, problem, now=now)
    except Exception as error:
        _settle_problem(row, token, Refusal(f"{type(error).__name__} during the call."), now=now)
        raise
    else:
        _settle_moved(row, token, moved, now=now)
    return True


def retry(renewal: Renewal, *, now: datetime, by: User) -> bool:
    """This will have a move that failed tried again; False where it is under way or done."""
    with transaction.atomic():
        queued = CrmStageMove.objects.filter(renewal=renewal, state__in=PROBLEMS).update(
            state=ClaimState.QUEUED, attempts=0, not_before=None, outcome="", note="", updated_at=now
        )
        if queued:
            record(
                "renewal.crm_retried",
                "The CRM's stage is set again",
                customer=renewal.customer_id,
                by=by,
                now=now,
                subject=renewal,
            )
    return bool(queued)


def _call(renewal: Renewal, *, now: datetime) -> Moved:
    """Find the opportunity, weigh its stage, move it. Raises Refusal, NotAccepted, MaybeAccepted."""
    wanted = get_crm_settings().renewal_stage
    if off := why_salesforce_off():
        return _keep(renewal, wanted, off, now=now)
    client = get_salesforce()
    there = _find(renewal, now=now)
    stages = [StageFact(one.value, one.label, one.is_active) for one in client.list_stages(now=now)]
    decision = decide_stage(wanted=wanted, current=there.stage, is_closed=there.is_closed, stages=stages)
    if decision.move is StageMove.REFUSED:
        raise Refusal(decision.words)
    if decision.move is StageMove.MOVE:
        client.set_stage(there.opportunity_id, decision.stage, customer_id=renewal.customer_id, now=now)
    return Moved(True, decision.words, there.opportunity_id, there.stage)


def _find(renewal: Renewal, *, now: datetime) -> OpportunityRead:
    client = get_salesforce()
    if renewal.crm_id:
        found = client.get_opportunity(renewal.crm_id, now=now)
        missing = f"Salesforce has no opportunity {renewal.crm_id}: correct its id under “Edit what Prepare found”."
    else:
        found = client.find_opportunity(external_id_of(renewal), now=now)
        missing = (
            "Salesforce has no opportunity for this renewal: enter its id under “Edit what Prepare found”, or put "
            f"{external_id_of(renewal)} into its external id."
        )
    if found is None:
        raise Refusal(missing)
    return found


def _keep(renewal: Renewal, wanted: str, off: str, *, now: datetime) -> Moved:
    """Let the stand-in keep what would have been done; the task stays a person's."""
    write = OpportunityWrite(
        customer_id=renewal.customer_id,
        external_id=external_id_of(renewal),
        name=f"{renewal.customer.name}: renewal",
        close_date=renewal.contract.renewal_date,
        stage=wanted,
    )
    number = get_salesforce().upsert_opportunity(write, now=now)
    return Moved(False, f"{off} {BY_HAND}", number)


def _settle_moved(row: CrmStageMove, token: uuid.UUID, moved: Moved, *, now: datetime) -> None:
    with transaction.atomic():
        settled = settle(
            row,
            token=token,
            state=ClaimState.SENT,
            now=now,
            outcome="",
            note=moved.note[:500],
            opportunity_id=moved.opportunity_id,
            stage_before=moved.stage_before[:120],
            done_at=now,
            not_before=None,
        )
        if not settled or not moved.is_done:
            return
        record(
            "renewal.crm_moved",
            f"Opportunity at Salesforce: {moved.note}",
            customer=row.customer_id,
            by=None,
            now=now,
            subject=row.renewal,
        )
        if todo := _task_of(row):
            finish_todo(todo, now=now, by=None)


def _settle_problem(row: CrmStageMove, token: uuid.UUID, problem: Exception, *, now: datetime) -> None:
    can_retry = isinstance(problem, NotAccepted | MaybeAccepted) and problem.can_retry
    again = can_retry and row.attempts < MOST_ATTEMPTS
    asked_s = problem.retry_after_s if isinstance(problem, NotAccepted) else None
    settle(
        row,
        token=token,
        state=ClaimState.QUEUED if again else ClaimState.FAILED,
        now=now,
        outcome=str(problem)[:500],
        note=f"{problem} {'It is tried again.' if again else BY_HAND}"[:500],
        not_before=now + wait_after(row.attempts, asked_s=asked_s) if again else None,
    )


def _task_of(row: CrmStageMove) -> Todo | None:
    run = EngageRun.objects.filter(renewal=row.renewal_id).first()
    if run is None:
        return None
    return Todo.objects.filter(customer=row.customer_id, key=task_key(run, TASK), state=TodoState.OPEN).first()

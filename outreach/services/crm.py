"""Opportunities written to the CRM by an id of ours: claimed, read first, repeated where that changes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from customers.base import claim, lock_customer, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.choice import get_salesforce, why_salesforce_off
from customers.enums import ClaimState
from customers.models import User
from customers.queries.standstill import stands_still
from customers.rules.crm_stages import StageFact, StageMove, decide_stage
from customers.services.activity import record
from customers.services.budgets import within_budget
from outreach.models import CrmWrite, Opportunity
from outreach.queries.crm import PROBLEMS, build_write, crm_waiting, external_id_of, get_crm_settings

BATCH = 50
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
"""An organisation's limit of calls is one of 24 hours: waits double up to this."""

LONGEST_NOTE = 300


@dataclass(frozen=True)
class Written:
    """What became of one write. crm_id: "" where the CRM does not repeat it. note: for the page."""

    crm_id: str
    note: str


class Refusal(Exception):
    """Raised when the CRM can be reached and the write makes no sense there; says why."""


def sweep(now: datetime) -> int:
    """What the clock calls: opportunities that changed are queued, and what is due is written."""
    if stands_still():
        return 0
    freed = CrmWrite.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).update(
        state=ClaimState.QUEUED, claim_token=None, leased_until=None, updated_at=now
    )
    return freed + queue_changed(now=now) + write_due(now=now)


def queue_changed(*, now: datetime) -> int:
    """This will queue each opportunity that was logged or has changed; gives how many."""
    changed, *_ = crm_waiting(now)
    rows = list(changed.values_list("pk", "customer_id", "updated_at")[:BATCH])
    return sum(_queue(pk, customer_id, seen_at, now=now) for pk, customer_id, seen_at in rows)


def note_logged(opportunity_id: uuid.UUID, *, now: datetime) -> bool:
    """This will queue an opportunity that was logged, whatever its stage; False where it was before, or is gone."""
    row = Opportunity.objects.filter(pk=opportunity_id, crm_seen_at=None).first()
    return row is not None and _queue(row.pk, row.customer_id, row.updated_at, now=now)


def write_due(*, now: datetime) -> int:
    """This will write what is due; gives how many were tried."""
    _, new, later, _ = crm_waiting(now)
    ids = [pk for rows in (new, later) for pk in rows.values_list("pk", flat=True)[:BATCH]]
    stages: list[StageFact] = []
    return sum(write(pk, now=at, stages=stages) for pk, at in within_budget(ids, now=now))


def write(write_id: uuid.UUID, *, now: datetime, stages: list[StageFact] | None = None) -> bool:
    """This will write one opportunity; False when it is not its turn, or another worker has it.

    stages: the organisation's, read once for a batch: filled by the first that needs them.
    """
    with transaction.atomic():
        row = CrmWrite.objects.filter(pk=write_id).first()
        if row is None:
            return False
        lock_customer(row.customer_id)
        token = claim(row, now=now)
        if token is None:
            return False
        row.refresh_from_db(fields=["attempts"])
        opportunity = Opportunity.objects.select_related("customer").get(pk=row.opportunity_id)
    try:
        written = _call(opportunity, [] if stages is None else stages, now=now)
    except (Refusal, NotAccepted, MaybeAccepted) as problem:
        _settle_problem(row, token, problem, now=now)
    except Exception as error:
        _settle_problem(row, token, Refusal(f"{type(error).__name__} during the call."), now=now)
        raise
    else:
        _settle_written(row, token, written, now=now)
    return True


def retry(write_id: uuid.UUID, *, now: datetime, by: User) -> bool:
    """This will queue a write that failed once more; False where it is under way or done."""
    with transaction.atomic():
        row = CrmWrite.objects.filter(pk=write_id, state__in=PROBLEMS).select_related("opportunity").first()
        if row is None:
            return False
        CrmWrite.objects.filter(pk=row.pk, state__in=PROBLEMS).update(
            state=ClaimState.QUEUED, attempts=0, not_before=None, outcome="", updated_at=now
        )
        summary = f"“{row.opportunity}” is written to the CRM again"
        record("opportunity.sync_retried", summary, customer=row.customer_id, by=by, now=now, subject=row.opportunity)
    return True


def wait_after(attempts: int, *, asked_s: int | None = None) -> timedelta:
    """This will say how long to wait after so many attempts, or as long as the vendor asks."""
    if asked_s:
        return timedelta(seconds=asked_s)
    return min(FIRST_WAIT * 2 ** max(attempts - 1, 0), LONGEST_WAIT)


def _queue(opportunity_id: uuid.UUID, customer_id: uuid.UUID, seen_at: datetime, *, now: datetime) -> bool:
    with transaction.atomic():
        row, _ = CrmWrite.objects.get_or_create(
            opportunity_id=opportunity_id, defaults={"customer_id": customer_id, "state": ClaimState.WAITING}
        )
        # One that is being written is queued again after it, since it stays behind until then.
        queued = CrmWrite.objects.filter(~Q(state=ClaimState.SENDING), pk=row.pk).update(
            state=ClaimState.QUEUED, attempts=0, not_before=None, outcome="", updated_at=now
        )
        if queued:
            Opportunity.objects.filter(pk=opportunity_id, updated_at=seen_at).update(crm_seen_at=seen_at)
    return bool(queued)


def _call(opportunity: Opportunity, stages: list[StageFact], *, now: datetime) -> Written:
    client, settings = get_salesforce(), get_crm_settings()
    there = client.find_opportunity(external_id_of(opportunity), now=now)
    if not stages:
        stages += [StageFact(one.value, one.label, one.is_active) for one in client.list_stages(now=now)]
    decision = decide_stage(
        wanted=settings.stage_map.get(opportunity.stage, ""),
        current=there.stage if there else "",
        is_closed=bool(there and there.is_closed),
        stages=stages,
    )
    if decision.move is StageMove.REFUSED and (there is None or there.is_closed):
        raise Refusal(decision.words)
    fields = build_write(opportunity, there=there, stage=decision.stage, now=now)
    crm_id = client.upsert_opportunity(fields, now=now) or (there.opportunity_id if there else "")
    return Written(crm_id, why_salesforce_off() or decision.words)


def _settle_written(row: CrmWrite, token: uuid.UUID, written: Written, *, now: datetime) -> None:
    with transaction.atomic():
        if not settle(row, token=token, state=ClaimState.SENT, now=now, outcome="", attempts=0, not_before=None):
            return
        opportunity = Opportunity.objects.get(pk=row.opportunity_id)
        # Not `updated_at`: what the CRM says of it is no change of ours that would have to go there.
        Opportunity.objects.filter(pk=opportunity.pk).update(
            crm_id=written.crm_id or opportunity.crm_id, crm_synced_at=now, crm_note=written.note[:LONGEST_NOTE]
        )
        if not opportunity.crm_synced_at:
            summary = f"“{opportunity}” written to the CRM"
            record("opportunity.synced", summary, customer=row.customer_id, by=None, now=now, subject=opportunity)


def _settle_problem(row: CrmWrite, token: uuid.UUID, problem: Exception, *, now: datetime) -> None:
    can_retry = isinstance(problem, NotAccepted | MaybeAccepted) and problem.can_retry
    again = can_retry and row.attempts < MOST_ATTEMPTS
    asked_s = problem.retry_after_s if isinstance(problem, NotAccepted) else None
    not_before = now + wait_after(row.attempts, asked_s=asked_s) if again else None
    note = f"{problem} It is tried again." if again else str(problem)
    state = ClaimState.QUEUED if again else ClaimState.FAILED
    with transaction.atomic():
        if settle(row, token=token, state=state, now=now, outcome=str(problem)[:500], not_before=not_before):
            Opportunity.objects.filter(pk=row.opportunity_id).update(crm_note=note[:LONGEST_NOTE])

"""Approved enrollments, done at Outreach.io: claimed, looked up, made, settled. The only place that makes one there.

What may have been accepted is `unknown` and looked up before anything else; what is found there is taken over.
Source: promises 1, 2, 3; the contract, "ENROLL": nothing there is idempotent, whoever is in a sequence is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from uuid import UUID

import structlog
from django.db import transaction

from customers.base import claim, lock_customer, release_expired, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models.workspace import ONLY_ID
from customers.queries.standstill import stands_still
from customers.services.activity import record
from customers.services.side_by_side import run_side_by_side
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_access import goes_on_at
from outreach.clients.outreach_io_errors import AlreadyInSequence, Gone, NotConnected, RateLimited
from outreach.enums import EnrollmentState, PausedBy
from outreach.models import Enrollment, OutreachConnection, ProspectLink
from outreach.queries.enrollment_gate import read_receipt
from outreach.queries.enrollments import approved_due, find_brake, find_hold, unknown_due
from outreach.rules.outreach_io.resources import SequenceState
from outreach.services.enrolling import LOOK_AGAIN, reload
from outreach.services.enrollment_control import stop_there
from outreach.services.enrollment_states import apply_changes, read_book, weigh_state
from outreach.services.prospects import NoAddress, sync_prospect

BATCH = 200
BUDGET_S = 20
"""So long one batch begins anything new, so that the clock gets to its other duties."""

MOST_ATTEMPTS = 6
MOST_LOOKUPS = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
LOOKED_UP_AFTER = timedelta(seconds=30)
"""What was accepted a moment ago may not be listed yet."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A row that this worker alone may settle. was_unknown: it may be there already."""

    row: Enrollment
    token: UUID
    was_unknown: bool


class OptedOutThere(Exception):
    """Raised when the person has opted out at Outreach.io."""


class NotThereYet(Exception):
    """Raised when what may have been accepted is not found: it was not, and is asked for anew."""


def work_due(*, now: datetime, limit: int = BATCH) -> int:
    """This will do what is due, several at once; gives how many were tried.

    Where no call may be made, all of it waits until it may. A slow vendor ends it early: the next ring goes on.
    """
    freed = release_expired(Enrollment, now=now)
    if stands_still() or postpone_all(now=now):
        return freed
    ids: list[UUID] = []
    for rows in (unknown_due(now), approved_due(now)):
        ids += rows.values_list("pk", flat=True)[: limit - len(ids)]
    began, ends = monotonic(), Event()

    def do(pk: UUID) -> bool:
        elapsed_s = int(monotonic() - began)
        if ends.is_set() or elapsed_s > BUDGET_S:
            return False
        # Claimed at its own moment: a lease that began with the batch could be over before its turn comes.
        moment = now + timedelta(seconds=elapsed_s)
        done = work(pk, now=moment)
        if _goes_on_at(moment) is not None:
            ends.set()
        return done

    done = run_side_by_side(do, ids)
    if ends.is_set():
        postpone_all(now=now)
    return freed + done


def work(enrollment_id: UUID, *, now: datetime) -> bool:
    """This will do one enrollment; False when it is not its turn, another worker has it, or the gate says no."""
    claimed = _claim(enrollment_id, now=now)
    if claimed is None:
        return False
    try:
        client = outreach_client(now)
        state, prospect_id = _enroll(client, claimed, now=now)
    except NotThereYet:
        _again(claimed, "It was not accepted; it is asked for again.", at=None, now=now)
    except (NoAddress, OptedOutThere) as refusal:
        _fail(claimed, str(refusal), now=now)
    except NotAccepted as refusal:
        _settle_refused(claimed, refusal, now=now)
    except MaybeAccepted as doubt:
        _settle_doubt(claimed, doubt.reason, now=now)
    except Exception as error:
        _settle_doubt(claimed, f"{type(error).__name__} during the call.", now=now)
        raise
    else:
        _settle_enrolled(claimed, state, prospect_id, now=now)
    return True


def postpone_all(*, now: datetime) -> bool:
    """This will have everything wait where no call may be made now; False where calls may be made."""
    until = _goes_on_at(now)
    if until is None:
        return False
    for rows in (approved_due(now), unknown_due(now)):
        said = f"Outreach.io takes no more calls until {until:%H:%M} UTC."
        rows.order_by().update(not_before=until, outcome=said, updated_at=now)
    return True


def _goes_on_at(now: datetime) -> datetime | None:
    return goes_on_at(OutreachConnection.objects.filter(pk=ONLY_ID).first(), now=now)


def wait_after(attempts: int) -> timedelta:
    return min(FIRST_WAIT * 2 ** max(attempts - 1, 0), LONGEST_WAIT)


def _claim(enrollment_id: UUID, *, now: datetime) -> Claimed | None:
    with transaction.atomic():
        row = Enrollment.objects.filter(pk=enrollment_id).first()
        if row is None:
            return None
        lock_customer(row.customer_id)
        row = reload(row)
        was_unknown = row.state == EnrollmentState.UNKNOWN
        # What may be there already is only looked for: to look, nobody's leave is needed.
        if not was_unknown and not _passes_gate(row, now=now):
            return None
        token = claim(row, now=now, queued=EnrollmentState.UNKNOWN if was_unknown else EnrollmentState.APPROVED)
        if token is None:
            return None
        row.refresh_from_db(fields=["attempts", "state"])
        return Claimed(row, token, was_unknown)


def _passes_gate(row: Enrollment, *, now: datetime) -> bool:
    """Ask the gate in the transaction of the claim, and keep what it said."""
    if row.state != EnrollmentState.APPROVED or (row.not_before is not None and row.not_before > now):
        return False
    receipt = read_receipt(row, now=now)
    refusal = receipt.refusal
    rows = Enrollment.objects.filter(pk=row.pk, state=EnrollmentState.APPROVED)
    if refusal is None:
        rows.update(receipt=receipt.as_json())
        return True
    values = {"receipt": receipt.as_json(), "outcome": refusal.reason[:500], "updated_at": now}
    if refusal.check == "approval":
        # Expired, or the person has another address now: it is put before a person again.
        rows.update(state=EnrollmentState.PENDING, not_before=None, version=row.version + 1, **values)
        record("enrollment.approval_void", f"Approve again: {row.stakeholder.name} into “{row.sequence_name}”: "
               f"{refusal.reason}", customer=row.customer_id, by=None, now=now, subject=row)  # fmt: skip
    else:
        rows.update(not_before=refusal.next_try_at or now + LOOK_AGAIN, **values)
    return False


def _enroll(client: OutreachClient, claimed: Claimed, *, now: datetime) -> tuple[SequenceState, int]:
    """Look first, then make; what is there already is taken over, unless it is the way of another enrollment."""
    row = claimed.row
    if claimed.was_unknown:
        return _look_up(client, row)
    synced = sync_prospect(client, row.stakeholder, now=now, by=None)
    prospect_id = synced.link.prospect_id
    if synced.link.opted_out:
        raise OptedOutThere(f"{row.stakeholder.name} has opted out at Outreach.io.")
    there = None if synced.is_new else client.find_state(prospect_id, row.sequence_id)
    if there is not None and not _is_of_another(there, row):
        return there, prospect_id
    try:
        return client.create_state(prospect_id, row.sequence_id, row.mailbox_id or 0), prospect_id
    except AlreadyInSequence:
        there = client.find_state(prospect_id, row.sequence_id)
        if there is None or _is_of_another(there, row):
            raise
        return there, prospect_id


def _is_of_another(state: SequenceState, row: Enrollment) -> bool:
    """Whoever has the same address at two accounts is one person there, in a sequence for one of the two."""
    return Enrollment.objects.filter(state_id=state.state_id).exclude(pk=row.pk).exists()


def _look_up(client: OutreachClient, row: Enrollment) -> tuple[SequenceState, int]:
    link = ProspectLink.objects.filter(stakeholder=row.stakeholder_id).first()
    prospect_id = link.prospect_id if link else None
    if prospect_id is None:
        found = client.find_prospect(row.stakeholder.email, external_id=str(row.stakeholder_id))
        prospect_id = found.prospect_id if found else None
    state = client.find_state(prospect_id, row.sequence_id) if prospect_id is not None else None
    if state is None or prospect_id is None or _is_of_another(state, row):
        raise NotThereYet
    return state, prospect_id


def _settle_enrolled(claimed: Claimed, state: SequenceState, prospect_id: int, *, now: datetime) -> None:
    row = claimed.row
    with transaction.atomic():
        settled = settle(
            row,
            token=claimed.token,
            state=EnrollmentState.ENROLLED,
            now=now,
            state_id=state.state_id,
            prospect_id=prospect_id,
            enrolled_at=state.created_at or now,
            not_before=None,
            outcome="",
            lookups=0,
        )
        if not settled:
            return
        summary = f"{row.stakeholder.name} enrolled in “{row.sequence_name}” at Outreach.io"
        record("enrollment.enrolled", summary, customer=row.customer_id, by=None, now=now, subject=row)
        row = reload(row)
        change = weigh_state(row, state, book=read_book([row.sequence_id]))
    if change is not None:
        apply_changes([change], now=now)
    _stop_where_stopped(row, now=now)


def _stop_where_stopped(row: Enrollment, *, now: datetime) -> None:
    """A hold or a brake that came while it was under way pauses it there."""
    if find_brake(row.customer_id) is not None:
        stop_there([row.customer_id], PausedBy.BRAKE, now=now)
    elif find_hold(row.customer_id, now=now) is not None:
        stop_there([row.customer_id], PausedBy.HOLD, now=now)


def _settle_refused(claimed: Claimed, refusal: NotAccepted, *, now: datetime) -> None:
    row = claimed.row
    if isinstance(refusal, RateLimited):
        _again(claimed, refusal.reason, at=refusal.until, now=now, counts=False)
    elif isinstance(refusal, NotConnected):
        _again(claimed, refusal.reason, at=now + LOOK_AGAIN, now=now, counts=False)
    elif isinstance(refusal, Gone):
        # The person there is gone or was merged: they are looked for anew.
        ProspectLink.objects.filter(stakeholder=row.stakeholder_id).update(synced_at=now - timedelta(days=365))
        _retry_or_fail(claimed, refusal.reason, can_retry=row.attempts < 2, wait_s=None, now=now)
    else:
        _retry_or_fail(claimed, refusal.reason, can_retry=refusal.can_retry, wait_s=refusal.retry_after_s, now=now)


def _retry_or_fail(claimed: Claimed, reason: str, *, can_retry: bool, wait_s: int | None, now: datetime) -> None:
    if can_retry and claimed.row.attempts < MOST_ATTEMPTS:
        wait = timedelta(seconds=wait_s) if wait_s else wait_after(claimed.row.attempts)
        _again(claimed, reason, at=now + wait, now=now)
    elif claimed.was_unknown:
        _settle_doubt(claimed, reason, now=now)
    else:
        _fail(claimed, reason, now=now)


def _again(claimed: Claimed, reason: str, *, at: datetime | None, now: datetime, counts: bool = True) -> None:
    """Let it wait for another try: what surely was not accepted is asked for again, what may have been is looked up."""
    is_lookup = claimed.was_unknown and at is not None
    settle(
        claimed.row,
        token=claimed.token,
        state=EnrollmentState.UNKNOWN if is_lookup else EnrollmentState.APPROVED,
        now=now,
        not_before=at or now,
        outcome=reason[:500],
        attempts=claimed.row.attempts if counts else max(claimed.row.attempts - 1, 0),
    )


def _settle_doubt(claimed: Claimed, reason: str, *, now: datetime) -> None:
    """It may have been accepted: it is looked up before anything else, and after many looks a person is asked."""
    lookups = claimed.row.lookups + 1
    if lookups > MOST_LOOKUPS:
        settle(claimed.row, token=claimed.token, state=EnrollmentState.NEEDS_REVIEW, now=now,
               outcome=f"Nobody can say whether it was accepted: {reason}"[:500], lookups=lookups)  # fmt: skip
        return
    wait = max(LOOKED_UP_AFTER, wait_after(lookups))
    settle(
        claimed.row,
        token=claimed.token,
        state=EnrollmentState.UNKNOWN,
        now=now,
        not_before=now + wait,
        outcome=f"It may have been accepted; it is looked up: {reason}"[:500],
        lookups=lookups,
    )


def _fail(claimed: Claimed, reason: str, *, now: datetime) -> None:
    row = claimed.row
    with transaction.atomic():
        if settle(row, token=claimed.token, state=EnrollmentState.FAILED, now=now, outcome=reason[:500],
                  completed_at=now, not_before=None):  # fmt: skip
            summary = f"Not enrolled: {row.stakeholder.name} in “{row.sequence_name}”: {reason}"
            record("enrollment.failed", summary, customer=row.customer_id, by=None, now=now, subject=row)

"""Deliverables written in the background. The row is the job (promise 9): state WRITING, due_at, claim_token, attempts.

Taken by a lease; Claude is asked between two short transactions, which may be done again freely, as it leaves nothing
outside; without a key the built-in writer writes at once. Source: the journey spec, workflow A: "if API fails, retry 3
times, then escalate to admin".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from customers.base import LEASE
from customers.models import User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from customers.services.todos import add_todo
from customers.signals import send_after_commit
from emails.enums import Writer
from emails.writing.claude import ClaudeFailed
from emails.writing.writers import claude_client
from journeys.enums import DeliverableState, JobPriority, JourneyState
from journeys.models import Deliverable
from journeys.queries.briefs import read_commission
from journeys.rules.effects import StaffNews, TellStaff
from journeys.services.reviewing import ask_for_review, close_todos, forget_revision
from journeys.services.staff_news import mail_staff
from journeys.services.texts import keep_version, refused, reload
from journeys.signals import deliverable_asked
from journeys.writing.writers import Commission, WrittenText, ask_claude, write_built_in

WITHIN_S = 90.0
"""For one batch; shorter than the lease, so that a job is taken up by another only when its worker is gone."""

MOST_ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=15)
OVERDUE_AFTER = timedelta(seconds=45)
"""A due job that old was forgotten by its doorbell; the clock writes it itself."""

BATCH = 8
MOST_INSTRUCTION = 500
FAILED_TODO = "deliverable_failed"
WRITABLE = frozenset({DeliverableState.PENDING_REVIEW, DeliverableState.REJECTED, DeliverableState.FAILED})
UNWANTED = "It is not wanted any more: its month is skipped, or the journey was cancelled."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Claimed:
    deliverable: Deliverable
    token: uuid.UUID
    commission: Commission


def ask_again(
    deliverable: Deliverable,
    *,
    instruction: str,
    version: int,
    now: datetime,
    by: User,
    built_in: bool = False,
) -> Deliverable:
    """Have it written again; the present text stays among the versions.

    built_in: by the built-in writer, at once, as everything is where Claude is not set up. Calls nobody: Claude is
    asked by the workers. Raises ValidationError, StaleText, NotOpen.
    """
    instruction = " ".join(instruction.split())
    if len(instruction) > MOST_INSTRUCTION:
        raise ValidationError({"instruction": f"At most {MOST_INSTRUCTION} characters."})
    with transaction.atomic():
        moved = Deliverable.objects.filter(pk=deliverable.pk, version=version, state__in=WRITABLE).update(
            state=DeliverableState.WRITING,
            due_at=now,
            priority=JobPriority.HIGH,
            claim_token=None,
            attempts=0,
            outcome="",
            instruction=instruction,
            asked_by=by,
            review_since=None,
            version=F("version") + 1,
            updated_at=now,
        )
        current = reload(deliverable)
        if not moved:
            raise refused(current, version=version)
        close_todos(current, now=now, by=by)
        summary = f"Asked for “{current}” to be written again" + (f": {instruction}" if instruction else "")
        record("deliverable.asked", summary, customer=current.customer_id, by=by, now=now, subject=current)
        if built_in or claude_client() is None:
            _write_here(current, now=now)
            return reload(current)
        send_after_commit(deliverable_asked)
    return current


def write_due(*, now: datetime, overdue_by: timedelta = timedelta(0)) -> int:
    """Write what is due, batch by batch; gives how many jobs were taken.

    May call Claude: never inside a transaction. Writes the outcome whatever it is.
    """
    taken = 0
    while claimed := _claim(now=now, before=now - overdue_by):
        taken += len(claimed)
        _carry_out([one for one in claimed if one is not None], now=now)
    return taken


def write_due_plainly(*, now: datetime) -> int:
    """Write what is due with the built-in writer, whatever is set up: calls nobody."""
    taken = 0
    while claimed := _claim(now=now, before=now):
        taken += len(claimed)
        for one in claimed:
            if one is not None:
                _put_in(one, write_built_in(one.commission), now=now)
    return taken


def sweep(*, now: datetime) -> int:
    """What the clock calls: has the workers ask Claude, and writes itself what needs no call or was forgotten."""
    (due,) = waiting(now)
    if not due.exists():
        return 0
    if claude_client() is None:
        return write_due(now=now)
    send_after_commit(deliverable_asked)
    return write_due(now=now, overdue_by=OVERDUE_AFTER)


def waiting(now: When) -> Waiting:
    return (Deliverable.objects.filter(due_at__lte=now).order_by("due_at"),)


def _claim(*, now: datetime, before: datetime) -> list[_Claimed | None]:
    """Take up to BATCH jobs, each by one conditional UPDATE; None stands for one that is not worth doing any more.

    What a person waits for goes before what the clock asked for.
    """
    rows = Deliverable.objects.filter(due_at__lte=before).order_by("priority", "due_at")
    claimed: list[_Claimed | None] = []
    for row in rows.select_related("customer__owner", "month", "journey", "asked_by")[:BATCH]:
        token = uuid.uuid4()
        taken = Deliverable.objects.filter(pk=row.pk, due_at=row.due_at, claim_token=row.claim_token).update(
            claim_token=token, due_at=now + LEASE, updated_at=now
        )
        if taken:
            claimed.append(_prepare(row, token, now=now))
    return claimed


def _prepare(row: Deliverable, token: uuid.UUID, *, now: datetime) -> _Claimed | None:
    if row.month.is_skipped or row.journey.state == JourneyState.CANCELLED:
        _settle(row, token, now=now, state=DeliverableState.FAILED, outcome=UNWANTED)
        return None
    try:
        return _Claimed(row, token, read_commission(row, now=now, instruction=row.instruction))
    except Exception:
        log.exception("deliverable_brief_failed", deliverable=str(row.pk))
        _failed(row, token, "Its brief could not be put together.", now=now)
        return None


def _carry_out(claimed: list[_Claimed], *, now: datetime) -> None:
    for one, answer in zip(claimed, _write(claimed), strict=True):
        if isinstance(answer, WrittenText):
            _put_in(one, answer, now=now)
        else:
            _failed(one.deliverable, one.token, answer.reason, now=now)


def _write(claimed: Iterable[_Claimed]) -> list[WrittenText | ClaudeFailed]:
    commissions = [one.commission for one in claimed]
    client = claude_client()
    if client is not None:
        return ask_claude(client, commissions, within_s=WITHIN_S)
    return [write_built_in(one) for one in commissions]


def _write_here(deliverable: Deliverable, *, now: datetime) -> None:
    """The built-in writer, in the transaction that asked for it."""
    token = uuid.uuid4()
    Deliverable.objects.filter(pk=deliverable.pk).update(claim_token=token)
    commission = read_commission(deliverable, now=now, instruction=deliverable.instruction)
    _put_in(_Claimed(deliverable, token, commission), write_built_in(commission), now=now)


def _put_in(one: _Claimed, written: WrittenText, *, now: datetime) -> None:
    """Make the text the deliverable's and a person's turn, unless the job was taken away meanwhile."""
    row = one.deliverable
    first = {} if row.first_body else {"first_body": written.body}
    with transaction.atomic():
        if not _settle(
            row,
            one.token,
            now=now,
            state=DeliverableState.PENDING_REVIEW,
            title=written.title,
            body=written.body,
            writer=written.writer,
            writer_note=written.note[:500],
            facts=[fact.as_json() for fact in one.commission.facts],
            version=F("version") + 1,
            review_since=now,
            outcome="",
            **first,
        ):
            return
        fresh = reload(row)
        keep_version(fresh, reason=_reason(row), now=now, by=row.asked_by)
        name = "Claude" if written.writer == Writer.CLAUDE else "The built-in writer"
        record(
            "deliverable.written",
            f"{name} wrote “{fresh}” (M{fresh.month.number})",
            customer=fresh.customer_id,
            by=row.asked_by,
            now=now,
            subject=fresh,
        )
        if fresh.rejected_at is not None:
            forget_revision(fresh, now=now)
        ask_for_review(fresh, now=now)


def _reason(before: Deliverable) -> str:
    if not before.first_body:
        return "As it was first written"
    return f"Written again: {before.instruction}" if before.instruction else "Written again"


def _failed(row: Deliverable, token: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Try again in a quarter of an hour; after the fourth attempt give up, and tell a person once."""
    if row.attempts + 1 < MOST_ATTEMPTS:
        Deliverable.objects.filter(pk=row.pk, claim_token=token).update(
            claim_token=None,
            due_at=now + RETRY_AFTER,
            attempts=F("attempts") + 1,
            outcome=reason[:300],
            updated_at=now,
        )
        return
    with transaction.atomic():
        if not _settle(
            row, token, now=now, state=DeliverableState.FAILED, attempts=F("attempts") + 1, outcome=reason[:300]
        ):
            return
        title = f"M{row.month.number} {row.title} could not be written"
        add_todo(
            title,
            customer=row.customer_id,
            now=now,
            by=None,
            owner=row.customer.owner,
            kind=FAILED_TODO,
            detail=f"{reason} Write it again, have the built-in writer write it, or write it yourself.",
            source_kind="deliverable",
            source_id=row.pk,
            key=f"{FAILED_TODO}:{row.pk}:{row.version}",
        )
        # The journey spec, workflow A: "If API fails, retry 3 times, then escalate to admin".
        mail_staff([TellStaff(row.journey_id, StaffNews.NOT_WRITTEN, row.month.number)], now=now)
        record("deliverable.failed", f"{title}: {reason}", customer=row.customer_id, by=None, now=now, subject=row)


def _settle(row: Deliverable, token: uuid.UUID, *, now: datetime, **fields: object) -> bool:
    moved = Deliverable.objects.filter(pk=row.pk, claim_token=token, state=DeliverableState.WRITING).update(
        claim_token=None, due_at=None, updated_at=now, **fields
    )
    return bool(moved)

"""What there is at Outreach.io, read and kept: sequences, their steps, mailboxes and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.queries.moments import Waiting, When
from customers.services.workspace import NotOps
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_errors import NotConnected, RateLimited
from outreach.enums import ConnectionState
from outreach.models import OutreachConnection, OutreachMailbox, OutreachSequence, OutreachSequenceStep
from outreach.rules.outreach_io import resources
from outreach.services.outreach_webhooks import ensure_webhooks
from outreach.signals import outreach_changed, outreach_discovery_claimed

EVERY = timedelta(hours=1)
CLAIM = timedelta(minutes=5)
"""Who reads is given so long; then the clock has it read again."""

AFTER_FAILURE = timedelta(minutes=15)
LONGEST_NAME = 300


def discovery_waiting(when: When) -> Waiting:
    """This will give the connection when it is time to read again."""
    due = OutreachConnection.objects.filter(state=ConnectionState.CONNECTED, discover_next_at__lte=when)
    return (due.order_by("discover_next_at"),)


def sweep(now: datetime) -> int:
    """This will have a worker read what is due: the clock does not wait for a vendor."""
    if not _claim(now):
        return 0
    transaction.on_commit(lambda: outreach_discovery_claimed.send(None))
    return 1


def ask_to_discover(*, now: datetime, by: User) -> None:
    """This will have everything read again now. Raises NotOps, NotConnected."""
    if not by.is_ops:
        raise NotOps("Only ops may do this.")
    rows = OutreachConnection.objects.filter(pk=ONLY_ID, state=ConnectionState.CONNECTED)
    if not rows.update(discover_next_at=now, discover_error=""):
        raise NotConnected("Outreach.io is not connected.")
    transaction.on_commit(lambda: outreach_changed.send(None))


def discover_due(*, now: datetime) -> bool:
    """This will read what is there when it is time, one worker at a time; says whether all could be read."""
    return _claim(now) and discover_claimed(now=now)


def discover_claimed(*, now: datetime) -> bool:
    """This will read what somebody claimed. Raises nothing for what Outreach.io answers: the page says it."""
    rows = OutreachConnection.objects.filter(pk=ONLY_ID, state=ConnectionState.CONNECTED)
    try:
        discover(now=now)
    except (NotAccepted, MaybeAccepted) as error:
        wait = getattr(error, "retry_after_s", None)
        again = now + (timedelta(seconds=wait) if wait else AFTER_FAILURE)
        rows.update(discover_error=error.reason[:300], discover_next_at=again)
        return False
    rows.update(discover_error="", discovered_at=now, discover_next_at=now + EVERY)
    return True


def _claim(now: datetime) -> bool:
    due = OutreachConnection.objects.filter(pk=ONLY_ID, state=ConnectionState.CONNECTED, discover_next_at__lte=now)
    return bool(due.update(discover_next_at=now + CLAIM))


def discover(*, now: datetime) -> None:
    """This will read and keep everything, and see to the webhooks. Raises NotAccepted, MaybeAccepted.

    What could be read is kept, whatever else could not.
    """
    client = outreach_client(now)
    _keep_sequences(client.list_sequences(), now=now)
    failures: list[NotAccepted | MaybeAccepted] = []
    reads: tuple[Callable[[], object], ...] = (
        lambda: _keep_steps(client.list_steps()),
        lambda: _keep_mailboxes(client.list_mailboxes(), now=now),
        lambda: ensure_webhooks(now=now),
    )
    for read in reads:
        try:
            read()
        except (NotConnected, RateLimited):
            raise
        except (NotAccepted, MaybeAccepted) as error:
            failures.append(error)
    if failures:
        raise failures[0]


@transaction.atomic
def _keep_sequences(found: Sequence[resources.Sequence], *, now: datetime) -> None:
    rows = [
        OutreachSequence(
            sequence_id=one.sequence_id,
            name=(one.name or f"Sequence {one.sequence_id}")[:LONGEST_NAME],
            description=one.description,
            is_enabled=one.is_enabled,
            is_locked=one.is_locked,
            is_gone=False,
            kind=one.kind[:20],
            share_type=one.share_type[:20],
            step_count=one.step_count,
            duration_days=one.duration_days,
            deliver_count=one.deliver_count,
            open_count=one.open_count,
            click_count=one.click_count,
            reply_count=one.reply_count,
            bounce_count=one.bounce_count,
            opt_out_count=one.opt_out_count,
            throttle_per_day=one.throttle_per_day,
            throttle_capacity=one.throttle_capacity,
            is_transactional=one.is_transactional,
            changed_there_at=one.updated_at,
            read_at=now,
        )
        for one in {one.sequence_id: one for one in found}.values()
    ]
    _upsert(OutreachSequence, rows, "sequence_id")
    # Enrollments name them: a sequence that is gone is kept, and offered no more.
    gone = OutreachSequence.objects.exclude(sequence_id__in=[row.sequence_id for row in rows])
    gone.filter(is_gone=False).update(is_gone=True, updated_at=now)


@transaction.atomic
def _keep_steps(found: Sequence[resources.SequenceStep]) -> None:
    homes = dict(OutreachSequence.objects.values_list("sequence_id", "pk"))
    rows = [
        OutreachSequenceStep(
            step_id=one.step_id,
            sequence_id=homes[one.sequence_id],
            order=one.order,
            kind=one.kind[:40],
            name=one.name[:LONGEST_NAME],
            interval_s=one.interval_s,
            deliver_count=one.deliver_count,
            reply_count=one.reply_count,
        )
        for one in {one.step_id: one for one in found}.values()
        if one.sequence_id in homes
    ]
    _upsert(OutreachSequenceStep, rows, "step_id")
    OutreachSequenceStep.objects.exclude(step_id__in=[row.step_id for row in rows]).delete()


@transaction.atomic
def _keep_mailboxes(found: Sequence[resources.Mailbox], *, now: datetime) -> None:
    people = {email.strip().lower(): pk for email, pk in _people().values_list("email", "pk")}
    rows = [
        OutreachMailbox(
            mailbox_id=one.mailbox_id,
            email=one.email[:320],
            user_id_there=one.user_id,
            user_id=people.get(one.email),
            is_gone=False,
            why_not=one.why_not[:200],
            send_errored_at=one.send_errored_at,
            read_at=now,
        )
        for one in {one.mailbox_id: one for one in found}.values()
    ]
    _upsert(OutreachMailbox, rows, "mailbox_id")
    gone = OutreachMailbox.objects.exclude(mailbox_id__in=[row.mailbox_id for row in rows])
    gone.filter(is_gone=False).update(is_gone=True, updated_at=now)


def _people() -> QuerySet[User]:
    return User.objects.filter(is_active=True).exclude(Q(email="") | Q(email__isnull=True))


def _upsert(model: Any, rows: list[Any], key: str) -> None:
    if not rows:
        return
    kept = {"id", "created_at", key}
    names = [field.name for field in model._meta.concrete_fields if field.name not in kept]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=[key], update_fields=names, batch_size=500)

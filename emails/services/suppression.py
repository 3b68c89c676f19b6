"""Addresses taken off the list and put back on it, on record; what waits to leave to them stops with it.

The accounts whose people have the address are locked first, as for a hold: a claim either came before, or sees it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from customers.models import Customer, Stakeholder, User
from customers.queries.calendars import local_date
from customers.queries.moments import Waiting, When
from customers.services.activity import THE_CLOCK, line, record_many
from customers.services.digests import digest_address
from customers.services.todos import add_todo
from customers.signals import send_after_commit
from emails.enums import EVERYTHING, SuppressionCause
from emails.models import Draft, MailEvent, Suppression
from emails.queries.suppression import facts_of
from emails.rules.events import RESTORED
from emails.rules.suppression import refuse_lift
from emails.services.stopped_letters import Stopped, free_letters, stop_letters
from emails.signals import address_restored, address_suppressed

LONGEST_NOTE = 300
BATCH = 500
TAKEN_BACK = "the contact subscribed again at the provider"
_ACTORS = {
    SuppressionCause.UNSUBSCRIBED: "The contact",
    SuppressionCause.REPLY: "The contact",
    SuppressionCause.HARD_BOUNCE: "The mail provider",
    SuppressionCause.COMPLAINT: "The mail provider",
    SuppressionCause.OUTREACH: "Outreach.io",
}
"""Who did what no colleague did, as the record calls them."""


class CannotLift(Exception):
    """Raised when this suppression may not be lifted by this person, or in this way; the message says why."""


@dataclass(frozen=True)
class Suppressed:
    """What `suppress` did. is_new: False where the same stood on the list already. letters: what it stopped."""

    row: Suppression
    is_new: bool
    letters: Stopped = field(default_factory=Stopped)


def suppress(
    address: str,
    *,
    cause: SuppressionCause,
    topic: str = EVERYTHING,
    customer: Customer | uuid.UUID | None = None,
    draft: Draft | None = None,
    note: str = "",
    at: datetime | None = None,
    now: datetime,
    by: User | None,
) -> Suppressed:
    """This will stop mail to the address from the moment it returns. topic: a Lane, or "" for everything.

    customer, draft: where it came from. at: when it happened, if not now. Repeated, it changes nothing.
    """
    lowered = address.strip().lower()
    with transaction.atomic():
        customer_ids = lock_accounts_of([lowered])
        row = _find_open(lowered, cause=cause, topic=topic)
        if row is not None:
            return Suppressed(row, is_new=False)
        try:
            with transaction.atomic():
                row = Suppression.objects.create(
                    address=lowered,
                    digest=digest_address(lowered),
                    topic=topic,
                    cause=cause,
                    customer_id=customer.pk if isinstance(customer, Customer) else customer,
                    draft=draft,
                    note=note[:LONGEST_NOTE],
                    at=at or now,
                    by=by,
                    announced_at=now,
                )
        except IntegrityError:
            # Nobody here has the address, so nothing was locked, and somebody else was quicker.
            row = _find_open(lowered, cause=cause, topic=topic)
            if row is None:
                raise
            return Suppressed(row, is_new=False)
        letters = _announce(row, customer_ids=customer_ids, now=now, by=by)
    return Suppressed(row, is_new=True, letters=letters)


def announce_due(*, now: datetime) -> int:
    """This will do for rows that came by the thousand what `suppress` does at once: stop letters, record, tell.

    The gate has heeded them since they were written; here only what waits is shown as stopped.
    """
    (rows,) = waiting(now)
    return sum(_announce_late(row, now=now) for row in list(rows[:BATCH]))


def waiting(now: When) -> Waiting:
    """This will give what waits to be announced, whatever the moment."""
    return (Suppression.objects.filter(announced_at=None).order_by("created_at"),)


def lift(row: Suppression, *, reason: str, by: User, now: datetime, is_api: bool = False) -> bool:
    """This will take one row off the list for a person who may; False when it was lifted already.

    Raises CannotLift, ValidationError without a reason.
    """
    reason = " ".join(reason.replace("\0", "").split())
    if not reason:
        raise ValidationError({"reason": "Say why they may be written to again."})
    refusal = refuse_lift(
        SuppressionCause(row.cause), is_leader=by.is_leader, is_api=is_api, is_in_use=_is_in_use(row.address)
    )
    if refusal:
        raise CannotLift(refusal)
    with transaction.atomic():
        customer_ids = lock_accounts_of([row.address])
        return _lift_row(row, customer_ids=customer_ids, reason=reason, now=now, by=by)


def lift_address(
    address: str,
    *,
    causes: Collection[SuppressionCause],
    topics: Collection[str] | None = None,
    reason: str,
    now: datetime,
    by: User | None,
) -> int:
    """This will take every open suppression of these causes (and topics, where named) off the address; gives how many.
    For callers who know that it was a mistake or the contact's own wish; a person's lifting is `lift`.
    """
    with transaction.atomic():
        customer_ids = lock_accounts_of([address.strip().lower()])
        rows = Suppression.objects.open().filter(digest=digest_address(address), cause__in=list(causes))
        if topics is not None:
            rows = rows.filter(topic__in=list(topics))
        return sum(_lift_row(row, customer_ids=customer_ids, reason=reason, now=now, by=by) for row in list(rows))


def lock_accounts_of(addresses: Collection[str]) -> list[uuid.UUID]:
    """This will lock and give the accounts where somebody has one of these addresses (in lower case).

    Must be called inside a transaction, before any letter is locked: a claim locks in the same order.
    """
    wanted = [address for address in addresses if address]
    if not wanted:
        return []
    people = Stakeholder.objects.annotate(lowered=Lower("email")).filter(lowered__in=wanted)
    accounts = Customer.objects.filter(pk__in=people.values("customer")).order_by("pk")
    return list(accounts.select_for_update(no_key=True).values_list("pk", flat=True))


def _announce_late(row: Suppression, *, now: datetime) -> bool:
    with transaction.atomic():
        customer_ids = lock_accounts_of([row.address])
        if not Suppression.objects.filter(pk=row.pk, announced_at=None).update(announced_at=now, updated_at=now):
            return False
        row.refresh_from_db()
        if not row.is_open:
            return False
        if _was_taken_back(row):
            return _lift_row(row, customer_ids=customer_ids, reason=TAKEN_BACK, now=now, by=None)
        _announce(row, customer_ids=customer_ids, now=now, by=None)
    return True


def _was_taken_back(row: Suppression) -> bool:
    """Whether the contact subscribed again at the provider, by the same letter and after they had unsubscribed."""
    if row.cause != SuppressionCause.UNSUBSCRIBED or row.draft_id is None:
        return False
    return MailEvent.objects.filter(draft=row.draft_id, kind=RESTORED, at__gte=row.at).exists()


def _announce(row: Suppression, *, customer_ids: Collection[uuid.UUID], now: datetime, by: User | None) -> Stopped:
    """This will stop letters, put it on the record of every account concerned and send `address_suppressed`."""
    letters = stop_letters([row.address], customer_ids=customer_ids, now=now)
    if row.cause == SuppressionCause.HARD_BOUNCE:
        _ask_for_address(row, now=now)
    away = ", ".join(f"“{draft}”" for draft in letters.in_flight)
    summary = f"{row.address} {facts_of(row).words}{_topic(row)}" + (f". Already on its way: {away}" if away else "")
    ids = [str(draft.pk) for draft in letters.in_flight]
    record_many(_lines(row, "suppression.added", summary, customer_ids, now, by, in_flight=ids))
    send_after_commit(
        address_suppressed,
        address=row.address,
        topic=row.topic,
        cause=str(row.cause),
        customer_ids=list(customer_ids),
    )
    return letters


def _ask_for_address(row: Suppression, *, now: datetime) -> None:
    """Nobody learns of a dead address by waiting: whoever has the account is asked for another one."""
    people = Stakeholder.objects.annotate(lowered=Lower("email")).filter(lowered=row.address, left_at=None)
    for person in people.select_related("customer__owner"):
        add_todo(
            f"Find another address for {person.name}",
            customer=person.customer,
            now=now,
            by=None,
            owner=person.customer.owner,
            kind="find_address",
            detail=f"Mail to {row.address} bounces{f': {row.note}' if row.note else ''}. Nothing more is sent there.",
            due_date=local_date(now, person.customer.timezone),
            source_kind="stakeholder",
            source_id=person.pk,
            key=f"find_address:{row.pk}:{person.pk}",
        )


def _find_open(address: str, *, cause: SuppressionCause, topic: str) -> Suppression | None:
    rows = Suppression.objects.open().filter(digest=digest_address(address), topic=topic, cause=cause)
    found: Suppression | None = rows.first()
    return found


def _lift_row(
    row: Suppression, *, customer_ids: Collection[uuid.UUID], reason: str, now: datetime, by: User | None
) -> bool:
    lifted = (
        Suppression.objects.open()
        .filter(pk=row.pk)
        .update(lifted_at=now, lifted_by=by, lift_reason=reason[:LONGEST_NOTE], updated_at=now)
    )
    if lifted:
        free_letters(row.address, customer_ids=customer_ids, now=now)
        summary = f"{row.address} may be written to again{_topic(row)}: {reason}"
        record_many(_lines(row, "suppression.lifted", summary, customer_ids, now, by))
        send_after_commit(
            address_restored,
            address=row.address,
            topic=row.topic,
            cause=str(row.cause),
            customer_ids=list(customer_ids),
        )
    return bool(lifted)


def _topic(row: Suppression) -> str:
    return f" ({row.get_topic_display().lower()})" if row.topic else ""


def _lines(
    row: Suppression,
    verb: str,
    summary: str,
    customer_ids: Collection[uuid.UUID],
    now: datetime,
    by: User | None,
    **data: Any,
) -> list[dict[str, Any]]:
    concerned: list[uuid.UUID | None] = [*customer_ids] or [None]
    told = {"cause": str(row.cause), "topic": row.topic, **data}
    every = [line(verb, summary, customer=pk, by=by, now=now, subject=row, **told) for pk in concerned]
    return (
        every if by else [{**one, "actor_name": _ACTORS.get(SuppressionCause(row.cause), THE_CLOCK)} for one in every]
    )


def _is_in_use(address: str) -> bool:
    people = Stakeholder.objects.annotate(lowered=Lower("email")).filter(lowered=address, left_at=None)
    return bool(address) and people.exists()

"""News of replies, told at least once: by the transaction that settled one, else by the clock (promise 9).

A worker that dies between the commit and the news would otherwise leave an objection unrecorded, an absence unheeded.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction

from customers.queries.moments import Waiting, When
from emails.models import Reply
from emails.signals import reply_received

TOLD_AGAIN_AFTER = timedelta(minutes=2)
"""The worker that settled it tells it within moments; after this it is taken for lost."""

GIVEN_UP_AFTER = timedelta(days=2)
"""News that whoever hears it fails at every time is left to the log by then."""

BATCH = 100

log = structlog.get_logger(__name__)


def tell_after_commit(reply: Reply, *, now: datetime) -> None:
    """This will tell of a settled reply once the transaction is committed, and note that it was told."""
    reply_id = reply.pk

    def tell_it() -> None:
        tell(reply_id, now=now)

    transaction.on_commit(tell_it, robust=True)


def tell(reply_id: uuid.UUID, *, now: datetime) -> None:
    """This will send the news as the reply is now. Whoever hears it may hear it twice; raises what they raise."""
    reply = Reply.objects.filter(pk=reply_id, customer__isnull=False).first()
    if reply is None:
        return
    reply_received.send(
        sender=None,
        reply_id=reply.pk,
        customer_id=reply.customer_id,
        stakeholder_id=reply.stakeholder_id,
        draft_id=reply.draft_id,
        classification=reply.classification,
        is_human=reply.is_human,
        is_verified=reply.is_verified,
        return_date=iso_date(reply.return_date),
        received_at=reply.received_at.isoformat(),
    )
    Reply.objects.filter(pk=reply.pk, told_at=None).update(told_at=now, updated_at=now)


def tell_due(*, now: datetime) -> int:
    """This will tell what was settled and never told; gives how many were."""
    (lost,) = waiting(now)
    told = 0
    for reply_id in list(lost.values_list("pk", flat=True)[:BATCH]):
        try:
            tell(reply_id, now=now)
            told += 1
        except Exception:
            log.exception("reply_not_told", reply=str(reply_id))
    return told


def waiting(now: When) -> Waiting:
    lost = Reply.objects.filter(told_at=None, customer__isnull=False).order_by("settled_at")
    return (lost.filter(settled_at__lte=now - TOLD_AGAIN_AFTER, settled_at__gt=now - GIVEN_UP_AFTER),)


def iso_date(day: date | None) -> str | None:
    return day.isoformat() if day else None

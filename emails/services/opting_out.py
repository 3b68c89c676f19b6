"""Addresses that a reply takes off the list, and puts back when it turns out to be another."""

from __future__ import annotations

from datetime import datetime

from customers.models import User
from emails.enums import ReplyClass, SuppressionCause
from emails.models import Reply, Suppression
from emails.services.suppression import lift_address, suppress


def take_off_list(reply: Reply, *, now: datetime) -> None:
    """Write no more to who asked for that, and to an address that does not exist."""
    if not reply.is_verified:
        return
    cause, address = _suppresses(reply)
    if cause is None or not address:
        return
    suppress(
        address,
        cause=cause,
        customer=reply.customer_id,
        draft=reply.draft,
        note=_note(reply),
        at=reply.received_at,
        now=now,
        by=None,
    )


def _suppresses(reply: Reply) -> tuple[SuppressionCause | None, str]:
    if reply.classification == ReplyClass.UNSUBSCRIBE:
        return SuppressionCause.REPLY, reply.from_email
    if reply.classification == ReplyClass.BOUNCE_HARD:
        return SuppressionCause.HARD_BOUNCE, reply.bounced_email
    return None, ""


def put_back_on_list(reply: Reply, *, now: datetime, by: User) -> None:
    """Lift what this reply alone had caused; what somebody else said of the address stands."""
    mine = Suppression.objects.open().filter(note=_note(reply), customer=reply.customer_id)
    for row in list(mine):
        if (row.cause, row.address) != _suppresses(reply):
            reason = f"{by.display_name}: the reply did not ask for that."
            cause = SuppressionCause(row.cause)
            lift_address(row.address, causes=[cause], topics=[row.topic], reason=reason, now=now, by=by)


def _note(reply: Reply) -> str:
    return f"Reply {reply.pk}"

"""A person's choice after a reply, with the negotiation that it may begin, in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from customers.models import Customer, User
from outreach.enums import Choice
from outreach.models import Reaction
from outreach.services.reactions import Decision, react
from renewals.models import Renewal
from renewals.services.negotiate import start_negotiate, take_start_back


def decide(customer: Customer, decision: Decision, *, now: datetime, by: User) -> Reaction:
    """Carry the choice out. Raises what `react` and `start_negotiate` raise; nothing is done then."""
    with transaction.atomic():
        reaction = react(customer, decision, now=now, by=by)
        renewal = open_renewal_at(customer)
        if decision.choice == Choice.NEGOTIATE and renewal is not None:
            reason = decision.reason.strip() or _objected(reaction)
            start_negotiate(renewal, reason=reason, now=now, by=by)
    return reaction


def follow_undone(customer_id: uuid.UUID, *, decided_at: datetime, now: datetime) -> bool:
    """Take back the start of Negotiate that came with a choice, as the choice was taken back."""
    renewal = Renewal.objects.filter(customer=customer_id, closed_at=None).first()
    return renewal is not None and take_start_back(renewal, started_at=decided_at, now=now)


def open_renewal_at(customer: Customer) -> Renewal | None:
    rows = Renewal.objects.select_related("contract", "customer__owner")
    return rows.filter(customer=customer, closed_at=None).first()


def _objected(reaction: Reaction) -> str:
    reply = reaction.reply
    if reply is None:
        return "chosen by a person"
    return f"{reply.get_classification_display().lower()}, {reply.from_name or reply.from_email}"

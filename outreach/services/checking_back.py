"""Somebody said that they would think about it, and a week went by: go back to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from customers.models import Customer
from customers.queries.calendars import local_date
from customers.rules.calling import given_name
from customers.services.todos import add_todo
from emails.models import Reply
from emails.rules.facts import format_date

CHECK_BACK_TODO = "check_back"


def ask_to_check_back(reply_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Make a to-do for each reply, with words to begin with."""
    rows = Reply.objects.filter(pk__in=reply_ids).select_related("customer__owner", "stakeholder")
    for reply in rows:
        if reply.customer is not None:
            _ask(reply, reply.customer, now=now)


def _ask(reply: Reply, customer: Customer, *, now: datetime) -> None:
    name = reply.stakeholder.name if reply.stakeholder else reply.from_name or reply.from_email
    first = given_name(name)
    day = format_date(local_date(reply.received_at, customer.timezone))
    add_todo(
        f"Check back with {name}",
        customer=customer,
        now=now,
        by=None,
        owner=customer.owner,
        kind=CHECK_BACK_TODO,
        detail=(
            f"{first} answered on {day} and has not come back since. You could write: “Hello {first}, you wanted to "
            "look into it. Is there a question that I can answer, or somebody whom I should bring in?”"
        ),
        due_date=local_date(now, customer.timezone),
        source_kind="reply",
        source_id=reply.pk,
        key=f"check_back:{reply.pk}",
    )

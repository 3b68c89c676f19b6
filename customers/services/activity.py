"""The record: every service writes one line per thing it did, in the same transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Protocol

from customers.models import Activity, Customer, User

THE_CLOCK = "The clock"


class Subject(Protocol):
    """What a line is about: any row with a UUID."""

    pk: uuid.UUID


def record(
    verb: str,
    summary: str,
    *,
    customer: Customer | uuid.UUID | None,
    by: User | None,
    now: datetime,
    subject: Any = None,
    actor_name: str = "",
    **data: Any,
) -> Activity:
    """This will add one line to the record.

    verb: noun.verb in the past ("price.locked"). summary: the line a person reads, without the account's name.
    by: None for the clock, or for whom actor_name names. subject: the row it is about. data: plain JSON values only,
    never a secret.
    """
    fields = line(verb, summary, customer=customer, by=by, now=now, subject=subject, actor_name=actor_name, **data)
    return Activity.objects.create(**fields)


def record_many(lines: list[dict[str, Any]]) -> None:
    """This will add many lines in batches; each is what `line` gives."""
    Activity.objects.bulk_create([Activity(**fields) for fields in lines], batch_size=500)


def line(
    verb: str,
    summary: str,
    *,
    customer: Customer | uuid.UUID | None,
    by: User | None,
    now: datetime,
    subject: Any = None,
    actor_name: str = "",
    **data: Any,
) -> dict[str, Any]:
    """This will give the fields of one line, for `record_many`."""
    return {
        "verb": verb,
        "summary": summary[:500],
        "customer_id": customer.pk if isinstance(customer, Customer) else customer,
        "actor": by,
        "actor_name": by.display_name if by else actor_name or THE_CLOCK,
        "at": now,
        "subject_kind": subject._meta.model_name if subject is not None else "",
        "subject_id": subject.pk if subject is not None else None,
        "data": data,
    }

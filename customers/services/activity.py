"""The record: every service writes one line per thing it did, in the same transaction; other systems are told of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Protocol

from customers.models import Activity, Customer, User
from customers.services.arrays import insert_objects
from customers.services.record_marks import mark_line
from customers.services.webhook_news import announce

THE_CLOCK = "The clock"
BATCH = 500
DIFFERING = (
    "id", "customer", "at", "verb", "actor", "actor_name", "summary", "subject_kind", "subject_id", "data", "mark"
)  # fmt: skip
"""What one line has otherwise than the next."""


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
    made = _marked(fields)
    made.save(force_insert=True)
    announce([fields])
    return made


def record_many(lines: list[dict[str, Any]]) -> None:
    """This will add many lines in batches; each is what `line` gives."""
    for start in range(0, len(lines), BATCH):
        insert_objects([_marked(fields) for fields in lines[start : start + BATCH]], differing=DIFFERING)
    announce(lines)


def _marked(fields: dict[str, Any]) -> Activity:
    """The chain over the lines is made afterwards (`sealing`), so that writers never wait for each other."""
    made = Activity(**fields)
    made.mark = mark_line(made)
    return made


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

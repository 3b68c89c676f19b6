"""The record: every service writes one line per thing it did, in the same transaction; people and other systems
are told of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from customers.models import Activity, Customer, User
from customers.models.prepared import insert
from customers.rules.record_lines import LineFacts, put_data
from customers.services.copying import insert_new
from customers.services.new_ids import new_ids
from customers.services.notices import notify_lines
from customers.services.record_marks import mark_line
from customers.services.webhook_news import announce

THE_CLOCK = "The clock"
BATCH = 1_000
_to_json = json.JSONEncoder(ensure_ascii=False).encode
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
    insert(made)
    announce([fields])
    notify_lines([fields])
    return made


def record_many(lines: list[dict[str, Any]]) -> None:
    """This will add many lines in batches; each is what `line` gives."""
    for start in range(0, len(lines), BATCH):
        insert_new(Activity(), DIFFERING, _rows(lines[start : start + BATCH]))
    announce(lines)
    notify_lines(lines)


def _rows(lines: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """What is written of the lines. Hundreds that follow each other tell one and the same data, written once."""
    rows, told, text, put = [], None, "", ""
    for pk, fields in zip(new_ids(len(lines)), lines, strict=True):
        data = fields["data"]
        if data is not told:
            told, text, put = data, _to_json(data), put_data(data)
        rows.append(_row(pk, fields, text, put))
    return rows


def _row(pk: uuid.UUID, fields: dict[str, Any], data: str, put: str) -> list[Any]:
    """What is written of one line, in the order of DIFFERING. data, put: what it tells, as JSON and for its mark."""
    actor: User | None = fields["actor"]
    made = LineFacts(
        id=pk,
        customer_id=fields["customer_id"],
        at=fields["at"],
        verb=fields["verb"],
        actor_id=actor.pk if actor else None,
        actor_name=fields["actor_name"],
        summary=fields["summary"],
        subject_kind=fields["subject_kind"],
        subject_id=fields["subject_id"],
        data=fields["data"],
    )
    return [
        made.id, made.customer_id, made.at, made.verb, made.actor_id, made.actor_name, made.summary,
        made.subject_kind, made.subject_id, data, mark_line(made, data=put),
    ]  # fmt: skip


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

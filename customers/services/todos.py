"""Tasks at an account, made by the machine or a person, done once."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction

from customers.enums import TodoActor, TodoState
from customers.models import Customer, Todo, User
from customers.models.prepared import insert
from customers.rules.notices import OF_TODO
from customers.services.activity import record
from customers.services.notices import notify_todo, settle_notices
from customers.signals import send_after_commit, todo_closed


def add_todo(
    title: str,
    *,
    customer: Customer | uuid.UUID,
    now: datetime,
    by: User | None,
    owner: User | None = None,
    actor: TodoActor = TodoActor.CSM,
    kind: str = "",
    detail: str = "",
    due_date: date | None = None,
    source_kind: str = "",
    source_id: uuid.UUID | None = None,
    key: str = "",
    metadata: dict[str, Any] | None = None,
) -> Todo:
    """This will make the task, or give the one that has the same key at this account.

    What an integration notes for itself is the account's owner's to do.
    """
    customer_id = customer.pk if isinstance(customer, Customer) else customer
    if owner is not None and owner.is_integration:
        owner = User.objects.filter(owned_customers=customer_id).first()
    fields = {
        "title": title[:300],
        "detail": detail,
        "actor": actor,
        "kind": kind,
        "owner": owner,
        "due_date": due_date,
        "waits_since": now,
        "source_kind": source_kind,
        "source_id": source_id,
        "metadata": metadata or {},
    }
    todo = Todo(customer_id=customer_id, key=key, **fields)
    if not insert(todo, leaving_twins=bool(key)):
        return Todo.objects.get(customer_id=customer_id, key=key)
    notify_todo(todo, now=now)
    return todo


def finish_todo(todo: Todo, *, now: datetime, by: User | None, state: TodoState = TodoState.DONE) -> bool:
    """This will close the task as done or dismissed; False when it was closed already."""
    with transaction.atomic():
        closed = Todo.objects.filter(pk=todo.pk, state=TodoState.OPEN).update(
            state=state, done_at=now, done_by=by, updated_at=now
        )
        if closed:
            record(
                f"todo.{state}",
                f"{TodoState(state).label}: {todo.title}",
                customer=todo.customer_id,
                by=by,
                now=now,
                subject=todo,
            )
            if todo.source_id and todo.kind in OF_TODO:
                settle_notices([todo.source_id], [OF_TODO[todo.kind]], now=now)
            send_after_commit(
                todo_closed,
                customer_id=todo.customer_id,
                todo_id=todo.pk,
                kind=todo.kind,
                source_kind=todo.source_kind,
                source_id=todo.source_id,
                state=str(state),
            )
    return bool(closed)


def reopen_todo(todo: Todo, *, now: datetime, by: User) -> bool:
    """This will open a closed task again; it waits from now."""
    with transaction.atomic():
        opened = (
            Todo.objects.filter(pk=todo.pk)
            .exclude(state=TodoState.OPEN)
            .update(state=TodoState.OPEN, done_at=None, done_by=None, waits_since=now, updated_at=now)
        )
        if opened:
            record(
                "todo.reopened",
                f"Reopened: {todo.title}",
                customer=todo.customer_id,
                by=by,
                now=now,
                subject=todo,
            )
    return bool(opened)

"""The to-dos of an Engage run: made once per task, moved with the plan, dismissed when nothing asks for them now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from customers.enums import TodoActor, TodoState
from customers.models import Todo, User
from customers.services.todos import add_todo, finish_todo
from outreach.queries.plans import owners_of
from outreach.rules.action_plan import PlannedTask
from renewals.models import EngageRun, Renewal

SOURCE_KIND = "engage"
OF_OBJECTION = "objection"
OF_TERMS = "negotiation"
TASKS_OF_CONTACT = ("csm.email", "csm.meeting", "csm.follow_up", "ai.reminders")
"""What a closed plan no longer asks for. What is left, such as to prepare for Negotiate, goes on to the outcome."""


def write_tasks(run: EngageRun, tasks: Iterable[PlannedTask], *, now: datetime, by: User | None) -> None:
    """Bring the run's to-dos in line with its plan; what a person has closed stays closed."""
    wanted = {task_key(run, task.key): task for task in tasks}
    rows = {todo.key: todo for todo in Todo.objects.filter(customer_id=run.customer_id, key__in=wanted)}
    for key, task in wanted.items():
        if key in rows:
            _move(rows[key], task, run)
        else:
            _add(key, task, run, now=now, by=by)
    changed = [todo for todo in rows.values() if todo.state == TodoState.OPEN]
    Todo.objects.bulk_update(changed, ["title", "detail", "owner", "due_date"])
    mine = Todo.objects.filter(source_kind=SOURCE_KIND, source_id=run.pk, key__startswith=task_key(run, ""))
    mine.filter(state=TodoState.OPEN).exclude(key__in=wanted).update(
        state=TodoState.DISMISSED, done_at=now, updated_at=now
    )


def drop_contact_tasks(plan_id: uuid.UUID, *, now: datetime) -> int:
    """Dismiss the open tasks to contact people: their plan is closed. Says how many."""
    run = EngageRun.objects.filter(plan=plan_id).first()
    return _dismiss(run, kinds=TASKS_OF_CONTACT, now=now) if run else 0


def drop_tasks(renewal: Renewal, *, now: datetime) -> None:
    """Dismiss every open task that the renewal had made: it has its outcome. A person's own next steps stay."""
    run = EngageRun.objects.filter(renewal=renewal).first()
    if run is not None:
        _dismiss(run, now=now)
    made = Q(source_kind=OF_OBJECTION, source_id__in=renewal.objections.values("pk"))
    made |= Q(source_kind=OF_TERMS, source_id__in=renewal.term_notes.values("pk"))
    for todo in Todo.objects.filter(made, customer=renewal.customer_id, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=None, state=TodoState.DISMISSED)


def _dismiss(run: EngageRun, *, kinds: Iterable[str] | None = None, now: datetime) -> int:
    todos = Todo.objects.filter(source_kind=SOURCE_KIND, source_id=run.pk, state=TodoState.OPEN)
    if kinds is not None:
        todos = todos.filter(kind__in=kinds)
    return todos.update(state=TodoState.DISMISSED, done_at=now, updated_at=now)


def task_key(run: EngageRun, key: str) -> str:
    """Name a task within its account, so that it is made once a cycle."""
    return f"{SOURCE_KIND}:{run.renewal_id}:{key}"


def _add(key: str, task: PlannedTask, run: EngageRun, *, now: datetime, by: User | None) -> None:
    add_todo(
        task.title,
        customer=run.customer,
        now=now,
        by=by,
        owner=_owner(task, run),
        actor=task.actor,
        kind=task.key.split(":")[0],
        detail=task.detail,
        due_date=task.due_date,
        source_kind=SOURCE_KIND,
        source_id=run.pk,
        key=key,
        metadata={"stakeholder": task.person_key} if task.person_key else {},
    )


def _move(todo: Todo, task: PlannedTask, run: EngageRun) -> None:
    todo.title, todo.detail, todo.due_date = task.title[:300], task.detail, task.due_date
    todo.owner = _owner(task, run)


def _owner(task: PlannedTask, run: EngageRun) -> User | None:
    """Name who does it; a task of the machine has the CSM as its reader."""
    if task.actor == TodoActor.AI:
        return run.customer.owner
    return owners_of(run.customer)[task.owner]

"""Step 6, the action plan: what Evergreen does by itself and what people do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from customers.clients.choice import why_salesforce_off
from customers.enums import TodoActor, TodoState
from customers.models import Todo
from renewals.models import EngageRun
from renewals.queries.crm import CrmNote, read_note
from renewals.queries.workspace import DRAFT_TASK, ENGAGE_TASK, Workspace

REMINDERS = "ai.reminders"
CRM_STAGE = "ai.crm"
"""Evergreen's own task that a person does as long as no CRM is connected, and where the CRM refuses it."""


@dataclass(frozen=True)
class TaskRow:
    """One task. day: days to renewal on its due date. lines: what stands behind it, as the follow-ups on the clock.

    can_retry: whether the CRM can be asked again.
    """

    id: uuid.UUID
    title: str
    detail: str
    owner: str
    due_date: date | None
    day: int | None
    is_done: bool
    is_overdue: bool
    state_label: str
    done_at: datetime | None
    done_by: str
    is_ai: bool
    lines: tuple[str, ...] = ()
    can_retry: bool = False


@dataclass(frozen=True)
class Filter:
    """A way to look at the tasks. code: in the address."""

    code: str
    label: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class ActionsArtifact:
    filters: tuple[Filter, ...]
    tasks: tuple[TaskRow, ...]
    show: str
    empty_text: str


FILTERS: dict[str, tuple[str, Callable[[TaskRow], bool], str]] = {
    "all": ("All", lambda task: True, "No tasks yet."),
    "ai": ("AI tasks", lambda task: task.is_ai, "Nothing runs by itself here."),
    "csm": ("CSM tasks", lambda task: not task.is_ai, "Nothing is up to people here."),
    "open": ("Open", lambda task: not task.is_done, "Everything is done."),
    "done": ("Done", lambda task: task.is_done, "Nothing is done yet."),
}


def find_task(run: EngageRun, task_id: uuid.UUID, *, draft_ids: list[uuid.UUID]) -> Todo | None:
    """Find a task of this run; None for any other."""
    return _tasks_of(run, draft_ids).filter(pk=task_id).first()


def build_actions_step(workspace: Workspace, run: EngageRun, *, show: str = "") -> ActionsArtifact:
    """Put step 6 together. show: a code of FILTERS; "all" when it is none."""
    code = show if show in FILTERS else "all"
    draft_ids = workspace.draft_ids
    todos = list(_tasks_of(run, draft_ids).select_related("owner", "done_by"))
    crm = read_note(run.renewal_id) if any(todo.kind == CRM_STAGE for todo in todos) else None
    rows = [_row(todo, workspace, crm) for todo in todos]
    rows.sort(key=lambda row: (row.is_done, row.due_date or date.max, not row.is_ai, row.title))
    filters = tuple(
        Filter(name, label, sum(map(keep, rows)), name == code) for name, (label, keep, _) in FILTERS.items()
    )
    _, keep, empty = FILTERS[code]
    return ActionsArtifact(filters, tuple(row for row in rows if keep(row)), code, empty)


def _tasks_of(run: EngageRun, draft_ids: list[uuid.UUID]) -> QuerySet[Todo]:
    """The tasks of the run, and those that its emails made when they were sent; without the dismissed ones."""
    of_run = Q(source_kind=ENGAGE_TASK, source_id=run.pk)
    of_drafts = Q(source_kind=DRAFT_TASK, source_id__in=draft_ids)
    return Todo.objects.filter(of_run | of_drafts, customer=run.customer_id).exclude(state=TodoState.DISMISSED)


def _row(todo: Todo, workspace: Workspace, crm: CrmNote | None) -> TaskRow:
    contract = workspace.contract
    is_done = todo.state == TodoState.DONE
    return TaskRow(
        id=todo.pk,
        title=todo.title,
        detail=todo.detail,
        owner=_owner(todo, crm),
        due_date=todo.due_date,
        day=(contract.renewal_date - todo.due_date).days if contract and todo.due_date else None,
        is_done=is_done,
        is_overdue=not is_done and _is_late(todo, workspace.today, crm),
        state_label=todo.get_state_display(),
        done_at=todo.done_at,
        done_by=todo.done_by.display_name if todo.done_by else "",
        is_ai=todo.actor == TodoActor.AI,
        lines=_lines(todo, workspace, crm),
        can_retry=todo.kind == CRM_STAGE and crm is not None and crm.can_retry and not is_done,
    )


def _lines(todo: Todo, workspace: Workspace, crm: CrmNote | None) -> tuple[str, ...]:
    if todo.kind == REMINDERS:
        return _follow_ups(workspace)
    return (crm.text,) if todo.kind == CRM_STAGE and crm and crm.text else ()


def _follow_ups(workspace: Workspace) -> tuple[str, ...]:
    """The rows of the clock after letters that have left, each with its day and what became of it."""
    rows = [touch for touch in workspace.touches if touch.automation_id and touch.due_date]
    return tuple(
        f"{touch.due_date:%a %-d %b}: {touch.title}" + (f" – {touch.note or touch.get_state_display()}")
        for touch in sorted(rows, key=lambda touch: (touch.due_date or date.max, touch.title))
    )


def _is_late(todo: Todo, today: date, crm: CrmNote | None) -> bool:
    """Only what a person has to do can be late; a day of Evergreen's own work says until when it goes on."""
    return _is_by_person(todo, crm) and todo.due_date is not None and todo.due_date < today


def _is_by_person(todo: Todo, crm: CrmNote | None) -> bool:
    if todo.actor != TodoActor.AI:
        return True
    return todo.kind == CRM_STAGE and (bool(why_salesforce_off()) or bool(crm and crm.can_retry))


def _owner(todo: Todo, crm: CrmNote | None) -> str:
    if not _is_by_person(todo, crm):
        return "Evergreen does this by itself"
    return todo.owner.display_name if todo.owner else "Nobody's yet"

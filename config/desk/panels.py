"""The panels that look across apps: everything planned at an account, and everything sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.urls import reverse

from customers.enums import MeetingState, TodoState
from customers.models import Meeting, Todo
from customers.queries.calendars import local_date, zone
from customers.registry.panels import Fold, Panel, PanelRequest, register_panel
from emails.enums import DraftState
from emails.models import Draft
from emails.services.following import APPROVE_TODO
from outreach.enums import TouchKind, TouchState
from outreach.models import Touch
from outreach.services.channels import CHANNEL_TODO
from outreach.services.checking_back import CHECK_BACK_TODO
from outreach.services.meetings import NOTES_TODO
from outreach.services.upsell.moving import SOURCE as RUN
from renewals.queries.engage_panel import read_touches
from renewals.services.objections import OBJECTION_TODO

MOST_MEETINGS = 12
MOST_MAILS = 40
MIRRORED = {"csm.email": TouchKind.EMAIL, "csm.meeting": TouchKind.MEETING}
"""Tasks of Engage that ask for a contact of its plan, by kind: the contact is not listed beside its task."""


@dataclass(frozen=True)
class PlannedItem:
    """One thing to come. kind decides what can be done with it; date: the customer's; None: whenever."""

    kind: Literal["todo", "meeting", "touch"]
    date: date | None
    title: str
    note: str
    is_late: bool
    row: Any
    url: str = ""


def register() -> None:
    """This will put the panels into the registry."""
    register_panel(Panel("planned", "Planned", "config/panels/planned.html", load_planned, order=30))
    register_panel(Panel("sent", "Mails", "config/panels/sent.html", load_sent, order=40))


def load_planned(asked: PanelRequest) -> Mapping[str, Any]:
    today = local_date(asked.now, asked.customer.timezone)
    meetings = list(Meeting.objects.filter(customer=asked.customer).order_by("-starts_at")[:MOST_MEETINGS])
    todos = list(Todo.objects.filter(customer=asked.customer, state=TodoState.OPEN).select_related("owner"))
    items = [*_todos(todos, today), *_touches(asked, today, todos), *_meetings(meetings, asked, today)]
    items.sort(key=lambda item: (item.date is None, item.date or today))
    fold = Fold.of(items)
    return {
        "items": fold,
        "last_date": max((item.date for item in fold.folded if item.date), default=None),
        "held": [meeting for meeting in meetings if meeting.state == MeetingState.HELD],
    }


def load_sent(asked: PanelRequest) -> Mapping[str, Any]:
    """Every mail of the account, the ones that wait for somebody first, then the latest."""
    drafts = Draft.objects.filter(customer=asked.customer).exclude(state=DraftState.CANCELLED).defer("body", "facts")
    mails = sorted(
        drafts.order_by("-created_at")[:MOST_MAILS], key=lambda mail: (mail.sent_at is not None, mail.position)
    )
    return {"mails": Fold.of(mails)}


def _todos(todos: list[Todo], today: date) -> list[PlannedItem]:
    return [
        PlannedItem(
            "todo",
            todo.due_date,
            todo.title,
            " · ".join(filter(None, [todo.get_actor_display(), todo.owner.display_name if todo.owner else ""])),
            todo.due_date is not None and todo.due_date < today,
            todo,
            url=todo_url(todo),
        )
        for todo in todos
    ]


def todo_url(todo: Todo) -> str:
    """Where the task is done, where that is a page of its own."""
    if todo.kind == CHANNEL_TODO:
        return reverse("outreach:channels", args=[todo.pk])
    if todo.kind == OBJECTION_TODO:
        return reverse("renewals:negotiate", args=[todo.customer_id])
    if todo.kind == NOTES_TODO and todo.source_id:
        return reverse("customers:meeting_held", args=[todo.customer_id, todo.source_id])
    if todo.source_kind == RUN and todo.source_id:
        return reverse("outreach:run", args=[todo.source_id])
    if todo.kind == CHECK_BACK_TODO and todo.source_id:
        return reverse("emails:reply", args=[todo.source_id])
    draft = todo.source_id if todo.kind == APPROVE_TODO else todo.metadata.get("draft")
    return reverse("emails:draft", args=[draft]) if draft else ""


def _touches(asked: PanelRequest, today: date, todos: list[Todo]) -> list[PlannedItem]:
    touches = asked.once("touches", lambda: read_touches(asked.customer))
    mirrored = {(MIRRORED.get(todo.kind), todo.metadata.get("stakeholder"), todo.due_date) for todo in todos}
    return [
        PlannedItem(
            "touch",
            touch.due_date,
            touch.title,
            touch.condition or (touch.stakeholder.name if touch.stakeholder else ""),
            touch.due_date is not None and touch.due_date < today and not touch.condition,
            touch,
        )
        for touch in touches
        if touch.plan.is_live and touch.state == TouchState.PLANNED and _as_task(touch) not in mirrored
    ]


def _as_task(touch: Touch) -> tuple[str, str, date | None]:
    """What the task that mirrors this contact would be about."""
    return touch.kind, str(touch.stakeholder_id), touch.due_date


def _meetings(meetings: list[Meeting], asked: PanelRequest, today: date) -> list[PlannedItem]:
    return [
        PlannedItem(
            "meeting",
            meeting.starts_at.astimezone(zone(asked.customer.timezone)).date(),
            meeting.title,
            "Meeting",
            meeting.starts_at < asked.now,
            meeting,
        )
        for meeting in meetings
        if meeting.state == MeetingState.SCHEDULED
    ]

"""The to-dos that watch a letter: Evergreen's own to track its answers, and the one that asks for a yes."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from customers.enums import TodoState
from customers.models import Todo
from customers.services.todos import finish_todo
from emails.enums import ReplyClass
from emails.models import Draft, Reply
from emails.services.following import APPROVE_TODO

TRACK_TODO = "track_email_engagement"


def close_approval_todo(draft_id: uuid.UUID, *, state: TodoState, now: datetime) -> None:
    """Close the to-do that asked for approval, once the letter was approved or cancelled."""
    for todo in Todo.objects.filter(source_id=draft_id, kind=APPROVE_TODO, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=None, state=state)


def follow_reply(reply_id: uuid.UUID, *, now: datetime) -> None:
    """Bring the task that tracks the answered letter in line: an answer finishes it, an absence prolongs it.

    Reads what the letter's replies are now, so that a correction puts it back.
    """
    reply = Reply.objects.filter(pk=reply_id).first()
    if reply is None or reply.draft_id is None:
        return
    answers = Reply.objects.moving().filter(draft=reply.draft_id).order_by("received_at")
    for todo in Todo.objects.filter(source_id=reply.draft_id, kind=TRACK_TODO):
        first = answers.first()
        if first is not None:
            _finish(todo, first, now=now)
        else:
            _go_on(todo, reply, now=now)


def _finish(todo: Todo, answer: Reply, *, now: datetime) -> None:
    label = ReplyClass(answer.classification).label.lower()
    _write(todo, reply=answer.classification, detail=f"Answered by {answer.from_name or answer.from_email}: {label}.")
    if todo.state == TodoState.OPEN:
        finish_todo(todo, now=now, by=None)


def _go_on(todo: Todo, reply: Reply, *, now: datetime) -> None:
    """Nobody has answered: a task that an answer had finished is open again; an absence says until when."""
    if todo.state == TodoState.DONE and todo.done_by_id is None and todo.metadata.get("reply"):
        Todo.objects.filter(pk=todo.pk).update(state=TodoState.OPEN, done_at=None, updated_at=now)
    back = reply.return_date if reply.classification == ReplyClass.OUT_OF_OFFICE else None
    _write(todo, reply="", detail=_watched(reply.draft, back), until=back)


def _watched(draft: Draft | None, back: date | None) -> str:
    said = f"Opens, clicks and replies to “{draft.subject}”." if draft else "Opens, clicks and replies."
    return f"{said} Out of office until {back:%-d %b %Y}." if back else said


def _write(todo: Todo, *, reply: str, detail: str, until: date | None = None) -> None:
    """metadata: reply, the answer's class; due, the day that the task had before an absence prolonged it."""
    due = todo.metadata.get("due") or (todo.due_date.isoformat() if todo.due_date else "")
    kept = {key: value for key, value in todo.metadata.items() if key not in ("reply", "due")}
    todo.metadata = kept | ({"reply": reply} if reply else {}) | ({"due": due} if until and due else {})
    todo.detail = detail
    usual = date.fromisoformat(due) if due else None
    todo.due_date = max(until, usual) if until and usual else until or usual
    todo.save(update_fields=["metadata", "detail", "due_date", "updated_at"])

"""The mails around a meeting: confirmed before, recapped after, both as drafts; moved and cancelled with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from customers.base import lock_customer
from customers.enums import MeetingState
from customers.models import Customer, Meeting, Stakeholder, Todo, User
from customers.queries.calendars import local_date, zone
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.services.meetings import ACTION_TODO
from customers.services.todos import add_todo
from emails.enums import EDITABLE_STATES, Lane, Purpose, Theme, Writer
from emails.models import Draft
from emails.queries.ground_facts import record_url
from emails.rules import letters as keys
from emails.rules.facts import Fact, date_fact, text_fact
from emails.rules.letters import Origin
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable
from emails.services.following import FollowUp, write_follow_up
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.rules.automations import Due
from journeys.rules.moments import moment_of
from journeys.services.scheduling import NewAutomation, end_rows, schedule_automations
from outreach.enums import LIVE_PLAN_STATES, CadenceKind, TouchKind, TouchState
from outreach.models import Touch
from outreach.queries.people import list_reachable
from outreach.rules.cadence import CONFIRM_BEFORE_DAYS
from outreach.rules.meetings import ASK_AFTER, CANCELLED, RECAP_WITHIN, MeetingFacts
from outreach.services.touch_view import show_rows

MEETING = "meeting"
NOTES_TODO = "meeting.notes"
MEETING_KINDS = (CadenceKind.CONFIRM_MEETING, CadenceKind.ASK_NOTES, CadenceKind.RECAP)
TOUCH_OF = {CadenceKind.CONFIRM_MEETING: TouchKind.CONFIRMATION, CadenceKind.RECAP: TouchKind.RECAP}
MOST_POINTS = 8


def follow_meeting(meeting_id: uuid.UUID, *, now: datetime) -> None:
    """Bring the rows of a meeting in line with it: planned, moved, held or cancelled. Safe to repeat."""
    meeting = Meeting.objects.select_related("customer").filter(pk=meeting_id).first()
    if meeting is None:
        return
    with transaction.atomic():
        lock_customer(meeting.customer_id)
        if meeting.state == MeetingState.CANCELLED:
            _cancel(meeting, now=now)
        elif meeting.state == MeetingState.HELD:
            _recap_now(meeting, now=now)
        else:
            _plan(meeting, now=now)
        _tie_touches(meeting, now=now)


def load_meetings(dues: Sequence[Due]) -> dict[uuid.UUID, MeetingFacts]:
    rows = Meeting.objects.select_related("customer").prefetch_related("stakeholders")
    found = rows.in_bulk([due.subject_id for due in dues])
    return {due.id: _facts(found[due.subject_id]) for due in dues if due.subject_id in found}


def write_confirmations(meeting_ids: Sequence[uuid.UUID], now: datetime) -> None:
    for meeting in _meetings(meeting_ids):
        _write(meeting, CadenceKind.CONFIRM_MEETING, now=now)


def ask_for_notes(meeting_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Ask the owner whether it took place, and for the notes and action items that the recap needs."""
    for meeting in _meetings(meeting_ids):
        add_todo(
            f"Did “{meeting.title}” take place? Note what was said",
            customer=meeting.customer,
            now=now,
            by=None,
            owner=meeting.recorded_by or meeting.customer.owner,
            kind=NOTES_TODO,
            detail="Mark it as held with notes and action items: the recap is written from them, within 24 hours.",
            due_date=local_date(now, meeting.customer.timezone),
            source_kind=MEETING,
            source_id=meeting.pk,
            key=f"notes:{meeting.pk}",
        )


def write_recaps(meeting_ids: Sequence[uuid.UUID], now: datetime) -> None:
    for meeting in _meetings(meeting_ids):
        _write(meeting, CadenceKind.RECAP, now=now)


def _plan(meeting: Meeting, *, now: datetime) -> None:
    customer = meeting.customer
    window = sending_rules(customer, get_settings(), around=meeting.starts_at).window
    day = local_date(meeting.starts_at, customer.timezone)
    confirm_day = window.calendar.previous_open(day - timedelta(days=CONFIRM_BEFORE_DAYS))
    confirm_at = moment_of(confirm_day, window.start, customer.timezone)
    _put(meeting, CadenceKind.CONFIRM_MEETING, confirm_at, now=now)
    if confirm_at <= now:
        reason = f"The meeting was set less than {CONFIRM_BEFORE_DAYS} days ahead."
        end_rows(_rows(meeting, CadenceKind.CONFIRM_MEETING), status=AutomationStatus.SKIPPED, reason=reason, now=now)
    _put(meeting, CadenceKind.ASK_NOTES, meeting.starts_at + ASK_AFTER, now=now)
    _put(meeting, CadenceKind.RECAP, meeting.starts_at + RECAP_WITHIN, now=now)
    _drop_stale(meeting, now=now)


def _put(meeting: Meeting, kind: CadenceKind, at: datetime, *, now: datetime) -> None:
    """Move the row that is still to come; else write one for this day, where it has none yet."""
    if _rows(meeting, kind).filter(status=AutomationStatus.SCHEDULED).update(trigger_at=at, updated_at=now):
        return
    row = NewAutomation(
        type=AutomationType.FOLLOW_UP,
        kind=kind,
        customer_id=meeting.customer_id,
        subject_kind=MEETING,
        subject_id=meeting.pk,
        occurrence=f"{meeting.starts_at:%Y-%m-%d}",
        at=at,
    )
    schedule_automations([row])


def _recap_now(meeting: Meeting, *, now: datetime) -> None:
    """It took place: nothing is to be confirmed or asked any more, and the recap is due."""
    for kind in (CadenceKind.CONFIRM_MEETING, CadenceKind.ASK_NOTES):
        end_rows(_rows(meeting, kind), status=AutomationStatus.CANCELLED, reason="The meeting took place.", now=now)
    _put(meeting, CadenceKind.RECAP, now, now=now)


def _cancel(meeting: Meeting, *, now: datetime) -> None:
    for kind in MEETING_KINDS:
        end_rows(_rows(meeting, kind), status=AutomationStatus.CANCELLED, reason=CANCELLED, now=now)
    _drop_stale(meeting, now=now)


def _drop_stale(meeting: Meeting, *, now: datetime) -> None:
    """A confirmation that was written for another day, or for nothing, goes, unless a person has written it."""
    day = local_date(meeting.starts_at, meeting.customer.timezone).isoformat()
    written = Draft.objects.filter(purpose=Purpose.CONFIRMATION, origin_id=meeting.pk)
    for draft in written.filter(state__in=sorted(EDITABLE_STATES)).exclude(writer=Writer.PERSON):
        told = next((row["value"] for row in draft.facts if row["key"] == keys.AHEAD_DATE), "")
        if meeting.state == MeetingState.CANCELLED or told != day:
            with suppress(NotEditable):
                delete_draft(draft, now=now, by=None)


def _tie_touches(meeting: Meeting, *, now: datetime) -> None:
    """The plan's contacts around a meeting with this person show the meeting's day and rows."""
    people = meeting.stakeholders.all()
    touches = Touch.objects.filter(
        plan__customer=meeting.customer_id, plan__state__in=sorted(LIVE_PLAN_STATES), stakeholder__in=people
    )
    for kind, touch_kind in TOUCH_OF.items():
        row = _rows(meeting, kind).order_by("-created_at").first()
        if row is not None:
            touches.filter(kind=touch_kind).exclude(state=TouchState.DONE).update(automation=row, updated_at=now)
            show_rows([row.pk], now)


def _rows(meeting: Meeting, kind: CadenceKind) -> QuerySet[AutomationSchedule, Any]:
    return AutomationSchedule.objects.filter(subject_kind=MEETING, subject_id=meeting.pk, kind=kind)


def _meetings(ids: Sequence[uuid.UUID]) -> Iterable[Meeting]:
    rows = Meeting.objects.filter(pk__in=ids).select_related("recorded_by")
    return rows.select_related("customer__owner", "customer__executive", "customer__account_executive")


def _facts(meeting: Meeting) -> MeetingFacts:
    sender = _sender(meeting)
    return MeetingFacts(
        meeting_id=meeting.pk,
        state=MeetingState(meeting.state),
        starts_at=meeting.starts_at,
        has_recipient=bool(_participants(meeting)) and sender is not None,
    )


def _sender(meeting: Meeting) -> User | None:
    """Who signs: the account's owner, else who noted the meeting, where that is a person."""
    noted_by = meeting.recorded_by
    return meeting.customer.owner or (None if noted_by is None or noted_by.is_integration else noted_by)


def _participants(meeting: Meeting) -> list[Stakeholder]:
    """Who takes part and may be written to."""
    invited = {person.pk for person in meeting.stakeholders.all()}
    return [person for person in list_reachable(meeting.customer, Lane.RENEWAL) if person.pk in invited]


def _write(meeting: Meeting, kind: CadenceKind, *, now: datetime) -> None:
    """Write the mail to the first who takes part, the others in copy; in the thread of the last letter to them."""
    customer, is_recap = meeting.customer, kind == CadenceKind.RECAP
    first, *others = _participants(meeting)
    sender = _sender(meeting)
    if sender is None:
        return
    actions = list(_actions(meeting)) if is_recap else []
    draft = write_follow_up(
        FollowUp(
            customer=customer,
            stakeholder=first,
            sender=sender,
            theme=Theme.RECAP if is_recap else Theme.CONFIRMATION,
            origin=Origin(id=meeting.pk, purpose=Purpose.RECAP if is_recap else Purpose.CONFIRMATION),
            parent=_last_letter(customer, first),
            cc=tuple(person.email.lower() for person in others),
            facts=(*_meeting_facts(meeting), *_action_facts(customer, actions)),
            points=tuple(_lines(meeting.notes)) if is_recap else (),
            steps=tuple(todo.title for todo in actions),
        ),
        now=now,
        by=None,
    )
    touches = Touch.objects.filter(automation__kind=kind, automation__subject_id=meeting.pk, stakeholder=first)
    touches.update(draft_id=draft.pk, updated_at=now)


def _last_letter(customer: Customer, person: Stakeholder) -> Draft | None:
    letters = Draft.objects.with_people().filter(customer=customer, stakeholder=person, sent_at__isnull=False)
    letter: Draft | None = letters.order_by("-sent_at").first()
    return letter


def _lines(notes: str) -> list[str]:
    lines = [line.strip(" -•*\t") for line in notes.splitlines()]
    return [line for line in lines if line][:MOST_POINTS]


def _meeting_facts(meeting: Meeting) -> list[Fact]:
    customer = meeting.customer
    where: dict[str, Any] = {"kind": MEETING, "id": meeting.pk, "url": record_url(customer, "planned")}
    local = meeting.starts_at.astimezone(zone(customer.timezone))
    found = [
        text_fact(keys.AHEAD_TITLE, meeting.title, field="title", label="Meeting", **where),
        date_fact(keys.AHEAD_DATE, local.date(), field="starts_on", label="Day of the meeting", **where),
        text_fact(keys.AHEAD_TIME, f"{local:%H:%M}", field="starts_time", label="Hour of the meeting", **where),
    ]
    if meeting.notes.strip():
        found.append(text_fact("meeting.notes", meeting.notes, field="notes", label="Notes of the meeting", **where))
    return found


def _actions(meeting: Meeting) -> QuerySet[Todo]:
    """What was agreed, in the order in which it was put down."""
    rows: QuerySet[Todo] = Todo.objects.filter(source_id=meeting.pk, kind=ACTION_TODO)
    return rows.order_by("created_at", "key")


def _action_facts(customer: Customer, todos: Iterable[Todo]) -> list[Fact]:
    url = record_url(customer, "planned")
    return [
        text_fact(f"todo.{todo.pk}", todo.title, kind="todo", id=todo.pk, field="title", label="Agreed", url=url)
        for todo in todos
    ]

"""Meetings: recorded, changed, held, cancelled."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from customers.enums import MeetingState
from customers.forms.work import MeetingForm, MeetingHeldForm
from customers.models import Customer, Meeting
from customers.services.meetings import cancel_meeting, mark_held, record_meeting, update_meeting
from customers.view_base import for_writers, reader_of
from customers.views.pages import FormPage, Question, account_url, find, run_form, run_question

ANCHOR = "planned"


@for_writers
def new(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find(Customer, request, customer_id)
    form = MeetingForm(request.POST or None, customer=customer)
    page = FormPage("Record a meeting", form, account_url(customer, ANCHOR), customer)
    return run_form(
        request,
        page,
        save=lambda data: record_meeting(customer, **data, now=timezone.now(), by=reader_of(request)),
        said="Recorded.",
    )


@for_writers
def edit(request: HttpRequest, customer_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    meeting = find(Meeting, request, meeting_id, customer=customer_id)
    initial = {
        "title": meeting.title,
        "starts_at": meeting.starts_at,
        "stakeholders": list(meeting.stakeholders.all()),
        "notes": meeting.notes,
    }
    form = MeetingForm(request.POST or None, customer=meeting.customer, initial=initial)
    page = FormPage("Edit meeting", form, account_url(customer_id, ANCHOR), meeting.customer)
    return run_form(
        request,
        page,
        save=lambda data: update_meeting(meeting, **data, now=timezone.now(), by=reader_of(request)),
        said="Saved.",
    )


@for_writers
def held(request: HttpRequest, customer_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    """Say that the meeting took place, and what was said."""
    meeting = find(Meeting, request, meeting_id, customer=customer_id, state=MeetingState.SCHEDULED)
    form = MeetingHeldForm(request.POST or None, initial={"notes": meeting.notes})
    page = FormPage(
        f"Held: {meeting.title}", form, account_url(customer_id, ANCHOR), meeting.customer, action="Mark as held"
    )
    return run_form(
        request,
        page,
        save=lambda data: mark_held(meeting, **data, now=timezone.now(), by=reader_of(request)),
        said="Marked as held. A recap is written for you to read and approve.",
    )


@for_writers
def cancel(request: HttpRequest, customer_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    meeting = find(Meeting, request, meeting_id, customer=customer_id, state=MeetingState.SCHEDULED)

    def act() -> str:
        cancel_meeting(meeting, now=timezone.now(), by=reader_of(request))
        return f"Cancelled: {meeting.title}. Nobody was told by Evergreen."

    question = Question(
        heading="Cancel the meeting?",
        text=f"“{meeting.title}” stays in the record as cancelled. Evergreen does not write to anybody about it.",
        action="Cancel the meeting",
        back=account_url(customer_id, ANCHOR),
        customer=meeting.customer,
        danger=True,
    )
    return run_question(request, question, act=act)

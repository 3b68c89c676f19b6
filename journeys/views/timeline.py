"""A client's journey: its months, what comes, what can be done, who changed what."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.models import Customer, User
from customers.view_base import reader_of
from journeys.actions import ADJUST, CANCEL, FORCE, PAUSE, RESUME, SKIP, START, TRIGGER, Action
from journeys.queries.timelines import Timeline, get_last_journey, read_timeline
from journeys.services.undoing import why_not_undo


@login_required
@require_GET
def timeline(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    reader = reader_of(request)
    customer = find_client(request, customer_id)
    journey = get_last_journey(customer)
    shown = read_timeline(journey, now=timezone.now()) if journey else None
    context = {
        "customer": customer,
        "timeline": shown,
        "actions": list(_list_actions(shown, reader)) if reader.is_writer else [],
        "undo": _undo_of(shown, reader),
        "can_write": reader.is_writer,
    }
    return render(request, "journeys/timeline.html", context)


def find_client(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    """This will find an account of the reader's; what is not theirs is not there (404)."""
    rows = Customer.objects.visible_to(reader_of(request)).select_related("owner")
    found: Customer = get_object_or_404(rows, pk=customer_id)
    return found


def _list_actions(timeline: Timeline | None, reader: User) -> Iterable[Action]:
    if timeline is None or not timeline.journey.is_active:
        yield START
        return
    if timeline.journey_hold:
        yield RESUME
    elif not timeline.holds:
        yield PAUSE
    yield from (ADJUST, SKIP, TRIGGER)
    if reader.is_leader:
        yield FORCE
    yield CANCEL


def _undo_of(timeline: Timeline | None, reader: User) -> dict[str, object] | None:
    """The last change that stands, and what keeps it from being taken back."""
    if timeline is None or not reader.is_writer:
        return None
    last = timeline.last_change
    return {"change": last, "refusal": why_not_undo(last)} if last else None

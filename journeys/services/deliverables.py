"""A deliverable that a person writes: for a month that has none yet, or in place of a writer's."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from customers.base import lock_customer
from customers.models import User
from customers.services.activity import record
from emails.enums import Writer
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, JourneyState
from journeys.models import Deliverable, JourneyMonth
from journeys.queries.briefs import read_commission
from journeys.queries.rows import open_rows_of
from journeys.services.changing import Refused
from journeys.services.reviewing import ask_for_review, close_todos
from journeys.services.scheduling import end_rows
from journeys.services.texts import NotOpen, clean_changes, keep_version, reload

TAKEN_OVER = frozenset({DeliverableState.WRITING, DeliverableState.FAILED})
BY_HAND = "Written by hand"
THERE = "Its deliverable is there already."


def write_deliverable_by_hand(month: JourneyMonth, *, title: str, body: str, now: datetime, by: User) -> Deliverable:
    """Make the deliverable of a month from a person's own text; the automation that would write it is called off.

    One that is being written, or could not be, is taken over. Raises ValidationError, Refused for a month that is
    skipped or over, NotOpen where a text is there already.
    """
    changes = clean_changes({"title": title, "body": body})
    if not changes["body"]:
        raise ValidationError({"body": "Write the text, or let it be written."})
    with transaction.atomic():
        lock_customer(month.customer_id)
        fresh = JourneyMonth.objects.select_related("journey", "step", "customer").get(pk=month.pk)
        if fresh.is_skipped:
            raise Refused("This month is skipped.")
        if fresh.journey.state != JourneyState.ACTIVE:
            raise Refused("The journey is not under way.")
        deliverable, _ = Deliverable.objects.get_or_create(
            month=fresh,
            defaults={"customer_id": fresh.customer_id, "journey_id": fresh.journey_id, "title": fresh.step.title},
        )
        written = _take_over(deliverable, changes, now=now, by=by)
        keep_version(written, reason=BY_HAND, now=now, by=by)
        summary = f"Wrote “{written}” (M{fresh.number}) by hand"
        record("deliverable.by_hand", summary, customer=written.customer_id, by=by, now=now, subject=written)
        close_todos(written, now=now, by=by)
        # The journey spec: "If admin manually generates deliverable, cancel auto-generation".
        to_write = open_rows_of([fresh.journey_id]).filter(kind=JourneyKind.GENERATE, payload__month=fresh.number)
        end_rows(to_write, status=AutomationStatus.SKIPPED, reason=THERE, now=now)
        ask_for_review(written, now=now)
    return written


def _take_over(deliverable: Deliverable, changes: dict[str, str], *, now: datetime, by: User) -> Deliverable:
    commission = read_commission(deliverable, now=now)
    moved = Deliverable.objects.filter(pk=deliverable.pk, state__in=TAKEN_OVER).update(
        **changes,
        state=DeliverableState.PENDING_REVIEW,
        writer=Writer.PERSON,
        writer_note="",
        facts=[fact.as_json() for fact in commission.facts],
        first_body=changes["body"],
        review_since=now,
        due_at=None,
        claim_token=None,
        outcome="",
        asked_by=by,
        version=F("version") + 1,
        updated_at=now,
    )
    current = reload(deliverable)
    if not moved:
        raise NotOpen(current)
    return current

"""Start a journey, end it before its time, hurry one of its automations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, User
from customers.queries.calendars import local_date
from journeys.enums import AutomationStatus, JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange, ProgrammeVersion
from journeys.queries.facts import read_journey
from journeys.queries.journeys import find_version, get_open_journey, list_steps, map_step_ids
from journeys.queries.rows import as_facts, open_rows_of, read_rows, snapshot
from journeys.rules.changes import Plan, plan_cancel, plan_start, plan_trigger
from journeys.rules.naming import name_automation
from journeys.rules.timeline import build_timeline
from journeys.services.changing import Note, Refused, because, lock_journey, note_changes
from journeys.services.planting import Course, Seed, plant
from journeys.services.scheduling import trigger_automation
from journeys.services.telling import tell_moved


def start_journey(
    customer: Customer,
    *,
    start_date: date,
    version: ProgrammeVersion | None = None,
    now: datetime,
    by: User | None,
    include_past: bool = False,
    reason: str = "",
) -> Journey:
    """This will put the customer on a programme, with all its months and automations, and approve its mails.

    version: None takes the published one for the customer's segment. Raises Refused.
    """
    with transaction.atomic():
        lock_customer(customer.pk)
        seed = sow(customer, start_date=start_date, version=version, now=now, include_past=include_past)
        [change] = plant_seeds([seed], now=now, by=by, reason=reason)
    customer.programme_start_date = start_date
    return change.journey


def preview_start(
    customer: Customer,
    *,
    start_date: date,
    version: ProgrammeVersion | None = None,
    now: datetime,
    by: User | None = None,
    include_past: bool = False,
    reason: str = "",
) -> Plan:
    """This will show the months and automations that a start would write. Raises Refused."""
    seed = sow(customer, start_date=start_date, version=version, now=now, include_past=include_past)
    return plan_start(seed.timeline, zone=customer.timezone, hour=seed.course.version.local_time, now=now)


def cancel_journey(journey: Journey, *, reason: str, now: datetime, by: User | None) -> JourneyChange:
    """This will end the journey before its time: nothing more of it is written or sent. Raises Refused."""
    with transaction.atomic():
        journey = lock_journey(journey)
        if not journey.is_active:
            raise Refused("The journey is not under way.")
        [change] = note_changes(
            [end_journey(journey, reason=reason, now=now, by=by)], action="cancelled", now=now, by=by
        )
    return change


def preview_cancel(journey: Journey, *, reason: str, now: datetime, by: User | None = None) -> Plan:
    """This will show what would not happen any more. Raises Refused."""
    if not journey.is_active:
        raise Refused("The journey is not under way.")
    return plan_cancel(read_journey(journey), read_rows([journey.pk])[journey.pk], reason=ended_words(reason))


def end_journey(journey: Journey, *, reason: str, now: datetime, by: User | None) -> Note:
    """This will cancel the journey and what is scheduled of it; gives what to note."""
    [note] = end_all([journey], reason=reason, now=now, by=by)
    return note


def end_all(journeys: Sequence[Journey], *, reason: str, now: datetime, by: User | None) -> list[Note]:
    """This will cancel the journeys and what is scheduled of them; gives what to note. Customers must be locked."""
    ids = [journey.pk for journey in journeys]
    found = list(open_rows_of(ids).values_list("subject_id", "kind", "pk"))
    cancelled: dict[UUID, list[str]] = defaultdict(list)
    for journey_id, _, pk in found:
        cancelled[journey_id].append(str(pk))
    open_rows_of(ids).update(status=AutomationStatus.CANCELLED, reason=ended_words(reason), updated_at=now)
    tell_moved([(kind, pk) for _, kind, pk in found], now=now)
    Journey.objects.filter(pk__in=ids, state=JourneyState.ACTIVE).update(
        state=JourneyState.CANCELLED, cancelled_at=now, cancelled_by=by, reason=reason[:500], updated_at=now
    )
    return [
        Note(journey, ended_words(reason), {"cancelled": cancelled[journey.pk], "held_since": _iso(journey.held_since)})
        for journey in journeys
    ]


def trigger_row(automation: AutomationSchedule, *, now: datetime, by: User, reason: str = "") -> JourneyChange:
    """This will have one automation of a journey run with the next tick; on hold, when that ends. Raises NotScheduled.

    What its moment waits for is asked all the same: a month whose turn it is not goes on waiting.
    """
    with transaction.atomic():
        journey = lock_journey(Journey.objects.get(pk=automation.subject_id))
        [(_, before)] = as_facts(AutomationSchedule.objects.filter(pk=automation.pk))
        trigger_automation(automation, now=journey.held_since or now, by=by, reason=reason)
        summary = because(f"Triggered: {name_automation(before.kind, before.occurrence)}", reason)
        note = Note(journey, summary, {"rows": [snapshot(before)]})
        [change] = note_changes([note], action="triggered", now=now, by=by, on_record=False)
    return change


def preview_trigger(automation: AutomationSchedule, *, now: datetime, by: User | None = None) -> Plan:
    """This will show the journey with this automation due now. Raises Refused."""
    journey = Journey.objects.get(pk=automation.subject_id)
    if automation.status != AutomationStatus.SCHEDULED:
        raise Refused("It has run already, or runs just now.")
    rows = read_rows([journey.pk])[journey.pk]
    return plan_trigger(read_journey(journey), rows, automation=automation.pk, now=now)


def ended_words(reason: str) -> str:
    return f"The journey was cancelled: {reason}"[:500] if reason else "The journey was cancelled."


def sow(
    customer: Customer, *, start_date: date, version: ProgrammeVersion | None, now: datetime, include_past: bool
) -> Seed:
    """This will lay the journey out without writing anything. Raises Refused."""
    if get_open_journey(customer) is not None:
        raise Refused("This client is on a journey already.")
    course = read_course(version or find_version(customer))
    return lay_out(customer, course, start_date=start_date, now=now, include_past=include_past)


def read_course(version: ProgrammeVersion | None) -> Course:
    """This will read a version's steps. Raises Refused where there is nothing to start."""
    if version is None:
        raise Refused("No programme is published for this client's segment.")
    if not version.is_published:
        raise Refused(f"{version} is not published.")
    steps = list_steps(version)
    if not steps:
        raise Refused(f"{version} has no months.")
    return Course(version, steps, map_step_ids(version))


def lay_out(customer: Customer, course: Course, *, start_date: date, now: datetime, include_past: bool) -> Seed:
    """This will compute the dates of one journey. Raises Refused where all of them are past."""
    today = local_date(now, customer.timezone)
    timeline = build_timeline(course.steps, start_date=start_date, today=today, include_past=include_past)
    if timeline.first_kept is None:
        raise Refused("All its months would lie in the past.")
    return Seed(customer, course, timeline, start_date)


def plant_seeds(seeds: list[Seed], *, now: datetime, by: User | None, reason: str = "") -> list[JourneyChange]:
    """This will write the journeys and note who started them. Raises Refused for an integration.

    A start approves the mails of the programme's version, which is a person's to do. Source: promise 2.
    """
    if by is not None and by.is_integration:
        raise Refused("A journey's start approves its mails: a person must start it.")
    before: list[dict[str, Any]] = [{"start_date": _iso(seed.customer.programme_start_date)} for seed in seeds]
    journeys = plant(seeds, now=now, by=by)
    notes = [
        Note(journey, because(f"Journey started: {seed.course.version} from {seed.start_date:%d %b %Y}", reason), old)
        for journey, seed, old in zip(journeys, seeds, before, strict=True)
    ]
    return note_changes(notes, action="started", now=now, by=by)


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None

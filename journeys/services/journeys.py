"""Start a journey, end it before its time, hurry one of its automations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, User
from customers.queries.calendars import local_date
from journeys.models import Journey, ProgrammeVersion
from journeys.queries.journeys import find_version, get_open_journey, list_steps, map_step_ids
from journeys.rules.timeline import build_timeline
from journeys.services.changing import Note, Refused, note_changes
from journeys.services.planting import Course, Seed, plant


def start_journey(
    customer: Customer,
    *,
    start_date: date,
    version: ProgrammeVersion | None = None,
    now: datetime,
    by: User | None,
    include_past: bool = False,
) -> Journey:
    """This will put the customer on a programme, with all its months and automations, and approve its mails.

    version: None takes the published one for the customer's segment. Raises Refused.
    """
    with transaction.atomic():
        lock_customer(customer.pk)
        seed = sow(customer, start_date=start_date, version=version, now=now, include_past=include_past)
        [journey] = plant_seeds([seed], now=now, by=by)
    customer.programme_start_date = start_date
    return journey


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


def plant_seeds(seeds: list[Seed], *, now: datetime, by: User | None) -> list[Journey]:
    """This will write the journeys and note who started them."""
    before: list[dict[str, Any]] = [{"start_date": _iso(seed.customer.programme_start_date)} for seed in seeds]
    journeys = plant(seeds, now=now, by=by)
    notes = [
        Note(journey, f"Journey started: {seed.course.version} from {seed.start_date:%d %b %Y}", old)
        for journey, seed, old in zip(journeys, seeds, before, strict=True)
    ]
    note_changes(notes, action="started", now=now, by=by)
    return journeys


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""The verbs of a journey for a selection of customers: few statements for thousands, a reason for each refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from customers.base import lock_customers
from customers.enums import HoldScope
from customers.models import Customer, User
from customers.queries.many import many
from customers.services.holds import end_holds_of, hold_customers
from customers.services.locks import lock_ids
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyChange, ProgrammeVersion
from journeys.queries.facts import read_facts
from journeys.queries.journeys import find_versions, list_open_journeys, list_with_open_journey, map_open_journeys
from journeys.services.adjusting import adjust_all, check_adjust
from journeys.services.changing import Outcome, Refused, note_changes
from journeys.services.forcing import check_may_force, force_all, read_writers, why_not_force
from journeys.services.journeys import end_all, lay_out, plant_seeds, read_course
from journeys.services.pausing import end_of_pause, say_why
from journeys.services.planting import Course, Seed
from journeys.services.skipping import skip_all, why_not_skip
from journeys.services.triggering import read_next, trigger_all, why_not_trigger

NO_JOURNEY = "This client is on no journey."
NOT_PAUSED = "The journey is not paused."
STILL_HELD = "The account is on hold: it goes on when that ends."

Answer = TypeVar("Answer")


class Sorting:
    """Takes those apart that are refused. refused: customer ids, and why not."""

    def __init__(self) -> None:
        self.refused: dict[UUID, str] = {}

    def attempt(self, customer_id: UUID, answer: Callable[[], Answer]) -> Answer | None:
        """This will give the answer, or None where it is Refused."""
        try:
            return answer()
        except Refused as refusal:
            self.refused[customer_id] = str(refusal)
            return None


def start_journeys(
    customers: Iterable[Customer],
    *,
    start_date: date,
    version: ProgrammeVersion | None = None,
    now: datetime,
    by: User | None,
    include_past: bool = False,
    reason: str = "",
) -> Outcome:
    """This will put each customer on a programme; who is on a journey already is refused."""
    sorting = Sorting()
    with transaction.atomic():
        locked = lock_customers(customer.pk for customer in customers)
        taken = list_with_open_journey([customer.pk for customer in locked])
        courses = _Courses(locked, version)

        def lay(customer: Customer) -> Seed:
            if customer.pk in taken:
                raise Refused("This client is on a journey already.")
            course = courses.find(customer)
            return lay_out(customer, course, start_date=start_date, now=now, include_past=include_past)

        seeds = [sorting.attempt(customer.pk, partial(lay, customer)) for customer in locked]
        changes = plant_seeds([seed for seed in seeds if seed is not None], now=now, by=by, reason=reason)
    return Outcome(changes, sorting.refused)


def adjust_journeys(
    customers: Iterable[Customer],
    *,
    start_date: date | None = None,
    days: int = 0,
    now: datetime,
    by: User | None,
    include_past: bool = False,
    reason: str = "",
) -> Outcome:
    """This will move each journey to a start date, or by a number of days."""
    sorting = Sorting()
    with transaction.atomic():
        journeys = _lock_journeys(customers, sorting)
        wanted = [
            (journey, moved)
            for journey in journeys
            if (moved := sorting.attempt(journey.customer_id, partial(_days_of, journey, start_date, days)))
        ]
        notes, barred = adjust_all(wanted, now=now, by=by, include_past=include_past, reason=reason)
        customer_of = {journey.pk: journey.customer_id for journey in journeys}
        sorting.refused |= {customer_of[pk]: reason for pk, reason in barred.items()}
        changes = note_changes(notes, action="adjusted", now=now, by=by)
    return Outcome(changes, sorting.refused)


def pause_journeys(
    customers: Iterable[Customer],
    *,
    until: datetime | date | None = None,
    days: int | None = None,
    reason: str = "",
    now: datetime,
    by: User | None,
) -> Outcome:
    """This will pause each journey until a moment, for a number of each customer's days, or until somebody resumes.

    until: a date is a day of each customer's.
    """
    sorting = Sorting()
    with transaction.atomic():
        journeys = _lock_journeys(customers, sorting)
        ends = {
            journey.customer_id: sorting.attempt(
                journey.customer_id, partial(end_of_pause, journey, until=until, days=days, now=now)
            )
            for journey in journeys
        }
        ends = {pk: end for pk, end in ends.items() if pk not in sorting.refused}
        holds = hold_customers(ends, scope=HoldScope.JOURNEY, reason=reason, now=now, by=by)
        held = {hold.customer_id for hold in holds}
        sorting.refused |= {pk: "The journey is paused already." for pk in ends if pk not in held}
        ids = [journey.pk for journey in journeys if journey.customer_id in held]
        changes = _list_changes(ids, action="paused", now=now)
    return Outcome(changes, sorting.refused)


def resume_journeys(customers: Iterable[Customer], *, now: datetime, by: User | None, reason: str = "") -> Outcome:
    """This will end the pause of each journey; the ones whose account is held besides go on when that ends."""
    sorting = Sorting()
    with transaction.atomic():
        ids = lock_ids(customer.pk for customer in customers)
        journeys = map_open_journeys(ids)
        sorting.refused |= {pk: NO_JOURNEY for pk in ids if pk not in journeys}
        holds = end_holds_of(journeys, scope=HoldScope.JOURNEY, now=now, by=by, reason=reason)
        ended = {hold.customer_id for hold in holds}
        sorting.refused |= {pk: NOT_PAUSED for pk in journeys if pk not in ended}
        changes = _list_changes([journeys[pk] for pk in ended], action="resumed", now=now)
        say_why(changes, reason)
        on = {change.customer_id for change in changes}
        sorting.refused |= dict.fromkeys(ended - on, STILL_HELD)
    return Outcome(changes, sorting.refused)


def skip_months(
    customers: Iterable[Customer], number: int, *, reason: str = "", now: datetime, by: User | None
) -> Outcome:
    """This will leave the same month out of each journey."""
    sorting = Sorting()
    with transaction.atomic():
        journeys = _lock_journeys(customers, sorting)
        facts = read_facts([journey.pk for journey in journeys])
        for journey in journeys:
            if refusal := why_not_skip(facts[journey.pk], number):
                sorting.refused[journey.customer_id] = refusal
        wanted = [(j, facts[j.pk]) for j in journeys if j.customer_id not in sorting.refused]
        notes = skip_all(wanted, number, reason=reason, now=now, by=by)
        changes = note_changes(notes, action="skipped", now=now, by=by)
    return Outcome(changes, sorting.refused)


def cancel_journeys(customers: Iterable[Customer], *, reason: str = "", now: datetime, by: User | None) -> Outcome:
    """This will end each journey before its time: nothing more of it is written or sent."""
    sorting = Sorting()
    with transaction.atomic():
        notes = end_all(_lock_journeys(customers, sorting), reason=reason, now=now, by=by)
        changes = note_changes(notes, action="cancelled", now=now, by=by)
    return Outcome(changes, sorting.refused)


def force_months(customers: Iterable[Customer], number: int, *, now: datetime, by: User, reason: str = "") -> Outcome:
    """This will have the same month of each journey written now. Raises NotAllowed."""
    check_may_force(by)
    sorting = Sorting()
    with transaction.atomic():
        journeys = _lock_journeys(customers, sorting)
        ids = [journey.pk for journey in journeys]
        facts, rows = read_facts(ids), read_writers(ids, number)
        for journey in journeys:
            if refusal := why_not_force(facts[journey.pk], rows.get(journey.pk), number):
                sorting.refused[journey.customer_id] = refusal
        wanted = [(journey, rows[journey.pk]) for journey in journeys if journey.customer_id not in sorting.refused]
        notes = force_all(wanted, number, now=now, reason=reason)
        changes = note_changes(notes, action="forced", now=now, by=by)
    return Outcome(changes, sorting.refused)


def trigger_kinds(
    customers: Iterable[Customer],
    kind: JourneyKind,
    number: int | None = None,
    *,
    now: datetime,
    by: User,
    reason: str = "",
) -> Outcome:
    """This will have the next automation of a kind of each journey run now; number: that of a month."""
    sorting = Sorting()
    with transaction.atomic():
        journeys = _lock_journeys(customers, sorting)
        rows = read_next([journey.pk for journey in journeys], kind, number)
        for journey in journeys:
            if refusal := why_not_trigger(rows.get(journey.pk), kind, number):
                sorting.refused[journey.customer_id] = refusal
        wanted = [(journey, rows[journey.pk]) for journey in journeys if journey.pk in rows]
        notes = trigger_all(wanted, now=now, by=by, reason=reason)
        changes = note_changes(notes, action="triggered", now=now, by=by, on_record=False)
    return Outcome(changes, sorting.refused)


class _Courses:
    """The programme of each customer, read once each."""

    def __init__(self, customers: Iterable[Customer], version: ProgrammeVersion | None) -> None:
        segments = {customer.segment for customer in customers}
        self.versions = dict.fromkeys(segments, version) if version else find_versions(segments)
        self.read: dict[UUID | None, Course] = {}

    def find(self, customer: Customer) -> Course:
        """This will give the course. Raises Refused where there is none."""
        version = self.versions[customer.segment]
        key = version.pk if version else None
        if key not in self.read:
            self.read[key] = read_course(version)
        return self.read[key]


def _lock_journeys(customers: Iterable[Customer], sorting: Sorting) -> list[Journey]:
    ids = lock_ids(customer.pk for customer in customers)
    journeys = list_open_journeys(ids)
    found = {journey.customer_id for journey in journeys}
    sorting.refused |= {pk: NO_JOURNEY for pk in ids if pk not in found}
    return journeys


def _days_of(journey: Journey, start_date: date | None, days: int) -> int:
    return check_adjust(journey, start_date or journey.start_date + timedelta(days=days))


def _list_changes(journey_ids: Iterable[UUID], *, action: str, now: datetime) -> list[JourneyChange]:
    """Those that the holds' start or end has noted, without what an undo needs."""
    return list(JourneyChange.objects.filter(journey__in=many(journey_ids), action=action, at=now).defer("before"))

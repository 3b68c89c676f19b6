"""What is done to a selection of clients: shown before, done in few statements.

A preview does the very same and takes it back: who is refused and why is what it would be. A start, which writes most,
and a resume, which needs no form and so is shown at once, are worked out without writing.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from journeys.enums import JourneyState
from journeys.models import Journey, JourneyMonth, ProgrammeVersion
from journeys.queries.facts import facts_of, read_facts
from journeys.queries.journeys import find_versions, list_with_open_journey
from journeys.queries.rows import read_rows
from journeys.rules.changes import plan_pause, plan_shift
from journeys.rules.journeys import MonthFacts
from journeys.rules.row_moves import held_days, local_day
from journeys.services.bulk import (
    NO_JOURNEY,
    NOT_PAUSED,
    STILL_HELD,
    adjust_journeys,
    cancel_journeys,
    force_months,
    pause_journeys,
    resume_journeys,
    skip_months,
    start_journeys,
    trigger_kinds,
)
from journeys.services.changing import Outcome, Refused
from journeys.services.journeys import lay_out, read_course
from journeys.services.pausing import end_of_pause
from journeys.services.planting import Course
from journeys.services.triggering import read_next

NAMED = 50

VERBS: Mapping[str, Callable[..., Outcome]] = {
    "start": start_journeys,
    "pause": pause_journeys,
    "resume": resume_journeys,
    "adjust": adjust_journeys,
    "skip": skip_months,
    "trigger": trigger_kinds,
    "force": force_months,
    "cancel": cancel_journeys,
}

Dates = Mapping[int, date | None]
"""Month → its day; None where it is skipped."""


@dataclass(frozen=True)
class DateMove:
    """One month of one client. old: None where it is new; new: None where it ends, and how it is called then."""

    number: int
    old: date | None
    new: date | None
    end: str = "skipped"


@dataclass(frozen=True)
class ClientMoves:
    """What moves for one client."""

    customer: Customer
    moves: Sequence[DateMove]

    @property
    def first(self) -> DateMove | None:
        return self.moves[0] if self.moves else None

    @property
    def last(self) -> DateMove | None:
        return self.moves[-1] if len(self.moves) > 1 else None


@dataclass(frozen=True)
class SelectionPreview:
    """total: who was selected; count: for whom it would be done; refused: reason → how many; clients: the first."""

    total: int
    count: int
    refused: Sequence[tuple[str, int]]
    clients: Sequence[ClientMoves]

    @property
    def refused_count(self) -> int:
        return self.total - self.count

    @property
    def unnamed(self) -> int:
        return self.count - len(self.clients)


def run_selection(
    code: str, customers: Sequence[Customer], arguments: Mapping[str, Any], *, now: datetime, by: User
) -> Outcome:
    """This will do it to each of the customers that allows it. Raises Refused where it is wrong for all of them."""
    return VERBS[code](customers, **arguments, now=now, by=by)


def preview_selection(
    code: str, customers: Sequence[Customer], arguments: Mapping[str, Any], *, now: datetime, by: User
) -> SelectionPreview:
    """This will say what it would do, and leave nothing written. Raises as `run_selection`."""
    if code == "start":
        return _preview_start(customers, now=now, **arguments)
    if code == "resume":
        return _preview_resume(customers, now=now)
    with transaction.atomic():
        before: dict[uuid.UUID, Dates] = {**read_dates(customers[: 4 * NAMED])}
        outcome = run_selection(code, customers, arguments, now=now, by=by)
        named = [customer for customer in customers if customer.pk not in outcome.refused][:NAMED]
        before = {**before, **read_dates([customer for customer in named if customer.pk not in before])}
        after: dict[uuid.UUID, Dates] = {**read_dates(named)}
        transaction.set_rollback(True)
    if code == "pause":
        after = {**_dates_after_pause(named, arguments, now)}
    elif code in ("cancel", "force"):
        before, after = _dates_by_facts(named, arguments.get("number"), now)
    elif code == "trigger":
        before, after = _dates_of_triggered(named, arguments, now)
    end = "cancelled" if code == "cancel" else "skipped"
    return _sum_up(customers, outcome.refused, [(customer, before, after) for customer in named], end=end)


def _sum_up(
    customers: Sequence[Customer],
    refused: Mapping[uuid.UUID, str],
    named: Iterable[tuple[Customer, Mapping[uuid.UUID, Dates], Mapping[uuid.UUID, Dates]]],
    *,
    end: str = "skipped",
) -> SelectionPreview:
    return SelectionPreview(
        total=len(customers),
        count=len(customers) - len(refused),
        refused=Counter(refused.values()).most_common(),
        clients=[
            ClientMoves(customer, compare(before.get(customer.pk, {}), after.get(customer.pk, {}), end))
            for customer, before, after in named
        ],
    )


def compare(before: Dates, after: Dates, end: str) -> list[DateMove]:
    """This will list the months that have another day afterwards. end: how a month that has none is called."""
    return [
        DateMove(number, before.get(number), new, end) for number, new in after.items() if before.get(number) != new
    ]


def read_dates(customers: Sequence[Customer]) -> dict[uuid.UUID, dict[int, date | None]]:
    """This will read the months of journeys under way, in one query."""
    rows = JourneyMonth.objects.filter(
        customer__in=[customer.pk for customer in customers], journey__state=JourneyState.ACTIVE
    )
    found: dict[uuid.UUID, dict[int, date | None]] = {}
    for customer_id, number, due_date, skipped_at in rows.order_by("number").values_list(
        "customer", "number", "due_date", "skipped_at"
    ):
        found.setdefault(customer_id, {})[number] = None if skipped_at else due_date
    return found


def _dates_after_pause(
    customers: Sequence[Customer], arguments: Mapping[str, Any], now: datetime
) -> dict[uuid.UUID, dict[int, date | None]]:
    """The dates once the pause is over; as they are while nobody has said when that is."""
    ids = [customer.pk for customer in customers]
    journeys = {row.pk: row for row in Journey.objects.filter(customer__in=ids, state=JourneyState.ACTIVE)}
    rows = read_rows(list(journeys))
    found: dict[uuid.UUID, dict[int, date | None]] = {}
    for facts in read_facts(list(journeys)).values():
        until = end_of_pause(journeys[facts.id], until=arguments.get("until"), days=arguments.get("days"), now=now)
        plan = plan_pause(facts, rows[facts.id], until=until, now=now)
        found[facts.customer_id] = _dates_of(plan.months)
    return found


def _dates_by_facts(
    customers: Sequence[Customer], forced: int | None, now: datetime
) -> tuple[dict[uuid.UUID, Dates], dict[uuid.UUID, Dates]]:
    """The dates now, and with the forced month written now; without one, with nothing more to come."""
    ids = [customer.pk for customer in customers]
    journeys = Journey.objects.filter(customer__in=ids, state=JourneyState.ACTIVE).select_related("version")
    before: dict[uuid.UUID, Dates] = {}
    after: dict[uuid.UUID, Dates] = {}
    for facts in facts_of(list(journeys)).values():
        before[facts.customer_id] = _dates_of(facts.months)
        ended = {month.number: None for month in facts.months if not month.is_settled}
        today = local_day(facts.own_now(now), facts.zone)
        after[facts.customer_id] = ended if forced is None else {forced: today}
    return before, after


def _dates_of_triggered(
    customers: Sequence[Customer], arguments: Mapping[str, Any], now: datetime
) -> tuple[dict[uuid.UUID, Dates], dict[uuid.UUID, Dates]]:
    """The day of the automation that would be triggered, by its month, and the day there."""
    ids = [customer.pk for customer in customers]
    found = Journey.objects.filter(customer__in=ids, state=JourneyState.ACTIVE)
    journeys = {journey.pk: journey for journey in found}
    before: dict[uuid.UUID, Dates] = {}
    after: dict[uuid.UUID, Dates] = {}
    for pk, row in read_next(list(journeys), arguments["kind"], arguments.get("number")).items():
        journey, number = journeys[pk], row.month or 0
        before[journey.customer_id] = {number: local_day(row.trigger_at, journey.zone)}
        after[journey.customer_id] = {number: local_day(journey.held_since or now, journey.zone)}
    return before, after


def _dates_of(months: Iterable[MonthFacts]) -> dict[int, date | None]:
    return {month.number: None if month.is_skipped else month.due_date for month in months}


def _preview_resume(customers: Sequence[Customer], *, now: datetime) -> SelectionPreview:
    ids = [customer.pk for customer in customers]
    found = Journey.objects.filter(customer__in=ids, state=JourneyState.ACTIVE).select_related("version")
    journeys = {journey.customer_id: journey for journey in found}
    refused = _refuse_resume(ids, journeys)
    named = [customer for customer in customers if customer.pk not in refused][:NAMED]
    before: dict[uuid.UUID, Dates] = {}
    after: dict[uuid.UUID, Dates] = {}
    for facts in facts_of([journeys[customer.pk] for customer in named]).values():
        days = held_days(facts.own_now(now), now, facts.zone)
        before[facts.customer_id] = _dates_of(facts.months)
        after[facts.customer_id] = _dates_of(plan_shift(facts, (), days=days, now=now).months)
    return _sum_up(customers, refused, [(customer, before, after) for customer in named])


def _refuse_resume(ids: Sequence[uuid.UUID], journeys: Mapping[uuid.UUID, Journey]) -> dict[uuid.UUID, str]:
    """Whose journey does not go on by this, and why not, as `resume_journeys` says it."""
    holds = set(Hold.objects.filter(customer__in=ids, ended_at=None).values_list("customer_id", "scope"))
    refused = {pk: NO_JOURNEY for pk in ids if pk not in journeys}
    refused |= {pk: NOT_PAUSED for pk in journeys if (pk, HoldScope.JOURNEY) not in holds}
    held = [pk for pk, row in journeys.items() if (pk, HoldScope.ACCOUNT) in holds or row.held_since is None]
    return dict.fromkeys(held, STILL_HELD) | refused


def _preview_start(
    customers: Sequence[Customer],
    *,
    start_date: date,
    version: ProgrammeVersion | None = None,
    include_past: bool = False,
    reason: str = "",
    now: datetime,
) -> SelectionPreview:
    courses = _read_courses({customer.segment for customer in customers}, version)
    taken = list_with_open_journey([customer.pk for customer in customers])
    refused: dict[uuid.UUID, str] = dict.fromkeys(taken, "This client is on a journey already.")
    dates: dict[uuid.UUID, Dates] = {}
    for customer in customers:
        if customer.pk in taken:
            continue
        try:
            course = courses[customer.segment]
            if isinstance(course, Refused):
                raise course
            seed = lay_out(customer, course, start_date=start_date, now=now, include_past=include_past)
        except Refused as refusal:
            refused[customer.pk] = str(refusal)
        else:
            if len(dates) < NAMED:
                months = seed.timeline.months
                dates[customer.pk] = {m.number: None if m.skip_reason else m.due_date for m in months}
    return _sum_up(customers, refused, [(row, {}, dates) for row in customers if row.pk in dates])


def _read_courses(segments: set[str], version: ProgrammeVersion | None) -> dict[str, Course | Refused]:
    versions = dict.fromkeys(segments, version) if version else find_versions(segments)
    read: dict[Any, Course | Refused] = {}
    for found in versions.values():
        key = found.pk if found else None
        if key not in read:
            try:
                read[key] = read_course(found)
            except Refused as refusal:
                read[key] = refusal
    return {segment: read[found.pk if found else None] for segment, found in versions.items()}

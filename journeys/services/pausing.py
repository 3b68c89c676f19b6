"""A hold and the journey: the rows wait, the client is told, and every date still to come moves by the time held.

Whoever sets or ends a hold (a person on the account's page, a reply, the clock), the same happens, in the hold's own
transaction. Source: DESIGN, section 5, Journey; the journey spec, "Hold/Pause Feature".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Left

from customers.enums import HoldScope
from customers.models import Hold, User
from customers.queries.many import many
from customers.queries.stops import list_open_holds
from customers.registry.holds import register_hold_hooks
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts, end_hold, hold_customer
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.queries.facts import read_journey
from journeys.queries.rows import SUBJECT, as_facts, open_rows_of, read_rows, rows_of, snapshot
from journeys.rules.changes import Plan, plan_pause, plan_shift
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import held_days, local_day
from journeys.rules.timeline import TYPES, payload_of
from journeys.services.announcing import announce
from journeys.services.changing import Note, Refused, because, lock_journey, note_changes
from journeys.services.scheduling import LocalMoment, NewAutomation, end_found
from journeys.services.shifting import shift_after_hold

REMIND_DAYS = 3
"""Before the journey goes on. Source: the journey spec: "We'll send you a reminder 3 days before"."""

BEFORE_END = (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON)


def pause_journey(
    journey: Journey,
    *,
    until: datetime | None = None,
    days: int | None = None,
    reason: str,
    now: datetime,
    by: User | None,
) -> JourneyChange:
    """This will hold the journey until a moment, for some of the customer's days, or until somebody resumes.

    Raises Refused.
    """
    end = end_of_pause(journey, until=until, days=days, now=now)
    with transaction.atomic():
        journey = lock_journey(journey)
        if not journey.is_active:
            raise Refused("The journey is not under way.")
        try:
            hold = hold_customer(journey.customer, scope=HoldScope.JOURNEY, until=end, reason=reason, now=now, by=by)
        except (AlreadyHeld, HoldEndsBeforeItStarts) as error:
            raise Refused(str(error)) from error
        return JourneyChange.objects.get(journey=journey, action="paused", before__hold=str(hold.pk))


def preview_pause(
    journey: Journey,
    *,
    until: datetime | None = None,
    days: int | None = None,
    reason: str = "",
    now: datetime,
    by: User | None = None,
) -> Plan:
    """This will show the dates as they are once the hold has ended; open-ended, what waits. Raises Refused."""
    end = end_of_pause(journey, until=until, days=days, now=now)
    if not journey.is_active:
        raise Refused("The journey is not under way.")
    if list_open_holds(journey.customer, scope=HoldScope.JOURNEY):
        raise Refused("This account is on hold already.")
    if end is not None and end <= now:
        raise Refused("The hold must end in the future.")
    return plan_pause(read_journey(journey), read_rows([journey.pk])[journey.pk], until=end, now=now)


def resume_journey(journey: Journey, *, now: datetime, by: User | None, reason: str = "") -> JourneyChange | None:
    """This will end the journey's hold. None where the account is held besides: then it goes on when that ends.

    Raises Refused.
    """
    with transaction.atomic():
        journey = lock_journey(journey)
        end_hold(_require_pause(list_open_holds(journey.customer)), now=now, by=by, reason=reason)
        change = JourneyChange.objects.filter(journey=journey, action="resumed", at=now).first()
        say_why([change] if change else [], reason)
    return change


def say_why(changes: Sequence[JourneyChange], reason: str) -> None:
    """This will add why to what was noted when the holds ended. Must be called in the same transaction."""
    if not reason:
        return
    for change in changes:
        change.summary = because(change.summary, reason)
    JourneyChange.objects.filter(pk__in=many(change.pk for change in changes)).update(
        summary=Left(Concat("summary", Value(f": {reason}")), 500)
    )


def preview_resume(journey: Journey, *, now: datetime, by: User | None = None, reason: str = "") -> Plan:
    """This will show the dates as they are when the hold ends now; none moves while the account is held besides.

    Raises Refused.
    """
    holds = list_open_holds(journey.customer)
    _require_pause(holds)
    if any(hold.scope == HoldScope.ACCOUNT for hold in holds):
        return Plan(read_journey(journey).months, tuple(read_rows([journey.pk])[journey.pk]))
    days = held_days(journey.held_since or now, now, journey.zone)
    return plan_shift(read_journey(journey), read_rows([journey.pk])[journey.pk], days=days, now=now)


def _require_pause(holds: Collection[Hold]) -> Hold:
    """This will give the journey's own among an account's open holds. Raises Refused."""
    pause = next((hold for hold in holds if hold.scope == HoldScope.JOURNEY), None)
    if pause is None:
        raise Refused("The account is on hold: end that hold." if holds else "The journey is not paused.")
    return pause


def end_of_pause(
    journey: Journey, *, until: datetime | date | None, days: int | None, now: datetime
) -> datetime | None:
    """This will give the moment at which the pause ends: as given, or so many days on, when the day begins there.

    until: a date is a day of the customer's. Raises Refused.
    """
    if days is None:
        return until if until is None or isinstance(until, datetime) else _begin_of(until, journey, now)
    if days < 1:
        raise Refused("A pause takes at least a day.")
    return moment_of(local_day(now, journey.zone) + timedelta(days=days), time.min, journey.zone)


def _begin_of(day: date, journey: Journey, now: datetime) -> datetime:
    if day <= local_day(now, journey.zone):
        raise Refused("That day has come there already.")
    return moment_of(day, time.min, journey.zone)


def note_started(holds: Sequence[Hold], now: datetime, by: User | None) -> None:
    """This will stop the journeys' own clocks, and tell the clients whose journey itself is paused."""
    by_customer = {hold.customer_id: hold for hold in holds}
    journeys = list(_touched_by_hold(by_customer))
    fresh = [journey.pk for journey in journeys if journey.held_since is None]
    Journey.objects.filter(pk__in=fresh, held_since=None).update(held_since=now, updated_at=now)
    active = [(journey, by_customer[journey.customer_id]) for journey in journeys if journey.is_active]
    told = [(journey, hold) for journey, hold in active if hold.scope == HoldScope.JOURNEY]
    announce((row for journey, hold in told for row in _list_notices(journey, hold, now)), now=now)
    notes = [
        Note(journey, _words(hold), {"hold": str(hold.pk), "held_since": _iso(journey.held_since)})
        for journey, hold in active
    ]
    note_changes(notes, action="paused", now=now, by=by, on_record=False)


def note_ended(holds: Sequence[Hold], now: datetime, by: User | None) -> None:
    """This will move what is still to come by the days held, where no other hold is left, and welcome back."""
    customer_ids = {hold.customer_id for hold in holds}
    of_them = list(Journey.objects.filter(customer__in=many(customer_ids)))
    kept = _end_notices(holds, [journey.pk for journey in of_them], now)
    still = Hold.objects.filter(customer__in=many(customer_ids), ended_at=None)
    held = set(still.values_list("customer_id", flat=True))
    journeys = [journey for journey in of_them if journey.held_since and journey.customer_id not in held]
    groups: dict[int, list[Journey]] = defaultdict(list)
    for journey in journeys:
        groups[held_days(journey.held_since or now, now, journey.zone)].append(journey)
    for days, group in groups.items():
        for journey_id, row in shift_after_hold(group, days=days, now=now):
            kept[journey_id].append(snapshot(row))
    Journey.objects.filter(pk__in=many(journey.pk for journey in journeys)).update(held_since=None, updated_at=now)
    active = [(days, journey) for days, group in groups.items() for journey in group if journey.is_active]
    _welcome_back([journey for _, journey in active], now)
    ended: dict[UUID, list[str]] = defaultdict(list)
    for hold in holds:
        ended[hold.customer_id].append(str(hold.pk))
    notes = [
        Note(
            journey,
            f"Goes on after {days} day{'' if days == 1 else 's'}",
            {
                "days": days,
                "held_since": _iso(journey.held_since),
                "holds": ended[journey.customer_id],
                "rows": kept[journey.pk],
            },
        )
        for days, journey in active
    ]
    note_changes(notes, action="resumed", now=now, by=by, on_record=False)


def _touched_by_hold(customer_ids: Iterable[UUID]) -> Iterable[Journey]:
    """What is under way, and what is completed with a reminder still to come."""
    waiting = AutomationSchedule.objects.filter(
        subject_kind=SUBJECT, subject_id=OuterRef("pk"), status=AutomationStatus.SCHEDULED
    )
    journeys = Journey.objects.filter(customer__in=list(customer_ids)).select_related("version")
    return journeys.filter(Q(state=JourneyState.ACTIVE) | (Q(state=JourneyState.COMPLETED) & Exists(waiting)))


def _list_notices(journey: Journey, hold: Hold, now: datetime) -> Iterable[NewAutomation]:
    yield _notice(journey, JourneyKind.PAUSED, hold.pk, now)
    if hold.until is None:
        return
    day = local_day(hold.until, journey.zone) - timedelta(days=REMIND_DAYS)
    at = LocalMoment(day, journey.local_time, journey.zone)
    if moment_of(at.date, at.time, at.zone) > now:
        yield _notice(journey, JourneyKind.RESUMES_SOON, hold.pk, at)


def _notice(journey: Journey, kind: JourneyKind, hold_id: UUID, at: datetime | LocalMoment) -> NewAutomation:
    return NewAutomation(
        type=TYPES[kind],
        kind=kind,
        customer_id=journey.customer_id,
        subject_kind=SUBJECT,
        subject_id=journey.pk,
        at=at,
        occurrence=occurrence_of_hold(hold_id),
        payload=payload_of(kind),
    )


def occurrence_of_hold(hold_id: UUID) -> str:
    return f"hold-{hold_id}"


def _end_notices(
    holds: Collection[Hold], journey_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[dict[str, Any]]]:
    """A client who has not been told of the pause yet is not told any more. Gives the rows as they were."""
    ended = {occurrence_of_hold(hold.pk) for hold in holds}
    notices = as_facts(open_rows_of(journey_ids).filter(kind__in=BEFORE_END))
    found = [(journey_id, row) for journey_id, row in notices if row.occurrence in ended]
    kept: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for journey_id, row in found:
        kept[journey_id].append(snapshot(row))
    ended_rows = [(row.kind, row.id) for _, row in found if row.id]
    end_found(ended_rows, status=AutomationStatus.CANCELLED, reason="The hold is over.", now=now)
    return kept


def _welcome_back(journeys: Sequence[Journey], now: datetime) -> None:
    """Only who was told that the journey is paused is told that it goes on."""
    since = {journey.pk: journey.held_since for journey in journeys}
    told = rows_of(list(since)).filter(kind=JourneyKind.PAUSED, status=AutomationStatus.COMPLETED)
    last: dict[UUID, str] = {}
    for journey_id, occurrence, executed_at in told.order_by("executed_at").values_list(
        "subject_id", "occurrence", "executed_at"
    ):
        started = since[journey_id]
        if started is not None and executed_at is not None and executed_at >= started:
            last[journey_id] = occurrence
    by_id = {journey.pk: journey for journey in journeys}
    welcome = (
        _notice(by_id[journey_id], JourneyKind.WELCOME_BACK, UUID(occurrence.removeprefix("hold-")), now)
        for journey_id, occurrence in last.items()
    )
    announce(welcome, now=now)


def _words(hold: Hold) -> str:
    what = "Paused" if hold.scope == HoldScope.JOURNEY else "Account on hold"
    until = f" until {hold.until:%d %b %Y}" if hold.until else ""
    return f"{what}{until}{f': {hold.reason}' if hold.reason else ''}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def register() -> None:
    """Have the journey told of every hold."""
    register_hold_hooks("journeys", started=note_started, ended=note_ended)

"""The holds of the simulation: they keep back what is planned, and move it on when they end. Pure.

Mirrors `journeys.services.pausing`; what must stay alike is put to the test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from customers.enums import HoldScope
from customers.rules.holds import is_inside
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.rules.journeys import JourneyFacts
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import HOLD_KINDS, RowFacts, held_days, local_day, move_after_hold
from journeys.rules.simulated.world import BEFORE_END, Happening, Pause, World
from journeys.rules.timeline import TYPES, payload_of

REMIND_DAYS = 3


def begin_hold(world: World, hold: Pause, now: datetime) -> None:
    """Pause the journeys, and tell the client where the journey itself is paused."""
    if any(other.scope == hold.scope for other in world.holds):
        return
    world.holds.append(hold)
    until = f" until {hold.until.astimezone(ZoneInfo(world.zone)):%d %b %Y}" if hold.until else ""
    world.note(now, Happening.PERSON, "held", f"The journey is paused{until}", reason=_say_deadline(world, hold, now))
    for journey in list(world.journeys.values()):
        is_waiting = any(key[0] == journey.id for key in world.open_keys)
        if journey.state != JourneyState.ACTIVE and not (journey.state == JourneyState.COMPLETED and is_waiting):
            continue
        world.journeys[journey.id] = journey = replace(journey, held_since=journey.held_since or now)
        if journey.state == JourneyState.ACTIVE and hold.scope == HoldScope.JOURNEY:
            _plan_notices(world, journey, hold, now)


def _say_deadline(world: World, hold: Pause, now: datetime) -> str:
    """What is said before a hold is confirmed that hides the contract's last day of notice."""
    day = world.notice_deadline
    goes_on = local_day(hold.until, world.zone) if hold.until else None
    if day is None or not is_inside(day, today=local_day(now, world.zone), goes_on=goes_on):
        return ""
    return f"The contract's notice deadline, {day:%-d %B %Y}, lies inside."


def _plan_notices(world: World, journey: JourneyFacts, hold: Pause, now: datetime) -> None:
    world.plan(journey.id, _notice(JourneyKind.PAUSED, hold.id, now))
    if hold.until is None:
        return
    day = local_day(hold.until, journey.zone) - timedelta(days=REMIND_DAYS)
    moment = moment_of(day, journey.local_time, journey.zone)
    if moment > now:
        row = _notice(JourneyKind.RESUMES_SOON, hold.id, moment)
        world.plan(journey.id, replace(row, local_date=day, local_time=journey.local_time, zone=journey.zone))


def _notice(kind: JourneyKind, hold_id: UUID, at: datetime) -> RowFacts:
    return RowFacts(
        id=None,
        type=TYPES[kind],
        kind=kind,
        occurrence=f"hold-{hold_id}",
        status=AutomationStatus.SCHEDULED,
        trigger_at=at,
        payload=payload_of(kind),
    )


def end_due_holds(world: World, now: datetime) -> bool:
    """End the holds whose moment has come: what is still to come moves by the days held, and clients are told."""
    ended = [hold for hold in world.holds if hold.until is not None and hold.until <= now]
    if not ended:
        return False
    world.holds = [hold for hold in world.holds if hold not in ended]
    occurrences = {f"hold-{hold.id}" for hold in ended}
    for key, row in world.list_open():
        if key[1] in BEFORE_END and key[2] in occurrences:
            world.put(key, replace(row, status=AutomationStatus.CANCELLED, reason="The hold is over."))
    world.note(now, Happening.PERSON, "resumed", "The hold ends")
    if not world.holds:
        for journey in list(world.journeys.values()):
            if journey.held_since is not None:
                _go_on(world, journey, journey.held_since, now)
    return True


def _go_on(world: World, journey: JourneyFacts, since: datetime, now: datetime) -> None:
    days = held_days(since, now, journey.zone)
    for key, row in world.list_open():
        if key[0] == journey.id and key[1] not in HOLD_KINDS:
            world.put(key, move_after_hold(row, days=days, zone=journey.zone, now=now))
    months = tuple(
        month if month.is_settled else replace(month, due_date=month.due_date + timedelta(days=days))
        for month in journey.months
    )
    world.journeys[journey.id] = replace(journey, months=months, held_since=None)
    told = world.told_paused.get(journey.id)
    if told is not None and told[0] >= since and journey.state == JourneyState.ACTIVE:
        world.plan(journey.id, _notice(JourneyKind.WELCOME_BACK, UUID(told[1].removeprefix("hold-")), now))

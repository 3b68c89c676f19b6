"""The automations of the simulation: decided by the engine's own rules, carried out on facts in memory. Pure.

Mirrors `journeys.services.running`, `handlers` and `delivering`; what must stay alike is put to the test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, JourneyState
from journeys.rules.automations import Decision, Do, Skip, Wait, too_late
from journeys.rules.effects import SendMail, SetMonth, TellStaff, WriteDeliverable
from journeys.rules.journeys import JourneyFacts, MonthFacts, StepFacts, choose_news, decide
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import RowFacts, is_free, local_day, release_row
from journeys.rules.simulated.mails import queue_mail
from journeys.rules.simulated.world import Happening, Key, World
from journeys.rules.timeline import TYPES, occurrence_of, payload_of

NEAR = timedelta(days=2)
REVIVED = (AutomationStatus.SCHEDULED, AutomationStatus.SKIPPED, AutomationStatus.EXPIRED)
COUNTED_FROM_DELIVERY = (JourneyKind.OVERDUE, JourneyKind.ESCALATE)
ENDED_BY_DELIVERY = (JourneyKind.GENERATE, JourneyKind.UPCOMING, JourneyKind.REVISION)


def run_due(world: World, now: datetime, *, approve_after: timedelta | None) -> bool:
    """Decide and carry out what is due; says whether anything was. All are decided before any is carried out."""
    due = [key for key, row in world.list_open() if row.trigger_at <= now and not _is_stopped(world, key)]
    due.sort(key=lambda key: (world.rows[key].trigger_at, *key[1:]))
    decided = [(key, _judge(world, key, now)) for key in due]
    for key, (status, outcome, words, reason, until) in ((key, verdict[:5]) for key, verdict in decided):
        row = world.rows[key]
        world.put(key, replace(row, status=status, trigger_at=until or row.trigger_at, reason=reason))
        if key[1] == JourneyKind.PAUSED and status == AutomationStatus.COMPLETED:
            world.told_paused[key[0]] = (now, key[2])
        world.note(
            now, Happening.AUTOMATION, outcome, words, kind=key[1], occurrence=key[2], reason=reason, month=row.month
        )
    for _, verdict in decided:
        for effect in verdict[5]:
            _carry_out(world, effect, now, approve_after)
    return bool(due)


def next_row_at(world: World, after: datetime) -> datetime | None:
    """The next moment at which an automation falls due."""
    return min((row.trigger_at for _, row in world.list_open() if row.trigger_at > after), default=None)


Verdict = tuple[AutomationStatus, str, str, str, datetime | None, tuple[object, ...]]


def _judge(world: World, key: Key, now: datetime) -> Verdict:
    row = world.rows[key]
    late = too_late(trigger_at=row.trigger_at, now=now, expires_after=world.house.kinds[key[1]].expires_after)
    if late:
        return AutomationStatus.EXPIRED, "expired", "Expired", late, None, ()
    left_out = world.left_out.get(key[0], frozenset())
    step = StepFacts(world.journeys[key[0]], row.occurrence, row.month, row.payload, row.trigger_at, left_out)
    return _as_verdict(decide(JourneyKind(key[1]))(step, now))


def _as_verdict(decision: Decision) -> Verdict:
    match decision:
        case Do(action=action, effects=effects):
            return AutomationStatus.COMPLETED, "done", action, "", None, effects
        case Skip(reason=reason):
            return AutomationStatus.SKIPPED, "skipped", "Skipped", reason, None, ()
        case Wait(until=until, reason=reason, effects=effects):
            return AutomationStatus.SCHEDULED, "moved", "Moved", reason, until, effects


def _is_stopped(world: World, key: Key) -> bool:
    return bool(world.stops & world.house.kinds[key[1]].stopped_by)


def _carry_out(world: World, effect: object, now: datetime, approve_after: timedelta | None) -> None:
    match effect:
        case WriteDeliverable(journey_id=journey_id, month=number):
            if (
                _change_month(world, journey_id, number, deliverable=DeliverableState.WRITING)
                and approve_after is not None
            ):
                world.in_review[journey_id, number] = now + approve_after
        case SendMail():
            queue_mail(world, effect, now)
        case TellStaff(journey_id=_, news=news, month=number):
            world.note(now, Happening.PERSON, "told", f"Staff: {news.value.replace('_', ' ')}", month=number)
        case SetMonth(journey_id=journey_id, month=number):
            journey = world.journeys[journey_id]
            world.journeys[journey_id] = replace(journey, current_month=max(journey.current_month, number))


def _change_month(world: World, journey_id: UUID, number: int, **fields: object) -> MonthFacts | None:
    journey = world.journeys[journey_id]
    month = journey.month(number)
    if month is None:
        return None
    changed = replace(month, **fields)  # type: ignore[arg-type]
    world.journeys[journey_id] = replace(
        journey, months=tuple(changed if one.number == number else one for one in journey.months)
    )
    return changed


def approve_due(world: World, now: datetime) -> bool:
    """Have the reviewer approve what it is time for, and the month follow."""
    due = [key for key, at in world.in_review.items() if at <= now]
    for journey_id, number in due:
        del world.in_review[journey_id, number]
        _deliver(world, journey_id, number, now)
    return bool(due)


def _deliver(world: World, journey_id: UUID, number: int, now: datetime) -> None:
    journey = world.journeys[journey_id]
    month = journey.month(number)
    if month is None or month.is_skipped or month.is_delivered or journey.state == JourneyState.CANCELLED:
        return
    _change_month(world, journey_id, number, deliverable=DeliverableState.DELIVERED, delivered_at=now)
    journey = world.journeys[journey_id]
    world.note(now, Happening.PERSON, "delivered", f"M{number} is approved and delivered", month=number)
    _end_open(world, journey_id, number)
    _count_from_delivery(world, journey, month, now)
    for kind in choose_news(journey, number):
        _announce(world, journey, kind, number, now)
    following = journey.after(number)
    if following is not None:
        _announce(world, journey, JourneyKind.STATUS, following.number, now)
    _release(world, journey, now)
    if all(kept.is_delivered for kept in journey.kept) and journey.state == JourneyState.ACTIVE:
        world.journeys[journey_id] = replace(journey, state=JourneyState.COMPLETED)


def _end_open(world: World, journey_id: UUID, number: int) -> None:
    for kind in ENDED_BY_DELIVERY:
        row = world.rows.get(key := (journey_id, kind, occurrence_of(number)))
        if row is not None and row.is_open:
            world.put(key, replace(row, status=AutomationStatus.SKIPPED, reason="It is delivered already."))


def _count_from_delivery(world: World, journey: JourneyFacts, month: MonthFacts, now: datetime) -> None:
    day = local_day(journey.own_now(now), journey.zone)
    for kind, days in zip(COUNTED_FROM_DELIVERY, (month.overdue_days, month.escalation_days), strict=True):
        row = world.rows.get(key := (journey.id, kind, occurrence_of(month.number)))
        if row is None or row.status not in REVIVED:
            continue
        wanted = day + timedelta(days=days)
        moved = replace(
            row,
            status=AutomationStatus.SCHEDULED,
            trigger_at=moment_of(wanted, journey.local_time, journey.zone),
            local_date=wanted,
            local_time=journey.local_time,
            zone=journey.zone,
            reason="Counted from its delivery.",
        )
        world.put(key, moved)


def _announce(world: World, journey: JourneyFacts, kind: JourneyKind, number: int, now: datetime) -> None:
    world.plan(
        journey.id,
        RowFacts(
            id=None,
            type=TYPES[kind],
            kind=kind,
            occurrence=occurrence_of(number),
            status=AutomationStatus.SCHEDULED,
            trigger_at=journey.own_now(now),
            payload=payload_of(kind, number),
        ),
    )


def _release(world: World, journey: JourneyFacts, now: datetime) -> None:
    for key, row in world.list_open():
        if key[0] != journey.id or key[1] != JourneyKind.GENERATE or row.month is None:
            continue
        if row.trigger_at <= now + NEAR and is_free(journey, row.month):
            world.put(key, release_row(row, not_before=journey.own_now(now)))

"""Play an account forward on a virtual clock: what would happen, when, and what the gate would say. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from customers.enums import HoldScope
from journeys.enums import DeliverableState, JourneyState
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import local_day
from journeys.rules.simulated.holds import begin_hold, end_due_holds
from journeys.rules.simulated.outbox import (
    expire_letters,
    free_letters,
    next_letter_at,
    open_arrived,
    open_month,
    send_letters,
)
from journeys.rules.simulated.rows import approve_due, next_row_at, run_due
from journeys.rules.simulated.world import Assumptions, Event, Happening, Opens, Pause, World

NINE = time(9)
MOST_ROUNDS = 100
"""In one moment one thing may lead to the next: an approval to a mail, a mail to its opening. Never this often."""


@dataclass(frozen=True)
class Acts:
    """The moments at which people do what is assumed."""

    reply_at: datetime | None
    hold: Pause | None
    approve_after: timedelta | None


def play(
    world: World, assume: Assumptions, *, now: datetime, until: datetime, is_open_end: bool = False
) -> list[Event]:
    """Move the account on from `now` to `until` and give what happened.

    is_open_end: end where only waiting for people is left who, by these assumptions, never come.
    """
    acts = _plan_acts(world, assume, now)
    _begin(world, assume, acts, now)
    moment: datetime | None = now
    while moment is not None and moment <= until:
        _live(world, assume, acts, moment)
        if is_open_end and is_over(world, acts, moment):
            break
        moment = _next_moment(world, acts, moment)
    return world.events


def is_over(world: World, acts: Acts, now: datetime) -> bool:
    """Whether only waiting for people is left, who by these assumptions do nothing: an open end would never come."""
    if _next_act(world, acts, now) is not None or world.in_review:
        return False
    return all(_is_stuck(world, journey_id) for journey_id in world.journeys) and next_letter_at(world, now) is None


def _is_stuck(world: World, journey_id: uuid.UUID) -> bool:
    """Whether each automation that is left was only moved to the next morning, since nobody delivers anything."""
    rows = [row for key, row in world.list_open() if key[0] == journey_id]
    return all(
        row.local_date is not None and row.planned_at is not None and row.trigger_at > row.planned_at for row in rows
    )


def _plan_acts(world: World, assume: Assumptions, now: datetime) -> Acts:
    today = local_day(now, world.zone)
    reply_at, hold = None, None
    if assume.reply_on_day is not None:
        reply_at = max(now, moment_of(today + timedelta(days=assume.reply_on_day), NINE, world.zone))
    if assume.hold is not None:
        starts, ends = (moment_of(day, time.min, world.zone) for day in assume.hold)
        if ends > max(starts, now):
            hold_id = uuid.uuid5(world.customer_id, "assumed-hold")
            hold = Pause(hold_id, HoldScope.JOURNEY, max(starts, now), ends, "Assumed")
    days = assume.approve_after_days
    return Acts(reply_at, hold, None if days is None else timedelta(days=days))


def _begin(world: World, assume: Assumptions, acts: Acts, now: datetime) -> None:
    """What is written or waits for its review is approved in time; what lies there unopened is opened now."""
    for journey in list(world.journeys.values()):
        for month in journey.months:
            is_in_review = month.deliverable in (DeliverableState.WRITING, DeliverableState.PENDING_REVIEW)
            if is_in_review and acts.approve_after is not None and journey.state == JourneyState.ACTIVE:
                world.in_review[journey.id, month.number] = now + acts.approve_after
            if month.is_delivered and assume.opens == Opens.ALL:
                open_month(world, journey.id, month.number, now)


def _live(world: World, assume: Assumptions, acts: Acts, now: datetime) -> None:
    """One moment, in the order of the clock: holds, approvals, the outbox, the automations, then people."""
    _act(world, acts, now)
    for _ in range(MOST_ROUNDS):
        end_due_holds(world, now)
        expire_letters(world, now)
        free_letters(world, now)
        moved = send_letters(world, now, opens=assume.opens)
        while run_due(world, now, approve_after=acts.approve_after):
            moved = True
        moved |= send_letters(world, now, opens=assume.opens)
        open_arrived(world, now)
        moved |= approve_due(world, now)
        if not moved:
            return
    raise RuntimeError(f"the account {world.customer_id} never came to rest at {now}")


def _act(world: World, acts: Acts, now: datetime) -> None:
    if acts.hold is not None and acts.hold.starts_at == now:
        begin_hold(world, acts.hold, now)
    if acts.reply_at == now and world.brake_reason is None:
        world.brake_reason = "Somebody there has replied"
        world.note(now, Happening.PERSON, "replied", "Somebody there replies; the account waits for a decision")


def _next_moment(world: World, acts: Acts, after: datetime) -> datetime | None:
    moments = (
        _next_act(world, acts, after),
        next_row_at(world, after),
        next_letter_at(world, after),
        min((hold.until for hold in world.holds if hold.until and hold.until > after), default=None),
        min((at for at in world.in_review.values() if at > after), default=None),
    )
    return min((moment for moment in moments if moment is not None), default=None)


def _next_act(world: World, acts: Acts, after: datetime) -> datetime | None:
    moments = [acts.reply_at, acts.hold.starts_at if acts.hold else None]
    return min((moment for moment in moments if moment is not None and moment > after), default=None)

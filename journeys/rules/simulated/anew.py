"""Letters of the simulation that follow their month when a hold moves it: kept longer, and written anew. Pure.

Mirrors `emails.services.rewriting` and `journeys.services.rewriting`; what must stay alike is put to the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from emails.enums import DraftState
from journeys.enums import JourneyKind
from journeys.rules.journeys import JourneyFacts, MonthFacts
from journeys.rules.mail_dates import LOOK_AGAIN, shifted
from journeys.rules.row_moves import held_days
from journeys.rules.simulated.world import BEFORE_END, Letter, Pause, World

WAITING = (DraftState.QUEUED, DraftState.BLOCKED)


def follows_records(world: World, letter: Letter) -> bool:
    """Say whether it is written anew where its records change: a rule's mail of a journey, not a person's."""
    is_over = letter.kind in BEFORE_END and _pause_of(world, letter) is None
    return letter.is_by_rule and letter.state in WAITING and letter.journey_id in world.journeys and not is_over


def comes_too_late(world: World, letter: Letter, now: datetime) -> bool:
    """Say whether its day has come, wherever a hold has moved that."""
    over = _over_at(world, letter, now)
    return over is not None and over <= now


def write_anew(world: World, letter: Letter, now: datetime) -> bool:
    """Have it say the days of now, for as long as it is worth reading; False where nothing about it is another."""
    expires_at = _over_at(world, letter, now) or letter.expires_at
    stated = tuple(_restate(world, letter))
    if expires_at <= now or (stated == letter.stated and expires_at == letter.expires_at):
        return False
    if stated != letter.stated:
        letter.not_before = _first_day(world, letter, now) if _has_moved(letter, stated) else None
        letter.state, letter.blocked_by, letter.stated = DraftState.QUEUED, "", stated
    letter.expires_at = expires_at
    return True


def _restate(world: World, letter: Letter) -> Iterable[tuple[str, UUID, int, date]]:
    for label, journey_id, number, day in letter.stated:
        month = world.journeys[journey_id].month(number)
        yield label, journey_id, number, month.due_date if month else day


def _has_moved(letter: Letter, stated: Iterable[tuple[str, UUID, int, date]]) -> bool:
    """Whether its own month begins on another day than it says."""
    return any(new != old for new, old in zip(stated, letter.stated, strict=True) if old[2] == letter.month)


def _over_at(world: World, letter: Letter, now: datetime) -> datetime | None:
    """From when on it would come too late; None: as it was. A hold moves the day on which a month begins."""
    if letter.kind == JourneyKind.RESUMES_SOON:
        pause = _pause_of(world, letter)
        return pause.until if pause else None
    journey, month = _month_of(world, letter)
    if letter.kind != JourneyKind.UPCOMING or journey is None or month is None:
        return None
    hold = _last_to_end(world.holds)
    if hold is None:
        return journey.moment(month.due_date)
    if hold.until is None:
        return now + LOOK_AGAIN
    days = held_days(journey.held_since or hold.starts_at, hold.until, journey.zone)
    return journey.moment(shifted(month.due_date, days))


def _first_day(world: World, letter: Letter, now: datetime) -> datetime | None:
    journey, month = _month_of(world, letter)
    if letter.kind != JourneyKind.UPCOMING or journey is None or month is None:
        return None
    early = journey.moment(month.due_date - timedelta(days=month.reminder_days))
    return early if early > now else None


def _month_of(world: World, letter: Letter) -> tuple[JourneyFacts | None, MonthFacts | None]:
    journey = world.journeys.get(letter.journey_id) if letter.journey_id else None
    return journey, journey.month(letter.month) if journey and letter.month else None


def _pause_of(world: World, letter: Letter) -> Pause | None:
    return next((hold for hold in world.holds if hold.id == letter.pause_id), None)


def _last_to_end(holds: Iterable[Pause]) -> Pause | None:
    """One without an end outlasts all others."""
    latest: Pause | None = None
    for hold in sorted(holds, key=lambda one: one.starts_at):
        if latest is None or (latest.until is not None and (hold.until is None or hold.until > latest.until)):
            latest = hold
    return latest

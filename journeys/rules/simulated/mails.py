"""The mails of the simulation: what the clock decided to send becomes letters in memory. Pure.

Mirrors `journeys.services.mailing`; what must stay alike is put to the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from emails.enums import Lane, Purpose
from journeys.enums import JourneyKind
from journeys.rules.effects import SendMail
from journeys.rules.journeys import JourneyFacts
from journeys.rules.mail_dates import expiry_of_mail
from journeys.rules.row_moves import HOLD_KINDS
from journeys.rules.simulated.world import BEFORE_END, Happening, Letter, World

ABOUT_THE_HOLD = frozenset(HOLD_KINDS)


def queue_mail(world: World, effect: SendMail, now: datetime) -> None:
    is_about_hold = effect.kind in ABOUT_THE_HOLD
    pause = next((hold for hold in world.holds if effect.occurrence == f"hold-{hold.id}"), None)
    if pause is None and effect.kind in BEFORE_END:
        return
    occurrence = f"{effect.kind.value}/{effect.occurrence}"
    if any(one.journey_id == effect.journey_id and one.occurrence == occurrence for one in world.letters):
        return
    journey = world.journeys[effect.journey_id]
    place = f"M{effect.month} " if effect.month else ""
    title = f"{place}{effect.kind.label.lower()}"
    if world.recipient is None:
        world.note(
            now, Happening.MAIL, "nobody", title, kind=effect.kind, occurrence=occurrence, month=effect.month,
            reason="There is neither a primary contact nor a champion with an address.",
        )  # fmt: skip
        return
    month = journey.month(effect.month) if effect.month else None
    expires_at = expiry_of_mail(
        effect.kind,
        now=now,
        due_at=journey.moment(month.due_date) if month else None,
        hold_until=pause.until if pause else None,
        window=world.rules_around(now).window,
    )
    world.letters.append(
        Letter(
            journey_id=effect.journey_id,
            kind=effect.kind,
            occurrence=occurrence,
            title=title,
            lane=Lane.JOURNEY,
            purpose=Purpose.HOLD_NEWS if is_about_hold else Purpose.PROGRAMME,
            to=world.recipient,
            sender_email=world.sender_email,
            approved_at=now,
            expires_at=expires_at or now + world.house.approval_lives,
            lapses=expires_at is not None,
            month=effect.month,
            stated=tuple(_list_stated(world, journey, effect)),
            pause_id=pause.id if pause and effect.kind in BEFORE_END else None,
        )
    )


def _list_stated(world: World, journey: JourneyFacts, effect: SendMail) -> Iterable[tuple[str, UUID, int, date]]:
    """The dates that the mail's own text says, as they are now."""
    names = world.names_in(journey.id, effect.kind)
    if effect.month is None:
        if effect.kind == JourneyKind.WELCOME_BACK and "timeline" in names:
            for month in journey.kept:
                if not month.is_delivered:
                    yield "Date", journey.id, month.number, month.due_date
        return
    neighbours = {
        "dueDate": journey.month(effect.month),
        "previousDate": journey.before(effect.month),
        "nextDate": None if _leaves_out_next(journey, effect) else journey.after(effect.month),
    }
    for name, near in neighbours.items():
        if name in names and near is not None:
            yield "Due date", journey.id, near.number, near.due_date


def _leaves_out_next(journey: JourneyFacts, effect: SendMail) -> bool:
    return effect.kind == JourneyKind.READY and journey.celebrates_apart

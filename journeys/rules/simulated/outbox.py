"""The outbox of the simulation: the gate's own rules, asked of letters that are none. Pure.

Mirrors `emails.services.outbox`, `waiting` and `expiring`; what must stay alike is put to the test against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from customers.enums import HoldScope
from emails.enums import CONVERSATION_PURPOSES, HOLD_EXEMPT_PURPOSES, DraftState, Lane
from emails.rules.gate import ChangedFact, GateFacts, HoldFacts, ask_gate
from emails.rules.pacing import RANKS, OtherLetter, PacingFacts, higher_lanes
from emails.rules.receipts import PACED, Receipt
from journeys.enums import JourneyKind, JourneyState
from journeys.rules.simulated.anew import comes_too_late, follows_records, write_anew
from journeys.rules.simulated.world import CELEBRATING, Gone, Happening, Letter, Opens, Pause, World

WAITING = (DraftState.APPROVED, DraftState.SCHEDULED, DraftState.QUEUED, DraftState.BLOCKED)
IN_LINE = (DraftState.QUEUED, DraftState.SCHEDULED)
TOO_LATE = "It would come too late."
ASK_AGAIN = "Its approval has expired; a person is asked again."


def expire_letters(world: World, now: datetime) -> None:
    """Drop what comes too late; what a person would be asked again for waits no more."""
    expired = [letter for letter in world.letters if letter.state in WAITING and letter.expires_at <= now]
    for letter in _in_order(expired):
        if letter.lapses and _is_kept_longer(world, letter, now):
            continue
        letter.state = DraftState.CANCELLED if letter.lapses else DraftState.DRAFT
        _note(world, letter, now, "dropped" if letter.lapses else "expired", TOO_LATE if letter.lapses else ASK_AGAIN)
        _look_again(world, now)


def _is_kept_longer(world: World, letter: Letter, now: datetime) -> bool:
    return follows_records(world, letter) and not comes_too_late(world, letter, now) and write_anew(world, letter, now)


def free_letters(world: World, now: datetime) -> None:
    """Put back in line what was scheduled for now, or waited for a hold, a brake or a moment that has passed."""
    open_holds = [hold for hold in world.holds if hold.until is None or hold.until > now]
    for letter in world.letters:
        if letter.state == DraftState.SCHEDULED and letter.scheduled_at is not None and letter.scheduled_at <= now:
            letter.state, letter.not_before = DraftState.QUEUED, None
        elif letter.state == DraftState.BLOCKED and _is_freed(world, letter, open_holds, now):
            letter.state, letter.not_before, letter.blocked_by = DraftState.QUEUED, None, ""


def send_letters(world: World, now: datetime, *, opens: Opens) -> bool:
    """Ask the gate of each letter whose turn it is; says whether any was."""
    due = [letter for letter in world.letters if _is_due(letter, now)]
    for letter in _in_order(due):
        if _is_due(letter, now):
            _try(world, letter, now, opens)
    return bool(due)


def next_letter_at(world: World, after: datetime) -> datetime | None:
    """The next moment at which a letter is looked at."""
    moments = [letter.expires_at for letter in world.letters if letter.state in WAITING]
    moments += [letter.not_before for letter in world.letters if letter.state in WAITING and letter.not_before]
    moments += [letter.scheduled_at for letter in world.letters if letter.state in WAITING and letter.scheduled_at]
    return min((moment for moment in moments if moment > after), default=None)


def _is_due(letter: Letter, now: datetime) -> bool:
    return letter.state == DraftState.QUEUED and (letter.not_before is None or letter.not_before <= now)


def _try(world: World, letter: Letter, now: datetime, opens: Opens) -> None:
    receipt = ask_gate(_gate_facts(world, letter, now))
    if _is_outgrown(receipt) and follows_records(world, letter):
        if comes_too_late(world, letter, now):
            _drop(world, letter, TOO_LATE, now)
        elif write_anew(world, letter, now) and _is_due(letter, now):
            receipt = ask_gate(_gate_facts(world, letter, now))
        if not _is_due(letter, now):
            return
    if receipt.refusal is not None:
        _keep_back(world, letter, receipt, now)
        return
    letter.state = DraftState.SENT
    world.gone.append(Gone(letter.title, letter.lane, now, letter.to.id, frozenset({letter.to.email.lower()} - {""})))
    _note(world, letter, now, "sent", "")
    if opens == Opens.ALL and letter.kind in CELEBRATING and letter.month is not None:
        world.arrived.append((letter.journey_id, letter.month))


def _is_outgrown(receipt: Receipt) -> bool:
    return receipt.stop is not None and receipt.stop.code == "stale_facts" and receipt.outdated is None


def _drop(world: World, letter: Letter, reason: str, now: datetime) -> None:
    letter.state = DraftState.CANCELLED
    _note(world, letter, now, "dropped", reason)
    _look_again(world, now)


def open_arrived(world: World, now: datetime) -> None:
    """Have the client open what has just arrived, after the clock has done its part of the moment."""
    for journey_id, number in world.arrived:
        open_month(world, journey_id, number, now)
    world.arrived.clear()


def open_month(world: World, journey_id: UUID | None, number: int, now: datetime) -> None:
    """Have the client press the button on a deliverable that is there."""
    journey = world.journeys.get(journey_id) if journey_id else None
    month = journey.month(number) if journey else None
    if journey is None or month is None or month.delivered_at is None or month.opened_at is not None:
        return
    world.journeys[journey.id] = replace(
        journey, months=tuple(replace(one, opened_at=now) if one.number == number else one for one in journey.months)
    )
    world.note(now, Happening.PERSON, "opened", f"The client opens M{number}", month=number)


def _keep_back(world: World, letter: Letter, receipt: Receipt, now: datetime) -> None:
    if receipt.outdated is not None:
        _drop(world, letter, receipt.outdated.reason, now)
    elif receipt.stop is not None:
        stop = receipt.stop
        letter.state, letter.blocked_by, letter.not_before = DraftState.BLOCKED, stop.check, stop.next_try_at
        _note(world, letter, now, "blocked", stop.reason)
        _look_again(world, now)
    elif receipt.wait is not None:
        wait = receipt.wait
        if letter.blocked_by != wait.check:
            _note(world, letter, now, "waits", wait.reason)
        letter.blocked_by, letter.not_before = wait.check, wait.next_try_at


def _look_again(world: World, now: datetime) -> None:
    soon = now + world.house.undo
    for letter in world.letters:
        is_paced = letter.state == DraftState.QUEUED and letter.blocked_by in PACED
        if is_paced and letter.not_before is not None and letter.not_before > soon:
            letter.not_before = soon


def _gate_facts(world: World, letter: Letter, now: datetime) -> GateFacts:
    hold = _hold_of(world, letter, now)
    return GateFacts(
        now=now,
        lane=letter.lane,
        state=letter.state,
        approved_hash="approved",
        content_hash="approved",
        approval_expires_at=letter.expires_at,
        recipient=letter.to.name,
        recipient_email=letter.to.email,
        is_stakeholder=True,
        sender_email=letter.sender_email,
        suppression=letter.to.suppressions.get(letter.lane),
        hold=HoldFacts(hold.until, hold.reason, hold.scope) if hold else None,
        brake_reason=world.brake_reason,
        passes_hold=hold is not None and hold.scope == HoldScope.JOURNEY and letter.purpose in HOLD_EXEMPT_PURPOSES,
        passes_brake=letter.purpose in CONVERSATION_PURPOSES,
        pacing=_pacing(world, letter, now),
        changed=tuple(_list_changed(world, letter)),
    )


def _hold_of(world: World, letter: Letter, now: datetime) -> Pause | None:
    scopes = {HoldScope.ACCOUNT, HoldScope.JOURNEY} if letter.lane == Lane.JOURNEY else {HoldScope.ACCOUNT}
    holds = [hold for hold in world.holds if hold.scope in scopes and (hold.until is None or hold.until > now)]
    holds.sort(key=lambda hold: hold.starts_at)
    if letter.purpose in HOLD_EXEMPT_PURPOSES:
        holds.sort(key=lambda hold: hold.scope == HoldScope.ACCOUNT)
    return holds[-1] if holds else None


def _pacing(world: World, letter: Letter, now: datetime) -> PacingFacts:
    address = letter.to.email.lower()
    ahead = [
        OtherLetter(
            title=other.title,
            lane=other.lane,
            at=max((other.scheduled_at if other.state == DraftState.SCHEDULED else other.not_before) or now, now),
            to_contact=other.to.id == letter.to.id or other.to.email.lower() == address,
            is_in_line=other.state in IN_LINE,
        )
        for other in world.letters
        if other is not letter
        and other.state in (DraftState.APPROVED, *IN_LINE)
        and other.lane in higher_lanes(letter.lane)
        and other.expires_at > now
    ]
    return PacingFacts(
        moment=now,
        lane=letter.lane,
        contact=letter.to.name,
        account=world.customer_name,
        rules=world.rules_around(now),
        is_awaited=letter.purpose in CONVERSATION_PURPOSES,
        left=tuple(
            OtherLetter(
                title=one.title,
                lane=one.lane,
                at=one.at,
                to_contact=one.person_id == letter.to.id or address in one.addresses,
                part=one.part,
            )
            for one in world.gone
        ),
        ahead=tuple(ahead),
        notice_deadline=world.notice_deadline if letter.lane == Lane.NOTICE else None,
    )


def _list_changed(world: World, letter: Letter) -> Iterable[ChangedFact]:
    """What the mail says or takes for granted that is no longer so."""
    for label, journey_id, number, day in letter.stated:
        month = world.journeys[journey_id].month(number)
        if month is not None and month.due_date != day:
            yield ChangedFact(label, f"{day:%-d %B %Y}", f"{month.due_date:%-d %B %Y}")
    yield from _list_outdated(world, letter)


def _list_outdated(world: World, letter: Letter) -> Iterable[ChangedFact]:
    journey = world.journeys.get(letter.journey_id) if letter.journey_id else None
    if journey is None:
        return
    states = {"Journey cancelled": journey.state == JourneyState.CANCELLED}
    month = journey.month(letter.month) if letter.month else None
    if month is not None and letter.kind == JourneyKind.UPCOMING:
        states |= {"Skipped": month.is_skipped, "Delivered": month.is_delivered}
    if month is not None and letter.kind == JourneyKind.OVERDUE:
        states |= {"Skipped": month.is_skipped, "Opened": month.opened_at is not None}
    if letter.pause_id is not None:
        states["Pause over"] = all(hold.id != letter.pause_id for hold in world.holds)
    for label, is_so in states.items():
        if is_so:
            yield ChangedFact(label, "no", "yes", is_state=True)


def _is_freed(world: World, letter: Letter, open_holds: list[Pause], now: datetime) -> bool:
    waits_for_journey = letter.lane == Lane.JOURNEY and letter.purpose not in HOLD_EXEMPT_PURPOSES
    if letter.blocked_by == "hold":
        return not any(hold.scope == HoldScope.ACCOUNT or waits_for_journey for hold in open_holds)
    if letter.blocked_by == "brake":
        return world.brake_reason is None
    return letter.not_before is not None and letter.not_before <= now


def _in_order(letters: Iterable[Letter]) -> list[Letter]:
    """The higher lanes first, then what waits for nothing, then by its turn."""
    return sorted(
        letters,
        key=lambda one: (
            RANKS[one.lane],
            one.not_before is not None,
            one.not_before or one.approved_at,
            one.approved_at,
            one.occurrence,
        ),
    )


def _note(world: World, letter: Letter, now: datetime, outcome: str, reason: str) -> None:
    world.note(
        now,
        Happening.MAIL,
        outcome,
        letter.title,
        kind=letter.kind,
        occurrence=letter.occurrence,
        reason=reason,
        month=letter.month,
        to=letter.to.name,
    )

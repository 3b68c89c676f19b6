"""What is known of people in sequences, moved forward by what Outreach.io says, and what follows from it here.

A status only moves forward: older news changes nothing. A reply there sets the account's brake here (promise 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.base import lock_customer
from customers.services.activity import line, record_many
from customers.services.holds import set_brake
from customers.signals import send_after_commit
from outreach.enums import EnrollmentState, Standing
from outreach.models import Enrollment, OutreachSequence, OutreachSequenceStep
from outreach.rules.enrollment.states import Seen, is_ended, is_newer, milestones, read_standing, why_pending
from outreach.rules.outreach_io.resources import SequenceState
from outreach.services.prospects import hear_opt_out
from outreach.signals import enrollment_replied

BRAKE_SOURCE = "enrollment"
COUNTERS = ("deliver_count", "open_count", "click_count", "reply_count")
WRITTEN = (
    "standing",
    "word",
    "standing_note",
    "step_id",
    "step",
    "step_count",
    *COUNTERS,
    "replied_at",
    "completed_at",
    "seen_at",
    "updated_at",
)
TOLD = {
    "replied": "replied to",
    "bounced": "could not be reached by",
    "opted_out": "opted out of",
    "finished": "came to the end of",
    "failed": "failed in",
}


@dataclass(frozen=True)
class Book:
    """What the rows of states are read with: steps and sequences, each by its number there."""

    orders: Mapping[int, int | None]
    sequences: Mapping[int, OutreachSequence]


@dataclass(frozen=True)
class Change:
    """One row that news moves. values: what is written; happened: the milestones it passed."""

    row: Enrollment
    values: Mapping[str, Any]
    happened: Sequence[str]


def read_book(sequence_ids: Iterable[int]) -> Book:
    """This will read what is needed for any number of states, in two statements."""
    sequences = {one.sequence_id: one for one in OutreachSequence.objects.filter(sequence_id__in=set(sequence_ids))}
    steps = OutreachSequenceStep.objects.filter(sequence__in=[one.pk for one in sequences.values()])
    return Book(dict(steps.values_list("step_id", "order")), sequences)


def weigh_state(row: Enrollment, state: SequenceState, *, book: Book, is_answer: bool = False) -> Change | None:
    """This will say what a state that was read moves; None where it says nothing new, or is older.

    is_answer: to what we asked for just now, so that nothing can be newer.
    """
    changed_at = state.updated_at or state.state_changed_at
    if not is_answer and not is_newer(changed_at, row.seen_at):
        return None
    standing = read_standing(state.state, replied_at=state.replied_at or row.replied_at)
    values: dict[str, Any] = {
        "standing": standing,
        "word": state.state[:60],
        "standing_note": _note(standing, state, book.sequences.get(row.sequence_id)),
        "replied_at": _latest(state.replied_at, row.replied_at),
        "seen_at": max((at for at in (changed_at, row.seen_at) if at is not None), default=None),
    }
    if state.step_id is not None:
        values |= {"step_id": state.step_id, "step": book.orders.get(state.step_id, row.step)}
    sequence = book.sequences.get(row.sequence_id)
    if sequence is not None and sequence.step_count is not None:
        values["step_count"] = sequence.step_count
    for name in COUNTERS:
        # Counters only grow; null says nothing.
        values[name] = max(getattr(row, name), getattr(state, name) or 0)
    return _change(row, values)


def weigh_news(row: Enrollment, said: Mapping[str, Any], *, at: datetime) -> Change | None:
    """This will say what one piece of news moves. said: any of `word`, `replied_at`, `opened`, `clicked`, `step_id`."""
    values: dict[str, Any] = {}
    replied_at = _latest(said.get("replied_at"), row.replied_at)
    if said.get("word") and is_newer(at, row.seen_at):
        standing = read_standing(said["word"], replied_at=replied_at)
        values |= {"standing": standing, "word": said["word"][:60], "standing_note": "", "seen_at": at}
    elif replied_at is not None and row.standing == Standing.FINISHED:
        values["standing"] = Standing.REPLIED
    if replied_at != row.replied_at:
        values |= {"replied_at": replied_at, "reply_count": max(row.reply_count, 1)}
    if said.get("opened"):
        values["open_count"] = max(row.open_count, 1)
    if said.get("clicked"):
        values["click_count"] = max(row.click_count, 1)
    if said.get("step_id") is not None and is_newer(at, row.seen_at):
        order = OutreachSequenceStep.objects.filter(step_id=said["step_id"]).values_list("order", flat=True).first()
        values |= {"step_id": said["step_id"], "step": order if order is not None else row.step}
    return _change(row, values)


def apply_changes(changes: Sequence[Change], *, now: datetime) -> int:
    """This will write what is new for many rows at once, tell the accounts' records, and do what follows."""
    if not changes:
        return 0
    with transaction.atomic():
        for change in changes:
            for name, value in change.values.items():
                setattr(change.row, name, value)
            change.row.updated_at = now
            if is_ended(change.row.standing) and change.row.completed_at is None:
                change.row.completed_at = now
        Enrollment.objects.bulk_update([change.row for change in changes], WRITTEN, batch_size=200)
        record_many([_line(change.row, name, now=now) for change in changes for name in change.happened])
    for change in changes:
        _follow(change, now=now)
    return len(changes)


def apply_state(row: Enrollment, state: SequenceState, *, now: datetime, is_answer: bool = False) -> bool:
    """This will take in one state that was read, or answered; False where it said nothing new."""
    change = weigh_state(row, state, book=read_book([row.sequence_id]), is_answer=is_answer)
    return bool(apply_changes([change], now=now)) if change else False


def end_there(row: Enrollment, *, note: str, now: datetime) -> bool:
    """This will keep that it is no longer at Outreach.io; the history stays here."""
    return bool(
        Enrollment.objects.filter(pk=row.pk, state=EnrollmentState.ENROLLED).update(
            state=EnrollmentState.REMOVED,
            outcome=note[:500],
            completed_at=row.completed_at or now,
            wish="",
            wish_due_at=None,
            updated_at=now,
        )
    )


def _change(row: Enrollment, values: Mapping[str, Any]) -> Change | None:
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not set(new) - {"seen_at"}:
        return Change(row, new, ()) if new else None
    before = Seen(row.standing, row.replied_at)
    after = Seen(new.get("standing", row.standing), new.get("replied_at", row.replied_at))
    return Change(row, new, milestones(before, after))


def _latest(told: datetime | None, known: datetime | None) -> datetime | None:
    return max((at for at in (told, known) if at is not None), default=None)


def _note(standing: Standing, state: SequenceState, sequence: OutreachSequence | None) -> str:
    if standing == Standing.PENDING:
        if state.pause_reason or state.error_reason:
            return (state.pause_reason or state.error_reason)[:300]
        is_enabled = sequence is None or sequence.is_enabled
        throttle = sequence.throttle_per_day if sequence else None
        return why_pending(is_enabled=is_enabled, throttle_per_day=throttle)
    if standing == Standing.UNKNOWN:
        return f"Outreach.io calls it “{state.state[:60]}”."
    return (state.error_reason or state.pause_reason)[:300]


def _line(row: Enrollment, name: str, *, now: datetime) -> dict[str, Any]:
    summary = f"{row.stakeholder.name} {TOLD[name]} “{row.sequence_name}” at Outreach.io"
    return line(
        f"enrollment.{name}", summary, customer=row.customer_id, by=None, now=now, subject=row, actor_name="Outreach.io"
    )


def _follow(change: Change, *, now: datetime) -> None:
    row = change.row
    if "opted_out" in change.happened:
        hear_opt_out(row.stakeholder.email, opted_out=True, now=now, customer=row.customer)
    if "replied" in change.happened:
        reason = f"{row.stakeholder.name} replied to “{row.sequence_name}” at Outreach.io"
        with transaction.atomic():
            lock_customer(row.customer_id)
            set_brake(row.customer, reason=reason, now=now, by=None, source_kind=BRAKE_SOURCE, source_id=row.pk)
            send_after_commit(
                enrollment_replied,
                customer_id=row.customer_id,
                stakeholder_id=row.stakeholder_id,
                enrollment_id=row.pk,
                replied_at=(row.replied_at or now).isoformat(),
            )

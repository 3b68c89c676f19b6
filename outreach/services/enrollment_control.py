"""Pause, resume and remove people in sequences, one or a whole account, with what happened to each.

What is wanted stands on the row first, so that a brake or an opt-out reaches Outreach.io whatever happens to the call.
Remove is finish there: the figures stay there, the history stays here.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import F

from customers.base import lock_customer
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import Customer, Stakeholder, User
from customers.models.workspace import ONLY_ID
from customers.queries.standstill import stands_still
from customers.services.activity import record
from customers.services.side_by_side import run_side_by_side
from customers.signals import send_after_commit
from emails.services.sending import NotAllowed
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_access import goes_on_at
from outreach.clients.outreach_io_errors import Gone, NotConnected, RateLimited, WrongState
from outreach.enums import ENDED_STANDINGS, EnrollmentState, PausedBy, Standing, Wish
from outreach.models import Enrollment, OutreachConnection, ProspectLink
from outreach.queries.enrollments import find_brake, find_hold, list_there, opt_outs_due, wishes_due
from outreach.rules.outreach_io.resources import SequenceState
from outreach.services.enrolling import LOOK_AGAIN, reload
from outreach.services.enrollment_states import apply_state, end_there
from outreach.services.prospects import tell_opt_out
from outreach.signals import enrollments_due

BATCH = 100
MOST_ATTEMPTS = 12
CLAIM = timedelta(minutes=2)
DONE = {Wish.PAUSE: "paused", Wish.RESUME: "resumed", Wish.FINISH: "removed"}
WORDS = {Wish.PAUSE: "Paused", Wish.RESUME: "Resumed", Wish.FINISH: "Removed"}


@dataclass(frozen=True)
class Outcome:
    """What happened to one of them. is_done: at Outreach.io too; else it says why, and whether it is tried again."""

    enrollment: Enrollment
    is_done: bool
    message: str


def change_of(
    stakeholder: Stakeholder, wish: Wish, *, now: datetime, by: User, sequence_id: int | None = None
) -> list[Outcome]:
    """This will pause, resume or remove the person, in one sequence or all. Raises NotAllowed."""
    rows = list(Enrollment.objects.filter(stakeholder=stakeholder).select_related("customer", "stakeholder"))
    return _change(rows, wish, sequence_id=sequence_id, now=now, by=by)


def change_all(customer: Customer, wish: Wish, *, now: datetime, by: User) -> list[Outcome]:
    """This will pause, resume or remove everybody of the account. Raises NotAllowed."""
    rows = list(Enrollment.objects.filter(customer=customer).select_related("customer", "stakeholder"))
    return _change(rows, wish, sequence_id=None, now=now, by=by)


def stop_there(customer_ids: Collection[uuid.UUID], cause: PausedBy, *, now: datetime) -> int:
    """This will have everybody of the accounts paused there, because of a brake or a hold here; gives how many."""
    count = 0
    for customer_id in customer_ids:
        for row in list_there(customer_id=customer_id):
            if row.wish != Wish.FINISH and row.standing in (Standing.ACTIVE, Standing.PENDING, Standing.UNKNOWN, ""):
                count += _wish(row, Wish.PAUSE, now=now, paused_by=cause)
    _ring(count)
    return count


def go_on_there(customer_ids: Collection[uuid.UUID], *, now: datetime) -> int:
    """This will have those go on whom a brake or a hold paused, where neither is on any more; gives how many."""
    count = 0
    for customer_id in customer_ids:
        if find_brake(customer_id) is not None or find_hold(customer_id, now=now) is not None:
            continue
        for row in list_there(customer_id=customer_id):
            if row.paused_by in (PausedBy.BRAKE, PausedBy.HOLD):
                count += _wish(row, Wish.RESUME, now=now, paused_by="")
    _ring(count)
    return count


def end_for_address(address: str, *, now: datetime) -> int:
    """This will have those with the address taken out there: nothing is written to it any more."""
    people = Stakeholder.objects.filter(email__iexact=address.strip())
    rows = Enrollment.objects.filter(stakeholder__in=people, state=EnrollmentState.ENROLLED)
    rows = rows.exclude(standing__in=sorted(ENDED_STANDINGS)).select_related("stakeholder", "customer")
    count = sum(_wish(row, Wish.FINISH, now=now, paused_by="") for row in rows)
    _ring(count)
    return count


def work_wishes(*, now: datetime) -> int:
    """This will do what is due there; gives how many were tried."""
    if stands_still():
        return 0
    ends = Event()

    def do(row: Enrollment) -> bool:
        if ends.is_set():
            return False
        if may_not_call(now=now):
            ends.set()
            return False
        return _carry_out(row, now=now) is not None

    done = run_side_by_side(do, list(wishes_due(now).select_related("stakeholder", "customer")[:BATCH]))
    return done + _work_opt_outs(now)


def may_not_call(*, now: datetime) -> bool:
    """This will say whether no call may be made now; then what is due waits until it may."""
    until = goes_on_at(OutreachConnection.objects.filter(pk=ONLY_ID).first(), now=now)
    if until is None:
        return False
    wishes_due(now).order_by().update(wish_due_at=until)
    opt_outs_due(now).order_by().update(opt_out_due_at=until)
    return True


def _change(
    rows: Sequence[Enrollment], wish: Wish, *, sequence_id: int | None, now: datetime, by: User
) -> list[Outcome]:
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")
    chosen = [row for row in rows if sequence_id is None or row.sequence_id == sequence_id]
    return [_change_one(row, wish, now=now, by=by) for row in chosen if row.is_live and _concerns(row, wish)]


def _concerns(row: Enrollment, wish: Wish) -> bool:
    """Whether it is meant: who is through is left alone, and so is what is paused already."""
    if row.state != EnrollmentState.ENROLLED:
        return wish == Wish.FINISH
    if row.standing in ENDED_STANDINGS:
        return False
    if wish == Wish.RESUME:
        return row.standing == Standing.PAUSED or row.wish == Wish.PAUSE
    return not (wish == Wish.PAUSE and row.standing == Standing.PAUSED and not row.wish)


def _change_one(row: Enrollment, wish: Wish, *, now: datetime, by: User) -> Outcome:
    if row.state != EnrollmentState.ENROLLED:
        return _take_back(row, now=now, by=by)
    if wish == Wish.RESUME and (stop := _why_stopped(row, now=now)):
        return Outcome(row, False, stop)
    _wish(row, wish, now=now, paused_by=PausedBy.PERSON if wish == Wish.PAUSE else "", by=by)
    outcome = _carry_out(reload(row), now=now)
    return outcome or Outcome(reload(row), False, "It is being done by another worker.")


def _take_back(row: Enrollment, *, now: datetime, by: User) -> Outcome:
    """Remove what is not there yet; what is under way is named."""
    with transaction.atomic():
        lock_customer(row.customer_id)
        movable = (EnrollmentState.PENDING, EnrollmentState.APPROVED, EnrollmentState.NEEDS_REVIEW)
        gone = Enrollment.objects.filter(pk=row.pk, state__in=movable).update(
            state=EnrollmentState.REMOVED, version=F("version") + 1, waits_for_plan=False, not_before=None,
            completed_at=now, outcome=f"Removed by {by.display_name} before it was done.", updated_at=now,
        )  # fmt: skip
        if gone:
            summary = f"Removed before it was done: {row.stakeholder.name} from “{row.sequence_name}”"
            record("enrollment.removed", summary, customer=row.customer_id, by=by, now=now, subject=row)
    current = reload(row)
    said = "Removed before it was done." if gone else "It is under way at this moment: try again in a minute."
    return Outcome(current, bool(gone), said)


def _why_stopped(row: Enrollment, *, now: datetime) -> str:
    if find_brake(row.customer_id) is not None:
        return "The account waits for a decision after a reply; decide that first."
    return "The account is on hold." if find_hold(row.customer_id, now=now) is not None else ""


def _wish(row: Enrollment, wish: Wish, *, now: datetime, paused_by: str, by: User | None = None) -> int:
    """Put on the row what is wanted; who paused first stays on record."""
    with transaction.atomic():
        values: dict[str, Any] = {"wish": wish, "wish_due_at": now, "wish_attempts": 0, "updated_at": now}
        if paused_by != PausedBy.PERSON and row.paused_by == PausedBy.PERSON and wish == Wish.PAUSE:
            return 0  # A person paused it: it stays theirs.
        if wish != Wish.FINISH:
            values["paused_by"] = paused_by
        changed = Enrollment.objects.filter(pk=row.pk, state=EnrollmentState.ENROLLED).update(**values)
        if changed:
            who = {PausedBy.BRAKE.value: " (brake)", PausedBy.HOLD.value: " (hold)"}.get(paused_by, "")
            summary = f"{Wish(wish).label} at Outreach.io{who}: {row.stakeholder.name}, “{row.sequence_name}”"
            record(f"enrollment.{wish}_asked", summary, customer=row.customer_id, by=by, now=now, subject=row)
    return int(changed)


def _carry_out(row: Enrollment, *, now: datetime) -> Outcome | None:
    """Do what the row wants, one worker at a time; None where another does it."""
    wish = Wish(row.wish)
    taken = Enrollment.objects.filter(pk=row.pk, wish=wish, wish_due_at=row.wish_due_at).update(
        wish_due_at=now + CLAIM, wish_attempts=F("wish_attempts") + 1
    )
    if not taken or row.state_id is None:
        return None
    try:
        state = _call(outreach_client(now), row.state_id, wish)
    except Gone:
        end_there(row, note="It is no longer at Outreach.io.", now=now)
        return Outcome(reload(row), wish == Wish.FINISH, "It is no longer at Outreach.io.")
    except WrongState as refusal:
        _give_up(row, wish, refusal.reason, now=now)
        return Outcome(reload(row), False, refusal.reason)
    except (NotAccepted, MaybeAccepted) as problem:
        return _later(row, wish, problem, now=now)
    return _settle(row, wish, state, now=now)


def _call(client: OutreachClient, state_id: int, wish: Wish) -> SequenceState | None:
    """Ask for it; where it stands so already, that is what was wanted. Raises NotAccepted, MaybeAccepted."""
    act = {Wish.PAUSE: client.pause, Wish.RESUME: client.resume, Wish.FINISH: client.finish}[wish]
    try:
        return act(state_id)
    except WrongState:
        state = client.get_state(state_id)
        if state.state == {Wish.PAUSE: "paused", Wish.RESUME: "active", Wish.FINISH: "finished"}[wish]:
            return state
        if wish == Wish.FINISH and state.state == "paused":
            # Only what is active can be finished there.
            client.resume(state_id)
            return client.finish(state_id)
        if state.state in ("finished", "opted_out", "bounced"):
            return state
        raise


def _settle(row: Enrollment, wish: Wish, state: SequenceState | None, *, now: datetime) -> Outcome:
    with transaction.atomic():
        Enrollment.objects.filter(pk=row.pk, wish=wish).update(wish="", wish_due_at=None, outcome="", updated_at=now)
        summary = f"{WORDS[wish]} at Outreach.io: {row.stakeholder.name}, “{row.sequence_name}”"
        record(f"enrollment.{DONE[wish]}", summary, customer=row.customer_id, by=None, now=now, subject=row)
    if state is not None:
        apply_state(reload(row), state, now=now, is_answer=True)
    if wish == Wish.FINISH:
        end_there(reload(row), note="Removed: finished at Outreach.io.", now=now)
    return Outcome(reload(row), True, f"{WORDS[wish]}.")


def _later(row: Enrollment, wish: Wish, problem: NotAccepted | MaybeAccepted, *, now: datetime) -> Outcome:
    """All three can be asked for twice, so what may have been done is simply asked for again."""
    if isinstance(problem, RateLimited):
        at: datetime | None = problem.until
    elif isinstance(problem, NotConnected):
        at = now + LOOK_AGAIN
    else:
        attempts = row.wish_attempts + 1
        at = now + min(timedelta(seconds=15) * 2**attempts, LOOK_AGAIN) if attempts < MOST_ATTEMPTS else None
    if at is None:
        _give_up(row, wish, problem.reason, now=now)
        return Outcome(reload(row), False, problem.reason)
    said = f"{wish.label} is tried again at {at:%H:%M} UTC: {problem.reason}"
    Enrollment.objects.filter(pk=row.pk, wish=wish).update(wish_due_at=at, outcome=said[:500], updated_at=now)
    return Outcome(reload(row), False, said)


def _give_up(row: Enrollment, wish: Wish, reason: str, *, now: datetime) -> None:
    with transaction.atomic():
        Enrollment.objects.filter(pk=row.pk, wish=wish).update(
            wish="", wish_due_at=None, paused_by="", outcome=f"{wish.label} was refused: {reason}"[:500], updated_at=now
        )
        summary = f"{wish.label} refused by Outreach.io: {row.stakeholder.name}, “{row.sequence_name}”: {reason}"
        record("enrollment.refused", summary, customer=row.customer_id, by=None, now=now, subject=row)


def _work_opt_outs(now: datetime) -> int:
    def do(link: ProspectLink) -> bool:
        rows = ProspectLink.objects.filter(pk=link.pk, wants_opt_out=True)
        rows.update(opt_out_due_at=now + CLAIM)
        try:
            tell_opt_out(outreach_client(now), link, now=now)
        except (NotAccepted, MaybeAccepted) as problem:
            wait = getattr(problem, "retry_after_s", None) or 900
            rows.update(opt_out_due_at=now + timedelta(seconds=wait), note=problem.reason[:300])
        return True

    return run_side_by_side(do, list(opt_outs_due(now)[:BATCH]))


def _ring(count: int) -> None:
    if count:
        send_after_commit(enrollments_due)


def customers_there() -> list[uuid.UUID]:
    """This will give the accounts of which somebody is in a sequence that runs."""
    rows = Enrollment.objects.filter(state=EnrollmentState.ENROLLED).exclude(standing__in=sorted(ENDED_STANDINGS))
    return list(rows.order_by().values_list("customer_id", flat=True).distinct())

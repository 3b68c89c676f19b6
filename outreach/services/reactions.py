"""How an account goes on after a reply or a booked meeting: a person chooses, the follow-ups follow, it can be undone.

The negotiation itself belongs to an app on the left, which begins it in the same transaction.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from customers.base import lock_customer
from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, User
from customers.services.activity import record
from customers.services.holds import clear_brake, end_hold, hold_customer, reopen_brake
from customers.signals import send_after_commit
from emails.models import Reply
from emails.services.replies import BRAKE_SOURCE, handle_reply
from outreach.enums import CauseKind, Choice
from outreach.models import Reaction
from outreach.queries.reactions import Standing, find_open_brake, find_reaction, read_standing, why_not_undone
from outreach.services.changes import Cause, restore
from outreach.services.reaction_effects import (
    apply_changes,
    cancel_drafts,
    drop_check_backs,
    plan_check_backs,
    revive_drafts,
)
from outreach.signals import reaction_undone


class NothingToDecide(Exception):
    """Raised when no brake is on: somebody has decided before."""


class TooLateToUndo(Exception):
    """Raised when something has left since the decision."""


@dataclass(frozen=True)
class Decision:
    """What a person chose, against what was proposed. until: of a hold; None holds until somebody resumes."""

    choice: Choice
    proposed: Choice
    reason: str = ""
    until: datetime | None = None


def react(customer: Customer, decision: Decision, *, now: datetime, by: User) -> Reaction:
    """Carry the choice out and release the brake. Raises NothingToDecide, AlreadyHeld, HoldEndsBeforeItStarts."""
    with transaction.atomic():
        lock_customer(customer.pk)
        brake = find_open_brake(customer)
        if brake is None:
            raise NothingToDecide("Somebody has decided this before; nothing waits any more.")
        standing = read_standing(customer, brake, now=now)
        reaction = _keep(standing, decision, now=now, by=by)
        apply_changes(standing, decision.choice, Cause(CauseKind.REACTION, reaction.pk), now=now)
        reaction.cancelled_drafts = cancel_drafts(standing.needless_drafts(decision.choice), now=now, by=by)
        reaction.hold = _hold(customer, decision, now=now, by=by)
        reaction.save(update_fields=["cancelled_drafts", "hold", "updated_at"])
        if decision.choice == Choice.RESUME:
            plan_check_backs(standing, now=now)
        for reply in standing.replies:
            handle_reply(reply, now=now, by=by)
        clear_brake(customer, now=now, by=by)
    return reaction


def undo_reaction(reaction: Reaction, *, now: datetime, by: User) -> None:
    """Take a decision back: rows, letters and hold are as before, the question stands again. Raises TooLateToUndo."""
    with transaction.atomic():
        lock_customer(reaction.customer_id)
        reaction.refresh_from_db()
        if reaction.is_undone:
            raise TooLateToUndo("It was taken back before.")
        if reason := why_not_undone(reaction):
            raise TooLateToUndo(f"It cannot be taken back: {reason}")
        _take_back(reaction, now=now, by=by)
        reopen_brake(reaction.brake, now=now, by=by)


def forget_reactions(reply_id: uuid.UUID, *, asks_again: bool, now: datetime) -> int:
    """Take back what was decided on a reply that turns out to be another, and count the decisions.

    asks_again: it is still a person's reply, so that the question stands again. What has left or run stays as it is.
    """
    count = 0
    for reaction in Reaction.objects.filter(reply=reply_id, undone_at=None).select_related("brake", "customer"):
        with transaction.atomic():
            lock_customer(reaction.customer_id)
            _take_back(reaction, now=now, by=None)
            if asks_again:
                reopen_brake(reaction.brake, now=now, by=None)
        count += 1
    for brake_id in Brake.objects.filter(source_id=reply_id).values_list("pk", flat=True):
        restore(Cause(CauseKind.BRAKE, brake_id), now=now)
    return count


def settle_released_brake(brake_id: uuid.UUID) -> int:
    """Go on as planned after a brake that was released without a choice, as by API; count what that changed.

    A brake that went because its reply was none leaves everything as it was.
    """
    brake = Brake.objects.select_related("customer").filter(pk=brake_id).first()
    if brake is None or brake.cleared_at is None or find_reaction(brake_id) is not None:
        return 0
    if brake.source_kind == BRAKE_SOURCE and not Reply.objects.moving().filter(pk=brake.source_id).exists():
        return 0
    with transaction.atomic():
        lock_customer(brake.customer_id)
        standing = read_standing(brake.customer, brake, now=brake.cleared_at)
        return apply_changes(standing, Choice.RESUME, Cause(CauseKind.BRAKE, brake.pk), now=brake.cleared_at)


def _keep(standing: Standing, decision: Decision, *, now: datetime, by: User) -> Reaction:
    reaction = Reaction.objects.create(
        customer=standing.customer,
        brake=standing.brake,
        reply=standing.replies[-1] if standing.replies else None,
        choice=decision.choice,
        proposed=decision.proposed,
        reason=decision.reason.strip()[:500],
        decided_at=now,
        decided_by=by,
    )
    why = f" ({reaction.reason})" if reaction.reason else ""
    record(
        "reaction.chosen",
        f"After the reply: {reaction.get_choice_display().lower()}{why}",
        customer=standing.customer,
        by=by,
        now=now,
        subject=reaction,
        choice=str(decision.choice),
        proposed=str(decision.proposed),
    )
    return reaction


def _hold(customer: Customer, decision: Decision, *, now: datetime, by: User) -> Hold | None:
    if decision.choice != Choice.HOLD:
        return None
    reason = decision.reason.strip() or "After a reply"
    return hold_customer(customer, scope=HoldScope.ACCOUNT, until=decision.until, reason=reason, now=now, by=by)


def _take_back(reaction: Reaction, *, now: datetime, by: User | None) -> None:
    Reaction.objects.filter(pk=reaction.pk).update(undone_at=now, undone_by=by, updated_at=now)
    restore(Cause(CauseKind.REACTION, reaction.pk), now=now)
    revive_drafts(reaction.cancelled_drafts, now=now, by=by)
    drop_check_backs(reaction, now=now)
    if reaction.hold is not None:
        end_hold(reaction.hold, now=now, by=by)
    record(
        "reaction.undone",
        f"Taken back: {reaction.get_choice_display().lower()}",
        customer=reaction.customer_id,
        by=by,
        now=now,
        subject=reaction,
    )
    send_after_commit(
        reaction_undone,
        customer_id=reaction.customer_id,
        reaction_id=reaction.pk,
        choice=reaction.choice,
        decided_at=reaction.decided_at.isoformat(),
    )

"""Letters of which nobody can say whether they left: waited for, then put before a person, whose word is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from customers.base import lock_customer
from customers.models import User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from customers.services.todos import add_todo
from emails.enums import DOUBTFUL_STATES, DraftState
from emails.models import Draft
from emails.services.announcing import REVIEW_TODO, announce_sent, close_question
from emails.services.editing import reload
from emails.services.sending import check_may_approve

REVIEW_AFTER = timedelta(minutes=30)
"""A provider that took a message says so within minutes; what it has not spoken of by then waits for a person."""

BATCH = 200
LONGEST_REASON = 300


class Settled(Exception):
    """Raised when the letter is no longer in doubt: its event came, or somebody else was quicker."""

    def __init__(self, current: Draft) -> None:
        super().__init__(f"It is settled already: {current.get_state_display().lower()}.")
        self.current = current


class TooEarly(Exception):
    """Raised when a letter is to be sent again of which the provider may still tell that it left."""

    def __init__(self) -> None:
        super().__init__("The provider may still say that it left. It can be sent again once half an hour has passed.")


def sweep(*, now: datetime) -> int:
    """What the clock calls: doubtful letters of which no event has come go before a person."""
    silent, undated = waiting(now)
    ids = list((silent | undated).values_list("pk", flat=True)[:BATCH])
    rows = Draft.objects.filter(pk__in=ids).select_related("approved_by") if ids else ()
    return sum(_ask_a_person(draft, now=now) for draft in rows)


def waiting(now: When) -> Waiting:
    doubtful = Draft.objects.filter(state=DraftState.UNKNOWN).order_by("attempted_at")
    return doubtful.filter(attempted_at__lte=now - REVIEW_AFTER), doubtful.filter(attempted_at=None)


def settle_as_sent(draft: Draft, *, reason: str, now: datetime, by: User) -> Draft:
    """Take a person's word that it left. Raises ValidationError without a reason, NotAllowed, Settled."""
    reason = _clean(reason)
    check_may_approve(draft, by=by)
    with transaction.atomic():
        _move(
            draft,
            now=now,
            state=DraftState.SENT,
            sent_at=Coalesce(F("attempted_at"), now),
            sent_by=by,
            message_id=draft.message_id or f"<{draft.pk.hex}.0@evergreen.invalid>",
            outcome="",
        )
        current = reload(draft)
        announce_sent(
            current, by=by, sent_at=current.sent_at or now, message_id=current.message_id, now=now, how=reason
        )
        close_question(draft, now=now, by=by)
    return current


def send_again(draft: Draft, *, reason: str, now: datetime, by: User) -> Draft:
    """Take a person's word that it did not leave, and queue it; the gate is asked again before it does.

    Raises ValidationError without a reason, NotAllowed, TooEarly, Settled.
    """
    reason = _clean(reason)
    check_may_approve(draft, by=by)
    with transaction.atomic():
        lock_customer(draft.customer_id)
        if reload(draft).state == DraftState.UNKNOWN:
            raise TooEarly
        _move(draft, now=now, state=DraftState.QUEUED, not_before=None, outcome="", attempts=0)
        summary = f"“{draft.subject}” to {draft.to_name} had not left and is sent again: {reason}"
        record("draft.sent_again", summary, customer=draft.customer_id, by=by, now=now, subject=draft, reason=reason)
        close_question(draft, now=now, by=by)
    return reload(draft)


def _ask_a_person(draft: Draft, *, now: datetime) -> bool:
    with transaction.atomic():
        moved = Draft.objects.filter(pk=draft.pk, state=DraftState.UNKNOWN).update(
            state=DraftState.NEEDS_REVIEW, updated_at=now
        )
        if not moved:
            return False
        summary = f"Nobody can say whether “{draft.subject}” reached {draft.to_name}; a person must"
        record("draft.needs_review", summary, customer=draft.customer_id, by=None, now=now, subject=draft)
        add_todo(
            f"Settle whether “{draft.subject}” was sent",
            customer=draft.customer_id,
            now=now,
            by=None,
            owner=draft.successor or draft.approved_by,
            kind=REVIEW_TODO,
            detail=f"To {draft.to_name}. {draft.outcome} Look in the provider's log, then say so under Needs review.",
            due_date=now.date(),
            source_kind="draft",
            source_id=draft.pk,
            # One for each attempt: the same letter may be in doubt twice.
            key=f"review:{draft.pk}:{now:%Y%m%d%H%M%S}",
        )
    return True


def _move(draft: Draft, *, now: datetime, **fields: object) -> None:
    if not Draft.objects.filter(pk=draft.pk, state__in=sorted(DOUBTFUL_STATES)).update(updated_at=now, **fields):
        raise Settled(reload(draft))


def _clean(reason: str) -> str:
    text = " ".join(reason.replace("\0", "").split())
    if not text:
        raise ValidationError({"reason": "Say how you know."})
    if len(text) > LONGEST_REASON:
        raise ValidationError({"reason": f"At most {LONGEST_REASON} characters."})
    return text

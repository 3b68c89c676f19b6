"""What a mail that came in changes: the account's brake, the letter it answers, the record; and a person's correction.

What moves an account (`Reply.moves`) stops every pending touch there in the transaction that settles it (promise 6). A
correction puts back what the reply had done.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from customers.base import lock_customer
from customers.models import Brake, Customer, User
from customers.queries.calendars import local_date
from customers.services.activity import record
from customers.services.holds import clear_brake, set_brake
from customers.signals import send_after_commit
from emails.enums import HUMAN_CLASSES, ClassifiedBy, ReplyClass
from emails.models import Draft, Reply
from emails.rules.replies.return_dates import read_return_date
from emails.rules.replies.suggestion import Suggestion
from emails.services.opting_out import put_back_on_list, take_off_list
from emails.services.reported_bounces import note_reported_bounce
from emails.services.telling import iso_date, tell_after_commit
from emails.signals import reply_corrected

BRAKE_SOURCE = "reply"


class BelongsToNobody(Exception):
    """Raised for a mail that belongs to no account: nothing there can be moved."""


def apply_reply(reply: Reply, *, now: datetime, is_settled: bool = True) -> None:
    """This will let a kept reply work on its account: brake, letter, record, news. May be repeated.

    is_settled: False while its class may still change; then it stops the account already and is told later.
    """
    with transaction.atomic():
        if reply.customer_id is not None:
            lock_customer(reply.customer_id)
        if Reply.objects.filter(pk=reply.pk, applied_at=None).update(applied_at=now, updated_at=now):
            reply.refresh_from_db()
            _work(reply, moved=False, now=now, by=None)
        reply.refresh_from_db()
        if is_settled and not reply.is_settled:
            _settle(reply, now=now)


def settle_by_claude(reply: Reply, suggestion: Suggestion | None, *, now: datetime) -> None:
    """This will settle a reply of which the rules are unsure: by Claude's word, or without one as they had it.

    What a person has said meanwhile stands.
    """
    with transaction.atomic():
        if reply.customer_id is not None:
            lock_customer(reply.customer_id)
        reply.refresh_from_db()
        if reply.is_settled:
            return
        if suggestion is not None:
            Reply.objects.filter(pk=reply.pk).update(
                classification=suggestion.classification,
                likely_classification=suggestion.classification,
                proof=list(suggestion.proof),
                reason=suggestion.reason,
                classified_by=ClassifiedBy.CLAUDE,
                is_unsure=False,
                updated_at=now,
            )
            reply.refresh_from_db()
        _settle(reply, now=now)


def correct_reply(
    reply: Reply, *, classification: ReplyClass, now: datetime, by: User, return_date: date | None = None
) -> Reply:
    """This will take a person's word for what the mail is, and put back or set what follows from it.

    Every class but `unverified` says that the sender is who they seem to be. return_date: of an absence; without one
    it is read from the text. Raises BelongsToNobody.
    """
    if reply.customer_id is None or reply.customer is None:
        raise BelongsToNobody("This mail belongs to no account.")
    with transaction.atomic():
        lock_customer(reply.customer_id)
        reply.refresh_from_db()
        old, old_date, moved, was_settled = reply.classification, reply.return_date, reply.moves, reply.is_settled
        _take_word(reply, classification, return_date=return_date, now=now, by=by)
        _work(reply, moved=moved, now=now, by=by)
        if not was_settled:
            _settle(reply, now=now)
        elif (old, old_date) != (classification, reply.return_date):
            put_back_on_list(reply, now=now, by=by)
            take_off_list(reply, now=now)
            _tell_corrected(reply, old=old, now=now, by=by)
    return reply


def handle_reply(reply: Reply, *, now: datetime, by: User) -> bool:
    """This will note that a person has seen to it; False when somebody had."""
    with transaction.atomic():
        handled = Reply.objects.filter(pk=reply.pk, handled_at=None).update(
            handled_at=now, handled_by=by, updated_at=now
        )
        if handled:
            summary = f"Saw to “{reply}” from {reply.from_name or reply.from_email}"
            record("reply.handled", summary, customer=reply.customer_id, by=by, now=now, subject=reply)
    return bool(handled)


def handle_answered(draft_id: UUID, *, now: datetime) -> bool:
    """This will note that the reply which a letter answers was seen to by whoever approved the letter."""
    draft = Draft.objects.filter(pk=draft_id, answers__isnull=False).select_related("answers", "approved_by").first()
    if draft is None or draft.answers is None or draft.approved_by is None:
        return False
    return handle_reply(draft.answers, now=now, by=draft.approved_by)


def _take_word(reply: Reply, classification: ReplyClass, *, return_date: date | None, now: datetime, by: User) -> None:
    is_changed = reply.classification != classification
    fields: dict[str, Any] = {
        "classification": classification,
        "classified_by": ClassifiedBy.PERSON,
        "is_unsure": False,
        "is_verified": classification != ReplyClass.UNVERIFIED,
        "is_machine": reply.is_machine and classification not in HUMAN_CLASSES,
        "return_date": _returns(reply, return_date) if classification == ReplyClass.OUT_OF_OFFICE else None,
    }
    if is_changed:
        fields |= {"proof": [], "reason": f"{by.display_name} says so."[:300]}
    Reply.objects.filter(pk=reply.pk).update(**fields, updated_at=now)
    reply.refresh_from_db()


def _returns(reply: Reply, given: date | None) -> date | None:
    zone = reply.customer.timezone if reply.customer else "UTC"
    found = read_return_date(reply.text, sent=local_date(reply.received_at, zone))
    return given or (found.day if found else None)


def _work(reply: Reply, *, moved: bool, now: datetime, by: User | None) -> None:
    """Set what the reply does, or put it back. moved: whether it did so before; a brake may be released since."""
    if reply.customer is None:
        return
    if reply.moves and not moved:
        _brake(reply, reply.customer, now=now, by=by)
    elif moved and not reply.moves and by is not None:
        _release(reply, reply.customer, now=now, by=by)
    if reply.draft_id is not None:
        _date_letter(reply.draft_id, now=now)


def _brake(reply: Reply, customer: Customer, *, now: datetime, by: User | None) -> None:
    who = reply.from_name or reply.from_email
    set_brake(
        customer,
        reason=f"{who} answered",
        source_kind=BRAKE_SOURCE,
        source_id=reply.pk,
        now=now,
        by=by,
    )


def _release(reply: Reply, customer: Customer, *, now: datetime, by: User) -> None:
    """Clear the brake that this reply set, unless another one that came since needs it."""
    brake = Brake.objects.filter(
        customer=customer, cleared_at=None, source_kind=BRAKE_SOURCE, source_id=reply.pk
    ).first()
    if brake is None:
        return
    others = Reply.objects.moving().filter(customer=customer, created_at__gte=reply.created_at)
    heir = others.exclude(pk=reply.pk).order_by("received_at", "pk").first()
    if heir is None:
        clear_brake(customer, now=now, by=by)
        return
    who = heir.from_name or heir.from_email
    Brake.objects.filter(pk=brake.pk).update(reason=f"{who} answered"[:500], source_id=heir.pk, updated_at=now)


def _date_letter(draft_id: UUID, *, now: datetime) -> None:
    """Date the letter's first human answer from all of its replies."""
    first = Reply.objects.moving().filter(draft=draft_id).aggregate(at=Min("received_at"))["at"]
    Draft.objects.filter(pk=draft_id).exclude(replied_at=first).update(replied_at=first, updated_at=now)


def _settle(reply: Reply, *, now: datetime) -> None:
    """Tell the class, once."""
    settled = Reply.objects.filter(pk=reply.pk, settled_at=None).update(
        settled_at=now, first_classification=reply.classification, updated_at=now
    )
    reply.refresh_from_db()
    if not settled or reply.customer_id is None:
        return
    take_off_list(reply, now=now)
    note_reported_bounce(reply, now=now)
    who = reply.from_name or reply.from_email or "An unknown sender"
    summary = f"{who}: “{reply}” ({reply.get_classification_display().lower()})"
    record(
        "reply.received",
        summary,
        customer=reply.customer_id,
        by=None,
        now=now,
        subject=reply,
        classification=reply.classification,
        classified_by=reply.classified_by,
    )
    tell_after_commit(reply, now=now)


def _tell_corrected(reply: Reply, *, old: str, now: datetime, by: User) -> None:
    summary = f"“{reply}” is {reply.get_classification_display().lower()}"
    if old != reply.classification:
        summary += f", not {ReplyClass(old).label.lower()}"
    if reply.return_date:
        summary += f", back on {reply.return_date:%-d %b %Y}"
    record(
        "reply.corrected",
        summary,
        customer=reply.customer_id,
        by=by,
        now=now,
        subject=reply,
        old=old,
        new=reply.classification,
    )
    send_after_commit(
        reply_corrected,
        reply_id=reply.pk,
        customer_id=reply.customer_id,
        stakeholder_id=reply.stakeholder_id,
        draft_id=reply.draft_id,
        old=old,
        new=reply.classification,
        return_date=iso_date(reply.return_date),
    )

"""What became of introductions: when they left, and what was answered; the latest answer counts, each stays.

Everything here bears to hear its news twice: rows are computed again from the letters and replies themselves.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import User
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import ClassifiedBy, OriginKind, Purpose
from emails.models import Draft, Reply
from outreach.enums import OpportunityStage, UpsellReply
from outreach.models import Opportunity, UpsellIntroduction
from outreach.queries.opportunities import find_open_opportunity
from outreach.rules.upsell.answers import read_answer
from outreach.services.opportunities import advance, look_for_expansion
from outreach.signals import introduction_answered

BY_HAND = (UpsellReply.YES, UpsellReply.MAYBE, UpsellReply.NO)


def note_sent(draft_id: uuid.UUID, *, sent_at: datetime, now: datetime) -> None:
    """Note that an introduction has left, on it and on its opportunity, which is then introduced."""
    draft = Draft.objects.filter(pk=draft_id, origin_kind=OriginKind.UPSELL, purpose=Purpose.FIRST_TOUCH).first()
    if draft is None or draft.origin_id is None:
        return
    with transaction.atomic():
        lock_customer(draft.customer_id)
        introduction = UpsellIntroduction.objects.select_related("customer", "run").filter(pk=draft.origin_id).first()
        if introduction is None:
            return
        if introduction.sent_at is None:
            introduction.sent_at = sent_at
        if introduction.opportunity is None:
            introduction.opportunity = _opportunity_of(introduction, now=now)
        introduction.save(update_fields=["sent_at", "opportunity", "updated_at"])
        _show(introduction.opportunity, now=now)


def note_reply(reply_id: uuid.UUID, *, now: datetime) -> None:
    """Read again what was answered to the introduction that this reply belongs to, if it belongs to one."""
    reply = Reply.objects.select_related("draft").filter(pk=reply_id).first()
    if reply is None or reply.draft is None or reply.draft.origin_kind != OriginKind.UPSELL:
        return
    introduction = UpsellIntroduction.objects.filter(pk=reply.draft.origin_id).first()
    if introduction is None:
        return
    with transaction.atomic():
        lock_customer(introduction.customer_id)
        introduction = UpsellIntroduction.objects.select_related("draft", "opportunity").get(pk=introduction.pk)
        _read_answers(introduction, now=now)


def set_response(introduction: UpsellIntroduction, *, response: str, now: datetime, by: User) -> UpsellIntroduction:
    """Keep what a person knows was answered, on the phone for instance. Raises ValidationError by field."""
    if response not in [code.value for code in BY_HAND]:
        raise ValidationError({"response": "Yes, maybe or no."})
    if introduction.sent_at is None:
        raise ValidationError({"response": "It has not left yet: there is nothing to answer."})
    with transaction.atomic():
        lock_customer(introduction.customer_id)
        UpsellIntroduction.objects.filter(pk=introduction.pk).update(
            response=response, responded_at=now, updated_at=now
        )
        introduction.refresh_from_db()
        label = UpsellReply(response).label.lower()
        record(
            "introduction.answered",
            f"Answer to the introduction: {label}, by word of a colleague",
            customer=introduction.customer_id,
            by=by,
            now=now,
            subject=introduction,
        )
        _show(introduction.opportunity, now=now)
        send_after_commit(
            introduction_answered,
            customer_id=introduction.customer_id,
            introduction_id=introduction.pk,
            response=response,
            by_id=by.pk,
        )
    return introduction


def _read_answers(introduction: UpsellIntroduction, *, now: datetime) -> None:
    """Take the latest reply of the thread that answers something; a colleague's later word stands."""
    rows = Reply.objects.moving().filter(
        draft__origin_kind=OriginKind.UPSELL, draft__origin_id=introduction.pk, customer=introduction.customer_id
    )
    answers = ((answer, reply.received_at) for reply in rows.order_by("-received_at") if (answer := _answer(reply)))
    response, at = next(answers, ("", None))
    newest = rows.order_by("-received_at").values_list("received_at", flat=True).first()
    if introduction.responded_at is not None and newest is not None and introduction.responded_at > newest:
        return
    if introduction.sent_at is None and introduction.draft is not None:
        introduction.sent_at = introduction.draft.sent_at
    if introduction.sent_at is None or (introduction.response, introduction.responded_at) == (response, at):
        return
    introduction.response, introduction.responded_at = response, at
    introduction.save(update_fields=["sent_at", "response", "responded_at", "updated_at"])
    if response:
        record(
            "introduction.answered",
            f"Answer to the introduction: {UpsellReply(response).label.lower()}",
            customer=introduction.customer_id,
            by=None,
            now=now,
            subject=introduction,
        )
    _show(introduction.opportunity, now=now)


def _answer(reply: Reply) -> UpsellReply | None:
    return read_answer(reply.classification, reply.text, by_model=reply.classified_by == ClassifiedBy.CLAUDE)


def _opportunity_of(introduction: UpsellIntroduction, *, now: datetime) -> Opportunity | None:
    """The expansion that it introduces: that of its run, the open one, or one that is made of what speaks for it.

    A run logs its opportunity itself, as its last step.
    """
    if introduction.run is not None:
        of_run = Opportunity.objects.filter(run=introduction.run).first()
        return of_run or find_open_opportunity(introduction.customer)
    found = look_for_expansion(introduction.customer, now=now, by=introduction.written_by)
    if found is not None or introduction.written_by is None:
        return found
    name = f"{introduction.customer.name}: expansion"[:200]
    made: Opportunity = Opportunity.objects.create(
        customer=introduction.customer, name=name, currency=introduction.customer.currency, found_at=now
    )
    return made


def _show(opportunity: Opportunity | None, *, now: datetime) -> None:
    """Bring the opportunity in line with its introductions: the latest sending, the latest answer, and its stage."""
    if opportunity is None:
        return
    rows = UpsellIntroduction.objects.filter(opportunity=opportunity)
    sent = rows.filter(sent_at__isnull=False).order_by("-sent_at").first()
    answered = rows.exclude(response="").order_by("-responded_at").first()
    Opportunity.objects.filter(pk=opportunity.pk).update(
        intro_sent_at=sent.sent_at if sent else None,
        intro_response=answered.response if answered else "",
        updated_at=now,
    )
    if sent is not None:
        advance(opportunity, OpportunityStage.INTRODUCED, now=now)
    if answered is not None and answered.response == UpsellReply.YES:
        advance(opportunity, OpportunityStage.IN_TALKS, now=now)

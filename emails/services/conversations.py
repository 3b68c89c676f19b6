"""Letters that a person begins: to somebody at an account, or as an answer in the thread of a reply."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, Stakeholder, User
from customers.queries.workspace import get_settings
from emails.enums import EDITABLE_STATES, PriceApproach, Purpose
from emails.models import Draft, Reply
from emails.queries.senders import sender_for
from emails.rules.letters import LetterBrief, Recipient, Sender, tone_for
from emails.rules.threading import reply_subject
from emails.services.drafts import compose_draft, first_role
from emails.services.editing import reload
from emails.writing.builtin import write_frame


class NobodyToAnswer(Exception):
    """Raised when nobody on record stands behind a reply: letters go to people of the account alone."""

    def __init__(self) -> None:
        super().__init__("Nobody at this account has this address. Add the person first, then answer.")


def begin_letter(customer: Customer, *, stakeholder: Stakeholder, subject: str, now: datetime, by: User) -> Draft:
    """Begin a letter with greeting and signature, for the person to fill. Raises ValidationError by field."""
    if not stakeholder.email:
        raise ValidationError({"stakeholder": f"There is no email address for {stakeholder.name}."})
    sender = sender_for(customer, by=by)
    return compose_draft(
        customer=customer,
        stakeholder=stakeholder,
        sender=sender,
        subject=subject,
        body=_frame(stakeholder, sender=sender or by),
        now=now,
        by=by,
    )


def answer_reply(reply: Reply, *, now: datetime, by: User) -> Draft:
    """Begin the answer to a reply in its thread; the one that is under way already is given back.

    Raises NobodyToAnswer.
    """
    person = reply.stakeholder
    if person is None or reply.customer is None or person.has_left or not person.email:
        raise NobodyToAnswer
    with transaction.atomic():
        lock_customer(reply.customer.pk)
        begun = Draft.objects.filter(answers=reply, state__in=sorted(EDITABLE_STATES)).order_by("-created_at").first()
        if begun is not None:
            return reload(begun)
        draft = begin_letter(reply.customer, stakeholder=person, subject=reply_subject(reply.subject), now=now, by=by)
        # The lane of what it answers: an answer about a renewal is a renewal's letter.
        before = {"parent": reply.draft, "lane": reply.draft.lane} if reply.draft else {}
        Draft.objects.filter(pk=draft.pk).update(purpose=Purpose.ANSWER, answers=reply, **before)
    return reload(draft)


def _frame(person: Stakeholder, *, sender: User) -> str:
    brief = LetterBrief(
        customer=person.customer.name,
        recipient=Recipient(name=person.name, role=first_role(person), title=person.title, language=person.language),
        sender=Sender(
            name=sender.display_name,
            title=sender.title,
            company=get_settings().company_name,
            signature=sender.signature,
        ),
        tone=tone_for(first_role(person)),
        price_approach=PriceApproach.NO_PRICE,
    )
    greeting, closing = write_frame(brief)
    return f"{greeting}\n\n\n\n{closing}"

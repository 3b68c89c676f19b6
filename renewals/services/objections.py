"""Objections: recorded from replies with their evidence, the answer prepared, Negotiate proposed; settled by people."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import TodoState
from customers.models import Customer, Stakeholder, Todo, User
from customers.queries.calendars import local_date
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from emails.enums import EDITABLE_STATES, OBJECTION_CLASSES, Lane, OriginKind, Purpose, ReplyClass, Theme, Writer
from emails.models import Draft, Reply
from emails.rules.letters import Origin
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable
from emails.services.following import FollowUp, write_follow_up
from outreach.queries.reactions import is_about_expansion
from renewals.enums import ObjectionKind
from renewals.models import Objection, Renewal
from renewals.queries.facts import read_renewal_facts, rehearsal_facts
from renewals.queries.letter_facts import renewal_letter_facts
from renewals.rules.rehearsal import SCENARIO_OF, answer_to
from renewals.services.renewals import NoContract, NotAllowed, open_renewal_of
from renewals.services.tasks import OF_OBJECTION

OBJECTION_TODO = "objection"
SOURCE_KIND = OF_OBJECTION
KIND_OF = {
    ReplyClass.OBJECTION_PRICE: ObjectionKind.PRICE,
    ReplyClass.OBJECTION_BUDGET: ObjectionKind.BUDGET,
    ReplyClass.OBJECTION_COMPETITOR: ObjectionKind.COMPETITOR,
    ReplyClass.OBJECTION_TIMING: ObjectionKind.TIMING,
}


class ObjectionClosed(Exception):
    """Raised when an objection was settled or withdrawn before."""


class NobodyToAnswer(Exception):
    """Raised when an answer has nobody to go to, or to come from."""


def follow_reply(reply_id: uuid.UUID, *, now: datetime) -> Objection | None:
    """Bring the objections of a reply in line with what it is now: raised, or withdrawn. Safe to repeat.

    None where it is no objection, or where there is nothing to renew.
    """
    reply = Reply.objects.select_related("customer", "stakeholder", "draft__sender").filter(pk=reply_id).first()
    if reply is None or reply.customer is None:
        return None
    # Who finds an upsell too dear has said nothing against the renewal.
    is_objection = reply.moves and reply.classification in OBJECTION_CLASSES and not is_about_expansion(reply)
    kind = KIND_OF[ReplyClass(reply.classification)] if is_objection else None
    with transaction.atomic():
        for other in Objection.objects.filter(reply=reply, withdrawn_at=None).exclude(kind=kind or ""):
            _withdraw(other, now=now)
        return _raise(reply, reply.customer, kind, now=now) if kind else None


def note_objection(
    renewal: Renewal, *, kind: ObjectionKind, quote: str, stakeholder: Stakeholder | None, now: datetime, by: User
) -> Objection:
    """Write down what was said in a call or a meeting. Raises ValidationError, NotAllowed."""
    _require_writer(by)
    if not quote.strip():
        raise ValidationError({"quote": "Write down what was said."})
    if stakeholder is not None and stakeholder.customer_id != renewal.customer_id:
        raise ValidationError({"stakeholder": "This person belongs to another account."})
    with transaction.atomic():
        objection = Objection.objects.create(
            customer_id=renewal.customer_id,
            renewal=renewal,
            kind=kind,
            quote=quote.strip(),
            stakeholder=stakeholder,
            raised_at=now,
            noted_by=by,
        )
        _record(objection, now=now, by=by)
    return objection


def prepare_answer(objection: Objection, *, now: datetime, by: User | None) -> Draft | None:
    """Write the answer that the rehearsal has, as a draft that waits for approval; the one that is there is given back.

    In the thread of the reply where there is one. None when there is nobody to write to, or from.
    """
    if objection.answer is not None:
        return objection.answer
    wanted = _answer(objection, now=now)
    if wanted is None:
        return None
    with transaction.atomic():
        draft = write_follow_up(wanted, now=now, by=by)
        Objection.objects.filter(pk=objection.pk).update(answer=draft, updated_at=now)
    objection.answer = draft
    return draft


def answer_objection(objection: Objection, *, now: datetime, by: User) -> Draft:
    """Prepare the answer as `prepare_answer` does. Raises NobodyToAnswer."""
    draft = prepare_answer(objection, now=now, by=by)
    if draft is None:
        raise NobodyToAnswer("There is nobody to write to: enter who objected, with an address.")
    return draft


def settle_objection(objection: Objection, *, how: str, now: datetime, by: User) -> None:
    """Close an objection with how it was met. Raises ObjectionClosed, ValidationError, NotAllowed."""
    _require_writer(by)
    if not how.strip():
        raise ValidationError({"how": "Say how it was met."})
    with transaction.atomic():
        settled = Objection.objects.filter(pk=objection.pk, settled_at=None, withdrawn_at=None).update(
            settled_at=now, settled_by=by, settled_how=how.strip()[:500], updated_at=now
        )
        if not settled:
            raise ObjectionClosed("It was settled before; look again.")
        summary = f"Settled the objection ({objection.get_kind_display().lower()}): {how.strip()}"
        record("objection.settled", summary, customer=objection.customer_id, by=by, now=now, subject=objection)
        _close_todos(objection, state=TodoState.DONE, now=now, by=by)


def _raise(reply: Reply, customer: Customer, kind: ObjectionKind, *, now: datetime) -> Objection | None:
    try:
        renewal = open_renewal_of(customer, now=now, by=None)
    except (NoContract, ValidationError):
        return None
    objection, made = Objection.objects.select_related("answer").get_or_create(
        reply=reply,
        kind=kind,
        defaults={
            "customer": customer,
            "renewal": renewal,
            "stakeholder": reply.stakeholder,
            "quote": reply.text,
            "words": reply.proof,
            "raised_at": reply.received_at,
        },
    )
    if not made and objection.withdrawn_at is None:
        return objection
    Objection.objects.filter(pk=objection.pk).update(withdrawn_at=None, answer=None, updated_at=now)
    objection.withdrawn_at, objection.answer = None, None
    _record(objection, now=now, by=None)
    prepare_answer(objection, now=now, by=None)
    _ask(objection, customer, now=now)
    return objection


def _ask(objection: Objection, customer: Customer, *, now: datetime) -> None:
    """The to-do that asks a person to answer and to decide whether Negotiate begins now."""
    who = objection.stakeholder.name if objection.stakeholder else "Somebody"
    prepared = "The answer is prepared. " if objection.answer else ""
    propose = "" if objection.renewal.negotiate_started_at else " Decide whether to start Negotiate now."
    todo = add_todo(
        f"{who} objects ({objection.get_kind_display().lower()})",
        customer=customer,
        now=now,
        by=None,
        owner=customer.owner,
        kind=OBJECTION_TODO,
        detail=f"{prepared}Read and send it.{propose}",
        due_date=local_date(now, customer.timezone),
        source_kind=SOURCE_KIND,
        source_id=objection.pk,
        key=f"objection:{objection.pk}",
    )
    if todo.state != TodoState.OPEN:
        Todo.objects.filter(pk=todo.pk).update(state=TodoState.OPEN, done_at=None, done_by=None, updated_at=now)


def _answer(objection: Objection, *, now: datetime) -> FollowUp | None:
    customer, reply, person = objection.customer, objection.reply, objection.stakeholder
    letter = reply.draft if reply else None
    sender = (letter.speaker if letter else None) or customer.owner
    facts = read_renewal_facts(customer, now=now)
    if person is None or not person.email or person.has_left or sender is None or facts is None:
        return None
    answer = answer_to(SCENARIO_OF[ObjectionKind(objection.kind)], rehearsal_facts(facts)).answer
    return FollowUp(
        customer=customer,
        stakeholder=person,
        sender=sender,
        theme=Theme.ANSWER,
        origin=Origin(
            kind=OriginKind(letter.origin_kind) if letter else OriginKind.COMPOSE,
            id=letter.origin_id if letter else None,
            position=letter.position if letter else 1,
            purpose=Purpose.ANSWER,
        ),
        parent=letter,
        answers=reply,
        lane=Lane(letter.lane) if letter else Lane.RENEWAL,
        cc=tuple(letter.cc) if letter else (),
        facts=renewal_letter_facts(customer, facts),
        points=(answer.acknowledge, answer.reframe, answer.value_anchor, answer.bridge),
    )


def _withdraw(objection: Objection, *, now: datetime) -> None:
    """The reply turned out to say something else: what the machine had made of it goes, what a person wrote stays."""
    Objection.objects.filter(pk=objection.pk).update(withdrawn_at=now, updated_at=now)
    answer = objection.answer
    if answer is not None and answer.writer != Writer.PERSON and answer.state in EDITABLE_STATES:
        with suppress(NotEditable):
            delete_draft(answer, now=now, by=None)
    _close_todos(objection, state=TodoState.DISMISSED, now=now, by=None)
    summary = f"Objection withdrawn ({objection.get_kind_display().lower()}): the reply says something else"
    record("objection.withdrawn", summary, customer=objection.customer_id, by=None, now=now, subject=objection)


def _close_todos(objection: Objection, *, state: TodoState, now: datetime, by: User | None) -> None:
    for todo in Todo.objects.filter(source_kind=SOURCE_KIND, source_id=objection.pk, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by, state=state)


def _record(objection: Objection, *, now: datetime, by: User | None) -> None:
    who = f" by {objection.stakeholder.name}" if objection.stakeholder else ""
    record(
        "objection.raised",
        f"Objection raised{who}: {objection.get_kind_display().lower()}",
        customer=objection.customer_id,
        by=by,
        now=now,
        subject=objection,
        words=objection.words,
    )


def _require_writer(by: User) -> None:
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")

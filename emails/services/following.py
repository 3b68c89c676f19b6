"""Letters that follow another: written by code when their time has come, and left for a person to approve.

Nothing here sends. The built-in writer writes at once; Claude's version comes in the background, as for any letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from customers.models import Customer, Stakeholder, Todo, User
from customers.queries.calendars import local_date
from customers.queries.workspace import get_settings
from customers.services.todos import add_todo
from emails.enums import Lane, PriceApproach, Theme, Tone
from emails.models import Draft, Reply
from emails.queries.checks import renew_facts
from emails.rules import letters as keys
from emails.rules.facts import Fact, date_fact, fact_from_json, name_fact
from emails.rules.letters import LetterBrief, Origin, Recipient, Sender, tone_for
from emails.rules.threading import reply_subject
from emails.services.drafts import first_role
from emails.services.ordering import LetterOrder, Pen, Task, prepare, write_at_once
from emails.writing.writers import write_built_in

APPROVE_TODO = "approve_draft"
GROUND_KINDS = frozenset({"customer", "workspace", "stakeholder", "user", "win", "usage", "meeting", "draft", "todo"})
"""What the account itself tells is read anew for each letter, since it may go to somebody else."""


@dataclass(frozen=True)
class FollowUp:
    """A letter that follows another. parent: the one of its thread; about: the one it speaks of, where that is another.

    origin: with the purpose. facts: what the caller adds to the parent's. other, points, steps: as in LetterBrief.
    """

    customer: Customer
    stakeholder: Stakeholder
    sender: User
    theme: Theme
    origin: Origin
    parent: Draft | None = None
    about: Draft | None = None
    answers: Reply | None = None
    lane: Lane = Lane.RENEWAL
    cc: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    other: str = ""
    points: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def source(self) -> Draft | None:
        return self.parent or self.about


def write_follow_up(wanted: FollowUp, *, now: datetime, by: User | None, pen: Pen = write_at_once) -> Draft:
    """Write the letter as a draft that waits for approval, with a to-do for whoever approves it."""
    with transaction.atomic():
        draft = pen([_task(wanted, now=now)], now=now, by=by)[0]
        ask_for_approval(draft, now=now)
    return draft


def word_follow_up(wanted: FollowUp, *, now: datetime) -> str:
    """Give the letter's text without keeping it, as prepared wording for a person."""
    commission = _task(wanted, now=now).commission
    return write_built_in(commission.brief, commission.facts).letter.body


def ask_for_approval(draft: Draft, *, now: datetime) -> Todo:
    """Make the to-do that asks for a yes; once for each draft."""
    return add_todo(
        f"Read and approve: {draft.subject}",
        customer=draft.customer_id,
        now=now,
        by=None,
        owner=approver_of(draft),
        kind=APPROVE_TODO,
        detail=f"{draft.get_purpose_display()} to {draft.to_name}. It leaves only when you approve it.",
        due_date=local_date(now, draft.customer.timezone),
        source_kind="draft",
        source_id=draft.pk,
        key=approval_key(draft),
    )


def approval_key(draft: Draft) -> str:
    return f"approve:{draft.pk}"


def approver_of(draft: Draft) -> User | None:
    """Name whose turn it is: who signs approves in person (DESIGN section 5, "Sender")."""
    return draft.sender or draft.customer.owner


def _task(wanted: FollowUp, *, now: datetime) -> Task:
    """Order the letter. Its proposal, if one was sent, went with the first letter."""
    order = LetterOrder(
        customer=wanted.customer,
        stakeholder=wanted.stakeholder,
        sender=wanted.sender,
        brief=_brief(wanted),
        facts=_facts(wanted),
        origin=wanted.origin,
        lane=wanted.lane,
        cc=wanted.cc,
        parent=wanted.parent,
        answers=wanted.answers,
    )
    return prepare(order, now=now)


def _brief(wanted: FollowUp) -> LetterBrief:
    person, sender = wanted.stakeholder, wanted.sender
    role = role_in(wanted.parent) or first_role(person)
    return LetterBrief(
        customer=wanted.customer.name,
        recipient=Recipient(
            name=person.name,
            role=role,
            title=person.title,
            relationship=person.relationship_strength,
            notes=person.history,
            language=person.language or "en",
        ),
        sender=Sender(
            name=sender.display_name,
            title=sender.title,
            company=get_settings().company_name,
            phone=sender.phone,
            signature=sender.signature,
        ),
        tone=Tone(wanted.parent.tone) if wanted.parent is not None else tone_for(role),
        price_approach=_price_approach(wanted.parent),
        theme=wanted.theme,
        subject=_thread_subject(wanted),
        other=wanted.other,
        points=wanted.points,
        steps=wanted.steps,
    )


def role_in(letter: Draft | None) -> str:
    """In which role its recipient was written to; "" where that is not on record."""
    return str(letter.brief["letter"]["recipient"]["role"]) if letter is not None and letter.brief else ""


def _price_approach(parent: Draft | None) -> PriceApproach:
    """A letter that follows names no price in its text; where the thread's subject does, that stays as it is."""
    if parent is not None and parent.price_approach == PriceApproach.LEAD_WITH_PRICE:
        return PriceApproach.LEAD_WITH_PRICE
    return PriceApproach.NO_PRICE


def _thread_subject(wanted: FollowUp) -> str:
    if wanted.answers is not None:
        return reply_subject(wanted.answers.subject)
    return reply_subject(wanted.parent.subject) if wanted.parent is not None else ""


def _facts(wanted: FollowUp) -> tuple[Fact, ...]:
    """What the first letter knew of prices and dates, as it stands now, when that letter left, and who sent it."""
    known: list[Fact] = []
    if wanted.source is not None:
        rows = map(fact_from_json, wanted.source.facts)
        known += renew_facts(fact for fact in rows if fact.kind not in GROUND_KINDS)
    letter = wanted.about or wanted.parent
    if letter is not None:
        known += _letter_facts(letter)
    return (*known, *wanted.facts)


def _letter_facts(letter: Draft) -> Iterable[Fact]:
    if letter.sent_at is not None:
        yield _sent_fact(letter, local_date(letter.sent_at, letter.customer.timezone))
    if letter.sender is not None:
        yield name_fact(
            f"colleague.{letter.sender.pk}",
            letter.sender.display_name,
            kind="user",
            id=letter.sender.pk,
            field="name",
            label="Our colleague",
        )


def _sent_fact(letter: Draft, day: date) -> Fact:
    return date_fact(
        keys.LETTER_DATE,
        day,
        kind="draft",
        id=letter.pk,
        field="sent_on",
        label="When the first letter left",
        url=f"/drafts/{letter.pk}",
    )

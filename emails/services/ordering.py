"""Letters that a plan orders: a brief and facts go in, a draft comes out; written anew when the plan changes.

Three pens write them: `write_at_once` never waits for Claude and leaves its version to the background;
`write_and_wait` gives Claude a total deadline, for callers that want finished letters in the answer; `write_plainly`
asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError, transaction

from customers.models import Customer, Stakeholder, User
from emails.enums import EDITABLE_STATES, DraftState, Lane, PriceApproach, Purpose, Tone, Writer
from emails.models import Draft, Reply
from emails.queries.ground_facts import account_facts
from emails.rules.expansion import fit_ground
from emails.rules.facts import Fact, facts_by_key
from emails.rules.letters import LetterBrief, Origin, attaches_proposal
from emails.services.announcing import announce_written
from emails.services.editing import NotEditable, StaleVersion, reload, touch
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.history import keep_version
from emails.services.writings import ask_for_version, ring
from emails.writing.proposal import NoLockedPrice
from emails.writing.writers import Commission, Written, write_all, write_built_in


@dataclass(frozen=True)
class LetterOrder:
    """One letter to be written. is_price_locked: only then a proposal is attached.

    parent, answers: the letter that it follows, or the reply that it answers, in one thread.
    """

    customer: Customer
    stakeholder: Stakeholder
    sender: User
    brief: LetterBrief
    facts: tuple[Fact, ...]
    origin: Origin
    lane: Lane = Lane.RENEWAL
    cc: tuple[str, ...] = ()
    is_price_locked: bool = False
    parent: Draft | None = None
    answers: Reply | None = None


@dataclass(frozen=True)
class Task:
    """An order ready to be written: facts complete, brief final. draft: the one to be written anew, if any."""

    order: LetterOrder
    commission: Commission
    draft: Draft | None = None


class Pen(Protocol):
    """How the letters of several tasks come to be written; gives the drafts in the order of the tasks."""

    def __call__(self, tasks: Sequence[Task], *, now: datetime, by: User | None) -> list[Draft]: ...


def write_at_once(tasks: Sequence[Task], *, now: datetime, by: User | None) -> list[Draft]:
    """Have the built-in writer write, and ask Claude for a version of each in the background. Never waits."""
    drafts = []
    for task in tasks:
        written = write_built_in(task.commission.brief, task.commission.facts)
        with transaction.atomic():
            draft = _keep(task, written, now=now, by=by)
            if draft.writer == Writer.BUILT_IN:
                ask_for_version(draft, now=now, by=by)
        drafts.append(reload(draft))
    ring()
    return drafts


def write_plainly(tasks: Sequence[Task], *, now: datetime, by: User | None) -> list[Draft]:
    """Have the built-in writer write and ask Claude for nothing, as for a past that is only told."""
    every = [write_built_in(task.commission.brief, task.commission.facts) for task in tasks]
    return [reload(_keep(task, written, now=now, by=by)) for task, written in zip(tasks, every, strict=True)]


def write_and_wait(tasks: Sequence[Task], *, now: datetime, by: User | None) -> list[Draft]:
    """Have Claude write all letters side by side under one deadline, the built-in writer what is late or fails.

    Not to be called inside a transaction.
    """
    every = write_all([task.commission for task in tasks])
    return [reload(_keep(task, written, now=now, by=by)) for task, written in zip(tasks, every, strict=True)]


def write_draft(
    *,
    customer: Customer,
    stakeholder: Stakeholder,
    sender: User,
    tone: Tone,
    price_approach: PriceApproach,
    lane: Lane,
    origin: Origin,
    facts: Iterable[Fact],
    brief: LetterBrief,
    now: datetime,
    by: User | None,
    cc: Iterable[str] = (),
    is_price_locked: bool = False,
    pen: Pen = write_at_once,
) -> Draft:
    """Write a letter and keep it as a draft; the one that this origin has for this person is given back.

    facts: what the caller knows, above all prices; the account's own facts (people, wins, usage, meetings) are added.
    Writes Draft, DraftVersion, Attachment, Activity, Writing.
    """
    existing = find_draft(origin, stakeholder)
    if existing is not None:
        return existing
    order = LetterOrder(
        customer=customer,
        stakeholder=stakeholder,
        sender=sender,
        brief=replace(brief, tone=tone, price_approach=price_approach),
        facts=tuple(facts),
        origin=origin,
        lane=lane,
        cc=tuple(cc),
        is_price_locked=is_price_locked,
    )
    return pen([prepare(order, now=now)], now=now, by=by)[0]


def prepare(order: LetterOrder, *, now: datetime, draft: Draft | None = None) -> Task:
    """Gather what the writer needs. draft: the unsent letter that this order writes anew."""
    brief = replace(order.brief, proposal_attached=gets_proposal(order))
    return Task(order, Commission(brief, complete_facts(order, now=now)), draft)


def find_draft(origin: Origin, stakeholder: Stakeholder) -> Draft | None:
    """Give the live first letter of this origin to this person, if there is one."""
    if origin.id is None or origin.purpose != Purpose.FIRST_TOUCH:
        return None
    rows = Draft.objects.with_people().exclude(state=DraftState.CANCELLED)
    found: Draft | None = rows.filter(
        origin_kind=origin.kind, origin_id=origin.id, stakeholder=stakeholder, purpose=Purpose.FIRST_TOUCH
    ).first()
    return found


def complete_facts(order: LetterOrder, *, now: datetime) -> tuple[Fact, ...]:
    """Add what the account itself tells; a fact that the caller gave under the same key wins."""
    ground = account_facts(order.customer, stakeholder=order.stakeholder, sender=order.sender, now=now)
    ground = fit_ground(order.brief.theme, ground)
    return tuple((facts_by_key(ground) | facts_by_key(order.facts)).values())


def gets_proposal(order: LetterOrder) -> bool:
    return order.is_price_locked and attaches_proposal(order.brief.price_approach)


def _keep(task: Task, written: Written, *, now: datetime, by: User | None) -> Draft:
    if task.draft is not None:
        return _rewrite(task, task.draft, written, now=now, by=by)
    try:
        with transaction.atomic():
            return _store(task, written, now=now, by=by)
    except IntegrityError:
        # Somebody else had the same letter written meanwhile.
        other = find_draft(task.order.origin, task.order.stakeholder)
        if other is None:
            raise
        return other


def _store(task: Task, written: Written, *, now: datetime, by: User | None) -> Draft:
    order = task.order
    draft = Draft.objects.create(
        **_fields(task, written, by),
        customer=order.customer,
        origin_kind=order.origin.kind,
        origin_id=order.origin.id,
        purpose=order.origin.purpose,
        parent=order.parent,
        answers=order.answers,
        first_subject=written.letter.subject,
        first_body=written.letter.body,
    )
    _attach(draft, order)
    announce_written(draft, now=now, by=by)
    return draft


def _rewrite(task: Task, draft: Draft, written: Written, *, now: datetime, by: User | None) -> Draft:
    """Put the new text in, the old one stays among the versions. A draft that a person changed while Claude wrote,
    or that is no longer editable, is given back as it is."""
    if draft.state not in EDITABLE_STATES:
        return draft
    try:
        with transaction.atomic():
            changed = touch(draft, version=draft.version, now=now, **_fields(task, written, by))
            _attach(changed, task.order)
            keep_version(changed, reason="Written again after the plan changed", now=now, by=by)
    except (StaleVersion, NotEditable) as moved:
        return moved.current
    return changed


def _fields(task: Task, written: Written, by: User | None) -> dict[str, Any]:
    order, brief = task.order, task.commission.brief
    return {
        "stakeholder": order.stakeholder,
        "to_name": order.stakeholder.name,
        "to_email": order.stakeholder.email,
        "sender": order.sender,
        "cc": list(order.cc),
        "tone": brief.tone,
        "price_approach": brief.price_approach,
        "lane": order.lane,
        "position": order.origin.position,
        "send_timing": order.origin.send_timing,
        "brief": {"letter": brief.as_json(), "is_price_locked": order.is_price_locked},
        "facts": [fact.as_json() for fact in task.commission.facts],
        "subject": written.letter.subject,
        "body": written.letter.body,
        "writer": written.writer,
        "writer_note": written.note[:500],
        "written_by": by,
    }


def _attach(draft: Draft, order: LetterOrder) -> None:
    draft.attachments.filter(kind=PROPOSAL_KIND).delete()
    if not gets_proposal(order):
        return
    try:
        attach_proposal(draft)
    except NoLockedPrice:
        # Locked, but the caller knew no price to state: the letter goes without.
        return

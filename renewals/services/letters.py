"""The first letters of an Engage run: ordered from the emails app, person by person, and kept in line with the plan.

The only place where Engage asks for a text. Pages never wait for Claude; with a pen that does, never call it inside a
transaction.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import User
from emails.enums import EDITABLE_STATES, Lane, OriginKind, Writer
from emails.models import Draft
from emails.rules.letters import PRICE_KEYS, RENEWAL_DATE
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable, StaleVersion, touch
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.ordering import (
    LetterOrder,
    Pen,
    Task,
    complete_facts,
    find_draft,
    gets_proposal,
    prepare,
    write_at_once,
)
from emails.services.writings import follow_draft
from emails.writing.proposal import NoLockedPrice
from outreach.enums import TouchKind, TouchState
from outreach.services.plans import attach_draft
from renewals.models import EngageRun
from renewals.queries.letters import NotWritten, Wanted, list_wanted

STATED_KEYS = PRICE_KEYS | {RENEWAL_DATE}
"""A letter that was written on other values of these is written again."""


@dataclass(frozen=True)
class Letters:
    """What came of ordering. drafts: in the order of the plan."""

    drafts: tuple[Draft, ...]
    not_written: tuple[NotWritten, ...] = ()


def write_letters(run: EngageRun, *, now: datetime, by: User | None, pen: Pen = write_at_once) -> Letters:
    """Write the letters that the plan asks for and that are not there yet; each once, however often asked.

    pen: `write_and_wait` where the caller wants Claude's letters in the answer. Writes drafts and ties them to their
    touches. Sends nothing.
    """
    return _write(run, pen, follows=False, now=now, by=by)


def refresh_letters(run: EngageRun, *, now: datetime, by: User | None, pen: Pen = write_at_once) -> Letters:
    """Bring the unsent letters in line with the plan, and write those that are missing.

    A letter whose price, approach or sender changed is written again, unless a person has edited it: then
    the text stays, and the checks on its card show what no longer fits. A letter to somebody who was taken
    out of the order is cancelled. What has left is never touched.
    """
    _retire(run, now=now, by=by)
    return _write(run, pen, follows=True, now=now, by=by)


def _write(run: EngageRun, pen: Pen, *, follows: bool, now: datetime, by: User | None) -> Letters:
    """Sort what the plan wants into letters that stand and letters to be written; the pen gets those all at once."""
    refused: list[NotWritten] = []
    standing: dict[uuid.UUID, Draft | None] = {}
    tasks: list[Task] = []
    for wanted in list_wanted(run, now=now):
        if isinstance(wanted, NotWritten):
            refused.append(wanted)
            continue
        order = _order(wanted)
        draft = find_draft(order.origin, order.stakeholder)
        is_due = draft is None or (follows and _must_be_rewritten(draft, order))
        standing[order.stakeholder.pk] = draft
        if is_due:
            tasks.append(prepare(order, now=now, draft=draft))
        elif follows and draft is not None and draft.is_editable:
            _align(draft, order, now=now)
    fresh = zip(tasks, pen(tasks, now=now, by=by), strict=True) if tasks else ()
    standing |= {task.order.stakeholder.pk: draft for task, draft in fresh}
    drafts = {key: draft for key, draft in standing.items() if draft is not None}
    for stakeholder_id, draft in drafts.items():
        attach_draft(run.plan, stakeholder_id=stakeholder_id, draft_id=draft.pk)
    return Letters(tuple(drafts.values()), tuple(refused))


def _must_be_rewritten(draft: Draft, order: LetterOrder) -> bool:
    return draft.is_editable and draft.writer != Writer.PERSON and _says_otherwise(draft, order)


def _retire(run: EngageRun, *, now: datetime, by: User | None) -> None:
    """Cancel the unsent letters to people whom the plan no longer contacts."""
    dropped = run.plan.touches.filter(kind=TouchKind.EMAIL, state=TouchState.CANCELLED).values("stakeholder_id")
    letters = Draft.objects.filter(origin_kind=OriginKind.ENGAGE, origin_id=run.plan_id, stakeholder__in=dropped)
    for draft in letters.filter(state__in=EDITABLE_STATES):
        with suppress(NotEditable):
            delete_draft(draft, now=now, by=by)


def _order(wanted: Wanted) -> LetterOrder:
    return LetterOrder(
        customer=wanted.customer,
        stakeholder=wanted.stakeholder,
        sender=wanted.sender,
        brief=wanted.brief,
        facts=wanted.facts,
        origin=wanted.origin,
        lane=Lane.RENEWAL,
        cc=wanted.cc,
        is_price_locked=wanted.is_price_locked,
    )


def _says_otherwise(draft: Draft, order: LetterOrder) -> bool:
    """Say whether the text was written for another approach, sender, price or date."""
    if draft.price_approach != order.brief.price_approach or draft.sender_id != order.sender.pk:
        return True
    written_on = {row["key"]: row["value"] for row in draft.facts if row["key"] in STATED_KEYS}
    return written_on != {fact.key: fact.value for fact in order.facts if fact.key in STATED_KEYS}


def _align(draft: Draft, order: LetterOrder, *, now: datetime) -> None:
    """Correct everything but the text. Whatever changes what leaves voids the approval; its place does not."""
    Draft.objects.filter(pk=draft.pk).update(position=order.origin.position, send_timing=order.origin.send_timing)
    with_proposal = gets_proposal(order)
    asked: dict[str, Any] = {
        "price_approach": order.brief.price_approach.value,
        "sender_id": order.sender.pk,
        "cc": _copies_with_added(draft, order),
    }
    has_proposal = draft.attachments.filter(kind=PROPOSAL_KIND).exists()
    if has_proposal == with_proposal and all(getattr(draft, name) == value for name, value in asked.items()):
        return
    brief = {"letter": order.brief.as_json(), "is_price_locked": order.is_price_locked}
    facts = [fact.as_json() for fact in complete_facts(order, now=now)]
    # Sent or edited since it was read: what has left is not touched, and the card shows what no longer fits.
    with suppress(NotEditable, StaleVersion), transaction.atomic():
        changed = touch(draft, version=draft.version, now=now, **asked, brief=brief, facts=facts)
        changed.attachments.filter(kind=PROPOSAL_KIND).delete()
        if with_proposal:
            _attach(changed)
        follow_draft(changed, since=draft.version, now=now)


def _copies_with_added(draft: Draft, order: LetterOrder) -> list[str]:
    """Give the plan's copies and the people of the account whom a person added; our own people follow the plan."""
    theirs = {person.email.lower() for person in order.customer.stakeholders.all() if person.email}
    added = [address for address in draft.cc if address in theirs]
    return list(dict.fromkeys([*order.cc, *added]))


def _attach(draft: Draft) -> None:
    try:
        attach_proposal(draft)
    except NoLockedPrice:
        # Locked a moment ago and unlocked since: the letter goes without, and the gate reads the price again.
        return

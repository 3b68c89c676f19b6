"""Writing drafts: by a writer from a brief and facts, by a person freely, and again with an instruction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.models import Customer, Stakeholder, User
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import DraftState, Lane, OriginKind, PriceApproach, Purpose, Tone, Writer
from emails.models import Draft
from emails.queries.checks import renew_facts
from emails.queries.ground_facts import account_facts
from emails.rules.facts import Fact, fact_from_json, facts_by_key
from emails.rules.letters import (
    PRICE_NEW,
    LetterBrief,
    Origin,
    attaches_proposal,
    brief_from_json,
    tone_for,
    with_instruction,
)
from emails.services.editing import (
    EDITABLE_STATES,
    NO_APPROVAL,
    NotEditable,
    StaleVersion,
    check_cc,
    clean_changes,
    reload,
    touch,
)
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.history import keep_version
from emails.signals import draft_cancelled, draft_written
from emails.writing.proposal import NoLockedPrice
from emails.writing.writers import Written, write

LONGEST_INSTRUCTION = 500


@dataclass(frozen=True)
class LetterOrder:
    """One letter to be written. is_price_locked: only then a proposal is attached."""

    customer: Customer
    stakeholder: Stakeholder
    sender: User
    brief: LetterBrief
    facts: tuple[Fact, ...]
    origin: Origin
    lane: Lane = Lane.RENEWAL
    cc: tuple[str, ...] = ()
    is_price_locked: bool = False


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
) -> Draft:
    """Write a letter and keep it as a draft; the one that this origin has for this person is given back.

    facts: what the caller knows, above all prices; the account's own facts (people, wins, usage, meetings) are added.
    May call Claude: not to be called inside a transaction. Writes Draft, DraftVersion, Attachment, Activity.
    """
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
    return write_order(order, now=now, by=by)


def write_order(order: LetterOrder, *, now: datetime, by: User | None) -> Draft:
    """Do what `write_draft` does, for an order made beforehand."""
    existing = find_draft(order.origin, order.stakeholder)
    if existing is not None:
        return existing
    facts = complete_facts(order, now=now)
    brief = replace(order.brief, proposal_attached=_gets_proposal(order))
    written = write(brief, facts)
    try:
        with transaction.atomic():
            return _store(order, brief=brief, facts=facts, written=written, now=now, by=by)
    except IntegrityError:
        other = find_draft(order.origin, order.stakeholder)
        if other is None:
            raise
        return other


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
    return tuple((facts_by_key(ground) | facts_by_key(order.facts)).values())


def compose_draft(
    *,
    customer: Customer,
    stakeholder: Stakeholder,
    sender: User,
    subject: str,
    body: str,
    now: datetime,
    by: User,
    tone: str = "",
    cc: Iterable[str] = (),
    origin_kind: OriginKind = OriginKind.COMPOSE,
    track_engagement: bool = True,
) -> Draft:
    """Keep a letter that a person or another system wrote. Raises ValidationError by field."""
    if stakeholder.customer_id != customer.pk or stakeholder.has_left:
        raise ValidationError({"to": "The recipient is no stakeholder of this account."})
    fields = clean_changes({"subject": subject, "body": body, "cc": list(cc), **({"tone": tone} if tone else {})})
    check_cc(customer.pk, fields["cc"])
    facts = account_facts(customer, stakeholder=stakeholder, sender=sender, now=now)
    with transaction.atomic():
        draft = Draft.objects.create(
            **{"tone": tone_for(first_role(stakeholder)), **fields},
            customer=customer,
            stakeholder=stakeholder,
            to_name=stakeholder.name,
            to_email=stakeholder.email,
            sender=sender,
            facts=[fact.as_json() for fact in facts],
            origin_kind=origin_kind,
            purpose=Purpose.FREE,
            writer=Writer.PERSON,
            written_by=by,
            first_subject=fields["subject"],
            first_body=fields["body"],
            track_engagement=track_engagement,
        )
        _announce(draft, now=now, by=by)
    return reload(draft)


def regenerate(draft: Draft, *, instruction: str, version: int, now: datetime, by: User) -> Draft:
    """Write the letter anew by the same brief and an instruction; the old text stays among the versions.

    Raises ValidationError, StaleVersion, NotEditable. May call Claude: not to be called inside a transaction.
    """
    if len(instruction) > LONGEST_INSTRUCTION:
        raise ValidationError({"instruction": f"At most {LONGEST_INSTRUCTION} characters."})
    if not draft.brief:
        raise ValidationError({"instruction": "This letter was written freely; there is no brief to write it from."})
    current = reload(draft)
    if current.version != version:
        raise StaleVersion(current)
    if current.state not in EDITABLE_STATES:
        raise NotEditable(current)
    facts = _facts_today(current, now=now)
    brief = replace(
        with_instruction(brief_from_json(current.brief["letter"]), instruction),
        tone=Tone(current.tone),
        price_approach=PriceApproach(current.price_approach),
        proposal_attached=_keeps_proposal(current, facts),
    )
    written = write(brief, facts)
    with transaction.atomic():
        changed = touch(
            current,
            version=version,
            now=now,
            subject=written.letter.subject,
            body=written.letter.body,
            writer=written.writer,
            writer_note=written.note[:500],
            written_by=by,
            facts=[fact.as_json() for fact in facts],
        )
        _renew_proposal(changed)
        reason = f"Written again: {instruction}" if instruction.strip() else "Written again"
        keep_version(changed, reason=reason, now=now, by=by)
        record("draft.rewritten", f"{reason} – “{changed}”", customer=draft.customer_id, by=by, now=now, subject=draft)
    return reload(changed)


def _facts_today(draft: Draft, *, now: datetime) -> tuple[Fact, ...]:
    """What the records say now: of the facts the draft was written from, and what the account has gained since."""
    ground = account_facts(draft.customer, stakeholder=draft.stakeholder, sender=draft.sender, now=now)
    known = renew_facts(fact_from_json(row) for row in draft.facts)
    return tuple((facts_by_key(known) | facts_by_key(ground)).values())


def _keeps_proposal(draft: Draft, facts: Iterable[Fact]) -> bool:
    has_price = any(fact.key == PRICE_NEW for fact in facts)
    return has_price and draft.attachments.filter(kind=PROPOSAL_KIND).exists()


def _renew_proposal(draft: Draft) -> None:
    """Make the proposal again where one goes along; without a price on record it stays behind."""
    proposals = draft.attachments.filter(kind=PROPOSAL_KIND)
    if not proposals.exists():
        return
    try:
        attach_proposal(draft)
    except NoLockedPrice:
        proposals.delete()


def rewrite_for(draft: Draft, order: LetterOrder, *, now: datetime, by: User | None) -> Draft:
    """Write an unsent draft anew after the plan behind it changed: another price, approach, sender or place.

    The old text stays among the versions. A draft that is no longer editable is given back as it is.
    """
    current = reload(draft)
    if current.state not in EDITABLE_STATES:
        return current
    facts = complete_facts(order, now=now)
    brief = replace(order.brief, proposal_attached=_gets_proposal(order))
    written = write(brief, facts)
    with transaction.atomic():
        changed = touch(
            current,
            version=current.version,
            now=now,
            **_fields(order, brief, facts, written),
            **_text(written, by),
        )
        _attach(changed, order)
        keep_version(changed, reason="Written again after the plan changed", now=now, by=by)
    return reload(changed)


def delete_draft(draft: Draft, *, now: datetime, by: User | None) -> Draft:
    """Cancel a draft that has not left; its texts stay on record. Raises NotEditable."""
    with transaction.atomic():
        moved = Draft.objects.filter(pk=draft.pk, state__in=EDITABLE_STATES).update(
            **{**NO_APPROVAL, "state": DraftState.CANCELLED}, updated_at=now
        )
        current = reload(draft)
        if not moved:
            raise NotEditable(current)
        record("draft.cancelled", f"Deleted “{current}”", customer=draft.customer_id, by=by, now=now, subject=draft)
        send_after_commit(
            draft_cancelled,
            draft_id=draft.pk,
            customer_id=draft.customer_id,
            origin_kind=draft.origin_kind,
            origin_id=draft.origin_id,
        )
    return current


def first_role(stakeholder: Stakeholder) -> str:
    return stakeholder.roles[0] if stakeholder.roles else ""


def _gets_proposal(order: LetterOrder) -> bool:
    return order.is_price_locked and attaches_proposal(order.brief.price_approach)


def _store(
    order: LetterOrder,
    *,
    brief: LetterBrief,
    facts: tuple[Fact, ...],
    written: Written,
    now: datetime,
    by: User | None,
) -> Draft:
    draft = Draft.objects.create(
        **_fields(order, brief, facts, written),
        **_text(written, by),
        customer=order.customer,
        origin_kind=order.origin.kind,
        origin_id=order.origin.id,
        purpose=order.origin.purpose,
        first_subject=written.letter.subject,
        first_body=written.letter.body,
    )
    _attach(draft, order)
    _announce(draft, now=now, by=by)
    return reload(draft)


def _fields(order: LetterOrder, brief: LetterBrief, facts: tuple[Fact, ...], written: Written) -> dict[str, Any]:
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
        "facts": [fact.as_json() for fact in facts],
        "writer_note": written.note[:500],
    }


def _text(written: Written, by: User | None) -> dict[str, Any]:
    return {
        "subject": written.letter.subject,
        "body": written.letter.body,
        "writer": written.writer,
        "written_by": by,
    }


def _attach(draft: Draft, order: LetterOrder) -> None:
    draft.attachments.filter(kind=PROPOSAL_KIND).delete()
    if not _gets_proposal(order):
        return
    try:
        attach_proposal(draft)
    except NoLockedPrice:
        # Locked, but the caller knew no price to state: the letter goes without.
        return


def _announce(draft: Draft, *, now: datetime, by: User | None) -> None:
    keep_version(draft, reason="First draft", now=now, by=by)
    summary = f"Draft to {draft.to_name}: “{draft.subject}”"
    record("draft.written", summary, customer=draft.customer_id, by=by, now=now, subject=draft, writer=draft.writer)
    send_after_commit(
        draft_written,
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
    )

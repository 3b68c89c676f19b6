"""Drafts one at a time: kept as a person wrote them, written again with an instruction, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, Stakeholder, User
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import EDITABLE_STATES, DraftState, OriginKind, Purpose, Writer
from emails.models import Draft
from emails.queries.checks import renew_facts
from emails.queries.ground_facts import account_facts, free_letter_facts
from emails.rules.expansion import fit_ground
from emails.rules.facts import Fact, fact_from_json, facts_by_key
from emails.rules.letters import PRICE_NEW, brief_from_json, tone_for
from emails.services.announcing import announce_written
from emails.services.editing import NotEditable, StaleVersion, check_cc, clean_changes, reload, touch
from emails.services.expiring import close_expired
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.history import keep_version
from emails.services.waiting import NO_APPROVAL, look_again
from emails.services.writings import ask_for_version, brief_of, may_be_rewritten, ring
from emails.signals import draft_cancelled
from emails.writing.proposal import NoLockedPrice
from emails.writing.writers import Commission, Written, write, write_built_in

LONGEST_INSTRUCTION = 500


def compose_draft(
    *,
    customer: Customer,
    stakeholder: Stakeholder,
    sender: User | None,
    subject: str,
    body: str,
    now: datetime,
    by: User,
    tone: str = "",
    cc: Iterable[str] = (),
    origin_kind: OriginKind = OriginKind.COMPOSE,
    track_engagement: bool = True,
) -> Draft:
    """Keep a letter that a person or another system wrote. Raises ValidationError by field.

    sender: a person of ours; what `sender_for` gives.
    """
    if stakeholder.customer_id != customer.pk or stakeholder.has_left:
        raise ValidationError({"to": "The recipient is no stakeholder of this account."})
    if sender is None or sender.is_integration:
        raise ValidationError({"sender": "The account has no owner in whose name it could leave."})
    fields = clean_changes({"subject": subject, "body": body, "cc": list(cc), **({"tone": tone} if tone else {})})
    check_cc(customer.pk, fields["cc"])
    facts = free_letter_facts(customer, stakeholder=stakeholder, sender=sender, now=now)
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
        announce_written(draft, now=now, by=by)
    return reload(draft)


def regenerate(draft: Draft, *, instruction: str, version: int, now: datetime, by: User) -> Draft:
    """Write the letter anew by the same brief and an instruction; the old text stays among the versions.

    Waits for Claude up to its deadline. Raises ValidationError, StaleVersion, NotEditable. Not to be called inside a
    transaction.
    """
    task = _prepare_again(draft, instruction=instruction, version=version, now=now)
    written = write(task.commission.brief, task.commission.facts)
    with transaction.atomic():
        changed = _put_in(task, written, now=now, by=by)
    return reload(changed)


def regenerate_at_once(draft: Draft, *, instruction: str, version: int, now: datetime, by: User) -> Draft:
    """Like `regenerate`, for a person at a page: the built-in writer writes now, Claude's version follows by itself."""
    task = _prepare_again(draft, instruction=instruction, version=version, now=now)
    written = write_built_in(task.commission.brief, task.commission.facts)
    with transaction.atomic():
        changed = _put_in(task, written, now=now, by=by)
        ask_for_version(changed, instruction=instruction, now=now, by=by)
    ring()
    return reload(changed)


@dataclass(frozen=True)
class _Again:
    draft: Draft
    version: int
    instruction: str
    commission: Commission


def _prepare_again(draft: Draft, *, instruction: str, version: int, now: datetime) -> _Again:
    if len(instruction) > LONGEST_INSTRUCTION:
        raise ValidationError({"instruction": f"At most {LONGEST_INSTRUCTION} characters."})
    if not may_be_rewritten(draft):
        raise ValidationError({"instruction": "There is no brief to write this letter from."})
    current = reload(draft)
    if current.version != version:
        raise StaleVersion(current)
    if current.state not in EDITABLE_STATES:
        raise NotEditable(current)
    facts = _facts_today(current, now=now)
    brief = brief_of(current, instruction)
    has_price = any(fact.key == PRICE_NEW for fact in facts)
    brief = replace(brief, proposal_attached=brief.proposal_attached and has_price)
    return _Again(current, version, instruction, Commission(brief, facts))


def _put_in(task: _Again, written: Written, *, now: datetime, by: User) -> Draft:
    draft = task.draft
    changed = touch(
        draft,
        version=task.version,
        now=now,
        subject=written.letter.subject,
        body=written.letter.body,
        writer=written.writer,
        writer_note=written.note[:500],
        written_by=by,
        facts=[fact.as_json() for fact in task.commission.facts],
    )
    _renew_proposal(changed)
    reason = f"Written again: {task.instruction}" if task.instruction.strip() else "Written again"
    keep_version(changed, reason=reason, now=now, by=by)
    record("draft.rewritten", f"{reason} – “{changed}”", customer=draft.customer_id, by=by, now=now, subject=draft)
    return changed


def _facts_today(draft: Draft, *, now: datetime) -> tuple[Fact, ...]:
    """What the records say now: of the facts the draft was written from, and what the account has gained since."""
    ground = account_facts(draft.customer, stakeholder=draft.stakeholder, sender=draft.sender, now=now)
    if draft.brief:
        ground = fit_ground(brief_from_json(draft.brief["letter"]).theme, ground)
    known = renew_facts(fact_from_json(row) for row in draft.facts)
    return tuple((facts_by_key(known) | facts_by_key(ground)).values())


def _renew_proposal(draft: Draft) -> None:
    """Make the proposal again where one goes along; without a price on record it stays behind."""
    proposals = draft.attachments.filter(kind=PROPOSAL_KIND)
    if not proposals.exists():
        return
    try:
        attach_proposal(draft)
    except NoLockedPrice:
        proposals.delete()


def delete_draft(draft: Draft, *, now: datetime, by: User | None) -> Draft:
    """Cancel a draft that has not left; its texts stay on record. Raises NotEditable."""
    with transaction.atomic():
        moved = Draft.objects.filter(pk=draft.pk, state__in=EDITABLE_STATES).update(
            **{**NO_APPROVAL, "state": DraftState.CANCELLED}, updated_at=now
        )
        current = reload(draft)
        if not moved:
            raise NotEditable(current)
        close_expired(current, now=now, by=by)
        look_again(customer_id=draft.customer_id, now=now)
        record("draft.cancelled", f"Deleted “{current}”", customer=draft.customer_id, by=by, now=now, subject=draft)
        send_after_commit(
            draft_cancelled,
            draft_id=draft.pk,
            customer_id=draft.customer_id,
            origin_kind=draft.origin_kind,
            origin_id=draft.origin_id,
        )
    return current


def revive_draft(draft: Draft, *, now: datetime, by: User | None) -> bool:
    """Bring a cancelled letter back as a draft, to be approved anew; False when it is not cancelled any more."""
    with transaction.atomic():
        revived = Draft.objects.filter(pk=draft.pk, state=DraftState.CANCELLED).update(
            state=DraftState.DRAFT, updated_at=now
        )
        if revived:
            summary = f"Brought “{draft}” back"
            record("draft.revived", summary, customer=draft.customer_id, by=by, now=now, subject=draft)
    return bool(revived)


def first_role(stakeholder: Stakeholder) -> str:
    return stakeholder.roles[0] if stakeholder.roles else ""

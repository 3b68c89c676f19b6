"""The letters of an Engage run, and what each of them is to be by the plan as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from customers.enums import StakeholderRole
from customers.models import Customer, Stakeholder, User
from customers.queries.workspace import get_settings
from emails.enums import DraftState, OriginKind, PriceApproach, Purpose
from emails.models import Draft
from emails.rules.facts import Fact
from emails.rules.letters import LetterBrief, Origin, Recipient, Sender, tone_for
from outreach.enums import TouchKind, TouchState
from outreach.models import Touch
from outreach.queries.plans import list_touches
from renewals.models import EngageRun
from renewals.queries.facts import RenewalFacts, read_renewal_facts
from renewals.queries.letter_facts import renewal_letter_facts


@dataclass(frozen=True)
class Wanted:
    """One letter that the plan asks for."""

    customer: Customer
    stakeholder: Stakeholder
    sender: User
    brief: LetterBrief
    facts: tuple[Fact, ...]
    origin: Origin
    cc: tuple[str, ...]
    is_price_locked: bool


@dataclass(frozen=True)
class NotWritten:
    """A letter of the plan that cannot be written, and why."""

    name: str
    reason: str


def list_drafts(run: EngageRun) -> list[Draft]:
    """List the first letters of the run in the order of the plan."""
    rows = Draft.objects.with_people().filter(
        origin_kind=OriginKind.ENGAGE, origin_id=run.plan_id, purpose=Purpose.FIRST_TOUCH
    )
    return list(rows.exclude(state=DraftState.CANCELLED).order_by("position", "created_at"))


def list_wanted(run: EngageRun, *, now: datetime) -> Iterator[Wanted | NotWritten]:
    """List the first letters that the plan has still to send, in its order."""
    customer = run.customer
    facts = read_renewal_facts(customer, now=now)
    if facts is None:
        return
    emails = [
        touch for touch in list_touches(run.plan) if touch.kind == TouchKind.EMAIL and touch.state == TouchState.PLANNED
    ]
    people = [row for row in customer.stakeholders.all() if not row.has_left]
    signed = _signed_by(run)
    for touch in emails:
        yield _wanted(run, touch, facts, people, signed, total=len(emails))


def _signed_by(run: EngageRun) -> dict[UUID | None, User | None]:
    """Map each person of the plan to the sender of their letter."""
    return {draft.stakeholder_id: draft.sender for draft in list_drafts(run)}


def _wanted(
    run: EngageRun,
    touch: Touch,
    facts: RenewalFacts,
    people: list[Stakeholder],
    signed: dict[UUID | None, User | None],
    *,
    total: int,
) -> Wanted | NotWritten:
    customer, person = run.customer, touch.stakeholder
    sender = _kept_sender(customer, signed.get(touch.stakeholder_id)) or _sender(run, touch)
    if person is None or person.has_left:
        return NotWritten(touch.title, "This person has left.")
    if not person.email:
        return NotWritten(person.name, "There is no email address on record.")
    if sender is None:
        return NotWritten(person.name, "The account has no owner to sign the letter.")
    return Wanted(
        customer=customer,
        stakeholder=person,
        sender=sender,
        brief=_brief(run, touch, person, sender, facts, people, total=total),
        facts=renewal_letter_facts(customer, facts),
        origin=Origin(
            kind=OriginKind.ENGAGE,
            id=run.plan_id,
            position=touch.order,
            send_timing=f"Week {touch.week} (Day {touch.day})",
        ),
        cc=_copies(touch, sender),
        is_price_locked=facts.price_locked,
    )


def _kept_sender(customer: Customer, sender: User | None) -> User | None:
    """A letter that the account executive or the executive took into their own name stays theirs."""
    theirs = sender is not None and sender.pk in (customer.account_executive_id, customer.executive_id)
    return sender if theirs else None


def _sender(run: EngageRun, touch: Touch) -> User | None:
    """Choose who signs: the account's owner, else the position's, else who opened Engage; with an address if one has.

    An import may have named the owner without an address, and nothing can leave from such a person.
    """
    candidates = [person for person in (run.customer.owner, touch.owner, run.opened_by) if person is not None]
    return next((person for person in candidates if person.email), candidates[0] if candidates else None)


def _copies(touch: Touch, sender: User) -> tuple[str, ...]:
    """Copy the owner of the position in, where the CSM writes for them. Source: DESIGN section 5, "Sender"."""
    owner = touch.owner
    return (owner.email.lower(),) if owner is not None and owner.pk != sender.pk and owner.email else ()


def _brief(
    run: EngageRun,
    touch: Touch,
    person: Stakeholder,
    sender: User,
    facts: RenewalFacts,
    people: list[Stakeholder],
    *,
    total: int,
) -> LetterBrief:
    role = touch.role or StakeholderRole.USER
    return LetterBrief(
        customer=run.customer.name,
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
        tone=tone_for(role),
        price_approach=PriceApproach(run.plan.variations.get(str(person.pk), run.plan.pricing_approach)),
        confidence=facts.confidence,
        churn_risk=facts.churn_risk,
        engagement_approach=facts.engagement_approach,
        colleagues=tuple(row.name for row in people if row.pk != person.pk),
        position=touch.order,
        total=total,
    )

"""Introducing an expansion: one draft per introduction, written, checked, approved and sent like every other mail.

Nothing here sends. A person, or the rule that a person switched on, approves; the gate decides.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, Stakeholder, User
from customers.services.activity import record
from emails.enums import DraftState, Lane, OriginKind, PriceApproach, Theme
from emails.queries.briefs import sender_of
from emails.rules.expansion import is_plain_name, is_sayable
from emails.rules.letters import LetterBrief, Origin, Recipient, tone_for
from emails.services.editing import check_cc
from emails.services.ordering import LetterOrder, Pen, prepare, write_at_once
from outreach.enums import Directness, Framing
from outreach.models import Opportunity, UpsellIntroduction, UpsellRun
from outreach.queries.expansion import ExpansionContext, read_expansion_context
from outreach.queries.introduction_facts import find_offer, introduction_facts
from outreach.queries.opportunities import find_open_opportunity
from outreach.queries.people import list_reachable
from outreach.rules.upsell.recipients import Person, choose_recipient, role_of
from outreach.services.introduction_copies import tell_account_executive

MEETING_MINUTES = 20
"""Source: upsell-introduction-email, "Would you have 20 minutes"."""

PICK_A_TIME = "Pick a time that suits you"
UNNAMED = "your team"
"""What an account is called whose name on record is none that a letter may say."""


@dataclass(frozen=True)
class _Addressed:
    person: Stakeholder
    role: str
    sender: User
    cc: tuple[str, ...]


def write_introduction(
    customer_id: uuid.UUID,
    *,
    by: User | None,
    now: datetime,
    framing: Framing | None = None,
    directness: Directness = Directness.SOFT,
    copies_account_executive: bool = False,
    opportunity: Opportunity | None = None,
    run: UpsellRun | None = None,
    pen: Pen = write_at_once,
) -> UpsellIntroduction:
    """Write an introduction as a draft (`.draft`) that waits for approval; each call is another one.

    framing: None takes the one that the rules choose; both are kept. A run has one introduction: it is given back
    while its draft lives. opportunity: None takes the open one of the account, if there is one.
    Raises ValidationError by field: to, sender, copies_account_executive. Writes UpsellIntroduction, Draft, Activity.
    """
    with transaction.atomic():
        lock_customer(customer_id)
        customer = Customer.objects.select_related("owner", "account_executive").get(pk=customer_id)
        if run is not None and (standing := _of_run(run)):
            return standing
        context = read_expansion_context(customer, now=now, run=run)
        addressed = _address(customer, copies_account_executive=copies_account_executive, by=by)
        introduction = UpsellIntroduction.objects.create(
            customer=customer,
            opportunity=opportunity or find_open_opportunity(customer),
            run=run,
            framing=framing or context.framing.framing,
            proposed=context.framing.framing,
            reasons=list(context.framing.reasons),
            directness=directness,
            copies_account_executive=copies_account_executive,
            written_at=now,
            written_by=by,
        )
        order = _order(introduction, context, addressed)
        introduction.draft = pen([prepare(order, now=now)], now=now, by=by)[0]
        introduction.save(update_fields=["draft", "updated_at"])
        if addressed.cc and customer.account_executive is not None:
            tell_account_executive(
                introduction, draft=introduction.draft, executive=customer.account_executive, now=now
            )
        _record(introduction, by=by, now=now)
    return introduction


def _of_run(run: UpsellRun) -> UpsellIntroduction | None:
    """The introduction of a run whose draft was not deleted, so that a step done twice writes one mail."""
    rows = UpsellIntroduction.objects.filter(run=run, draft__isnull=False).exclude(draft__state=DraftState.CANCELLED)
    found: UpsellIntroduction | None = rows.select_related("draft").first()
    return found


def _address(customer: Customer, *, copies_account_executive: bool, by: User | None) -> _Addressed:
    """Choose who is written to, in whose name, and who is copied. Raises ValidationError, all fields at once."""
    errors: dict[str, str] = {}
    people = {person.pk: person for person in list_reachable(customer, Lane.UPSELL)}
    facts = [Person(person.pk, person.primary, tuple(person.roles)) for person in people.values()]
    chosen = choose_recipient(facts)
    if chosen is None:
        errors["to"] = "Nobody at this account can be written to: add a person with an address."
    sender = _sender(customer, by)
    if sender is None:
        errors["sender"] = "The account has no owner with an address to sign it."
    executive = customer.account_executive
    cc: tuple[str, ...] = ()
    if copies_account_executive:
        if executive is None or not executive.email or not executive.is_active:
            errors["copies_account_executive"] = "The account has no account executive with an address."
        elif sender is None or executive.pk != sender.pk:
            cc = (executive.email.lower(),)
    if errors or chosen is None or sender is None:
        raise ValidationError(errors)
    check_cc(customer.pk, list(cc))
    return _Addressed(people[chosen.id], role_of(chosen), sender, cc)


def _sender(customer: Customer, by: User | None) -> User | None:
    """The account's owner signs, else who writes it; with an address, since nothing can leave without one."""
    return next((person for person in (customer.owner, by) if person is not None and person.email), None)


def _order(introduction: UpsellIntroduction, context: ExpansionContext, addressed: _Addressed) -> LetterOrder:
    customer = introduction.customer
    return LetterOrder(
        customer=customer,
        stakeholder=addressed.person,
        sender=addressed.sender,
        brief=_brief(introduction, context, addressed),
        facts=introduction_facts(customer, context),
        origin=Origin(kind=OriginKind.UPSELL, id=introduction.pk),
        lane=Lane.UPSELL,
        cc=addressed.cc,
    )


def _brief(introduction: UpsellIntroduction, context: ExpansionContext, addressed: _Addressed) -> LetterBrief:
    person, customer = addressed.person, introduction.customer
    return LetterBrief(
        customer=customer.name if is_plain_name(customer.name) else UNNAMED,
        recipient=Recipient(
            name=_said_name(person),
            role=addressed.role,
            title=person.title,
            relationship=person.relationship_strength,
            notes=person.history,
            language=person.language or "en",
        ),
        sender=sender_of(addressed.sender),
        tone=tone_for(addressed.role),
        price_approach=PriceApproach.NO_PRICE,
        meeting_minutes=MEETING_MINUTES,
        theme=Theme.EXPANSION,
        framing=introduction.framing,
        directness=introduction.directness,
        links=_links(context, addressed.sender),
    )


def _said_name(person: Stakeholder) -> str:
    """The name to greet with; of one that carries an address, nothing but its first plain word."""
    if is_plain_name(person.name):
        return person.name
    return next((word for word in person.name.split() if is_sayable(word) and word.isalpha()), "there")


def _links(context: ExpansionContext, sender: User) -> tuple[tuple[str, str], ...]:
    """Where to pick a time with the sender, and to read about the plan: our own addresses, never one from outside."""
    links = [(PICK_A_TIME, sender.scheduling_url)] if sender.scheduling_url else []
    offer = find_offer(context)
    if offer is not None and offer.resources_url and is_sayable(offer.name):
        links.append((f"More about {offer.name}", offer.resources_url))
    return tuple(links)


def _record(introduction: UpsellIntroduction, *, by: User | None, now: datetime) -> None:
    framing = Framing(introduction.framing)
    chosen = "" if framing == introduction.proposed else f", instead of {Framing(introduction.proposed).label.lower()}"
    record(
        "introduction.written",
        f"Upsell introduction, {framing.label.lower()}{chosen}",
        customer=introduction.customer_id,
        by=by,
        now=now,
        subject=introduction,
        framing=framing.value,
        directness=introduction.directness,
    )

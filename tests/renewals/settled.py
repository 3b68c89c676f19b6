"""Renewals that went by a plan and were settled, as rows: what the pages for leads add up."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import User
from emails.enums import DraftState, OriginKind, PriceApproach, Purpose
from emails.models import Draft
from outreach.enums import PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from tests import factories


def end(
    owner: User,
    now: datetime,
    outcome: Outcome | None = Outcome.RENEWED,
    *,
    price: PriceApproach = PriceApproach.VALUE_FIRST,
    order: SequencingApproach = SequencingApproach.CHAMPION_FIRST,
    advised: SequencingApproach | None = None,
    new_price: int | None = None,
    answered_after: timedelta | None = None,
    sent: bool = True,
    role: str = "champion",
    **account: object,
) -> EngageRun:
    """One renewal of 100,000 for which 110,000 was asked, its letter sent 60 days before its outcome 30 days ago."""
    customer = factories.CustomerFactory.create(owner=owner, **account)
    person = factories.StakeholderFactory.create(customer=customer, roles=[role])
    closed_at = now - timedelta(days=30)
    renewal = Renewal.objects.create(
        customer=customer,
        contract=factories.ContractFactory.create(
            customer=customer,
            current_price=Decimal(100_000),
            target_price=Decimal(110_000),
            state="ended" if outcome else "active",
        ),
        outcome=outcome or "",
        outcome_price=new_price,
        closed_at=closed_at if outcome else None,
    )
    plan = OutreachPlan.objects.create(
        customer=customer, renewal_id=renewal.pk, approach=order, pricing_approach=price, first_date=now.date(),
        deadline=now.date(), state=PlanState.OPEN, opened_at=now - timedelta(days=100),
    )  # fmt: skip
    advice = {"sequence": {"approach": (advised or order).value}, "price": {"approach": price.value}}
    run = EngageRun.objects.create(customer=customer, renewal=renewal, plan=plan, opened_at=now, advice=advice)
    if sent:
        sent_at = closed_at - timedelta(days=60)
        letter = Draft.objects.create(
            customer=customer, stakeholder=person, to_name=person.name, to_email=person.email, sent_at=sent_at,
            origin_kind=OriginKind.ENGAGE, origin_id=plan.pk, purpose=Purpose.FIRST_TOUCH, state=DraftState.SENT,
            replied_at=sent_at + answered_after if answered_after else None, message_id=f"<{renewal.pk}@x.example>",
        )  # fmt: skip
        Touch.objects.create(
            plan=plan, key=f"email-{role}", kind=TouchKind.EMAIL, role=role, state=TouchState.DONE, title="Letter",
            wanted_date=sent_at.date(), due_date=sent_at.date(), done_at=sent_at, draft_id=letter.pk,
        )  # fmt: skip
    return run

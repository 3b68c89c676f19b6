"""The renewals of the term before: by plan, with a first letter that was answered, settled, some of them overruled."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from config.benchmarks.book import copy_of, write
from customers.enums import ContractState
from customers.models import Contract, Customer
from emails.enums import DraftState, PriceApproach
from emails.models import Draft
from outreach.enums import PlanEnd, PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import Outcome, OverrideKind
from renewals.models import EngageRun, Override, Renewal

OUTCOMES = (Outcome.RENEWED, Outcome.RENEWED, Outcome.RENEWED, Outcome.EXTENDED, Outcome.CONTRACTED, Outcome.CHURNED)
APPROACHES, STRATEGIES = list(PriceApproach), list(SequencingApproach)
OVERRULED_EVERY = 5
SENT_BEFORE, ANSWERED_AFTER = timedelta(days=90), timedelta(days=3)


def fill_settled(sample: Customer, *, now: datetime) -> None:
    """This will settle every contract that has ended, by the pattern of the sample's own plan."""
    pattern = EngageRun.objects.select_related("plan").get(customer=sample)
    letter = Draft.objects.filter(origin_id=pattern.plan_id).order_by("position")[0]
    touch = Touch.objects.filter(plan=pattern.plan, kind=TouchKind.EMAIL).order_by("order")[0]
    ended = Contract.objects.filter(state=ContractState.ENDED, renewal=None).select_related("customer")
    rows = [_settled(n, contract, pattern, letter, touch, now=now) for n, contract in enumerate(ended.order_by("pk"))]
    for model in (Renewal, OutreachPlan, EngageRun, Draft, Touch, Override):
        write(model, (row for made in rows for row in made if isinstance(row, model)))


def _settled(
    n: int, contract: Contract, pattern: EngageRun, letter: Draft, touch: Touch, *, now: datetime
) -> list[Any]:
    closed_at = now - timedelta(days=20 + n % 700)
    sent_at = closed_at - SENT_BEFORE
    outcome = OUTCOMES[n % len(OUTCOMES)]
    price = None if outcome == Outcome.CHURNED else contract.current_price * (98 + n % 9) / Decimal(100)
    customer = contract.customer
    renewal = Renewal(
        customer=customer, contract=contract, outcome=outcome, outcome_price=price, closed_at=closed_at, confidence=70
    )
    plan = copy_of(
        pattern.plan, customer=customer, renewal_id=renewal.pk, approach=STRATEGIES[n % len(STRATEGIES)],
        pricing_approach=APPROACHES[n % len(APPROACHES)], state=PlanState.CLOSED, opened_at=sent_at,
        closed_at=closed_at, end=PlanEnd.OUTCOME,
    )  # fmt: skip
    run = copy_of(pattern, customer=customer, renewal=renewal, plan=plan, opened_at=sent_at)
    sent = copy_of(
        letter, customer=customer, stakeholder=None, origin_id=plan.pk, state=DraftState.DELIVERED, sent_at=sent_at,
        delivered_at=sent_at, message_id=f"<{uuid4().hex}@bench.example>",
        replied_at=sent_at + ANSWERED_AFTER if n % 3 else None,
    )  # fmt: skip
    done = copy_of(touch, plan=plan, stakeholder=None, state=TouchState.DONE, done_at=sent_at, draft_id=sent.pk)
    changes = [_change(n, run, at=sent_at)] if n % OVERRULED_EVERY == 0 else []
    return [renewal, plan, run, sent, done, *changes]


def _change(n: int, run: EngageRun, *, at: datetime) -> Override:
    kinds = list(OverrideKind)
    return Override(
        run=run, kind=kinds[n % len(kinds)], old="champion_first", new="parallel", by_id=run.customer.owner_id, at=at,
        reason="Their budget closes early this year",
    )  # fmt: skip

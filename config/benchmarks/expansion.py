"""Expansion in a benchmark's book: a price list, what was asked for, a run, an opportunity and an introduction each."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from config.benchmarks.book import FilledBook, write
from customers.models import Customer
from outreach.enums import (
    ENDED_RUN_STATES,
    AutomationLevel,
    Framing,
    OpportunityStage,
    RunState,
    StepState,
    UpsellReply,
    UpsellStepName,
)
from outreach.models import FeatureRequest, Offer, Opportunity, UpsellIntroduction, UpsellRun, UpsellStep
from outreach.rules.upsell.stages import CLOSED

PLANS = ("Starter", "Professional", "Enterprise")
WISHES = ("Single sign-on", "Advanced analytics", "An export to Excel")
REASON = "Their budget is spent"


def fill_expansion(book: FilledBook, *, now: datetime) -> None:
    """This will write the rows, at every account."""
    write(Offer, [_offer(place, name) for place, name in enumerate(PLANS, 1)])
    write(FeatureRequest, [_wish(customer, text) for customer in book.customers for text in WISHES])
    opportunities = [_opportunity(customer, number, now=now) for number, customer in enumerate(book.customers)]
    write(Opportunity, opportunities)
    runs = [_run(customer, number, now=now) for number, customer in enumerate(book.customers)]
    write(UpsellRun, runs)
    write(UpsellStep, [step for number, run in enumerate(runs) for step in _steps(run, number, now=now)])
    write(UpsellIntroduction, [_introduction(one, number, now=now) for number, one in enumerate(opportunities)])


def _offer(place: int, name: str) -> Offer:
    return Offer(name=name, annual_price=Decimal(40_000 * place), features=["Reports", "Priority support"])


def _wish(customer: Customer, text: str) -> FeatureRequest:
    return FeatureRequest(customer=customer, text=text, source="Ticket")


def _opportunity(customer: Customer, number: int, *, now: datetime) -> Opportunity:
    stage = tuple(OpportunityStage)[number % len(OpportunityStage)]
    is_closed = stage in CLOSED
    return Opportunity(
        customer=customer,
        name=f"{customer.name}: Enterprise",
        recommended_plan="Enterprise",
        estimated_value=Decimal(1_000 * (number % 97)),
        stage=stage,
        signals=[{"kind": "limit", "words": "98 % of users is used.", "data": [["used", "98"], ["limit", "100"]]}],
        found_at=now - timedelta(days=number % 300),
        closed_at=now if is_closed else None,
        end_reason=REASON if is_closed else "",
    )


def _introduction(opportunity: Opportunity, number: int, *, now: datetime) -> UpsellIntroduction:
    sent_at = now - timedelta(days=number % 300)
    response = (UpsellReply.YES, UpsellReply.NO, UpsellReply.MAYBE, "")[number % 4]
    return UpsellIntroduction(
        customer_id=opportunity.customer_id,
        opportunity=opportunity,
        framing=tuple(Framing)[number % len(Framing)],
        proposed=Framing.EDUCATIONAL,
        written_at=sent_at,
        sent_at=sent_at,
        response=response,
        responded_at=sent_at if response else None,
    )


def _run(customer: Customer, number: int, *, now: datetime) -> UpsellRun:
    state = tuple(RunState)[number % len(RunState)]
    has_ended = state in ENDED_RUN_STATES
    return UpsellRun(
        customer=customer,
        event_id=f"alert-{number}",
        metric="trade_volume",
        level=AutomationLevel.HYBRID,
        wanted_level=AutomationLevel.FULL,
        level_reason="The alert is critical. Full automation is more than this workspace allows, which is hybrid.",
        state=state,
        started_at=now - timedelta(hours=number % 90),
        waits_until=now + timedelta(hours=3) if state is RunState.WAITING_REPLY else None,
        ended_at=now if has_ended else None,
        end_reason="All steps are done." if has_ended else "",
    )


def _steps(run: UpsellRun, number: int, *, now: datetime) -> list[UpsellStep]:
    """The first three are done, as of most runs that wait for somebody."""
    return [
        UpsellStep(
            customer_id=run.customer_id,
            run=run,
            name=name,
            position=position,
            state=StepState.SENT if position <= 3 else StepState.WAITING,
            done_at=now if position <= 3 else None,
            output={"metricType": run.metric, "currentUsage": str(number)} if position <= 3 else {},
            receipt=[{"at": now.isoformat(), "attempt": 1, "outcome": "Done."}] if position <= 3 else [],
        )
        for position, name in enumerate(UpsellStepName.values, start=1)
    ]

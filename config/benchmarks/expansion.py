"""Expansion in a benchmark's book: a price list, what was asked for, an opportunity and an introduction each."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from config.benchmarks.book import FilledBook, write
from customers.models import Customer
from outreach.enums import Framing, OpportunityStage, UpsellReply
from outreach.models import FeatureRequest, Offer, Opportunity, UpsellIntroduction
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

"""Opportunities as pages, the API and services read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from customers.models import Activity, Customer, User
from emails.enums import EDITABLE_STATES
from outreach.enums import OpportunityStage
from outreach.models import Opportunity, UpsellIntroduction
from outreach.rules.upsell.stages import CLOSED, ORDER, OpportunityFacts, next_step

OPEN_STAGES = tuple(stage for stage in ORDER if stage not in CLOSED)
MOST_LINES = 40
LONG = timedelta(days=7)
"""The ladder's second rung: another channel."""


@dataclass(frozen=True)
class StageSum:
    """One stage of the pipeline. totals: per currency, the largest first; None where no value is known."""

    stage: OpportunityStage
    count: int
    totals: tuple[tuple[str, Decimal], ...]

    @property
    def is_closed(self) -> bool:
        return self.stage in CLOSED


@dataclass(frozen=True)
class OpportunityRow:
    """An opportunity as a list shows it."""

    opportunity: Any
    next_step: str


def find_open_opportunity(customer: Customer) -> Opportunity | None:
    """Give the expansion of the account that is neither won nor lost, the latest of several."""
    found: Opportunity | None = Opportunity.objects.filter(customer=customer, stage__in=OPEN_STAGES).first()
    return found


def list_opportunities(reader: User) -> QuerySet[Any]:
    """The reader's opportunities with what a list shows of each, in one query."""
    unsent = UpsellIntroduction.objects.filter(
        opportunity=OuterRef("pk"), sent_at=None, draft__state__in=sorted(EDITABLE_STATES)
    )
    rows = Opportunity.objects.visible_to(reader).select_related("customer__owner", "run")
    return rows.annotate(has_draft=Exists(unsent))


def as_rows(opportunities: Iterable[Any], *, now: datetime) -> list[OpportunityRow]:
    """opportunities: of `list_opportunities`."""
    return [OpportunityRow(one, next_step(_facts(one, now=now))) for one in opportunities]


def sum_stages(rows: QuerySet[Any]) -> list[StageSum]:
    """Count and sum by stage and currency in one query; sums of two currencies are never added."""
    grouped = rows.order_by().values("stage", "currency").annotate(number=Count("*"), total=Sum("estimated_value"))
    counts: dict[str, int] = {}
    totals: dict[str, list[tuple[str, Decimal]]] = {}
    for row in grouped:
        counts[row["stage"]] = counts.get(row["stage"], 0) + row["number"]
        if row["total"] is not None:
            totals.setdefault(row["stage"], []).append((row["currency"], row["total"]))
    return [
        StageSum(stage, counts.get(stage, 0), tuple(sorted(totals.get(stage, []), key=lambda pair: -pair[1])))
        for stage in ORDER
    ]


def _facts(opportunity: Any, *, now: datetime) -> OpportunityFacts:
    sent_at = opportunity.intro_sent_at
    return OpportunityFacts(
        stage=OpportunityStage(opportunity.stage),
        response=opportunity.intro_response,
        has_draft=opportunity.has_draft,
        is_sent=sent_at is not None,
        waits_long=sent_at is not None and now - sent_at >= LONG,
    )


def list_owners(reader: User) -> list[User]:
    """Whose opportunities the reader sees, by name."""
    has_any = Exists(Opportunity.objects.filter(customer=OuterRef("pk")))
    accounts = Customer.objects.visible_to(reader).filter(has_any).order_by()
    return list(User.objects.filter(pk__in=accounts.values("owner")))


def list_record(opportunity: Opportunity) -> list[Activity]:
    """What is on record of it and of its introductions, the latest first."""
    about = [opportunity.pk, *opportunity.introductions.values_list("pk", flat=True)]
    rows = Activity.objects.filter(customer=opportunity.customer_id, subject_id__in=about)
    return list(rows.order_by("-at", "-created_at")[:MOST_LINES])

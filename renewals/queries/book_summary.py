"""The book at a glance: per stage how many accounts and how much money is at risk, and what can be filtered by."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, DecimalField, F, FilteredRelation, Q, Sum, Value

from customers.enums import ContractState
from customers.models import Customer, User
from renewals.enums import Stage
from renewals.queries.book_days import LocalDates, group_zones
from renewals.rules.stages import STAGE_SPANS, days_to_renewal, stage_for


@dataclass(frozen=True)
class Facets:
    """What the reader's book can be filtered by, and which date it is where its accounts are."""

    dates: LocalDates
    segments: list[str]
    owners: list[User]
    has_unowned: bool


@dataclass
class StageSummary:
    """One stage's accounts: how many, what they pay a year and how much of it is at risk, per currency."""

    count: int = 0
    value: dict[str, Decimal] = field(default_factory=dict)
    at_risk: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class BookSummary:
    """stages: in order, each with its summary, also the empty ones. without_contract: accounts that have none."""

    stages: dict[Stage, StageSummary]
    without_contract: int

    @property
    def count(self) -> int:
        return sum(summary.count for summary in self.stages.values()) + self.without_contract

    @property
    def at_risk(self) -> dict[str, Decimal]:
        """The whole book's money at risk per currency, the largest first."""
        total: dict[str, Decimal] = {}
        for summary in self.stages.values():
            for currency, amount in summary.at_risk.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return dict(sorted(total.items(), key=lambda item: -item[1]))


def read_facets(user: User, *, now: datetime) -> Facets:
    """This will read zones, segments and owners of the reader's accounts in one pass, and the owners' names."""
    seen = list(Customer.objects.visible_to(user).order_by().values_list("timezone", "segment", "owner_id").distinct())
    owner_ids = {owner_id for _, _, owner_id in seen if owner_id}
    return Facets(
        dates=group_zones((zone for zone, _, _ in seen), now=now),
        segments=sorted({segment for _, segment, _ in seen if segment}),
        owners=list(_owners(owner_ids)),
        has_unowned=any(owner_id is None for _, _, owner_id in seen),
    )


def _owners(ids: set[uuid.UUID]) -> Any:
    return User.objects.filter(pk__in=ids).order_by("first_name", "last_name", "username")


def summarize_book(user: User, *, dates: LocalDates) -> BookSummary:
    """This will count accounts and money at risk per stage in one query.

    Money at risk = annual value × churn risk / 100 (DESIGN, section 5, Defaults); an unknown risk adds nothing.
    """
    stages = {span.stage: StageSummary() for span in STAGE_SPANS}
    without_contract = 0
    for today, renewal_date, currency, count, paid, weighted in _groups(user, dates):
        if renewal_date is None:
            without_contract += count
            continue
        summary = stages[stage_for(days_to_renewal(renewal_date, today=today))]
        summary.count += count
        summary.value[currency] = summary.value.get(currency, Decimal(0)) + (paid or Decimal(0))
        summary.at_risk[currency] = summary.at_risk.get(currency, Decimal(0)) + (weighted or Decimal(0)) / 100
    return BookSummary(stages, without_contract)


def _groups(user: User, dates: LocalDates) -> Any:
    """Sum per renewal date: a few hundred rows whatever the book's size, and no stage to work out in SQL."""
    money = DecimalField(max_digits=24, decimal_places=2)
    term = FilteredRelation("contracts", condition=Q(contracts__state=ContractState.ACTIVE))
    today = dates.by_group(lambda day: Value(day, output_field=DateField()), timezone="timezone")
    return (
        Customer.objects.visible_to(user)
        .annotate(term=term, today=today)
        .order_by()
        .values_list("today", "term__renewal_date", "term__currency")
        .annotate(
            count=Count("pk"),
            paid=Sum("term__current_price", output_field=money),
            weighted=Sum(F("term__current_price") * F("churn_risk"), output_field=money),
        )
    )

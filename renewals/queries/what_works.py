"""What settled renewals came to by the way they were approached: added up by the database, in one query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, ExtractQuarter

from customers.enums import StakeholderRole
from customers.models import User
from emails.enums import OriginKind, PriceApproach, Purpose
from emails.models import Draft
from outreach.enums import SequencingApproach, TouchKind, TouchState
from outreach.models import Touch
from renewals.enums import Outcome
from renewals.models import EngageRun
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import BookFilter, Question
from renewals.rules.what_works import Sums, Way, group_ways

SEEN_FOR = timedelta(days=3 * 365)
KEPT = (Outcome.RENEWED, Outcome.EXTENDED)
"""Contracted is renewed for less, which no approach is chosen for."""
QUARTERS = {"1": "January to March", "2": "April to June", "3": "July to September", "4": "October to December"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Dimension:
    """What renewals are told apart by. key: its name outside; unknown: what one without it is called."""

    key: str
    title: str
    noun: str
    labels: Mapping[str, str]
    unknown: str = "Not known"


DIMENSIONS = (
    Dimension("priceApproach", "By price approach", "Price approach", dict(PriceApproach.choices)),
    Dimension("strategy", "By engagement strategy", "Strategy", dict(SequencingApproach.choices)),
    Dimension("firstRole", "By whom the first letter went to", "Role", dict(StakeholderRole.choices)),
    Dimension("segment", "By segment", "Segment", {}, "No segment"),
    Dimension("quarter", "By time of year", "Outcome in", QUARTERS),
)
"""In the order of the columns that `_groups` groups by."""


@dataclass(frozen=True)
class WhatWorks:
    """ways: per key of a dimension. waiting: renewals with a letter sent that have no outcome yet."""

    total: Sums
    ways: Mapping[str, tuple[Way, ...]]
    waiting: int


def read_what_works(reader: User, wanted: BookFilter, *, dates: LocalDates, now: datetime) -> WhatWorks:
    """Add up the reader's renewals that had a letter of their plan sent and were settled within three years.

    Of `wanted` owner, team and segment count.
    """
    question = Question(wanted.of_accounts(), dates)
    runs = EngageRun.objects.visible_to(reader).filter(*question.of_account("customer__")).order_by()
    groups = list(_groups(runs, now=now))
    ways = {
        one.key: group_ways(((codes[at], sums) for codes, sums in groups), labels=one.labels, unknown=one.unknown)
        for at, one in enumerate(DIMENSIONS)
    }
    total = sum((sums for _, sums in groups), Sums())
    waiting = runs.filter(renewal__closed_at=None, plan__in=_plans_with_letter()).count()
    return WhatWorks(total, ways, waiting)


def _plans_with_letter() -> Any:
    sent = Draft.objects.filter(origin_kind=OriginKind.ENGAGE, purpose=Purpose.FIRST_TOUCH, sent_at__isnull=False)
    return sent.order_by().values("origin_id")


def _groups(runs: Any, *, now: datetime) -> Iterator[tuple[tuple[str, ...], Sums]]:
    """Each combination of the dimensions that occurs, with its renewals added up."""
    took = ExpressionWrapper(F("answered_at") - F("sent_at"), output_field=DurationField())
    rows = (
        runs.filter(renewal__closed_at__gte=now - SEEN_FOR, renewal__closed_at__lte=now)
        .alias(sent_at=_of_letters(Min("sent_at"), purpose=Purpose.FIRST_TOUCH), answered_at=_of_letters(_ANSWER))
        .filter(sent_at__isnull=False)
        .annotate(first_role=_first_role(), quarter=ExtractQuarter("renewal__closed_at"))
        .values_list("plan__pricing_approach", "plan__approach", "first_role", "customer__segment", "quarter")
        .annotate(
            count=Count("pk"),
            kept=Count("pk", filter=Q(renewal__outcome__in=KEPT)),
            priced=Count("pk", filter=_PRICED),
            increase=Sum(_INCREASE, filter=_PRICED),
            target=Sum((F("renewal__contract__price_factor") - 1.0) * 100.0, filter=_PRICED),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            took=Sum(took, filter=Q(answered_at__isnull=False)),
        )
    )
    for price, order, role, segment, quarter, *sums in rows:
        yield (price, order, role, segment, str(quarter)), _sums(*sums)


_ANSWER = Min("replied_at", filter=Q(replied_at__gte=F("sent_at")))
_PRICED = Q(
    renewal__outcome_price__isnull=False,
    renewal__contract__current_price__gt=0,
    renewal__contract__target_price__isnull=False,
)
_INCREASE = (
    Cast("renewal__outcome_price", FloatField()) / Cast("renewal__contract__current_price", FloatField()) - 1.0
) * 100.0


def _of_letters(what: Any, **only: Any) -> Subquery:
    """Something of the letters of a run's plan that have left."""
    letters = Draft.objects.filter(
        origin_kind=OriginKind.ENGAGE, origin_id=OuterRef("plan_id"), sent_at__isnull=False, **only
    )
    return Subquery(letters.order_by().values("origin_id").annotate(found=what).values("found"))


def _first_role() -> Any:
    letters = Touch.objects.filter(plan=OuterRef("plan_id"), kind=TouchKind.EMAIL, state=TouchState.DONE)
    return Coalesce(Subquery(letters.order_by("done_at", "order").values("role")[:1]), Value(""))


def _sums(
    count: int, kept: int, priced: int, increase: Any, target: Any, answered: int, took: timedelta | None
) -> Sums:
    days = took / DAY if took else 0.0
    return Sums(count, kept, priced, float(increase or 0), float(target or 0), answered, days)

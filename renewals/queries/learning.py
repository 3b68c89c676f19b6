"""What price approaches and orders of people came to, counted for people to learn from. Nothing is switched by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from customers.models import User
from customers.queries.calendars import local_date
from emails.enums import PriceApproach
from outreach.enums import SequencingApproach
from outreach.rules.upsell.conversion import Rate, group_rates, quarter_of
from renewals.enums import Outcome
from renewals.models import EngageRun

SEEN_FOR = timedelta(days=3 * 365)
KEPT = frozenset({Outcome.RENEWED, Outcome.EXTENDED})
"""Contracted is renewed for less, which is not what the approach was chosen for."""

NO_SEGMENT = "No segment"


@dataclass(frozen=True)
class Ended:
    """One renewal that Engage was opened for and that has an outcome."""

    price_approach: str
    sequencing: str
    segment: str
    day: date
    kept: bool


@dataclass(frozen=True)
class RenewalRates:
    """Per price approach, sequencing strategy, segment and time of year: how many were renewed or extended."""

    price_approach: tuple[Rate, ...]
    sequencing: tuple[Rate, ...]
    segment: tuple[Rate, ...]
    quarter: tuple[Rate, ...]
    count: int


def read_renewal_rates(reader: User, *, now: datetime) -> RenewalRates:
    """Count the renewals of the reader's accounts that ended within three years, by the plan they went by."""
    runs = EngageRun.objects.visible_to(reader).filter(
        renewal__closed_at__gte=now - SEEN_FOR, renewal__closed_at__lte=now, plan__opened_at__isnull=False
    )
    ended = [
        Ended(price, order, segment or NO_SEGMENT, local_date(closed_at, zone), outcome in KEPT)
        for price, order, segment, closed_at, zone, outcome in runs.values_list(
            "plan__pricing_approach",
            "plan__approach",
            "customer__segment",
            "renewal__closed_at",
            "customer__timezone",
            "renewal__outcome",
        )
        if closed_at is not None
    ]
    quarters = group_rates(ended, by=lambda row: quarter_of(row.day), worked=_kept)
    return RenewalRates(
        price_approach=group_rates(ended, by=lambda row: row.price_approach, worked=_kept, label=_price),
        sequencing=group_rates(ended, by=lambda row: row.sequencing, worked=_kept, label=_order),
        segment=group_rates(ended, by=lambda row: row.segment, worked=_kept),
        quarter=tuple(sorted(quarters, key=lambda rate: rate.label)),
        count=len(ended),
    )


def _kept(row: Ended) -> bool:
    return row.kept


def _price(code: object) -> str:
    return str(PriceApproach(str(code)).label)


def _order(code: object) -> str:
    return str(SequencingApproach(str(code)).label)

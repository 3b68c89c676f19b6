"""Zones and holidays: which local date it is for a customer, and on which days nothing is sent there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

from customers.models import Customer
from customers.rules.workdays import Calendar


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """This will give the zone; UTC for a name that is none (zones are checked where they are entered)."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_date(now: datetime, zone_name: str) -> date:
    """This will give the date on which `now` falls in the zone. Source: promise 15."""
    return now.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=1024)
def closed_dates(country: str, year: int) -> Mapping[date, str]:
    """This will give the public holidays of the country in the year with their names; none for an unknown country."""
    try:
        return MappingProxyType(dict(holidays.country_holidays(country, years=year)))
    except (NotImplementedError, KeyError):
        return MappingProxyType({})


def calendar_of(customer: Customer, *, years: Iterable[int], working_days: Iterable[int]) -> Calendar:
    """This will build the customer's working calendar over the years.

    working_days: the workspace's, as `date.weekday()` counts.
    """
    closed: dict[date, str] = {}
    if customer.country:
        for year in years:
            closed |= closed_dates(customer.country.upper(), year)
    return Calendar(working_days=frozenset(working_days), closed=closed)

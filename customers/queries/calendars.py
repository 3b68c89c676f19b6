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

NO_HOLIDAYS = "NONE"
"""Instead of a place: they work on holidays too."""


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
def closed_dates(place: str, year: int) -> Mapping[date, str]:
    """This will give the public holidays of the place in the year with their names; none for an unknown place.

    place: a country ("DE") or a part of one ("DE-BY"), as ISO 3166 writes them.
    """
    country, _, part = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US")
    except (NotImplementedError, KeyError):
        return MappingProxyType({})
    return MappingProxyType(dict(found))


def knows_holidays(place: str) -> bool:
    """This will say whether the calendars know the country, or the part of it."""
    country, _, part = place.partition("-")
    parts = _places().get(country)
    return parts is not None and (not part or part in parts)


@lru_cache(maxsize=1)
def _places() -> Mapping[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=True)


def calendar_of(customer: Customer, *, years: Iterable[int], working_days: Iterable[int]) -> Calendar:
    """This will build the customer's working calendar over the years.

    working_days: the workspace's, as `date.weekday()` counts; the customer's own go first.
    """
    closed: dict[date, str] = {}
    place = (customer.holidays_place or customer.country).upper()
    if place and place != NO_HOLIDAYS:
        for year in years:
            closed |= closed_dates(place, year)
    return Calendar(working_days=frozenset(customer.working_days or working_days), closed=closed)

"""Terms in months, and who may decide a price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from renewals.rules.authority import needs_lead
from renewals.rules.cycles import add_months, term_months


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 7, 2), 12, date(2027, 7, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_add_months_stays_in_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 7, 2), date(2026, 7, 2), 12),
        (date(2025, 7, 2), date(2026, 7, 1), 12),
        (date(2023, 1, 1), date(2026, 1, 1), 36),
        (date(2026, 1, 1), date(2026, 1, 10), 1),
        (None, date(2026, 1, 1), 12),
    ],
)
def test_term_months_forgives_a_day(start: date | None, end: date, months: int) -> None:
    assert term_months(start, end) == months


@pytest.mark.parametrize(
    ("increase", "lead"),
    [("0", False), ("-0.01", True), ("15", False), ("15.01", True), ("7.2", False), (None, False)],
)
def test_discount_or_large_increase_needs_a_lead(increase: str | None, lead: bool) -> None:
    assert needs_lead(Decimal(increase) if increase is not None else None) is lead

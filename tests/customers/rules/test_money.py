"""One way to say money and percentages, on pages and in the command bar."""

from __future__ import annotations

from decimal import Decimal

import pytest

from customers.rules.money import say_money, say_percent


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("268000", "USD", "$268,000"),
        ("1234.5", "EUR", "€1,234.50"),
        ("72000", "NZD", "NZ$72,000"),
        ("9000", "CHF", "CHF 9,000"),
        ("-5", "CAD", "−CA$5"),
        ("5", "", "5"),
    ],
)
def test_money_is_said_with_its_sign_or_code(amount: str, currency: str, said: str) -> None:
    assert say_money(Decimal(amount), currency) == said


@pytest.mark.parametrize(("value", "said"), [("7.2", "+7.2 %"), ("7.04", "+7 %"), ("-3.25", "−3.3 %"), ("0", "0 %")])
def test_change_is_said_with_one_decimal_at_most(value: str, said: str) -> None:
    assert say_percent(Decimal(value), signed=True) == said

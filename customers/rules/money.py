"""How money and percentages are said wherever we read of them: pages, the command bar, to-dos and the record."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$",
    "MXN": "MX$",
    "BRL": "R$",
    "INR": "₹",
}
"""Any other currency is said by its code: CHF 9,000."""


def symbol_of(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency} " if currency else "")


def say_money(amount: Decimal | int, currency: str) -> str:
    """Write an amount without cents unless it has some: $268,000, €1,234.50, CHF 9,000."""
    amount = Decimal(amount)
    sign = "−" if amount < 0 else ""
    amount = abs(amount)
    text = f"{int(amount):,}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{sign}{symbol_of(currency)}{text}"


def say_percent(value: Decimal | float | int, *, signed: bool = False) -> str:
    """Write a percentage with one decimal, none where it is zero: 7.2 %, 7 %. Exact values stay in rules."""
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    text = f"{rounded:f}".removesuffix(".0").replace("-", "−")
    return f"{'+' if signed and rounded > 0 else ''}{text} %"

"""Scores, percents, multiples and whole numbers with their ranges."""

import re
from decimal import Decimal

from customers.rules.book.reading import BadValue, shown, tidy

MAX_NOTICE_DAYS = 730
_HUNDREDTH = Decimal("0.01")


def read_decimal(cell: str) -> Decimal:
    """Read a small number that needs no thousands mark: 7.2 or 7,2. Raises BadValue."""
    text = tidy(cell)
    if not re.fullmatch(r"[+-]?\d{1,9}(?:[.,]\d{1,6})?", text):
        raise BadValue(f"{shown(text)} is not a number")
    return Decimal(text.replace(",", "."))


def read_score(cell: str, *, top: int) -> Decimal:
    """Read a score from 0 to top: 8, 8.5, 8/10, and 85 % where top is 100. Raises BadValue."""
    text = tidy(cell)
    base, slash, scale = text.partition("/")
    if slash and scale.strip() != str(top):
        raise BadValue(f"{shown(text)} is not on the scale from 0 to {top}")
    if base.rstrip().endswith("%"):
        if top != 100:
            raise BadValue(f"{shown(text)} is not on the scale from 0 to {top}")
        base = base.rstrip()[:-1]
    value = read_decimal(base)
    if not 0 <= value <= top:
        raise BadValue(f"{shown(text)} is outside 0 to {top}")
    return value


def read_whole_score(cell: str, *, top: int) -> int:
    """Read a score that is kept as a whole number; 8.0 passes, 8.5 is refused. Raises BadValue."""
    value = read_score(cell, top=top)
    if value != value.to_integral_value():
        raise BadValue(f"{shown(tidy(cell))} must be a whole number from 0 to {top}")
    return int(value)


def read_percent(cell: str, *, low: int = -100, high: int = 1000) -> Decimal:
    """Read a percentage: 7.2, 7,2 % or -8 %. A fraction such as 0.072 stays 0.072 %. Raises BadValue."""
    text = tidy(cell)
    value = read_decimal(text[:-1].rstrip() if text.endswith("%") else text)
    if not low <= value <= high:
        raise BadValue(f"{shown(text)} is outside {low} to {high} %")
    return value.quantize(_HUNDREDTH)


def read_multiple(cell: str) -> Decimal:
    """Read a multiple such as 2.08x or 2,08. Raises BadValue."""
    text = tidy(cell)
    value = read_decimal(re.sub(r"\s*[xX×]$", "", text))
    if not 0 <= value <= 1000:
        raise BadValue(f"{shown(text)} is outside 0 to 1000")
    return value.quantize(_HUNDREDTH)


def read_days(cell: str) -> int:
    """Read a number of days: 90, "90 days", "3 months" (of 30 days), "12 weeks". Raises BadValue."""
    return _read_span(
        cell, {"": 1, "day": 1, "days": 1, "d": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}, "days"
    )


def _read_span(cell: str, units: dict[str, int], what: str) -> int:
    text = tidy(cell)
    match = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?\s*([A-Za-z]*)\.?", text)
    if match is None or match[2].lower() not in units:
        raise BadValue(f"{shown(text)} is not a number of {what}")
    span = int(match[1]) * units[match[2].lower()]
    if span > MAX_NOTICE_DAYS:
        raise BadValue(f"{shown(text)} is outside 0 to {MAX_NOTICE_DAYS} {what}")
    return span

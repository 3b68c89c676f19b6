"""A fact: a figure, date, name or sentence that a letter may use, with the record it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class FactType(StrEnum):
    """What kind of thing a fact's value is, hence how a text may write it."""

    MONEY = "money"
    PERCENT = "percent"
    MULTIPLE = "multiple"
    SCORE = "score"
    COUNT = "count"
    DATE = "date"
    NAME = "name"
    TEXT = "text"
    STATE = "state"
    """No text writes it; the letter makes sense only while it is so: "not opened", "not delivered"."""


@dataclass(frozen=True)
class Fact:
    """One named value and where it came from.

    key: what the writer calls it ("price.new"). kind, id, field: the record it is read from again before the
    letter leaves. value: canonical text ("268000", "2027-03-01"). display: how a letter writes it.
    variants: other accepted ways to write it. unit: what a count counts ("active users"). url: the page
    that shows the record.
    """

    key: str
    kind: str
    id: str
    field: str
    type: FactType
    value: str
    display: str
    label: str
    url: str = ""
    currency: str = ""
    unit: str = ""
    variants: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        # Field by field and what is empty left out: a journey's mails are written by the thousand, each with a score.
        row: dict[str, Any] = {name: text for name, text in zip(TEXT_FIELDS, texts_of(self), strict=True) if text}
        row["type"] = self.type.value
        if self.variants:
            row["variants"] = list(self.variants)
        return row


def fact_from_json(row: Mapping[str, Any]) -> Fact:
    """Read back what `Fact.as_json` wrote; unknown entries are ignored."""
    return Fact(
        **{name: str(row.get(name, "")) for name in TEXT_FIELDS},
        type=FactType(row["type"]),
        variants=tuple(row.get("variants", ())),
    )


TEXT_FIELDS = ("key", "kind", "id", "field", "value", "display", "label", "url", "currency", "unit")
texts_of: Callable[[Fact], Sequence[str]] = attrgetter(*TEXT_FIELDS)
"""The texts of a fact, in the order of TEXT_FIELDS."""


def facts_by_key(facts: Iterable[Fact]) -> dict[str, Fact]:
    return {fact.key: fact for fact in facts}


def canonical(value: object) -> str:
    """Write a value so that two equal values are equal texts, whatever type or precision they were stored
    with."""
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _plain(Decimal(str(value)))
    return " ".join(str(value).split())


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def format_money(amount: Decimal, currency: str) -> str:
    """$268,000 · €1,234.50 · CHF 9,000: cents only where there are any."""
    whole = amount == amount.to_integral_value()
    digits = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    symbol = SYMBOLS.get(currency.upper())
    return f"{symbol}{digits}" if symbol else f"{currency.upper()} {digits}"


def format_percent(value: Decimal) -> str:
    """7.2 → "7.2%", 7 → "7%": one decimal on screen (DESIGN, section 5)."""
    return f"{_plain(round(value, 1))}%"


def format_date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_number(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return f"{value:,.0f}" if whole else f"{value:,}"


def with_value(fact: Fact, value: str) -> Fact:
    """The same fact with what its record says now, written the same way. value: canonical."""
    return replace(fact, value=value, display=_display(fact, value))


def _display(fact: Fact, value: str) -> str:
    match fact.type:
        case FactType.MONEY:
            return format_money(Decimal(value), fact.currency)
        case FactType.PERCENT:
            return format_percent(Decimal(value))
        case FactType.MULTIPLE:
            return f"{_plain(round(Decimal(value), 2))}x"
        case FactType.SCORE:
            return f"{value}/{fact.unit}"
        case FactType.COUNT:
            return format_number(Decimal(value))
        case FactType.DATE:
            return format_date(date.fromisoformat(value))
        case _:
            return value


def money_fact(
    key: str, amount: Decimal, currency: str, *, kind: str, id: object, field: str, label: str, url: str = ""
) -> Fact:
    """A sum of money."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.MONEY,
        value=canonical(amount),
        display=format_money(amount, currency),
        label=label,
        url=url,
        currency=currency.upper(),
    )


def percent_fact(key: str, value: Decimal, *, kind: str, id: object, field: str, label: str, url: str = "") -> Fact:
    """A percentage: 7.2 means 7.2 %. The exact value is kept, one decimal is shown."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.PERCENT,
        value=canonical(value),
        display=format_percent(value),
        label=label,
        url=url,
    )


def multiple_fact(key: str, value: Decimal, *, kind: str, id: object, field: str, label: str, url: str = "") -> Fact:
    """A ratio such as 2.08x."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.MULTIPLE,
        value=canonical(value),
        display=f"{_plain(round(value, 2))}x",
        label=label,
        url=url,
    )


def count_fact(
    key: str,
    value: Decimal | int,
    *,
    kind: str,
    id: object,
    field: str,
    label: str,
    url: str = "",
    unit: str = "",
) -> Fact:
    """A number of things; unit says of what ("active users", "months")."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.COUNT,
        value=canonical(value),
        display=format_number(Decimal(value)),
        label=label,
        url=url,
        unit=unit,
    )


def score_fact(
    key: str,
    value: Decimal | int,
    *,
    out_of: int,
    kind: str,
    id: object,
    field: str,
    label: str,
    url: str = "",
) -> Fact:
    """A score on a scale: 85 out of 100."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.SCORE,
        value=canonical(value),
        display=f"{canonical(value)}/{out_of}",
        label=label,
        url=url,
        unit=str(out_of),
    )


def date_fact(key: str, day: date, *, kind: str, id: object, field: str, label: str, url: str = "") -> Fact:
    """A calendar day, in the customer's zone."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.DATE,
        value=day.isoformat(),
        display=format_date(day),
        label=label,
        url=url,
    )


def name_fact(
    key: str,
    name: str,
    *,
    kind: str,
    id: object,
    field: str,
    label: str,
    url: str = "",
    variants: tuple[str, ...] = (),
) -> Fact:
    """The name of a person or company; variants are other names it goes by."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.NAME,
        value=canonical(name),
        display=name,
        label=label,
        url=url,
        variants=variants,
    )


def text_fact(key: str, text: str, *, kind: str, id: object, field: str, label: str, url: str = "") -> Fact:
    """A sentence or clause on record, such as a win; figures inside it count as read from that record."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.TEXT,
        value=canonical(text),
        display=text,
        label=label,
        url=url,
    )


def state_fact(key: str, state: str, *, kind: str, id: object, field: str, label: str, url: str = "") -> Fact:
    """Something that must still be so when the letter leaves, though it does not say it."""
    return Fact(
        key=key,
        kind=kind,
        id=str(id),
        field=field,
        type=FactType.STATE,
        value=canonical(state),
        display=state,
        label=label,
        url=url,
    )

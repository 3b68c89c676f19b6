"""Cells to typed rows: each cell read by its field's kind, each refusal with its column and reason."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from customers.rules.book import contacts, numbers, places, words
from customers.rules.book.amounts import (
    MAX_AMOUNT,
    Amount,
    read_amount,
    read_plain_number,
    settle_currency,
    study_amounts,
)
from customers.rules.book.columns import Column, normal_form
from customers.rules.book.dates import read_date, read_moment, study_dates
from customers.rules.book.fields import Field, Kind, Part
from customers.rules.book.reading import BadValue, Choices, shown
from customers.rules.book.tables import Row, Table

_AMOUNTS = frozenset({Kind.AMOUNT, Kind.NUMBER})
_DATES = frozenset({Kind.DATE, Kind.MOMENT})
Reader = Callable[[str], Any]


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the file's position in the run, and the row's number there."""

    file: int
    row: int


@dataclass(frozen=True)
class Refusal:
    """Why a row is not taken: the column's header as written (empty for the row as a whole) and the reason."""

    place: Place
    column: str
    reason: str


@dataclass(frozen=True)
class TypedRow:
    """A row that was read. values: field key → value, empty cells left out. headers: field key → header."""

    place: Place
    values: dict[str, Any]
    headers: Mapping[str, str]
    refusals: tuple[Refusal, ...] = ()
    bad_parts: frozenset[Part] = frozenset()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenColumn:
    """A column that cannot be read rightly without a choice: its header, the kind, and how many cells wait for it."""

    header: str
    kind: Kind
    cells: int


@dataclass(frozen=True)
class ReadFile:
    rows: tuple[TypedRow, ...]
    open_columns: tuple[OpenColumn, ...]


@dataclass
class _Reading:
    field: Field
    column: Column
    read: Reader
    seen: dict[str, Any] = dataclasses.field(default_factory=dict)


def read_rows(
    table: Table, columns: Sequence[Column], fields: Mapping[str, Field], choices: Choices, *, file: int = 0
) -> ReadFile:
    """Read every row of a table; a bad cell refuses its row and no other."""
    readings: list[_Reading] = []
    still_open: list[OpenColumn] = []
    for column in columns:
        if not column.key:
            continue
        known = fields[column.key]
        reader, waiting = _reader(known, table, column.index, choices)
        readings.append(_Reading(known, column, reader))
        if waiting:
            still_open.append(OpenColumn(column.header, known.kind, waiting))
    headers = {reading.field.key: reading.column.header for reading in readings}
    rows = tuple(_read_row(row, readings, headers, choices, file) for row in table.rows)
    return ReadFile(rows, tuple(still_open))


def _read_row(
    row: Row, readings: Sequence[_Reading], headers: Mapping[str, str], choices: Choices, file: int
) -> TypedRow:
    place = Place(file, row.number)
    if row.problem:
        return TypedRow(place, {}, headers, (Refusal(place, "", row.problem),), frozenset(Part))
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    bad: set[Part] = set()
    for reading in readings:
        cell = row.cells[reading.column.index]
        if not cell.strip():
            continue
        try:
            values[reading.field.key] = _remembered(reading, cell)
        except BadValue as why:
            refusals.append(Refusal(place, reading.column.header, str(why)))
            bad.add(reading.field.part)
    notices = _finish(values, headers, refusals, bad, choices, place)
    return TypedRow(place, values, headers, tuple(refusals), frozenset(bad), tuple(notices))


def _remembered(reading: _Reading, cell: str) -> Any:
    """Read a cell once per distinct text: plans, owners and countries repeat ten thousand times."""
    if cell in reading.seen:
        return reading.seen[cell]
    value = reading.read(cell)
    if len(cell) < 100 and len(reading.seen) < 50_000:
        reading.seen[cell] = value
    return value


def _reader(known: Field, table: Table, index: int, choices: Choices) -> tuple[Reader, int]:
    """The reader of a column and how many of its cells wait for a choice."""
    if known.kind in _DATES:
        dates = study_dates(table.column(index), chosen=choices.date_order)
        return partial(_date_readers[known.kind], column=dates), dates.ambiguous if dates.is_open else 0
    if known.kind in _AMOUNTS:
        amounts = study_amounts(table.column(index), chosen=choices.decimal, money=known.kind == Kind.AMOUNT)
        return partial(_amount_readers[known.kind], column=amounts), amounts.ambiguous if amounts.is_open else 0
    if known.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.LIST):
        return partial(_text_readers[known.kind], limit=known.limit), 0
    return _plain_readers[known.kind], 0


_date_readers: dict[Kind, Callable[..., Any]] = {Kind.DATE: read_date, Kind.MOMENT: read_moment}
_amount_readers: dict[Kind, Callable[..., Any]] = {
    Kind.AMOUNT: read_amount,
    Kind.NUMBER: read_plain_number,
}
_text_readers: dict[Kind, Callable[..., Any]] = {
    Kind.TEXT: contacts.read_text,
    Kind.LONG_TEXT: contacts.read_long_text,
    Kind.LIST: contacts.read_list,
}
_plain_readers: dict[Kind, Reader] = {
    Kind.EXTERNAL_ID: contacts.read_external_id,
    Kind.NAME: contacts.read_person_name,
    Kind.EMAIL: contacts.read_email,
    Kind.PERSON: contacts.read_person_ref,
    Kind.PERCENT: numbers.read_percent,
    Kind.MULTIPLE: numbers.read_multiple,
    Kind.SCORE_10: partial(numbers.read_whole_score, top=10),
    Kind.SCORE_100: partial(numbers.read_whole_score, top=100),
    Kind.DAYS: numbers.read_days,
    Kind.PRESSURE: words.read_pressure,
    Kind.ROLES: words.read_roles,
    Kind.YES_NO: words.read_bool,
    Kind.TIMEZONE: places.read_timezone,
    Kind.COUNTRY: places.read_country,
    Kind.CURRENCY: places.read_currency,
}


def _finish(
    values: dict[str, Any],
    headers: Mapping[str, str],
    refusals: list[Refusal],
    bad: set[Part],
    choices: Choices,
    place: Place,
) -> list[str]:
    """Settle what needs more than one cell: currencies, monthly prices, terms, names, roles."""

    def refuse(key: str, reason: str, part: Part) -> None:
        refusals.append(Refusal(place, headers.get(key, ""), reason))
        bad.add(part)

    _settle_association(values, headers, refuse)
    _settle_amounts(values, choices, refuse)
    _settle_monthly(values, refuse)
    _settle_terms(values, refuse)
    _join_name(values)
    roles = values.get("person.roles")
    if roles is None:
        return []
    values["person.roles"] = list(roles.roles)
    return [f"“{word}” has no counterpart here; the person is taken without it" for word in roles.dropped]


Refuse = Callable[[str, str, Part], None]


def _settle_association(values: dict[str, Any], headers: Mapping[str, str], refuse: Refuse) -> None:
    """HubSpot puts all companies of a contact into one cell; which of them is meant, it does not say."""
    if normal_form(headers.get("account.name", "")) == "associated company" and ";" in values.get("account.name", ""):
        refuse(
            "account.name", f"{shown(values['account.name'])} names several; a row belongs to one account", Part.ACCOUNT
        )


def _settle_amounts(values: dict[str, Any], choices: Choices, refuse: Refuse) -> None:
    stated = values.get("account.currency")
    amounts = [(key, value) for key, value in values.items() if isinstance(value, Amount)]
    # What names its currency comes first and says it for the row.
    for key, amount in sorted(amounts, key=lambda pair: pair[1].currency is None):
        try:
            currency = settle_currency(amount, stated=stated, default=choices.default_currency)
        except BadValue as why:
            refuse(key, str(why), Part(key.partition(".")[0]))
            continue
        values[key] = amount.value.quantize(Decimal("0.01"))
        is_said = amount.currency is not None or (choices.currency and key.startswith("contract."))
        if is_said and stated is None:
            # The cell itself or the person who imports says the currency; the account takes it.
            stated = values["account.currency"] = currency


def _settle_monthly(values: dict[str, Any], refuse: Refuse) -> None:
    monthly = values.pop("contract.monthly_price", None)
    if not isinstance(monthly, Decimal):
        return
    if monthly * 12 > MAX_AMOUNT:
        refuse("contract.monthly_price", "is too large", Part.CONTRACT)
        return
    yearly = values.setdefault("contract.current_price", monthly * 12)
    # Twelve rounded months miss the year by cents, never by more than a unit a month.
    if isinstance(yearly, Decimal) and abs(yearly - monthly * 12) > 12:
        refuse(
            "contract.monthly_price",
            f"twelve months of it are {monthly * 12}, the contract value says {yearly}",
            Part.CONTRACT,
        )


def _settle_terms(values: dict[str, Any], refuse: Refuse) -> None:
    start, renewal = values.get("contract.start_date"), values.get("contract.renewal_date")
    if start and renewal and start >= renewal:
        refuse("contract.renewal_date", f"{renewal} is not after the start of the contract, {start}", Part.CONTRACT)


def _join_name(values: dict[str, Any]) -> None:
    first, last = values.pop("person.first_name", ""), values.pop("person.last_name", "")
    if "person.name" not in values and (first or last):
        values["person.name"] = f"{first} {last}".strip()

"""Dates as people export them. 03/04/2026 is decided by its column or a choice, else refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from customers.rules.book.reading import BadValue, DateOrder, shown, tidy

MIN_YEAR, MAX_YEAR = 1990, 2100
# Excel counts days from 1900: these serials are the years 1990 to 2100.
_SERIAL_RANGE = range(32_874, 73_416)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene januari",
            "feb february februar février fevrier febrero février. febr",
            "mar march märz maerz mrz mars marzo maart",
            "apr april avril avr abril abr",
            "may mai mayo mei",
            "jun june juni juin junio",
            "jul july juli juillet julio",
            "aug august août aout agosto ago augustus",
            "sep sept september septembre septiembre",
            "oct october oktober okt octobre octubre",
            "nov november novembre noviembre",
            "dec december dezember dez décembre decembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}$")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})$")
_NUMERIC = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}$")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}$")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[.\s-]*([^\W\d_]{{3,10}})\.?[,\s-]+(\d{{4}}){_TIME}$")
_MONTH_DAY = re.compile(rf"([^\W\d_]{{3,10}})\.?[\s-]+(\d{{1,2}})(?:st|nd|rd|th)?[,\s-]+(\d{{4}}){_TIME}$")


@dataclass(frozen=True)
class DateColumn:
    """What a column as a whole proves: order is None when nothing in it, or everything, was proved."""

    order: DateOrder | None
    ambiguous: int = 0

    @property
    def is_open(self) -> bool:
        return self.order is None and self.ambiguous > 0


def study_dates(cells: Iterable[str], *, chosen: DateOrder | None = None) -> DateColumn:
    """Find the order of day and month that a column proves, and count the cells that need it."""
    proofs: set[DateOrder] = set()
    ambiguous = 0
    for cell in cells:
        match = _NUMERIC.match(tidy(cell))
        if match is None or match[2] == ".":
            continue
        proof = _proved_order(int(match[1]), int(match[3]))
        if proof is not None:
            proofs.add(proof)
        elif match[1] != match[3]:
            ambiguous += 1
    if chosen is not None:
        return DateColumn(chosen, ambiguous)
    return DateColumn(proofs.pop() if len(proofs) == 1 else None, ambiguous)


def _proved_order(first: int, second: int) -> DateOrder | None:
    if 12 < first <= 31 and second <= 12:
        return DateOrder.DAY_FIRST
    if 12 < second <= 31 and first <= 12:
        return DateOrder.MONTH_FIRST
    return None


def read_date(cell: str, column: DateColumn) -> date:
    """Read one date; a time after it is dropped and the written day kept. Raises BadValue."""
    text = tidy(cell)
    if match := _ISO.match(text):
        return _make(cell, int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.match(text):
        return _make(cell, int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.match(text):
        return _read_numeric(cell, match, column)
    if match := _DAY_MONTH.match(text):
        return _make(cell, int(match[3]), _month(cell, match[2]), int(match[1]))
    if match := _MONTH_DAY.match(text):
        return _make(cell, int(match[3]), _month(cell, match[1]), int(match[2]))
    raise BadValue(_why_not(text))


def read_moment(cell: str, column: DateColumn) -> datetime:
    """Read a date with or without a time as an aware moment; without an offset it is UTC."""
    text = tidy(cell)
    if _ISO.match(text) and len(text) > 10:
        iso = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
        iso = re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", iso)
        try:
            moment = datetime.fromisoformat(iso)
        except ValueError:
            raise BadValue(f"{shown(text)} is not a date and time") from None
        _check_year(cell, moment.year)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    day = read_date(text, column)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _read_numeric(cell: str, match: re.Match[str], column: DateColumn) -> date:
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if mark == ".":
        # Only countries that write the day first part dates with dots.
        return _make(cell, year, second, first)
    proved = _proved_order(first, second)
    if proved is not None and column.order is not None and proved != column.order:
        raise BadValue(f"{shown(tidy(cell))} does not fit the column, which is {_in_words(column.order)}")
    order = column.order or proved
    if order is None and first == second:
        order = DateOrder.DAY_FIRST
    if order is None:
        raise BadValue(f"{shown(tidy(cell))} may be day/month or month/day; choose the date order or write 2026-12-31")
    return _make(cell, year, second, first) if order == DateOrder.DAY_FIRST else _make(cell, year, first, second)


def _in_words(order: DateOrder) -> str:
    return "day/month/year" if order == DateOrder.DAY_FIRST else "month/day/year"


def _month(cell: str, name: str) -> int:
    month = _MONTHS.get(name.lower())
    if month is None:
        raise BadValue(f"{shown(tidy(cell))}: “{name}” is not a month")
    return month


def _make(cell: str, year: int, month: int, day: int) -> date:
    _check_year(cell, year)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadValue(f"{shown(tidy(cell))} is no day of the calendar") from None


def _check_year(cell: str, year: int) -> None:
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise BadValue(f"{shown(tidy(cell))}: the year is outside {MIN_YEAR} to {MAX_YEAR}")


def _why_not(text: str) -> str:
    number = text.split(".")[0]
    if number.isdecimal() and int(number) in _SERIAL_RANGE:
        return f"{shown(text)} looks like an Excel serial number; format the column as a date and export again"
    if _SHORT_YEAR.match(text):
        return f"{shown(text)}: write the year with four digits"
    return f"{shown(text)} is not a date; write it like 2026-12-31"

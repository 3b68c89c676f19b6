"""How the fields of another system become usage and contracts, and what is wrong with a row that cannot.

A mapping is written one field a line, `ours = theirs`: `account = customer.id`. Theirs is the way into a row, or a text
of its own in quotes. Ours: `account`; `metric`, `value`, `limit`, `at` for rows of one metric each; `usage.NAME` and
`limit.NAME` for rows with one column per metric; `contract.FIELD` for the running contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

ACCOUNT = "account"
LONG = ("metric", "value", "limit", "at")
USAGE, LIMIT, CONTRACT = "usage.", "limit.", "contract."
MOST_LINES = 60
LONGEST_METRIC = 80
LONGEST_ID = 120
LONGEST_SHOWN = 40
LARGEST = Decimal(10) ** 13
"""SQLite reads nothing back that is larger and has four places."""
LARGEST_PRICE = Decimal(10) ** 12
PLACES, CENTS = Decimal("0.0001"), Decimal("0.01")
FIRST_YEAR, LAST_YEAR = 1990, 2100
EARLY = timedelta(days=1)
MOST_NOTICE_DAYS = 730
_PATH = re.compile(r"[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+){0,5}", re.ASCII)
_QUOTED = re.compile(r'"([^"]{1,120})"')


class BadMapping(ValueError):
    """Raised for a mapping that cannot be used; says which line."""


class BadRow(ValueError):
    """Raised for a row that cannot be taken; says which field and why."""


@dataclass(frozen=True)
class PulledReading:
    """One metric. at: None where the row does not say it."""

    metric: str
    value: Decimal
    limit: Decimal | None
    at: datetime | None


@dataclass(frozen=True)
class PulledRow:
    """One row as it is understood. contract: fields of `Contract`."""

    account: str
    readings: tuple[PulledReading, ...]
    contract: Mapping[str, Any]


def read_mapping(text: str) -> dict[str, str]:
    """Read the lines into our field → theirs. Raises BadMapping."""
    mapping: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        ours, sign, theirs = (part.strip() for part in line.partition("="))
        if not sign or not _is_ours(ours) or not (_PATH.fullmatch(theirs) or _QUOTED.fullmatch(theirs)):
            raise BadMapping(f"“{line[:60]}”: write one of our fields = one of theirs.")
        if ours in mapping:
            raise BadMapping(f"“{ours}” stands there twice.")
        mapping[ours] = theirs
    if len(mapping) > MOST_LINES:
        raise BadMapping(f"At most {MOST_LINES} lines.")
    if ACCOUNT not in mapping:
        raise BadMapping("Say which field is the account: account = …")
    if ("metric" in mapping) != ("value" in mapping):
        raise BadMapping("“metric” and “value” go together.")
    if not any(ours == "metric" or ours.startswith((USAGE, CONTRACT)) for ours in mapping):
        raise BadMapping("Nothing is brought: map metric and value, usage.NAME or contract.FIELD.")
    return mapping


def write_mapping(mapping: Mapping[str, str]) -> str:
    return "\n".join(f"{ours} = {theirs}" for ours, theirs in mapping.items())


def their_fields(mapping: Mapping[str, str]) -> list[str]:
    """List the fields that must be asked for; texts of their own are none."""
    return sorted({theirs for theirs in mapping.values() if not _QUOTED.fullmatch(theirs)})


def find_items(body: Any, path: str) -> list[Any]:
    """Find the list of rows in an answer. Raises BadRow."""
    found = body if not path else _dig(body, path)
    if not isinstance(found, list):
        raise BadRow(f"There is no list at “{path}”." if path else "The answer is no list.")
    return found


def read_row(item: Any, mapping: Mapping[str, str], *, now: datetime) -> PulledRow:
    """Read one row. Raises BadRow."""
    if not isinstance(item, Mapping):
        raise BadRow("It is no object.")
    account = _text(_value(item, mapping[ACCOUNT]), "account", longest=LONGEST_ID)
    readings = [*_long(item, mapping, now=now), *_wide(item, mapping, now=now)]
    contract = {
        ours.removeprefix(CONTRACT): CONTRACT_READERS[ours.removeprefix(CONTRACT)](value, ours)
        for ours, theirs in mapping.items()
        if ours.startswith(CONTRACT) and (value := _value(item, theirs)) not in (None, "")
    }
    if not readings and not contract:
        raise BadRow("It brings nothing: all mapped fields are empty.")
    return PulledRow(account, tuple(readings), contract)


def account_of(item: Any, mapping: Mapping[str, str]) -> str:
    """Give the account that a row which cannot be taken speaks of, as far as it can be told."""
    value = _value(item, mapping[ACCOUNT]) if isinstance(item, Mapping) else None
    return str(value)[:LONGEST_SHOWN] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _long(item: Mapping[str, Any], mapping: Mapping[str, str], *, now: datetime) -> list[PulledReading]:
    if "metric" not in mapping:
        return []
    metric = _text(_value(item, mapping["metric"]), "metric", longest=LONGEST_METRIC)
    value = _number(_value(item, mapping["value"]), "value")
    limit = _optional(item, mapping, "limit")
    return [PulledReading(metric, value, limit, _at(item, mapping, now=now))]


def _wide(item: Mapping[str, Any], mapping: Mapping[str, str], *, now: datetime) -> list[PulledReading]:
    at = _at(item, mapping, now=now)
    return [
        PulledReading(name, _number(value, ours), _optional(item, mapping, f"{LIMIT}{name}"), at)
        for ours, theirs in mapping.items()
        if ours.startswith(USAGE)
        and (name := ours.removeprefix(USAGE))
        and (value := _value(item, theirs)) not in (None, "")
    ]


def _optional(item: Mapping[str, Any], mapping: Mapping[str, str], name: str) -> Decimal | None:
    value = _value(item, mapping[name]) if name in mapping else None
    return None if value in (None, "") else _number(value, name)


def _at(item: Mapping[str, Any], mapping: Mapping[str, str], *, now: datetime) -> datetime | None:
    value = _value(item, mapping["at"]) if "at" in mapping else None
    if value in (None, ""):
        return None
    moment = _moment(value)
    if moment > now + EARLY:
        raise BadRow("“at” lies in the future.")
    return moment


def _is_ours(name: str) -> bool:
    if name.startswith(CONTRACT):
        return name.removeprefix(CONTRACT) in CONTRACT_READERS
    for prefix in (USAGE, LIMIT):
        if name.startswith(prefix):
            return 0 < len(name.removeprefix(prefix)) <= LONGEST_METRIC
    return name == ACCOUNT or name in LONG


def _value(item: Mapping[str, Any], theirs: str) -> Any:
    quoted = _QUOTED.fullmatch(theirs)
    return quoted[1] if quoted else _dig(item, theirs)


def _dig(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: Any, name: str, *, longest: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > longest or not text.isprintable():
        raise BadRow(f"“{name}” is no text of 1 to {longest} signs.")
    return text


def _number(value: Any, name: str, *, largest: Decimal = LARGEST, places: Decimal = PLACES) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > LONGEST_SHOWN:
        raise BadRow(f"“{name}” is no number.")
    try:
        number = Decimal(str(value).strip())
        if not number.is_finite() or abs(number) >= largest:
            raise BadRow(f"“{name}” is no number that can be kept.")
        return number.quantize(places)
    except InvalidOperation:
        raise BadRow(f"“{name}” is no number.") from None


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadRow("“at” is no moment such as 2026-03-04T15:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any, name: str) -> date:
    day: date | None
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRow(f"“{name}” is no date such as 2026-07-02.")
    return day


def _price(value: Any, name: str) -> Decimal:
    price = _number(value, name, largest=LARGEST_PRICE, places=CENTS)
    if price < 0:
        raise BadRow(f"“{name}” is below zero.")
    return price


def _currency(value: Any, name: str) -> str:
    code = _text(value, name, longest=3).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadRow(f"“{name}” is no currency such as USD.")
    return code


def _notice(value: Any, name: str) -> int:
    days = _number(value, name)
    if days != days.to_integral_value() or not 0 <= days <= MOST_NOTICE_DAYS:
        raise BadRow(f"“{name}” is no number of days from 0 to {MOST_NOTICE_DAYS}.")
    return int(days)


CONTRACT_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "plan": lambda value, name: _text(value, name, longest=120),
    "current_price": _price,
    "currency": _currency,
    "start_date": _day,
    "renewal_date": _day,
    "notice_days": _notice,
}

"""The questions that the log takes from its address; anything odd there is left out, never an error."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from journeys.queries.automations import STATUSES, TYPES, LogFilter

MAX_TEXT = 100


def read_log_filter(query: Mapping[str, str]) -> LogFilter:
    """This will read q, type, status, from, to and customer from an address."""
    return LogFilter(
        text=query.get("q", "").replace("\0", "").strip()[:MAX_TEXT],
        type=one_of(query.get("type", ""), {code for code, _ in TYPES}),
        status=one_of(query.get("status", ""), {code for code, _ in STATUSES}),
        first=read_day(query.get("from", "")),
        last=read_day(query.get("to", "")),
        customer_id=read_id(query.get("customer", "")),
    )


def one_of(value: str, allowed: set[str]) -> str:
    return value if value in allowed else ""


def read_day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if 1900 <= day.year < 2200 else None


def read_id(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None

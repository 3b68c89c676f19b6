"""A usage alert as it is understood, and how its parts are read from anything that a sender may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach.enums import Severity

LONGEST_ID = 200
LONGEST_WORD = 80
LONGEST_TEXT = 2000
MOST_ITEMS = 100
DEEPEST = 5
LARGEST = Decimal(10) ** 13
PLACES = Decimal("0.0001")


class BadAlert(ValueError):
    """Raised for a body that no alert can be made of; says which part."""


@dataclass(frozen=True)
class AlertFacts:
    """What a source told. account_id: the account's id in the other system. at: when it happened; None: not told."""

    source: str
    event_id: str
    account_id: str
    metric: str
    value: Decimal
    severity: Severity
    threshold: Decimal | None = None
    period: str = ""
    trend: str = ""
    at: datetime | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def read_mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadAlert(f"“{name}” is no object.")
    return value


def read_id(value: Any, name: str) -> str:
    """Read an id, which other systems also write as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = clean_text(value, LONGEST_ID + 1).strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST_ID:
        raise BadAlert(f"“{name}” must be a text of at most {LONGEST_ID} characters.")
    return text


def read_word(value: Any, name: str, *, is_required: bool = False) -> str:
    if value is None and not is_required:
        return ""
    text = clean_text(value, LONGEST_WORD + 1).strip() if isinstance(value, str) else None
    if text is None or len(text) > LONGEST_WORD or (is_required and not text):
        raise BadAlert(f"“{name}” must be a text of at most {LONGEST_WORD} characters.")
    return text


def read_number(value: Any, name: str) -> Decimal:
    """Read a number, or one that is written as a text, as amounts often are."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str) or len(str(value)) > LONGEST_WORD:
        raise BadAlert(f"“{name}” must be a number.")
    try:
        number = Decimal(str(value).strip())
        if not number.is_finite() or abs(number) >= LARGEST:
            raise BadAlert(f"“{name}” is out of range.")
        return number.quantize(PLACES)
    except InvalidOperation:
        raise BadAlert(f"“{name}” must be a number.") from None


def read_severity(value: Any, names: Mapping[str, Severity]) -> Severity:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in names:
        raise BadAlert(f"“severity” must be one of: {', '.join(names)}.")
    return names[word]


def read_moment(value: Any, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise BadAlert(f"“{name}” must be a moment such as 2026-03-04T15:00:00Z.") from None


def clean_value(value: Any, *, depth: int = 0) -> Any:
    """Give what a column of JSON takes and a page can show, in all modesty: what is too much is left out."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value, LONGEST_TEXT)
    if isinstance(value, int | float | Decimal):
        return str(value)[:LONGEST_WORD] if isinstance(value, Decimal) else value
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        pairs = list(value.items())[:MOST_ITEMS]
        return {clean_text(str(key), LONGEST_WORD): clean_value(item, depth=depth + 1) for key, item in pairs}
    return [clean_value(item, depth=depth + 1) for item in list(value)[:MOST_ITEMS]]


def clean_text(text: str, longest: int) -> str:
    """Leave out what no column takes: NUL, and halves of surrogate pairs."""
    return text[: longest * 2].replace("\x00", "").encode("utf-8", "ignore").decode()[:longest]

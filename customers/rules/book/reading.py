"""What every reader of cells shares: the refusal, and the choices that a person makes for a whole file."""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_CURRENCY = "USD"


class BadValue(ValueError):
    """A cell that cannot be read; the message is the reason shown beside its row and column."""


class DateOrder(StrEnum):
    """Which of 03/04/2026's first two numbers is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class DecimalMark(StrEnum):
    """Whether 1.234 is one thousand two hundred thirty-four (comma) or a little over one (point)."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True)
class Choices:
    """How to read what a file leaves open; None leaves the decision to the column, else the cell is refused.

    currency: what a person said of amounts without one; None leaves the account's own, for a new account USD.
    """

    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    currency: str | None = None

    @property
    def default_currency(self) -> str:
        return self.currency or DEFAULT_CURRENCY


# What a locale's spreadsheets and exports write; a locale not named here decides nothing.
_LOCALES = {
    "en-us": (DateOrder.MONTH_FIRST, DecimalMark.POINT),
    "en-gb": (DateOrder.DAY_FIRST, DecimalMark.POINT),
    "en-au": (DateOrder.DAY_FIRST, DecimalMark.POINT),
    "en-in": (DateOrder.DAY_FIRST, DecimalMark.POINT),
    "de": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "de-ch": (DateOrder.DAY_FIRST, DecimalMark.POINT),
    "fr": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "es": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "it": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "nl": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "pt": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "pl": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "da": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
    "nb": (DateOrder.DAY_FIRST, DecimalMark.COMMA),
}
LOCALES = tuple(_LOCALES)


def choices_for_locale(locale: str) -> Choices:
    """Turn a locale such as "de" or "en-GB" into choices. Raises BadValue for one not known."""
    code = locale.strip().lower().replace("_", "-")
    found = _LOCALES.get(code) or _LOCALES.get(code.split("-")[0])
    if found is None:
        raise BadValue(f"the locale “{locale}” is not one of {', '.join(LOCALES)}")
    return Choices(date_order=found[0], decimal=found[1])


def tidy(cell: str) -> str:
    """Trim a cell and fold no-break spaces and zero-width marks that exports leave behind."""
    for mark in ("\u200b", "\u200e", "\u200f", "\ufeff"):
        cell = cell.replace(mark, "")
    return cell.replace("\u00a0", " ").replace("\u202f", " ").strip()


def shown(cell: str, limit: int = 40) -> str:
    """Quote a cell in a reason, short enough to stay readable and without control characters."""
    plain = "".join(c if c.isprintable() else " " for c in cell)
    return f"“{plain}”" if len(plain) <= limit else f"“{plain[: limit - 1]}…”"

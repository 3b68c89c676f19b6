"""One row that an import would make or change, with what differs, row of the file by row of the file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Model

from customers.rules.book.rows import Place


class Change(NamedTuple):
    """One field: what it is called, what it was and what it becomes."""

    place: Place
    label: str
    old: Any
    new: Any
    is_new: bool = False


class Write:
    """A row to insert, or the fields of a row to update; nothing to do where `is_needed` is False."""

    def __init__(self, kind: str, row: Model, *, is_new: bool, place: Place) -> None:
        self.kind = kind
        self.row = row
        self.is_new = is_new
        self.place = place
        self.changes: list[Change] = []
        self.before: dict[str, Any] = {}
        self.touched: set[str] = set()

    @property
    def is_needed(self) -> bool:
        return self.is_new or bool(self.before)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that change, for the UPDATE."""
        return tuple(self.before)

    def set(self, name: str, value: Any, place: Place) -> None:
        """This will put a value into the row, unsaved, and note the difference if there is one."""
        old = getattr(self.row, name)
        if old == value:
            return
        setattr(self.row, name, value)
        label = str(self.row._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
        self.changes.append(Change(place, label, None if self.is_new else old, value, is_new=self.is_new))
        self.touched.add(name)
        if not self.is_new:
            self.before.setdefault(name, old)

    def changes_field(self, name: str) -> bool:
        return name in self.touched

    def before_json(self) -> dict[str, Any] | None:
        return None if self.is_new else {name: plain(value) for name, value in self.before.items()}

    def after_json(self) -> dict[str, Any]:
        return {name: plain(getattr(self.row, name)) for name in self.before}


def plain(value: Any) -> Any:
    """This will turn a field's value into plain JSON."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def shown(value: Any) -> str:
    """This will turn a field's value into what a person reads in a report."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, list | tuple):
        return ", ".join(str(item).replace("_", " ") for item in value) or "empty"
    text = str(getattr(value, "display_name", None) or value)
    return text if len(text) <= 120 else f"{text[:119]}…"

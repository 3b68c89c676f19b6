"""Changing the fields of a row: checked as a whole, saved as a difference, told in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

Difference = dict[str, list[Any]]
"""Field → [old, new], plain JSON values."""


def set_fields(row: Model, values: Mapping[str, Any], *, allowed: frozenset[str]) -> Difference:
    """This will put the values into the row, unsaved, and give what differs.

    Raises ValidationError with field names for a field that may not be written here.
    """
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "This cannot be changed here."))
    difference: Difference = {}
    for name, value in values.items():
        old = getattr(row, name)
        if old == value:
            continue
        setattr(row, name, value)
        difference[name] = [plain(old), plain(value)]
    return difference


def check(row: Model) -> None:
    """This will raise ValidationError with field names for what the model does not allow."""
    row.full_clean(exclude={"id"})


def check_values(row: Model, *, known: Collection[str]) -> None:
    """This will check like `check`, asking the database nothing: what stands in other rows is left to its constraints.

    known: the relations whose rows are there.
    """
    row.clean_fields(exclude={"id", *known})
    row.clean()


def describe(row: Model, difference: Difference) -> str:
    """This will name the changed fields as people call them: "Churn risk, notes"."""
    names = ", ".join(str(row._meta.get_field(name).verbose_name) for name in difference)  # type: ignore[union-attr]
    return names[:1].upper() + names[1:]


def plain(value: Any) -> Any:
    """This will turn a field's value into plain JSON."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value

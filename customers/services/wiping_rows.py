"""The words of every row about one contact taken out, in whatever words they are; that the row was stays."""

from __future__ import annotations

from typing import Any

from django.db import models

from customers.models import Activity
from customers.queries.persons import RowsOfPerson
from customers.rules.persons import OfPerson, blank_json, blank_text
from customers.services.wiping import write_wiped


def wipe_rows(found: RowsOfPerson) -> int:
    """This will take the words out and give how many rows it changed. Must be called inside a transaction."""
    return sum(_wipe(row, how) for _, how, row in found.read())


def _wipe(row: Any, how: OfPerson) -> bool:
    changes = {}
    for name in how.words:
        if isinstance(row, Activity) and name == "actor_name" and row.actor_id:
            continue  # A colleague's.
        field = row._meta.get_field(name)
        old = getattr(row, name)
        new = blank_value(field, old)
        if new != old:
            changes[name] = new
    return write_wiped(row, changes)


def blank_value(field: models.Field[Any, Any], value: Any) -> Any:
    """This will give what stands in the column once its words went."""
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return b""
    if isinstance(field, models.JSONField):
        return blank_json(value)
    return blank_text(value, longest=field.max_length)

"""Rows as Django would give them, by the thousand: to make one by its constructor takes longer than to read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


def read_bare(rows: QuerySet[M], fields: Sequence[str]) -> list[M]:
    """This will read the rows with these fields and the id, as `only` does, which takes five times as long.

    Like there, a field that is not among them is read when somebody asks for it.
    """
    model = rows.model
    names = [field.attname for field in (model._meta.pk, *map(model._meta.get_field, fields))]  # type: ignore[union-attr]
    database, found = rows.db, []
    for values in rows.values_list(*names):
        one, state = model.__new__(model), ModelState()
        state.__dict__ = {"adding": False, "db": database, "fields_cache": {}}
        one.__dict__ = dict(zip(names, values, strict=True), _state=state)
        found.append(one)
    return found


def put_related(one: Model, **related: Model | None) -> None:
    """This will have the row know what its references lead to, which was read already."""
    one._state.fields_cache.update(related)

"""Every row about one contact, wherever it lies: found by what its table declares (`of_person`)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Q

from customers.rules.persons import OfPerson

MOST_STEPS = 6
"""From the contact over a letter, a reply, an objection and its task to the line about that."""


@dataclass
class RowsOfPerson:
    """ids: of everything about them, the contact's own entries among them. rows: keys by table, without those."""

    ids: set[uuid.UUID] = field(default_factory=set)
    rows: dict[type[models.Model], set[Any]] = field(default_factory=dict)

    def read(self) -> Iterator[tuple[type[models.Model], OfPerson, Any]]:
        """This will give each row with its table and what that declares."""
        for model, keys in self.rows.items():
            for row in model._base_manager.filter(pk__in=list(keys)):
                yield model, declared(model), row


def find_rows_of(
    ids: Collection[uuid.UUID], *, names: Collection[str], customer_ids: Collection[uuid.UUID]
) -> RowsOfPerson:
    """This will find them, step by step.

    ids: of the contact's entries, letters and replies. names: as others write them.
    """
    found = RowsOfPerson(set(ids))
    tables = [model for model in apps.get_models() if isinstance(getattr(model, "of_person", None), OfPerson)]
    for model in tables:
        if declared(model).named and names:
            _take(found, model, _named(model, names, customer_ids))
    for _ in range(MOST_STEPS):
        before = len(found.ids)
        for model in tables:
            _take(found, model, _linked(model, found.ids))
        if len(found.ids) == before:
            break
    return found


def declared(model: type[models.Model]) -> OfPerson:
    said = getattr(model, "of_person", None)
    assert isinstance(said, OfPerson)
    return said


def _linked(model: type[models.Model], ids: Collection[uuid.UUID]) -> Any:
    how = declared(model)
    wanted = Q(pk__in=[])
    for lookup in how.by:
        wanted |= Q(**{f"{lookup}__in": list(ids)})
    rows: Any = model._base_manager.filter(wanted)
    if how.shared:
        alone = model._base_manager.annotate(sharing=Count(how.shared, distinct=True)).filter(sharing=1)
        rows = rows.filter(pk__in=alone.values("pk"))
    return rows


def _named(model: type[models.Model], names: Collection[str], customer_ids: Collection[uuid.UUID]) -> Any:
    path = getattr(model._default_manager.none(), "customer_path", "customer__")
    wanted = Q(pk__in=[])
    for name in names:
        wanted |= Q(**{f"{declared(model).named}__iexact": name})
    return model._base_manager.filter(wanted, **{f"{path}pk__in": list(customer_ids)})


def _take(found: RowsOfPerson, model: type[models.Model], rows: Any) -> None:
    adds = declared(model).adds
    for key, *further in rows.values_list("pk", *adds):
        found.rows.setdefault(model, set()).add(key)
        found.ids.update(one for one in (key, *further) if isinstance(one, uuid.UUID))

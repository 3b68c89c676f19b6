"""Where the tables of the house speak of somebody: by name, address or number, in text, JSON and binary columns."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast

from customers.models import Activity, Customer, User
from customers.rules.wiping import spellings

LEFT_ALONE: frozenset[str] = frozenset({"auth", "contenttypes", "sessions", "django_celery_beat", "axes", "migrations"})
"""Apps whose tables hold nothing of customers."""

SAID = "said_digest"
_KEPT: dict[type[models.Model], tuple[str, ...]] = {
    # An account may bear a person's name; what it is called is not the person's to erase.
    Customer: ("name", "external_id"),
    # What the guard keeps says nothing of a person: codes and digests.
    Activity: ("verb", "subject_kind", SAID, "mark", "wiped_mark"),
}


def list_models() -> Iterator[type[models.Model]]:
    """This will give every table that may speak of a contact; colleagues and the accounts' own names stay."""
    for model in apps.get_models():
        is_left_alone = model._meta.app_label in LEFT_ALONE or getattr(model, "speaks_of_nobody", False)
        if not is_left_alone and model is not User and not model._meta.proxy:
            yield model


def wipeable_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    fields = [field for field in model._meta.concrete_fields if isinstance(field, kinds) and not field.choices]
    return [field for field in fields if field.name not in _KEPT.get(model, ())]


def find_speaking(model: type[models.Model], terms: Sequence[str], *, customer_ids: Collection[uuid.UUID]) -> Any:
    """This will give the rows that say one of the terms; of rows of customers those of `customer_ids` alone."""
    fields = wipeable_fields(model)
    rows = _rows_of(model, customer_ids)
    texts = [field for field in fields if not isinstance(field, models.BinaryField)]
    condition = Q()
    for field in texts:
        rows = rows.annotate(**{f"text_of_{field.name}": Cast(field.name, models.TextField())})
        for term in terms:
            condition |= Q(**{f"text_of_{field.name}__icontains": term})
            condition |= Q(**{f"text_of_{field.name}__icontains": json.dumps(term)[1:-1]})
    ids = set(rows.filter(condition).values_list("pk", flat=True)) if texts else set()
    ids |= _find_binary(model, [field for field in fields if field not in texts], terms)
    return _rows_of(model, customer_ids).filter(pk__in=list(ids))


def _rows_of(model: type[models.Model], customer_ids: Collection[uuid.UUID]) -> Any:
    path = getattr(model._default_manager.none(), "customer_path", None)
    rows: Any = model._base_manager.all()
    if path is None:
        return rows
    if model is Customer:
        return rows.filter(pk__in=list(customer_ids))
    key = f"{path}pk__in"
    own, nobodys = Q(**{key: list(customer_ids)}), Q(**{f"{path}pk__isnull": True})
    return rows.filter(own | nobodys)


def _find_binary(model: type[models.Model], fields: Sequence[Any], terms: Sequence[str]) -> set[Any]:
    found: set[Any] = set()
    place = "instr({0}, %s) > 0" if connection.vendor == "sqlite" else "position(%s::bytea in {0}) > 0"
    table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(model._meta.pk.column))
    for field in fields:
        for spelled in {variant for one in spellings(terms) for variant in (one, one.lower())}:
            column = connection.ops.quote_name(field.column)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {key} FROM {table} WHERE {place.format(column)}", [spelled])  # noqa: S608
                found |= {model._meta.pk.to_python(row[0]) for row in cursor.fetchall()}
    return found

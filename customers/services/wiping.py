"""Somebody's name and address replaced in every table of the house, whatever app it belongs to.

Rows of the append-only tables are changed too, which their guards allow in one way alone: the words go, and a keyed
digest of what was said takes their place, so that the chain over the digests still holds (promise 14).
"""

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
from customers.rules.wiping import spellings, wipe_bytes, wipe_json, wipe_text
from customers.services.digests import keyed_digest
from customers.services.record_marks import mark_wiped, said_of

LEFT_ALONE: frozenset[str] = frozenset({"auth", "contenttypes", "sessions", "django_celery_beat", "axes", "migrations"})
"""Apps whose tables hold nothing of customers."""

_SAID = "said_digest"
_KEPT: dict[type[models.Model], tuple[str, ...]] = {
    # An account may bear a person's name; what it is called is not the person's to erase.
    Customer: ("name", "external_id"),
    # What the guard keeps says nothing of a person: codes and digests.
    Activity: ("verb", "subject_kind", _SAID, "mark", "wiped_mark"),
}


def wipe_everywhere(terms: Sequence[str], *, customer_ids: Collection[uuid.UUID]) -> int:
    """This will replace the terms in every text, JSON and binary column and give how many rows it changed.

    Rows of customers: those of `customer_ids` alone. Must be called inside a transaction.
    """
    if not terms:
        return 0
    return sum(_wipe_model(model, terms, customer_ids) for model in list_models())


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


def _wipe_model(model: type[models.Model], terms: Sequence[str], customer_ids: Collection[uuid.UUID]) -> int:
    fields = wipeable_fields(model)
    if not fields:
        return 0
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
    found = model._base_manager.filter(pk__in=list(ids))
    return sum(_wipe_row(row, fields, terms) for row in found)


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


def _wipe_row(row: Any, fields: Sequence[Any], terms: Sequence[str]) -> bool:
    changes = {}
    for field in fields:
        if isinstance(row, Activity) and row.actor_id and field.name == "actor_name":
            continue  # A colleague who bears the same name.
        old = getattr(row, field.attname)
        new = _wiped(field, old, terms)
        if new != old:
            changes[field.name] = new
    if not changes:
        return False
    if hasattr(row, _SAID):
        _wipe_record(row, changes)
    else:
        type(row)._base_manager.filter(pk=row.pk).update(**changes)
    return True


def _wiped(field: Any, value: Any, terms: Sequence[str]) -> Any:
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return wipe_bytes(bytes(value), terms) if spellings(terms) else value
    if isinstance(field, models.JSONField):
        return wipe_json(value, terms)
    wiped = wipe_text(value, terms) if isinstance(value, str) else value
    return wiped[: field.max_length] if field.max_length and isinstance(wiped, str) else wiped


def _wipe_record(row: Any, changes: dict[str, Any]) -> None:
    """The guard lets words go only together with the digest of what was said."""
    said = getattr(row, _SAID) or said_digest(row)
    if isinstance(row, Activity):
        for name, value in changes.items():
            setattr(row, name, value)
        changes["wiped_mark"] = mark_wiped(row)
    rows: Any = models.QuerySet(type(row))
    rows.filter(pk=row.pk).update(**changes, **{_SAID: said})


def said_digest(row: Any) -> str:
    """This will give the keyed digest, in hex, of what a line of the record says."""
    if isinstance(row, Activity):
        return said_of(row)
    names = ("action", "metadata", "error_message")
    said = json.dumps([getattr(row, name) for name in names], sort_keys=True, default=str)
    return keyed_digest("record", f"{row.pk}\0{said}").hex()

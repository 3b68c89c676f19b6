"""Somebody's name and address replaced in every table of the house, whatever app it belongs to.

Rows of the append-only tables are changed too, which their guards allow in one way alone: the words go, and a keyed
digest of what was said takes their place, so that the chain over the digests still holds (promise 14).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import structlog
from django.db import OperationalError, connection, models

from customers.models import Activity
from customers.queries.speaking import SAID, find_speaking, list_models, wipeable_fields
from customers.rules.persons import blank_bytes, blank_entries, blank_text
from customers.rules.wiping import speaks_of, wipe_bytes, wipe_json, wipe_text
from customers.services.digests import keyed_digest
from customers.services.record_marks import mark_wiped, said_of

log = structlog.get_logger(__name__)


def wipe_everywhere(terms: Sequence[str], *, customer_ids: Collection[uuid.UUID]) -> int:
    """This will replace the terms in every text, JSON and binary column and give how many rows it changed.

    Rows of customers: those of `customer_ids` alone. Must be called inside a transaction.
    """
    if not terms:
        return 0
    return sum(_wipe_model(model, terms, customer_ids) for model in list_models())


def forget_old_pages() -> None:
    """This will empty SQLite's log, which else keeps what stood in the tables before. Call it after the commit.

    PostgreSQL's autovacuum does away with old rows by itself.
    """
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:
        # Somebody reads: SQLite writes over the log when it is next at its end.
        log.warning("old_pages_stay_in_the_log")


def _wipe_model(model: type[models.Model], terms: Sequence[str], customer_ids: Collection[uuid.UUID]) -> int:
    fields = wipeable_fields(model)
    found = find_speaking(model, terms, customer_ids=customer_ids) if fields else []
    return sum(_wipe_row(row, fields, terms) for row in found)


def _wipe_row(row: Any, fields: Sequence[Any], terms: Sequence[str]) -> bool:
    changes = {}
    for field in fields:
        if isinstance(row, Activity) and row.actor_id and field.name == "actor_name":
            continue  # A colleague who bears the same name.
        old = getattr(row, field.attname)
        new = _wiped(field, old, terms, whole=field.name in getattr(row, "goes_whole", ()))
        if new != old:
            changes[field.name] = new
    return write_wiped(row, changes)


def write_wiped(row: Any, changes: dict[str, Any]) -> bool:
    """This will write what is left of a row; False where nothing changed."""
    if not changes:
        return False
    if hasattr(row, SAID):
        _wipe_record(row, changes)
    else:
        type(row)._base_manager.filter(pk=row.pk).update(**changes)
    return True


def _wiped(field: Any, value: Any, terms: Sequence[str], *, whole: bool) -> Any:
    """whole: what is said of somebody in one breath with them goes with the name: an event, an answer to a call."""
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        raw = bytes(value)
        wiped_raw = wipe_bytes(raw, terms)
        return blank_bytes(raw, terms) if whole and wiped_raw != raw else wiped_raw
    if isinstance(field, models.JSONField):
        return blank_entries(value, terms) if whole else wipe_json(value, terms)
    if whole and isinstance(value, str):
        return blank_text(value) if speaks_of(value, terms) else value
    wiped = wipe_text(value, terms) if isinstance(value, str) else value
    return wiped[: field.max_length] if field.max_length and isinstance(wiped, str) else wiped


def _wipe_record(row: Any, changes: dict[str, Any]) -> None:
    """The guard lets words go only together with the digest of what was said."""
    said = getattr(row, SAID) or said_digest(row)
    if isinstance(row, Activity):
        for name, value in changes.items():
            setattr(row, name, value)
        changes["wiped_mark"] = mark_wiped(row)
    rows: Any = models.QuerySet(type(row))
    rows.filter(pk=row.pk).update(**changes, **{SAID: said})


def said_digest(row: Any) -> str:
    """This will give the keyed digest, in hex, of what a line of the record says."""
    if isinstance(row, Activity):
        return said_of(row)
    names = ("action", "metadata", "error_message")
    said = json.dumps([getattr(row, name) for name in names], sort_keys=True, default=str)
    return keyed_digest("record", f"{row.pk}\0{said}").hex()

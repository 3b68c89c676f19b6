"""Taking an import back: what it made goes, what it changed becomes what it was, unless somebody changed it since."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError

from customers.enums import ImportState
from customers.models import Customer, ImportChange, ImportRun, User
from customers.registry.imports import list_import_extensions, list_undo_guards
from customers.services.activity import line, record, record_many
from customers.services.importing.lookup import chunks
from customers.services.importing.writes import plain
from customers.services.importing.writing import TABLES, update_rows

# A run that failed midway has written some of its batches.
_UNDOABLE = (ImportState.DONE, ImportState.FAILED)


class CannotUndo(Exception):
    """An import that stays: the message says why."""


@dataclass(frozen=True)
class Undone:
    """What was taken back. kept: fields that somebody changed since and that stay as they are now."""

    removed: int
    restored: int
    kept: int


def why_not_undo(run: ImportRun) -> list[str]:
    """This will give the reasons against undoing the import now; none means it may be undone."""
    if run.state == ImportState.UNDONE:
        return ["This import was undone already."]
    if run.state not in _UNDOABLE:
        return ["Only a finished import can be undone."]
    customers = _touched_customers(run)
    since = run.started_at or run.created_at
    return [reason for guard in list_undo_guards() for reason in guard(customers, since)]


def undo_import(run: ImportRun, *, now: datetime, by: User) -> Undone:
    """This will take the import back and keep that on record. Raises CannotUndo; then nothing was changed."""
    try:
        with transaction.atomic():
            if reasons := why_not_undo(run):
                raise CannotUndo(" ".join(reasons))
            moved = ImportRun.objects.filter(pk=run.pk, state__in=_UNDOABLE).update(
                state=ImportState.UNDONE, undone_at=now, updated_at=now
            )
            if not moved:
                raise CannotUndo("Somebody else is undoing this import.")
            undone = _take_back(run, now=now, by=by)
            summary = f"Import undone: {run.filename or 'book'}"
            record("import.undone", summary, customer=None, by=by, now=now, subject=run, removed=undone.removed)
    except (ProtectedError, RestrictedError):
        raise CannotUndo("Something that must be kept hangs on what this import made.") from None
    run.refresh_from_db(fields=["state", "undone_at"])
    return undone


def _tables() -> dict[str, type[models.Model]]:
    """The tables of imports, parents first, with those of the extensions."""
    tables = dict(TABLES)
    for extension in list_import_extensions():
        tables |= extension.models
    return tables


def _touched_customers(run: ImportRun) -> QuerySet[Customer]:
    """The accounts that the import made or changed, also by a person or a contract of theirs."""
    owners = [
        _owners(model, run.changes.filter(kind=kind).values_list("object_id"))
        for kind, model in _tables().items()
        if model is not User
    ]
    return Customer.objects.filter(pk__in=owners[0].union(*owners[1:], all=True))


def _owners(model: type[models.Model], ids: QuerySet[Any, tuple[uuid.UUID]]) -> QuerySet[Any, tuple[uuid.UUID]]:
    if model is Customer:
        return ids
    return model._default_manager.order_by().filter(pk__in=ids).values_list("customer_id")


def _take_back(run: ImportRun, *, now: datetime, by: User) -> Undone:
    removed = restored = kept = 0
    customers = set(_touched_customers(run).values_list("pk", flat=True))
    made_accounts = set(run.changes.filter(kind="customer", before__isnull=True).values_list("object_id", flat=True))
    # Children first: what an account made by the import still has goes with it.
    for kind, model in reversed(_tables().items()):
        changed = run.changes.filter(kind=kind, before__isnull=False)
        done, left = _restore(model, changed.iterator(chunk_size=2_000), now=now)
        restored, kept = restored + done, kept + left
        made = list(run.changes.filter(kind=kind, before__isnull=True).values_list("object_id", flat=True))
        removed += _remove(model, made)
    lines = [
        line("customer.changed", "An import was undone", customer=pk, by=by, now=now, subject=run)
        for pk in customers - made_accounts
    ]
    record_many(lines)
    return Undone(removed, restored, kept)


def _remove(model: type[models.Model], ids: Sequence[uuid.UUID]) -> int:
    removed = 0
    for chunk in chunks(ids):
        rows = model._default_manager.filter(pk__in=chunk)
        if model is User:
            # Somebody who was invited meanwhile, or who owns other accounts, stays.
            rows = rows.filter(is_active=False, last_login=None, owned_customers=None, pk__in=_free_users(chunk))
        removed += len(rows)
        rows.delete()
    return removed


def _free_users(ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    busy: set[Any] = set()
    for name in ("account_executive", "executive"):
        busy.update(Customer.objects.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return [pk for pk in ids if pk not in busy]


def _restore(model: type[models.Model], changes: Iterable[ImportChange], *, now: datetime) -> tuple[int, int]:
    restored = kept = 0
    for chunk in chunks(changes):
        before, after = _oldest_and_newest(chunk)
        rows = model._default_manager.filter(pk__in=list(before))
        updates = []
        for row in rows:
            names = _put_back(row, before[row.pk], after[row.pk])
            restored += bool(names)
            kept += len(before[row.pk]) - len(names)
            updates.append((row, names))
        update_rows(model, updates, now=now)
    return restored, kept


def _oldest_and_newest(
    changes: Sequence[ImportChange],
) -> tuple[dict[uuid.UUID, dict[str, Any]], dict[uuid.UUID, dict[str, Any]]]:
    """A run that was stopped and run again may have changed a row twice: the oldest and the newest values count."""
    before: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
    after: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
    for change in sorted(changes, key=lambda c: c.pk):
        for name, value in (change.before or {}).items():
            before[change.object_id].setdefault(name, value)
        after[change.object_id].update(change.after)
    return before, after


def _put_back(row: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Set the old values where the row still has the import's; gives the fields that were set."""
    names = []
    for name, old in before.items():
        field = row._meta.get_field(name)
        attname = getattr(field, "attname", name)
        current = getattr(row, attname)
        if plain(current) != after.get(name) and str(current) != str(after.get(name)):
            continue
        setattr(row, attname, field.to_python(old) if hasattr(field, "to_python") else old)
        names.append(name)
    return tuple(names)

"""A plan to rows: in batches that each stand alone, so that a run that was stopped is simply run again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, models, transaction

from customers.models import (
    Contract,
    Customer,
    HealthSample,
    ImportChange,
    ImportRun,
    Stakeholder,
    UsageSample,
    User,
    Win,
)
from customers.queries.minute import note_access_after_commit
from customers.registry.imports import ExtraRow, RowChange, list_import_extensions
from customers.rules.book.rows import Refusal
from customers.services.activity import line, record_many
from customers.services.arrays import insert_all, insert_rows
from customers.services.halving import half_by_half
from customers.services.importing.lookup import chunks
from customers.services.importing.plans import AccountPlan, Plan
from customers.services.importing.writes import Write
from customers.signals import book_imported, send_after_commit

BATCH_ACCOUNTS = 500
ROWS_TOGETHER = 2_000
# Parents first. A row's table by the kind that its change names.
TABLES: dict[str, type[models.Model]] = {
    "user": User,
    "customer": Customer,
    "contract": Contract,
    "stakeholder": Stakeholder,
    "usagesample": UsageSample,
    "healthsample": HealthSample,
    "win": Win,
}
Progress = Callable[[int, int], None]


def write_plan(plan: Plan, run: ImportRun, *, now: datetime, by: User, progress: Progress) -> list[Refusal]:
    """This will write the plan and note each change under the run; gives the refusals found while writing.

    progress: called with the accounts done and all accounts after each batch. A batch that clashes with what somebody
    else has just written is tried half by half, and the account that clashes is refused.
    """
    _write_colleagues(plan.new_colleagues, run)
    done, refusals = 0, list[Refusal]()
    for batch in chunks(plan.accounts, BATCH_ACCOUNTS):
        for clashes in half_by_half(batch, partial(_write_batch, run=run, now=now, by=by), alone=_refuse):
            refusals += clashes
        done += len(batch)
        progress(done, len(plan.accounts))
    return refusals


def _refuse(account: AccountPlan, error: Exception) -> list[Refusal]:
    if not isinstance(error, IntegrityError):
        raise error
    reason = "clashes with what is there; somebody changed the account meanwhile, import it again"
    return [Refusal(place, "", reason) for place in account.entry.places]


def _write_colleagues(people: Sequence[User], run: ImportRun) -> None:
    if not people:
        return
    with transaction.atomic():
        User.objects.bulk_create(people)
        _note([RowChange("user", person.pk, None, {}) for person in people], run)


def _write_batch(batch: Sequence[AccountPlan], *, run: ImportRun, now: datetime, by: User) -> list[Refusal]:
    with transaction.atomic():
        changes = _write_rows([write for account in batch for write in account.all_writes() if write.is_needed], now)
        rows = [ExtraRow(account.contract, account.extras) for account in batch if account.contract is not None]
        for extension in list_import_extensions():
            changes += extension.write(rows, now, by)
        _note(changes, run)
        touched = [account for account in batch if account.is_new or any(True for _ in account.changes())]
        record_many([_line(account, run, now=now, by=by) for account in touched])
        if touched:
            note_access_after_commit()
            send_after_commit(
                book_imported,
                customer_ids=[account.customer.pk for account in touched],
                created_ids=[account.customer.pk for account in touched if account.is_new],
            )
    return []


def _write_rows(writes: Sequence[Write], now: datetime) -> list[RowChange]:
    by_kind: dict[str, list[Write]] = defaultdict(list)
    for write in writes:
        by_kind[write.kind].append(write)
    changes = []
    for kind, model in TABLES.items():
        changed = [write for write in by_kind[kind] if not write.is_new]
        update_rows(model, [(write.row, write.fields) for write in changed], now=now)
        made = [write.row for write in by_kind[kind] if write.is_new]
        for chunk in chunks(made, ROWS_TOGETHER):
            insert_all(chunk)
        changes += [RowChange(kind, write.row.pk, write.before_json(), write.after_json()) for write in by_kind[kind]]
    return changes


def update_rows(model: type[models.Model], rows: Iterable[tuple[Any, tuple[str, ...]]], *, now: datetime) -> None:
    """This will update rows in a few statements: one upsert for those whose same fields change.

    Rows must be loaded whole, as an upsert states every column. Who gives up the mark of the primary contact is
    written before who takes it, as an account has one.
    """
    groups: dict[tuple[bool, tuple[str, ...]], list[Any]] = defaultdict(list)
    for row, names in rows:
        if names:
            row.updated_at = now
            groups[bool(getattr(row, "primary", False)), names].append(row)
    for (_takes_mark, names), group in sorted(groups.items(), key=lambda item: item[0]):
        model._default_manager.bulk_create(
            group,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*names, "updated_at"],
            batch_size=500,
        )


def _note(changes: Iterable[RowChange], run: ImportRun) -> None:
    for chunk in chunks(changes, ROWS_TOGETHER):
        rows = [[run.pk.hex, one.kind, one.object_id.hex, _as_text(one.before), _as_text(one.after)] for one in chunk]
        insert_rows(ImportChange, ("run", "kind", "object_id", "before", "after"), rows)


def _as_text(values: dict[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values)


def _line(account: AccountPlan, run: ImportRun, *, now: datetime, by: User) -> dict[str, Any]:
    verb, summary = ("customer.imported", "Account imported") if account.is_new else ("customer.changed", "Changed")
    if not account.is_new:
        labels = dict.fromkeys(change.label.lower() for change in account.changes())
        summary = f"Changed by an import: {', '.join(labels)}"
    summary = f"{summary} from {run.filename}" if account.is_new and run.filename else summary
    return line(verb, summary, customer=account.customer.pk, by=by, now=now, subject=run)

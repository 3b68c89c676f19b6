"""Move old rows to files and remove what nobody needs, in short transactions beside the clock.

A batch is one transaction: its rows are locked (what another holds is skipped), written, on disk for certain, and only
then removed. Killed before the end, the rows are still in their table and are written again; the reader drops doubles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from customers.models import ArchiveFile
from customers.queries.many import many
from customers.queries.standstill import stands_still
from customers.queries.workspace import get_settings
from customers.registry.archives import Archived, Dropped, list_archived, list_dropped
from customers.rules.archives import file_name, horizon_of, month_of, pack
from customers.services.archiving.files import add_piece, check_file

BATCH = 1_000
LOOK = 50_000
"""So many old rows are found by one reading of a table."""


@dataclass(frozen=True)
class Moved:
    """What became of the old rows of one table. is_all: nothing of it is left that could have gone."""

    table: str
    rows: int
    is_archived: bool
    is_all: bool


def why_not() -> str:
    """This will say why no row is archived at present; "" where some are."""
    if not settings.ARCHIVE_DIR:
        return "ARCHIVE_DIR names no folder that outlives the process"
    if not get_settings().archive_months:
        return "it is switched off in the workspace's settings"
    return "everything stands still" if stands_still() else ""


def archive_old(*, now: datetime, months: int, seconds: float) -> Iterator[Moved]:
    """This will move and remove what is older than so many whole months, table by table, until the time is up."""
    horizon, ends = horizon_of(now, months=months), monotonic() + seconds
    for dropped in list_dropped():
        yield _drop(dropped, now=now, horizon=horizon, ends=ends)
    for archived in list_archived():
        yield _move(archived, horizon, now=now, ends=ends)


def find_faults() -> list[str]:
    """This will read every file and say what is missing of what was moved there."""
    files = ArchiveFile.objects.filter(rows__gt=0)
    checked = ((one, check_file(folder() / str(one), size=one.size, rows=one.rows)) for one in files)
    return [f"{one} {words}" for one, words in checked if words]


def folder() -> Path:
    return Path(settings.ARCHIVE_DIR)


def _move(archived: Archived, horizon: datetime, *, now: datetime, ends: float) -> Moved:
    rows, is_all = 0, False
    while not is_all and monotonic() < ends:
        found = _look(archived, horizon)
        before = rows
        for month, ids in _batches(found):
            if monotonic() < ends:
                rows += move_batch(archived, ids, month=month, horizon=horizon, now=now)
        if rows - before < len(found):
            # The time is up, or somebody holds some of them: they are found by the next run.
            break
        is_all = len(found) < LOOK
    return Moved(archived.table, rows, is_archived=True, is_all=is_all)


def _look(archived: Archived, horizon: datetime) -> list[tuple[date, UUID]]:
    """Find old rows by one reading of the table, sorted into months."""
    rows = archived.find(horizon).order_by().values_list(archived.moment, "pk")[:LOOK]
    return sorted((month_of(moment), pk) for moment, pk in rows)


def _batches(found: Sequence[tuple[date, UUID]]) -> Iterator[tuple[date, list[UUID]]]:
    for month, rows in groupby(found, key=lambda row: row[0]):
        ids = [pk for _, pk in rows]
        for start in range(0, len(ids), BATCH):
            yield month, ids[start : start + BATCH]


def move_batch(archived: Archived, ids: Sequence[UUID], *, month: date, horizon: datetime, now: datetime) -> int:
    """This will move those of the rows that are still old and that nobody holds; gives how many."""
    model = archived.model
    with transaction.atomic():
        file = _take_file(archived.table, month)
        old = archived.find(horizon).filter(pk__in=many(ids)).order_by(archived.moment, "pk")
        rows = list(_locked(old).values(*archived.columns))
        if not rows:
            return 0
        path = folder() / file_name(archived.table, month)
        size = add_piece(path, pack(rows), size=file.size)
        _remove(model, [row["id"] for row in rows], file=file, horizon=horizon)
        ArchiveFile.objects.filter(pk=file.pk).update(
            rows=file.rows + len(rows), size=size, deleting_before=None, updated_at=now
        )
    return len(rows)


def _locked(rows: Any) -> Any:
    """What another transaction holds is left to the next run. SQLite has one writer, who holds everything."""
    is_able = connection.features.has_select_for_update_of
    return rows.select_for_update(skip_locked=True, of=("self",)) if is_able else rows


def _take_file(table: str, month: date) -> ArchiveFile:
    """Lock the file's row, so that one at a time adds to the file."""
    ArchiveFile.objects.bulk_create([ArchiveFile(table_label=table, month=month)], ignore_conflicts=True)
    return ArchiveFile.objects.select_for_update().get(table_label=table, month=month)


def _remove(model: type[Any], ids: Sequence[UUID], *, file: ArchiveFile, horizon: datetime) -> None:
    """Remove rows that are on disk. Nothing hangs on them that a cascade would have to take along."""
    ArchiveFile.objects.filter(pk=file.pk).update(deleting_before=horizon)
    rows = model._base_manager.filter(pk__in=many(ids))
    removed = rows._raw_delete(rows.db)
    if removed != len(ids):
        raise RuntimeError(f"{removed} of {len(ids)} rows were removed")


def _drop(dropped: Dropped, *, now: datetime, horizon: datetime, ends: float) -> Moved:
    rows, is_all = 0, False
    while not is_all and monotonic() < ends:
        ids = list(dropped.find(now, horizon).order_by().values_list("pk", flat=True)[:BATCH])
        _, removed = dropped.model._base_manager.filter(pk__in=ids).delete()
        rows += removed.get(dropped.model._meta.label, 0)
        is_all = len(ids) < BATCH
    return Moved(dropped.table, rows, is_archived=False, is_all=is_all)

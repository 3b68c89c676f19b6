"""Old and new code on one database: a kind that only the new one knows, and columns added under the old one's feet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import connection

from config.drills.engine import KIND, tick_on
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.newer import COLUMN, NEW, NEW_KIND, OLD, make_column, tick_on_newer_code
from config.drills.rows import is_clean, is_ticking, look_at_rows, make_rows, settle, spread
from config.drills.sender import NOON, Orders
from config.drills.sends import make_orders, patient
from config.drills.workers import Crew
from customers.models import Todo
from customers.services.kept_marks import install_marks
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.rules.automations import RETRY_DELAY
from journeys.services.pending_lines import drop_pending_triggers, keep_pending

OLD_ENGINES, NEW_ENGINES = 2, 2
STARTS_AFTER = timedelta(hours=1)
ALONE = 5 * RETRY_DELAY
"""How long only old code runs by the clock: longer than all attempts of a row together."""
SPAN = timedelta(hours=3)
ALONE_S = 1.0
LONGEST_S = 120.0


def drill_versions(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will run old engines, add columns under them, run new ones beside them, and look who did what."""
    with drill_ground():
        yield {"database": connection.vendor, **play_versions(count=count, seed=seed)}


def play_versions(*, count: int, seed: int) -> dict[str, Any]:
    """This will play it in the database at hand; the columns go again at the end."""
    owner = make_team()
    accounts = [make_account(number, owner=owner).customer for number in range(20)]
    for kind in (KIND, NEW_KIND):
        make_rows(spread(count // 2, since=NOON + STARTS_AFTER, over=SPAN), accounts=accounts, kind=kind)
    connection.close()
    orders = make_orders("")
    try:
        alone, finished = _run(orders, seed)
        seen = look_at_rows(KIND, NEW_KIND)
        written_by = _count_writers()
    finally:
        remove_columns()
    failures = AutomationLog.objects.filter(kind__in=(KIND, NEW_KIND), status=LogStatus.FAILED).count()
    return {
        **seen,
        "old_engines": OLD_ENGINES,
        "new_engines": NEW_ENGINES,
        "done_by_old_alone": alone.done,
        "done_by_old_on_new_columns": alone.done_on_new_columns,
        "unknown_touched": alone.touched,
        "attempts_lost": failures,
        "notes_by": written_by,
        "passed": finished
        and is_clean(seen)
        and seen["statuses"] == {AutomationStatus.COMPLETED: 2 * (count // 2)}
        and alone.done > 0
        and alone.done_on_new_columns > 0
        and alone.touched == failures == 0
        and written_by[NEW] >= count // 2,
    }


@dataclass(frozen=True)
class Alone:
    """What the old code did before the new one came. touched: rows of the unknown kind that are not as they were."""

    done: int
    touched: int
    done_on_new_columns: int = 0


def _run(orders: Orders, seed: int) -> tuple[Alone, bool]:
    with _crew(orders, OLD_ENGINES, seed, tick_on) as old:
        old.wait(is_ticking, seconds=LONGEST_S)
        for moment in (STARTS_AFTER, *[ALONE / 5] * 5):
            orders.ahead_s.value += moment.total_seconds()
            old.wait(lambda: False, seconds=ALONE_S)
        alone = Alone(done=_count_notes(), touched=_count_touched())
        add_columns()
        orders.ahead_s.value += RETRY_DELAY.total_seconds()
        old.wait(lambda: _count_notes() > alone.done, seconds=LONGEST_S)
        alone = replace(alone, done_on_new_columns=_count_notes() - alone.done)
        with _crew(orders, NEW_ENGINES, seed + 1, tick_on_newer_code) as new:
            orders.ahead_s.value += (SPAN - ALONE).total_seconds()
            return alone, settle(new, orders)


@contextmanager
def _crew(orders: Orders, size: int, seed: int, target: Any) -> Iterator[Crew]:
    crew = Crew(orders, size, seed=seed, target=target)
    try:
        yield crew
    finally:
        crew.end()


def add_columns() -> None:
    """This will do what the new version's migration does, while the old one ticks."""
    drop_pending_triggers(connection)
    with connection.schema_editor() as editor:
        for model in (Todo, AutomationSchedule):
            field = make_column()
            field.set_attributes_from_name(COLUMN)
            field.model = model
            editor.add_field(model, field)
    # As after each migration.
    install_marks(connection)
    keep_pending(connection)


def remove_columns() -> None:
    with connection.cursor() as cursor:
        for model in (Todo, AutomationSchedule):
            table = model._meta.db_table
            columns = [one.name for one in connection.introspection.get_table_description(cursor, table)]
            if COLUMN in columns:
                cursor.execute(f"ALTER TABLE {table} DROP COLUMN {COLUMN}")


def _count_notes() -> int:
    return patient(lambda: Todo.objects.filter(kind=KIND).count())


def _count_touched() -> int:
    untouched = {"status": AutomationStatus.SCHEDULED, "retry_count": 0, "error_message": ""}
    rows = AutomationSchedule.objects.filter(kind=NEW_KIND)
    return patient(lambda: rows.exclude(**untouched).count())


def _count_writers() -> dict[str, int]:
    """How many notes old code wrote, which knows nothing of the column, and how many the new one did."""
    with connection.cursor() as cursor:
        sql = f"SELECT {COLUMN}, count(*) FROM {Todo._meta.db_table} WHERE kind LIKE 'drill.%%' GROUP BY 1"  # noqa: S608
        cursor.execute(sql.replace("%%", "%"))
        found = dict(cursor.fetchall())
    return {OLD: found.get(OLD, 0), NEW: found.get(NEW, 0)}

"""From when a journey is late, kept on the journey by triggers, as many services change months and deliverables.

They are away while migrations run: SQLite makes tables again for these, which fails while a trigger names the table.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

PREFIX = "journeys_late_"
FUNCTION = "journeys_keep_lateness"
WATCHED = (
    ("journeys_journeymonth", "due_date, skipped_at"),
    ("journeys_deliverable", "delivered_at, opened_at"),
)
MONTHS = "journeys_journeymonth m LEFT JOIN journeys_deliverable d ON d.month_id = m.id"
COUNTS = "m.journey_id = journeys_journey.id AND m.skipped_at IS NULL"
VALUES = {
    "open_due_date": f"(SELECT MIN(m.due_date) FROM {MONTHS} WHERE {COUNTS} AND d.delivered_at IS NULL)",  # noqa: S608
    "unopened_since": f"(SELECT MIN(d.delivered_at) FROM {MONTHS} WHERE {COUNTS} AND d.opened_at IS NULL)",  # noqa: S608
}
KEEP = "UPDATE journeys_journey SET " + ", ".join(f"{name} = {value}" for name, value in VALUES.items())  # noqa: S608
HAS_MOVED = " OR ".join(f"{name} IS DISTINCT FROM {value}" for name, value in VALUES.items())

# The lock comes first: what is read after it includes what another change has just saved.
BODY = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger AS $$
DECLARE subject uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN subject := OLD.journey_id; ELSE subject := NEW.journey_id; END IF;
    PERFORM 1 FROM journeys_journey WHERE id = subject FOR NO KEY UPDATE;
    {KEEP} WHERE id = subject AND ({HAS_MOVED});
    RETURN NULL;
END $$ LANGUAGE plpgsql
"""


def keep_lateness(connection: Any) -> None:
    """This will put the triggers in place after a migration, and set right what was changed without them."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, "journeys_journey")]
        if "open_due_date" not in names:
            return
        drop_triggers(connection)
        if connection.vendor == "postgresql":
            cursor.execute(BODY)
        for table, fields in WATCHED:
            for name, event in (("insert", "INSERT"), ("update", f"UPDATE OF {fields}"), ("delete", "DELETE")):
                cursor.execute(_trigger(connection.vendor, table, name, event))
        cursor.execute(f"{KEEP} WHERE {HAS_MOVED}" if connection.vendor == "postgresql" else KEEP)


def drop_triggers(connection: Any) -> None:
    """This will take the triggers away, while migrations run."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in [table for table, _ in WATCHED if table in there]:
            for name in ("insert", "update", "delete"):
                place = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{table}_{name}{place}")


def _trigger(vendor: str, table: str, name: str, event: str) -> str:
    head = f"CREATE TRIGGER {PREFIX}{table}_{name} AFTER {event} ON {table} FOR EACH ROW"
    if vendor == "postgresql":
        return f"{head} EXECUTE FUNCTION {FUNCTION}()"
    return f"{head} BEGIN {KEEP} WHERE id = {'OLD' if name == 'delete' else 'NEW'}.journey_id; END"

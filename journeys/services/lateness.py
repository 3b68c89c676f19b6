"""From when a journey is late, kept on the journey by triggers, as many services change months and deliverables.

They are away while migrations run: SQLite makes tables again for these, which fails while a trigger names the table.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

PREFIX = "journeys_late_"
FUNCTION = "journeys_keep_lateness"
MONTH = "journeys_journeymonth"
WATCHED = (
    (MONTH, "due_date, skipped_at"),
    ("journeys_deliverable", "delivered_at, opened_at"),
)
MONTHS = "journeys_journeymonth m LEFT JOIN journeys_deliverable d ON d.month_id = m.id"
COUNTS = "m.journey_id = journeys_journey.id AND m.skipped_at IS NULL"
VALUES = {
    "open_due_date": f"(SELECT MIN(m.due_date) FROM {MONTHS} WHERE {COUNTS} AND d.delivered_at IS NULL)",  # noqa: S608
    "unopened_since": f"(SELECT MIN(d.delivered_at) FROM {MONTHS} WHERE {COUNTS} AND d.opened_at IS NULL)",  # noqa: S608
}
KEEP = "UPDATE journeys_journey SET " + ", ".join(f"{name} = {value}" for name, value in VALUES.items())  # noqa: S608
BEGINS_EARLIER = (
    "UPDATE journeys_journey SET open_due_date = NEW.due_date "
    "WHERE id = NEW.journey_id AND (open_due_date IS NULL OR open_due_date > NEW.due_date)"
)
HAS_MOVED = " OR ".join(f"{name} IS DISTINCT FROM {value}" for name, value in VALUES.items())

# Once for a statement, however many rows it changes. The lock comes first: what is read after it includes what another
# change has just saved. All lock in one order, so that two of them never wait for each other.
BODY = f"""
CREATE OR REPLACE FUNCTION {{name}}() RETURNS trigger AS $$
DECLARE subjects uuid[];
BEGIN
    SELECT array_agg(DISTINCT changed.journey_id) INTO subjects FROM {{changed}};
    IF subjects IS NULL THEN RETURN NULL; END IF;
    PERFORM 1 FROM journeys_journey WHERE id = ANY(subjects) ORDER BY id FOR NO KEY UPDATE;
    UPDATE journeys_journey AS late SET open_due_date = found.open_due_date, unopened_since = found.unopened_since
    FROM (
        SELECT subject.id, MIN(m.due_date) FILTER (WHERE d.delivered_at IS NULL) AS open_due_date,
            MIN(d.delivered_at) FILTER (WHERE d.opened_at IS NULL) AS unopened_since
        FROM unnest(subjects) AS subject (id)
        LEFT JOIN ({MONTHS}) ON m.journey_id = subject.id AND m.skipped_at IS NULL
        GROUP BY subject.id
    ) AS found
    WHERE late.id = found.id AND (late.open_due_date, late.unopened_since)
        IS DISTINCT FROM (found.open_due_date, found.unopened_since);
    RETURN NULL;
END $$ LANGUAGE plpgsql
"""  # noqa: S608  # our own names only
SEEN = {
    "insert": "NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
    "update": "OLD TABLE AS was NEW TABLE AS changed",
}


def keep_lateness(connection: Any) -> None:
    """This will put the triggers in place after a migration, and set right what was changed without them."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, "journeys_journey")]
        if "open_due_date" not in names:
            return
        drop_triggers(connection)
        for table, fields in WATCHED:
            for name in ("insert", "update", "delete"):
                for statement in _list_statements(connection.vendor, table, fields, name):
                    cursor.execute(statement)
        cursor.execute(f"{KEEP} WHERE {HAS_MOVED}" if connection.vendor == "postgresql" else KEEP)


def drop_triggers(connection: Any) -> None:
    """This will take the triggers away, while migrations run."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in [table for table, _ in WATCHED if table in there]:
            for name in ("insert", "update", "delete"):
                place = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{table}_{name}{place}")


def _list_statements(vendor: str, table: str, fields: str, name: str) -> list[str]:
    trigger = f"CREATE TRIGGER {PREFIX}{table}_{name} AFTER {name.upper()}"
    if vendor == "postgresql":
        function = f"{FUNCTION}_{table}_{name}"
        body = BODY.format(name=function, changed=_changed(fields) if name == "update" else "changed")
        return [
            body,
            f"{trigger} ON {table} REFERENCING {SEEN[name]} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ]
    if name == "update":
        trigger = f"{trigger} OF {fields}"
    if (table, name) == (MONTH, "insert"):
        # Nothing of a new month is delivered: mostly it begins no earlier than those before it.
        return [f"{trigger} ON {table} FOR EACH ROW WHEN NEW.skipped_at IS NULL BEGIN {BEGINS_EARLIER}; END"]
    subject = "OLD" if name == "delete" else "NEW"
    return [f"{trigger} ON {table} FOR EACH ROW BEGIN {KEEP} WHERE id = {subject}.journey_id; END"]


def _changed(fields: str) -> str:
    """Those of which a watched column has changed: a trigger that sees whole statements cannot name columns."""
    now, before = (", ".join(f"{row}.{field.strip()}" for field in fields.split(",")) for row in ("changed", "was"))
    return f"changed JOIN was ON was.id = changed.id WHERE ({now}) IS DISTINCT FROM ({before})"

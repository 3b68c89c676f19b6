"""What the clock has yet to look at, kept in its small table by triggers, as many services change automations.

On SQLite they are away while migrations run: it makes tables again for these, which loses a table's triggers.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

ROWS = "journeys_automationschedule"
LINES = "journeys_pendingautomation"
COLUMNS = "automation_id, status, at"
PENDS = "{row}.status IN ('SCHEDULED', 'RUNNING')"
AT = "CASE {row}.status WHEN 'RUNNING' THEN {row}.leased_until ELSE {row}.trigger_at END"
PENDING = f"SELECT {{row}}.id, {{row}}.status, {AT} FROM {{row}} WHERE {PENDS}"  # noqa: S608
WRITE = f"INSERT INTO {LINES} ({COLUMNS})"

NEW_LINE = f"{WRITE} VALUES (NEW.id, NEW.status, {AT.format(row='NEW')})"
NO_LINE = f"DELETE FROM {LINES} WHERE status = OLD.status AND at = {AT.format(row='OLD')} AND automation_id = OLD.id"  # noqa: S608
WAS, IS = PENDS.format(row="OLD"), PENDS.format(row="NEW")
CHANGED = "UPDATE OF status, trigger_at, leased_until"
SQLITE = {
    "automation_pends_new": ("INSERT", IS, f"{NEW_LINE};"),
    "automation_pends_again": (CHANGED, IS, f"{NO_LINE}; {NEW_LINE};"),
    "automation_pends_no_more": (CHANGED, f"{WAS} AND NOT {IS}", f"{NO_LINE};"),
    "automation_pends_gone": ("DELETE", WAS, f"{NO_LINE};"),
}

BEFORE, AFTER = PENDING.format(row="before"), PENDING.format(row="after")
NO_LINES = f"""
DELETE FROM {LINES} AS line USING ({{lines}}) AS gone (id, status, at)
WHERE line.status = gone.status AND line.at = gone.at AND line.automation_id = gone.id;
"""  # noqa: S608
POSTGRESQL = {
    "automation_pends_new": ("INSERT", "REFERENCING NEW TABLE AS after", f"{WRITE} {AFTER};"),
    "automation_pends_changed": (
        "UPDATE",
        "REFERENCING OLD TABLE AS before NEW TABLE AS after",
        NO_LINES.format(lines=f"{BEFORE} EXCEPT {AFTER}") + f"{WRITE} {AFTER} EXCEPT {BEFORE};",
    ),
    "automation_pends_gone": ("DELETE", "REFERENCING OLD TABLE AS before", NO_LINES.format(lines=BEFORE)),
    "automation_pends_nothing": ("TRUNCATE", "", f"DELETE FROM {LINES};"),  # noqa: S608
}
# Once for a statement, however many rows it changes. Lines are looked up one by one, by their key: what was planned
# for many rows, or among few lines, must not read all of them ever after.
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$ BEGIN {body} RETURN NULL; END $$
"""

EVERY_LINE = PENDING.format(row=ROWS)
STALE = f"SELECT {COLUMNS} FROM {LINES} EXCEPT {EVERY_LINE}"  # noqa: S608
SET_RIGHT = [
    f"DELETE FROM {LINES} WHERE automation_id IN (SELECT automation_id FROM ({STALE}) AS stale)",  # noqa: S608
    f"{WRITE} {EVERY_LINE} EXCEPT SELECT {COLUMNS} FROM {LINES}",  # noqa: S608
]


def keep_pending(connection: Any) -> None:
    """This will put the triggers in place after a migration, and set right what was changed without them."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if LINES not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":  # which cannot replace a trigger
            _drop(connection.vendor, cursor)
        for statement in _list_statements(connection.vendor):
            cursor.execute(statement)
        for statement in SET_RIGHT:
            cursor.execute(statement)


def drop_pending_triggers(connection: Any) -> None:
    """This will take SQLite's triggers away, while migrations run; on PostgreSQL others are at work meanwhile."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            _drop(connection.vendor, cursor)


def _drop(vendor: str, cursor: Any) -> None:
    place = f" ON {ROWS}" if vendor == "postgresql" else ""
    for name in POSTGRESQL if vendor == "postgresql" else SQLITE:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def _list_statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} AFTER {event} ON {ROWS} WHEN {condition} BEGIN {body} END"
            for name, (event, condition, body) in SQLITE.items()
        ]
    functions = [FUNCTION.format(name=f"journeys_{name}", body=body) for name, (_, _, body) in POSTGRESQL.items()]
    return functions + [
        f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {ROWS} {seen} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION journeys_{name}()"
        for name, (event, seen, _) in POSTGRESQL.items()
    ]

"""The log is only added to: the database itself refuses a change or a removal."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER automation_log_keeps_values BEFORE UPDATE ON journeys_automationlog
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END
    """,
    """
    CREATE TRIGGER automation_log_keeps_rows BEFORE DELETE ON journeys_automationlog
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END
    """,
]
POSTGRES = [
    """
    CREATE FUNCTION automation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the log is only added to'; END $$
    """,
    """
    CREATE TRIGGER automation_log_keeps_rows BEFORE UPDATE OR DELETE ON journeys_automationlog
    FOR EACH ROW EXECUTE FUNCTION automation_log_is_append_only()
    """,
]
SQLITE_BACK = ["DROP TRIGGER automation_log_keeps_values", "DROP TRIGGER automation_log_keeps_rows"]
POSTGRES_BACK = [
    "DROP TRIGGER automation_log_keeps_rows ON journeys_automationlog",
    "DROP FUNCTION automation_log_is_append_only()",
]


def put_guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_guard(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial")]
    operations = [migrations.RunPython(put_guard, take_guard)]

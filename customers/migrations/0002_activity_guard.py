"""The record is only added to: the database itself refuses a change or a removal."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER activity_keeps_values BEFORE UPDATE ON customers_activity
    BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END
    """,
    """
    CREATE TRIGGER activity_keeps_rows BEFORE DELETE ON customers_activity
    BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END
    """,
]
POSTGRES = [
    """
    CREATE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the record is only added to'; END $$
    """,
    """
    CREATE TRIGGER activity_keeps_rows BEFORE UPDATE OR DELETE ON customers_activity
    FOR EACH ROW EXECUTE FUNCTION activity_is_append_only()
    """,
]
SQLITE_BACK = ["DROP TRIGGER activity_keeps_values", "DROP TRIGGER activity_keeps_rows"]
POSTGRES_BACK = [
    "DROP TRIGGER activity_keeps_rows ON customers_activity",
    "DROP FUNCTION activity_is_append_only()",
]


def put_guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_guard(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(put_guard, take_guard)]

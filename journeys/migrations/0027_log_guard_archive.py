"""A line of the log may be removed in one way: by the archive, within the transaction that has put it on disk."""

from importlib import import_module

from django.db import migrations

ERASING = import_module("journeys.migrations.0006_log_guard_erasing")
IS_ARCHIVED = """EXISTS (
    SELECT 1 FROM customers_archivefile
    WHERE table_label = 'journeys.automationlog' AND deleting_before > OLD.at)"""
SQLITE = [
    "DROP TRIGGER IF EXISTS automation_log_keeps_rows",
    f"""
    CREATE TRIGGER automation_log_keeps_rows BEFORE DELETE ON journeys_automationlog WHEN NOT {IS_ARCHIVED}
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER IF EXISTS automation_log_keeps_rows", ERASING.KEEPS_ROWS]
POSTGRES = [
    ERASING.POSTGRES_NEW.replace(
        "RAISE EXCEPTION", f"IF TG_OP = 'DELETE' AND {IS_ARCHIVED} THEN RETURN OLD; END IF;\n        RAISE EXCEPTION"
    )
]
POSTGRES_BACK = [ERASING.POSTGRES_NEW]


def let_archive(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def let_erase_alone(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journeys", "0026_fewer_indexes"), ("customers", "0036_archive_files")]
    operations = [migrations.RunPython(let_archive, let_erase_alone)]

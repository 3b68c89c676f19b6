"""What is published is never changed: the database itself refuses another value in a version or its steps.

Deleting stays with the foreign keys: what a journey stands on is protected by them.
"""

from django.db import migrations

MESSAGE = "what is published is never changed"
# Not who published it: a person may be erased. Not when it was last looked at.
VERSION = ("id", "programme_id", "number", "phase_name", "local_time", "celebrates_apart", "note", "published_at")
VERSION_SQL = "journeys_programmeversion"
STEP_SQL = "journeys_programmestep"


def _published(version_id):
    return f"EXISTS (SELECT 1 FROM {VERSION_SQL} v WHERE v.id = {version_id} AND v.published_at IS NOT NULL)"


SQLITE = [
    f"""
    CREATE TRIGGER programme_version_keeps_values BEFORE UPDATE ON {VERSION_SQL}
    WHEN OLD.published_at IS NOT NULL AND NOT ({" AND ".join(f"NEW.{name} IS OLD.{name}" for name in VERSION)})
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """,
    f"""
    CREATE TRIGGER programme_step_keeps_values BEFORE UPDATE ON {STEP_SQL}
    WHEN {_published("OLD.version_id")}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """,
]
POSTGRES = [
    f"""
    CREATE FUNCTION programme_keeps_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$
    """,
    f"""
    CREATE TRIGGER programme_version_keeps_values BEFORE UPDATE ON {VERSION_SQL} FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL
          AND NOT ({" AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in VERSION)}))
    EXECUTE FUNCTION programme_keeps_published()
    """,
    f"""
    CREATE FUNCTION programme_keeps_published_steps() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_published("OLD.version_id")} THEN RAISE EXCEPTION '{MESSAGE}'; END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE TRIGGER programme_step_keeps_values BEFORE UPDATE ON {STEP_SQL} FOR EACH ROW
    EXECUTE FUNCTION programme_keeps_published_steps()
    """,
]
SQLITE_BACK = ["DROP TRIGGER programme_version_keeps_values", "DROP TRIGGER programme_step_keeps_values"]
POSTGRES_BACK = [
    f"DROP TRIGGER programme_version_keeps_values ON {VERSION_SQL}",
    f"DROP TRIGGER programme_step_keeps_values ON {STEP_SQL}",
    "DROP FUNCTION programme_keeps_published()",
    "DROP FUNCTION programme_keeps_published_steps()",
]


def put_guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_guard(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journeys", "0015_version_choice")]
    operations = [migrations.RunPython(put_guard, take_guard)]

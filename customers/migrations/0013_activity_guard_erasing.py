"""The record may lose a person's name in one way: the words go, the digest of what was said takes their place."""

from django.db import migrations

SAME = ("id", "created_at", "customer_id", "at", "verb", "actor_id", "actor_name", "subject_kind", "subject_id")
GONE = ["DROP TRIGGER IF EXISTS activity_keeps_values", "DROP TRIGGER IF EXISTS activity_keeps_rows"]
KEEPS_ROWS = """
    CREATE TRIGGER activity_keeps_rows BEFORE DELETE ON customers_activity
    BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END
"""
SQLITE_OLD = """
    CREATE TRIGGER activity_keeps_values BEFORE UPDATE ON customers_activity
    BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END
"""
SQLITE_NEW = f"""
    CREATE TRIGGER activity_keeps_values BEFORE UPDATE ON customers_activity
    WHEN NOT ({" AND ".join(f"NEW.{name} IS OLD.{name}" for name in SAME)}
              AND NEW.said_digest IS NOT NULL AND (OLD.said_digest IS NULL OR NEW.said_digest = OLD.said_digest))
    BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END
"""
POSTGRES_OLD = """
    CREATE OR REPLACE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the record is only added to'; END $$
"""
POSTGRES_NEW = f"""
    CREATE OR REPLACE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
           AND {" AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in SAME)}
           AND NEW.said_digest IS NOT NULL AND (OLD.said_digest IS NULL OR NEW.said_digest = OLD.said_digest)
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the record is only added to';
    END $$
"""


def let_erase(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_NEW] if is_postgres else [*GONE, SQLITE_NEW, KEEPS_ROWS]:
        schema_editor.execute(statement)


def let_nothing(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_OLD] if is_postgres else [*GONE, SQLITE_OLD, KEEPS_ROWS]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_activity_said_digest")]
    operations = [migrations.RunPython(let_erase, let_nothing)]

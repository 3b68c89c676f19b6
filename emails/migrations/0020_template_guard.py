"""What was published is never changed: the database itself refuses it."""

from django.db import migrations

COLUMNS = ("template_id", "number", "subject", "body", "published_at")
SQLITE = [
    f"""
    CREATE TRIGGER mail_template_keeps_text BEFORE UPDATE ON emails_mailtemplateversion
    WHEN OLD.published_at IS NOT NULL AND ({" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in COLUMNS)})
    BEGIN SELECT RAISE(ABORT, 'a published version is never changed'); END
    """,
]
POSTGRES = [
    """
    CREATE FUNCTION mail_template_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a published version is never changed'; END $$
    """,
    f"""
    CREATE TRIGGER mail_template_keeps_text BEFORE UPDATE ON emails_mailtemplateversion FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND ({" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in COLUMNS)}))
    EXECUTE FUNCTION mail_template_version_is_kept()
    """,
]
SQLITE_BACK = ["DROP TRIGGER mail_template_keeps_text"]
POSTGRES_BACK = [
    "DROP TRIGGER mail_template_keeps_text ON emails_mailtemplateversion",
    "DROP FUNCTION mail_template_version_is_kept()",
]


def put_guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_guard(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("emails", "0019_staff_mails")]
    operations = [migrations.RunPython(put_guard, take_guard)]

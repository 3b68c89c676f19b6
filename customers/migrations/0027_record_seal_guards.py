"""The database itself puts each new line in wait of its link, and refuses to change or remove a link.

An erasure may also take the name of a line by none of ours (a client's own), and leaves the mark of what remains.
"""

from django.db import migrations

ALWAYS = ("id", "created_at", "customer_id", "at", "verb", "actor_id", "subject_kind", "subject_id", "mark")
BEFORE = ("id", "created_at", "customer_id", "at", "verb", "actor_id", "actor_name", "subject_kind", "subject_id")
REFUSED = "'the record is only added to'"
ERASES = "NEW.said_digest IS NOT NULL AND (OLD.said_digest IS NULL OR NEW.said_digest = OLD.said_digest)"

LITE_SEALS = [
    f"""
    CREATE TRIGGER seal_keeps_{what}s BEFORE {verb} ON customers_seal
    BEGIN SELECT RAISE(ABORT, {REFUSED}); END
    """
    for what, verb in (("value", "UPDATE"), ("row", "DELETE"))
]
LITE_QUEUE = """
    CREATE TRIGGER activity_waits_for_seal AFTER INSERT ON customers_activity
    BEGIN INSERT INTO customers_unsealed (line_id) VALUES (NEW.id); END
"""
LITE_GONE = "DROP TRIGGER IF EXISTS activity_keeps_values"


def lite_guard(same, more):
    kept = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in same)
    return f"""
        CREATE TRIGGER activity_keeps_values BEFORE UPDATE ON customers_activity
        WHEN NOT ({kept}{more} AND {ERASES})
        BEGIN SELECT RAISE(ABORT, {REFUSED}); END
    """


POST_SEALS = [
    f"""
    CREATE FUNCTION seal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION {REFUSED}; END $$
    """,
    """
    CREATE TRIGGER seal_keeps_rows BEFORE UPDATE OR DELETE ON customers_seal
    FOR EACH ROW EXECUTE FUNCTION seal_is_append_only()
    """,
]
# Once per statement, so that many lines written together cost one statement more, not one each.
POST_QUEUE = [
    """
    CREATE FUNCTION activity_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO customers_unsealed (line_id) SELECT id FROM fresh; RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER activity_waits_for_seal AFTER INSERT ON customers_activity
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION activity_waits()
    """,
]


def post_guard(same, more):
    kept = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in same)
    return f"""
        CREATE OR REPLACE FUNCTION activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND {kept}{more} AND {ERASES} THEN RETURN NEW; END IF;
            RAISE EXCEPTION {REFUSED};
        END $$
    """


CLIENTS_NAME = " AND (OLD.actor_id IS NULL OR NEW.actor_name = OLD.actor_name)"
OLDER_LINES = "INSERT INTO customers_unsealed (line_id) SELECT id FROM customers_activity ORDER BY created_at, id"


def put_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = [post_guard(ALWAYS, CLIENTS_NAME), *POST_SEALS, *POST_QUEUE]
    else:
        statements = [LITE_GONE, lite_guard(ALWAYS, CLIENTS_NAME), *LITE_SEALS, LITE_QUEUE]
    for statement in [*statements, OLDER_LINES]:
        schema_editor.execute(statement)


def take_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = [
            "DROP TRIGGER activity_waits_for_seal ON customers_activity",
            "DROP FUNCTION activity_waits()",
            "DROP TRIGGER seal_keeps_rows ON customers_seal",
            "DROP FUNCTION seal_is_append_only()",
            post_guard(BEFORE, ""),
        ]
    else:
        gone = ("activity_waits_for_seal", "seal_keeps_rows", "seal_keeps_values")
        statements = [*(f"DROP TRIGGER IF EXISTS {name}" for name in gone), LITE_GONE, lite_guard(BEFORE, "")]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0026_record_seals")]
    operations = [migrations.RunPython(put_guards, take_guards)]

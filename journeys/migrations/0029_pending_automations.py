"""What is scheduled or running gets a line in a small table, written by triggers; the large table's runs touch no index."""

import django.db.models.deletion
from django.db import migrations, models

MOMENT = "CASE {row}.status WHEN 'RUNNING' THEN {row}.leased_until ELSE {row}.trigger_at END"
PENDS = "{row}.status IN ('SCHEDULED', 'RUNNING')"
LINES = f"SELECT {{row}}.id, {{row}}.status, {MOMENT} FROM {{row}} WHERE {PENDS}"
WRITE = "INSERT INTO journeys_pendingautomation (automation_id, status, at)"

# Its key is its only index, and the order in which lines are looked for; the model's key would be a second one.
SQLITE_TABLE = """
    CREATE TABLE journeys_pendingautomation (
        automation_id char(32) NOT NULL, status varchar(10) NOT NULL, at datetime NOT NULL,
        PRIMARY KEY (status, at, automation_id)
    ) WITHOUT ROWID
"""
SQLITE_WRITE = f"{WRITE} VALUES (NEW.id, NEW.status, {MOMENT.format(row='NEW')})"
SQLITE_REMOVE = f"""
    DELETE FROM journeys_pendingautomation
    WHERE status = OLD.status AND at = {MOMENT.format(row="OLD")} AND automation_id = OLD.id
"""
SQLITE = [
    SQLITE_TABLE,
    f"""
    CREATE TRIGGER automation_pends_new AFTER INSERT ON journeys_automationschedule WHEN {PENDS.format(row="NEW")}
    BEGIN {SQLITE_WRITE}; END
    """,
    f"""
    CREATE TRIGGER automation_pends_no_more AFTER UPDATE OF status, trigger_at, leased_until
    ON journeys_automationschedule WHEN {PENDS.format(row="OLD")} AND NOT ({PENDS.format(row="NEW")})
    BEGIN {SQLITE_REMOVE}; END
    """,
    f"""
    CREATE TRIGGER automation_pends_again AFTER UPDATE OF status, trigger_at, leased_until
    ON journeys_automationschedule WHEN {PENDS.format(row="NEW")}
    BEGIN {SQLITE_REMOVE}; {SQLITE_WRITE}; END
    """,
    f"""
    CREATE TRIGGER automation_pends_gone AFTER DELETE ON journeys_automationschedule
    WHEN {PENDS.format(row="OLD")} BEGIN {SQLITE_REMOVE}; END
    """,
]
SQLITE_BACK = [
    *(f"DROP TRIGGER IF EXISTS automation_pends_{name}" for name in ("new", "no_more", "again", "gone")),
    "DROP TABLE journeys_pendingautomation",
]

POSTGRES_TABLE = """
    CREATE TABLE journeys_pendingautomation (
        automation_id uuid NOT NULL, status varchar(10) NOT NULL, at timestamptz NOT NULL,
        CONSTRAINT pending_in_turn PRIMARY KEY (status, at, automation_id)
    )
"""
# Once for each statement, however many rows it changes. Lines are looked up one by one, by their key: what was planned
# for many rows, or among few lines, must not read all of them ever after.
POSTGRES_FUNCTION = """
    CREATE FUNCTION journeys_automation_{name}() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
    AS $$ BEGIN {body} RETURN NULL; END $$
"""
POSTGRES_TRIGGER = """
    CREATE TRIGGER automation_{name} AFTER {event} ON journeys_automationschedule {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION journeys_automation_{name}()
"""
POSTGRES_REMOVE = """
    DELETE FROM journeys_pendingautomation AS line USING ({lines}) AS gone (id, status, at)
    WHERE line.status = gone.status AND line.at = gone.at AND line.automation_id = gone.id;
"""
BEFORE, AFTER = LINES.format(row="before"), LINES.format(row="after")
POSTGRES_PARTS = [
    ("pends_new", "INSERT", "REFERENCING NEW TABLE AS after", f"{WRITE} {AFTER};"),
    (
        "pends_changed",
        "UPDATE",
        "REFERENCING OLD TABLE AS before NEW TABLE AS after",
        POSTGRES_REMOVE.format(lines=f"{BEFORE} EXCEPT {AFTER}") + f"{WRITE} {AFTER} EXCEPT {BEFORE};",
    ),
    ("pends_gone", "DELETE", "REFERENCING OLD TABLE AS before", POSTGRES_REMOVE.format(lines=BEFORE)),
    ("pends_nothing", "TRUNCATE", "", "DELETE FROM journeys_pendingautomation;"),
]
POSTGRES = [
    POSTGRES_TABLE,
    *(POSTGRES_FUNCTION.format(name=name, body=body) for name, _, _, body in POSTGRES_PARTS),
    *(POSTGRES_TRIGGER.format(name=name, event=event, rows=rows) for name, event, rows, _ in POSTGRES_PARTS),
    # Room in each page for what a run writes, so that the row stays in it.
    "ALTER TABLE journeys_automationschedule SET (fillfactor = 85)",
]
POSTGRES_BACK = [
    *(f"DROP TRIGGER automation_{name} ON journeys_automationschedule" for name, _, _, _ in POSTGRES_PARTS),
    *(f"DROP FUNCTION journeys_automation_{name}()" for name, _, _, _ in POSTGRES_PARTS),
    "ALTER TABLE journeys_automationschedule RESET (fillfactor)",
    "DROP TABLE journeys_pendingautomation",
]
FILL = f"{WRITE} {LINES.format(row='journeys_automationschedule')}"


def watch(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)
    schema_editor.execute(FILL)


def leave(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('journeys', '0028_deliverables_that_wait'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='PendingAutomation',
                    fields=[
                        ('automation', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='pending', serialize=False, to='journeys.automationschedule')),
                        ('at', models.DateTimeField(help_text='When it falls due; of one that runs, when its lease is over.')),
                        ('status', models.CharField(choices=[('SCHEDULED', 'Scheduled'), ('RUNNING', 'Running'), ('COMPLETED', 'Completed'), ('FAILED', 'Failed'), ('CANCELLED', 'Cancelled'), ('SKIPPED', 'Skipped'), ('EXPIRED', 'Expired')], help_text='SCHEDULED or RUNNING.', max_length=10)),
                    ],
                ),
            ],
            database_operations=[migrations.RunPython(watch, leave)],
        ),
        migrations.RemoveIndex(
            model_name='automationschedule',
            name='automation_due',
        ),
        migrations.RemoveIndex(
            model_name='automationschedule',
            name='automation_leased',
        ),
    ]

"""What is scheduled or running gets a line in a small table, written by triggers; the large table's runs touch no index."""

import django.db.models.deletion
from django.db import migrations, models

# Its key is its only index, and the order in which lines are looked for; the model's key would be a second one.
TABLES = {
    "sqlite": """
        CREATE TABLE journeys_pendingautomation (
            automation_id char(32) NOT NULL, status varchar(10) NOT NULL, at datetime NOT NULL,
            PRIMARY KEY (status, at, automation_id)
        ) WITHOUT ROWID
    """,
    "postgresql": """
        CREATE TABLE journeys_pendingautomation (
            automation_id uuid NOT NULL, status varchar(10) NOT NULL, at timestamptz NOT NULL,
            CONSTRAINT pending_in_turn PRIMARY KEY (status, at, automation_id)
        )
    """,
}
POSTGRES_TRIGGERS = ("pends_new", "pends_changed", "pends_gone", "pends_nothing")
SQLITE_TRIGGERS = ("pends_new", "pends_again", "pends_no_more", "pends_gone")


def make_table(apps, schema_editor):
    """After the migrations the triggers are made and the lines written: journeys.services.pending_lines."""
    vendor = schema_editor.connection.vendor
    schema_editor.execute(TABLES[vendor])
    if vendor == "postgresql":
        # Room in each page for what a run writes, so that the row stays in it.
        schema_editor.execute("ALTER TABLE journeys_automationschedule SET (fillfactor = 85)")


def drop_table(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in POSTGRES_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS automation_{name} ON journeys_automationschedule")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS journeys_automation_{name}()")
        schema_editor.execute("ALTER TABLE journeys_automationschedule RESET (fillfactor)")
    else:
        for name in SQLITE_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS automation_{name}")
    schema_editor.execute("DROP TABLE journeys_pendingautomation")


class Migration(migrations.Migration):

    dependencies = [
        ('journeys', '0030_board_sums'),
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
            database_operations=[migrations.RunPython(make_table, drop_table)],
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

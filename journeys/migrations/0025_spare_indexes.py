"""Fewer indexes to keep up for each automation and each line of its log: none that another begins with."""

import django.db.models.deletion
from django.db import migrations, models


def drop_index(name, table, column):
    """By name alone: SQLite would make the table again for a changed field, and lose the triggers that guard it."""
    return migrations.RunSQL(f'DROP INDEX IF EXISTS {name}', f'CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})')


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0030_indexes_for_access'),
        ('journeys', '0024_portal_messages'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='automationlog',
                    name='automation',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='logs', to='journeys.automationschedule'),
                ),
                migrations.AlterField(
                    model_name='automationlog',
                    name='customer',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='automation_logs', to='customers.customer'),
                ),
                migrations.AlterField(
                    model_name='automationschedule',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='automationschedules', to='customers.customer'),
                ),
            ],
            database_operations=[
                drop_index('journeys_automationlog_automation_id_6df8fd21', 'journeys_automationlog', 'automation_id'),
                drop_index('journeys_automationlog_customer_id_934961a3', 'journeys_automationlog', 'customer_id'),
                drop_index('journeys_automationschedule_customer_id_68d14d95', 'journeys_automationschedule', 'customer_id'),
            ],
        ),
    ]

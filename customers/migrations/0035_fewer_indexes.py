"""Fewer indexes to keep up for each line of the record: none that another begins with, none that nothing asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def drop_index(name, table, column):
    """By name alone: SQLite would make the table again for a changed field, and lose the triggers that guard it."""
    return migrations.RunSQL(f'DROP INDEX IF EXISTS {name}', f'CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})')


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0034_absences'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='activity',
                    name='actor',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='activity',
                    name='customer',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='activities', to='customers.customer'),
                ),
            ],
            database_operations=[
                drop_index('customers_activity_actor_id_7f80a661', 'customers_activity', 'actor_id'),
                drop_index('customers_activity_customer_id_2da340a2', 'customers_activity', 'customer_id'),
            ],
        ),
    ]

"""Fewer indexes to keep up for months, changes and messages: none that another begins with, and of a person only where there is one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def drop_index(name, table, column):
    """By name alone: SQLite would make the table again for a changed field, and lose the triggers that guard it."""
    return migrations.RunSQL(f'DROP INDEX IF EXISTS {name}', f'CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})')


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0035_fewer_indexes'),
        ('journeys', '0025_spare_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='journeychange',
                    name='journey',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='journeys.journey'),
                ),
                migrations.AlterField(
                    model_name='journeychange',
                    name='undone_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='journeymonth',
                    name='journey',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='months', to='journeys.journey'),
                ),
                migrations.AlterField(
                    model_name='journeymonth',
                    name='skipped_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='portalmessage',
                    name='journey',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='journeys.journey'),
                ),
                migrations.AlterField(
                    model_name='portalmessage',
                    name='read_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.stakeholder'),
                ),
            ],
            database_operations=[
                drop_index('journeys_journeychange_journey_id_17169bbe', 'journeys_journeychange', 'journey_id'),
                drop_index('journeys_journeychange_undone_by_id_08ea6fe2', 'journeys_journeychange', 'undone_by_id'),
                drop_index('journeys_journeymonth_journey_id_bc99aec9', 'journeys_journeymonth', 'journey_id'),
                drop_index('journeys_journeymonth_skipped_by_id_d8aa03f2', 'journeys_journeymonth', 'skipped_by_id'),
                drop_index('journeys_portalmessage_journey_id_d9f846d9', 'journeys_portalmessage', 'journey_id'),
                drop_index('journeys_portalmessage_read_by_id_bebf711c', 'journeys_portalmessage', 'read_by_id'),
            ],
        ),
        migrations.AddIndex(
            model_name='journeychange',
            index=models.Index(condition=models.Q(('undone_by__isnull', False)), fields=['undone_by'], name='journey_change_undone_by'),
        ),
        migrations.AddIndex(
            model_name='journeymonth',
            index=models.Index(condition=models.Q(('skipped_by__isnull', False)), fields=['skipped_by'], name='journey_month_skipped_by'),
        ),
        migrations.AddIndex(
            model_name='portalmessage',
            index=models.Index(condition=models.Q(('read_by__isnull', False)), fields=['read_by'], name='portal_message_read_by'),
        ),
    ]

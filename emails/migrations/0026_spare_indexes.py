"""Fewer indexes to keep up for each letter: none that another begins with, and of what is mostly empty the rest alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def drop_index(name, table, column):
    """By name alone: SQLite would make the table again for a changed field, and lose the triggers that guard it."""
    return migrations.RunSQL(f'DROP INDEX IF EXISTS {name}', f'CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})')


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0030_indexes_for_access'),
        ('emails', '0025_draft_upsell_waits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='draft',
                    name='answers',
                    field=models.ForeignKey(blank=True, db_index=False, help_text='The reply that it answers.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers', to='emails.reply'),
                ),
                migrations.AlterField(
                    model_name='draft',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='customers.customer'),
                ),
                migrations.AlterField(
                    model_name='draft',
                    name='parent',
                    field=models.ForeignKey(blank=True, db_index=False, help_text='The letter that it follows in one thread.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followers', to='emails.draft'),
                ),
                migrations.AlterField(
                    model_name='draft',
                    name='sent_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='draft',
                    name='written_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='draftversion',
                    name='by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            database_operations=[
                drop_index('emails_draft_answers_id_49bef738', 'emails_draft', 'answers_id'),
                drop_index('emails_draft_customer_id_100f282a', 'emails_draft', 'customer_id'),
                drop_index('emails_draft_parent_id_9309cb86', 'emails_draft', 'parent_id'),
                drop_index('emails_draft_sent_by_id_c5085916', 'emails_draft', 'sent_by_id'),
                drop_index('emails_draft_written_by_id_c67b24dc', 'emails_draft', 'written_by_id'),
                drop_index('emails_draftversion_by_id_57029f2f', 'emails_draftversion', 'by_id'),
            ],
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='draft_followers'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('answers__isnull', False)), fields=['answers'], name='draft_answers'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('written_by__isnull', False)), fields=['written_by'], name='draft_written_by'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('sent_by__isnull', False)), fields=['sent_by'], name='draft_sent_by'),
        ),
        migrations.AddIndex(
            model_name='draftversion',
            index=models.Index(condition=models.Q(('by__isnull', False)), fields=['by'], name='draft_version_by'),
        ),
    ]

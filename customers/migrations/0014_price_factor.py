"""The increase as a column that the database keeps, and the book's orders by contract as indexes."""

import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0013_activity_guard_erasing'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='contract',
            name='contract_book_sums',
        ),
        migrations.AddField(
            model_name='contract',
            name='price_factor',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Cast('target_price', models.FloatField()), '/', django.db.models.functions.comparison.NullIf(django.db.models.functions.comparison.Cast('current_price', models.FloatField()), models.Value(0.0))), output_field=models.FloatField(null=True)),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['state', 'current_price'], name='contract_by_price'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['state', 'target_price'], name='contract_by_target'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['state', 'price_factor'], name='contract_by_increase'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['customer', 'state', 'renewal_date', 'currency', 'current_price', 'target_price', 'notice_days', 'price_factor', 'id'], name='contract_book_pass'),
        ),
    ]

"""What a search looks through as a column that the database keeps."""

import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0014_price_factor'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat('name', models.Value(' '), django.db.models.functions.comparison.Coalesce('external_id', models.Value('')), output_field=models.TextField())), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='stakeholder',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat('name', models.Value(' '), 'email', output_field=models.TextField())), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['search_text', 'id'], name='customer_search'),
        ),
        migrations.AddIndex(
            model_name='stakeholder',
            index=models.Index(fields=['search_text', 'customer'], name='stakeholder_search'),
        ),
    ]

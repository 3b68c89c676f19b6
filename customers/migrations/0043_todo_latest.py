from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0042_one_index_by_owner'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='todo',
            index=models.Index(fields=['created_at'], name='todo_latest'),
        ),
    ]

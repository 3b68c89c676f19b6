from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('emails', '0029_draft_compression'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(fields=['created_at'], name='draft_latest'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('emails', '0030_draft_latest'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(fields=['updated_at'], condition=models.Q(('state__in', ['draft', 'blocked'])), name='draft_waits'),
        ),
    ]

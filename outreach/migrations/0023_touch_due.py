from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0022_latest_steps_and_sums'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(fields=['due_date'], name='touch_due'),
        ),
    ]


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0023_user_slack_id'),
        ('outreach', '0015_outreach_stand_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='upsellstep',
            index=models.Index(condition=models.Q(('name', 'send_email_draft'), ('state', 'waiting')), fields=['updated_at'], name='upsellstep_mail_waits'),
        ),
        migrations.AddIndex(
            model_name='usagealert',
            index=models.Index(condition=models.Q(('outcome', 'starts_run')), fields=['decided_at'], name='usagealert_starts_run'),
        ),
    ]

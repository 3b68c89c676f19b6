from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0023_touch_due'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='crmwrite',
            options={'ordering': ['-updated_at'], 'verbose_name': 'CRM write'},
        ),
        migrations.AlterModelOptions(
            name='oauthstate',
            options={'verbose_name': 'consent under way', 'verbose_name_plural': 'consents under way'},
        ),
        migrations.AlterModelOptions(
            name='slackclick',
            options={'ordering': ['-received_at'], 'verbose_name': 'Slack click'},
        ),
        migrations.AlterModelOptions(
            name='slackquestion',
            options={'ordering': ['-created_at'], 'verbose_name': 'Slack question'},
        ),
    ]

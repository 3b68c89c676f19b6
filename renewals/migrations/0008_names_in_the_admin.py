from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('renewals', '0007_stepline_without_contract'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='crmstagemove',
            options={'ordering': ['-asked_at'], 'verbose_name': 'CRM stage move'},
        ),
        migrations.AlterModelOptions(
            name='engagerun',
            options={'ordering': ['-opened_at'], 'verbose_name': 'Engage run'},
        ),
    ]

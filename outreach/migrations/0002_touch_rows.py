import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('journeys', '0004_outbox_ring'),
        ('outreach', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='touch',
            name='automation',
            field=models.ForeignKey(blank=True, help_text="The clock's row that this touch shows, once its letter has left.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='touches', to='journeys.automationschedule'),
        ),
        migrations.AddField(
            model_name='touch',
            name='fixed_date',
            field=models.DateField(blank=True, help_text='A day that a reply gave it; it stays when the plan is computed again.', null=True),
        ),
        migrations.AddField(
            model_name='touch',
            name='fixed_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='touch',
            name='note',
            field=models.CharField(blank=True, help_text='What became of it, in words.', max_length=300),
        ),
    ]

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("journeys", "0017_simulation_run"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RolloutRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('answer', models.CharField(choices=[('keep', 'Keep the old version'), ('move', 'Move to the new version'), ('skip', 'Leave the changed months out')], max_length=10)),
                ('step', models.PositiveSmallIntegerField(blank=True, help_text='Which month to leave out alone.', null=True)),
                ('asked_at', models.DateTimeField()),
                ('total', models.PositiveIntegerField()),
                ('answered', models.PositiveIntegerField(default=0)),
                ('refused', models.JSONField(blank=True, default=list)),
                ('last_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claim_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rollout_runs', to='journeys.programmeversion')),
            ],
            options={
                'ordering': ['-asked_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('finished_at', None)), fields=['asked_at'], name='rollout_run_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('version',), name='rollout_run_once'), models.CheckConstraint(condition=models.Q(models.Q(('claim_token', None), ('leased_until', None)), models.Q(('claim_token__isnull', False), ('leased_until__isnull', False)), _connector='OR'), name='rollout_run_claim_whole'), models.CheckConstraint(condition=models.Q(('finished_at', None), ('claim_token', None), _connector='OR'), name='rollout_run_finished_is_free')],
            },
        ),
    ]

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('customers', '0011_sending_rules'),
        ('outreach', '0003_reactions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduleChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('cause_kind', models.CharField(choices=[('reply', 'An absence told by reply'), ('reaction', 'A decision after a reply'), ('brake', 'A brake that was released')], max_length=10)),
                ('cause_id', models.UUIDField()),
                ('target_kind', models.CharField(choices=[('automation', 'A row of the clock'), ('touch', 'A contact of the plan'), ('draft', 'A letter that is to leave')], max_length=12)),
                ('target_id', models.UUIDField()),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('restored_at', models.DateTimeField(blank=True, null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='customers.customer')),
            ],
            options={
                'ordering': ['made_at', 'created_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['target_kind', 'target_id'], name='change_target')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('restored_at', None)), fields=('cause_kind', 'cause_id', 'target_kind', 'target_id'), name='change_once_for_a_cause')],
            },
        ),
    ]

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('customers', '0011_sending_rules'),
        ('emails', '0013_first_touch_sent'),
        ('outreach', '0002_touch_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('choice', models.CharField(choices=[('accelerate', 'Accelerate'), ('resume', 'Go on as planned'), ('hold', 'Hold'), ('negotiate', 'Negotiate')], max_length=12)),
                ('proposed', models.CharField(choices=[('accelerate', 'Accelerate'), ('resume', 'Go on as planned'), ('hold', 'Hold'), ('negotiate', 'Negotiate')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField()),
                ('cancelled_drafts', models.JSONField(blank=True, default=list, help_text='Ids of letters that it made needless.')),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('brake', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='customers.brake')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='customers.customer')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hold', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.hold')),
                ('reply', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reactions', to='emails.reply')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-decided_at'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('brake',), name='reaction_once_for_a_brake')],
            },
        ),
    ]

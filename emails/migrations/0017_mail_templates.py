import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('customers', '0017_search_trigrams'),
        ('emails', '0016_reply_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MailTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('audience', models.CharField(choices=[('client', 'Client'), ('staff', 'Our own people')], default='client', max_length=10)),
            ],
            options={
                'ordering': ['audience', 'name'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MailTemplateVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField()),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField(help_text='{{name}} stands for a value; [Words]({{link}}) on its own line is a button.')),
                ('note', models.CharField(blank=True, help_text='What is new in it.', max_length=300)),
                ('edit', models.PositiveIntegerField(default=1, help_text='Grows with every change of a draft.')),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='emails.mailtemplate')),
            ],
            options={
                'ordering': ['template', '-number'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='mailtemplateversion',
            constraint=models.UniqueConstraint(fields=('template', 'number'), name='mail_template_version_once'),
        ),
        migrations.AddConstraint(
            model_name='mailtemplateversion',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('template',), name='mail_template_draft_once'),
        ),
    ]

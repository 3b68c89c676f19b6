import django.core.validators
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('customers', '0011_sending_rules'),
        ('emails', '0013_first_touch_sent'),
        ('renewals', '0002_objection'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TermNote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField()),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('term_months', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('discount_pct', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))])),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('state', models.CharField(choices=[('discussed', 'Discussed'), ('proposed', 'Waits for a lead'), ('approved', 'May be offered'), ('refused', 'Not to be offered')], default='discussed', max_length=10)),
                ('lead_reason', models.CharField(blank=True, help_text='Why a lead must decide; empty where none must.', max_length=300)),
                ('written_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='customers.customer')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('renewal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='term_notes', to='renewals.renewal')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-version'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('renewal', 'version'), name='term_note_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'refused']), _negated=True), ('decided_at__isnull', False), _connector='OR'), name='term_note_decided_has_moment')],
            },
        ),
    ]

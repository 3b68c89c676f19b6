import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('emails', '0017_mail_templates'),
    ]

    operations = [
        migrations.AddField(
            model_name='draft',
            name='approval_rule',
            field=models.CharField(blank=True, help_text='The named rule by which it is approved, where no person read it.', max_length=200),
        ),
        migrations.AddField(
            model_name='draft',
            name='buttons',
            field=models.JSONField(blank=True, default=list, help_text='[label, address] that code has put into the text.'),
        ),
        migrations.AddField(
            model_name='draft',
            name='occurrence',
            field=models.CharField(blank=True, help_text="Which one of its origin's letters it is, so that it is written once.", max_length=120),
        ),
        migrations.AlterField(
            model_name='draft',
            name='origin_kind',
            field=models.CharField(choices=[('engage', 'Engage plan'), ('compose', 'Written freely'), ('api', 'API'), ('journey', 'Journey')], default='compose', max_length=20),
        ),
        migrations.AlterField(
            model_name='draft',
            name='purpose',
            field=models.CharField(choices=[('first_touch', 'First letter'), ('follow_up', 'Follow-up'), ('confirmation', 'Meeting confirmation'), ('recap', 'Recap'), ('notice', 'Notice'), ('free', 'Written freely'), ('answer', 'Answer in the thread'), ('programme', 'Programme mail'), ('hold_news', 'About the hold itself')], default='first_touch', max_length=20),
        ),
        migrations.AddField(
            model_name='draft',
            name='template_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='emails.mailtemplateversion'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('occurrence', ''), _negated=True), fields=('origin_kind', 'origin_id', 'occurrence'), name='draft_occurrence_once'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0018_standstill"),
    ]

    operations = [
        migrations.AddField(
            model_name="stakeholder",
            name="phone",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="stakeholder",
            name="wished_email",
            field=models.EmailField(
                blank=True,
                default="",
                help_text="Asked for by themselves. To use it, put it above; to decline, empty it.",
                max_length=254,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="stakeholder",
            name="social_handles",
            field=models.TextField(blank=True, default="", help_text="One a line, such as: Instagram @acme"),
            preserve_default=False,
        ),
    ]

"""Notices of accounts handed over and of absences."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0038_role_integration")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reply", "A reply arrived"),
                    ("approval", "Something waits for your approval"),
                    ("sending", "A mail was not sent"),
                    ("review", "A deliverable waits for your review"),
                    ("upsell", "An upsell run waits"),
                    ("enrollment", "An enrollment waits"),
                    ("automation", "An automation failed"),
                    ("desk", "Accounts or a desk come to you"),
                    ("escalation", "An escalation"),
                ],
                max_length=12,
            ),
        ),
    ]

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0019_contact_phone"),
        ("journeys", "0014_programme_draft_edit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VersionChoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("answer", models.CharField(choices=[("keep", "Keep the old version"), ("move", "Move to the new version"), ("skip", "Leave the changed months out")], max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="customers.customer")),
                ("journey", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="version_choices", to="journeys.journey")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="journeys.programmeversion")),
            ],
            options={
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("journey", "version"), name="version_choice_once")],
            },
        ),
    ]

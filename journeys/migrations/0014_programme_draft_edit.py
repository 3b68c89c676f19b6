from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("journeys", "0013_deliverable_instruction"),
    ]

    operations = [
        migrations.AddField(
            model_name="programmeversion",
            name="edit",
            field=models.PositiveIntegerField(default=1, help_text="Grows with every change of a draft."),
        ),
    ]

"""Which accounts were written to since a moment is read from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emails", "0021_draft_lapses")]

    operations = [
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["customer", "state", "updated_at", "sent_at"], name="draft_of_account"),
        ),
        migrations.RemoveIndex(model_name="draft", name="emails_draf_custome_5a4b6a_idx"),
    ]

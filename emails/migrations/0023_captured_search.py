"""An index that holds all that a list or a search of the mailbox asks, so that no message is read to find a page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emails", "0022_draft_of_account")]

    operations = [
        migrations.AddIndex(
            model_name="capturedmail",
            index=models.Index(
                fields=["-captured_at", "customer", "subject", "mail_to", "id"], name="captured_search"
            ),
        ),
        migrations.RemoveIndex(model_name="capturedmail", name="emails_capt_capture_105a23_idx"),
    ]

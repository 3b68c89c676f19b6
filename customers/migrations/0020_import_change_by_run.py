"""What an import did is found by its kind; the index begins with the run, so that the run needs none of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0019_contact_phone")]

    operations = [
        migrations.AddIndex(
            model_name="importchange",
            index=models.Index(fields=["run", "kind", "object_id"], name="import_change_by_run"),
        ),
        migrations.AlterField(
            model_name="importchange",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="customers.importrun",
            ),
        ),
    ]

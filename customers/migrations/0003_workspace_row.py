"""The workspace's one row of settings, with the defaults."""

from django.db import migrations


def make_row(apps, schema_editor):
    apps.get_model("customers", "WorkspaceSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_activity_guard")]
    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]

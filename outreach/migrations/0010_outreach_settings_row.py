"""The one row of settings of expansion, with the defaults."""

from django.db import migrations


def make_row(apps, schema_editor):
    apps.get_model("outreach", "OutreachSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0009_outreach_settings")]
    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]

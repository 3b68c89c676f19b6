from django.db import migrations

OPTIONS = {"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 10_000}


def vacuum_sooner(apps, schema_editor):
    """Lines come and go at the front of the index, where each look begins, and a fifth of a million is many to pass.

    So autovacuum clears them away by the ten thousand, however many lines wait behind. Locks nobody out.
    """
    if schema_editor.connection.vendor == "postgresql":
        options = ", ".join(f"{name} = {value}" for name, value in OPTIONS.items())
        schema_editor.execute(f"ALTER TABLE journeys_pendingautomation SET ({options})")


def vacuum_as_usual(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE journeys_pendingautomation RESET ({', '.join(OPTIONS)})")


class Migration(migrations.Migration):
    dependencies = [("journeys", "0031_pending_automations")]
    operations = [migrations.RunPython(vacuum_sooner, vacuum_as_usual)]

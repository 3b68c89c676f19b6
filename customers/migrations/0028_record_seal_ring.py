"""Beat has the record sealed every minute."""

from django.db import migrations

NAME = "The record's seals"
TASK = "customers.seal_record"
EVERY_S = 60


def add_ring(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    interval = interval_model.objects.filter(every=EVERY_S, period="seconds").first()
    if interval is None:
        interval = interval_model.objects.create(every=EVERY_S, period="seconds")
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        task=TASK,
        defaults={
            "name": NAME,
            "interval": interval,
            "expire_seconds": EVERY_S,
            "description": "Adds a link for each new line of the record, and verifies it where that was asked for.",
        },
    )


def remove_ring(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0027_record_seal_guards"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(add_ring, remove_ring)]

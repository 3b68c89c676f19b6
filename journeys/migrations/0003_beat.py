"""Beat rings the clock every 30 seconds.

Written once, here, so that ops may edit or stop it in the admin: an entry of CELERY_BEAT_SCHEDULE would be set back at
each start.
"""

from django.db import migrations

NAME = "Clock"
TASK = "journeys.tick"
EVERY_S = 30


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
            # A ring that nobody heard in time is not owed: the next one finds the same rows.
            "expire_seconds": EVERY_S,
            "description": "Runs everything whose moment has come. A message lost or doubled loses nothing.",
        },
    )


def remove_ring(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0002_log_guard"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(add_ring, remove_ring)]

"""Beat rings the outbox every 5 seconds: a letter leaves soon after its undo time."""

from django.db import migrations

NAME = "Outbox"
TASK = "journeys.send_due"
EVERY_S = 5


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
            "description": "Hands over letters whose turn it is. The clock does the same every 30 seconds.",
        },
    )


def remove_ring(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [("journeys", "0003_beat")]
    operations = [migrations.RunPython(add_ring, remove_ring)]

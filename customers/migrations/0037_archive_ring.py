"""Beat has old rows archived at night."""

from django.db import migrations

NAME = "Old rows to the archive"
TASK = "customers.archive_old"


def add_ring(apps, schema_editor):
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    nightly = {"minute": "20", "hour": "3", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    crontab = crontab_model.objects.filter(**nightly, timezone="UTC").first()
    if crontab is None:
        crontab = crontab_model.objects.create(**nightly, timezone="UTC")
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        task=TASK,
        defaults={
            "name": NAME,
            "crontab": crontab,
            "expire_seconds": 3600,
            "description": "Moves what the workspace's settings call old to files in ARCHIVE_DIR, ten minutes a night.",
        },
    )


def remove_ring(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0036_archive_files"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(add_ring, remove_ring)]

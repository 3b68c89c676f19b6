"""The Celery application. A message is a doorbell that carries an id; the row in the database is the job."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

app = Celery("evergreen")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""The Celery application. A message is a doorbell that carries an id; the row in the database is the job."""

import os
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import setup_logging, worker_ready
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

log = structlog.get_logger(__name__)


class Doorbell(Task):
    """A task whose ring may get lost: with the broker down the caller goes on, and the next tick finds the row."""

    abstract = True

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().apply_async(*args, **kwargs)
        except (OperationalError, OSError) as error:
            log.warning("doorbell_unheard", task=self.name, error=type(error).__name__)
            return None


app = Celery("evergreen", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Celery sets up no logging of its own when someone listens here; settings.LOGGING is what holds."""


@worker_ready.connect
def ring_at_start(**kwargs: Any) -> None:
    """What fell due while nobody worked need not wait for beat's first ring."""
    app.send_task("journeys.tick")

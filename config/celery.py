"""The Celery application. A message is a doorbell that carries an id; the row in the database is the job."""

import os
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_ready,
)
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from config.loaded import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

log = structlog.get_logger(__name__)


class Doorbell(Task):
    """A task whose ring may get lost: with the broker down the caller goes on, and the next tick finds the row."""

    abstract = True

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().apply_async(*args, **kwargs)
        except (OperationalError, OSError, RedisError) as error:
            log.warning("doorbell_unheard", task=self.name, error=type(error).__name__)
            return None


app = Celery("evergreen", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Celery sets up no logging of its own when someone listens here; settings.LOGGING is what holds."""


@before_task_publish.connect
def name_who_rings(headers: dict[str, Any], **kwargs: Any) -> None:
    """The request that rings, so that its lines and the task's are found together."""
    if name := get_contextvars().get("request_id"):
        headers["request_id"] = name


@task_prerun.connect
def name_run(task_id: str, task: Task, **kwargs: Any) -> None:
    """Every line that a task logs has its name and the id of this run."""
    if task.request.is_eager:
        return
    clear_contextvars()
    asked_by = task.request.get("request_id")
    bind_contextvars(task=task.name, run_id=task_id, **({"request_id": asked_by} if asked_by else {}))


@task_postrun.connect
def end_run(task: Task, **kwargs: Any) -> None:
    if not task.request.is_eager:
        clear_contextvars()


@worker_ready.connect
def ring_at_start(**kwargs: Any) -> None:
    """What fell due while nobody worked need not wait for beat's first ring."""
    app.send_task("journeys.tick")


@worker_process_init.connect
@worker_ready.connect
def keep_loaded(**kwargs: Any) -> None:
    """In the one process of a pool of threads, and in each of a pool of processes."""
    keep_what_is_loaded()

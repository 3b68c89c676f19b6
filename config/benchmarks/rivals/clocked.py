"""A rival: one clocked task of django-celery-beat per row, which its beat hands to a Celery worker when it is due."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django_celery_beat.models import ClockedSchedule, PeriodicTask, PeriodicTasks

from config.benchmarks.rivals.countdown import BROKER, QUEUE, answering, carry_out, worker_code
from config.benchmarks.rivals.processes import environment, private_redis, python, seconds_until_done

LEAD = timedelta(seconds=8)
"""Beat reads what has changed every few seconds."""

BEAT = (
    "import django; django.setup(); from config.benchmarks.rivals.countdown import app; "
    "app.conf.update(beat_max_loop_interval=1, timezone='UTC'); "
    "app.Beat(scheduler='django_celery_beat.schedulers:DatabaseScheduler', loglevel='ERROR', quiet=True).run()"
)


class ClockedWorker:
    """Beat and a worker that are up. `spend` gives the seconds from when the rows were due until all are done."""

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float:
        due = datetime.now(UTC) + LEAD
        clocked = ClockedSchedule.objects.create(clocked_time=due)
        PeriodicTask.objects.bulk_create(
            PeriodicTask(
                name=f"bench {pk}",
                task=carry_out.name,
                args=json.dumps([way, str(pk), now.isoformat()]),
                clocked=clocked,
                one_off=True,
                queue=QUEUE,
            )
            for pk in ids
        )
        PeriodicTasks.update_changed()
        try:
            time.sleep(max((due - datetime.now(UTC)).total_seconds(), 0))
            return seconds_until_done(ids)
        finally:
            clocked.delete()  # its tasks with it
            PeriodicTasks.update_changed()


@contextmanager
def clocked_worker() -> Iterator[ClockedWorker | None]:
    """This will start a broker, a beat and a worker on the database at hand; None where no Redis is installed."""
    with private_redis() as socket:
        if socket is None:
            yield None
            return
        broker = f"redis+socket://{socket}"
        PeriodicTask.objects.all().delete()  # of the scratch database: this beat rings for the benchmark alone
        with (
            environment({BROKER: broker}) as env,
            python(worker_code(keeps_connections=True), env) as worker,
            python(BEAT, env),
        ):
            answering(worker, broker)
            yield ClockedWorker()

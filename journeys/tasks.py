"""The clock's doorbell. The message carries nothing: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from journeys.services import clock


@shared_task(name="journeys.tick")
def tick() -> None:
    """Ring every 30 seconds; once more at once when the last ring ended with rows still due."""
    report = clock.tick(now=timezone.now())
    if report.is_unfinished:
        tick.delay()

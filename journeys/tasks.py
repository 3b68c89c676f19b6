"""The clock's doorbells. The messages carry nothing: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from emails.services import outbox
from journeys.services import clock, simulation_runs, writing
from journeys.services.restoring import is_clock_trusted


@shared_task(name="journeys.tick")
def tick() -> None:
    """Ring every 30 seconds; once more at once when the last ring ended with rows still due."""
    report = clock.tick(now=timezone.now(), clock=timezone.now)
    if report.is_unfinished:
        tick.delay()


@shared_task(name="journeys.send_due")
def send_due() -> None:
    """Ring every 5 seconds, so that a letter leaves soon after its undo time, not half a minute later.

    Once more at once while there is something to send: a batch may be over long before the next ring.
    """
    now = timezone.now()
    if is_clock_trusted(now=now, clock=timezone.now) and outbox.send_due(now=now):
        send_due.delay()


@shared_task(name="journeys.write_deliverables")
def write_deliverables() -> None:
    """Write the deliverables that are due; the clock finds those whose ring was lost."""
    writing.write_due(now=timezone.now())


@shared_task(name="journeys.play_simulations")
def play_simulations() -> None:
    """Play the books that are asked for; whoever waits for an answer rings again where a ring was lost."""
    simulation_runs.play_due(now=timezone.now())

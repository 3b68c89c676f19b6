import importlib
import json
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.dateparse import parse_datetime
from django_celery_beat.models import PeriodicTask

from customers.models import Customer
from journeys.models import ClockState
from journeys.tasks import send_due, tick
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db
migration = importlib.import_module("journeys.migrations.0003_beat")
outbox_migration = importlib.import_module("journeys.migrations.0004_outbox_ring")


def test_migration_makes_beat_ring_every_30_seconds() -> None:
    PeriodicTask.objects.all().delete()

    migration.add_ring(apps, None)

    ring = PeriodicTask.objects.get(task=tick.name)
    assert (ring.interval.every, ring.interval.period, ring.enabled) == (30, "seconds", True)
    assert ring.expire_seconds == 30


def test_migration_leaves_what_ops_changed() -> None:
    migration.add_ring(apps, None)
    PeriodicTask.objects.filter(task=tick.name).update(enabled=False, name="Stopped for the move")

    migration.add_ring(apps, None)

    ring = PeriodicTask.objects.get(task=tick.name)
    assert (ring.enabled, ring.name) == (False, "Stopped for the move")


def test_migration_back_removes_the_ring() -> None:
    migration.add_ring(apps, None)

    migration.remove_ring(apps, None)

    assert not PeriodicTask.objects.filter(task=tick.name).exists()


def test_migration_makes_the_outbox_ring_every_5_seconds() -> None:
    PeriodicTask.objects.all().delete()

    outbox_migration.add_ring(apps, None)
    outbox_migration.add_ring(apps, None)

    ring = PeriodicTask.objects.get(task=send_due.name)
    assert (ring.interval.every, ring.interval.period, ring.expire_seconds) == (5, "seconds", 5)


def test_settings_hold_no_schedule_that_would_undo_it() -> None:
    assert not hasattr(settings, "CELERY_BEAT_SCHEDULE")


def test_doorbell_runs_what_is_due(customer: Customer, notebook: Notebook) -> None:
    moment = parse_datetime("2026-01-01T00:00:00Z")
    assert moment is not None
    row = make_automation(customer, moment)

    tick()

    assert notes() == [str(row.pk)]


def test_command_ticks_up_to_a_moment(customer: Customer, notebook: Notebook) -> None:
    moment = parse_datetime("2026-03-06T10:00:00Z")
    assert moment is not None
    make_automation(customer, moment)
    out = StringIO()

    call_command("tick", "--now", "2026-03-06T07:00Z", "--until", "2026-03-06T12:30:00+01:00", stdout=out)

    assert json.loads(out.getvalue())["outcomes"] == {"completed": 1}
    # Played, not lived through: it says nothing of how far the clock has come.
    assert not ClockState.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--now", "yesterday"),
        ("--now", "2026-03-04T15:00Z", "--until", "2026-03-04T14:00Z"),
    ],
)
def test_command_with_an_unusable_moment_says_so(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("tick", *arguments)

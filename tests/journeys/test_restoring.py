"""A restored backup and a clock that went back: everything stands still until ops confirm."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Activity, Customer, Standstill, User
from customers.queries.standstill import find_standstill, remember_standstill, stands_still
from customers.services.standstill import NotOps, stand_still
from emails.enums import DraftState
from emails.models import Draft
from emails.services import outbox
from emails.services.drafts import compose_draft
from emails.services.sending import send
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, ClockState
from journeys.rules.restoring import MAY_GO_BACK
from journeys.services.clock import tick, tick_as_of, tick_until
from journeys.services.restoring import confirm_clock, is_clock_trusted, mark_restored, put_tick_on_record
from journeys.tasks import send_due
from tests import factories
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    remember_standstill(False, seconds=0)


def restore_backup(*, last_tick_at: datetime) -> None:
    """The database as it was then; what is kept outside it stays."""
    ClockState.objects.update(last_tick_at=last_tick_at)


def test_restored_backup_stands_still(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now - HOUR)
    restore_backup(last_tick_at=now - 5 * HOUR)
    row = make_automation(customer, now - 2 * HOUR)

    report = tick(now=now)

    row.refresh_from_db()
    assert (report.stands_still, row.status, notes()) == (True, AutomationStatus.SCHEDULED, [])
    standstill = find_standstill()
    assert standstill is not None
    assert (standstill.began_at, standstill.last_tick_at) == (now, now - 5 * HOUR)
    assert Activity.objects.filter(verb="clock.stopped").count() == 1


def test_backup_restored_within_the_minute_is_known(customer: Customer, notebook: Notebook, now: datetime) -> None:
    make_automation(customer, now)
    tick(now=now)
    restore_backup(last_tick_at=now - timedelta(seconds=1))

    assert tick(now=now + MINUTE).stands_still


@pytest.mark.parametrize(
    ("back", "stands"), [(MAY_GO_BACK, False), (MAY_GO_BACK + timedelta(seconds=1), True), (-30 * HOUR * 24, False)]
)
def test_clock_that_went_back_too_far_stands_still(
    notebook: Notebook, now: datetime, back: timedelta, stands: bool
) -> None:
    tick(now=now)

    assert tick(now=now - back).stands_still is stands


def test_tick_that_was_frozen_while_others_went_on_does_nothing(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    row = make_automation(customer, now - MINUTE)
    tick_as_of(now=now - 2 * MINUTE)
    put_tick_on_record(now=now + 8 * HOUR, report={})

    report = tick(now=now, clock=lambda: now + 8 * HOUR + MINUTE)

    row.refresh_from_db()
    assert (report.stands_still, report.is_unfinished, row.status) == (False, True, AutomationStatus.SCHEDULED)
    assert find_standstill() is None
    assert not is_clock_trusted(now=now, clock=lambda: now + 8 * HOUR)
    assert find_standstill() is None
    assert tick(now=now, clock=lambda: now).stands_still


def test_plain_outage_goes_on_by_the_lateness_rules(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    row = make_automation(customer, now + HOUR)

    report = tick(now=now + timedelta(days=3))

    row.refresh_from_db()
    assert (report.stands_still, row.status) == (False, AutomationStatus.COMPLETED)


def test_ticks_as_of_another_moment_leave_no_mark(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    row = make_automation(customer, now + timedelta(hours=40))

    tick_until(now=now, until=now + timedelta(hours=41))
    tick_as_of(now=now - timedelta(days=60))
    report = tick(now=now + MINUTE)

    row.refresh_from_db()
    assert (report.stands_still, row.status) == (False, AutomationStatus.COMPLETED)


def test_mark_of_another_database_says_nothing(notebook: Notebook, now: datetime) -> None:
    tick(now=now + 9 * HOUR)
    ClockState.objects.all().delete()

    tick(now=now)

    assert not tick(now=now + MINUTE).stands_still


@pytest.mark.parametrize("text", ["", "{", "[]", '{"database": 1}', "\x00", '{"database": "x", "epoch": 1, "at": ""}'])
def test_mark_that_cannot_be_read_stops_nothing(notebook: Notebook, now: datetime, settings: Any, text: str) -> None:
    tick(now=now)
    (settings.DATA_DIR / "clock_mark").write_text(text)

    assert not tick(now=now + MINUTE).stands_still


def test_mark_that_cannot_be_kept_stops_nothing(notebook: Notebook, now: datetime, settings: Any) -> None:
    settings.DATA_DIR = settings.DATA_DIR / "gone"

    assert not tick(now=now).stands_still


def test_idle_ticks_write_no_mark(notebook: Notebook, now: datetime, settings: Any) -> None:
    tick(now=now)
    (settings.DATA_DIR / "clock_mark").unlink()

    tick(now=now + timedelta(seconds=30))

    assert not (settings.DATA_DIR / "clock_mark").exists()


def test_late_tick_does_not_put_the_record_back(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now + MINUTE)
    make_automation(customer, now)

    tick(now=now)

    assert ClockState.objects.get().last_tick_at == now + MINUTE


def test_standing_still_no_letter_leaves_by_any_door(customer: Customer, csm: User, now: datetime) -> None:
    draft = queue_letter(customer, by=csm, now=now)
    mark_restored(now=now)

    handed_over = (outbox.sweep(now=now), outbox.send_due(now=now), outbox.deliver(draft.pk, now=now))
    send_due()

    draft.refresh_from_db()
    assert (handed_over, draft.state) == ((0, 0, None), DraftState.QUEUED)


def queue_letter(customer: Customer, *, by: User, now: datetime) -> Draft:
    person = factories.StakeholderFactory.create(customer=customer)
    draft = compose_draft(
        customer=customer, stakeholder=person, sender=by, subject="Next week", body="Shall we talk?", now=now, by=by
    )
    return send(draft, version=draft.version, now=now, by=by)


def test_standing_still_what_comes_in_is_taken_in(now: datetime) -> None:
    mark_restored(now=now)

    report = tick(now=now)

    assert set(report.swept) >= {"events", "mails", "stops"}
    assert not set(report.swept) & {"outbox", "holds"}


def test_confirmed_what_is_due_runs_by_its_rules(
    customer: Customer, notebook: Notebook, ops: User, now: datetime
) -> None:
    tick(now=now - HOUR)
    restore_backup(last_tick_at=now - 5 * HOUR)
    row = make_automation(customer, now - 2 * HOUR)
    tick(now=now)

    confirmed = confirm_clock(leaves_out=False, now=now + MINUTE, by=ops)
    report = tick(now=now + 2 * MINUTE)

    row.refresh_from_db()
    assert (confirmed, report.stands_still, row.status) == (True, False, AutomationStatus.COMPLETED)
    standstill = Standstill.objects.get()
    assert (standstill.ended_at, standstill.ended_by) == (now + MINUTE, ops)


def test_confirmed_leaving_out_skips_what_the_lost_time_may_have_done(
    customer: Customer, notebook: Notebook, ops: User, csm: User, now: datetime
) -> None:
    tick(now=now - HOUR)
    restore_backup(last_tick_at=now - 5 * HOUR)
    before, between, later = (make_automation(customer, now + hours * HOUR) for hours in (-6, -2, 1))
    letter = queue_letter(customer, by=csm, now=now - 6 * HOUR)
    tick(now=now)

    confirm_clock(leaves_out=True, now=now + MINUTE, by=ops)
    tick(now=now + 2 * MINUTE)

    statuses = dict(AutomationSchedule.objects.values_list("pk", "status"))
    assert statuses == {
        before.pk: AutomationStatus.COMPLETED,
        between.pk: AutomationStatus.SKIPPED,
        later.pk: AutomationStatus.SCHEDULED,
    }
    letter.refresh_from_db()
    assert (letter.state, letter.approved_at) == (DraftState.DRAFT, None)


def test_confirmed_after_the_clock_went_back_goes_on_and_stays_going(notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    tick(now=now - HOUR)

    confirm_clock(leaves_out=False, now=now - HOUR + MINUTE, by=None)

    assert not tick(now=now - HOUR + 2 * MINUTE).stands_still
    assert not tick(now=now - HOUR + 9 * MINUTE).stands_still


def test_backup_from_before_a_confirmation_stands_still_again(notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    tick(now=now - HOUR)
    confirm_clock(leaves_out=False, now=now - HOUR + MINUTE, by=None)

    ClockState.objects.update(last_tick_at=now, epoch=1)  # restored

    assert tick(now=now + MINUTE).stands_still


def test_confirming_twice_does_it_once(ops: User, now: datetime) -> None:
    mark_restored(now=now)

    answers = [confirm_clock(leaves_out=False, now=now, by=ops) for _ in range(2)]

    assert answers == [True, False]
    assert Activity.objects.filter(verb="clock.went_on").count() == 1


def test_confirming_is_for_ops(lead: User, now: datetime) -> None:
    mark_restored(now=now)

    with pytest.raises(NotOps):
        confirm_clock(leaves_out=False, now=now, by=lead)

    assert stands_still()


def test_one_standstill_at_a_time(now: datetime) -> None:
    stand_still(reason="One", last_tick_at=None, now=now)

    assert not stand_still(reason="Two", last_tick_at=None, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Standstill.objects.create(reason="Three", began_at=now)


def test_command_marks_and_confirms(capsys: Any, now: datetime) -> None:
    call_command("mark_restored")
    marked = stands_still()
    call_command("mark_restored", confirm=True, leave_out=True)

    assert (marked, stands_still()) == (True, False)
    assert capsys.readouterr().out.splitlines() == [
        "Everything stands still until it is confirmed.",
        "The clock goes on.",
    ]


def test_mark_outside_is_read_by_another_process(notebook: Notebook, now: datetime, settings: Any) -> None:
    tick(now=now)

    kept = json.loads((settings.DATA_DIR / "clock_mark").read_text())

    assert kept == {"database": str(ClockState.objects.get().database), "epoch": 1, "at": now.isoformat()}


def test_trusted_clock_is_asked_with_two_statements(
    notebook: Notebook, now: datetime, django_assert_num_queries: Any
) -> None:
    tick(now=now)

    with django_assert_num_queries(2):
        assert is_clock_trusted(now=now + MINUTE, clock=lambda: now + MINUTE)


def test_pages_and_readyz_say_so_and_ops_confirm(client: Client, ops: User, now: datetime) -> None:
    client.force_login(ops)
    mark_restored(now=now)

    home, ready = client.get("/settings/profile"), client.get("/readyz")
    page = client.get(reverse("journeys:clock"))
    answer = client.post(reverse("journeys:clock"), {"due": "leave-out"}, follow=True)

    assert "Everything stands still" in home.content.decode()
    assert (ready.status_code, ready.json()["checks"]["noStandstill"]) == (503, False)
    assert "A backup was restored" in page.content.decode()
    assert "The clock goes on." in answer.content.decode()
    assert "Everything stands still" not in client.get("/settings/profile").content.decode()
    assert not stands_still()


def test_others_may_look_but_not_confirm(client: Client, lead: User, now: datetime) -> None:
    client.force_login(lead)
    mark_restored(now=now)

    page, answer = client.get(reverse("journeys:clock")), client.post(reverse("journeys:clock"))

    assert (page.status_code, answer.status_code, stands_still()) == (200, 403, True)
    assert "Only ops" in page.content.decode()

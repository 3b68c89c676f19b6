import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest

from customers.models import Activity, Customer, User
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.services.claiming import claim_due
from journeys.services.clock import tick
from journeys.services.scheduling import (
    LocalMoment,
    NewAutomation,
    NotScheduled,
    cancel_automation,
    cancel_of_subject,
    move_automation,
    schedule_automations,
    trigger_automation,
)
from tests.journeys.clockwork import KIND, Notebook, make_automation, notes

pytestmark = pytest.mark.django_db
TEN_PAST_NINE = LocalMoment(date(2026, 3, 9), time(9, 10), "America/New_York")


def wanted(customer: Customer, at: datetime | LocalMoment, subject_id: uuid.UUID) -> NewAutomation:
    return NewAutomation(
        type=AutomationType.SEND_REMINDER,
        kind=KIND,
        customer_id=customer.pk,
        subject_kind="plan",
        subject_id=subject_id,
        at=at,
        occurrence="day-3",
        payload={"month": 3},
    )


def test_schedule_twice_keeps_the_first(customer: Customer, now: datetime) -> None:
    subject_id = uuid.uuid4()
    schedule_automations([wanted(customer, now, subject_id)])

    schedule_automations([wanted(customer, now + timedelta(days=1), subject_id)])

    assert AutomationSchedule.objects.get().trigger_at == now


def test_schedule_at_a_local_hour_keeps_day_hour_and_zone(customer: Customer) -> None:
    schedule_automations([wanted(customer, TEN_PAST_NINE, uuid.uuid4())])

    row = AutomationSchedule.objects.get()
    assert row.trigger_at == datetime(2026, 3, 9, 13, 10, tzinfo=UTC)
    assert (row.local_date, row.local_time, row.zone) == (date(2026, 3, 9), time(9, 10), "America/New_York")
    assert row.payload == {"month": 3}


def test_move_is_on_record(customer: Customer, csm: User, now: datetime) -> None:
    row = make_automation(customer, now)

    move_automation(row, to=TEN_PAST_NINE, reason="They asked.", now=now, by=csm)

    assert (row.zone, row.reason) == ("America/New_York", "They asked.")
    line = Activity.objects.get(verb="automation.moved")
    assert (line.subject_id, line.actor) == (row.pk, csm)


def test_cancelled_row_never_runs(customer: Customer, notebook: Notebook, csm: User, now: datetime) -> None:
    row = make_automation(customer, now)

    cancel_automation(row, reason="Not needed.", now=now, by=csm)
    tick(now=now)

    assert (row.status, notes()) == (AutomationStatus.CANCELLED, [])


def test_running_row_cannot_be_cancelled(customer: Customer, notebook: Notebook, csm: User, now: datetime) -> None:
    row = make_automation(customer, now)
    claim_due(now=now)

    with pytest.raises(NotScheduled):
        cancel_automation(row, reason="Too late.", now=now, by=csm)

    assert not Activity.objects.filter(verb="automation.cancelled").exists()


def test_triggered_row_runs_with_the_next_tick(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    row = make_automation(customer, now + timedelta(days=9))

    trigger_automation(row, now=now, by=csm)
    tick(now=now)

    assert notes() == [str(row.pk)]


def test_cancel_of_subject_leaves_other_kinds_and_what_has_run(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    subject_id = uuid.uuid4()
    make_automation(customer, now, subject_id=subject_id, occurrence="day-3")
    tick(now=now)
    make_automation(customer, now, subject_id=subject_id, occurrence="day-7")
    make_automation(customer, now, subject_id=subject_id, kind="test.other")

    cancelled = cancel_of_subject(
        subject_kind="customer", subject_id=subject_id, kinds=[KIND], reason="They replied.", now=now
    )

    rows = AutomationSchedule.objects.order_by("kind", "occurrence").values_list("kind", "occurrence", "status")
    assert cancelled == 1
    assert list(rows) == [
        (KIND, "day-3", AutomationStatus.COMPLETED),
        (KIND, "day-7", AutomationStatus.CANCELLED),
        ("test.other", "", AutomationStatus.SCHEDULED),
    ]

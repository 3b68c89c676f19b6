import uuid
from datetime import date, datetime, time
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from customers.models import AppendOnly, Customer, User
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from tests import factories
from tests.journeys.clockwork import KIND, make_automation

pytestmark = pytest.mark.django_db


def make_line(customer: Customer, now: datetime) -> AutomationLog:
    return AutomationLog.objects.create(
        customer=customer,
        automation_id=uuid.uuid4(),
        at=now,
        type="SEND_NOTIFICATION",
        kind=KIND,
        action="Noted",
        status=LogStatus.SUCCESS,
        attempt=1,
    )


def test_same_subject_kind_and_occurrence_is_refused(customer: Customer, now: datetime) -> None:
    subject = uuid.uuid4()
    make_automation(customer, now, subject_id=subject, occurrence="month-3")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_automation(customer, now, subject_id=subject, occurrence="month-3")

    make_automation(customer, now, subject_id=subject, occurrence="month-4")
    assert AutomationSchedule.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"status": AutomationStatus.COMPLETED},
        {"status": AutomationStatus.RUNNING},
        {"claim_token": uuid.uuid4()},
        {"local_date": date(2026, 3, 4)},
        {"local_date": date(2026, 3, 4), "local_time": time(9, 0)},
        {"zone": "Europe/Berlin"},
        {"retry_count": 4},
    ],
)
def test_impossible_row_is_refused(customer: Customer, now: datetime, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_automation(customer, now, **fields)


def test_log_refuses_changes_everywhere(customer: Customer, now: datetime) -> None:
    line = make_line(customer, now)

    for attempt in (line.save, line.delete, AutomationLog.objects.all().delete):
        with pytest.raises(AppendOnly):
            attempt()
    with pytest.raises(AppendOnly):
        AutomationLog.objects.update(action="Forged")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE journeys_automationlog SET action = 'Forged'")


def test_log_outlives_its_customer(customer: Customer, now: datetime) -> None:
    make_automation(customer, now)
    line = make_line(customer, now)
    customer_id = customer.pk

    Customer.objects.filter(pk=customer_id).delete()

    assert AutomationLog.objects.get().pk == line.pk
    assert AutomationLog.objects.get().customer_id == customer_id


def test_rows_are_visible_to_those_who_see_the_customer(csm: User, stranger: User, ops: User, now: datetime) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    make_automation(customer, now)
    make_line(customer, now)

    seen = {
        user.username: (
            AutomationSchedule.objects.visible_to(user).count(),
            AutomationLog.objects.visible_to(user).count(),
        )
        for user in (csm, stranger, ops)
    }

    assert seen == {"dana": (1, 1), "stefan": (0, 0), "olga": (1, 1)}

"""The weekly digest: on Mondays at eight, once a week and person, about the reader's own accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from customers.models import Customer, User
from emails.models import StaffMail
from journeys.enums import AutomationStatus, AutomationType, JourneyKind, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.rules.digest import Tally, Week, due_week, say_counts, say_failed
from journeys.services import digest
from tests import factories

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    digest.forget()
    yield
    digest.forget()


def automation(
    customer: Customer, *, at: datetime, status: str, kind: str = JourneyKind.UPCOMING
) -> AutomationSchedule:
    row = AutomationSchedule.objects.create(
        customer=customer,
        type=AutomationType.SEND_REMINDER,
        kind=kind,
        subject_kind="journey",
        subject_id=uuid4(),
        occurrence="month-3",
        trigger_at=at,
        status=status,
        executed_at=at if status == AutomationStatus.COMPLETED else None,
    )
    AutomationSchedule.objects.filter(pk=row.pk).update(updated_at=at)
    return row


def ran(customer: Customer, *, at: datetime, status: str = LogStatus.SUCCESS) -> None:
    row = automation(customer, at=at, status=AutomationStatus.COMPLETED)
    AutomationLog.objects.create(
        customer=customer, automation=row, at=at, type=row.type, kind=row.kind, action="x", status=status, attempt=1
    )


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


def body_for(user: User) -> str:
    return StaffMail.objects.get(user=user).body


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MONDAY - timedelta(seconds=1), None),
        (MONDAY, "2026-W11"),
        (MONDAY + timedelta(days=2, seconds=-1), "2026-W11"),
        (MONDAY + timedelta(days=2), None),
        (MONDAY - timedelta(days=1), None),
        (datetime(2027, 1, 4, 9, tzinfo=UTC), "2027-W01"),
    ],
)
def test_digest_is_due_from_monday_at_eight(now: datetime, expected: str | None) -> None:
    week = due_week(now)

    assert (week.code if week else None) == expected


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("America/Los_Angeles", datetime(2026, 3, 9, 15, 0, tzinfo=UTC)),  # the day after the clocks change there
        ("Asia/Kathmandu", datetime(2026, 3, 9, 2, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 3, 8, 18, 0, tzinfo=UTC)),
        ("Nowhere/Atall", MONDAY),
    ],
)
def test_digest_comes_at_eight_where_the_reader_is(account: Customer, csm: User, zone: str, utc: datetime) -> None:
    User.objects.filter(pk=csm.pk).update(timezone=zone)
    ran(account, at=utc - timedelta(days=1))

    assert digest.sweep(now=utc - timedelta(seconds=1)) == 0
    assert digest.sweep(now=utc) == 1
    assert digest.sweep(now=utc + timedelta(hours=1)) == 0

    assert "between 2 March 2026 and 8 March 2026" in body_for(csm)


def test_reader_who_moves_to_another_zone_gets_one_digest_a_week(account: Customer, csm: User) -> None:
    User.objects.filter(pk=csm.pk).update(timezone="Pacific/Auckland")
    ran(account, at=MONDAY - timedelta(days=1))
    digest.sweep(now=MONDAY - timedelta(hours=2))

    User.objects.filter(pk=csm.pk).update(timezone="America/New_York")
    digest.sweep(now=MONDAY + timedelta(hours=5))

    assert StaffMail.objects.filter(user=csm).count() == 1


def test_week_is_the_seven_days_before_its_monday() -> None:
    week = Week(MONDAY.date())

    assert (week.starts_at, week.ends_at) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))


def test_counts_are_said_with_the_largest_first() -> None:
    assert say_counts({"journey.upcoming": 2, "cadence.day_3": 5}) == ["Cadence: day 3: 5", "Coming soon: 2"]
    assert say_counts({}) == ["Nothing"]
    assert say_failed([f"x{n}" for n in range(22)])[-1] == "and 2 more"
    assert Tally().is_empty


def test_digest_tells_what_ran_what_failed_and_what_comes(account: Customer, csm: User) -> None:
    ran(account, at=MONDAY - timedelta(days=7, hours=8))
    ran(account, at=MONDAY - timedelta(days=1))
    ran(account, at=MONDAY - timedelta(days=8))
    ran(account, at=MONDAY - timedelta(hours=1))
    ran(account, at=MONDAY - timedelta(days=2), status=LogStatus.FAILED)
    automation(account, at=MONDAY - timedelta(days=3), status=AutomationStatus.FAILED)
    automation(account, at=MONDAY + timedelta(days=3), status=AutomationStatus.SCHEDULED, kind=JourneyKind.GENERATE)
    automation(account, at=MONDAY + timedelta(days=8), status=AutomationStatus.SCHEDULED)

    assert digest.sweep(now=MONDAY) == 1

    body = body_for(csm)
    assert "for your clients between 2 March 2026 and 8 March 2026" in body
    assert "What ran:\n- Coming soon: 2\n" in body
    assert "What failed:\n- Acme Corporation: Coming soon, month-3\n" in body
    assert "seven days:\n- Write the deliverable: 1\n" in body
    assert "[View Full Automation Log](http" in body


def test_each_reader_gets_what_they_answer_for(
    account: Customer, csm: User, other_csm: User, lead: User, ops: User, reader: User, stranger: User
) -> None:
    foreign = factories.CustomerFactory.create(owner=stranger)
    nobodys = factories.CustomerFactory.create(owner=None)
    for customer, times in ((account, 1), (foreign, 2), (nobodys, 4)):
        for _ in range(times):
            ran(customer, at=MONDAY - timedelta(days=1))

    digest.sweep(now=MONDAY)

    told = {mail.user.username: mail.body.split("What ran:\n")[1].split("\n")[0] for mail in StaffMail.objects.all()}
    assert told == {
        "dana": "- Coming soon: 1",
        "stefan": "- Coming soon: 2",
        "liam": "- Coming soon: 5",
        "olga": "- Coming soon: 7",
    }


def test_digest_comes_once_however_many_processes_look(account: Customer, csm: User) -> None:
    ran(account, at=MONDAY - timedelta(days=1))

    for later in range(3):
        digest.forget()
        digest.sweep(now=MONDAY + timedelta(hours=later))

    assert StaffMail.objects.filter(user=csm).count() == 1

    ran(account, at=MONDAY + timedelta(days=1))
    digest.sweep(now=MONDAY + timedelta(days=7))
    assert StaffMail.objects.filter(user=csm).count() == 2


def test_tick_that_has_looked_asks_no_more(account: Customer, django_assert_num_queries: Any) -> None:
    digest.sweep(now=MONDAY)

    with django_assert_num_queries(0):
        digest.sweep(now=MONDAY + timedelta(seconds=30))
        digest.sweep(now=MONDAY + timedelta(minutes=14, seconds=59))
        digest.sweep(now=MONDAY + timedelta(days=3))

"""A journey begins: its months and its 32 automations, on the customer's days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from customers.enums import HoldScope
from customers.models import Activity, Customer, User
from customers.services.holds import hold_customer
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyChange, JourneyMonth, Programme
from journeys.queries.facts import read_facts
from journeys.queries.journeys import find_version, get_open_journey
from journeys.services.changing import Refused
from journeys.services.journeys import start_journey
from tests import factories
from tests.journeys.ground import START, approve_plan, begin, default_version, make_version, row

pytestmark = pytest.mark.django_db


def test_start_writes_eight_months_thirty_days_apart(customer: Customer, csm: User, now: datetime) -> None:
    journey = begin(customer, now=now, by=csm)

    due = dict(JourneyMonth.objects.filter(journey=journey).values_list("number", "due_date"))
    assert due == {number: START + timedelta(days=30 * (number - 1)) for number in range(1, 9)}
    assert Customer.objects.get(pk=customer.pk).programme_start_date == START


def test_start_writes_four_automations_a_month_at_nine_in_the_customers_zone(
    customer: Customer, csm: User, now: datetime
) -> None:
    journey = begin(customer, now=now, by=csm)

    rows = AutomationSchedule.objects.filter(subject_kind="journey", subject_id=journey.pk)
    assert rows.filter(status=AutomationStatus.SCHEDULED).count() == 32
    assert {(r.local_time, r.zone) for r in rows} == {(time(9, 0), "America/New_York")}
    assert [(kind.name, row(journey, kind, 2).trigger_at) for kind in (JourneyKind.UPCOMING, JourneyKind.GENERATE)] == [
        ("UPCOMING", datetime(2026, 4, 5, 13, 0, tzinfo=UTC)),
        ("GENERATE", datetime(2026, 4, 8, 13, 0, tzinfo=UTC)),
    ]
    assert row(journey, JourneyKind.OVERDUE, 2).local_date == date(2026, 4, 11)
    assert row(journey, JourneyKind.ESCALATE, 2).local_date == date(2026, 4, 15)
    # Winter time again: the hour stays, the moment moves.
    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
    assert row(journey, JourneyKind.UPCOMING, 1).trigger_at == datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


def test_start_gives_the_payloads_of_the_spec(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now)

    assert row(journey, JourneyKind.GENERATE, 3).payload == {"month": 3}
    assert row(journey, JourneyKind.UPCOMING, 3).payload == {"month": 3, "template": "UPCOMING"}
    assert row(journey, JourneyKind.OVERDUE, 3).payload == {"month": 3, "template": "OVERDUE"}
    assert row(journey, JourneyKind.ESCALATE, 3).payload == {"month": 3, "reason": "OVERDUE"}


def test_start_is_on_record(customer: Customer, csm: User, now: datetime) -> None:
    journey = begin(customer, now=now, by=csm)

    change = JourneyChange.objects.get()
    assert (change.action, change.by, change.journey) == ("started", csm, journey)
    assert change.before == {"start_date": None}
    assert Activity.objects.get(verb="journey.started").summary == "Journey started: Eight months v1 from 09 Mar 2026"


def test_second_start_is_refused(customer: Customer, now: datetime) -> None:
    begin(customer, now=now)

    with pytest.raises(Refused, match="on a journey already"):
        begin(customer, now=now)


def test_two_open_journeys_are_refused_by_the_database(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Journey.objects.create(customer=customer, version=journey.version, start_date=START, zone="UTC", started_at=now)


def test_start_in_the_past_skips_what_is_past_and_says_why(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now, start=date(2026, 1, 10))

    months = dict(JourneyMonth.objects.filter(journey=journey).values_list("number", "skip_reason"))
    assert [number for number, reason in months.items() if reason] == [1, 2]
    assert months[1] == "Its new date, 10 Jan 2026, is in the past."
    assert row(journey, JourneyKind.OVERDUE, 2).status == AutomationStatus.SKIPPED
    assert row(journey, JourneyKind.UPCOMING, 3).status == AutomationStatus.SCHEDULED
    assert journey.current_month == 3


def test_start_today_writes_the_first_month_today(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now, start=now.date())

    assert row(journey, JourneyKind.GENERATE, 1).status == AutomationStatus.SCHEDULED
    reminder = row(journey, JourneyKind.UPCOMING, 1)
    assert (reminder.status, reminder.reason) == ("SKIPPED", "Its new date, 01 Mar 2026, is in the past.")


def test_start_in_the_past_with_the_past_included_is_due_now(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now, start=date(2026, 1, 10), include_past=True)

    assert not JourneyMonth.objects.filter(journey=journey, skipped_at__isnull=False).exists()
    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == now
    assert row(journey, JourneyKind.GENERATE, 1).local_date == date(2026, 1, 10)


def test_start_with_nothing_left_is_refused(customer: Customer, now: datetime) -> None:
    with pytest.raises(Refused, match="in the past"):
        begin(customer, now=now, start=date(2025, 1, 10))


def test_start_while_on_hold_waits_from_then(customer: Customer, csm: User, now: datetime) -> None:
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)

    assert begin(customer, now=now, by=csm).held_since == now


def test_programme_of_the_segment_goes_before_the_one_for_everybody(customer: Customer, now: datetime) -> None:
    default_version()
    own = make_version(programme=Programme.objects.create(name="Three", segment=customer.segment), months=3)

    assert find_version(customer) == own


def test_draft_of_a_programme_is_not_started(customer: Customer, now: datetime) -> None:
    draft = make_version(months=2, published_at=None)

    with pytest.raises(Refused, match="not published"):
        start_journey(customer, start_date=START, version=draft, now=now, by=None)


def test_facts_of_many_are_those_of_few(customer: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    journeys = [begin(one, now=now) for one in (customer, *factories.CustomerFactory.create_batch(2))]
    JourneyMonth.objects.filter(journey=journeys[0], number=3).update(skipped_at=now)
    month = JourneyMonth.objects.get(journey=journeys[1], number=1)
    Deliverable.objects.create(
        customer=month.customer, journey=journeys[1], month=month, state=DeliverableState.DELIVERED, delivered_at=now
    )
    few = read_facts([journey.pk for journey in journeys])

    monkeypatch.setattr("journeys.queries.facts.FEW", 0)

    assert read_facts([journey.pk for journey in journeys]) == few
    assert few[journeys[0].pk].months[2].is_skipped
    assert few[journeys[1].pk].months[0].delivered_at == now


def test_facts_take_the_same_queries_for_one_and_three(
    customer: Customer, now: datetime, django_assert_num_queries: object
) -> None:
    journeys = [begin(one, now=now) for one in (customer, *factories.CustomerFactory.create_batch(2))]
    approve_plan(customer, now=now)

    with django_assert_num_queries(4):  # type: ignore[operator]
        read_facts([journeys[0].pk])
    with django_assert_num_queries(4):  # type: ignore[operator]
        facts = read_facts([journey.pk for journey in journeys])

    assert [facts[journey.pk].is_plan_approved for journey in journeys] == [True, False, False]
    assert get_open_journey(customer) == journeys[0]
    assert facts[journeys[0].pk].state == JourneyState.ACTIVE

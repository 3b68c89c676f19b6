"""The demo book, loaded once for all of these tests: believable over all ten stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import TestCase
from django.test.utils import override_settings

from config.demo.clearing import clear_demo
from config.demo.colleagues import COLLEAGUES, PASSWORD, log_in_lines
from config.demo.loading import load_demo
from customers.models import Contract, Customer, UsageSample, User
from customers.queries.calendars import local_date
from emails.enums import DraftState, Writer
from emails.models import CapturedMail, Draft
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey
from journeys.queries.board import Board, BoardFilter
from outreach.enums import OpportunityStage
from outreach.models import Offer, Opportunity
from renewals.enums import Stage
from renewals.models import EngageRun, Override, Renewal
from renewals.rules.stages import stage_for
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
FAST = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@pytest.fixture(autouse=True)
def _clock_stands() -> Iterator[None]:
    """What hears of news reads the clock itself."""
    with time_machine.travel(NOW, tick=False), FAST:
        yield


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """What each test changes of it is undone by itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False), FAST, TestCase.captureOnCommitCallbacks(execute=True):
            count = load_demo(now=NOW)
        yield count
        transaction.set_rollback(True)


def test_demo_covers_all_ten_stages_with_two_entering_engage_today(demo):
    days = [
        (c.renewal_date - local_date(NOW, c.customer.timezone)).days
        for c in Contract.objects.select_related("customer")
    ]

    stages = Counter(stage_for(left) for left in days)
    assert demo == 40
    assert set(stages) == set(Stage)
    assert stages[Stage.ENGAGE] >= 5
    assert days.count(119) == 2


def test_every_account_has_its_people_history_and_a_win(demo):
    for customer in Customer.objects.prefetch_related("stakeholders", "usagesamples", "wins"):
        assert 3 <= len(customer.stakeholders.all()) <= 4, customer
        assert len(customer.usagesamples.all()) >= 8, customer
        assert customer.health_score is not None
        assert customer.notes
        assert sum(person.primary for person in customer.stakeholders.all()) == 1
    assert not UsageSample.objects.filter(at__gt=NOW).exists()


def test_one_letter_has_left_and_others_wait_for_their_person(demo):
    running = EngageRun.objects.filter(renewal__closed_at=None)
    states = Counter(Draft.objects.filter(origin_id__in=running.values("plan")).values_list("state", flat=True))

    assert (states[DraftState.SENT], states[DraftState.DRAFT]) == (1, 5)
    assert CapturedMail.objects.filter(captured_at__gte=NOW - timedelta(days=10)).count() == 1
    assert running.count() == 2


def test_the_year_before_was_renewed_by_the_services_and_nothing_of_it_waits(demo):
    settled = Renewal.objects.exclude(closed_at=None).select_related("contract", "customer")
    running = {contract.customer_id: contract for contract in Contract.objects.filter(state="active")}

    assert Counter(settled.values_list("outcome", flat=True)) == {"renewed": 12, "contracted": 2}
    assert all(one.outcome_price == running[one.customer_id].current_price for one in settled)
    assert all(one.contract.renewal_date == running[one.customer_id].start_date for one in settled)
    letters = Draft.objects.filter(origin_id__in=EngageRun.objects.filter(renewal__in=settled).values("plan"))
    assert set(letters.values_list("state", flat=True)) == {DraftState.SENT, DraftState.CANCELLED}
    assert Override.objects.count() == 4
    assert len(running) == 40


def test_pages_for_leads_have_something_to_show(demo, client):
    client.force_login(User.objects.get(username="liam"), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/forecast").context["forecast"].count == 40
    assert client.get("/what-works").context["found"].total.count == 14
    assert len(client.get("/overrules").context["rows"]) >= 3


def test_a_third_of_the_accounts_are_on_a_journey(demo):
    journeys = {journey.customer.external_id: journey for journey in Journey.objects.select_related("customer")}
    board = Board(User.objects.get(username="olga"), BoardFilter(), now=NOW)
    states = Counter(Deliverable.objects.values_list("state", flat=True))

    assert len(journeys) == 13
    assert journeys["demo-brightwater"].state == JourneyState.COMPLETED
    assert (board.counts.active, board.counts.paused, board.counts.completed) == (12, 1, 1)
    assert board.counts.overdue >= 1
    assert (states[DeliverableState.DELIVERED], states[DeliverableState.REJECTED]) == (26, 1)
    assert states[DeliverableState.PENDING_REVIEW] >= 1
    assert not Deliverable.objects.filter(body="").exists()
    assert set(Deliverable.objects.values_list("writer", flat=True)) == {Writer.BUILT_IN}


def test_nothing_of_a_journeys_past_is_sent_when_the_clock_begins(demo):
    late = AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED, trigger_at__lte=NOW)
    late = late.filter(subject_kind="journey").exclude(kind__in=(JourneyKind.GENERATE, JourneyKind.PAUSED))

    assert list(late) == []
    assert not AutomationSchedule.objects.filter(status=AutomationStatus.RUNNING).exists()


def test_people_of_the_demo_sign_in_and_only_ops_is_staff(demo):
    users = User.objects.in_bulk(field_name="username")

    assert set(users) == {person.username for person in COLLEAGUES}
    assert all(user.check_password(PASSWORD) for user in users.values())
    assert [name for name, user in users.items() if user.is_staff] == ["olga"]
    assert [line.split()[0] for line in log_in_lines()[1:]] == ["dana", "liam", "olga"]


def test_person_of_the_demo_with_an_own_account_stays(demo):
    factories.CustomerFactory.create(name="Own", owner=User.objects.get(username="dana"))

    cleared = clear_demo(now=NOW)

    assert cleared.stayed == ("dana",)
    assert Customer.objects.get().owner.username == "dana"


def test_some_accounts_speak_for_an_expansion(demo):
    found = Opportunity.objects.select_related("customer")

    assert 10 <= found.count() <= 39, "not every account is ready for more"
    brightwater = found.get(customer__external_id="demo-brightwater")
    assert (brightwater.recommended_plan, brightwater.stage) == ("Enterprise", OpportunityStage.IDENTIFIED)
    assert {signal["kind"] for signal in brightwater.signals} >= {"limit", "feature_request", "success"}
    assert list(Offer.objects.order_by("position").values_list("name", flat=True)) == [
        "Team",
        "Professional",
        "Enterprise",
    ]

"""The simulator's pages and API: what they take and show, who may see it, and that nothing is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import travel

from customers.models import Customer, User
from emails.models import Draft
from journeys.models import AutomationSchedule
from journeys.queries.simulation import read_worlds
from journeys.rules.simulated.world import Assumptions
from journeys.services.simulating import simulate
from tests import factories
from tests.journeys.ground import approve_plan, begin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(now: datetime) -> Any:
    with travel(now, tick=False):
        yield


@pytest.fixture
def client_of_mine(csm: User, now: datetime) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, timezone="UTC", name="Acme")
    factories.StakeholderFactory.create(customer=customer, primary=True, name="Sarah Johnson")
    begin(customer, now=now, by=csm, start=date(2026, 3, 9))
    approve_plan(customer, now=now)
    return customer


def plan_of(customer: Customer) -> list[tuple[Any, ...]]:
    return sorted(AutomationSchedule.objects.filter(customer=customer).values_list("pk", "status", "trigger_at"))


def test_api_plays_a_year_forward_and_writes_nothing(client: Client, csm: User, client_of_mine: Customer) -> None:
    client.force_login(csm)
    before = plan_of(client_of_mine)

    answer = client.post(
        f"/api/clients/{client_of_mine.pk}/journey/simulate", {"assume": {"opens": "all"}}, "application/json"
    )

    body = answer.json()
    assert answer.status_code == 200
    # UPCOMING of seven months after the first, and one mail for each of the eight deliverables; M1's own lies too near.
    assert body["mails"] == [{"to": "Sarah Johnson", "count": body["outcomes"]["mail.sent"]}]
    assert body["outcomes"]["person.delivered"] == 8
    assert [day["date"] for day in body["days"]] == sorted({day["date"] for day in body["days"]})
    first = next(event for day in body["days"] for event in day["events"] if event["kind"] == "journey.generate")
    assert (first["at"], first["month"], first["outcome"]) == ("2026-03-09T09:00:00Z", 1, "done")
    assert (plan_of(client_of_mine), Draft.objects.count()) == (before, 0)


def test_api_takes_all_assumptions(client: Client, csm: User, client_of_mine: Customer) -> None:
    client.force_login(csm)
    assume = {"opens": "none", "replyOnDay": 12, "hold": {"from": "2026-03-10", "to": "2026-03-14"}}

    answer = client.post(
        f"/api/clients/{client_of_mine.pk}/journey/simulate", {"days": 30, "assume": assume}, "application/json"
    )

    outcomes = answer.json()["outcomes"]
    assert {name: outcomes.get(name) for name in ("person.held", "person.resumed", "person.replied")} == {
        "person.held": 1,
        "person.resumed": 1,
        "person.replied": 1,
    }
    assert "person.opened" not in outcomes


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 801}, "days"),
        ({"assume": {"opens": "some"}}, "assume"),
        ({"assume": {"replyOnDay": -1}}, "assume"),
        ({"assume": {"hold": {"from": "2026-03-10", "to": "2026-03-10"}}}, "assume"),
        ({"assume": {"hold": {"from": "2026-03-10"}}}, "assume"),
        ({"assume": []}, "assume"),
    ],
)
def test_api_says_what_is_wrong(
    client: Client, csm: User, client_of_mine: Customer, body: dict[str, Any], field: str
) -> None:
    client.force_login(csm)

    answer = client.post(f"/api/clients/{client_of_mine.pk}/journey/simulate", body, "application/json")

    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_client_of_somebody_else_is_not_there(client: Client, client_of_mine: Customer) -> None:
    stranger = factories.UserFactory.create()
    client.force_login(stranger)

    page = client.get(reverse("journeys:simulate_client", args=[client_of_mine.pk]))
    answer = client.post(f"/api/clients/{client_of_mine.pk}/journey/simulate", {}, "application/json")
    many = client.get(reverse("journeys:simulate"), {"opens": "all", "ids": str(client_of_mine.pk)})

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "Acme" not in many.content.decode()


def test_page_asks_then_shows_day_by_day(client: Client, csm: User, client_of_mine: Customer) -> None:
    client.force_login(csm)
    url = reverse("journeys:simulate_client", args=[client_of_mine.pk])

    empty = client.get(url).content.decode()
    shown = client.get(url, {"opens": "all", "days": "40", "approve_after_days": "0"}).content.decode()

    assert "Day by day" not in empty
    assert "M1 is approved and delivered" in shown
    assert "Sarah Johnson" in shown


def test_page_of_the_whole_book_names_the_accounts(client: Client, csm: User, client_of_mine: Customer) -> None:
    client.force_login(csm)

    shown = client.get(reverse("journeys:simulate"), {"opens": "none", "days": "40", "approve_after_days": "0"})

    assert "1 account," in shown.content.decode()
    assert "Acme" in shown.content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"hold_from": "2026-03-10"}, "A pause needs both days."),
        ({"hold_from": "2026-03-10", "hold_to": "2026-03-09"}, "It must go on after it was paused."),
        ({"days": "many"}, "Enter a whole number."),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, csm: User, client_of_mine: Customer, asked: dict[str, str], words: str
) -> None:
    client.force_login(csm)

    shown = client.get(reverse("journeys:simulate"), {"opens": "all", **asked}).content.decode()

    assert words in shown
    assert all(value in shown for value in asked.values())


def test_accounts_are_read_in_a_fixed_number_of_queries(csm: User, now: datetime) -> None:
    counts = []
    for size in (1, 3):
        for _ in range(size):
            customer = factories.CustomerFactory.create(owner=csm)
            factories.StakeholderFactory.create(customer=customer, primary=True)
            begin(customer, now=now, by=csm)
        with CaptureQueriesContext(connection) as queries:
            read_worlds(list(Customer.objects.values_list("pk", flat=True)), now=now)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_to_the_end_ends_where_only_waiting_is_left(csm: User, now: datetime) -> None:
    customer: Customer = factories.CustomerFactory.create(owner=csm)
    begin(customer, now=now, by=csm)

    found = simulate([customer.pk], Assumptions(), now=now)

    # Without a plan nothing is ever written: each month is looked at, then there is nothing more to say.
    assert found.events[-1].at < now + timedelta(days=300)
    assert not found.mails or all(count for _, _, count in found.mails)


def test_days_leave_out_what_is_only_said_again(csm: User, now: datetime) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    factories.StakeholderFactory.create(customer=customer, primary=True)
    begin(customer, now=now, by=csm, start=date(2026, 3, 5))

    found = simulate([customer.pk], Assumptions(), now=now, days=12)

    waits = [event for day in found.days for event in day.events if event.outcome == "moved"]
    assert sum(event.outcome == "moved" for event in found.events) > len(waits)
    assert sorted((event.kind, event.month) for event in waits) == [
        ("journey.escalate", 1),
        ("journey.generate", 1),
        ("journey.overdue", 1),
    ]

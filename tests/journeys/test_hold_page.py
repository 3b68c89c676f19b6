"""A hold shows the journey's old and new dates before it is confirmed."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Hold, User
from journeys.models import JourneyMonth
from tests import factories
from tests.api.conftest import Caller, key_of
from tests.journeys.ground import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(csm: User, office_hours: None, now: datetime) -> Customer:
    customer = factories.CustomerFactory.create(owner=csm)
    begin(customer, now=now, by=csm)
    return customer


def test_hold_page_shows_dates_before_it_holds(client: Client, customer: Customer, csm: User) -> None:
    client.force_login(csm)
    address = reverse("customers:hold", args=[customer.pk])
    body = {"scope": "journey", "until": "2026-03-18", "reason": "A break"}

    shown = client.post(address, body)

    assert not Hold.objects.exists()
    page = shown.content.decode()
    assert "M2 Brand identity" in page
    assert "8 Apr 2026" in page
    assert "22 Apr 2026" in page
    client.post(address, {**body, "seen_dates": shown.context["shown"]})
    assert Hold.objects.get().reason == "A break"


def test_other_end_shows_its_own_dates_first(client: Client, customer: Customer, csm: User) -> None:
    client.force_login(csm)
    address = reverse("customers:hold", args=[customer.pk])
    body = {"scope": "journey", "until": "2026-03-18", "reason": ""}
    shown = client.post(address, body)

    again = client.post(address, {**body, "until": "2026-03-20", "seen_dates": shown.context["shown"]})

    assert not Hold.objects.exists()
    assert "24 Apr 2026" in again.content.decode()


def test_hold_without_an_end_says_what_waits(client: Client, customer: Customer, csm: User) -> None:
    client.force_login(csm)

    shown = client.post(reverse("customers:hold", args=[customer.pk]), {"scope": "account", "until": "", "reason": ""})

    assert "when somebody resumes" in shown.content.decode()
    assert not Hold.objects.exists()


def test_api_previews_the_dates(customer: Customer, csm: User) -> None:
    caller = Caller(key_of(csm))
    body = {"scope": "journey", "until": "2026-03-18"}

    answer = caller.post(f"/api/customers/{customer.pk}/hold?preview=true", body)

    dates = answer.json()["dates"]
    assert len(dates) == 8
    assert dates[0] == {"name": "M1 Business plan", "old": "2026-03-09", "new": "2026-03-23"}
    assert not Hold.objects.exists()
    due = JourneyMonth.objects.order_by("number").values_list("due_date", flat=True)
    assert list(due) == [date(2026, 3, 9) + timedelta(days=30 * index) for index in range(8)]

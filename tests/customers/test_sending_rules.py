"""When mails leave to one account: its own hours, days, holidays and caps before the workspace's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Activity, Customer, User
from customers.queries.calendars import calendar_of, closed_dates, knows_holidays
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.services.accounts import update_customer
from customers.services.sending_rules import change_sending_rules
from customers.services.workspace import change_settings
from customers.signals import sending_changed
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, timezone="Europe/Berlin", country="DE")


@pytest.fixture
def heard() -> Any:
    """Whom the news named, in order."""
    names: list[Any] = []

    def listen(sender: object, *, customer_id: Any, **_: Any) -> None:
        names.append(customer_id)

    sending_changed.connect(listen)
    yield names
    sending_changed.disconnect(listen)


def test_account_without_own_rules_has_the_workspaces(customer: Customer) -> None:
    rules = sending_rules(customer, get_settings(), around=NOW)

    assert (rules.window.start, rules.window.end, rules.window.zone.key) == (time(9), time(17), "Europe/Berlin")
    assert (rules.contact_cap, rules.account_cap, rules.collision_days) == (2, 4, 2)
    assert rules.window.calendar.why_closed(date(2026, 4, 3)) == "Good Friday"


def test_own_rules_go_before_the_workspaces(customer: Customer, lead: User) -> None:
    own = {
        "window_start": time(7),
        "window_end": time(15, 30),
        "working_days": [6, 0, 1, 2, 3],
        "holidays_place": "ae",
        "contact_cap": 1,
        "account_cap": 9,
    }

    change_sending_rules(customer, own, now=NOW, by=lead)

    customer.refresh_from_db()
    rules = sending_rules(customer, get_settings(), around=NOW)
    assert (rules.window.start, rules.window.end) == (time(7), time(15, 30))
    assert rules.window.calendar.working_days == {6, 0, 1, 2, 3}
    assert not rules.window.calendar.is_open(date(2026, 12, 2))  # National Day of the Emirates
    assert rules.window.calendar.why_closed(date(2026, 4, 3)) == "a Friday"
    assert (rules.contact_cap, rules.account_cap) == (1, 9)


def test_change_is_on_record_and_told_once(
    customer: Customer, lead: User, heard: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change_sending_rules(customer, {"window_start": time(8), "window_end": time(16)}, now=NOW, by=lead)
        change_sending_rules(customer, {"window_start": time(8)}, now=NOW, by=lead)

    line = Activity.objects.get(verb="customer.sending_changed")
    assert (line.actor, line.data["changes"]) == (
        lead,
        {"window_start": [None, "08:00:00"], "window_end": [None, "16:00:00"]},
    )
    assert heard == [customer.pk]


def test_emptied_rules_are_the_workspaces_again(customer: Customer, lead: User) -> None:
    change_sending_rules(customer, {"working_days": [5], "contact_cap": 5}, now=NOW, by=lead)

    change_sending_rules(customer, {"working_days": [], "contact_cap": None}, now=NOW, by=lead)

    customer.refresh_from_db()
    assert (customer.working_days, customer.contact_cap) == (None, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"window_start": time(9)}, "window_end"),
        ({"window_end": time(9)}, "window_start"),
        ({"window_start": time(17), "window_end": time(9)}, "window_end"),
        ({"working_days": [7]}, "working_days"),
        ({"holidays_place": "Atlantis"}, "holidays_place"),
        ({"holidays_place": "DE-XX"}, "holidays_place"),
        ({"contact_cap": 0}, "contact_cap"),
        ({"account_cap": 101}, "account_cap"),
        ({"name": "Other"}, "name"),
    ],
)
def test_bad_rule_is_named_by_its_field(customer: Customer, lead: User, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        change_sending_rules(customer, values, now=NOW, by=lead)

    assert field in raised.value.message_dict
    assert not Activity.objects.filter(verb="customer.sending_changed").exists()


def test_csm_sets_hours_and_not_how_many(customer: Customer, csm: User) -> None:
    with pytest.raises(ValidationError) as raised:
        change_sending_rules(customer, {"contact_cap": 20}, now=NOW, by=csm)
    assert list(raised.value.message_dict) == ["contact_cap"]

    assert change_sending_rules(Customer.objects.get(pk=customer.pk), {"holidays_place": "none"}, now=NOW, by=csm)


@pytest.mark.parametrize("hours", [{"window_start": time(9)}, {"window_start": time(9), "window_end": time(9)}])
def test_half_a_window_is_refused_by_the_database(customer: Customer, hours: dict[str, time]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(**hours)


@pytest.mark.parametrize(
    ("place", "day", "name"),
    [
        ("DE", date(2026, 1, 6), None),
        ("DE-BY", date(2026, 1, 6), "Epiphany"),
        ("US", date(2026, 11, 26), "Thanksgiving Day"),
        ("XX", date(2026, 1, 1), None),
        ("DE-XX", date(2026, 1, 1), None),
    ],
)
def test_holidays_are_those_of_the_place(place: str, day: date, name: str | None) -> None:
    assert closed_dates(place, day.year).get(day) == name
    assert knows_holidays(place) is not place.endswith("XX")


def test_account_that_works_on_holidays_has_none(customer: Customer) -> None:
    customer.holidays_place = "NONE"

    assert calendar_of(customer, years=[2026], working_days=range(5)).closed == {}


def test_zone_or_country_of_the_account_and_the_workspace_are_news(
    customer: Customer, ops: User, heard: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        update_customer(customer, {"timezone": "Asia/Tokyo"}, now=NOW, by=ops)
        update_customer(customer, {"segment": "Other"}, now=NOW, by=ops)
        change_settings({"window_end": time(22)}, version=1, now=NOW, by=ops)
        change_settings({"company_name": "Other"}, version=2, now=NOW, by=ops)

    assert heard == [customer.pk, None]


def open_page(client: Client, user: User, customer: Customer, data: dict[str, Any] | None = None) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("customers:account_sending", args=[customer.pk])
    return client.get(url) if data is None else client.post(url, data)


def test_page_shows_the_workspaces_beside_each_field(client: Client, customer: Customer, csm: User) -> None:
    html = open_page(client, csm, customer).content.decode()

    assert "In Europe/Berlin. Workspace: 09:00." in html
    assert "Monday, Tuesday, Wednesday, Thursday, Friday" in html
    assert html.count("A lead sets it.") == 2


def test_page_keeps_what_a_lead_enters(client: Client, customer: Customer, lead: User) -> None:
    data = {"window_start": "08:00", "window_end": "18:00", "working_days": ["0", "5"], "contact_cap": "3"}

    response = open_page(client, lead, customer, data)

    customer.refresh_from_db()
    assert response.status_code == 302
    assert (customer.window_start, customer.window_end, customer.working_days) == (time(8), time(18), [0, 5])
    assert (customer.contact_cap, customer.account_cap) == (3, None)


def test_page_of_a_csm_leaves_the_caps_alone(client: Client, customer: Customer, csm: User) -> None:
    open_page(client, csm, customer, {"holidays_place": "DE-BY", "contact_cap": "50"})

    customer.refresh_from_db()
    assert (customer.holidays_place, customer.contact_cap) == ("DE-BY", None)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"window_start": "08:00"}, "give both hours, or neither"),
        ({"window_start": "18:00", "window_end": "08:00"}, "give both hours, or neither"),
        ({"holidays_place": "Narnia"}, "No calendar is known for it"),
        ({"working_days": ["9"]}, "Select a valid choice"),
    ],
)
def test_page_says_what_is_wrong_and_keeps_the_input(
    client: Client, customer: Customer, lead: User, data: dict[str, Any], words: str
) -> None:
    response = open_page(client, lead, customer, {"account_cap": "7", **data})

    assert words in response.content.decode()
    assert 'value="7"' in response.content.decode()
    assert Customer.objects.get(pk=customer.pk).account_cap is None


def test_page_is_not_for_readers_and_strangers(
    client: Client, customer: Customer, reader: User, stranger: User
) -> None:
    assert open_page(client, reader, customer).status_code == 403
    assert open_page(client, stranger, customer).status_code == 404


def test_rules_around_the_turn_of_the_year_know_both_years(customer: Customer) -> None:
    rules = sending_rules(customer, get_settings(), around=datetime(2026, 12, 31, 20, tzinfo=UTC))

    assert rules.window.next_opening(datetime(2026, 12, 31, 20, tzinfo=UTC)) == datetime(2027, 1, 4, 8, tzinfo=UTC)

"""Accounts and their contracts, made and changed by a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from customers.models import Activity, Contract, Customer, HealthSample, User
from customers.services.accounts import create_customer, update_customer
from customers.services.contracts import add_contract, update_contract
from customers.services.wins import add_win, remove_win
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_create_customer_belongs_to_its_maker_and_is_on_record(csm: User) -> None:
    customer = create_customer({"name": " Acme ", "country": "de", "currency": "eur"}, now=NOW, by=csm)

    customer.refresh_from_db()
    assert (customer.name, customer.country, customer.currency) == ("Acme", "DE", "EUR")
    assert (customer.owner, customer.external_id) == (csm, None)
    assert Activity.objects.get(customer=customer).verb == "customer.created"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"country": "DEU"}, "country"),
        ({"country": "1!"}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"currency": "E"}, "currency"),
        ({"churn_risk": 101}, "churn_risk"),
        ({"health_score": -1}, "health_score"),
        ({"relationship_strength": 11}, "relationship_strength"),
        ({"budget_pressure": "huge"}, "budget_pressure"),
        ({"external_id": "TAKEN"}, "external_id"),
        ({"id": "x"}, "id"),
    ],
)
def test_create_customer_names_the_field_that_is_wrong(csm: User, values: dict[str, object], field: str) -> None:
    factories.CustomerFactory.create(external_id="TAKEN")

    with pytest.raises(ValidationError) as raised:
        create_customer({"name": "Acme", **values}, now=NOW, by=csm)

    assert list(raised.value.message_dict) == [field]
    assert not Customer.objects.filter(name="Acme").exists()


def test_update_customer_tells_old_and_new_and_keeps_the_health(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm, health_score=80, churn_risk=35)

    difference = update_customer(customer, {"health_score": 61, "churn_risk": 35}, now=NOW, by=csm)

    assert difference == {"health_score": [80, 61]}
    assert Activity.objects.get(customer=customer).data == {"changes": {"health_score": [80, 61]}}
    assert HealthSample.objects.get(customer=customer, at=NOW).score == 61


def test_update_customer_without_a_difference_writes_nothing(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm, churn_risk=35)

    assert update_customer(customer, {"churn_risk": 35}, now=NOW, by=csm) == {}
    assert not Activity.objects.exists()


def test_country_that_is_none_is_refused_in_words_and_an_old_one_stays(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm, country="ZZ", churn_risk=35)

    update_customer(customer, {"country": "ZZ", "churn_risk": 40}, now=NOW, by=csm)
    with pytest.raises(ValidationError, match="“QQ” is no country of ISO 3166"):
        update_customer(customer, {"country": "qq"}, now=NOW, by=csm)

    customer.refresh_from_db()
    assert (customer.country, customer.churn_risk) == ("ZZ", 40)


def test_update_customer_is_handed_over_by_a_lead_alone(csm: User, other_csm: User, lead: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)

    with pytest.raises(ValidationError) as raised:
        update_customer(customer, {"owner": other_csm}, now=NOW, by=csm)
    customer.refresh_from_db()
    update_customer(customer, {"owner": other_csm}, now=NOW, by=lead)

    assert list(raised.value.message_dict) == ["owner"]
    customer.refresh_from_db()
    assert customer.owner == other_csm


def test_add_contract_takes_the_accounts_currency_and_there_is_one(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm, currency="EUR")
    values = {"current_price": Decimal(250_000), "renewal_date": date(2027, 3, 1)}

    contract = add_contract(customer, values, now=NOW, by=csm)

    assert (contract.currency, contract.notice_days) == ("EUR", 90)
    with pytest.raises(ValidationError):
        add_contract(customer, values, now=NOW, by=csm)
    assert Contract.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"current_price": Decimal(-1)}, "current_price"),
        ({"start_date": date(2027, 3, 1)}, "renewal_date"),
        ({"notice_days": 731}, "notice_days"),
        ({"target_price": Decimal(1)}, "target_price"),
    ],
)
def test_add_contract_names_the_field_that_is_wrong(csm: User, values: dict[str, object], field: str) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    good = {"current_price": Decimal(250_000), "renewal_date": date(2027, 3, 1)}

    with pytest.raises(ValidationError) as raised:
        add_contract(customer, {**good, **values}, now=NOW, by=csm)

    assert list(raised.value.message_dict) == [field]


def test_update_contract_that_has_ended_is_refused(csm: User) -> None:
    contract = factories.ContractFactory.create(customer__owner=csm, state="ended")

    with pytest.raises(ValidationError):
        update_contract(contract, {"notice_days": 30}, now=NOW, by=csm)


def test_win_is_noted_once_and_can_be_taken_out(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)

    win = add_win(customer, text="Rolled out to 14 sites", now=NOW, by=csm)
    with pytest.raises(ValidationError) as raised:
        add_win(customer, text=" Rolled out to 14 sites ", now=NOW, by=csm)
    remove_win(win, now=NOW, by=csm)

    assert list(raised.value.message_dict) == ["text"]
    assert list(Activity.objects.order_by("created_at").values_list("verb", flat=True)) == ["win.added", "win.removed"]
